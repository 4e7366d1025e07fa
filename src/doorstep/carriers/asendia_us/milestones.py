"""Asendia USA's tracking milestones (JSON) → trackings; a status that is no success → a note."""

from typing import Any

from doorstep.carriers.asendia_us.codes import event_type_of
from doorstep.carriers.clock import iso_stamp, read_time, stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_EVENTS = "trackingMilestoneEvents"


def read(answer: Any) -> Parsed:
    """Read the parcels under `data` (or one bare), and the answer's own status where it is no success.

    Raises:
        BadInputError: neither.
    """
    body = boxed(answer)
    parcels = [each for each in (*listed(body.get("data")), body) if isinstance(each, dict) and _EVENTS in each]
    told = boxed(body.get("responseStatus")) or body
    code, text = worded(told.get("responseStatusCode")), worded(told.get("responseStatusMessage"))
    notes = (CarrierNote(code, text),) if code and (not parcels or not code.startswith("2")) else ()
    if not parcels and not notes:
        raise BadInputError(f"JSON without {_EVENTS} and without a responseStatusCode of Asendia USA")
    return Parsed(tuple(_tracking(parcel) for parcel in parcels), notes)


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = numbered(worded(parcel.get("trackingNumberVendor")) or worded(parcel.get("trackingNumber")))
    if not number:
        raise BadInputError("a parcel of Asendia USA without a trackingNumberVendor")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(parcel.get(_EVENTS)))
    return Tracking(tracking_number=number, carrier="asendia_us", checkpoints=checkpoints)


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, text, when, where = (worded(dig(event, f"event{name}")) for name in ("Code", "Description", "On", "Location"))
    place = _place(where)
    return Checkpoint(
        event_type=event_type_of(code, text),
        occurred_at=_occurred_at(when, place) if when else None,
        place=place,
        carrier="asendia_us",
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
    )


def _place(text: str) -> Place | None:
    """Read "Elk Grove, IL, US" from its end; what does not end in a country is kept as it is."""
    parts = [part.strip() for part in text.split(",")]
    if not country_of(parts[-1]) or len(parts) == 1:
        return place_of(country=text) if country_of(text) else place_of(text=text)
    region = parts[-2] if len(parts) > 2 else ""  # noqa: PLR2004 - city, state, country
    return place_of(city=parts[0], region=region, country=parts[-1])


def _occurred_at(text: str, place: Place | None) -> OccurredAt:
    country, region = (place.country, place.region) if place else (None, None)
    if "/" not in text:
        return iso_stamp(text, country=country, region=region)
    wall = read_time(text, "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")
    precision = (Precision.DATE, Precision.MINUTE, Precision.SECOND)[min(text.count(":"), 2)]
    return stamp(wall, precision, country=country, region=region)
