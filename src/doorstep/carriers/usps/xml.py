"""USPS Web Tools `TrackResponse` (XML, with fields or as lines of text) → trackings and notes."""

import re

from lxml import etree

from doorstep.carriers.clock import latest, read_time, stamp
from doorstep.carriers.families.usps_codes import event_type_of, event_type_of_sentence
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.carriers.usps.places import place_in, place_of
from doorstep.carriers.usps.prose import checkpoint_in
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_MARKUP = re.compile(r"<SUP>.*?</SUP>|<[^<>]*>", re.IGNORECASE)
#: "Out for Delivery, 07/14/2020, 7:10 am, JERICHO, NY 11753"; the sentence itself may hold commas.
_LINE = re.compile(
    r"^(?P<text>.+?), (?P<date>\d\d/\d\d/\d{4}|[A-Z][a-z]+ \d{1,2}, \d{4})(?:, (?P<time>\d{1,2}:\d\d [ap]m))?(?:, (?P<place>.+))?$"
)
#: "May 30 11:07 am NOTICE LEFT WILMINGTON DE 19801."
_OLDER_LINE = re.compile(r"^[A-Z][a-z]+ \d{1,2} \d{1,2}:\d\d [ap]m (?P<rest>.+?)\.?$", re.ASCII)


def read(root: etree._Element) -> Parsed:
    """Read an answer, whose parts may each be an error, or one error.

    Raises:
        BadInputError: another document.
    """
    if root.tag == "Error":
        return Parsed(notes=(_note(root, None),))
    infos = root.findall("TrackInfo") if root.tag == "TrackResponse" else []
    if not infos:
        raise BadInputError(f"an XML <{str(root.tag)[:40]}> is no answer of USPS Web Tools")
    trackings = []
    notes = []
    for info in infos:
        number = numbered(info.get("ID") or "")
        if (error := info.find("Error")) is not None:
            notes.append(_note(error, number or None))
        else:
            trackings.append(_tracking(info, number))
            notes += _unread(info, trackings[-1])
    return Parsed(tuple(trackings), tuple(notes))


def _text(element: etree._Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _note(error: etree._Element, number: str | None) -> CarrierNote:
    return CarrierNote(_text(error, "Number"), _text(error, "Description"), number)


def _tracking(info: etree._Element, number: str) -> Tracking:
    if not number:
        raise BadInputError("a TrackInfo without its ID")
    events = [child for child in info if child.tag in ("TrackSummary", "TrackDetail")]
    pairs = [(event, checkpoint) for event in events if (checkpoint := _checkpoint(event, number))]
    checkpoints = tuple(checkpoint for _, checkpoint in pairs)
    done = [event for event, checkpoint in pairs if ends_journey(checkpoint.event_type)]
    names = [name for event in done if (name := _text(event, "Name"))]
    return Tracking(
        tracking_number=number,
        carrier="usps",
        checkpoints=checkpoints,
        estimates=() if done else _estimates(info, latest(checkpoint.occurred_at for checkpoint in checkpoints)),
        service=" ".join(_MARKUP.sub("", _text(info, "Class")).split()) or None,
        signed_by=names[0] if names else None,
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint | None:
    """Read an event: fields, a line, or a summary in prose, which is the newest event and stands in no line; None for other prose."""
    if event.find("EventCode") is None and event.find("Event") is None:
        line = " ".join((event.text or "").split())
        return _from_line(line, number) or _from_older_line(line, number) or checkpoint_in(line, number)
    code, attribute, text = (_text(event, name) for name in ("EventCode", "DeliveryAttributeCode", "Event"))
    place = place_of(*(_text(event, name) for name in ("EventCity", "EventState", "EventZIPCode", "EventCountry")))
    return Checkpoint(
        event_type=event_type_of(code.upper(), attribute, text) if code else event_type_of_sentence(text),
        occurred_at=_when(_text(event, "EventDate"), _text(event, "EventTime"), place),
        place=place,
        carrier="usps",
        carrier_code="/".join(part for part in (code.upper(), attribute) if part),
        carrier_text=text,
        tracking_number=number,
    )


def _from_line(line: str, number: str) -> Checkpoint | None:
    found = _LINE.match(line)
    if not found:
        return None
    place = place_in(found["place"] or "")
    return Checkpoint(
        event_type=event_type_of_sentence(found["text"]),
        occurred_at=_when(found["date"], found["time"] or "", place),
        place=place,
        carrier="usps",
        carrier_code="",
        carrier_text=found["text"],
        tracking_number=number,
    )


def _from_older_line(line: str, number: str) -> Checkpoint | None:
    """Read "May 30 11:07 am NOTICE LEFT WILMINGTON DE 19801.": no year, so no time can be kept; the place has no mark before it."""
    found = _OLDER_LINE.match(line)
    if not found:
        return None
    words = found["rest"].split()
    for length in range(len(words), 0, -1):
        event_type = event_type_of_sentence(" ".join(words[:length]))
        if event_type != "unknown":
            break
    else:
        return None
    return Checkpoint(
        event_type=event_type,
        occurred_at=None,
        place=place_in(" ".join(words[length:])),
        carrier="usps",
        carrier_code="",
        carrier_text=line,
        tracking_number=number,
    )


def _unread(info: etree._Element, tracking: Tracking) -> list[CarrierNote]:
    """Keep a summary in prose that tells no event ("There is no record of that mail item") as a note."""
    told = " ".join((info.findtext("TrackSummary") or "").split())
    return [CarrierNote("", told, tracking.tracking_number)] if told and not tracking.checkpoints else []


def _when(date: str, time: str, place: Place | None) -> OccurredAt | None:
    """Read "April 28, 2015" and "9:01 am": wall time at the place of the scan, no zone told."""
    if not date:
        return None
    wall = read_time(f"{date} {time}", "%B %d, %Y %I:%M %p", "%B %d, %Y", "%m/%d/%Y %I:%M %p", "%m/%d/%Y")
    return stamp(
        wall, Precision.MINUTE if time else Precision.DATE, country=place.country if place else None, region=place.region if place else None
    )


def _estimates(info: etree._Element, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    for name in ("PredictedDeliveryDate", "ExpectedDeliveryDate", "GuaranteedDeliveryDate"):
        if written := _text(info, name):
            day = read_time(written, "%B %d, %Y", "%m/%d/%Y").date()
            return (Estimate(from_on=day, to_on=day, stated_at=stated),)
    return ()
