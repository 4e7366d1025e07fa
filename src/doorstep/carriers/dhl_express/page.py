"""The JSON behind DHL Express's public tracking page (`results`) → one tracking for each waybill."""

from typing import Any

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.families.dhl_express_codes import event_type_of_sentence, signatory_of
from doorstep.carriers.families.dhl_service_areas import place_at
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the page's answer: `results`, or `errors` where the number is unknown.

    Raises:
        BadInputError: neither.
    """
    results, errors = listed(dig(answer, "results")), listed(dig(answer, "errors"))
    if not results and not errors:
        raise BadInputError("JSON without results and without errors of DHL Express")
    notes = tuple(
        CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")), numbered(worded(dig(error, "id"))) or None)
        for error in errors
    )
    return Parsed(tuple(_tracking(result) for result in results), notes)


def _tracking(result: Any) -> Tracking:
    number = numbered(worded(dig(result, "id")))
    if not number:
        raise BadInputError("a result without an id")
    ends = tuple(worded(dig(result, end, "value")) for end in ("origin", "destination"))
    checkpoints = tuple(_checkpoint(event, number, ends) for event in listed(dig(result, "checkpoints")))
    pieces = [numbered(worded(piece)) for piece in listed(dig(result, "pieces", "pIds"))]
    names = [name for checkpoint in checkpoints if (name := signatory_of(checkpoint.carrier_text))]
    return Tracking(
        tracking_number=number,
        carrier="dhl_express",
        checkpoints=checkpoints,
        links=tuple(Link(tracking_number=piece, carrier="dhl_express", role="parcel") for piece in pieces if piece and piece != number),
        signed_by=names[0] if names else None,
    )


def _checkpoint(event: Any, number: str, ends: tuple[str, ...]) -> Checkpoint:
    location, text = worded(dig(event, "location")), worded(dig(event, "description"))
    place = place_at(location, ends)
    return Checkpoint(
        event_type=event_type_of_sentence(text, location),
        occurred_at=_when(worded(dig(event, "date")), worded(dig(event, "time")), place),
        place=place,
        carrier="dhl_express",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
    )


def _when(date: str, time: str, place: Place | None) -> OccurredAt | None:
    """Read "Friday, May 26, 2017" and "14:23": wall time at the place of the scan."""
    if not date:
        return None
    day = date.partition(", ")[2] or date
    wall = read_time(f"{day} {time}", "%B %d, %Y %H:%M", "%B %d, %Y")
    return stamp(
        wall, Precision.MINUTE if time else Precision.DATE, country=place.country if place else None, region=place.region if place else None
    )
