"""Orders of whoever asks, as stored → as a talk tells them: parcels, windows, problems, cases, and what the policy lets be chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from doorstep.actions.policy import Policy, leaves
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.known import KnownLine, KnownOrder
from doorstep.domain.actions.saying import cause_text
from doorstep.domain.pitfalls import WORDS_OF_CUSTOMERS
from doorstep.domain.talking.told import OrderTold, ParcelTold, RulesTold, Span
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Direction, Status
from doorstep.messages import standing_window
from doorstep.steps.compose import parcel_of
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.identity import orders_of
from doorstep.steps.known import Found, around, know, known_order
from doorstep.steps.rules import policy_of
from doorstep.store import cases, goods, shipments
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: Orders of one asker that a talk looks at, the newest.
_MOST_ORDERS = 20
#: What customers say themselves, or what is told by a status, is no problem to be named first.
_UNTOLD = frozenset(one.kind for one in WORDS_OF_CUSTOMERS)


class Listed(NamedTuple):
    """One order of a list, as stored and as told."""

    kept: KeptOrder
    told: OrderTold


class Whole(NamedTuple):
    """One order as guards know it, and as told."""

    found: Found
    told: OrderTold


async def orders_told(tx: Tx, directory: Directory, tenant: Tenant, asker: Asker, now: datetime) -> list[Listed]:
    """List the orders that an asker reaches, newest first, without what the shop sells besides."""
    merchant_id = tenant.merchant.merchant_id
    kept = await orders_of(tx, merchant_id, asker, _MOST_ORDERS)
    keys = [(one.merchant_id, one.order_id) for one in kept]
    if not keys:
        return []
    parcels = await shipments.of_orders(tx, keys)
    mine = await cases.of_orders(tx, keys)
    paid = await goods.payments(tx, merchant_id, [one.order_id for one in kept])
    found = []
    for one, key in zip(kept, keys, strict=True):
        own = parcels.get(key, [])
        shop = tenant.connections.get(one.connection_id)
        known = known_order(one, own, [case.case for case in mine.get(key, [])], paid.get(one.order_id, ()), shop)
        found.append(Listed(one, _told(directory, one, known, own, now)))
    return found


async def order_told(
    tx: Tx, directory: Directory, tenant: Tenant, asker: Asker, order: str, language: str, now: datetime, *, listed: Listed | None = None
) -> Whole | None:
    """Read one of the asker's orders whole; None: there is none such that is theirs. `listed`: as it was read in this transaction."""
    action = asking.ReadOrder(order=order)
    if listed is None:
        found = await know(tx, tenant, asker, action, now)
    else:
        found = await around(tx, listed.kept, listed.told.known, action, now)
    kept, known = found.order, found.known
    if kept is None or known.order is None or not asker.owns(known.order):
        return None
    if listed is not None:
        told = listed.told
    else:
        parcels = (await shipments.of_orders(tx, [(kept.merchant_id, kept.order_id)])).get((kept.merchant_id, kept.order_id), [])
        told = _told(directory, kept, known.order, parcels, now)
    customer = known.customer
    if customer is not None:
        methods = await goods.methods(tx, tenant.merchant.merchant_id, kept.connection_id, [customer.customer])
        customer = msgspec.structs.replace(customer, methods=customer.methods or methods.get(customer.customer, ()))
    policy = await policy_of(tx, tenant.merchant.merchant_id, now)
    rules = rules_told(policy, language, known.order.lines)
    return Whole(found, msgspec.structs.replace(told, customer=customer, products=known.products, rules=rules))


def _told(directory: Directory, kept: KeptOrder, known: KnownOrder, parcels: Sequence[KeptShipment], now: datetime) -> OrderTold:
    told = tuple(parcel_told(one, kept, directory.base_url, now) for one in parcels)
    return OrderTold(known=known, parcels=told, page_url=f"{directory.base_url}/o/{kept.token}")


def parcel_told(shipment: KeptShipment, kept: KeptOrder, base_url: str, now: datetime) -> ParcelTold:
    """Put together what is told of one parcel."""
    parcel = parcel_of(shipment, kept.order, base_url)
    folded = parcel.folded
    estimate = standing_window(folded, kept.order)
    today = now.astimezone(ZoneInfo(shipment.zone or "UTC")).date()
    heard = sorted((one for one in folded.open_pitfalls if one.heard and one.kind not in _UNTOLD), key=lambda one: -one.severity.rank)
    point = parcel.point
    return ParcelTold(
        shipment_id=shipment.shipment_id,
        tracking_number=parcel.tracking_number,
        carrier_name=parcel.carrier_name if parcel.carrier != "unknown" else "",
        page_url=parcel.page_url or "",
        status=folded.status if shipment.folded is not None else Status.PENDING,
        event_type=folded.telling_event if folded.telling_event != "unknown" else "",
        last_scan_at=folded.last_scan_at,
        last_text=parcel.last_text or "",
        last_place=parcel.last_place or "",
        delivered_at=folded.delivered_at,
        expected=_span(estimate) if estimate else None,
        late=estimate is not None and estimate.to_on < today,
        pitfalls=tuple(one.kind for one in heard),
        attempts=folded.attempts,
        point=", ".join(part for part in (point.name, *point.lines, point.city) if part) if point else "",
        returning=folded.direction is Direction.RETURN,
    )


def _span(estimate: Estimate) -> Span:
    hours = f"{estimate.from_time}-{estimate.to_time}" if estimate.from_time and estimate.to_time else ""
    return Span(from_on=estimate.from_on, to_on=estimate.to_on, window=hours, source=estimate.source)


def rules_told(policy: Policy, language: str, lines: Sequence[KnownLine]) -> RulesTold:
    """Tell what the policy lets be chosen for things like these."""
    returning = policy.returning
    reasons = {one.code: one for line in lines for one in leaves(returning.reasons, line.category)}
    return RulesTold(
        reasons=tuple((code, cause_text(code, language, one.words)) for code, one in reasons.items()),
        reason_needed=returning.reason_needed and bool(returning.reasons),
        cancel_reasons=tuple((code, cause_text(code, language)) for code in policy.cancelling.reasons),
        ways=returning.ways,
        store_credit=returning.store_credit,
    )
