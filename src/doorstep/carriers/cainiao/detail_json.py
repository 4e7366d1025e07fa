"""Cainiao's `detail.json` → trackings; numbers without a history and refusals → notes."""

import re
from datetime import datetime, timedelta
from typing import Any

from doorstep.carriers.cainiao.codes import event_type_of
from doorstep.carriers.clock import at_place, iso_stamp, latest, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: The last word of "PostNL 3SDFC0000000000", if it may be a number at all.
_NUMBER = re.compile(r"(?=[A-Z0-9]*\d)\b[A-Z0-9]{8,30}$")
_ZONE = re.compile(r"(?:GMT|UTC)\s*([+-])(\d{1,2})(?::?(\d\d))?")

#: The year 9000, from which no zone leads past the calendar's end.
_LAST_MS = 221_845_392_000_000


def read(answer: Any) -> Parsed:
    """Read an answer (`module`: a list of parcels), a parcel alone, a list of them, or a refusal.

    Raises:
        BadInputError: none of them.
    """
    told = listed(boxed(answer).get("module", answer))
    parcels = [parcel for parcel in told if isinstance(parcel, dict) and "mailNo" in parcel]
    trackings = tuple(_tracking(parcel) for parcel in parcels if _traces(parcel))
    notes = [_unheard_of(parcel) for parcel in parcels if not _traces(parcel)]
    if code := worded(dig(answer, "errorCode")):
        notes.append(CarrierNote(code, worded(dig(answer, "errorMsg"))))
    if not parcels and not notes and answer != []:
        raise BadInputError("JSON without a mailNo and without an errorCode of Cainiao")
    return Parsed(trackings, tuple(notes))


def _traces(parcel: dict[str, Any]) -> list[dict[str, Any]]:
    """List the history; the latest trace is a part of it, but sometimes stands alone."""
    history = [trace for trace in listed(parcel.get("detailList")) if isinstance(trace, dict)]
    newest = parcel.get("latestTrace")
    return [newest, *history] if isinstance(newest, dict) and newest and not any(_same(newest, trace) for trace in history) else history


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("actionCode", "time", "timeStr"))


def _number(parcel: dict[str, Any]) -> str:
    number = numbered(worded(parcel.get("mailNo")))
    if not number:
        raise BadInputError("a parcel of Cainiao with an empty mailNo")
    return number


def _unheard_of(parcel: dict[str, Any]) -> CarrierNote:
    text = worded(parcel.get("statusDesc")) or "Cainiao tells no history of this number"
    return CarrierNote(worded(parcel.get("status")) or "no_history", text, _number(parcel))


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = _number(parcel)
    checkpoints = tuple(_checkpoint(trace, number) for trace in _traces(parcel))
    return Tracking(
        tracking_number=number,
        carrier="cainiao",
        checkpoints=checkpoints,
        estimates=_estimates(parcel, checkpoints),
        links=_links(parcel, number),
    )


def _links(parcel: dict[str, Any], number: str) -> tuple[Link, ...]:
    """Read under which number who brings the parcel home; the second field has the carrier's name before the number."""
    embedded = _NUMBER.search(worded(parcel.get("realMailNo")))
    local = numbered(worded(parcel.get("copyRealMailNo"))) or (embedded[0] if embedded else "")
    carrier = carrier_slug(worded(dig(parcel, "destCpInfo", "cpName")))
    return (Link(tracking_number=local, carrier=carrier, role="last_mile"),) if local not in ("", number) else ()


def _checkpoint(trace: dict[str, Any], number: str) -> Checkpoint:
    code = worded(trace.get("actionCode"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_occurred_at(trace),
        carrier="cainiao",
        carrier_code=code,
        carrier_text=worded(trace.get("desc")) or worded(trace.get("standerdDesc")),
        tracking_number=number,
    )


def _occurred_at(trace: dict[str, Any]) -> OccurredAt | None:
    """Read the moment (milliseconds UTC) as the wall time of the trace's zone; without it, the wall time that stands beside it."""
    zone = _ZONE.fullmatch(worded(trace.get("timeZone")).upper())
    offset = f"{zone[1]}{int(zone[2]):02}:{zone[3] or '00'}" if zone else None
    if moment := _moment(trace.get("time")):
        shift = timedelta(hours=int(zone[1] + zone[2]), minutes=int(zone[1] + (zone[3] or "0"))) if zone else timedelta()
        return stamp(moment + shift, Precision.SECOND, offset=offset or "Z")
    wall = worded(trace.get("timeStr"))
    if not wall:
        return None
    local = iso_stamp(wall, trust_zone=False)
    return stamp(datetime.fromisoformat(local.local), local.precision, offset=offset)


def _moment(value: Any) -> datetime | None:
    """Read milliseconds since 1970 as a naive UTC time; None where there are none."""
    text = worded(value)
    if not text.isascii() or not text.isdecimal() or not text.strip("0"):
        return None
    if int(text[:18]) > _LAST_MS:
        raise BadInputError("a time of Cainiao beyond the calendar")
    return datetime(1970, 1, 1) + timedelta(milliseconds=int(text[:18]))  # noqa: DTZ001 - the caller gives it its zone


def _estimates(parcel: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the window Cainiao reckons with, as days where the parcel goes."""
    first, last = (_moment(dig(parcel, "globalEtaInfo", f"delivery{side}Time")) for side in ("Min", "Max"))
    if not (first and last) or first > last or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    country = country_of(worded(parcel.get("destCountry")))
    days = []
    for moment in (first, last):
        sent = stamp(moment, Precision.SECOND, offset="Z")
        days.append((at_place(sent.instant, country) or sent.instant).date())
    return (Estimate(from_on=days[0], to_on=days[1], stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
