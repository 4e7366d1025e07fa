"""GLS Germany's app and GLS Poland's page (JSON, one parcel each) → a tracking.

Source: the clients of both in public home-automation code, which saw them in 2026; read 2026-11-29.
"""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.gls.codes import of_event, of_status
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read_german(answer: Any) -> Parsed:
    """Read the app's parcel: sentences with wall times; one without sentences is delivered or not.

    Raises:
        BadInputError: it has no number.
    """
    number = numbered(worded(dig(answer, "parcelNumber")) or worded(dig(answer, "trackingReference")))
    events = listed(dig(answer, "deliveryEvents"))
    checkpoints = [
        _checkpoint(worded(dig(event, "description")), worded(dig(event, "occurrenceDateTime")), number, "DE") for event in events
    ]
    delivered = worded(dig(answer, "deliveredAt"))
    if not checkpoints and delivered:
        checkpoints = [_by_status("DELIVERED", delivered, number, "DE")]
    return _one(number, checkpoints)


def read_polish(answer: Any) -> Parsed:
    """Read the page's parcel: the names of its states with times and their offset; one without is read by its bar.

    Raises:
        BadInputError: it has no number.
    """
    number = numbered(worded(dig(answer, "parcelNumber")))
    events = listed(dig(answer, "eventReasons"))
    checkpoints = [
        _checkpoint(worded(dig(event, "packageStatusName")), worded(dig(event, "packageStatusDate")), number, "PL") for event in events
    ]
    state = worded(dig(answer, "progressBarIdent"))
    if not checkpoints and state:
        checkpoints = [_by_status(state, worded(dig(answer, "stateDate")), number, "PL")]
    return _one(number, checkpoints)


def _one(number: str, checkpoints: list[Checkpoint]) -> Parsed:
    if not number:
        raise BadInputError("a parcel of GLS without its number")
    return Parsed((Tracking(tracking_number=number, carrier="gls", checkpoints=tuple(checkpoints)),))


def _checkpoint(sentence: str, when: str, number: str, country: str) -> Checkpoint:
    return Checkpoint(
        event_type=of_event("", sentence)[0],
        occurred_at=iso_stamp(when, country=country) if when else None,
        carrier="gls",
        carrier_code="",
        carrier_text=sentence,
        tracking_number=number,
    )


def _by_status(status: str, when: str, number: str, country: str) -> Checkpoint:
    return Checkpoint(
        event_type=of_status(status),
        occurred_at=iso_stamp(when, country=country) if when else None,
        carrier="gls",
        carrier_code=status,
        carrier_text="",
        tracking_number=number,
    )
