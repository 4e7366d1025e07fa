"""EPCIS events → trackings, one for each logistic unit they name."""

from datetime import timedelta

import msgspec

from doorstep.carriers.clock import iso_stamp, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.epcis.codes import TAKES_IN, event_type_of, short
from doorstep.carriers.epcis.events import Document, Event
from doorstep.carriers.epcis.identifiers import facility_of, number_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt, offset_of
from doorstep.domain.tracking import Checkpoint, Tracking
from doorstep.errors import BadInputError

#: What a shipment that did not take place was reported as, unless the document tells otherwise.
_SHIPPED = "shipping/in_transit"


def trackings_of(document: Document, carrier: str) -> tuple[tuple[Tracking, ...], int]:
    """Sort the events by the units they name; also count those that name none.

    Raises:
        BadInputError: a time that is none; the text names the event.
    """
    told: dict[str, list[Checkpoint]] = {}
    goods = 0
    for event in document.events:
        parent = number_of(event.parent)
        children = tuple(dict.fromkeys(number for epc in event.epcs if (number := number_of(epc)) and number != parent))
        goods += not (parent or children)
        place, when = _place(event, document), _when(event)
        outer, inner = _event_type(event, inside=False), _event_type(event, inside=bool(parent))
        for number in (parent, *children):
            if number:
                event_type = outer if number == parent else inner
                told.setdefault(number, []).append(_checkpoint(event, event_type, number, carrier, place, when))
    return tuple(
        Tracking(tracking_number=number, carrier=carrier, checkpoints=tuple(_voided(scans))) for number, scans in told.items()
    ), goods


def _event_type(event: Event, *, inside: bool) -> str:
    """Read step and disposition; a unit inside another is joined to it or parted from it, and taken in at its destination is delivered."""
    step, disposition = short(event.step), short(event.disposition)
    if event.declared is not None:
        return "event_retracted"
    read = event_type_of(step, disposition)
    if inside and step in ("packing", "unpacking"):
        return "consolidated" if step == "packing" else "deconsolidated"
    here = {facility_of(place) for place in (event.read_point, event.location) if place}
    if step in TAKES_IN and read in ("facility_arrival", "accepted") and any(facility_of(one) in here for one in event.destinations if one):
        return "delivered"
    return read


def _checkpoint(event: Event, event_type: str, number: str, carrier: str, place: Place | None, when: OccurredAt | None) -> Checkpoint:
    code = "/".join(filter(None, (short(event.step), short(event.disposition))))
    taken_back = event.declared is not None
    return Checkpoint(
        event_type=event_type,
        occurred_at=when,
        place=place,
        carrier=carrier,
        carrier_code=f"{event.declared or 'error'}/{code}" if taken_back else code,
        carrier_text="",
        tracking_number=number,
        retracts=code if taken_back else _SHIPPED if event_type == "event_retracted" else None,
    )


def _voided(scans: list[Checkpoint]) -> list[Checkpoint]:
    """Let a void_shipping take back the shipping this document reported, if it did under another disposition."""
    shipped = next((scan.carrier_code for scan in reversed(scans) if scan.carrier_code.startswith("shipping")), "")
    if not shipped or shipped == _SHIPPED:
        return scans
    voids = "void_shipping"
    return [msgspec.structs.replace(scan, retracts=shipped) if scan.carrier_code.startswith(voids) else scan for scan in scans]


def _when(event: Event) -> OccurredAt | None:
    """Stamp the event in its own time zone: eventTime is an instant, eventTimeZoneOffset says what the clock on the wall showed."""
    if not event.time:
        return None
    try:
        sent = iso_stamp(event.time)
        if not event.offset:
            return sent
        shift = offset_of(event.offset)
        wall = sent.instant.replace(tzinfo=None) + (shift if sent.offset is not None else timedelta())
        return stamp(wall, sent.precision, offset=event.offset)
    except (BadInputError, ValueError, OverflowError) as error:
        raise BadInputError(f"event {event.at}: eventTime {event.time[:40]!r} {event.offset[:10]!r} is no time") from error


def _place(event: Event, document: Document) -> Place | None:
    for identifier in (event.read_point, event.location):
        if known := document.places.get(identifier):
            facility = facility_of(identifier)
            return Place(known.text, known.city, known.region, known.postcode, known.country, facility or None)
    identifier = event.read_point or event.location
    return place_of(text=identifier if identifier.startswith("geo:") else "", facility=facility_of(identifier))
