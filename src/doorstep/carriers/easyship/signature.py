"""Easyship's webhook header, a JSON web token → accepted or refused."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.reading import dig
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.errors import BadSignatureError

SECRET = "webhook_secret"  # noqa: S105 - the setting's name
_HEADER = "x-easyship-signature"
_PARTS = 3


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the token, signed by HMAC-SHA256 with the webhook's secret. It proves the sender; the body is not under it.

    Source: Easyship's webhooks guide, read 2026-11-22.

    Raises:
        BadSignatureError: missing, forged, of another algorithm, or past its time.
        MisconfiguredError: the connection has no secret.
    """
    secret = secret_of(settings, SECRET)
    parts = header_of(raw, _HEADER).strip().split(".")
    if len(parts) != _PARTS or dig(_decoded(parts[0]), "alg") != "HS256":
        raise BadSignatureError("the token of Easyship is none, or not signed by HS256")
    expected = hmac.digest(secret.encode(), f"{parts[0]}.{parts[1]}".encode(), "sha256")
    require_equal(parts[2], urlsafe_b64encode(expected).decode().rstrip("="))
    expires = dig(_decoded(parts[1]), "exp")
    if isinstance(expires, int | float) and expires < now.timestamp():
        raise BadSignatureError("the token of Easyship is past its time")


def _decoded(part: str) -> Any:
    try:
        return msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
