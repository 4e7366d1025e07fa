"""Zoom2u's booking, as answered or pushed (JSON) → one tracking; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.carriers.zoom2u.codes import event_type_of
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read a booking, bare, listed, or as `data` of a webhook, or an error.

    Raises:
        BadInputError: none of them.
    """
    body = dig(answer, "data") or dig(answer, "Data") or answer
    found = [item for item in listed(body) if isinstance(item, dict) and worded(_told(item, "status"))]
    notes: tuple[CarrierNote, ...] = ()
    if not found and (text := worded(dig(answer, "message")) or worded(dig(answer, "Message"))):
        notes = (CarrierNote(worded(dig(answer, "error-code")) or worded(dig(answer, "code")), text),)
    if not found and not notes:
        raise BadInputError("JSON without a booking's status and without an error of Zoom2u")
    return Parsed(tuple(_tracking(item) for item in found), notes)


def _told(item: dict[str, Any], name: str) -> Any:
    """Return a field that Zoom2u writes "status" in answers and "Status" in others."""
    return item.get(name) or item.get(name[:1].upper() + name[1:])


def _tracking(item: dict[str, Any]) -> Tracking:
    number = numbered(worded(_told(item, "reference")) or worded(_told(item, "purchaseOrderNumber")))
    if not number:
        raise BadInputError("a booking of Zoom2u without its reference")
    status, when = worded(_told(item, "status")), worded(_told(item, "statusChangeDateTime"))
    scan = Checkpoint(
        event_type=event_type_of(status),
        occurred_at=iso_stamp(when) if when else None,  # "Unassigned" has none
        carrier="zoom2u",
        carrier_code=status,
        carrier_text="",
        tracking_number=number,
    )
    return Tracking(tracking_number=number, carrier="zoom2u", checkpoints=(scan,))
