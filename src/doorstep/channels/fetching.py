"""Where a file lies with its provider → its bytes, or why there are none: redirects, limits, and to whom credentials are shown."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import SplitResult, urljoin, urlsplit

from doorstep.domain.plugins import FileFlow, HttpRequest, Response
from doorstep.domain.reading import retry_after_s
from doorstep.domain.vocabulary import Unfetched
from doorstep.errors import MisconfiguredError, TryLaterError

#: Bytes of one file: what WhatsApp takes of a video or a voice message. Source: Meta's page on media, updated 2026-06-16.
MOST_BYTES = 16_777_216
#: Twilio redirects once, its storage sometimes again.
_MOST_HOPS = 4
_OK = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_ALLOWED = frozenset({401, 402, 403})
_LATER = frozenset({408, 425, 429})
_FAULT = 500
_PORTS = {"https": 443, "http": 80}


def is_theirs(url: str, base: str, *hosts: str) -> bool:
    """Say whether credentials may go to an address: by https to a provider's host or one below it, or where its API itself was set to be."""
    try:
        asked, api = urlsplit(url), urlsplit(base)
        origins = _origin(asked), _origin(api)
    except ValueError:
        return False
    if not asked.hostname or any(sign in asked.netloc for sign in "@\\") or not url.isascii() or not url.isprintable():
        return False
    if origins[0] == origins[1]:
        return True
    own = any(asked.hostname == host or asked.hostname.endswith(f".{host}") for host in hosts)
    return own and origins[0][::2] == ("https", 443)


def download(name: str, url: str, now: datetime, shown: Mapping[str, str] | None = None) -> FileFlow:
    """Fetch a file from an address that a provider named.

    `name` is the provider's, for the texts of errors; `shown` are the headers with credentials: they go to this address, and along with
    a redirect only to the same host.

    Raises:
        TryLaterError: no answer, one that broke off, or "later".
        MisconfiguredError: the provider does not let these credentials have the file.
    """
    shown = dict(shown or {})
    for _ in range(_MOST_HOPS):
        request = HttpRequest(method="GET", url=url, headers=shown, repeatable=True, guarded=True, most_bytes=MOST_BYTES + 1)
        try:
            response = yield request
        except MisconfiguredError:  # the guard's, before anybody was called
            return Unfetched.ELSEWHERE
        if response.status not in _REDIRECTS:
            return content_of(name, response, now, shown=bool(shown))
        try:
            onward = urljoin(url, next((value for key, value in response.headers.items() if key.lower() == "location"), ""))
            shown = shown if _origin(urlsplit(onward)) == _origin(urlsplit(url)) else {}
        except ValueError:
            return Unfetched.ELSEWHERE
        url = onward
    return Unfetched.ELSEWHERE


def content_of(name: str, response: Response, now: datetime, *, shown: bool) -> bytes | Unfetched:
    """Read the answer to a call for a file; `shown`: the call showed credentials, without which a refusal is an address that has run out.

    Raises:
        TryLaterError, MisconfiguredError: as `download`.
    """
    if response.status == _OK:
        if len(response.body) > MOST_BYTES:
            return Unfetched.TOO_LARGE
        if not response.whole or not response.body:
            raise TryLaterError(f"{name}'s answer broke off" if response.body else f"{name}'s answer is empty")
        return response.body
    said = f"{name} answered {response.status}"
    if response.status in _NOT_ALLOWED and shown:
        raise MisconfiguredError(f"{said} when it was asked for a file")
    if response.status >= _FAULT or response.status in _LATER or response.status < 400:  # noqa: PLR2004 - a success without a file
        raise TryLaterError(said, after_s=retry_after_s(response, now))
    return Unfetched.GONE


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
