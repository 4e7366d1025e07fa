"""Prestige's packages (JSON) → trackings; its errors → notes."""

from datetime import date
from typing import Any

from doorstep.carriers.clock import latest, read_time, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.prestige.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read packages, none at all, or an error.

    Raises:
        BadInputError: none of them.
    """
    packages = [boxed(package) for package in listed(answer) if isinstance(dig(package, "TrackingEventHistory"), list | dict)]
    if packages:
        return Parsed(tuple(_tracking(package) for package in packages))
    text = worded(dig(answer, "Message")) or worded(dig(answer, "ErrorMessage"))
    if text:
        return Parsed((), (CarrierNote(worded(dig(answer, "ErrorCode")), text),))
    if answer != []:
        raise BadInputError("JSON without a TrackingEventHistory and without an error of Prestige")
    return Parsed()


def _tracking(package: dict[str, Any]) -> Tracking:
    events = [boxed(event) for event in listed(package.get("TrackingEventHistory"))]
    number = numbered(worded(package.get("TrackingNumber")) or next((worded(event.get("TrackingNumber")) for event in events), ""))
    if not number:
        raise BadInputError("a package of Prestige without a number")
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    return Tracking(tracking_number=number, carrier="prestige", checkpoints=checkpoints, estimates=_estimates(events, checkpoints))


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    return Checkpoint(
        event_type=event_type_of(worded(event.get("EventCode"))),
        occurred_at=_occurred_at(worded(event.get("serverDate")), worded(event.get("serverTime"))),
        place=place_of(
            city=worded(event.get("ELCity")),
            region=worded(event.get("ELState")),
            postcode=worded(event.get("ELZip")),
            country=worded(event.get("CountryCode")),
        ),
        carrier="prestige",
        carrier_code=worded(event.get("EventCode")),
        carrier_text=worded(event.get("EventCodeDesc")),
        tracking_number=number,
    )


def _occurred_at(day: str, clock: str) -> OccurredAt | None:
    """Keep the wall time alone: it is the server's, whose zone nobody tells."""
    if not day:
        return None
    if not clock:
        return stamp(read_time(day, "%m/%d/%Y", "%Y-%m-%d"), Precision.DATE)
    wall = read_time(f"{day} {clock}", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")
    return stamp(wall, Precision.SECOND if clock.count(":") > 1 else Precision.MINUTE)


def _estimates(events: list[dict[str, Any]], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the expected days; every event repeats the one that held when it was written."""
    if any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    told: dict[date, Estimate] = {}
    for event, checkpoint in zip(events, checkpoints, strict=True):
        if text := worded(event.get("EstimatedDeliveryDate")):
            day = read_time(text, "%m/%d/%Y", "%Y-%m-%d").date()
            before = told.get(day)
            stated_at = latest((checkpoint.occurred_at, before.stated_at if before else None))
            told[day] = Estimate(from_on=day, to_on=day, stated_at=stated_at)
    return tuple(told.values())
