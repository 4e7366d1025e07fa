"""A token that the shop's server signed → which customer of its app asks. A JSON Web Token of HS256, which any library writes.

Source: RFC 7519 (JWT) and 7515 (JWS), as known on 2026-11-29.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.plugins import Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadSignatureError, MisconfiguredError

#: Of the secret; fewer can be guessed.
LEAST_SECRET = 32
#: A token that is good for longer is a mistake: nobody could take it back.
_LONGEST = timedelta(days=31)
#: Clocks differ by so much.
_SLACK = timedelta(seconds=60)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,600}\.[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{43}")
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST_ID = 128
#: What a token allows where it does not say.
SCOPES = ("app:messages", "app:replies")


class AppCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the brand's app, as the shop's server says."""

    #: The brand's own id.
    customer_id: str
    #: Until when the token is good; aware.
    until: datetime
    #: Lower case; None: the server does not say that it was verified.
    email: str | None = None
    #: E.164; None as above.
    phone: str | None = None
    scopes: tuple[str, ...] = SCOPES


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str | int
    exp: int
    email: str | None = None
    phone: str | None = None
    scope: str | None = None


_HEADER, _CLAIMS = msgspec.json.Decoder(_Header), msgspec.json.Decoder(_Claims)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error, ValueError, OverflowError, OSError)


def connection_named(token: str) -> str:
    """Tell which connection a token names, before anything of it is believed.

    Raises:
        BadSignatureError: it is no token of HS256.
    """
    if not _TOKEN.fullmatch(token):
        raise BadSignatureError("this is no token of a customer")
    try:
        header = _HEADER.decode(_part(token.partition(".")[0]))
    except _UNREADABLE as error:
        raise BadSignatureError("the token's header cannot be read; it needs alg and kid") from error
    if header.alg != "HS256":
        raise BadSignatureError("the token must be signed by HS256")
    return header.kid


def customer_of(token: str, settings: Settings, now: datetime) -> AppCustomer:
    """Check a token and read whose it is.

    Raises:
        BadSignatureError: it is forged, over, good for too long, or says nothing of a customer.
        MisconfiguredError: the connection has no secret of enough length.
    """
    connection_named(token)
    signed, _, signature = token.rpartition(".")
    try:
        given = _part(signature)
    except _UNREADABLE as error:
        raise BadSignatureError("the token's signature cannot be read") from error
    if not any(hmac.compare_digest(given, hmac.digest(secret, signed.encode(), hashlib.sha256)) for secret in secrets_of(settings)):
        raise BadSignatureError("the token's signature is not the shop's")
    try:
        claims = _CLAIMS.decode(_part(signed.partition(".")[2]))
        until = datetime.fromtimestamp(claims.exp, now.tzinfo)
    except _UNREADABLE as error:
        raise BadSignatureError("the token needs customer_id and exp") from error
    if until <= now - _SLACK:
        raise BadSignatureError("the token is over; have the shop's server sign a new one")
    if until > now + _LONGEST:
        raise BadSignatureError("the token is good for longer than 31 days")
    return _read(claims, until)


def secrets_of(settings: Settings) -> list[bytes]:
    """Read the secrets, of which there are two while one is changed.

    Raises:
        MisconfiguredError: there is none, or one is too short.
    """
    found = setting_of(settings, "secret").split()
    if any(len(secret) < LEAST_SECRET for secret in found):
        raise MisconfiguredError(f"the connection's secret is shorter than {LEAST_SECRET} characters")
    return [secret.encode() for secret in found]


def _read(claims: _Claims, until: datetime) -> AppCustomer:
    customer_id = str(claims.customer_id).strip()
    email = (claims.email or "").strip().lower() or None
    phone = (claims.phone or "").strip() or None
    if not customer_id or len(customer_id) > _MOST_ID or not customer_id.isprintable():
        raise BadSignatureError("customer_id: must be 1 to 128 printable characters")
    if email is not None and not (_EMAIL.fullmatch(email) and email.isprintable()):
        raise BadSignatureError("email: is no e-mail address")
    if phone is not None and not _PHONE.fullmatch(phone):
        raise BadSignatureError("phone: must be E.164, such as +34600111222")
    scopes = SCOPES if claims.scope is None else tuple(one for one in claims.scope.split() if one in SCOPES)
    return AppCustomer(customer_id=customer_id, until=until, email=email, phone=phone, scopes=scopes)


def _part(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
