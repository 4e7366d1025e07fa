"""The postal track-and-trace service's answer (JSON: ID, Events with EventCd, EventDT, …) → trackings."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from doorstep.carriers.clock import iso_stamp, offset_text, stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.posts import post_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.carriers.upu.codes import event_type_of
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_EPOCH = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/", re.ASCII)
#: The answer for an item without events is this bare number.
_NO_EVENTS = 1
_HOURS = 100


def read(tree: Any, reader: str) -> Parsed:
    """Read one item's answer or a list of them.

    Raises:
        BadInputError: no such answer, or a time that is none.
    """
    if tree == _NO_EVENTS and not isinstance(tree, bool):
        return Parsed(notes=(CarrierNote("1", "no events are known for the item"),))
    found = [boxed(one) for one in listed(tree) if worded(dig(one, "ID"))]
    if not found:
        raise BadInputError("no answer of the postal track-and-trace service: it names no item (ID)")
    return Parsed(tuple(_tracking(box, numbered(worded(box["ID"])), reader) for box in found))


def _tracking(box: dict[str, Any], number: str, reader: str) -> Tracking:
    carrier = post_of(number) or reader
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=tuple(_checkpoint(boxed(event), number, carrier) for event in listed(box.get("Events"))),
    )


def _checkpoint(event: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    code = worded(event.get("EventCd")).upper()
    reason = worded(event.get("NonDeliveryReasonNm")) or worded(event.get("RetentionReasonNm")) or worded(event.get("ReasonNm"))
    coded = worded(event.get("NonDeliveryReasonCd")) or worded(event.get("RetentionReasonCd")) or worded(event.get("ReasonCd"))
    country = country_of(worded(event.get("EventCountryCd")) or worded(event.get("EventOfficeCd"))[:2])
    return Checkpoint(
        event_type=event_type_of(code, reason),
        occurred_at=_when(worded(event.get("EventDT")), country),
        place=place_of(text=worded(event.get("EventLocation")), country=country or "", facility=worded(event.get("EventOfficeCd"))),
        carrier=carrier,
        carrier_code="/".join(filter(None, (code, coded))),
        carrier_text="; ".join(filter(None, (worded(event.get("EventNm")), reason))),
        tracking_number=number,
    )


def _when(text: str, country: str | None) -> OccurredAt | None:
    """Read ISO 8601, or the service's "/Date(milliseconds+hours)/": the offset is the wall clock's; without one the milliseconds are it."""
    if not text:
        return None
    found = _EPOCH.fullmatch(text)
    if not found:
        return iso_stamp(text, country=country)
    offset = found[2]
    shift = timedelta(hours=int(offset[:3]), minutes=int(offset[0] + offset[3:])) if offset else timedelta()
    try:
        wall = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(milliseconds=int(found[1])) + shift
        return stamp(wall.replace(microsecond=0), Precision.SECOND, offset=offset_text(shift) if offset else None, country=country)
    except OverflowError as error:
        raise BadInputError(f"{text[:40]!r} is no time") from error
