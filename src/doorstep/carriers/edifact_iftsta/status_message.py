"""One IFTSTA message → trackings: its consignments' events, and those of the pieces they name."""

from collections.abc import Iterable, Sequence

import msgspec

from doorstep.carriers.countries import place_of
from doorstep.carriers.edifact_iftsta.codes import OWN_LISTS, event_type_of
from doorstep.carriers.edifact_iftsta.windows import estimates_of
from doorstep.carriers.families.edifact import Message, Moment, Segment, moment_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.partners import slug_of_scac
from doorstep.carriers.reading import grams, numbered
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Link, Tracking

#: RFF qualifiers that name what is carried, best first: the carrier's own, the waybill, the house waybill, the transport document.
#: Source: UN/EDIFACT code list 1153, as known on 2026-11-22.
_REFERENCES = ("CN", "AAM", "AWB", "HWB", "AAS", "BM", "SRN")
#: DTM qualifiers (2005) that say when a status came about, best first: of the status itself, actual delivery, arrival, departure,
#: pick-up, receipt, despatch, effective, processing. Source: UN/EDIFACT code list 2005, as known on 2026-11-22.
_HAPPENED = ("334", "35", "178", "186", "200", "50", "11", "7", "9")
#: LOC qualifiers (3227), best first: the activity's place, the goods' place.
_PLACES = ("175", "14", "198")
#: GIN qualifiers (7405) of numbers on a label: serial shipping container code, marking.
_LABELS = ("BJ", "ML")
_FOREIGN_CODE = 5


class Event(msgspec.Struct):
    """An STS segment and what follows it."""

    status: Segment
    dated: dict[str, Segment] = {}
    places: dict[str, Segment] = {}
    texts: list[str] = []
    pieces: list[str] = []
    references: dict[str, str] = {}


class Consignment(msgspec.Struct):
    """A CNI segment and what follows it, or a message that has none."""

    number: str = ""
    references: dict[str, str] = {}
    dated: dict[str, Segment] = {}
    weight_g: int | None = None
    carrier: str | None = None
    events: list[Event] = []


def read_message(message: Message, reader: str) -> tuple[Tracking, ...]:
    """Read a message; what names no carrier we know counts under `reader`.

    Raises:
        BadInputError: a time that is none; the text names its segment.
    """
    whole, consignments = _grouped(message)
    slug = whole.carrier or slug_of_scac(message.sender) or reader
    return tuple(
        tracking
        for one in (consignments or [whole])
        for tracking in _trackings(one, whole, one.carrier or slug, cancelled=_function(message) == "1")
    )


def _function(message: Message) -> str:
    """Tell the message's function (1225): "1" takes back what an earlier message said."""
    return next((segment.part(3) for segment in message.segments if segment.tag == "BGM"), "")


def _grouped(message: Message) -> tuple[Consignment, list[Consignment]]:
    whole = Consignment()
    consignments: list[Consignment] = []
    event: Event | None = None
    for segment in message.segments:
        here = consignments[-1] if consignments else whole
        if segment.tag == "CNI":
            consignments.append(Consignment(number=numbered(segment.part(2))))
            event = None
        elif segment.tag == "STS":
            event = Event(segment)
            here.events.append(event)
        elif event is not None:
            _add_to_event(segment, event, here)
        else:
            _add_to_consignment(segment, here)
    return whole, consignments


def _add_to_event(segment: Segment, event: Event, here: Consignment) -> None:
    match segment.tag:
        case "DTM":
            event.dated.setdefault(segment.part(1), segment)
        case "LOC":
            event.places.setdefault(segment.part(1), segment)
        case "RFF":
            event.references.setdefault(segment.part(1), numbered(segment.part(1, 1)))
        case "FTX":
            event.texts.append(" ".join(filter(None, (segment.part(4, at) for at in range(5)))))
        case "GIN" if segment.part(1) in _LABELS:
            event.pieces += [numbered(number) for at in range(2, 7) if (number := segment.part(at))]
        case "NAD" | "TDT":
            here.carrier = here.carrier or _carrier_of(segment)


def _add_to_consignment(segment: Segment, here: Consignment) -> None:
    match segment.tag:
        case "RFF":
            here.references.setdefault(segment.part(1), numbered(segment.part(1, 1)))
        case "DTM":
            here.dated.setdefault(segment.part(1), segment)
        case "CNT" if segment.part(1) == "7":  # total gross weight
            here.weight_g = _grams(segment.part(1, 1), segment.part(1, 2))
        case "NAD" | "TDT":
            here.carrier = here.carrier or _carrier_of(segment)


def _grams(value: str, unit: str) -> int | None:
    return grams(value.replace(",", "."), {"KGM": "kg", "GRM": "g", "LBR": "lb"}.get(unit, "kg" if not unit else ""))


def _carrier_of(segment: Segment) -> str | None:
    """Find the carrier a NAD+CA or a TDT names: by its alpha code, else by its name."""
    if segment.tag == "NAD" and segment.part(1) != "CA":
        return None
    coded, named = (segment.part(2), segment.part(4) or segment.part(3)) if segment.tag == "NAD" else (segment.part(5), segment.part(5, 3))
    return slug_of_scac(coded) or carrier_slug(named)


def _trackings(one: Consignment, whole: Consignment, carrier: str, *, cancelled: bool) -> Iterable[Tracking]:
    pieces: dict[str, list[Event]] = {}
    for event in one.events:
        for piece in dict.fromkeys(event.pieces):
            pieces.setdefault(piece, []).append(event)
    number = one.number or _reference(one.references) or _reference(whole.references)
    number = number or next(filter(None, (_reference(event.references) for event in one.events)), "")
    # The consignment's number is no piece unless it is scanned as one.
    role = "parcel" if number in pieces else "part"
    links = tuple(Link(tracking_number=piece, carrier=carrier, role=role) for piece in pieces if piece != number)
    if number:
        # What is said of a piece is not said of the consignment: other messages may tell of others.
        own = [event for event in one.events if not event.pieces or number in event.pieces]
        yield _tracking(number, carrier, own, one, whole, links, cancelled=cancelled)
    for piece, told in pieces.items():
        if piece != number:
            yield _tracking(piece, carrier, told, one, whole, (), cancelled=cancelled)


def _reference(references: dict[str, str]) -> str:
    return next((references[kind] for kind in _REFERENCES if references.get(kind)), "")


def _tracking(
    number: str, carrier: str, events: Sequence[Event], one: Consignment, whole: Consignment, links: tuple[Link, ...], *, cancelled: bool
) -> Tracking:
    read = tuple(_checkpoint(event, number, carrier, whole, cancelled=cancelled) for event in events)
    stated = moment_of(whole.dated["137"]) if "137" in whole.dated else None
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=read,
        estimates=() if cancelled else estimates_of([whole.dated, one.dated, *(event.dated for event in events)], read, stated),
        links=links,
        weight_g=one.weight_g,
    )


def _checkpoint(event: Event, number: str, carrier: str, whole: Consignment, *, cancelled: bool) -> Checkpoint:
    status, reasons = event.status.part(2), tuple(filter(None, (event.status.part(at) for at in range(3, 8))))
    own_list = event.status.part(2, 2) in OWN_LISTS
    code = "/".join((*((event.status.part(2, 2),) if own_list else ()), status, *reasons))
    words = (event.status.part(2, 3), *(event.status.part(at, 3) for at in range(3, 8)), *event.texts)
    place = _place(event.places)
    moment = _moment(event.dated) or _moment(whole.dated)
    return Checkpoint(
        event_type="event_retracted" if cancelled else "unknown" if own_list else event_type_of(status, reasons),
        occurred_at=moment.at(place.country if place else None) if moment else None,
        place=place,
        carrier=carrier,
        carrier_code=f"cancelled/{code}" if cancelled else code,
        carrier_text="; ".join(filter(None, words)),
        tracking_number=number,
        retracts=code if cancelled else None,
    )


def _moment(dated: dict[str, Segment]) -> Moment | None:
    return next((moment_of(dated[kind]) for kind in _HAPPENED if kind in dated), None)


def _place(places: dict[str, Segment]) -> Place | None:
    if not places:
        return None
    found = next((places[kind] for kind in _PLACES if kind in places), None) or next(iter(places.values()))
    code, name = found.part(2), found.part(2, 3)
    locode = len(code) == _FOREIGN_CODE and code[:2].isalpha() and found.part(2, 2) not in OWN_LISTS
    return place_of(city=name, country=code[:2] if locode else "", facility=code)
