"""Dicom's shipment with its activities (JSON) → trackings; its errors → notes."""

from collections.abc import Sequence
from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.pieces import MOST, how_many, share_out
from doorstep.carriers.reading import dig, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "dicom"
#: Activity codes. The second part tells the manner (NI: left without a signature, as the sender allowed). Dicom publishes no list, so no others are read.
#: Source: the documented answer of Dicom's tracking, read 2026-11-22.
_CODES = {"DL": "delivered"}
#: Statuses that name an event by themselves, lower case; they count only for an activity without a code.
_STATUSES = {"delivered": "delivered", "out for delivery": "out_for_delivery", "in transit": "in_transit", "picked up": "picked_up"}
_UNITS = {"K": "kg", "L": "lb"}


def read(answer: Any) -> Parsed:
    """Read one shipment, several (bare or under `tracking`), or an error.

    Raises:
        BadInputError: none of them.
    """
    found = listed(dig(answer, "tracking")) or listed(answer)
    shipments = [item for item in found if isinstance(item, dict) and "trackingNumber" in item]
    if shipments:
        return Parsed(tuple(tracking for shipment in shipments for tracking in _trackings(shipment)))
    text = worded(dig(answer, "Message")) or worded(dig(answer, "message"))
    if not text:
        raise BadInputError("JSON without a trackingNumber and without an error of Dicom")
    return Parsed(notes=(CarrierNote(worded(dig(answer, "code")) or worded(dig(answer, "Code")), text),))


def _trackings(shipment: dict[str, Any]) -> tuple[Tracking, ...]:
    """Read a shipment; an activity with a parcel's id befell that parcel. How many parcels there are, their lines say, each of so many."""
    number = numbered(worded(shipment.get("trackingNumber")))
    if not number:
        raise BadInputError("a shipment of Dicom without its trackingNumber")
    parcels = listed(shipment.get("parcels"))
    total = sum(how_many(dig(parcel, "quantity")) or 1 for parcel in parcels)
    told = [(_checkpoint(activity, number), _parcels(activity, number, total)) for activity in listed(shipment.get("activities"))]
    shared = share_out(number, told, listed=_counted(number, told, total), total=total, carrier=_SLUG)
    back = dict.fromkeys(numbered(worded(dig(parcel, "returnWaybill"))) for parcel in parcels)
    unit = _UNITS.get(worded(shipment.get("unitOfMeasurement")), "")
    returns = tuple(Link(tracking_number=waybill, carrier=_SLUG, role="return") for waybill in back if waybill not in ("", number))
    whole = Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=shared.whole,
        links=shared.links + returns,
        service=worded(shipment.get("deliveryType")) or None,
        weight_g=grams(dig(parcels[0], "weight"), unit) if len(parcels) == 1 else None,
    )
    return whole, *shared.trackings(_SLUG)


def _parcels(activity: Any, number: str, total: int) -> list[str]:
    """Number the parcel of an activity after its shipment: Dicom only counts them. A single one is the shipment."""
    parcel = numbered(worded(dig(activity, "parcelId"))) if total > 1 else ""
    return [f"{number}-{parcel}"] if parcel else []


def _counted(number: str, told: Sequence[tuple[Checkpoint, list[str]]], total: int) -> list[str]:
    """Count the parcels through, where their ids do: of those that no activity names, nobody has said anything."""
    every = [f"{number}-{place}" for place in range(1, min(total, MOST) + 1)]
    named = {parcel for _, parcels in told for parcel in parcels}
    return every if named and named <= set(every) else []


def _checkpoint(activity: Any, number: str) -> Checkpoint:
    code, manner = worded(dig(activity, "code")), worded(dig(activity, "codeDetail"))
    status, detail = worded(dig(activity, "status")), worded(dig(activity, "statusDetail"))
    when, terminal = worded(dig(activity, "activityDate")) or worded(dig(activity, "createDate")), worded(dig(activity, "terminal"))
    return Checkpoint(
        event_type=(_CODES.get(code) if code else _STATUSES.get(status.casefold())) or "unknown",
        occurred_at=iso_stamp(when) if when else None,
        place=Place(facility=terminal) if terminal else None,
        carrier=_SLUG,
        carrier_code="/".join(part for part in (code, manner) if part),
        carrier_text="; ".join(part for part in (status, detail) if part),
        tracking_number=number,
    )
