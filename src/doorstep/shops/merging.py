"""A known order + a fact, in any order of arrival → the order as now known; the same facts in any order give the same order."""

import msgspec

from doorstep.domain.orders import Fulfilment, Order, Refund
from doorstep.domain.plugins import FulfilmentSeen, OrderSeen, RefundSeen, ShopFact


def merge(known: Order, fact: ShopFact) -> Order:
    """Take a fact into an order of the same external id. An older snapshot never replaces a newer one; a cancellation stays."""
    match fact:
        case OrderSeen(order):
            return _merge_orders(known, order)
        case FulfilmentSeen(_, fulfilment):
            return msgspec.structs.replace(known, fulfilments=_newest_fulfilments((*known.fulfilments, fulfilment)))
        case RefundSeen(_, refund):
            return msgspec.structs.replace(known, refunds=_newest_refunds((*known.refunds, refund)))


def _merge_orders(known: Order, seen: Order) -> Order:
    newer, older = (known, seen) if _rank(known) > _rank(seen) else (seen, known)
    return msgspec.structs.replace(
        newer,
        fulfilments=_newest_fulfilments((*older.fulfilments, *newer.fulfilments)),
        refunds=_newest_refunds((*older.refunds, *newer.refunds)),
        consents=tuple(sorted({*older.consents, *newer.consents}, key=lambda c: (c.at, c.purpose, c.channel or "", c.granted))),
        cancelled_at=newer.cancelled_at or older.cancelled_at,
        cancel_reason=newer.cancel_reason or older.cancel_reason,
    )


def _rank(order: Order) -> tuple[bool, float, bytes]:
    """A partial order ranks below any full one; equally old snapshots are told apart by their content."""
    stated = order.updated_at.timestamp() if order.updated_at else 0.0
    return (order.placed_at is not None, stated, msgspec.json.encode(order))


def _newest_fulfilments(seen: tuple[Fulfilment, ...]) -> tuple[Fulfilment, ...]:
    newest: dict[str, Fulfilment] = {}
    for one in sorted(seen, key=lambda f: (f.updated_at, msgspec.json.encode(f))):
        newest[one.fulfilment_id] = one
    return tuple(sorted(newest.values(), key=lambda f: (f.created_at, f.fulfilment_id)))


def _newest_refunds(seen: tuple[Refund, ...]) -> tuple[Refund, ...]:
    newest = {one.refund_id: one for one in sorted(seen, key=msgspec.json.encode)}
    return tuple(sorted(newest.values(), key=lambda r: (r.at, r.refund_id)))
