"""USPS Tracking API v3 (JSON answer or push) → trackings and notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time, stamp
from doorstep.carriers.families.usps_codes import event_type_of
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.carriers.usps.places import offset_in, place_of
from doorstep.carriers.usps.prose import current
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_MARKUP = re.compile(r"<SUP>.*?</SUP>|<[^<>]*>", re.IGNORECASE)


def read(answer: Any, asked: str) -> Parsed:
    """Read one or many parcels, with their events or with their status alone, or an error.

    `asked` is the number that was asked for; an answer that names none takes it.

    Raises:
        BadInputError: neither events nor an error.
    """
    trackings: list[Tracking] = []
    notes: list[CarrierNote] = []
    for part in listed(answer):
        number = numbered(worded(dig(part, "trackingNumber")))
        if listed(dig(part, "trackingEvents")):
            trackings.append(_tracking(part, number or asked))
        elif dig(part, "error") is not None:
            notes.extend(_notes(part, number or None))
        elif number and (worded(dig(part, "status")) or worded(dig(part, "statusCategory"))):
            trackings.append(_tracking(part, number))
        else:
            raise BadInputError("JSON without trackingEvents and without an error of USPS")
    if not trackings and not notes:
        raise BadInputError("an empty answer")
    return Parsed(tuple(trackings), tuple(notes))


def _notes(part: Any, number: str | None) -> list[CarrierNote]:
    error = dig(part, "error")
    if isinstance(error, str):
        return [CarrierNote(error, worded(dig(part, "error_description")), number)]
    outer = worded(dig(error, "code"))
    inner = [
        CarrierNote(worded(dig(each, "code")) or outer, worded(dig(each, "detail")) or worded(dig(each, "title")), number)
        for each in listed(dig(error, "errors"))
    ]
    return inner or [CarrierNote(outer, worded(dig(error, "message")), number)]


def _tracking(part: Any, number: str) -> Tracking:
    if not number:
        raise BadInputError("an answer that names no number, and none was asked for")
    events = listed(dig(part, "trackingEvents"))
    checkpoints = tuple(_checkpoint(event, number) for event in events) or _status_only(part, number)
    over = any(ends_journey(point.event_type) for point in checkpoints)
    done = [event for event, point in zip(events, checkpoints, strict=False) if ends_journey(point.event_type)]
    names = [name for event in done if (name := worded(dig(event, "name")))]
    stated = latest(point.occurred_at for point in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="usps",
        checkpoints=checkpoints,
        estimates=() if over else _estimates(part, stated),
        service=" ".join(_MARKUP.sub("", worded(dig(part, "mailClass"))).split()) or None,
        signed_by=names[0] if names else None,
    )


def _status_only(part: Any, number: str) -> tuple[Checkpoint, ...]:
    """Read the status of an answer that was asked for the summary alone."""
    status, category, summary = (worded(dig(part, name)) for name in ("status", "statusCategory", "statusSummary"))
    return (current(status, category, summary, number),) if status or category else ()


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, text = worded(dig(event, "eventCode")).upper(), worded(dig(event, "eventType"))
    place = place_of(*(worded(dig(event, name)) for name in ("eventCity", "eventState", "eventZIP", "eventCountry")))
    finer = [worded(dig(event, name)) for name in ("actionCode", "reasonCode")]
    return Checkpoint(
        event_type=event_type_of(code, "", text),
        occurred_at=_when(event, place),
        place=place,
        carrier="usps",
        carrier_code="/".join(key for key in (code, *finer) if key),
        carrier_text=text,
        tracking_number=number,
    )


def _when(event: Any, place: Place | None) -> OccurredAt | None:
    """Take the local wall time and its offset. The "Z" some answers put on the local time is dropped; midnight without GMT is a date.

    Incident: Magento read `eventTimestamp` as GMT (magento/magento2 issue 40394, 2026).
    """
    written = worded(dig(event, "eventTimestamp"))
    if not written:
        return None
    offset = offset_in(worded(dig(event, "GMTOffset")))
    country, region = (place.country, place.region) if place else (None, None)
    if not offset and not worded(dig(event, "GMTTimestamp")):
        written = written.removesuffix("T00:00:00")
    local = iso_stamp(written, country=country, region=region, trust_zone=False)
    if not offset or local.precision is Precision.DATE:
        return local
    return stamp(read_time(local.local, "%Y-%m-%dT%H:%M:%S"), local.precision, offset=offset)


def _estimates(part: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Take the finest of USPS's forecasts: predicted with a window, else expected, else guaranteed."""
    for name in ("predictedDeliveryDate", "predictedDeliveryTimeStamp", "expectedDeliveryTimeStamp", "guaranteedDeliveryTimeStamp"):
        if written := worded(dig(part, name)):
            local = iso_stamp(written, trust_zone=False).local
            day = iso_day(local)
            start, end = (_time(worded(dig(part, f"predictedDeliveryWindow{side}Time"))) for side in ("Start", "End"))
            by = local[11:16] if local[11:16] not in ("", "00:00") else None
            window = name.startswith("predicted") and start and end
            return (Estimate(from_on=day, to_on=day, from_time=start if window else None, to_time=end if window else by, stated_at=stated),)
    return ()


def _time(text: str) -> str | None:
    """Read "14:15", "14:15:00" or "2:15 pm"; None for anything else."""
    try:
        return read_time(text, "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p").strftime("%H:%M")
    except BadInputError:
        return None
