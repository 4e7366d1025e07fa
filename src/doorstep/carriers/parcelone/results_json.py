"""Parcel.One's `results` (JSON) → trackings; errors and numbers without any event → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.parcelone.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "parcelone"
#: Several companies go by this name; which of them carries the last mile is not said.
_WHICH = "DHL"


def read(answer: Any) -> Parsed:
    """Read one result, several, or an error.

    Raises:
        BadInputError: none of them.
    """
    if not isinstance(answer, dict) or ("success" not in answer and "results" not in answer):
        raise BadInputError("JSON without success and results of Parcel.One")
    asked = worded(answer.get("instance")).rpartition("/")[2]  # "/tracking/PA1/123456789012"
    results = [boxed(result) for result in listed(answer.get("results"))]
    alone = asked if len(results) == 1 else ""
    told = [_result(result, alone) for result in results]
    notes = [one for one in told if isinstance(one, CarrierNote)]
    for error in listed(answer.get("errors")):
        notes.append(
            CarrierNote(
                worded(dig(error, "ErrorNo")) or worded(dig(error, "code")), worded(dig(error, "Message")) or worded(dig(error, "message"))
            )
        )
    if not told and not notes:
        notes.append(CarrierNote(worded(answer.get("status")), worded(answer.get("message"))))
    return Parsed(tuple(one for one in told if isinstance(one, Tracking)), tuple(notes))


def _result(result: dict[str, Any], asked: str) -> Tracking | CarrierNote:
    """Read one result; the carrier of the last mile has a number of its own, which stands in where ours is not told."""
    theirs = numbered(worded(result.get("CarrierTrackingID")))
    number = numbered(worded(result.get("TrackingID")) or asked) or theirs
    events = [boxed(event) for event in listed(result.get("Events"))]
    if not number or (not events and not theirs):
        return CarrierNote(worded(result.get("StatusCode")), worded(result.get("Status")), number or None)
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    carrier = worded(result.get("CarrierIDLMC"))
    slug = None if carrier == _WHICH else carrier_slug(carrier)
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(worded(result.get("EstimatedDelivery")), checkpoints),
        links=(Link(tracking_number=theirs, carrier=slug, role="last_mile"),) if theirs not in ("", number) else (),
        signed_by=worded(result.get("SignedBy")) or None,
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, when = worded(event.get("StatusCode")), worded(event.get("DateTime"))
    place = _place(worded(event.get("Location")))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier=_SLUG,
        carrier_code=code,
        carrier_text=worded(event.get("Description")) or worded(event.get("Status")),
        tracking_number=number,
    )


def _place(text: str) -> Place | None:
    """Read "Munich, Germany"; a place without a country stays text."""
    city, _, last = text.rpartition(",")
    country = country_of(last) if city else None
    return place_of(city=city.strip(), country=country) if country else place_of(text=text)


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
