"""What was found in a parcel that came back → the case inspected, and what the customer gets for it begun; its end once that is confirmed."""

from datetime import datetime
from typing import Any

import msgspec

from doorstep.actions.life import may_move, next_look
from doorstep.actions.settling import Inspected, Settlement, inspected, settle
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ENDED, CaseKind, CaseState, Remedy
from doorstep.domain.actions.known import Paid
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.money import Money
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.case_moves import move, tell, touch
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.known import know_order
from doorstep.steps.paying import pay
from doorstep.steps.rules import policy_of
from doorstep.store import case_looks, cases, goods, orders
from doorstep.store.cases import CaseEvent, KeptCase
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder

#: Goods that come in these are received first: somebody brought them, or no carrier said so.
_NOT_THERE_YET = frozenset({CaseState.APPROVED, CaseState.LABEL_READY, CaseState.IN_TRANSIT})
_NEW_GOODS = frozenset({ErrandKind.EXCHANGE, ErrandKind.REPLACE})
#: What a customer is given.
GIVING = frozenset({ErrandKind.REFUND, ErrandKind.STORE_CREDIT, *_NEW_GOODS})


async def inspect(  # noqa: PLR0913 - who saw what
    tx: Tx,
    directory: Directory,
    tenant: Tenant,
    case_id: int,
    seen: tuple[Inspected, ...],
    *,
    actor: str,
    now: datetime,
    complete: bool = True,
    amount: Money | None = None,
) -> KeptCase:
    """Note what came back, and begin to give the customer what that comes to.

    Args:
        tx: an open transaction.
        directory: the merchants.
        tenant: whose case.
        case_id: which.
        seen: what was found, by line; a line that nobody speaks of did not come.
        actor: who looked, e.g. "user 12".
        now: aware.
        complete: False: more is to come, or to be looked at; the case stays received.
        amount: what the customer gets, where a human names it; None: as it comes to. Never more than was paid.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: what was found contradicts the case, or the amount is more than was paid.
        ConflictError: the case is not at a point where goods come back.
    """
    kept = await locked_behind_order(tx, tenant, case_id)
    if kept.case.keeps or kept.case.kind in {CaseKind.ORDER_CHANGE, CaseKind.DELIVERY_CHANGE}:
        raise ConflictError("nothing comes back in this case")
    lines = inspected(kept.case, seen).lines if complete else _partly(kept.case, seen)
    if kept.case.state in ENDED or kept.case.state is CaseState.SETTLING:  # paid back at the first scan: only for the records
        return await touch(tx, tenant, case_id, actor=actor, why="looked at", now=now, lines=lines)
    if kept.case.state in _NOT_THERE_YET:
        kept = await move(tx, directory, tenant, case_id, CaseState.RECEIVED, actor=actor, why="the goods are here", now=now)
    if kept.case.state not in {CaseState.RECEIVED, CaseState.INSPECTED}:
        raise ConflictError(f"a case that is {kept.case.state} has no goods to look at")
    if not complete:
        return await touch(tx, tenant, case_id, actor=actor, why="looked at in part", now=now, lines=lines)
    if kept.case.state is CaseState.INSPECTED:
        await touch(tx, tenant, case_id, actor=actor, why="looked at again", now=now, lines=lines)
    else:
        await move(tx, directory, tenant, case_id, CaseState.INSPECTED, actor=actor, why="looked at", now=now, lines=lines)
    return await settle_case(tx, directory, tenant, case_id, actor=actor, now=now, amount=amount)


def _partly(case: Case, seen: tuple[Inspected, ...]) -> tuple[CaseLine, ...]:
    """Note only the lines spoken of; the others may still come."""
    found = {one.line_id for one in seen}
    return tuple(new if old.line_id in found else old for old, new in zip(case.lines, inspected(case, seen).lines, strict=True))


async def settlement_of(tx: Tx, tenant: Tenant, kept: KeptCase, now: datetime) -> Settlement:
    """Tell what a case comes to as it stands, for whoever is about to decide."""
    order = await _order(tx, kept)
    known = (await know_order(tx, tenant, order, now)).order
    if known is None:
        raise NotFoundError("the order of this case is gone")
    return settle(kept.case, known, await policy_of(tx, kept.merchant_id, now))


async def settle_case(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, *, actor: str, now: datetime, amount: Money | None = None
) -> KeptCase:
    """Begin to give the customer what a case comes to. What only a human can say stays as it is, and the desk is told.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: the amount named is more than was paid, or in another currency.
        ConflictError: the case may not be settled from where it stands.
    """
    kept = await locked_behind_order(tx, tenant, case_id)
    due = await settlement_of(tx, tenant, kept, now)
    if amount is not None:
        due = _named(due, amount)
    if due.owed:
        missing = sum(due.owed.values())
        return await escalate(tx, directory, kept, f"the new goods were sent, and {missing} units did not come back: decide", now)
    if due.amount is None:
        return await escalate(tx, directory, kept, "a price is not known: name the amount", now)
    changed: dict[str, Any] = {"refund": due.amount if due.remedy in {Remedy.REFUND, Remedy.STORE_CREDIT} else None}
    if due.remedy is Remedy.EXCHANGE:
        changed = {"difference": due.difference}
    if due.nothing and may_move(kept.case, CaseState.REFUSED) and not kept.case.keeps:
        return await move(
            tx, directory, tenant, case_id, CaseState.REFUSED, actor=actor, why="nothing came back to give for", now=now, **changed
        )
    done = due.remedy is Remedy.EXCHANGE and await case_looks.new_goods_sent(tx, kept.merchant_id, case_id)
    nothing = due.remedy in {Remedy.REFUND, Remedy.STORE_CREDIT} and not due.amount.amount_minor
    if (done or nothing) and may_move(kept.case, CaseState.CLOSED):
        why = "the new goods were sent" if done else "nothing is left to give after fees and earlier refunds"
        return await move(tx, directory, tenant, case_id, CaseState.CLOSED, actor=actor, why=why, now=now, **changed)
    return await move(tx, directory, tenant, case_id, CaseState.SETTLING, actor=actor, why=_said(due), now=now, **changed)


def _named(due: Settlement, amount: Money) -> Settlement:
    """Take a human's amount, where it is not above what it comes to; where that is not known the human's word stands."""
    if amount.amount_minor < 0 or (due.amount is not None and amount.currency != due.amount.currency):
        raise BadInputError("the amount is in another currency, or below nothing")
    if due.amount is not None and amount.amount_minor > due.amount.amount_minor:
        raise BadInputError("more than was paid for what came back cannot be given")
    return msgspec.structs.replace(due, amount=amount)


def _said(due: Settlement) -> str:
    amount = f" {due.amount.decimal} {due.amount.currency}" if due.amount and due.amount.amount_minor else ""
    return f"{due.remedy}{amount}"


async def acknowledged(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, kind: ErrandKind, *, actor: str, why: str, now: datetime
) -> KeptCase:
    """Take in that somebody has done what a case asked of them: its money is on record, its goods are out of the stock, and it ends.

    Raises:
        NotFoundError: there is no such case.
    """
    kept = await locked_behind_order(tx, tenant, case_id)
    if kind not in GIVING or kept.case.state in ENDED:
        return kept
    kept = await given(tx, directory, tenant, kept, kind, actor=actor, why=why, now=now)
    if kept.case.state is not CaseState.SETTLING:
        return kept
    return await move(tx, directory, tenant, case_id, CaseState.CLOSED, actor=actor, why=why, now=now)


async def given(
    tx: Tx, directory: Directory, tenant: Tenant, kept: KeptCase, kind: ErrandKind, *, actor: str, why: str, now: datetime
) -> KeptCase:
    """Write down what a case gave: a refund among the order's payments, new goods out of the stock and told, where the case goes on."""
    case, order = kept.case, await _order(tx, kept)
    if (back := _money_back(case, kind)) is not None:
        await pay(tx, order, [Paid(amount=back, method_id=case.method, refund=True, at=now, case_id=case.case_id)], f"case {case.case_id}")
    if case.state is CaseState.SETTLING or case.state in ENDED or kind not in _NEW_GOODS:
        return kept  # its end does the rest
    if case.held:
        gone = {(kept.merchant_id, order.connection_id, variant): units for variant, units in case.held.items() if units > 0}
        await goods.take(tx, gone)
        kept = await touch(tx, tenant, case.case_id, actor=actor, why=why or "the new goods were sent", now=now, held={})
    if kind is ErrandKind.EXCHANGE:
        await tell(tx, directory, kept, order, "exchange.sent", "", now)
    return kept


def _money_back(case: Case, kind: ErrandKind) -> Money | None:
    """What goes back to the customer with an errand: a refund, or what the new goods of an exchange cost less."""
    amount = case.refund if kind is ErrandKind.REFUND else None
    if kind is ErrandKind.EXCHANGE and case.difference is not None:
        amount = Money(max(0, -case.difference.amount_minor), case.difference.currency)
    return amount if amount is not None and amount.amount_minor > 0 else None


async def escalate(tx: Tx, directory: Directory, kept: KeptCase, why: str, now: datetime) -> KeptCase:
    """Tell the desk, and the merchant's own systems, that somebody has to act; the case's clock goes on."""
    case = kept.case
    await cases.note(tx, kept.merchant_id, kept.case_id, CaseEvent(at=now, actor="time", was=case.state, state=case.state, why=why))
    occurrence = f"{case.state} {case.reminded + 1} {now:%Y-%m-%d}"
    await tell(tx, directory, kept, await _order(tx, kept), "case.escalated", occurrence, now)
    return await nudged(tx, kept, now)


async def nudged(tx: Tx, kept: KeptCase, now: datetime) -> KeptCase:
    """Count a reminder, to whomever it went, and set the case's clock to the next."""
    reminded = msgspec.structs.replace(kept.case, reminded=kept.case.reminded + 1)
    look = next_look(reminded, await policy_of(tx, kept.merchant_id, now), now)
    after = msgspec.structs.replace(kept, case=msgspec.structs.replace(reminded, look_at=look.at if look else None))
    await cases.write(tx, after)
    return after


async def locked_behind_order(tx: Tx, tenant: Tenant, case_id: int) -> KeptCase:
    """Lock a case behind its order: of two cases of one order that give money, one waits for the other."""
    key = (tenant.merchant.merchant_id, case_id)
    there = (await cases.read(tx, [key])).get(key)
    if there is None:
        raise NotFoundError("there is no such case")
    await case_looks.hold_order(tx, key[0], there.case.order_id)
    return (await cases.lock(tx, [key]))[key]


async def _order(tx: Tx, kept: KeptCase) -> KeptOrder:
    key = (kept.merchant_id, kept.case.order_id)
    order = (await orders.read(tx, [key])).get(key)
    if order is None:
        raise NotFoundError("the order of this case is gone")
    return order
