"""Locate2u's stops and webhooks (JSON) → trackings; its errors → notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp
from doorstep.carriers.locate2u.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def read(answer: Any) -> Parsed:
    """Read stops, a change of one, or an error.

    Raises:
        BadInputError: none of them.
    """
    boxes = [boxed(box) for box in listed(dig(answer, "data") if isinstance(dig(answer, "data"), list) else answer)]
    found = [box for box in boxes if _number(box) and (worded(box.get("status")) or worded(box.get("newStatus")))]
    if found:
        return Parsed(tuple(_tracking(box) for box in found))
    text = worded(dig(answer, "error")) or worded(dig(answer, "title")) or worded(dig(answer, "message"))
    if text:
        return Parsed((), (CarrierNote(worded(dig(answer, "code")) or worded(dig(answer, "status")), text),))
    if any(_number(box) for box in boxes):  # "stop.assigned" tells who drives, and no status
        return Parsed((), tuple(CarrierNote("assigned", "a driver was assigned", _number(box)) for box in boxes if _number(box)))
    raise BadInputError("JSON without a stop and without an error of Locate2u")


def _number(box: dict[str, Any]) -> str:
    """Find what a stop is asked for by; 0 stands for "belongs to no shipment"."""
    for name in ("stopId", "shipmentId"):
        number = numbered(worded(box.get(name)))
        if number not in ("", "0"):
            return number
    return ""


def _tracking(box: dict[str, Any]) -> Tracking:
    number, kind = _number(box), worded(box.get("type"))
    status = worded(box.get("newStatus")) or worded(box.get("status"))
    when = worded(box.get("actionDate")) or worded(box.get("lastModifiedDate"))
    scan = Checkpoint(
        event_type=event_type_of(status, kind),
        occurred_at=iso_stamp(when) if when else None,
        carrier="locate2u",
        carrier_code=status,
        carrier_text="",
        tracking_number=number,
    )
    return Tracking(
        tracking_number=number,
        carrier="locate2u",
        checkpoints=(scan,),
        estimates=_estimates(box, scan),
        service=kind or None,
    )


def _estimates(box: dict[str, Any], scan: Checkpoint) -> tuple[Estimate, ...]:
    """Read the day of the trip, with the window or the time agreed on."""
    day = worded(box.get("tripDate"))
    if not day or ends_journey(scan.event_type) or scan.event_type in ("order_cancelled", "unknown"):
        return ()
    from_time, to_time = _clock(box.get("timeWindowStart")), _clock(box.get("timeWindowEnd"))
    agreed = _clock(box.get("appointmentTime"))
    return (
        Estimate(
            from_on=iso_day(day), to_on=iso_day(day), from_time=from_time or agreed, to_time=to_time or agreed, stated_at=scan.occurred_at
        ),
    )


def _clock(value: Any) -> str | None:
    found = _CLOCK.match(worded(value))
    return found[0] if found else None
