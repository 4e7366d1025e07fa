"""AfterShip's webhook → its tracking; its signature → true or refused."""

import base64
import hmac
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.aftership.trackings import read_tracking
from doorstep.carriers.reading import worded
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import CarrierNote, Parsed


def read_webhook(body: dict[str, Any]) -> Parsed:
    """Read {"event", "event_id", "msg"}: a tracking after a change, or a note for an event about something else.

    Raises:
        BadInputError: the tracking in it cannot be read.
    """
    message = body.get("msg")
    if isinstance(message, dict) and message.get("tracking_number"):
        return read_tracking(message)
    return Parsed(notes=(CarrierNote(worded(body.get("event")), "a webhook without a tracking"),))


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check `aftership-hmac-sha256`: base64 of the HMAC-SHA256 of the body. Source: AfterShip webhook signature, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: no secret.
    """
    secret = secret_of(settings, "webhook_secret")
    digest = hmac.digest(secret.encode(), raw.body, "sha256")
    require_equal(header_of(raw, "aftership-hmac-sha256").strip(), base64.b64encode(digest).decode())


class _Named(msgspec.Struct):
    event_id: str | int | None = None


_NAMED = msgspec.json.Decoder(_Named)


def delivery_id(raw: Raw) -> str | None:
    """Return AfterShip's own id of the webhook event."""
    try:
        return worded(_NAMED.decode(raw.body).event_id) or None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
