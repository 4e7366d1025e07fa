"""Landmark's TrackResponse (XML) → one tracking for each package; its errors → notes."""

import re

from lxml import etree

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.landmark.codes import event_type_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import numbered
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: What stands in the end carrier's field until one is chosen. Source: a live answer of 2026, read 2026-11-22.
_UNCHOSEN = "to be routed"


#: Two letters after a town that are a state or province there, though some (CA, IN, DE) are countries elsewhere. Source: USPS, Canada Post, as known on 2026-11-22.
_STATES = re.compile(
    "A[BKLRZ]|BC|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ABDEINOST]|N[BCDEHJLMSTUVY]|O[HKNR]|P[AER]|QC|RI|S[CDK]|T[NX]|UT|V[AT]|W[AIVY]|YT"
)


def read(root: etree._Element) -> Parsed:
    """Read a TrackResponse.

    Raises:
        BadInputError: not one.
    """
    if root.tag != "TrackResponse":
        raise BadInputError("XML without a TrackResponse of Landmark")
    notes = tuple(CarrierNote(_text(error, "ErrorCode"), _text(error, "ErrorMessage")) for error in root.iter("Error"))
    return Parsed(
        tuple(
            _tracking(package, _text(result, "ShipmentDetails/EndDeliveryCarrier"))
            for result in root.findall("Result")
            for package in result.iter("Package")
        ),
        notes,
    )


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(package: etree._Element, end_carrier: str) -> Tracking:
    theirs = numbered(_text(package, "TrackingNumber"))
    number = numbered(_text(package, "LandmarkTrackingNumber")) or theirs
    if not number:
        raise BadInputError("a package of Landmark without a number")
    slug = None if end_carrier.lower() == _UNCHOSEN else carrier_slug(end_carrier)
    return Tracking(
        tracking_number=number,
        carrier="landmark",
        checkpoints=tuple(_checkpoint(event, number) for event in package.findall("Events/Event")),
        links=(Link(tracking_number=theirs, carrier=slug, role="last_mile"),) if theirs not in ("", number) else (),
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    code, sentence = _text(event, "EventCode"), _text(event, "Status")
    return Checkpoint(
        event_type=event_type_of(code, sentence),
        occurred_at=_occurred_at(_text(event, "DateTime")),
        place=_place(_text(event, "Location")),
        carrier="landmark",
        carrier_code=code,
        carrier_text=sentence,
        tracking_number=number,
    )


def _occurred_at(text: str) -> OccurredAt | None:
    """Keep the wall time alone: Landmark's own scans follow US Central time and end carriers' their own, in one list and unmarked."""
    if not text:
        return None
    if not text.partition(" ")[2]:
        return stamp(read_time(text, "%m/%d/%Y", "%Y-%m-%d"), Precision.DATE)
    wall = read_time(text, "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M")
    return stamp(wall, Precision.SECOND if text.count(":") > 1 else Precision.MINUTE)


def _place(text: str) -> Place | None:
    """Read "Los Angeles, CA, US", "Paris, FR" and "Columbus, OH"; any other form stays text."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and (country := country_of(parts[2])):  # noqa: PLR2004 - city, region, country
        return place_of(city=parts[0], region=parts[1], country=country)
    if len(parts) == 2 and _STATES.fullmatch(parts[1]):  # noqa: PLR2004 - city, region
        return place_of(city=parts[0], region=parts[1])
    if len(parts) == 2 and (country := country_of(parts[1])):  # noqa: PLR2004 - city, country
        return place_of(city=parts[0], country=country)
    return place_of(text=text)
