"""HayPost's order with `orderStateHistories` (JSON) → one tracking; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: 1 is written in the second in which the order is made. States 2 to 11 exist, but HayPost publishes no meaning for them, so they are `unknown`.
#: Source: a live answer of 2024, read 2026-11-22.
_STATES = {"1": "order_data_received"}
#: Where a gateway puts what went wrong.
_SAID = ("message", "Message", "detail", "title", "error", "description", "error_description")


def read(answer: Any) -> Parsed:
    """Read one order or several, or an error.

    Raises:
        BadInputError: neither.
    """
    orders = [item for item in listed(answer) if isinstance(dig(item, "order"), dict)]
    if orders:
        return Parsed(tuple(_tracking(item) for item in orders))
    found = [text for name in _SAID if (text := worded(dig(answer, name)))]
    if not found:
        raise BadInputError("JSON without an order and without an error of HayPost")
    return Parsed(notes=(CarrierNote(worded(dig(answer, "code")) or worded(dig(answer, "status")), found[0]),))


def _tracking(item: Any) -> Tracking:
    order = dig(item, "order")
    number = numbered(worded(dig(order, "trackingId")))
    if not number:
        raise BadInputError("an order of HayPost without its trackingId")
    histories = listed(dig(item, "orderStateHistories"))
    return Tracking(
        tracking_number=number,
        carrier="hay_post",
        checkpoints=tuple(_checkpoint(history, number, worded(dig(history, "createDate"))) for history in histories)
        or ((_checkpoint(order, number, ""),) if worded(dig(order, "stateId")) else ()),
        service=worded(dig(order, "service", "name")) or None,
    )


def _checkpoint(state: Any, number: str, when: str) -> Checkpoint:
    """Read one state; its time is Armenia's wall time. An order without a history tells its state alone, undated."""
    code = worded(dig(state, "stateId"))
    return Checkpoint(
        event_type=_STATES.get(code, "unknown"),
        occurred_at=iso_stamp(when, country="AM") if when else None,
        carrier="hay_post",
        carrier_code=code,
        carrier_text="",
        tracking_number=number,
    )
