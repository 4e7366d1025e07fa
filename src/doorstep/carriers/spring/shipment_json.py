"""Spring's `Shipment` with events (JSON) → trackings; its errors → notes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from doorstep.carriers.clock import iso_stamp, offset_text, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.carriers.spring.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: No clock on Earth is further from UTC, and all differ by quarters of an hour.
_FURTHEST_S, _QUARTER_S = 14 * 3600, 900


def read(answer: Any) -> Parsed:
    """Read one shipment, several, or an error.

    Raises:
        BadInputError: neither.
    """
    bare = answer if "TrackingNumber" in boxed(answer) else None
    shipments = [item for item in listed(dig(answer, "Shipment") or bare) if worded(dig(item, "TrackingNumber"))]
    notes: tuple[CarrierNote, ...] = ()
    if worded(dig(answer, "Error")):
        notes = (CarrierNote(worded(dig(answer, "ErrorLevel")), worded(dig(answer, "Error"))),)
    if not shipments and not notes:
        raise BadInputError("JSON without a Shipment and without an Error of Spring")
    return Parsed(tuple(_tracking(boxed(item)) for item in shipments), notes)


def _tracking(shipment: dict[str, Any]) -> Tracking:
    number = numbered(worded(shipment.get("TrackingNumber")))
    others = dict.fromkeys(numbered(worded(shipment.get(name))) for name in ("CarrierTrackingNumber", "CarrierLocalTrackingNumber"))
    carrier = carrier_slug(worded(shipment.get("Carrier")))
    return Tracking(
        tracking_number=number,
        carrier="spring",
        checkpoints=tuple(_checkpoint(event, number) for event in listed(shipment.get("Events")) if isinstance(event, dict)),
        links=tuple(Link(tracking_number=other, carrier=carrier, role="last_mile") for other in others if other not in ("", number)),
        service=worded(shipment.get("Service")) or None,
        weight_g=grams(shipment.get("Weight"), worded(shipment.get("WeightUnit"))),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, own = worded(event.get("Code")), worded(event.get("CarrierCode"))
    place = place_of(
        city=worded(event.get("City")),
        region=worded(event.get("State")),
        postcode=worded(event.get("Zip")),
        country=worded(event.get("Country")),
    )
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_when(worded(event.get("DateTime")), worded(event.get("Timestamp")), place),
        place=place,
        carrier="spring",
        carrier_code="/".join(part for part in (code, own) if part),
        carrier_text=worded(event.get("CarrierDescription")) or worded(event.get("Description")),
        tracking_number=number,
    )


def _when(local: str, seconds: str, place: Place | None) -> OccurredAt | None:
    """Read the local time; the seconds since 1970 beside it tell its offset. Source: Spring XBS API manual, read 2026-11-22."""
    moment = _EPOCH + timedelta(seconds=int(seconds[:11])) if seconds.isascii() and seconds.isdigit() and int(seconds[:11]) else None
    if not local:
        return stamp(moment, Precision.SECOND) if moment else None
    told = iso_stamp(local)
    if moment is not None and told.offset is None and told.precision is Precision.SECOND:
        ahead = round((told.instant - moment).total_seconds())
        if abs(ahead) <= _FURTHEST_S and ahead % _QUARTER_S == 0:
            return stamp(told.instant.replace(tzinfo=None), Precision.SECOND, offset=offset_text(timedelta(seconds=ahead)))
    return iso_stamp(local, country=place.country if place else None, region=place.region if place else None)
