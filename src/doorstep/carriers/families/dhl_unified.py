"""DHL's Shipment Tracking - Unified (JSON answer or push), whatever the division → trackings and notes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.countries import country_of
from doorstep.carriers.families.dhl_paket_points import kind_of, point_in
from doorstep.carriers.families.dhl_service_areas import place_of
from doorstep.carriers.pieces import how_many, share_out
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


class Told(NamedTuple):
    """What one event says of its meaning, each part "" where untold."""

    #: DHL's name of the division, e.g. "parcel-de".
    division: str
    #: One of the words that all divisions share, e.g. "transit"; some put their own key here.
    general: str
    #: The division's own key, or its sentence.
    detail: str
    #: The sentence for customers.
    text: str
    #: Where it happened, as written; sentences may repeat it.
    town: str


class Whose(NamedTuple):
    """What all scans of a shipment share."""

    division: str
    #: Our slug of the division.
    carrier: str
    #: Where both ends of the way are, alpha-2: a scan without a place is there too; None: they differ or are untold.
    home: str | None


#: Divisions whose number is a waybill, which is no piece itself; elsewhere it is one of its pieces unless events name others.
_WAYBILLS = frozenset({"express"})

#: DHL's name of a division → our slug of who carries it.
CarrierOf = Callable[[str], str]
#: What an event says → our event type.
Meaning = Callable[[Told], str]


def read(answer: Any, carrier_of: CarrierOf, meaning: Meaning) -> Parsed:
    """Read an answer (bare, or under `trackingResponse`), a push about shipments or about its subscription, or a problem.

    The divisions share the format and four general words; what else a status says, `meaning` knows.

    Raises:
        BadInputError: none of them.
    """
    body = dig(answer, "trackingResponse") or answer
    shipments = listed(dig(body, "shipments")) or listed(dig(body, "shipment"))
    problem = dig(answer, "error") or dig(answer, "failure") or answer
    notes = []
    if worded(dig(problem, "title")):
        text = worded(dig(problem, "detail")) or worded(dig(problem, "title"))
        notes.append(CarrierNote(worded(dig(problem, "status")), text))
    elif not shipments and worded(dig(answer, "scope")):
        notes.append(CarrierNote(worded(dig(answer, "scope")), worded(dig(answer, "note"))))
    if not shipments and not notes and dig(body, "shipments") == []:
        notes.append(CarrierNote("", "no shipment found"))
    if not shipments and not notes:
        raise BadInputError("JSON without shipments and without an error of DHL")
    return Parsed(tuple(one for shipment in shipments for one in _trackings(shipment, carrier_of, meaning)), tuple(notes))


def _trackings(shipment: Any, carrier_of: CarrierOf, meaning: Meaning) -> tuple[Tracking, ...]:
    """Read a shipment, and each of its pieces that has events which others have not."""
    number = numbered(worded(dig(shipment, "id")))
    if not number:
        raise BadInputError("a shipment without an id")
    service = worded(dig(shipment, "service"))
    carrier = carrier_of(service)
    ends = {country_of(worded(dig(shipment, end, "address", "countryCode"))) for end in ("origin", "destination")}
    home = ends.pop() if len(ends) == 1 else None
    events = listed(dig(shipment, "events")) or listed(dig(shipment, "status"))
    checkpoints = tuple(_checkpoint(event, number, Whose(service, carrier, home), meaning) for event in events)
    told = [(checkpoint, _pieces(event, number)) for event, checkpoint in zip(events, checkpoints, strict=True)]
    details = dig(shipment, "details")
    shared = share_out(
        number,
        told,
        listed=_pieces(details, number),
        total=how_many(dig(details, "totalNumberOfPieces")),
        is_piece=service not in _WAYBILLS and not any(names for _, names in told),
    )
    whole = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(shipment, latest(checkpoint.occurred_at for checkpoint in checkpoints)),
        links=shared.links,
        service=worded(dig(shipment, "details", "product", "productName")) or service or None,
        weight_g=grams(dig(shipment, "details", "weight", "value"), worded(dig(shipment, "details", "weight", "unitText"))),
        signed_by=_signed_by(dig(shipment, "details", "proofOfDelivery", "signed")) if shared.over else None,
        is_return=dig(shipment, "returnFlag") is True,
        pickup=_pickup(shipment, events, checkpoints),
    )
    return whole, *shared.trackings(carrier)


def _pickup(shipment: Any, events: list[Any], checkpoints: tuple[Checkpoint, ...]) -> PickupPoint | None:
    """Read the service point of the scan by which it waits there, else the one to which it is addressed."""
    waits = told_last(
        (scan, _service_point(dig(event, "location")) or point_in(scan.carrier_text))
        for scan, event in zip(checkpoints, events, strict=True)
        if scan.event_type.startswith("ready_for_pickup")
    )
    return waits or _service_point(dig(shipment, "destination"))


def _service_point(location: Any) -> PickupPoint | None:
    """Read a place's service point: its label, and the address that stands beside it.

    Source: DHL Shipment Tracking - Unified 1.4, `servicePoint` with `label` and `url`, as public clients read it, 2026-11-29.
    """
    name, address = worded(dig(location, "servicePoint", "label")), boxed(dig(location, "address"))
    if not name:
        return None
    return point_of(
        kind=kind_of(name),
        name=name,
        lines=(worded(address.get("streetAddress")),),
        postcode=worded(address.get("postalCode")),
        city=worded(address.get("addressLocality")),
        country=worded(address.get("countryCode")),
    )


def _pieces(named: Any, number: str) -> list[str]:
    """Read the pieces that an event, or the shipment's details, name."""
    return [piece for one in listed(dig(named, "pieceIds")) if (piece := _piece(numbered(worded(one)), number))]


def _piece(piece: str, number: str) -> str:
    """Write a piece's number as tracking numbers are: DHL Paket's details leave out the two zeros that mark such a number (SSCC)."""
    return f"00{piece}" if number.startswith("00") and piece.isdigit() and len(piece) == len(number) - 2 else piece


def _signed_by(person: Any) -> str | None:
    full = " ".join(part for part in (worded(dig(person, "givenName")), worded(dig(person, "familyName"))) if part)
    return full or worded(dig(person, "name")) or None


def _checkpoint(event: Any, number: str, whose: Whose, meaning: Meaning) -> Checkpoint:
    general, detail = worded(dig(event, "statusCode")), worded(dig(event, "status"))
    place, town = _place(dig(event, "location", "address"), whose.division)
    text = worded(dig(event, "description"))
    when = worded(dig(event, "timestamp"))
    return Checkpoint(
        event_type=meaning(Told(whose.division, general, detail, text, town)),
        occurred_at=iso_stamp(when, country=(place.country if place else None) or whose.home) if when else None,
        place=place,
        carrier=whose.carrier,
        carrier_code="/".join(part for part in (general, detail if " " not in detail else "") if part),
        carrier_text=text or detail,
        tracking_number=number,
    )


def _place(address: Any, division: str) -> tuple[Place | None, str]:
    """Read where, and the town as written. Express writes its service area for a town, with the country in it."""
    country = country_of(worded(dig(address, "countryCode")))
    town, postcode = worded(dig(address, "addressLocality")), worded(dig(address, "postalCode")) or None
    area = place_of(town) if division == "express" and not country else None
    if area and area.country:
        return area, town
    return (Place(city=town or None, postcode=postcode, country=country) if town or postcode or country else None), town


def _estimates(shipment: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    start = worded(dig(shipment, "estimatedDeliveryTimeFrame", "estimatedFrom")) or worded(dig(shipment, "estimatedTimeOfDelivery"))
    end = worded(dig(shipment, "estimatedDeliveryTimeFrame", "estimatedThrough")) or start
    if not start or iso_day(end) < iso_day(start):
        return ()
    from_at, to_at = iso_stamp(start).local, iso_stamp(end).local
    return (
        Estimate(
            from_on=iso_day(from_at),
            to_on=iso_day(to_at),
            from_time=_time(from_at),
            to_time=_time(to_at),
            stated_at=stated,
            reason=worded(dig(shipment, "estimatedTimeOfDeliveryRemark")) or None,
        ),
    )


def _time(local: str) -> str | None:
    """Take the time of day; midnight stands for "no time"."""
    return time if (time := local[11:16]) not in ("", "00:00") else None
