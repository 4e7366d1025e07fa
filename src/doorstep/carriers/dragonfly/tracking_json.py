"""Dragonfly's parcel with its steps (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, latest
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: The step of the road, which Dragonfly's own page shows; its finer codes are not published, so the step is the finest that can be read.
#: Source: live answers of 2026 with their Dutch and English labels, read 2026-11-22.
_STEPS = {"1": "accepted", "2": "facility_processing", "3": "out_for_delivery", "4": "delivered"}


def read(answer: Any) -> Parsed:
    """Read one parcel or several, or an error.

    Raises:
        BadInputError: neither.
    """
    parcels = [parcel for parcel in listed(answer) if isinstance(parcel, dict) and "tracking_id" in parcel]
    if parcels:
        return Parsed(tuple(_tracking(parcel) for parcel in parcels))
    text = worded(dig(answer, "message")) or worded(dig(answer, "error"))
    if not text:
        raise BadInputError("JSON without a tracking_id and without an error of Dragonfly")
    return Parsed(notes=(CarrierNote(worded(dig(answer, "statusCode")) or worded(dig(answer, "code")), text),))


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = numbered(worded(parcel.get("tracking_id")))
    if not number:
        raise BadInputError("a parcel of Dragonfly without its tracking_id")
    last = parcel.get("last_status")
    checkpoints = tuple(_checkpoint(status, number) for status in listed(parcel.get("status_list")))
    if isinstance(last, dict) and (newest := _checkpoint(last, number)) not in checkpoints and not _told(newest, checkpoints):
        checkpoints = (newest, *checkpoints)
    over = dig(last, "isDelivered") is True or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="dragonfly",
        checkpoints=checkpoints,
        estimates=() if over else _estimates(parcel.get("public_eta"), latest(checkpoint.occurred_at for checkpoint in checkpoints)),
    )


def _told(newest: Checkpoint, checkpoints: tuple[Checkpoint, ...]) -> bool:
    """Tell whether the list has the last status already, perhaps under other labels."""
    return any((told.event_type, told.occurred_at) == (newest.event_type, newest.occurred_at) for told in checkpoints)


def _checkpoint(status: Any, number: str) -> Checkpoint:
    step, code, when = worded(dig(status, "step")), worded(dig(status, "statusCode")), worded(dig(status, "timestamp"))
    texts = [worded(dig(status, "labels", form, language)) for form in ("longLabel", "shortLabel") for language in ("en", "nl")]
    return Checkpoint(
        event_type=_STEPS.get(step, "unknown"),
        occurred_at=iso_stamp(when, country="NL") if when else None,
        carrier="dragonfly",
        carrier_code="/".join(part for part in (step, code) if part),
        carrier_text=next((text for text in texts if text), ""),
        tracking_number=number,
    )


def _estimates(eta: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Read the window, sent in UTC and told in Dutch time; without an end it is "from then on that day"."""
    start = worded(dig(eta, "from"))
    if not start:
        return ()
    first = in_place(iso_stamp(start, country="NL"), "NL").local
    end = worded(dig(eta, "to"))
    last = in_place(iso_stamp(end, country="NL"), "NL").local if end else first[:10]
    if iso_day(last) < iso_day(first):
        return ()
    hours = (first[11:16] or None, last[11:16] or None)
    return (Estimate(from_on=iso_day(first), to_on=iso_day(last), from_time=hours[0], to_time=hours[1], stated_at=stated),)
