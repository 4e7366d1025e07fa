"""eShipper's orders with their events (JSON) → trackings; its errors → notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: The five states that eShipper itself keeps of an order (the names under `shipmentStatus`), and the words events use for them, letters only.
#: The texts of events are the carriers' own, from no closed list: any others are `unknown`.
#: Source: eShipper's documented tracking answer, read 2026-11-22.
_STATES = {
    "labelgenerated": "label_created",
    "reachedatwarehouse": "facility_arrival",
    "intransit": "in_transit",
    "outfordelivery": "out_for_delivery",
    "delivered": "delivered",
    "exception": "exception",
}


def read(answer: Any) -> Parsed:
    """Read one order or several, or an error.

    Raises:
        BadInputError: neither.
    """
    orders = [order for order in listed(answer) if isinstance(order, dict) and "trackingNumber" in order]
    if orders:
        return Parsed(tuple(_tracking(order) for order in orders))
    text = worded(dig(answer, "message")) or worded(dig(answer, "thirdPartyMessage"))
    if not text:
        raise BadInputError("JSON without a trackingNumber and without an error of eShipper")
    return Parsed(notes=(CarrierNote(worded(dig(answer, "code")), text),))


def _tracking(order: dict[str, Any]) -> Tracking:
    number = numbered(worded(order.get("trackingNumber")))
    if not number:
        raise BadInputError("an order of eShipper without its trackingNumber")
    carrier = carrier_slug(worded(order.get("carrierName"))) or "eshipper"
    checkpoints = tuple(_checkpoint(event, number, carrier) for event in listed(order.get("event")))
    if not checkpoints and (state := worded(order.get("currentStatus"))):
        checkpoints = (_state(state, _when(order.get("eventTime")), number, carrier),)
    expected = worded(order.get("expectedDeliveryDate"))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=() if over or not expected[:1].isdigit() else _estimates(expected, checkpoints),
        service=worded(order.get("carrierService")) or None,
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the day alone: the time beside it is the hour of the reckoning."""
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)


def _event_type(*words: str) -> str:
    return next((found for word in words if (found := _STATES.get(re.sub(r"[^a-z]", "", word.lower())))), "unknown")


def _checkpoint(event: Any, number: str, carrier: str) -> Checkpoint:
    """Read one event. What the carrier itself said of it stands under `originalEvent`, if anywhere."""
    original, text = dig(event, "originalEvent"), worded(dig(event, "description"))
    name, identifier = worded(dig(original, "name")), worded(dig(original, "identifier"))
    town = worded(dig(event, "location")) or worded(dig(original, "eventLocation"))
    postcode = worded(dig(event, "postalCode")) or None
    at = _when(dig(original, "eventDate")) or _when(dig(event, "dateTime"))
    place = Place(text=town or None, postcode=postcode) if town or postcode else None
    event_type = _event_type(identifier, name) if identifier or name else _event_type(text)
    return Checkpoint(
        event_type=event_type,
        occurred_at=at,
        place=place,
        carrier=carrier,
        carrier_code="/".join(part for part in (name, identifier) if part),
        carrier_text=text or name,
        tracking_number=number,
    )


def _state(state: str, at: OccurredAt | None, number: str, carrier: str) -> Checkpoint:
    return Checkpoint(
        event_type=_event_type(state), occurred_at=at, carrier=carrier, carrier_code=state, carrier_text="", tracking_number=number
    )


def _when(value: Any) -> OccurredAt | None:
    """Read a wall time; a text without digits stands for none."""
    text = worded(value)
    return iso_stamp(text) if any(letter.isdigit() for letter in text) else None
