"""EasyPost's webhook event → its tracker; its signature → true or refused."""

import hmac
import unicodedata
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.easypost.trackers import read_tracker
from doorstep.carriers.reading import dig, worded
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import CarrierNote, Parsed


def read_event(event: dict[str, Any]) -> Parsed:
    """Read an event: a tracker that was made or changed, or a note for an event about something else.

    Raises:
        BadInputError: the tracker in it cannot be read.
    """
    result = event.get("result")
    if dig(result, "object") == "Tracker" or dig(result, "tracking_code") is not None:
        return read_tracker(result)
    return Parsed(notes=(CarrierNote(worded(event.get("description")) or "Event", "an event without a tracker"),))


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check `x-hmac-signature`: hex HMAC-SHA256 of the body under the NFKD form of the secret. Source: EasyPost client library, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: no secret.
    """
    secret = unicodedata.normalize("NFKD", secret_of(settings, "webhook_secret"))
    expected = "hmac-sha256-hex=" + hmac.digest(secret.encode(), raw.body, "sha256").hex()
    require_equal(header_of(raw, "x-hmac-signature").strip(), expected)


class _Named(msgspec.Struct):
    object: str | None = None
    id: str | int | None = None


_NAMED = msgspec.json.Decoder(_Named)


def delivery_id(raw: Raw) -> str | None:
    """Return EasyPost's own id of the event ("evt_…")."""
    try:
        named = _NAMED.decode(raw.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return (worded(named.id) or None) if named.object == "Event" else None
