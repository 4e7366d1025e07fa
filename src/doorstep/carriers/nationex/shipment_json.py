"""Nationex's shipment (JSON) → its tracking, and one for each parcel with exceptions of its own; errors → notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.nationex.codes import event_type_of_exception, event_type_of_status
from doorstep.carriers.pieces import NAMELESS, how_many, share_out
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "nationex"
#: "Between 12:45 and 13:45".
_CLOCK = re.compile(r"(?<!\d)(?:[01]\d|2[0-3]):[0-5]\d(?!\d)")


def read(answer: Any) -> Parsed:
    """Read shipments or an error.

    Raises:
        BadInputError: none of them.
    """
    shipments = [boxed(box) for box in listed(answer) if dig(box, "ShipmentId") is not None]
    if shipments:
        return Parsed(tuple(tracking for shipment in shipments for tracking in _trackings(shipment)))
    text = worded(dig(answer, "message")) or worded(dig(answer, "Message")) or worded(dig(answer, "title"))
    if text:
        return Parsed((), (CarrierNote(worded(dig(answer, "code")) or worded(dig(answer, "status")), text),))
    raise BadInputError("JSON without a ShipmentId and without an error of Nationex")


def _trackings(shipment: dict[str, Any]) -> tuple[Tracking, ...]:
    number = numbered(worded(shipment.get("ShipmentId")))
    if not number:
        raise BadInputError("a shipment of Nationex without a number")
    parcels = [boxed(parcel) for parcel in listed(shipment.get("Parcels"))]
    total = max(len(parcels), how_many(shipment.get("TotalParcels")))
    there = sum(ends_journey(event_type_of_status(worded(parcel.get("Status")))) for parcel in parcels)
    told = [(_status(boxed(row), number), _partly(boxed(row), there, total)) for row in listed(shipment.get("StatusHistories"))]
    befell: dict[bytes, tuple[Checkpoint, list[str]]] = {}  # what befell several parcels at once is told once
    for parcel in parcels:
        for row in listed(parcel.get("History")):
            scan = _exception(boxed(row), number)
            befell.setdefault(scan.fingerprint, (scan, []))[1].append(numbered(worded(parcel.get("ParcelId"))) or NAMELESS)
    pieces = (numbered(worded(parcel.get("ParcelId"))) for parcel in parcels)
    shared = share_out(number, [*told, *befell.values()], listed=pieces, total=total, carrier=_SLUG)
    whole = Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(parcels, shared.whole),
        links=shared.links,
        service=worded(shipment.get("ShipmentType")) or None,
    )
    return whole, *shared.trackings(_SLUG)


def _partly(row: dict[str, Any], there: int, total: int) -> list[str]:
    """Take the shipment's end for that of some parcels while only so many of them say that they are there."""
    return [NAMELESS] if 0 < there < total and ends_journey(event_type_of_status(worded(row.get("ShipmentStatus")))) else []


def _status(row: dict[str, Any], number: str) -> Checkpoint:
    status, when = worded(row.get("ShipmentStatus")), worded(row.get("StatusDate"))
    return Checkpoint(
        event_type=event_type_of_status(status),
        occurred_at=iso_stamp(when) if when else None,
        place=place_of(city=worded(row.get("LastLocation"))),
        carrier=_SLUG,
        carrier_code=status,
        carrier_text=worded(row.get("ShipmentStatusEn")) or worded(row.get("ShipmentStatusFr")),
        tracking_number=number,
    )


def _exception(row: dict[str, Any], number: str) -> Checkpoint:
    code, when = worded(row.get("ExceptionId")), worded(row.get("ProcessedDate"))
    return Checkpoint(
        event_type=event_type_of_exception(code),
        occurred_at=iso_stamp(when) if when else None,
        place=place_of(city=worded(row.get("CityDepot"))),
        carrier=_SLUG,
        carrier_code=code,
        carrier_text=worded(row.get("DescriptionEn")) or worded(row.get("DescriptionFr")),
        tracking_number=number,
    )


def _estimates(parcels: list[dict[str, Any]], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read each parcel's expected day with its window ("Between 12:45 and 13:45"); parcels that agree tell it once."""
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    told = {}
    for parcel in parcels:
        if not (day := worded(parcel.get("EstimatedDeliveryDate"))):
            continue
        window = _CLOCK.findall(worded(parcel.get("EstimatedDeliveryTimeEn")) or worded(parcel.get("EstimatedDeliveryTimeFr")))
        start, end = (window[0], window[1]) if len(window) == 2 else (None, None)  # noqa: PLR2004 - both ends
        told[iso_day(day), start, end] = Estimate(
            from_on=iso_day(day), to_on=iso_day(day), from_time=start, to_time=end, stated_at=stated_at
        )
    return tuple(told.values())
