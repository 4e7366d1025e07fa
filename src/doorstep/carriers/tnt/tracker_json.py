"""The answer behind tnt.com's tracking page (JSON) → trackings; numbers not found → notes.

Source of the shape: a public client of that page, read 2026-11-22.
"""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.tnt.codes import event_type_of
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: Where the day of arrival comes from while it is still expected; else it is the day of delivery.
_EXPECTED = frozenset({"originalEta", "revisedEta", "outForDeliveryEta"})


def read(answer: Any) -> Parsed:
    """Read an answer; a number used twice has two consignments.

    Raises:
        BadInputError: it has neither consignments nor numbers not found.
    """
    output = boxed(dig(answer, "tracker.output"))
    found = [item for item in listed(output.get("consignment")) if isinstance(item, dict)]
    missing = [numbered(worded(dig(item, "input"))) for item in listed(output.get("notFound"))]
    if not found and not any(missing):
        raise BadInputError("JSON without tracker.output of TNT, or with nothing in it")
    notes = tuple(CarrierNote("not_found", "TNT does not know the number", number) for number in missing if number)
    return Parsed(tuple(_tracking(item) for item in found), notes)


def _tracking(item: dict[str, Any]) -> Tracking:
    number = numbered(worded(item.get("consignmentNumber")))
    if not number:
        raise BadInputError("a consignment of TNT without its number")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(item.get("events")) if isinstance(event, dict))
    told = worded(item.get("destinationDate"))
    expected = worded(dig(item, "analytics", "destinationDateSources", "usedDate")) in _EXPECTED
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="tnt",
        checkpoints=checkpoints,
        estimates=(Estimate(from_on=iso_day(told), to_on=iso_day(told), stated_at=stated_at),) if told and expected and not over else (),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, sentence, when = worded(event.get("legacyCode")), worded(event.get("statusDescription")), worded(event.get("date"))
    where = boxed(event.get("location"))
    place = place_of(city=worded(where.get("city")), country=worded(where.get("countryCode")) or worded(where.get("country")))
    return Checkpoint(
        event_type=event_type_of(code, sentence),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier="tnt",
        carrier_code=code,
        carrier_text=sentence,
        tracking_number=number,
    )
