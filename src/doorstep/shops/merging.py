"""A known order + a fact, in any order of arrival → the order as now known; the same facts in any order give the same order.

Each part is kept by a rule that is a maximum, a minimum or a union, and those do not care who came first:

- the snapshot with the latest `updated_at` gives the order's own fields, all of them, so that what it lacks is really gone;
- of each fulfilment and each refund the latest stays, and one that a newer snapshot does not mention is not forgotten;
- consents add up;
- the earliest cancellation stays, whatever a later snapshot says.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from doorstep.domain.orders import Consent, Fulfilment, Order, Payment, Refund
from doorstep.domain.plugins import FulfilmentSeen, OrderFact, OrderSeen, RefundSeen

#: Equal values have equal bytes: the keys of objects are sorted.
_BYTES = msgspec.json.Encoder(order="deterministic")
#: How far a payment has come; tells two snapshots of the same second apart (placed and paid often share one).
_PAYMENT_RANK = {
    Payment.PENDING: 0,
    Payment.COD: 1,
    Payment.PAID: 2,
    Payment.VOIDED: 3,
    Payment.PARTLY_REFUNDED: 4,
    Payment.REFUNDED: 5,
}


def merge(known: Order, fact: OrderFact) -> Order:
    """Take a fact into an order of the same external id. An older snapshot never replaces a newer one; a cancellation stays."""
    match fact:
        case OrderSeen(order):
            return _merge_orders(known, order)
        case FulfilmentSeen(_, fulfilment):
            return msgspec.structs.replace(known, fulfilments=_newest_fulfilments((*known.fulfilments, fulfilment)))
        case RefundSeen(_, refund):
            return msgspec.structs.replace(known, refunds=_newest_refunds((*known.refunds, refund)))


def _merge_orders(known: Order, seen: Order) -> Order:
    newer = known if _rank(known) > _rank(seen) else seen
    cancelled_at, reason = _earliest_cancellation(known, seen)
    return msgspec.structs.replace(
        newer,
        fulfilments=_newest_fulfilments((*known.fulfilments, *seen.fulfilments)),
        refunds=_newest_refunds((*known.refunds, *seen.refunds)),
        consents=_all_consents((*known.consents, *seen.consents)),
        cancelled_at=cancelled_at,
        cancel_reason=reason,
    )


def _rank(order: Order) -> tuple[bool, float, int, bytes]:
    """A partial order ranks below any full one; equally old snapshots are told apart by their payment, then by their bytes.

    What adds up over snapshots is left out: it may not decide which snapshot is the newer.
    """
    own = msgspec.structs.replace(order, fulfilments=(), refunds=(), consents=(), cancelled_at=None, cancel_reason=None)
    stated = order.updated_at.timestamp() if order.updated_at else 0.0
    return (order.placed_at is not None, stated, _PAYMENT_RANK[order.payment], _BYTES.encode(own))


def _earliest_cancellation(*orders: Order) -> tuple[datetime | None, str | None]:
    stated = [(one.cancelled_at, one.cancel_reason is None, one.cancel_reason or "") for one in orders if one.cancelled_at]
    if not stated:
        return None, None
    at, _, reason = min(stated)
    return at, reason or None


def _newest_fulfilments(seen: Iterable[Fulfilment]) -> tuple[Fulfilment, ...]:
    """Of equally old ones the cancelled wins, then the one that knows more tracking numbers."""
    newest: dict[str, Fulfilment] = {}
    for one in sorted(seen, key=lambda f: (f.updated_at, not f.active, len(f.tracking_numbers), _BYTES.encode(f))):
        newest[one.fulfilment_id] = one
    return tuple(sorted(newest.values(), key=lambda f: (f.created_at, f.fulfilment_id)))


def _newest_refunds(seen: Iterable[Refund]) -> tuple[Refund, ...]:
    """A refund never changes, but one telling of it may say more than another."""
    newest: dict[str, Refund] = {}
    for one in sorted(seen, key=lambda r: (r.amount is not None, len(r.lines), _BYTES.encode(r))):
        newest[one.refund_id] = one
    return tuple(sorted(newest.values(), key=lambda r: (r.at, r.refund_id)))


def _all_consents(seen: Iterable[Consent]) -> tuple[Consent, ...]:
    return tuple(sorted(set(seen), key=lambda c: (c.at, _BYTES.encode(c))))
