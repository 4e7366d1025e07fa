"""GLS Netherlands' parcel page (its JSON: parcelNo with scans) → a tracking."""

from datetime import datetime
from typing import Any

from doorstep.carriers.clock import at_place, iso_stamp, latest
from doorstep.carriers.gls.codes import of_dutch_state
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read one parcel.

    Raises:
        BadInputError: it has no number.
    """
    number = numbered(worded(dig(answer, "parcelNo")))
    if not number:
        raise BadInputError("a parcel of GLS without a parcelNo")
    scans = listed(dig(answer, "scans"))
    checkpoints = tuple(_checkpoint(scan, number) for scan in scans)
    if not scans and worded(dig(answer, "state")):
        checkpoints = (_by_state(answer, number),)
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="gls",
                checkpoints=checkpoints,
                estimates=_estimates(dig(answer, "deliveryStatus"), checkpoints),
                weight_g=grams(dig(answer, "weighedWeight"), "kg") or grams(dig(answer, "suppliedWeight"), "kg"),
            ),
        )
    )


def _checkpoint(scan: Any, number: str) -> Checkpoint:
    state, when = worded(dig(scan, "state")), worded(dig(scan, "dateTime"))
    return Checkpoint(
        event_type=of_dutch_state(state),
        occurred_at=iso_stamp(when, country="NL") if when else None,
        carrier="gls",
        carrier_code=state,
        carrier_text=worded(dig(scan, "eventReasonDescr")),
        tracking_number=number,
    )


def _by_state(answer: Any, number: str) -> Checkpoint:
    """Make an undated checkpoint of the parcel's state, where no scans came with it."""
    state = worded(dig(answer, "state"))
    return Checkpoint(
        event_type=of_dutch_state(state),
        occurred_at=None,
        carrier="gls",
        carrier_code=state,
        carrier_text=next((text for parcel in listed(dig(answer, "parcels")) if (text := worded(dig(parcel, "lastStatus")))), ""),
        tracking_number=number,
    )


def _estimates(status: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    start, end = worded(dig(status, "etaTimestampMin")), worded(dig(status, "etaTimestampMax"))
    if not (start or end) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    first, last = sorted((_local(start or end), _local(end or start)))
    return (
        Estimate(
            from_on=first.date(),
            to_on=last.date(),
            from_time=first.strftime("%H:%M") if start else None,
            to_time=last.strftime("%H:%M") if end else None,
            stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints),
        ),
    )


def _local(when: str) -> datetime:
    """Read a moment as the Netherlands' wall time: estimates, unlike scans, come in UTC."""
    stamped = iso_stamp(when, country="NL")
    return at_place(stamped.instant, "NL") or stamped.instant
