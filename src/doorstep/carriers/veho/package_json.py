"""Veho's packages with their event log, webhooks and tracking answers (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.carriers.veho.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: What may name the package, the number customers know first.
_NUMBERS = ("trackingId", "trackingNumber", "barCode", "barcode", "packageId", "_id")


def read(answer: Any) -> Parsed:
    """Read packages (bare, listed, or those of an order), webhook events, a tracking answer, or an error.

    Raises:
        BadInputError: none of them.
    """
    found = [item for item in _items(answer) if isinstance(item, dict) and any(worded(item.get(name)) for name in _NUMBERS)]
    found = [item for item in found if {"eventLog", "lastEvent", "eventType", "events", "status"} & item.keys()]
    error = boxed(dig(answer, "error")) or answer
    notes: tuple[CarrierNote, ...] = ()
    if not found and (text := worded(dig(error, "message")) or worded(dig(answer, "error"))):
        notes = (CarrierNote(worded(dig(error, "code")) or worded(dig(answer, "statusCode")), text),)
    if not found and not notes and answer != []:
        raise BadInputError("JSON without a package and without an error of Veho")
    return Parsed(tuple(_tracking(item) for item in found), notes)


def _items(answer: Any) -> list[Any]:
    body = dig(answer, "trackingResponse") or answer
    inside = listed(dig(body, "trackingInfo")) or listed(dig(body, "data")) or listed(body)
    return [item for part in inside for item in (listed(dig(part, "packages")) or [part])]


def _tracking(item: dict[str, Any]) -> Tracking:
    package = {**boxed(item.get("payload")), **item}
    number = next(numbered(told) for name in _NUMBERS if (told := worded(package.get(name))))
    events = [event for event in (*listed(package.get("eventLog")), *listed(package.get("events"))) if isinstance(event, dict)]
    if not events:
        events = [package] if "eventType" in package else [_as_event(package)]
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    onward = numbered(worded(dig(package, "externalCarrier", "trackingId")))
    partner = carrier_slug(worded(dig(package, "externalCarrier", "name")))
    return Tracking(
        tracking_number=number,
        carrier="veho",
        checkpoints=checkpoints,
        estimates=_estimates(package, checkpoints),
        links=(Link(tracking_number=onward, carrier=partner, role="last_mile"),) if onward and onward != number else (),
        service=worded(package.get("serviceClass")) or None,
        weight_g=grams(package.get("weight"), "lb"),
        is_return=worded(package.get("serviceType")) == "pickup",
    )


def _as_event(package: dict[str, Any]) -> dict[str, Any]:
    """Take the state of the whole package where no event is told."""
    return {
        "eventType": package.get("lastEvent") or package.get("status"),
        "timestamp": package.get("updatedAt"),
        "message": package.get("humanReadableOperation") or package.get("statusDetails"),
    }


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code = worded(event.get("eventType")) or worded(event.get("code"))
    place = _place(event)
    when = worded(event.get("occurredAt")) or worded(event.get("timestamp"))
    day, clock = worded(event.get("date")), worded(event.get("time"))
    when = when or (f"{day}T{clock}" if day and clock else day)
    country, region = (place.country, place.region) if place else (None, None)
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=in_place(iso_stamp(when, country=country, region=region), country, region) if when else None,
        place=place,
        carrier="veho",
        carrier_code=code,
        carrier_text=worded(event.get("message")) or worded(event.get("description")),
        tracking_number=number,
    )


def _place(event: dict[str, Any]) -> Place | None:
    """Read city and state, or "San Francisco, CA"; Veho delivers in the United States only."""
    city, state = worded(event.get("city")), worded(event.get("state"))
    if not city:
        city, _, state = (part.strip() for part in worded(event.get("location")).rpartition(","))
    return place_of(city=city, region=state, country="US") if city else place_of(text=worded(event.get("location")))


def _estimates(package: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the day planned, else the last day of the service."""
    days = [worded(package.get(name)) for name in ("estimatedDelivery", "scheduledServiceDate", "slaServiceDate", "slaDeliveryDate")]
    told = next((day for day in days if day), "")
    over = worded(package.get("actualServiceDate")) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    if not told or over:
        return ()
    day = iso_day(told)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
