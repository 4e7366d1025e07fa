"""InPost's parcels (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import place_of
from doorstep.carriers.families.inpost_statuses import event_type_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: Where the parcel lies at the pick-up point, so that the point is the scan's place.
_AT_POINT = frozenset({"ready_for_pickup", "ready_for_pickup_locker", "pickup_reminder", "pickup_expired", "collected_by_recipient"})
#: Without a log: the field that dates the parcel's current status.
_DATED_BY = {
    "ready_for_pickup": "storedDate",
    "ready_for_pickup_locker": "storedDate",
    "delivered": "pickUpDate",
    "collected_by_recipient": "pickUpDate",
    "return_started": "returnedToSenderDate",
}

#: Status, title, time and location of one event, as sent; "" and {} for what was not.
_Row = tuple[str, str, str, dict[str, Any]]


def read(answer: Any) -> Parsed:
    """Read a parcel, the list of the app, the answer to "follow this number", or an error.

    Raises:
        BadInputError: none of them.
    """
    parcels = [
        parcel
        for box in listed(answer)
        for parcel in (*listed(dig(box, "parcels")), dig(box, "trackedParcel"), box)
        if dig(parcel, "shipmentNumber") is not None
    ]
    notes = () if parcels else _notes(answer)
    if not parcels and not notes and answer != [] and not isinstance(dig(answer, "parcels"), list):
        raise BadInputError("JSON without a shipmentNumber and without an error of InPost")
    return Parsed(tuple(_tracking(parcel) for parcel in parcels), notes)


def _notes(answer: Any) -> tuple[CarrierNote, ...]:
    code = worded(dig(answer, "error")) or worded(dig(answer, "status"))
    texts = (worded(dig(answer, name)) for name in ("description", "message", "detail", "title"))
    text = next((text for text in texts if text), "")
    return (CarrierNote(code, text),) if code and (text or dig(answer, "error")) else ()


def _tracking(parcel: Any) -> Tracking:
    number = numbered(worded(dig(parcel, "shipmentNumber")))
    if not number:
        raise BadInputError("a parcel of InPost without its number")
    point = boxed(dig(parcel, "pickUpPoint"))
    rows = _logged(parcel) or _shown(parcel) or _current(parcel)
    return Tracking(
        tracking_number=number,
        carrier="inpost",
        checkpoints=tuple(_checkpoint(row, number, point) for row in rows),
        service=worded(dig(parcel, "shipmentType")) or None,
        pickup=_pickup(parcel, point),
    )


def _pickup(parcel: Any, point: dict[str, Any]) -> PickupPoint | None:
    """Read where, until when and with which code; of what kind the point is InPost's app tells by the manner of delivery alone."""
    address = boxed(point.get("addressDetails"))
    until = worded(dig(parcel, "expiryDate"))
    return point_of(
        name=worded(point.get("name")),
        lines=(
            " ".join(part for part in (worded(address.get("street")), worded(address.get("buildingNumber"))) if part),
            worded(point.get("locationDescription")),
        ),
        postcode=worded(address.get("postCode")),
        city=worded(address.get("city")),
        country=worded(address.get("country")),
        hours_text=worded(point.get("openingHours")),
        collect_by=iso_stamp(until) if until else None,
        code=worded(dig(parcel, "openCode")),
    )


def _logged(parcel: Any) -> list[_Row]:
    rows = [boxed(entry) for entry in listed(dig(parcel, "eventLog"))]
    return [(worded(row.get("name")), "", worded(row.get("date")), {}) for row in rows if worded(row.get("name"))]


def _shown(parcel: Any) -> list[_Row]:
    """Take the events as the app shows them, where there is no log of codes."""
    rows = [boxed(event) for event in listed(dig(parcel, "events"))]
    return [
        (worded(row.get("eventCode")), worded(row.get("eventTitle")), worded(row.get("date")), boxed(row.get("location"))) for row in rows
    ]


def _current(parcel: Any) -> list[_Row]:
    """Make the one scan that a parcel without any history still tells."""
    status = worded(dig(parcel, "status"))
    when = worded(dig(parcel, _DATED_BY.get(event_type_of(status), "")))
    return [(status, "", when, {})] if status else []


def _checkpoint(row: _Row, number: str, point: dict[str, Any]) -> Checkpoint:
    status, title, when, location = row
    event_type = event_type_of(status)
    place = place_of(city=worded(location.get("city")), country=worded(location.get("countryCode")))
    if event_type in _AT_POINT:
        place = _point_place(point) or place
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when) if when else None,
        place=place,
        carrier="inpost",
        carrier_code=status,
        carrier_text=title,
        tracking_number=number,
    )


def _point_place(point: dict[str, Any]) -> Place | None:
    address = boxed(point.get("addressDetails"))
    return place_of(
        facility=worded(point.get("name")),
        text=worded(point.get("locationDescription")),
        city=worded(address.get("city")),
        postcode=worded(address.get("postCode")),
        country=worded(address.get("country")),
    )
