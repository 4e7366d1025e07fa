"""SmartKargo's list of events (JSON) → one tracking for each air waybill; its errors → notes."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.clock import iso_day, iso_stamp, latest, offset_text, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.pieces import share_out
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.carriers.smartkargo.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

_SLUG = "smartkargo"


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
    return Parsed(tuple(tracking for number, of_it in by_number.items() for tracking in _trackings(number, of_it)), notes)


def _number(event: dict[str, Any]) -> str:
    waybill = numbered(worded(event.get("airWaybill")))
    number = f"{numbered(worded(event.get('prefix')))}{waybill}" if waybill else ""
    number = number or numbered(worded(event.get("packageReference")) or worded(event.get("headerReference")))
    if not number:
        raise BadInputError("an event of SmartKargo without a waybill and without a reference")
    return number


def _trackings(number: str, events: list[dict[str, Any]]) -> tuple[Tracking, ...]:
    checkpoints = tuple(_checkpoint(event, number) for event in events)
    several = len({numbered(worded(event.get("pieceReference"))) for event in events}) > 1
    told = [(scan, _pieces(event, number, several=several)) for event, scan in zip(events, checkpoints, strict=True)]
    shared = share_out(number, told, carrier=_SLUG)
    whole = Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=shared.whole,
        estimates=() if shared.over else _estimates(events, checkpoints),
        links=shared.links,
    )
    return whole, *shared.trackings(_SLUG)


def _pieces(event: dict[str, Any], number: str, *, several: bool) -> list[str]:
    """Name the piece of an event: one of several, or one that is numbered after its package; any other is the package itself."""
    piece, *names = (numbered(worded(event.get(name))) for name in ("pieceReference", "packageReference", "headerReference"))
    if piece in ("", number, *names):
        return []
    return [piece] if several or piece.startswith(tuple(name for name in names if name)) else []


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, finer, when = worded(event.get("eventType")), worded(event.get("subEventType")), worded(event.get("eventDate"))
    place = _place(event)
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_when(when, worded(dig(event, "location", "timezone")), place) if when else None,
        place=place,
        carrier=_SLUG,
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
