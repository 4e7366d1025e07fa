"""Easyship's shipments, trackings and webhook events (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.easyship.codes import event_type_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: What a webhook event says by its name alone. Source: Easyship's webhook pages, read 2026-11-22.
_EVENTS = {"shipment.cancelled": "cancelled", "shipment.label.created": "created"}


def read(answer: Any) -> Parsed:
    """Read a shipment with its legs, a tracking, several of either, a webhook event, or an error.

    Raises:
        BadInputError: none of them, or one that names no parcel.
    """
    event = worded(dig(answer, "event_type"))
    if event:
        return _event(answer, event)
    shipments = [item for name in ("shipment", "shipments") for item in listed(dig(answer, name))]
    legs = [tracking for shipment in shipments for tracking in _legs(shipment)]
    alone = [item for name in ("tracking", "trackings") for item in listed(dig(answer, name))]
    found = (*legs, *(_tracking(item, "") for item in alone))
    error = dig(answer, "error")
    notes = [CarrierNote(worded(dig(error, "code")), text)] if (text := worded(dig(error, "message"))) else []
    if not found and not notes and not shipments:
        raise BadInputError("JSON without a shipment, a tracking or an error of Easyship")
    return Parsed(tuple(found), tuple(notes))


def _event(answer: Any, event: str) -> Parsed:
    """Read a webhook event; one that speaks of no shipment's way says nothing here."""
    if event == "shipment.label.failed":
        text = worded(dig(answer, "label", "status")) or worded(dig(answer, "data", "status"))
        return Parsed(notes=(CarrierNote(event, text, numbered(worded(dig(answer, "resource_id"))) or None),))
    told = next((item for name in ("data", "tracking_status", "label", "shipment") if isinstance(item := dig(answer, name), dict)), None)
    if told is None or not (event.startswith("shipment.tracking.") or event in _EVENTS):
        return Parsed()
    return Parsed((_tracking({**told, "status": _EVENTS.get(event) or told.get("status")}, worded(dig(answer, "resource_id"))),))


def _slug(item: Any) -> str:
    names = (dig(item, "courier", "umbrella_name"), dig(item, "courier", "name"), dig(item, "courier_name"))
    return next((slug for name in names if (slug := carrier_slug(worded(name)))), "easyship")


def _legs(shipment: Any) -> list[Tracking]:
    """Read a shipment's legs, each under its own number; a shipment without any is told under Easyship's own."""
    carrier, legs = _slug(shipment), [leg for leg in listed(dig(shipment, "trackings")) if worded(dig(leg, "tracking_number"))]
    if not legs:
        state = worded(dig(shipment, "shipment_state"))
        return [_tracking({"status": state} if state == "cancelled" else {}, worded(dig(shipment, "easyship_shipment_id")))]
    return [_leg(leg, carrier) for leg in legs]


def _leg(leg: Any, carrier: str) -> Tracking:
    number = numbered(worded(dig(leg, "tracking_number")))
    others = dict.fromkeys(numbered(worded(dig(leg, name))) for name in ("local_tracking_number", "alternate_tracking_number"))
    state = worded(dig(leg, "tracking_state"))
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=(_state(state, number, carrier),) if state else (),
        links=tuple(Link(tracking_number=other, carrier=None, role="last_mile") for other in others if other not in ("", number)),
    )


def _tracking(item: Any, fallback: str) -> Tracking:
    number = numbered(worded(dig(item, "tracking_number")) or worded(dig(item, "easyship_shipment_id")) or fallback)
    if not number:
        raise BadInputError("Easyship names no parcel here")
    scans = [scan for scan in listed(dig(item, "checkpoints")) if isinstance(scan, dict) and scan]
    carrier = _slug(item)
    if carrier == "easyship" and scans:
        carrier = carrier_slug(worded(scans[-1].get("handler"))) or carrier
    checkpoints = tuple(_checkpoint(scan, number, carrier) for scan in scans)
    state = worded(dig(item, "tracking_status")) or worded(dig(item, "status"))
    if not checkpoints and state:
        checkpoints = (_state(state, number, carrier),)
    expected = worded(dig(item, "eta_date"))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(expected, checkpoints) if expected[:1].isdigit() and not over else (),
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    day, stated = iso_day(expected), latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=day, to_on=day, source="aggregator", stated_at=stated),)


def _state(state: str, number: str, carrier: str) -> Checkpoint:
    """Make an undated scan of a state: nothing here says when it was reached."""
    return Checkpoint(
        event_type=event_type_of(state), occurred_at=None, carrier=carrier, carrier_code=state, carrier_text="", tracking_number=number
    )


def _checkpoint(scan: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    status, when = worded(scan.get("primary_status")), worded(scan.get("checkpoint_time"))
    place = place_of(
        text=worded(scan.get("location")),
        city=worded(scan.get("city")),
        region=worded(scan.get("state")),
        postcode=worded(scan.get("postal_code")),
        country=worded(scan.get("country_alpha2")) or worded(scan.get("country_iso3")) or worded(scan.get("country_name")),
    )
    country, region = (place.country, place.region) if place else (None, None)
    return Checkpoint(
        event_type=event_type_of(status),
        occurred_at=iso_stamp(when, country=country, region=region) if when else None,
        place=place,
        carrier=carrier_slug(worded(scan.get("handler"))) or carrier,
        carrier_code=status,
        carrier_text=worded(scan.get("message")) or worded(scan.get("description")),
        tracking_number=number,
    )
