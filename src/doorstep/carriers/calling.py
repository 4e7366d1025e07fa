"""A carrier's HTTP answer → bytes to keep, or who must act; a client's id and secret → a token."""

import base64
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from doorstep.carriers.reading import dig, worded
from doorstep.domain.plugins import Answer, Asked, AskFlow, HttpRequest, Response, Setting, Settings, Token, TokenFlow
from doorstep.domain.reading import retry_after_s
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError

#: An answer about forty parcels with a hundred scans each is two or three megabytes.
_MOST_BYTES = 8_388_608
_OK, _BAD_REQUEST, _NOT_FOUND, _TIMED_OUT, _TOO_MANY = 200, 400, 404, 408, 429
#: Statuses of an answer to be kept, where a carrier says no more: what it knows, or that it does not know the number.
_ANSWERS = frozenset({_OK, _NOT_FOUND})
_BAD_CREDENTIAL = frozenset({401, 402, 403, 407})
_DAY_S = 86_400.0
#: A token is renewed this long before it ends.
_MARGIN_S = 60.0
#: Where an answer puts the carrier's own code of what is wrong, most telling first.
_CODES: tuple[tuple[str | int, ...], ...] = (
    ("response", "errors", 0, "code"),
    ("errors", 0, "code"),
    ("data", "errors", 0, "code"),
    ("error", "code"),
    ("meta", "code"),
    ("code",),
    ("error",),
)


def base_setting(default: str) -> Setting:
    """Declare where a carrier's API lies: its own address, unless a test system or a proxy is named."""
    return Setting(name="base_url", label="Address of the API, for asking", required=False, default=default, example=default)


def call(
    settings: Settings,
    default: str,
    path: str,
    *,
    headers: Mapping[str, str],
    method: str = "GET",
    body: bytes = b"",
) -> HttpRequest:
    """Make a request that asks: it may be repeated, and where a merchant named the address it may not lead into a private network."""
    base = (settings.get("base_url") or default).rstrip("/")
    return HttpRequest(
        method=method,
        url=f"{base}/{path}",
        headers={"accept": "application/json", **headers},
        body=body,
        repeatable=True,
        guarded=base != default,
        most_bytes=_MOST_BYTES,
    )


def basic(name: str, secret: str) -> str:
    """Write the value of an `Authorization` header with a name and a secret."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def settled(response: Response, who: str, now: datetime, *, answers: frozenset[int] = _ANSWERS) -> Answer:
    """Return the answer to be kept where the status is one of `answers`, else say who must act.

    Raises:
        TryLaterError: too many calls, or the carrier is in trouble.
        MisconfiguredError: the credential is refused, or the address leads elsewhere.
        BadInputError: the request is refused as it stands.
    """
    if response.status in answers:
        kind = next((value for name, value in response.headers.items() if name.lower() == "content-type"), "application/json")
        return Answer(body=response.body, content_type=kind)
    raise error_of(response, who, now)


def one_by_one(
    numbers: Sequence[Asked], request_of: Callable[[Asked], HttpRequest], who: str, now: datetime, *, answers: frozenset[int] = _ANSWERS
) -> AskFlow:
    """Ask about each number with a call of its own; return the answers in the same order.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: as `settled` raises them, and as `request_of` does.
    """
    told = []
    for one in numbers:
        response = yield request_of(one)
        told.append(settled(response, who, now, answers=answers))
    return tuple(told)


def error_of(response: Response, who: str, now: datetime) -> DoorstepError:
    """Say who must act on an answer that is none; the carrier's own words are left out, they may hold what is personal."""
    code = _code(response)
    text = f"{who} answered {response.status}" + (f" ({code})" if code else "")
    if response.status in _BAD_CREDENTIAL:
        return MisconfiguredError(f"{text}: it refuses the credential; check it and what it may ask for")
    if _OK < response.status < _BAD_REQUEST:
        return MisconfiguredError(f"{text}: the address of its API leads elsewhere")
    if response.status == _TOO_MANY:
        return TryLaterError(f"{text}: too many calls", after_s=retry_after_s(response, now))
    if _BAD_REQUEST <= response.status < 500 and response.status != _TIMED_OUT:  # noqa: PLR2004 - HTTP's own numbers
        return BadInputError(text)
    return TryLaterError(text, after_s=retry_after_s(response, now))


def _code(response: Response) -> str:
    tree = tree_of(response)
    return next((code[:40] for path in _CODES if (code := worded(dig(tree, *path)))), "")


def tree_of(response: Response) -> Any:
    """Decode a JSON body; None where it is none."""
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def form_token(request: HttpRequest, who: str, now: datetime, *, name: str = "access_token", lasts_s: float = 600.0) -> TokenFlow:
    """Ask for a token of the OAuth 2.0 kind (RFC 6749, section 4.4) with a request made by the caller.

    `name`: what the answer calls it, where the carrier has its own word; `lasts_s`: how long it is good where the answer does not say.

    Raises:
        TryLaterError: the carrier is in trouble, or answers with no token.
        MisconfiguredError: it refuses the credential.
    """
    response = yield request
    tree = tree_of(response)
    value = worded(dig(tree, name))
    if response.status == _OK and value:
        with contextlib.suppress(ValueError):
            lasts_s = float(worded(dig(tree, "expires_in")))
        return Token(value, max(lasts_s - _MARGIN_S, _MARGIN_S) if lasts_s < _DAY_S * 365 else _DAY_S)
    error = error_of(response, who, now)
    if isinstance(error, BadInputError):
        raise MisconfiguredError(f"{error}: it refuses the credential")
    raise error


def credentials_form(**fields: str) -> bytes:
    """Write the form that asks for a token by client credentials."""
    return urlencode({"grant_type": "client_credentials", **fields}).encode()


FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
