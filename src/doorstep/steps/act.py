"""What a customer asks for → shown as it would be done; said yes to → done, once. Pages, talks, the API and agents all come by here."""

import secrets
from datetime import datetime, timedelta

import msgspec

from doorstep.actions import needs_yes, still_meant
from doorstep.actions import prepare as judge
from doorstep.actions.applying import changed
from doorstep.actions.overriding import unlimited
from doorstep.actions.policy import Policy
from doorstep.domain.actions.arguments import BusinessAction, OpenClaim, OpenExchange, OpenReturn
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Weight
from doorstep.domain.actions.known import Known, KnownLine, KnownOrder, Paid
from doorstep.domain.actions.plans import (
    AddressSet,
    Cancelled,
    CaseMoved,
    CaseOpened,
    Charged,
    HandedOver,
    Held,
    LineSwapped,
    Plan,
    ProfileSet,
    Refunded,
)
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.orders import Order, OrderLine
from doorstep.journeys import changes_of_order
from doorstep.steps import case_moves
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.handing_over import hand_over
from doorstep.steps.happenings import Happening
from doorstep.steps.known import Found, know
from doorstep.steps.paying import pay
from doorstep.steps.rules import policy_of
from doorstep.store import case_files, cases, confirmations, goods, orders
from doorstep.store.cases import KeptCase
from doorstep.store.confirmations import Shown
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder

_ENCODE = msgspec.json.Encoder()
_replace = msgspec.structs.replace


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done, to be shown and said yes to."""

    plan: Plan
    #: What the yes names; unguessable.
    token: str
    expires_at: datetime


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    plan: Plan
    #: None: nothing that somebody has to carry through.
    case: KeptCase | None = None
    #: The same yes was given before: nothing was done anew.
    again: bool = False


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    plan: Plan
    case_id: int | None = None


_OUTCOME = msgspec.json.Decoder(_Outcome)


class _NotThere(Exception):  # noqa: N818 - no error: undoes what was begun and becomes a refusal
    """Stock or money that was there a moment ago is gone."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code = code


async def judged(tx: Tx, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime, found: Found | None = None) -> Refusal | None:
    """Tell whether an action would be refused as it stands; nothing is kept or counted. `found`: read in this transaction already."""
    plan = await planned(tx, tenant, asker, action, now, found)
    return plan if isinstance(plan, Refusal) else None


async def planned(
    tx: Tx, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime, found: Found | None = None
) -> Plan | Refusal:
    """Tell what an action would do as it stands; nothing is kept or counted."""
    found = found or await know(tx, tenant, asker, action, now)
    return judge(action, asker, found.known, await _rules(tx, tenant, asker, now), now)


async def prepare(tx: Tx, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime) -> Prepared | Refusal:
    """Judge an action and keep what it would do until somebody says yes; nothing else is changed."""
    policy = await _rules(tx, tenant, asker, now)
    found = await know(tx, tenant, asker, action, now)
    action = await _with_own_photos(tx, action, found)
    plan = judge(action, asker, found.known, policy, now)
    if isinstance(plan, Refusal):
        await _count(tx, tenant, action.kind, plan, now)
        return plan
    token = secrets.token_urlsafe(24)
    until = now + timedelta(minutes=policy.limits.confirm_minutes)
    shown = Shown(
        digest=plan.digest, action=action, asker=asker.key, order_id=found.order.order_id if found.order else None, expires_at=until
    )
    await confirmations.keep(tx, tenant.merchant.merchant_id, token, shown, now)
    return Prepared(plan=plan, token=token, expires_at=until)


async def commit(tx: Tx, directory: Directory, tenant: Tenant, asker: Asker, token: str, now: datetime) -> Done | Refusal:
    """Do what was said yes to, if it still is what was shown; the same yes again gives the same answer and does nothing.

    Raises:
        ConflictError: a case could not be named; the transaction is to be undone and tried again.
    """
    merchant_id = tenant.merchant.merchant_id
    waiting = await confirmations.find(tx, merchant_id, token, lock=True)
    if waiting is None or waiting.asker != asker.key:
        return Refusal(code=RefusalCode.NOT_CONFIRMED)
    if waiting.outcome is not None:
        return await told_again(tx, merchant_id, waiting.outcome)
    action = waiting.action
    if now > waiting.expires_at:
        return await _refused(tx, tenant, action.kind, RefusalCode.CONFIRMATION_OLD, now)
    found, policy = await _locked(tx, tenant, asker, action, now)
    plan = still_meant(waiting.digest, judge(action, asker, found.known, policy, now))
    if isinstance(plan, Refusal):
        await _count(tx, tenant, action.kind, plan, now)
        return plan
    try:
        async with tx.transaction():
            case = await _carry_out(tx, directory, tenant, asker, plan, found, f"yes {waiting.prepared_id}", now)
            if case is not None:
                await case_files.adopt(tx, merchant_id, case.case.order_id, case.case_id, case.case.photos)
            if case is not None and asker.staff and asker.override:
                why = f"against the policy: {asker.override}"
                case = await case_moves.touch(tx, tenant, case.case_id, actor=asker.actor, why=why, now=now, decided_by=asker.actor)
    except _NotThere as gone:
        return await _refused(tx, tenant, action.kind, gone.code, now)
    outcome = _Outcome(plan=plan, case_id=case.case_id if case else None)
    await confirmations.answer(tx, merchant_id, waiting.prepared_id, _ENCODE.encode(outcome), now)
    return Done(plan=plan, case=case)


async def do(tx: Tx, directory: Directory, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime) -> Done | Refusal:
    """Do what needs no yes: read, ask for an invoice, ask for a human.

    What needs one is refused with NOT_CONFIRMED, after the guards have judged it.
    """
    if DECLARATIONS[action.kind].weight is Weight.READ:
        return await _read(tx, tenant, asker, action, now)
    prepared = await prepare(tx, tenant, asker, action, now)
    if isinstance(prepared, Refusal):
        return prepared
    if needs_yes(action.kind):
        return await _refused(tx, tenant, action.kind, RefusalCode.NOT_CONFIRMED, now)
    return await commit(tx, directory, tenant, asker, prepared.token, now)


async def _read(tx: Tx, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime) -> Done | Refusal:
    """Judge what only reads; nothing is kept of it but a refusal's count."""
    found = await know(tx, tenant, asker, action, now)
    plan = judge(action, asker, found.known, await _rules(tx, tenant, asker, now), now)
    if isinstance(plan, Refusal):
        await _count(tx, tenant, action.kind, plan, now)
        return plan
    return Done(plan=plan)


async def told_again(tx: Tx, merchant_id: int, outcome: bytes) -> Done:
    """Answer a yes that was answered before; `outcome` as `confirmations` keeps it."""
    before = _OUTCOME.decode(outcome)
    case = None
    if before.case_id is not None:
        case = (await cases.read(tx, [(merchant_id, before.case_id)])).get((merchant_id, before.case_id))
    return Done(plan=before.plan, case=case, again=True)


async def _locked(tx: Tx, tenant: Tenant, asker: Asker, action: BusinessAction, now: datetime) -> tuple[Found, Policy]:
    """Read what guards may know while nobody else acts on the order, so that two that fit one by one do not both pass."""
    found = await know(tx, tenant, asker, action, now)
    if found.order is not None:
        kept = found.order
        await orders.lock(tx, [(kept.merchant_id, kept.connection_id, kept.order.external_id)], [kept.token])
        found = await know(tx, tenant, asker, action, now)
    return found, await _rules(tx, tenant, asker, now)


async def _rules(tx: Tx, tenant: Tenant, asker: Asker, now: datetime) -> Policy:
    """The policy in force; without its limits where somebody of the shop says why they do not count."""
    policy = await policy_of(tx, tenant.merchant.merchant_id, now)
    return unlimited(policy) if asker.staff and asker.override else policy


async def _count(tx: Tx, tenant: Tenant, kind: ActionKind, refusal: Refusal, now: datetime) -> None:
    await confirmations.count_refusals(tx, tenant.merchant.merchant_id, {(kind, refusal.code): 1}, now.date())


async def _refused(tx: Tx, tenant: Tenant, kind: ActionKind, code: RefusalCode, now: datetime) -> Refusal:
    refusal = Refusal(code=code)
    await _count(tx, tenant, kind, refusal, now)
    return refusal


async def _carry_out(
    tx: Tx, directory: Directory, tenant: Tenant, asker: Asker, plan: Plan, found: Found, once: str, now: datetime
) -> KeptCase | None:
    """Write a plan's changes down."""
    kept = found.order
    await _hold(tx, plan, kept)
    for change in plan.changes:
        if isinstance(change, HandedOver):
            await hand_over(tx, tenant, asker, kept, change.summary, once, now)
    if kept is None:
        await _profile(tx, tenant, plan, found.known, now)
        return None
    opened = next((one.case for one in plan.changes if isinstance(one, CaseOpened)), None)
    at_once = opened is None or opened.kind is not CaseKind.ORDER_CHANGE or (found.known.order is not None and found.known.order.ours)
    if at_once:
        kept = await _rewrite(tx, directory, kept, plan, found.known, now)
    case = None
    if opened is not None:
        case = await case_moves.open_case(tx, directory, tenant, kept, opened, once=once, actor=asker.actor, asked=plan.errands, now=now)
        if at_once and opened.kind is CaseKind.ORDER_CHANGE and opened.action is not ActionKind.ASK_INVOICE:
            why = "the record of this order is ours to write"
            case = await case_moves.move(tx, directory, tenant, case.case_id, CaseState.CLOSED, actor="shop", why=why, now=now)
    if at_once:
        await _pay(tx, kept, plan, case, once, now)
    for change in plan.changes:
        if isinstance(change, CaseMoved):
            case = await case_moves.move(tx, directory, tenant, change.case_id, change.to, actor=asker.actor, why=change.why, now=now)
    return case


async def _hold(tx: Tx, plan: Plan, kept: KeptOrder | None) -> None:
    """Keep stock back; what a case lets go is given back when it moves."""
    wanted: dict[goods.Key, int] = {}
    for one in plan.changes:
        if isinstance(one, Held) and one.units > 0 and kept is not None:
            key = (kept.merchant_id, kept.connection_id, one.variant_id)
            wanted[key] = wanted.get(key, 0) + one.units
    if wanted and await goods.hold(tx, wanted):
        raise _NotThere(RefusalCode.OUT_OF_STOCK)


async def _profile(tx: Tx, tenant: Tenant, plan: Plan, known: Known, now: datetime) -> None:
    """Write a customer's new default address."""
    customer = known.customer
    new = next((one.address for one in plan.changes if isinstance(one, ProfileSet)), None)
    if new is None or customer is None:
        return
    merchant_id = tenant.merchant.merchant_id
    shops = [one.connection_id for one in tenant.connections.values() if one.kind == "shop"]
    for shop in shops:
        if customer.customer in await goods.profiles(tx, merchant_id, shop, [customer.customer]):
            await goods.keep_profiles(tx, {(merchant_id, shop): [_replace(customer, address=new)]}, now)
            return


async def _rewrite(tx: Tx, directory: Directory, kept: KeptOrder, plan: Plan, known: Known, now: datetime) -> KeptOrder:
    """Write an order whose record is ours as the plan makes it, and tell what is new in it: no shop will."""
    order, after = kept.order, known.order
    for change in plan.changes:
        after = changed(after, change) if after is not None and isinstance(change, AddressSet | Cancelled | LineSwapped) else after
        match change:
            case Cancelled():
                order = _replace(order, cancelled_at=now, cancel_reason=change.reason)
            case AddressSet():
                order = _replace(order, ship_to=change.address)
            case LineSwapped() if after is not None:
                order = _with_lines(order, after)
            case _:
                pass
    if order == kept.order:
        return kept
    new = _replace(kept, order=order)
    await orders.write(tx, [new], now)
    moments = changes_of_order(kept.order, order, kept.order_id)
    await decide(tx, [Happening(merchant_id=kept.merchant_id, moment=one, order=new) for one in moments], directory, now)
    return new


def _with_lines(order: Order, after: KnownOrder) -> Order:
    """Put swapped lines into the order's own."""
    before = {line.line_id: line for line in order.lines}
    lines = [_line(before.get(one.line_id) or before.get(one.line_id.partition("/")[0]), one) for one in after.lines]
    return _replace(order, lines=tuple(lines))


def _line(before: OrderLine | None, now: KnownLine) -> OrderLine:
    kept = before or OrderLine(line_id=now.line_id, name=now.name)
    if before is not None and (before.line_id, before.variant_id or "", before.quantity) == (now.line_id, now.variant_id, now.quantity):
        return before
    return _replace(
        kept,
        line_id=now.line_id,
        variant_id=now.variant_id,
        options=now.options,
        unit_price=now.unit_price,
        quantity=now.quantity,
        sku=None if now.variant_id != kept.variant_id else kept.sku,
    )


async def _pay(tx: Tx, kept: KeptOrder, plan: Plan, case: KeptCase | None, once: str, now: datetime) -> None:
    """Write down money that moves at once."""
    moved = [
        Paid(amount=one.amount, method_id=one.method_id, refund=isinstance(one, Refunded), at=now, case_id=case.case_id if case else None)
        for one in plan.changes
        if isinstance(one, Charged | Refunded)
    ]
    if not await pay(tx, kept, moved, once):
        raise _NotThere(RefusalCode.BALANCE)


async def _with_own_photos(tx: Tx, action: BusinessAction, found: Found) -> BusinessAction:
    """Leave photos out that were not handed in for this order, or are part of another case."""
    if not isinstance(action, OpenReturn | OpenExchange | OpenClaim) or not action.photos or found.order is None:
        return action
    ours = await case_files.handed_in(tx, found.order.merchant_id, found.order.order_id, action.photos)
    return _replace(action, photos=tuple(one for one in action.photos if one in ours))
