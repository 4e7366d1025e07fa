"""Twilio's webhook signature over the public address and the form, and the authorization of our own calls.

Source: Twilio's webhook security page, as known on 2026-11-22; proved on the vectors of Twilio's own library.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit, urlunsplit

from doorstep.channels.reading import form_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of, same, setting_of
from doorstep.errors import BadInputError, BadSignatureError

_PORTS = {"https": 443, "http": 80}


def authorization(settings: Settings) -> str:
    """Write the basic authorization: the API key where there is one, else account and token.

    Raises:
        MisconfiguredError: a part is missing.
    """
    if user := settings.get("api_key", "").strip():
        password = setting_of(settings, "api_secret")
    else:
        user, password = setting_of(settings, "account_sid"), setting_of(settings, "auth_token")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - Twilio's signature holds no time
    """Check that Twilio signed this webhook.

    Raises:
        BadSignatureError: missing, forged, or over another address or body.
        MisconfiguredError: the connection has no auth token.
    """
    token = setting_of(settings, "auth_token")
    given = header_of(raw, "x-twilio-signature")
    try:
        fields = _fields(raw)
        addresses = _addresses(raw.url)
    except (BadInputError, ValueError) as error:
        raise BadSignatureError("the webhook cannot be read, so its signature fits nothing") from error
    # Every address is tried, so that the time tells nothing.
    if not sum(same(given, signature(token, address, fields)) for address in addresses):
        raise BadSignatureError("the signature does not fit; check the auth token and the public address of this installation")


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Sign an address and form fields: the fields sorted, the same pair once, each name and value run together."""
    content = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(token.encode(), content.encode(), hashlib.sha1)).decode()


def _fields(raw: Raw) -> list[tuple[str, str]]:
    """Return the form's fields; none for a JSON body, whose hash must then stand in the address."""
    expected = parse_qs(urlsplit(raw.url).query).get("bodySHA256")
    if not expected:
        return form_of(raw) if raw.body else []
    if not same(hashlib.sha256(raw.body).hexdigest(), expected[0].lower()):
        raise BadSignatureError("the body is not the one that was signed")
    return []


def _addresses(url: str) -> tuple[str, ...]:
    """Return the address with and without its port: Twilio signs either, and proxies add or drop it."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.scheme not in _PORTS:
        return (url,)
    login, _, host = parts.netloc.rpartition("@")
    bare = host.rpartition(":")[0] if parts.port is not None else host
    ported = host if parts.port is not None else f"{host}:{_PORTS[parts.scheme]}"
    lead = f"{login}@" if login else ""
    return tuple(dict.fromkeys((url, *(urlunsplit(parts._replace(netloc=f"{lead}{netloc}")) for netloc in (bare, ported)))))
