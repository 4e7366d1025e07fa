"""One 214 transaction set → trackings: the shipment's statuses, and those of the packages its loops name."""

from collections.abc import Iterable

import msgspec

from doorstep.carriers.clock import latest
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.partners import bound_events, slug_of_scac
from doorstep.carriers.reading import ends_journey, grams, keyed, numbered
from doorstep.carriers.x12_214.codes import AHEAD, EXPECTED, NOT_AFTER, NOT_BEFORE, appointment_type_of, event_type_of
from doorstep.carriers.x12_214.interchange import Segment, TransactionSet
from doorstep.carriers.x12_214.times import Moment, moment_of, told
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Estimate, Link, Tracking
from doorstep.domain.vocabulary import Precision

#: L11 qualifiers (128) of the shipment's own number, best first: carrier's reference, tracking number, air waybill, bill of lading.
_SHIPMENT = ("CN", "2I", "AW", "BM")
#: MAN qualifiers (88) and L11 qualifiers of a package: carrier's package id, SSCC-18, tracking number.
_MARKS = frozenset({"CP", "GM"})
_PACKAGE = frozenset({"2I", "08"})
_UNITS = {"L": "lb", "K": "kg", "G": "g"}
#: Region → country, where a sender leaves the country out.
#: Source: Canada Post's two-letter symbols of provinces, USPS's of states, as known on 2026-11-22.
_COUNTRY_OF = keyed("""
CA: AB BC MB NB NL NS NT NU ON PE QC SK YT
US: AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX
US: UT VT VA VI WA WV WI WY
""")


class Event(msgspec.Struct):
    """An AT7 segment and the place and remarks that follow it."""

    status: Segment
    place: Segment | None = None
    texts: list[str] = []


class Loop(msgspec.Struct):
    """An LX or CD3 loop: statuses and the packages they are about."""

    events: list[Event] = []
    packages: list[str] = []
    weight_g: int | None = None


class Shipment(msgspec.Struct):
    """The whole transaction set."""

    number: str = ""
    scac: str = ""
    references: dict[str, str] = {}
    loops: list[Loop] = []


def read_set(one: TransactionSet, reader: str) -> tuple[Tracking, ...]:
    """Read a transaction set; what names no carrier we know counts under `reader`.

    Raises:
        BadInputError: a time that is none; the text names its segment.
    """
    shipment = _gathered(one)
    bound_events(sum(len(loop.events) * len(loop.packages) for loop in shipment.loops))
    carrier = slug_of_scac(shipment.scac) or slug_of_scac(one.sender) or reader
    day, hour = one.made
    made = told(("20" if len(day) == 6 else "") + day, hour, "", one.at)  # noqa: PLR2004 - YYMMDD before 004010
    return tuple(_trackings(shipment, carrier, made))


def _gathered(one: TransactionSet) -> Shipment:
    shipment = Shipment(loops=[Loop()])
    for segment in one.segments:
        loop = shipment.loops[-1]
        match segment.tag:
            case "B10":
                shipment.number, shipment.scac = numbered(segment.part(1)), segment.part(3)
            case "LX" | "CD3":
                shipment.loops.append(Loop())
            case "AT7":
                loop.events.append(Event(segment))
            case "MS1" if loop.events:
                loop.events[-1].place = segment
            case "K1" if loop.events:
                loop.events[-1].texts.append(" ".join(filter(None, (segment.part(1), segment.part(2)))))
            case "MAN" if segment.part(1) in _MARKS and segment.part(2):
                loop.packages.append(numbered(segment.part(2)))
            case "L11" if len(shipment.loops) > 1 and segment.part(2) in _PACKAGE and segment.part(1):
                loop.packages.append(numbered(segment.part(1)))
            case "L11":
                shipment.references.setdefault(segment.part(2), numbered(segment.part(1)))
            case "AT8":
                loop.weight_g = grams(segment.part(3), _UNITS.get(segment.part(2), ""))
    return shipment


def _trackings(shipment: Shipment, carrier: str, made: Moment | None) -> Iterable[Tracking]:
    number = shipment.number or next((shipment.references[kind] for kind in _SHIPMENT if shipment.references.get(kind)), "")
    packages: dict[str, list[Loop]] = {}
    for loop in shipment.loops:
        for package in dict.fromkeys(loop.packages):
            packages.setdefault(package, []).append(loop)
    if number:
        # What is said of a package is not said of the shipment: other reports may tell of others. Its number is no package unless it stands as one.
        own = [loop for loop in shipment.loops if not loop.packages or number in loop.packages]
        role = "parcel" if number in packages else "part"
        links = tuple(Link(tracking_number=package, carrier=carrier, role=role) for package in packages if package != number)
        yield _tracking(number, carrier, own, made, links)
    for package, loops in packages.items():
        if package != number:
            yield _tracking(package, carrier, loops, made, ())


def _tracking(number: str, carrier: str, loops: list[Loop], made: Moment | None, links: tuple[Link, ...]) -> Tracking:
    events = [event for loop in loops for event in loop.events]
    read = tuple(_checkpoint(event, number, carrier, made) for event in events)
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=read,
        estimates=_estimates(events, read, made),
        links=links,
        weight_g=next((loop.weight_g for loop in loops if loop.weight_g), None),
    )


def _checkpoint(event: Event, number: str, carrier: str, made: Moment | None) -> Checkpoint:
    status, reason, appointment, why = (event.status.part(at) for at in range(1, 5))
    place = _place(event.place)
    ahead = status in AHEAD or not status
    moment = made if ahead else moment_of(event.status)
    return Checkpoint(
        event_type=event_type_of(status, reason) if status else appointment_type_of(appointment),
        occurred_at=moment.at(*((place.country, place.region) if place and not ahead else (None, None))) if moment else None,
        place=place,
        carrier=carrier,
        carrier_code="/".join(filter(None, (status, reason) if status else (appointment, why))),
        carrier_text="; ".join(event.texts),
        tracking_number=number,
    )


def _place(segment: Segment | None) -> Place | None:
    if segment is None:
        return None
    city, region, country = segment.part(1), segment.part(2).upper(), segment.part(3)
    if not country_of(country):
        country = _COUNTRY_OF.get(region, country)
    return place_of(city=city, region=region, country=country, postcode=segment.part(8))


def _estimates(events: list[Event], read: tuple[Checkpoint, ...], made: Moment | None) -> tuple[Estimate, ...]:
    if any(ends_journey(checkpoint.event_type) for checkpoint in read):
        return ()
    dated = {event.status.part(1) or event.status.part(3): moment_of(event.status) for event in events}
    last = next((moment for code in EXPECTED if (moment := dated.get(code))), None)
    first, last = (last, last) if last else (dated.get(NOT_BEFORE) or dated.get(NOT_AFTER), dated.get(NOT_AFTER))
    if first is None or last is None or last.wall < first.wall:
        return ()
    return (
        Estimate(
            from_on=first.wall.date(),
            to_on=last.wall.date(),
            from_time=_clock(first) if first is not last else None,
            to_time=_clock(last),
            stated_at=made.at(None, None) if made else latest(checkpoint.occurred_at for checkpoint in read),
        ),
    )


def _clock(moment: Moment) -> str | None:
    return None if moment.precision is Precision.DATE else moment.wall.strftime("%H:%M")
