"""A draft of a policy + past requests → those that would have been decided otherwise than by the policy in force.

Both policies judge the same request in the same world, so that what differs is theirs alone. The world is as it was then as far as that is
written down: docs/rules/policy.md tells what is not.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.actions import Policy, prepare
from doorstep.actions.replaying import action_of, case_then, enough_of_all, order_then, parcel_then, plain_return
from doorstep.actions.units import free_units
from doorstep.actions.verdicts import Verdict, verdict_of
from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, ClaimKind
from doorstep.domain.actions.known import Known, KnownCustomer, KnownOrder, KnownVariant, Paid
from doorstep.domain.vocabulary import Status
from doorstep.steps.directory import Tenant
from doorstep.steps.known import known_order
from doorstep.store import backtests, cases, goods, orders, shipments
from doorstep.store.backtests import Lately, Past
from doorstep.store.cases import CaseEvent
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: Requests, and orders, of one test.
MOST = 1_000
_RECENT = timedelta(days=90)
_KINDS = (CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM, CaseKind.ORDER_CHANGE)
#: Whoever asked was sure enough then; how sure is not kept.
_ASKER = Asker(assurance=Assurance.LOGIN, staff=True, actor="policy test")
_replace = msgspec.structs.replace


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """One request that would be decided otherwise."""

    #: None: nobody asked, it is an order that arrived lately.
    case: Case | None
    order_id: int
    number: str
    action: ActionKind
    #: When it was asked, or the goods arrived.
    at: datetime | None
    #: What it is about, in the shop's words.
    what: str
    was: Verdict
    would: Verdict


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft would have changed."""

    first: datetime
    #: Requests, or lines of orders, that were judged; and those that were not, by why.
    judged: int
    unjudged: dict[str, int]
    #: Newest first.
    otherwise: tuple[Otherwise, ...]
    #: There were more than `MOST`: only the newest were looked at.
    cut: bool

    @property
    def shifts(self) -> dict[tuple[str, str], int]:
        """(outcome in force, outcome of the draft) → how many, the most first."""
        counted = Counter((one.was.outcome.value, one.would.outcome.value) for one in self.otherwise)
        return dict(counted.most_common())


class _World(msgspec.Struct, frozen=True, kw_only=True):
    """All rows that the requests are about, read at once."""

    orders: dict[tuple[int, int], KeptOrder]
    parcels: dict[tuple[int, int], list[KeptShipment]]
    cases: dict[tuple[int, int], list[cases.KeptCase]]
    payments: dict[int, tuple[Paid, ...]]
    events: dict[int, list[CaseEvent]]
    lately: dict[str, list[Lately]]
    #: shop → customers, and products.
    customers: dict[int, dict[str, KnownCustomer]]
    products: dict[int, dict[str, tuple[KnownVariant, ...]]]


async def backtest(tx: Tx, tenant: Tenant, in_force: Policy, draft: Policy, first: datetime, most: int = MOST) -> Backtest:
    """Judge the newest requests since `first` by both policies, each as things stood when it was asked."""
    merchant_id = tenant.merchant.merchant_id
    found = await backtests.since(tx, merchant_id, first, _KINDS, most + 1)
    past = found[:most]
    world = await _read(tx, merchant_id, [one.kept.case.order_id for one in past])
    unjudged: Counter[str] = Counter()
    otherwise, judged = [], 0
    for one in past:
        kept = world.orders.get((merchant_id, one.kept.case.order_id))
        asked = _asked(one, kept)
        if kept is None or asked is None:
            unjudged["the order has been changed by it"] += 1
            continue
        known = _known_then(world, tenant, kept, one)
        if known is None:
            unjudged["the parcel has been scanned since"] += 1
            continue
        judged += 1
        at = one.kept.case.opened_at or first
        was, would = (verdict_of(prepare(asked, _ASKER, known, policy, at)) for policy in (in_force, draft))
        if was != would:
            otherwise.append(_told(one.kept.case, kept, asked, at, _what(one.kept.case), was, would))
    return Backtest(first=first, judged=judged, unjudged=dict(unjudged), otherwise=tuple(otherwise), cut=len(found) > most)


async def plain_returns(
    tx: Tx, tenant: Tenant, in_force: Policy, draft: Policy, first: datetime, now: datetime, most: int = MOST
) -> Backtest:
    """Judge, by both policies, a plain return now of each line that arrived since `first`, in the newest orders."""
    merchant_id = tenant.merchant.merchant_id
    found = await backtests.arrived(tx, merchant_id, most + 1)
    world = await _read(tx, merchant_id, found[:most])
    otherwise, judged = [], 0
    for kept in world.orders.values():
        known = _known_now(world, tenant, kept, now)
        for line in known.order.lines if known.order else ():
            free = free_units(known.order, line) if known.order else 0
            if not free or line.delivered_at is None or line.delivered_at < first:
                continue
            judged += 1
            name = kept.order.external_id
            was, would = (
                verdict_of(prepare(plain_return(policy, line, name, free), _ASKER, known, policy, now)) for policy in (in_force, draft)
            )
            if was != would:
                asked = plain_return(draft, line, name, free)
                otherwise.append(_told(None, kept, asked, line.delivered_at, f"{free} × {line.name}", was, would))  # noqa: RUF001
    otherwise.sort(key=lambda one: one.at or first, reverse=True)
    return Backtest(first=first, judged=judged, unjudged={}, otherwise=tuple(otherwise), cut=len(found) > most)


def _told(case: Case | None, kept: KeptOrder, asked: BusinessAction, at: datetime, what: str, was: Verdict, would: Verdict) -> Otherwise:
    return Otherwise(case=case, order_id=kept.order_id, number=kept.order.number, action=asked.kind, at=at, what=what, was=was, would=would)


def _what(case: Case) -> str:
    return ", ".join(f"{one.quantity} × {one.name or one.line_id}" for one in case.lines)  # noqa: RUF001 - the sign for times


def _asked(past: Past, kept: KeptOrder | None) -> BusinessAction | None:
    """What was asked; None for changes that have become part of the order, so that they could not be asked again."""
    case = past.kept.case
    if kept is None or (case.kind is CaseKind.ORDER_CHANGE and case.action is not ActionKind.CANCEL_ORDER):
        return None
    return past.asked if past.asked is not None else action_of(case, kept.order.external_id)


async def _read(tx: Tx, merchant_id: int, order_ids: Sequence[int]) -> _World:
    keys = [(merchant_id, order_id) for order_id in dict.fromkeys(order_ids)]
    found = await orders.read(tx, keys)
    theirs = await cases.of_orders(tx, keys)
    ids = [one.case_id for those in theirs.values() for one in those]
    emails = {one.order.customer.email for one in found.values() if one.order.customer.email}
    moments = [one.case.opened_at for those in theirs.values() for one in those if one.case.opened_at]
    lately: dict[str, list[Lately]] = {}
    if emails and moments:
        span = (min(moments) - _RECENT, max(moments))
        lately = await backtests.lately(tx, merchant_id, emails, *span)
    customers: dict[int, dict[str, KnownCustomer]] = {}
    products: dict[int, dict[str, tuple[KnownVariant, ...]]] = {}
    for shop in {one.connection_id for one in found.values()}:
        of = [one.order for one in found.values() if one.connection_id == shop]
        customers[shop] = await goods.profiles(tx, merchant_id, shop, {one.customer.external_id for one in of if one.customer.external_id})
        named = {line.product_id for one in of for line in one.lines if line.product_id}
        products[shop] = await goods.variants(tx, merchant_id, shop, named)
    return _World(
        orders=found,
        parcels=await shipments.of_orders(tx, keys),
        cases=theirs,
        payments=await goods.payments(tx, merchant_id, [key[1] for key in keys]),
        events=await cases.events(tx, merchant_id, ids),
        lately=lately,
        customers=customers,
        products=products,
    )


def _known_then(world: _World, tenant: Tenant, kept: KeptOrder, past: Past) -> Known | None:
    """What guards would have known; None where the parcels have moved on and nobody can say how they stood."""
    case, key = past.kept.case, (kept.merchant_id, kept.order_id)
    at = case.opened_at
    if at is None:
        return None
    order = order_then(kept.order, at)
    gone = {one.fulfilment_id for one in kept.order.fulfilments} - {one.fulfilment_id for one in order.fulfilments}
    parcels = [one for one in world.parcels.get(key, []) if one.fulfilment_id not in gone]
    shown = _parcels_then(parcels, at, still=case.claim is ClaimKind.LOST)
    if shown is None:
        return None
    states = _states(world.events)
    earlier = [one.case for one in world.cases.get(key, ()) if one.case_id != case.case_id]
    mine = [stood for one in earlier if (stood := case_then(one, at, states)) is not None]
    money = [one for one in world.payments.get(kept.order_id, ()) if one.at is None or one.at < at]
    money = [one for one in money if one.case_id != case.case_id]
    then = known_order(_replace(kept, order=order), shown, mine, money, tenant.connections.get(kept.connection_id))
    return _known(world, kept, then, at, states)


def _known_now(world: _World, tenant: Tenant, kept: KeptOrder, now: datetime) -> Known:
    key = (kept.merchant_id, kept.order_id)
    mine = [one.case for one in world.cases.get(key, ())]
    payments = world.payments.get(kept.order_id, ())
    shown = known_order(kept, world.parcels.get(key, []), mine, payments, tenant.connections.get(kept.connection_id))
    return _known(world, kept, shown, now, lambda _, __: None)


def _known(world: _World, kept: KeptOrder, order: KnownOrder, at: datetime, states: Callable[[int, datetime], CaseState | None]) -> Known:
    bought = kept.order.customer
    known = world.customers.get(kept.connection_id, {}).get(bought.external_id or "") or KnownCustomer(customer=bought.external_id or "")
    asked = [one for one in world.lately.get((bought.email or "").lower(), ()) if at - _RECENT <= one.opened_at < at]
    customer = _replace(
        known,
        recent_cases=len(asked),
        recent_claims=sum(one.kind is CaseKind.CLAIM for one in asked),
        recent_refunds=tuple(one.refund for one in asked if one.refund and (states(one.case_id, at) or one.state) is CaseState.CLOSED),
    )
    return enough_of_all(Known(customer=customer, order=order, products=world.products.get(kept.connection_id, {})))


def _parcels_then(parcels: Sequence[KeptShipment], at: datetime, *, still: bool) -> list[KeptShipment] | None:
    """Parcels as they stood; None where one has moved on and (`still`) that is what the request was about."""
    shown = []
    for one in parcels:
        folded = parcel_then(one.folded, at) if one.folded is not None else None
        if one.folded is not None and folded is None:
            if still:
                return None
            folded = _replace(one.folded, status=Status.IN_TRANSIT, delivered_at=None, last_scan_at=None)
        shown.append(msgspec.structs.replace(one, folded=folded))
    return shown


def _states(events: Mapping[int, Sequence[CaseEvent]]) -> Callable[[int, datetime], CaseState | None]:
    def at(case_id: int, moment: datetime) -> CaseState | None:
        before = [one.state for one in events.get(case_id, ()) if one.at < moment]
        return before[-1] if before else None

    return at
