"""17TRACK's webhook → its record; its signature → true or refused."""

import hashlib
from datetime import datetime
from typing import Any

from doorstep.carriers.reading import dig, numbered, worded
from doorstep.carriers.seventeentrack.first_record import read_first_record
from doorstep.carriers.seventeentrack.track_info import read_record
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import CarrierNote, Parsed


def read_webhook(body: dict[str, Any]) -> Parsed:
    """Read {"event", "data"}: a record after a change, or a note ("TRACKING_STOPPED").

    Raises:
        BadInputError: the record in it cannot be read.
    """
    content = body.get("data")
    if isinstance(dig(content, "track_info"), dict):
        return read_record(content)
    if isinstance(dig(content, "track"), dict):
        return read_first_record(content)
    number = numbered(worded(dig(content, "number")))
    return Parsed(notes=(CarrierNote(worded(body.get("event")), "a webhook without events", number or None),))


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check `sign`: the hex SHA-256 of the body, a slash and the API key. Source: public client libraries, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: no key.
    """
    key = secret_of(settings, "api_key")
    expected = hashlib.sha256(raw.body + b"/" + key.encode()).hexdigest()
    require_equal(header_of(raw, "sign").strip().lower(), expected)
