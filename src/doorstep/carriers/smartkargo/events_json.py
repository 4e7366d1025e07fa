"""SmartKargo's list of events (JSON) → one tracking for each air waybill; its errors → notes."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.clock import iso_day, iso_stamp, latest, offset_text, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.smartkargo.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read events, of one or several waybills, or an error.

    Raises:
        BadInputError: neither.
    """
    events = [event for event in listed(answer) if isinstance(event, dict) and "eventType" in event]
    error = dig(answer, "error") or answer
    notes: tuple[CarrierNote, ...] = ()
    if not events and (text := worded(dig(error, "message")) or worded(dig(error, "description")) or worded(dig(answer, "error"))):
        notes = (CarrierNote(worded(dig(error, "code")) or worded(dig(error, "status")), text),)
    if not events and not notes and answer != []:
        raise BadInputError("JSON without events and without an error of SmartKargo")
    by_number: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_number.setdefault(_number(event), []).append(event)
    return Parsed(tuple(_tracking(number, of_it) for number, of_it in by_number.items()), notes)


def _number(event: dict[str, Any]) -> str:
    waybill = numbered(worded(event.get("airWaybill")))
    number = f"{numbered(worded(event.get('prefix')))}{waybill}" if waybill else ""
    number = number or numbered(worded(event.get("packageReference")) or worded(event.get("headerReference")))
    if not number:
        raise BadInputError("an event of SmartKargo without a waybill and without a reference")
    return number


def _tracking(number: str, events: list[dict[str, Any]]) -> Tracking:
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    pieces = dict.fromkeys(numbered(worded(event.get("pieceReference"))) for event in events)
    several = [piece for piece in pieces if piece not in ("", number)] if len(pieces) > 1 else []
    return Tracking(
        tracking_number=number,
        carrier="smartkargo",
        checkpoints=checkpoints,
        estimates=_estimates(events, checkpoints),
        links=tuple(Link(tracking_number=piece, carrier="smartkargo", role="parcel") for piece in several),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, finer, when = worded(event.get("eventType")), worded(event.get("subEventType")), worded(event.get("eventDate"))
    place = _place(event)
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_when(when, worded(dig(event, "location", "timezone")), place) if when else None,
        place=place,
        carrier="smartkargo",
        carrier_code="/".join(part for part in (code, finer) if part),
        carrier_text=worded(event.get("description")),
        tracking_number=number,
    )


def _when(text: str, zone: str, place: Place | None) -> OccurredAt:
    """Read the wall time, up to seven digits behind the second, by the zone named for its place, else by the place's."""
    told = iso_stamp(text, country=place.country if place else None, region=place.region if place else None)
    try:
        named = ZoneInfo(zone) if zone else None
    except (ValueError, OSError, KeyError):
        named = None
    if named is None or told.zone_source is ZoneSource.SENT or told.precision is Precision.DATE:
        return told
    wall = datetime.fromisoformat(told.local)
    return stamp(wall, told.precision, offset=offset_text(named.utcoffset(wall) or timedelta()))


def _place(event: dict[str, Any]) -> Place | None:
    where = boxed(event.get("location"))
    return place_of(
        city=worded(where.get("city")),
        region=worded(where.get("state")),
        postcode=worded(where.get("zip")),
        country=worded(where.get("countryId")),
        facility=worded(event.get("eventLocation")) or worded(where.get("eventLocation")),
    )


def _estimates(events: list[dict[str, Any]], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the day of the newest event that tells one; its minute before midnight stands for "by the end of the day"."""
    if any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    told = {
        scan.occurred_at: worded(event.get("estimatedDeliveryDate"))
        for event, scan in zip(events, checkpoints, strict=True)
        if scan.occurred_at
    }
    newest = latest(at for at, text in told.items() if text)
    if newest is None:
        return ()
    day, until = iso_day(told[newest]), iso_stamp(told[newest]).local[11:16]
    return (Estimate(from_on=day, to_on=day, to_time=until if until not in ("", "00:00", "23:59") else None, stated_at=newest),)
