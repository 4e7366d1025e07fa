"""BoxKnight's order (JSON) → one tracking with its present status; its errors → notes."""

from datetime import datetime, timedelta
from typing import Any

from doorstep.carriers.clock import at_place, iso_stamp, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: GEOCODED: the address was found on the map, the goods have not moved.
#: Source: the order statuses of BoxKnight's API as listed in a public connector, read 2026-11-22.
_EVENT_TYPES = {
    "CREATED": "order_data_received",
    "GEOCODED": "order_data_received",
    "PICKUP_EN_ROUTE": "courier_dispatched_for_pickup",
    "PICKUP_COMPLETED": "picked_up",
    "DELIVERY_ASSIGNED": "preparing_for_delivery",
    "DELIVERY_EN_ROUTE": "out_for_delivery",
    "DELIVERY_COMPLETED": "delivered",
}
#: BoxKnight spells provinces out; of those it serves, Quebec keeps one zone. The clock of the rest is not assumed.
_PROVINCES = {"quebec": "QC", "québec": "QC"}


def event_type_of(status: str) -> str:
    """Find the event type of an order status ("DELIVERY_EN_ROUTE")."""
    return _EVENT_TYPES.get(status, "unknown")


def read(answer: Any) -> Parsed:
    """Read an order, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    orders = [order for order in listed(answer) if isinstance(order, dict) and "orderStatus" in order]
    notes: tuple[CarrierNote, ...] = ()
    text = worded(dig(answer, "message")) or worded(dig(answer, "error"))
    if not orders and text:
        notes = (CarrierNote(worded(dig(answer, "code")) or worded(dig(answer, "statusCode")), text),)
    if not orders and not notes and answer != []:
        raise BadInputError("JSON without an orderStatus of BoxKnight")
    return Parsed(tuple(_tracking(order) for order in orders), notes)


def _tracking(order: dict[str, Any]) -> Tracking:
    number, status = numbered(worded(order.get("id"))), worded(order.get("orderStatus"))
    if not number:
        raise BadInputError("an order of BoxKnight without an id")
    # An order does not say when its status began, only when it was created; that time would outlive all later, undated ones.
    scan = Checkpoint(
        event_type=event_type_of(status),
        occurred_at=None,
        carrier="boxknight",
        carrier_code=status,
        carrier_text="",
        tracking_number=number,
    )
    return Tracking(
        tracking_number=number,
        carrier="boxknight",
        checkpoints=(scan,) if status else (),
        estimates=() if ends_journey(scan.event_type) else _estimates(order),
        service=worded(order.get("service")) or None,
    )


def _estimates(order: dict[str, Any]) -> tuple[Estimate, ...]:
    """Read between which moments the order is to be completed, in the recipient's time; elsewhere than in Quebec only their UTC days."""
    start, end = (_moment(order.get(f"complete{side}")) for side in ("After", "Before"))
    if not (start and end) or start.instant > end.instant:
        return ()
    country = country_of(worded(dig(order, "recipientAddress", "country")))
    region = _PROVINCES.get(worded(dig(order, "recipientAddress", "province")).casefold(), "")
    first, last = (at_place(moment.instant, country, region) for moment in (start, end))
    created = worded(order.get("createdAt"))
    return (
        Estimate(
            from_on=(first or start.instant).date(),
            to_on=(last or end.instant).date(),
            from_time=first.strftime("%H:%M") if first else None,
            to_time=last.strftime("%H:%M") if last else None,
            stated_at=iso_stamp(created) if created else None,
        ),
    )


def _moment(value: Any) -> OccurredAt | None:
    """Read milliseconds since 1970 UTC; None where there are none."""
    text = worded(value)
    if not text.isascii() or not text.isdecimal():
        return None
    try:
        moment = datetime(1970, 1, 1) + timedelta(milliseconds=int(text[:18]))  # noqa: DTZ001 - the stamp gives it its zone
    except OverflowError:
        raise BadInputError("a time of BoxKnight beyond the calendar") from None
    return stamp(moment, Precision.SECOND, offset="Z")
