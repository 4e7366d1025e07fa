"""Shippo's webhook → its track; its signature, where the merchant has one → true or refused."""

import hmac
import re
from datetime import datetime
from typing import Any

from doorstep.carriers.reading import dig, worded
from doorstep.carriers.shippo.tracks import read_track
from doorstep.carriers.signatures import require_equal
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadSignatureError

#: Seconds a signed webhook may be old or early. Our choice; Shippo names none.
_TOLERANCE_S = 300


def read_webhook(body: dict[str, Any]) -> Parsed:
    """Read {"event", "data"}: a track that changed, or a note for an event about something else.

    Raises:
        BadInputError: the track in it cannot be read.
    """
    if dig(body, "data", "tracking_number") is not None and worded(body.get("event")) in ("track_updated", ""):
        return read_track(body["data"])
    return Parsed(notes=(CarrierNote(worded(body.get("event")) or "event", "a webhook without a track"),))


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check `shippo-auth-signature: t=…,v1=…`, the hex HMAC-SHA256 of "t.body", if the connection has a secret.

    Shippo signs only for merchants who ask; for the others the hook's unguessable address is the proof.
    Source: Shippo webhook security, read 2026-11-22.

    Raises:
        BadSignatureError: missing, malformed, old, or another.
    """
    if not (secret := settings.get("hmac_secret")):
        return
    match = re.fullmatch(r"t=(\d{1,12}),\s*v1=([0-9a-fA-F]+)", header_of(raw, "shippo-auth-signature").strip())
    if not match:
        raise BadSignatureError("the header shippo-auth-signature is not of the form t=…,v1=…")
    if abs(now.timestamp() - int(match[1])) > _TOLERANCE_S:
        raise BadSignatureError("the signature is too old or from the future")
    expected = hmac.digest(secret.encode(), match[1].encode() + b"." + raw.body, "sha256").hex()
    require_equal(match[2].lower(), expected)
