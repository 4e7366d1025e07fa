"""LaserShip's order (JSON) → one tracking for each of its pieces; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest, offset_text, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.lasership.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

_SLUG = "lasership"
#: Farther apart than any two zones, the local time and the one in UTC are of different moments.
_WIDEST_S = 14 * 3600


def read(answer: Any) -> Parsed:
    """Read an order, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    orders = [boxed(order) for order in listed(answer) if isinstance(dig(order, "Events"), list | dict)]
    if orders:
        return Parsed(tuple(tracking for order in orders for tracking in _trackings(order)))
    text = worded(dig(answer, "ErrorMessage")) or worded(dig(answer, "Message"))
    if text or dig(answer, "Error") is True:
        return Parsed((), (CarrierNote(worded(dig(answer, "ErrorCode")), text),))
    raise BadInputError("JSON without Events and without an error of LaserShip")


def _trackings(order: dict[str, Any]) -> list[Tracking]:
    """An order's events are those of all its pieces: each piece, asked for by its own number, tells them.

    But where pieces tell how each of them stands, the end is only theirs who say so of themselves.
    """
    pieces = {numbered(worded(dig(piece, "TrackingNumber"))): piece for piece in listed(order.get("Pieces"))}
    pieces.pop("", None)
    numbers = list(pieces) or [numbered(worded(order.get("OrderNumber")))]
    if not numbers[0]:
        raise BadInputError("an order of LaserShip without a number")
    events = [boxed(event) for event in listed(order.get("Events"))]
    on_the_way = [event for event in events if not ends_journey(_event_type(event))]
    apart = len(numbers) > 1 and any(worded(dig(piece, "EventType")) for piece in pieces.values())
    return [
        _tracking(order, number, boxed(piece := pieces.get(number)), numbers, on_the_way if apart and not _there(piece) else events)
        for number in numbers
    ]


def _there(piece: Any) -> bool:
    return ends_journey(_event_type(boxed(piece)))


def _event_type(event: dict[str, Any]) -> str:
    return event_type_of(worded(event.get("EventType")), worded(event.get("Location")), worded(event.get("Signature")))


def _tracking(order: dict[str, Any], number: str, piece: dict[str, Any], numbers: list[str], events: list[dict[str, Any]]) -> Tracking:
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    signed = [worded(event.get("Signature")) or worded(event.get("Signature2")) for event in events]
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(order, checkpoints),
        links=tuple(Link(tracking_number=other, carrier=_SLUG, role="parcel") for other in numbers if other != number),
        weight_g=grams(piece.get("Weight"), worded(piece.get("WeightUnit"))),
        signed_by=next((name for name in signed if name), None),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    kind = worded(event.get("EventType"))
    place = place_of(
        city=worded(event.get("City")),
        region=worded(event.get("State")),
        postcode=worded(event.get("PostalCode")),
        country=worded(event.get("Country")),
    )
    return Checkpoint(
        event_type=_event_type(event),
        occurred_at=_occurred_at(event, place),
        place=place,
        carrier=_SLUG,
        carrier_code="/".join(part for part in (kind, worded(event.get("Reason"))) if part),
        carrier_text=worded(event.get("EventShortText")) or worded(event.get("EventLabel")),
        tracking_number=number,
    )


def _occurred_at(event: dict[str, Any], place: Place | None) -> OccurredAt | None:
    """Read the local time; its offset is its distance from the same moment in UTC, which stands beside it."""
    here, utc = worded(event.get("DateTime")), worded(event.get("UTCDateTime"))
    if not here:
        return iso_stamp(utc if utc[-1:] == "Z" else f"{utc}Z") if utc else None
    told = iso_stamp(here, country=place.country if place else None, region=place.region if place else None)
    if not utc or told.zone_source is ZoneSource.SENT or told.precision is Precision.DATE:
        return told
    wall, there = iso_stamp(here), iso_stamp(utc, trust_zone=False)
    apart = wall.instant - there.instant
    if abs(apart.total_seconds()) > _WIDEST_S or apart.total_seconds() % 900:
        return told
    return stamp(wall.instant.replace(tzinfo=None), wall.precision, offset=offset_text(apart))


def _estimates(order: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    expected = worded(order.get("EstimatedDeliveryDate"))
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
