"""Ukrposhta's statuses, of one or many barcodes (JSON) → trackings; barcodes not found and errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.carriers.ukrposhta.codes import event_type_of
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the statuses of many barcodes (`found`, `notFound`), those of one (a list), its last (an object), or an error.

    Raises:
        BadInputError: none of them.
    """
    missing = [numbered(worded(barcode)) for barcode in listed(dig(answer, "notFound"))]
    notes = [CarrierNote("not_found", "Ukrposhta does not know the barcode", barcode) for barcode in missing if barcode]
    fault = dig(answer, "fault") or answer
    if worded(dig(fault, "message")) and not worded(dig(answer, "event")):
        notes.append(CarrierNote(worded(dig(fault, "code")) or worded(dig(fault, "status")), worded(dig(fault, "message"))))
    found = dig(answer, "found")
    events = [event for each in boxed(found).values() for event in listed(each)] if isinstance(found, dict) else listed(found or answer)
    by_number: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if isinstance(event, dict) and (number := numbered(worded(event.get("barcode")))):
            by_number.setdefault(number, []).append(event)
    if not by_number and not notes and answer != [] and not isinstance(found, dict):
        raise BadInputError("JSON without a barcode and without an error of Ukrposhta")
    return Parsed(tuple(_tracking(number, of_it) for number, of_it in by_number.items()), tuple(notes))


def _tracking(number: str, events: list[dict[str, Any]]) -> Tracking:
    return Tracking(tracking_number=number, carrier="ukrposhta", checkpoints=tuple(_checkpoint(event, number) for event in events))


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, reason, when = worded(event.get("event")), worded(event.get("eventReason")), worded(event.get("date"))
    country = worded(event.get("country"))
    place = place_of(
        postcode=worded(event.get("index")), facility=worded(event.get("name")), country="UA" if country == "Україна" else country
    )
    return Checkpoint(
        event_type=event_type_of(code, reason, worded(event.get("eventName"))),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier="ukrposhta",
        carrier_code="/".join(part for part in (code, worded(event.get("eventReason_id")) if reason else "") if part),
        carrier_text=worded(event.get("eventName")),
        tracking_number=number,
    )
