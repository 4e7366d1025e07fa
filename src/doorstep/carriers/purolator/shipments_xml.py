"""Purolator's TrackingByPinsOrReferences (version 2, XML) → one tracking for each package; what was not found → notes."""

from lxml import etree

from doorstep.carriers.purolator.codes import event_type_of
from doorstep.carriers.purolator.places import located, wall_time
from doorstep.carriers.purolator.scans_xml import notes_of, text
from doorstep.carriers.reading import numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read an envelope.

    Raises:
        BadInputError: a package without its PIN.
    """
    trackings: list[Tracking] = []
    notes = list(notes_of(root))
    for result in root.iter("SearchResult"):
        asked = numbered(text(result, "trackingId"))
        for error in result.iter("shipmentError"):
            notes.append(CarrierNote(text(error, "code"), text(error, "description"), asked or None))
        packages = list(result.iter("package"))
        if not packages and text(result, "status") not in ("", "FOUND"):
            notes.append(CarrierNote(text(result, "status"), "", asked or None))
        trackings += [_tracking(package, packages) for package in packages]
    return Parsed(tuple(trackings), tuple(notes))


def _tracking(package: etree._Element, packages: list[etree._Element]) -> Tracking:
    number = numbered(text(package, "pin"))
    if not number:
        raise BadInputError("a package without its pin")
    events = package.findall("events/event") or package.findall("lastEvent")
    others = dict.fromkeys(numbered(text(other, "pin")) for other in packages)
    return Tracking(
        tracking_number=number,
        carrier="purolator",
        checkpoints=tuple(_checkpoint(event, number) for event in events),
        links=tuple(Link(tracking_number=other, carrier="purolator", role="parcel") for other in others if other not in ("", number)),
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    told = {child.tag.casefold(): (child.text or "").strip() for child in event.iterfind("location/*")}
    place = located(told.get("city", ""), told.get("provincestate", ""), told.get("countrycode", ""), told.get("postalcode", ""))
    day, _, clock = text(event, "dateTime").replace("T", " ").partition(" ")
    return Checkpoint(
        event_type=event_type_of(text(event, "code"), text(event, "description")),
        occurred_at=wall_time(day, clock, place),
        place=place,
        carrier="purolator",
        carrier_code=text(event, "code"),
        carrier_text=text(event, "description"),
        tracking_number=number,
    )
