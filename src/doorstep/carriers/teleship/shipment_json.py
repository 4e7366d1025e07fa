"""Teleship's shipment with events (JSON) → trackings; its messages → notes."""

from typing import Any

from doorstep.carriers.clock import at_place, in_place, iso_stamp, latest
from doorstep.carriers.countries import country_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.teleship.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read one shipment, several, either bare or under `data`, or messages of what went wrong.

    Raises:
        BadInputError: none of them.
    """
    body = dig(answer, "data") or dig(answer, "shipment") or answer
    shipments = [item for item in listed(body) if isinstance(item, dict) and "trackingNumber" in item]
    errors = listed(dig(answer, "messages")) or listed(dig(answer, "errors")) or listed(dig(answer, "error"))
    notes = tuple(CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")) or worded(error)) for error in errors)
    if not shipments and not notes:
        raise BadInputError("JSON without a trackingNumber and without messages of Teleship")
    return Parsed(tuple(_tracking(shipment) for shipment in shipments), notes)


def _tracking(shipment: dict[str, Any]) -> Tracking:
    number = numbered(worded(shipment.get("trackingNumber")))
    if not number:
        raise BadInputError("a shipment of Teleship without its number")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(shipment.get("events")) if isinstance(event, dict))
    last = boxed(shipment.get("lastMile"))
    onward = numbered(worded(last.get("trackingNumber")))
    carrier = carrier_slug(worded(last.get("carrier")))
    return Tracking(
        tracking_number=number,
        carrier="teleship",
        checkpoints=checkpoints,
        estimates=_estimates(shipment, checkpoints),
        links=(Link(tracking_number=onward, carrier=carrier, role="last_mile"),) if onward and onward != number else (),
        service=worded(dig(shipment, "service", "name")) or None,
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, when = worded(event.get("code")), worded(event.get("timestamp"))
    place = _place(event.get("location"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=in_place(iso_stamp(when), place.country if place else None, place.region if place else None) if when else None,
        place=place,
        carrier="teleship",
        carrier_code=code,
        carrier_text=worded(event.get("description")),
        tracking_number=number,
    )


def _place(location: Any) -> Place | None:
    """Read "Los Angeles, CA, US"; other words ("In Transit to USA") are kept as they are."""
    parts = [part.strip() for part in worded(location).split(",")]
    country = country_of(parts[-1]) if len(parts) > 1 and len(parts[-1]) == 2 else None  # noqa: PLR2004 - alpha-2
    if country is None:
        return Place(text=worded(location)) if worded(location) else None
    region = parts[-2] if len(parts) == 3 else None  # noqa: PLR2004 - city, state, country
    return Place(city=parts[0] or None, region=region or None, country=country)


def _estimates(shipment: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the moment expected, sent in UTC, as the recipient's wall time; where their zone is not known, its UTC day."""
    told = worded(shipment.get("estimatedDelivery"))
    if not told or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    moment = iso_stamp(told)
    country = country_of(worded(dig(shipment, "shipTo", "address", "country")))
    local = at_place(moment.instant, country, worded(dig(shipment, "shipTo", "address", "state"))) if moment.offset else None
    day = (local or moment.instant).date()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=day, to_on=day, to_time=local.strftime("%H:%M") if local else None, stated_at=stated_at),)
