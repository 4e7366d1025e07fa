"""Asendia Sync's tracking (JSON) → trackings; its problems → notes."""

from typing import Any

from doorstep.carriers.asendia.codes import event_type_of
from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read one parcel, a list of them, or a problem.

    Raises:
        BadInputError: none of them.
    """
    parcels = [each for each in listed(answer) if isinstance(each, dict) and "trackingEvents" in each]
    notes = tuple(
        CarrierNote(worded(each.get("status")), worded(each.get("detail")) or worded(each.get("title")) or worded(each.get("message")))
        for each in listed(answer)
        if isinstance(each, dict) and "trackingEvents" not in each and (worded(each.get("title")) or worded(each.get("message")))
    )
    if not parcels and not notes:
        raise BadInputError("JSON without trackingEvents and without a problem of Asendia")
    return Parsed(tuple(_tracking(parcel) for parcel in parcels), notes)


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = numbered(worded(parcel.get("trackingNumber")))
    if not number:
        raise BadInputError("a parcel of Asendia without a trackingNumber")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(parcel.get("trackingEvents")))
    return Tracking(tracking_number=number, carrier="asendia", checkpoints=checkpoints)


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, when, country = (worded(dig(event, name)) for name in ("code", "time", "locationCountry"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country=country_of(country)) if when else None,
        place=place_of(city=worded(dig(event, "locationName")), country=country),
        carrier="asendia",
        carrier_code=code,
        carrier_text=worded(dig(event, "carrierEventDescription")),
        tracking_number=number,
    )
