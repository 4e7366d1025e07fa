"""The JSON behind DHL Express's public tracking page (`results`) → one tracking for each waybill."""

from typing import Any

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.families.dhl_express_codes import event_type_of_sentence, signatory_of
from doorstep.carriers.families.dhl_service_areas import place_at
from doorstep.carriers.pieces import NAMELESS, how_many, share_out
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
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
    return Parsed(tuple(one for result in results for one in _trackings(result)), notes)


def _trackings(result: Any) -> tuple[Tracking, ...]:
    """Read a waybill, and each of its pieces that has events which others have not."""
    number = numbered(worded(dig(result, "id")))
    if not number:
        raise BadInputError("a result without an id")
    ends = tuple(worded(dig(result, end, "value")) for end in ("origin", "destination"))
    total = how_many(dig(result, "pieces", "value"))
    told = [(_checkpoint(event, number, ends), _pieces(event, total)) for event in listed(dig(result, "checkpoints"))]
    shared = share_out(number, told, listed=_pieces(dig(result, "pieces")), total=total, carrier="dhl_express")
    names = [name for checkpoint, _ in told if (name := signatory_of(checkpoint.carrier_text))]
    whole = Tracking(
        tracking_number=number,
        carrier="dhl_express",
        checkpoints=shared.whole,
        links=shared.links,
        signed_by=names[0] if names and shared.over else None,
    )
    return whole, *shared.trackings("dhl_express")


def _pieces(told: Any, total: int = 0) -> list[str]:
    """Read the pieces that are named; where an event only counts fewer than the `total`, they are some without a name."""
    named = [piece for one in listed(dig(told, "pIds")) if (piece := numbered(worded(one)))]
    return named or ([NAMELESS] if 0 < how_many(dig(told, "totalPieces")) < total else [])


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
