"""Trunkrs API v2: webhooks, shipments and states (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import latest
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.trunkrs.states import checkpoint_of, window_of
from doorstep.domain.tracking import CarrierNote, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read a webhook of several events, an answer of one or several shipments, or an error.

    Raises:
        BadInputError: none of them.
    """
    pushed = [(dig(event, "data"), worded(dig(event, "recordedAt"))) for event in listed(dig(answer, "events"))]
    asked = [(item, "") for item in listed(dig(answer, "data") or answer)] if not pushed else []
    found = [(boxed(item), at) for item, at in (*pushed, *asked) if numbered(worded(dig(item, "trunkrsNr")))]
    notes: tuple[CarrierNote, ...] = ()
    if not found and (worded(dig(answer, "reason")) or worded(dig(answer, "message"))):
        code = worded(dig(answer, "code")) or worded(dig(answer, "statusCode"))
        notes = (CarrierNote(code, worded(dig(answer, "reason")) or worded(dig(answer, "message"))),)
    if not found and not notes and not pushed:
        raise BadInputError("JSON without a trunkrsNr and without an error of Trunkrs")
    return Parsed(tuple(_tracking(item, at) for item, at in found), notes)


def _tracking(item: dict[str, Any], recorded_at: str) -> Tracking:
    number = numbered(worded(item.get("trunkrsNr")))
    state = boxed(item.get("state"))
    code, when = worded(state.get("code")), worded(state.get("timestamp")) or recorded_at
    checkpoints = (checkpoint_of(code, worded(state.get("reasonCode")), when, number),) if code else ()
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    window = boxed(dig(item, "timeSlot", "deliveryWindow"))
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="trunkrs",
        checkpoints=checkpoints,
        estimates=() if over else window_of(worded(window.get("start")), worded(window.get("end")), stated_at),
        service=worded(item.get("service")) or None,
    )
