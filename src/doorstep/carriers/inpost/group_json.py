"""InPost's international tracking (JSON) → trackings: answers of its interface, its public pages' data, and its webhooks."""

import re
from collections.abc import Iterable
from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.countries import place_of
from doorstep.carriers.inpost.group_codes import event_type_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "inpost"
#: "Exampletown (DE)", or "null (PL)" where no town is known.
_TOWN = re.compile(r"(.*\S)\s*\(([A-Z]{2})\)")


def fits(answer: Any) -> bool:
    """Tell whether decoded JSON speaks of parcels or events by this tracking's names."""
    return any(_is_parcel(box) or "eventCode" in box for box in _boxes(answer))


def read(answer: Any) -> Parsed:
    """Read parcels with their events, or events as posted one by one.

    Raises:
        BadInputError: one of them has no number.
    """
    parcels: dict[str, list[dict[str, Any]]] = {}
    for box in _boxes(answer):
        if not _is_parcel(box) and "eventCode" not in box:
            continue
        number = numbered(worded(box.get("trackingNumber")) or worded(box.get("mainTrackingNumber")))
        if not number:
            raise BadInputError("a parcel or an event of InPost without its trackingNumber")
        parcels.setdefault(number, []).extend(_events(box))
    return Parsed(tuple(_tracking(number, events) for number, events in parcels.items()))


def _boxes(answer: Any) -> list[dict[str, Any]]:
    return [boxed(inner) for box in listed(answer) for inner in (listed(dig(box, "parcels")) or [box])]


def _is_parcel(box: dict[str, Any]) -> bool:
    return isinstance(box.get("trackingDetails"), list) or (
        isinstance(box.get("events"), list) and ("trackingNumber" in box or "mainTrackingNumber" in box)
    )


def _events(box: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if not _is_parcel(box):
        return [box]
    told = [boxed(event) for event in listed(box.get("events")) or listed(box.get("trackingDetails"))]
    return told or ([{"eventCode": box["status"]}] if worded(box.get("status")) else [])


def _tracking(number: str, events: list[dict[str, Any]]) -> Tracking:
    back = any(dig(event, "shipment", "type") == "RETURN" for event in events)
    checkpoints = tuple(_checkpoint(event, number, is_return=back) for event in events)
    returns = dict.fromkeys(numbered(worded(dig(event, "returnToSender", "trackingNumber"))) for event in events)
    received = (worded(dig(event, "delivery", "recipientName")) for event in events)
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=checkpoints,
        links=tuple(Link(tracking_number=other, carrier=_SLUG, role="return") for other in returns if other not in ("", number)),
        signed_by=next((name for name in received if name), None),
        is_return=back,
        pickup=told_last((scan, _pickup(event, scan)) for scan, event in zip(checkpoints, events, strict=True)),
    )


def _pickup(event: dict[str, Any], scan: Checkpoint) -> PickupPoint | None:
    """Read the point of the event by which a parcel waits at one. Code and deadline come in the recipient's app alone."""
    location = boxed(event.get("location"))
    if not scan.event_type.startswith("ready_for_pickup"):
        return None
    return point_of(
        kind="locker" if "LOCKER" in worded(location.get("type")).upper() else "",
        name=worded(location.get("name")),
        lines=(worded(location.get("description")),),
        postcode=worded(location.get("postalCode")),
        city=worded(location.get("city")),
        country=worded(location.get("country")),
    )


def _checkpoint(event: dict[str, Any], number: str, *, is_return: bool) -> Checkpoint:
    code = worded(event.get("eventCode")) or worded(event.get("status"))
    place = _place(event.get("location") or event.get("place"))
    when = worded(event.get("timestamp")) or worded(event.get("datetime"))
    texts = (worded(event.get(name)) for name in ("eventTitle", "statusTitle", "eventDescription", "statusDescription"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier=_SLUG,
        carrier_code=code,
        carrier_text=next((text for text in texts if text), ""),
        tracking_number=number,
        is_return=is_return,
    )


def _place(told: Any) -> Place | None:
    if isinstance(told, dict):
        return place_of(
            text=worded(told.get("description")),
            city=worded(told.get("city")),
            postcode=worded(told.get("postalCode")),
            country=worded(told.get("country")),
            facility=worded(told.get("name")) or worded(told.get("id")),
        )
    text = worded(told)
    town = _TOWN.fullmatch(text)
    return place_of(city="" if town[1] == "null" else town[1], country=town[2]) if town else place_of(text=text)
