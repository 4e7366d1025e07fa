"""An order before and after → the moments that are new, the weightiest to be told."""

from collections.abc import Iterator
from datetime import datetime

from doorstep.domain.messages import Change
from doorstep.domain.orders import Order, Payment
from doorstep.journeys.triggers import Moment, told_once

_Found = tuple[str, str, datetime | None]


def changes_of_order(before: Order | None, after: Order, order_id: int) -> tuple[Moment, ...]:
    """Tell what is new in `after`: at most one moment to tell, and before it those it supersedes.

    Equal orders give (). An order that is only known from a fulfilment (`placed_at` None) has not been placed yet.
    """
    if before is not None and (before is after or before == after):
        return ()
    found = (*_placing(before, after), *_sending(before, after), *_undoing(before, after))
    if not found:
        return ()
    return told_once(
        Change(trigger=trigger, subject_kind="order", subject_id=order_id, occurrence=occurrence, happened_at=at)
        for trigger, occurrence, at in found
    )


def _placing(before: Order | None, after: Order) -> Iterator[_Found]:
    if after.placed_at is not None and (before is None or before.placed_at is None):
        yield "order.placed", "", after.placed_at
    if after.payment is Payment.PAID and before is not None and before.payment is Payment.PENDING and before.placed_at is not None:
        yield "order.paid", "", after.updated_at


def _sending(before: Order | None, after: Order) -> Iterator[_Found]:
    known = {one.fulfilment_id: bool(one.tracking_numbers) for one in before.fulfilments} if before else {}
    for one in sorted(after.fulfilments, key=lambda fulfilment: (fulfilment.created_at, fulfilment.fulfilment_id)):
        tracked = bool(one.tracking_numbers)
        if one.active and (one.fulfilment_id not in known or (tracked and not known[one.fulfilment_id])):
            yield "order.packed" if tracked else "order.shipped_untracked", one.fulfilment_id, one.created_at


def _undoing(before: Order | None, after: Order) -> Iterator[_Found]:
    known = {one.refund_id for one in before.refunds} if before else frozenset()
    for refund in sorted(after.refunds, key=lambda one: (one.at, one.refund_id)):
        if refund.refund_id not in known:
            yield "order.refunded", refund.refund_id, refund.at
    if after.cancelled_at is not None and (before is None or before.cancelled_at is None):
        yield "order.cancelled", "", after.cancelled_at
