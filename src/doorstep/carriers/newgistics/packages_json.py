"""Newgistics' packages (JSON) → trackings; packages it does not know → notes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from doorstep.carriers.clock import latest, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.newgistics.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: Milliseconds since 1970 and the offset of the machine that wrote them: together the wall time that was stored.
_STORED = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
_UNITS = {"pounds": "lb", "ounces": "oz", "kilograms": "kg", "grams": "g"}


def read(answer: Any) -> Parsed:
    """Read packages, or the reason why there are none.

    Raises:
        BadInputError: neither.
    """
    if isinstance(dig(answer, "Packages"), list | dict):
        packages = listed(dig(answer, "Packages"))
        told = [_package(boxed(package)) for package in packages]
        return Parsed(tuple(one for one in told if isinstance(one, Tracking)), tuple(one for one in told if isinstance(one, CarrierNote)))
    text = _word(dig(answer, "ErrorMessage")) or _word(dig(answer, "Message"))
    if not text:
        raise BadInputError("JSON without Packages and without an error of Newgistics")
    return Parsed((), (CarrierNote(_word(dig(answer, "ErrorCode")), text),))


def _word(value: Any) -> str:
    """Read a text; Newgistics writes "null" for none."""
    text = worded(value)
    return "" if text == "null" else text


def _package(package: dict[str, Any]) -> Tracking | CarrierNote:
    number = numbered(_word(package.get("TrackingNumber")))
    events = package.get("PackageTrackingEvents")
    if not isinstance(events, list | dict):
        return CarrierNote(_word(package.get("Status")), _word(package.get("ErrorMessage")), number or None)
    if not number:
        raise BadInputError("a package of Newgistics without a number")
    back = _word(package.get("Service")).upper() == "RETURN"
    checkpoints = tuple(_checkpoint(boxed(event), number, is_return=back) for event in listed(events))
    unit = _word(package.get("UnitOfMeasure")).lower()
    return Tracking(
        tracking_number=number,
        carrier="newgistics",
        checkpoints=checkpoints,
        estimates=_estimates(package, checkpoints),
        service=_word(package.get("CarrierService")) or None,
        weight_g=grams(package.get("Weight"), _UNITS.get(unit, unit)),
        signed_by=_word(package.get("Signer")) or None,
        is_return=back,
    )


def _checkpoint(event: dict[str, Any], number: str, *, is_return: bool) -> Checkpoint:
    code, state = _word(event.get("EventCode")), _word(event.get("State"))
    event_type = event_type_of(code)
    return Checkpoint(
        event_type=event_type,
        occurred_at=_occurred_at(event, state),
        place=place_of(
            city=_word(event.get("City")),
            region=state,
            postcode=_word(event.get("PostalCode")),
            country="US" if state else "",
            facility=_word(event.get("FacilityName")),
        ),
        carrier="newgistics",
        carrier_code=code,
        carrier_text=_word(event.get("EventDescription")) or _word(event.get("Description")),
        tracking_number=number,
        is_return=is_return,
    )


def _wall(value: Any) -> datetime | None:
    """Read "/Date(1469163600000-0500)/" as the wall time it was stored as; None for "null" and for the unset date of the year 1."""
    found = _STORED.fullmatch(_word(value))
    if found is None:
        return None
    offset = found[2] or "+0000"
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:])) * (-1 if offset[0] == "-" else 1)
    try:
        wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1])) + shift
    except OverflowError:
        return None
    return wall.replace(tzinfo=None, microsecond=0) if 1 < wall.year < 9999 else None  # noqa: PLR2004 - unset dates


def _occurred_at(event: dict[str, Any], state: str) -> OccurredAt | None:
    """Join the day of `Date` with the time of day of `Time`; the offsets are the writing machine's, so the zone is the place's."""
    day, clock = _wall(event.get("Date")), _wall(event.get("Time"))
    if day is None:
        return None
    if clock is None:
        return stamp(day, Precision.DATE, country="US", region=state or None)
    return stamp(datetime.combine(day, clock.time()), Precision.SECOND, country="US", region=state or None)


def _day(value: Any) -> date | None:
    wall = _wall(value)
    return wall.date() if wall else None


def _estimates(package: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    first, last = _day(package.get("MinEstimatedDeliveryDate")), _day(package.get("MaxEstimatedDeliveryDate"))
    only = _day(package.get("ActualEstimatedDeliveryDate")) or _day(package.get("EstimatedDeliveryDate"))
    first, last = first or only, last or only
    if not first or not last or first > last or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    return (Estimate(from_on=first, to_on=last, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
