"""The one way in which a case comes into being and changes its state: row, step, errands, and the moment that is told."""

import secrets
from datetime import datetime
from typing import Any

import msgspec

from doorstep.actions.following import errands_of
from doorstep.actions.life import may_move, next_look
from doorstep.actions.policy import Policy
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, CaseKind, CaseState, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.plans import Errand
from doorstep.domain.messages import Change
from doorstep.errors import ConflictError, NotFoundError
from doorstep.journeys import Moment
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.happenings import Happening
from doorstep.steps.known import known_order
from doorstep.steps.rules import policy_of
from doorstep.store import cases, errands, goods, orders
from doorstep.store.cases import CaseEvent, KeptCase
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder

#: Signs that are not taken for one another when a number is read aloud or off a parcel.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTER = {CaseKind.RETURN: "R", CaseKind.EXCHANGE: "X", CaseKind.CLAIM: "C", CaseKind.ORDER_CHANGE: "O", CaseKind.DELIVERY_CHANGE: "D"}
_replace = msgspec.structs.replace


def new_rma(kind: CaseKind) -> str:
    """Make what the customer and the parcel call a case: "R-7K2M9QDX", 39 random bits."""
    return f"{_LETTER[kind]}-{''.join(secrets.choice(_SIGNS) for _ in range(8))}"


async def open_case(  # noqa: PLR0913 - what a case begins with
    tx: Tx,
    directory: Directory,
    tenant: Tenant,
    kept: KeptOrder,
    case: Case,
    *,
    once: str,
    actor: str,
    asked: tuple[Errand, ...],
    now: datetime,
) -> KeptCase:
    """Keep a new case, tell of it, and ask others for what follows; the same key again gives the same case and nothing else.

    Raises:
        ConflictError: no free name for it was found.
    """
    merchant_id = tenant.merchant.merchant_id
    if before := await cases.by_once(tx, merchant_id, once):
        return before
    policy = await policy_of(tx, merchant_id, now)
    for _ in range(5):
        new = _replace(case, rma=new_rma(case.kind), order_id=kept.order_id, opened_at=now, since=now)
        new = _replace(new, look_at=_look(new, policy, now))
        if opened := await cases.open_case(tx, merchant_id, new, once, kept.order.customer.email, now):
            break
        if before := await cases.by_once(tx, merchant_id, once):
            return before
    else:
        raise ConflictError("no free number for this case was found; try again")
    await cases.note(tx, merchant_id, opened.case_id, CaseEvent(at=now, actor=actor, was=None, state=opened.case.state))
    await _follow(tx, directory, tenant, kept, opened, asked, now, actor=actor, opening=True)
    return opened


async def move(  # noqa: PLR0913 - who moves it, where to, why
    tx: Tx,
    directory: Directory,
    tenant: Tenant,
    case_id: int,
    to: CaseState,
    *,
    actor: str,
    why: str,
    now: datetime,
    seen: CaseState | None = None,
    detail: dict[str, Any] | None = None,
    **changed: Any,
) -> KeptCase:
    """Bring a case into a state, with what else changes of it; what follows is told and asked for.

    Args:
        tx: an open transaction.
        directory: the merchants.
        tenant: whose case.
        case_id: which.
        to: the state to come into.
        actor: "customer", "policy", "user 12", "carrier", "shop", "time".
        why: for the records.
        now: aware.
        seen: the state that whoever asks has seen; another one means that somebody was faster.
        detail: for the records.
        changed: other fields of `Case`.

    Raises:
        NotFoundError: there is no such case.
        ConflictError: the case is in another state than was seen, or may not go there.
    """
    kept = await _locked(tx, tenant.merchant.merchant_id, case_id)
    case = kept.case
    if seen is not None and case.state is not seen:
        raise ConflictError(f"the case has moved on: it is {case.state} now")
    if not may_move(case, to):
        raise ConflictError(f"a {case.kind} that is {case.state} cannot become {to}")
    order = await _order(tx, kept)
    policy = await policy_of(tx, kept.merchant_id, now)
    new = _replace(case, **changed, state=to, since=now, reminded=0)
    new = _replace(new, look_at=_look(new, policy, now))
    if to in ENDED and new.held:
        new = await _let_go(tx, order, new)
    moved = _replace(kept, case=new)
    await cases.write(tx, moved)
    event = CaseEvent(at=now, actor=actor, was=case.state, state=to, why=why, detail=detail or {})
    await cases.note(tx, kept.merchant_id, case_id, event)
    await _follow(tx, directory, tenant, order, moved, (), now, actor=actor, was=case.state)
    return moved


async def touch(
    tx: Tx, tenant: Tenant, case_id: int, *, actor: str, why: str, now: datetime, detail: dict[str, Any] | None = None, **changed: Any
) -> KeptCase:
    """Change fields of a case that stays in its state; it is written down, nobody is told.

    Raises:
        NotFoundError: there is no such case.
    """
    kept = await _locked(tx, tenant.merchant.merchant_id, case_id)
    policy = await policy_of(tx, kept.merchant_id, now)
    new = _replace(kept.case, **changed)
    new = _replace(new, look_at=_look(new, policy, now))
    touched = _replace(kept, case=new)
    await cases.write(tx, touched)
    state = new.state
    await cases.note(tx, kept.merchant_id, case_id, CaseEvent(at=now, actor=actor, was=state, state=state, why=why, detail=detail or {}))
    return touched


async def tell(
    tx: Tx, directory: Directory, kept: KeptCase, order: KeptOrder, trigger: str, occurrence: str, now: datetime, *, actor: str = "time"
) -> None:
    """Hand a moment of a case to the journeys and the merchant's webhooks."""
    change = Change(trigger=trigger, subject_kind="case", subject_id=kept.case_id, occurrence=occurrence, happened_at=now)
    happening = Happening(merchant_id=kept.merchant_id, moment=Moment(change), order=order, case=kept, actor=actor)
    await decide(tx, [happening], directory, now)


def trigger_of(case: Case, *, opening: bool = False) -> str:
    """Name the moment that a case has come into its state: "return.approved"; "" where it is not worth a word."""
    if case.kind is CaseKind.ORDER_CHANGE:
        told = {CaseState.CLOSED: "order.changed", CaseState.REFUSED: "order.change_refused"}
        return told.get(case.state, "")
    if case.kind is CaseKind.DELIVERY_CHANGE:
        told = {
            CaseState.PASSED_ON: "delivery_change.requested",
            CaseState.REQUESTED: "delivery_change.requested",
            CaseState.CLOSED: "delivery_change.confirmed",
            CaseState.REFUSED: "delivery_change.refused",
            CaseState.EXPIRED: "delivery_change.refused",
        }
        return told.get(case.state, "")
    name = case.state.value
    if case.kind is CaseKind.CLAIM:
        name = {CaseState.SETTLING: "settled", CaseState.PASSED_ON: "requested" if opening else ""}.get(case.state, name)
    elif case.state is CaseState.CLOSED:
        settled = {Remedy.REFUND: "refunded", Remedy.STORE_CREDIT: "credited", Remedy.EXCHANGE: "sent"}
        nothing = case.remedy in {Remedy.REFUND, Remedy.STORE_CREDIT} and case.refund is not None and not case.refund.amount_minor
        name = settled.get(case.remedy, "closed") if case.remedy and not nothing else "closed"
    elif case.state is CaseState.SETTLING:
        name = ""
    return f"{case.kind}.{name}" if name else ""


async def _follow(  # noqa: PLR0913 - where a case came from, and what was asked
    tx: Tx,
    directory: Directory,
    tenant: Tenant,
    order: KeptOrder,
    kept: KeptCase,
    asked: tuple[Errand, ...],
    now: datetime,
    *,
    actor: str,
    opening: bool = False,
    was: CaseState | None = None,
) -> None:
    """Ask others for what follows from a case's state, and tell of it."""
    known = await _known(tx, tenant, order, kept)
    if wanted := (*asked, *errands_of(kept.case, known, was)):
        await errands.add(tx, kept.merchant_id, kept.case_id, wanted, f"{kept.case.state} {now:%Y%m%d%H%M%S%f}", now)
    if trigger := trigger_of(kept.case, opening=opening):
        await tell(tx, directory, kept, order, trigger, "", now, actor=actor)


async def _known(tx: Tx, tenant: Tenant, order: KeptOrder, kept: KeptCase) -> KnownOrder:
    payments = (await goods.payments(tx, kept.merchant_id, [order.order_id])).get(order.order_id, ())
    return known_order(order, (), (kept.case,), payments, tenant.connections.get(order.connection_id))


async def _locked(tx: Tx, merchant_id: int, case_id: int) -> KeptCase:
    kept = (await cases.lock(tx, [(merchant_id, case_id)])).get((merchant_id, case_id))
    if kept is None:
        raise NotFoundError("there is no such case")
    return kept


async def _order(tx: Tx, kept: KeptCase) -> KeptOrder:
    key = (kept.merchant_id, kept.case.order_id)
    order = (await orders.read(tx, [key])).get(key)
    if order is None:
        raise NotFoundError("the order of this case is gone")
    return order


async def _let_go(tx: Tx, order: KeptOrder, case: Case) -> Case:
    """Give the units held for a case back: to the stock, or, where they were sent, out of it."""
    keys = {(order.merchant_id, order.connection_id, variant): units for variant, units in case.held.items() if units > 0}
    if keys and case.state is CaseState.CLOSED:
        await goods.take(tx, keys)
    elif keys:
        await goods.hold(tx, {key: -units for key, units in keys.items()})
    return _replace(case, held={})


def _look(case: Case, policy: Policy, now: datetime) -> datetime | None:
    look = next_look(case, policy, now)
    return look.at if look else None
