"""A token that the shop's own server made for its logged-in customer → who it is (JWT, HS256)."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import msgspec

from doorstep.channels.web_chat.origins import SHORTEST_SECRET
from doorstep.errors import BadSignatureError, MisconfiguredError

_LONGEST = 4_000
#: A token may end so far ahead at most: one that was copied is of no use for long.
_LASTS = timedelta(hours=25)
#: Shops' clocks differ so much from ours.
_SKEW = timedelta(seconds=60)


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as the shop vouches for them."""

    #: The shop's own id of the customer.
    customer_id: str
    #: Lower case; "": untold, or not verified.
    email: str = ""
    #: E.164; "": untold, or not verified.
    phone: str = ""
    #: When the token ends, aware UTC.
    until: datetime


class _Header(msgspec.Struct):
    alg: str


class _Claims(msgspec.Struct):
    sub: str
    exp: float
    email: str = ""
    email_verified: bool = True
    phone_number: str = ""
    phone_number_verified: bool = True


def read_customer(token: str, secret: str, now: datetime) -> Customer:
    """Read a token; `secret` may be several with a space between. Source of the form: RFC 7519 and RFC 7515, claims as OpenID Connect names them, as known on 2026-11-29.

    Raises:
        BadSignatureError: it is not signed with this secret by HS256, has ended, lasts too long, or does not say who it is.
        MisconfiguredError: the connection has no secret.
    """
    secrets = [one.encode() for one in secret.split() if len(one) >= SHORTEST_SECRET]
    if not secrets:
        raise MisconfiguredError("the connection has no customer_secret, so nobody can vouch for a customer")
    head, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    if len(token) > _LONGEST or not token.isascii():
        raise BadSignatureError("the customer token is no token")
    given, signed = _bytes_of(signature), f"{head}.{body}".encode()
    if not any(hmac.compare_digest(hmac.digest(one, signed, hashlib.sha256), given) for one in secrets):
        raise BadSignatureError("the customer token is not signed with this connection's customer_secret")
    try:
        algorithm = msgspec.json.decode(_bytes_of(head), type=_Header).alg
        claims = msgspec.json.decode(_bytes_of(body), type=_Claims)
        until = datetime.fromtimestamp(claims.exp, now.tzinfo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError, OSError) as error:
        raise BadSignatureError("the customer token does not say who it is and until when") from error
    if algorithm != "HS256" or not claims.sub.strip() or len(claims.sub) > 200:  # noqa: PLR2004 - no id is longer
        raise BadSignatureError("the customer token needs alg HS256 and a sub of 1 to 200 characters")
    if until + _SKEW < now or until > now + _LASTS:
        raise BadSignatureError("the customer token has ended, or ends more than a day ahead")
    email, phone = claims.email.strip().lower(), claims.phone_number.strip()
    return Customer(
        customer_id=claims.sub.strip(),
        email=email if claims.email_verified and "@" in email and len(email) < 255 and email.isprintable() else "",  # noqa: PLR2004 - RFC 5321
        phone=phone if claims.phone_number_verified and _is_number(phone) else "",
        until=until,
    )


def _is_number(text: str) -> bool:
    return text.startswith("+") and text[1:].isascii() and text[1:].isdigit() and 7 <= len(text) - 1 <= 15  # noqa: PLR2004 - E.164


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadSignatureError("the customer token is no token") from error
