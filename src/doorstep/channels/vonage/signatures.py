"""Vonage's two ways to sign a webhook, a token in a header and a `sig` among the fields → checked.

Source: Vonage's pages of signed webhooks and of signing messages, as known on 2026-11-29.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from doorstep.channels.tokens import claims_of
from doorstep.channels.vonage.fields import fields_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import same, setting_of
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

_TOKEN = frozenset({"HS256"})
#: Vonage repeats a webhook for a day; a replay within it is the same delivery to the inbox. Clocks may differ by minutes.
_OLDEST, _NEWEST = timedelta(hours=25), timedelta(minutes=5)
#: `signature_method` → hash of the HMAC; "md5hash" is none, the secret stands at the end of what is hashed.
_METHODS = {"md5hash": "", "md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}
METHODS = tuple(_METHODS)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check that Vonage signed this webhook. The SMS API signs only on demand: without a secret its hook's address is the only proof.

    Raises:
        BadSignatureError: missing, forged, too old, or over another body.
        MisconfiguredError: the connection has no signature secret though the Messages API always signs, or an unknown method.
    """
    if settings.get("api") == "sms" and not settings.get("signature_secret", "").strip():
        return
    secret = setting_of(settings, "signature_secret")
    kind, _, token = raw.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        _check_token(raw, claims_of(token.strip(), secret, _TOKEN), now)
    else:
        _check_fields(raw, settings, secret, now)


def _check_token(raw: Raw, claims: dict[str, Any], now: datetime) -> None:
    _check_age(claims.get("iat"), now)
    payload = claims.get("payload_hash")
    if not isinstance(payload, str) or not same(payload.lower(), hashlib.sha256(raw.body).hexdigest()):
        raise BadSignatureError("the body is not the one that was signed")


def _check_fields(raw: Raw, settings: Settings, secret: str, now: datetime) -> None:
    method = settings.get("signature_method", "").strip() or "md5hash"
    if method not in _METHODS:
        raise MisconfiguredError(f"signature_method is one of {', '.join(METHODS)}")
    try:
        fields = fields_of(raw)
    except BadInputError as error:
        raise BadSignatureError("the webhook cannot be read, so its signature fits nothing") from error
    given = fields.get("sig", "")
    if not given:
        raise BadSignatureError("the webhook holds no signature: ask Vonage to sign them, or empty signature_secret")
    if not same(given.lower(), signature(fields.items(), secret, method)):
        raise BadSignatureError("the signature does not fit: check signature_secret and signature_method")
    stamp = fields.get("timestamp", "")
    _check_age(int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else None, now)  # noqa: PLR2004 - seconds


def signature(fields: Iterable[tuple[str, str]], secret: str, method: str) -> str:
    """Sign fields in the order of their names, `sig` left out; & and = in a value count as _. Lower-case hex."""
    told = sorted((name, value) for name, value in fields if name != "sig")
    content = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in told)
    if kind := _METHODS[method]:
        return hmac.new(secret.encode(), content.encode(), kind).hexdigest()
    return hashlib.md5((content + secret).encode(), usedforsecurity=False).hexdigest()


def _check_age(stamp: object, now: datetime) -> None:
    if not isinstance(stamp, int | float) or isinstance(stamp, bool):
        raise BadSignatureError("the signature tells no time")
    if not -_NEWEST.total_seconds() <= now.timestamp() - stamp <= _OLDEST.total_seconds():
        raise BadSignatureError("the signature is too old, or the clock of this installation is wrong")
