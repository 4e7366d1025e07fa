"""A webhook's headers → whether its provider sent it: a login, a token, HMAC, Standard Webhooks; a raw mail is read by the one parser."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import datetime

from doorstep.channels.email.mailbox import read_mail
from doorstep.domain.plugins import Inbound, Raw, Setting, Settings
from doorstep.domain.reading import header_of, same
from doorstep.errors import BadSignatureError, MisconfiguredError

#: What providers that sign nothing can be told: a login in the address they call, or a header they send along.
LOGIN_SETTINGS = (
    Setting(
        name="hook_username", label="User name in the webhook's address, as https://user:password@…", required=False, example="doorstep"
    ),
    Setting(name="hook_password", label="Password in the webhook's address", secret=True, required=False),
    Setting(
        name="hook_token",
        label="Or a token, sent as Authorization: Bearer … or as X-Doorstep-Token",
        secret=True,
        required=False,
    ),
)
#: Seconds that a signature's time may be from now. Source: Standard Webhooks 1.0, as known on 2026-11-29.
TOLERANCE_S = 300
Read = Callable[[Raw, Settings], Inbound]


def mails_too(read: Read) -> Read:
    """Let a provider's reader also read whole mails: those of a mailbox arrive by the same connection."""

    def either(raw: Raw, settings: Settings) -> Inbound:
        if raw.content_type.partition(";")[0].strip().lower() == "message/rfc822":
            return read_mail(raw.body, settings)
        return read(raw, settings)

    return either


def secrets_of(settings: Settings, name: str) -> list[str]:
    """Return the secrets of a setting: several, with spaces between, while one is being changed.

    Raises:
        MisconfiguredError: the connection has none.
    """
    if not (found := settings.get(name, "").split()):
        raise MisconfiguredError(f"the connection has no {name}; without it no webhook can be checked")
    return found


def check_login(raw: Raw, settings: Settings, *headers: str) -> None:
    """Check the login or the token that the merchant gave the provider; `headers` are further places for the token.

    Raises:
        BadSignatureError: neither is right.
        MisconfiguredError: the connection has neither.
    """
    user, password = settings.get("hook_username", "").strip(), settings.get("hook_password", "")
    token = settings.get("hook_token", "").strip()
    if not token and not (user and password):
        raise MisconfiguredError("the connection has neither hook_username and hook_password nor hook_token")
    given = raw.headers.get("authorization", "")
    tokens = [given.removeprefix("Bearer "), *(raw.headers.get(name, "") for name in ("x-doorstep-token", *headers))]
    right = sum(same(one, token) for one in tokens) if token else 0
    if user and password:
        right += same(_login_in(given), f"{user}:{password}")
    if not right:
        raise BadSignatureError("the webhook brings neither the login nor the token of this connection")


def has_login(settings: Settings) -> bool:
    """Say whether the connection has a login or a token for its webhook."""
    return bool(settings.get("hook_token", "").strip() or (settings.get("hook_username", "").strip() and settings.get("hook_password")))


def check_one_of(given: str, expected: Iterable[str]) -> None:
    """Compare a signature with those of each secret, all of them, so that the time tells nothing.

    Raises:
        BadSignatureError: it is none of them.
    """
    if not sum(same(given, one) for one in expected):
        raise BadSignatureError("the signature does not fit; check the secret of this connection")


def check_time(stamp: str, now: datetime, older_s: float, newer_s: float = TOLERANCE_S) -> None:
    """Check the time of a signature, seconds since 1970.

    Raises:
        BadSignatureError: it is no time, too old, or too far ahead.
    """
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 14):  # noqa: PLR2004 - beyond any date
        raise BadSignatureError("the signature has no readable time")
    if not -newer_s <= now.timestamp() - int(stamp) <= older_s:
        raise BadSignatureError("the signature is too old, or from the future")


def check_standard(raw: Raw, settings: Settings, now: datetime, setting: str) -> None:
    """Check the signature of Standard Webhooks, whose headers begin with svix- or webhook-.

    Raises:
        BadSignatureError: missing, forged, too old, or over another body.
        MisconfiguredError: the connection has no secret that can be one.
    """
    keys = [_standard_key(secret) for secret in secrets_of(settings, setting)]
    lead = "svix" if "svix-signature" in raw.headers else "webhook"
    ident, stamp, given = (header_of(raw, f"{lead}-{name}") for name in ("id", "timestamp", "signature"))
    check_time(stamp, now, TOLERANCE_S)
    content = b".".join((ident.encode("utf-8", "replace"), stamp.encode(), raw.body))
    expected = ["v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys]
    if not sum(same(one, other) for one in given.split()[:20] for other in expected):
        raise BadSignatureError("the signature does not fit; check the secret of this connection")


def _standard_key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise MisconfiguredError("the webhook's secret is not whsec_ followed by base64")
    return key


def _login_in(authorization: str) -> str:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
