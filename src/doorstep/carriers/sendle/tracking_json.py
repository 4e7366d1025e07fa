"""Sendle's tracking answer and webhook events (JSON) → trackings; its errors → notes."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.sendle.codes import event_type_of, state_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: "/api/tracking/S1A2B3" and "/api/parcels/S1A2B3/tracking".
_ASKED = re.compile(r"/(?:tracking|parcels|orders)/([A-Za-z0-9_.-]{4,60})(?:/|$)")
#: Stands for the number of an answer kept as a file, whose address, and with it the parcel's name, is lost.
_UNNAMED = "UNNAMED"
_NUMBERS = ("sendle_reference", "tracking_number", "ref", "reference")


def read(answer: Any, url: str = "") -> Parsed:
    """Read a tracking answer (for the parcel the address asked for), one pushed event or several, or an error.

    Raises:
        BadInputError: none of them.
    """
    found = [item for item in listed(answer) if isinstance(item, dict) and {"tracking_events", "state", "event_type"} & item.keys()]
    notes: tuple[CarrierNote, ...] = ()
    if not found and worded(dig(answer, "error")):
        text = worded(dig(answer, "error_description")) or "; ".join(_texts(dig(answer, "messages")))
        notes = (CarrierNote(worded(dig(answer, "error")), text),)
    if not found and not notes:
        raise BadInputError("JSON without tracking_events, without an event and without an error of Sendle")
    asked = _asked(url) if url else _UNNAMED
    return Parsed(tuple(_tracking(item, asked) for item in found), notes)


def _asked(url: str) -> str:
    try:
        named = _ASKED.search(urlsplit(url).path)
    except ValueError:
        return ""
    return numbered(unquote(named[1])) if named else ""


def _texts(messages: Any) -> list[str]:
    values = messages.values() if isinstance(messages, dict) else listed(messages)
    return [worded(text) for value in values for text in listed(value) if worded(text)]


def _tracking(item: dict[str, Any], asked: str) -> Tracking:
    number = next((numbered(told) for name in _NUMBERS if (told := worded(item.get(name)))), "") or asked
    if not number:
        raise BadInputError("an answer of Sendle that names no parcel, and none was asked for")
    events = [item] if "event_type" in item else [event for event in listed(item.get("tracking_events")) if isinstance(event, dict)]
    checkpoints = tuple(_checkpoint(event, number) for event in events) or _state(item, number)
    return Tracking(
        tracking_number=number,
        carrier="sendle",
        checkpoints=checkpoints,
        estimates=_estimates(boxed(item.get("scheduling")), checkpoints),
        service=worded(dig(item, "product", "name")) or None,
    )


def _state(item: dict[str, Any], number: str) -> tuple[Checkpoint, ...]:
    """Take the state of the whole parcel where no event is told; its time is spelled "2026-03-04 18:56:00 UTC"."""
    state, changed = worded(item.get("state")), worded(dig(item, "status", "last_changed_at")).replace(" UTC", "Z")
    if not state:
        return ()
    return (
        Checkpoint(
            event_type=state_type_of(state),
            occurred_at=iso_stamp(changed) if changed else None,
            carrier="sendle",
            carrier_code=state,
            carrier_text=worded(dig(item, "status", "description")),
            tracking_number=number,
        ),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    where = boxed(event.get("location_data"))
    place = place_of(
        text="" if where else worded(event.get("location")),
        city=worded(where.get("suburb")),
        region=worded(where.get("state")),
        postcode=worded(where.get("postcode")),
        country=worded(where.get("country")),
    )
    name, reason = worded(event.get("event_type")), worded(event.get("reason"))
    return Checkpoint(
        event_type=event_type_of(name),
        occurred_at=_when(event, place),
        place=place,
        carrier="sendle",
        carrier_code=name,
        carrier_text=": ".join(part for part in (worded(event.get("description")), reason) if part),
        tracking_number=number,
    )


def _when(event: dict[str, Any], place: Place | None) -> OccurredAt | None:
    """Read the time for display, which has the place's offset; else the scan's, sent in UTC.

    Where Sendle knew no zone it writes the local time with a Z, in both: then both texts are one, and so is the local time.
    """
    shown, scanned, local = (worded(event.get(name)) for name in ("display_time", "scan_time", "local_scan_time"))
    if local and scanned.endswith("Z") and scanned[:19] == local[:19]:
        return iso_stamp(local, country=place.country if place else None, region=place.region if place else None, trust_zone=False)
    if not (shown or scanned):
        return iso_stamp(local) if local else None
    return in_place(iso_stamp(shown or scanned), place.country if place else None, place.region if place else None)


def _estimates(told: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    first, last = (worded(told.get(f"estimated_delivery_date_{end}imum")) for end in ("min", "max"))
    over = worded(told.get("delivered_on")) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    if not (first or last) or over:
        return ()
    from_on, to_on = iso_day(first or last), iso_day(last or first)
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=from_on, to_on=to_on, stated_at=stated_at),) if from_on <= to_on else ()
