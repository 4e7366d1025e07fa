"""A human's word on a case → the case moved and its customer told, or the refusal that says why not; the desk and the API decide by here.

Whoever decides names what they saw (`seen_of`): of two who decide at once the second gets CONFIRMATION_VOID and looks again.
"""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from doorstep.actions.deciding import Grant, granted, most_to_give
from doorstep.actions.life import may_move
from doorstep.actions.settling import Inspected
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import case_moves, inspecting
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.errands import Answer, answer
from doorstep.steps.known import know_order
from doorstep.steps.rules import policy_of
from doorstep.steps.saying import Hindrance
from doorstep.steps.writing_by_hand import write_to_customer
from doorstep.store import cases, errands, goods, orders
from doorstep.store.cases import KeptCase
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder

_ENCODE = msgspec.json.Encoder(order="sorted")
_replace = msgspec.structs.replace
_MONEY = frozenset({Remedy.REFUND, Remedy.STORE_CREDIT})
_CHANGES = frozenset({CaseKind.ORDER_CHANGE, CaseKind.DELIVERY_CHANGE})
_GIVES = {
    Remedy.REFUND: ErrandKind.REFUND,
    Remedy.STORE_CREDIT: ErrandKind.STORE_CREDIT,
    Remedy.EXCHANGE: ErrandKind.EXCHANGE,
    Remedy.REPLACEMENT: ErrandKind.REPLACE,
}
#: What somebody at the desk may give as the reason of a refusal; its customer reads it in their language, with the words beside.
REASONS = (
    RefusalCode.WINDOW,
    RefusalCode.NOT_ELIGIBLE,
    RefusalCode.FINAL_SALE,
    RefusalCode.QUANTITY,
    RefusalCode.ORDER_STATE,
    RefusalCode.SHIPMENT_STATE,
    RefusalCode.PHOTO_NEEDED,
    RefusalCode.STEPS_FIRST,
    RefusalCode.OUT_OF_STOCK,
    RefusalCode.TOO_MANY,
    RefusalCode.NOT_OFFERED,
)
#: Characters of what is told to a customer, and of what stands in the records.
LONGEST = 1000


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Who says it, having seen what, and why."""

    #: "user 12", "key 3".
    actor: str
    #: `seen_of` what they saw; "": whatever stands there now.
    seen: str = ""
    #: For the records; customers do not read it.
    why: str = ""


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """A case and its order, for this transaction alone."""

    kept: KeptCase
    order: KeptOrder


def seen_of(case: Case) -> str:
    """A fingerprint of what whoever looks at a case sees of it; what only time does to it changes nothing."""
    return hashlib.blake2b(_ENCODE.encode(_replace(case, look_at=None, reminded=0)), digest_size=9).hexdigest()


async def approve(tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, now: datetime) -> KeptCase | Refusal:
    """Say yes to a case as it was asked.

    Raises:
        NotFoundError: there is no such case.
    """
    return await _grant(tx, directory, tenant, case_id, word, Grant(), "approved", "", now)


async def approve_partly(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, grant: Grant, words: str, now: datetime
) -> KeptCase | Refusal:
    """Say yes to a part: fewer units, a part of the price, less money. `words` tell the customer why.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: it is no part, or there are no words.
    """
    if not grant.partial or grant.beyond:
        raise BadInputError("say of what, or how much, is granted")
    if not words.strip():
        raise BadInputError("tell the customer why it is not all")
    return await _grant(tx, directory, tenant, case_id, word, grant, "approved in part", words.strip()[:LONGEST], now)


async def override(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, grant: Grant, now: datetime
) -> KeptCase | Refusal:
    """Say yes to something else than the policy gives: another remedy, no fee, goods that stay. Money still has its limit.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: nothing differs, or no reason is given.
    """
    if not grant.beyond:
        raise BadInputError("say what differs from the policy")
    if not word.why.strip():
        raise BadInputError("an override needs its reason")
    return await _grant(tx, directory, tenant, case_id, word, grant, "approved against the policy", "", now)


async def refuse(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, code: RefusalCode | None, words: str, now: datetime
) -> KeptCase | Refusal:
    """Say no, for one of `REASONS`, or in words of one's own, or both; the customer reads them.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: there is neither reason nor words.
    """
    words = words.strip()[:LONGEST]
    if code is None and not words:
        raise BadInputError("tell the customer why: choose a reason, or write it in your own words")
    if code is not None and code not in REASONS:
        raise BadInputError(f"a reason is one of {', '.join(REASONS)}")
    decision = ": ".join(part for part in (code or "", words) if part)
    changed = {"decided_by": word.actor, "decision": decision}
    return await _to(tx, directory, tenant, case_id, word, CaseState.REFUSED, f"refused: {decision}", now, **changed)


async def ask_more(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, words: str, now: datetime
) -> KeptCase | Refusal | Hindrance:
    """Write to the customer for what is missing (a photo, a word); the case waits on.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: there are no words.
    """
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    case, words = held.kept.case, words.strip()[:LONGEST]
    if case.ended:
        return _stuck(case)
    if not words:
        raise BadInputError("say what is missing")
    text = f"{words}\n\n{case.rma} · {directory.base_url}/o/{held.order.token}/cases/{case_id}"
    subject = f"{tenant.brand.name}: {case.rma}"
    if (hindered := await write_to_customer(tx, tenant, held.order, subject, text, word.actor, now)) is not None:
        return hindered
    wanted = {**case.wanted, "asked_more_at": now.isoformat(timespec="seconds")}
    return await case_moves.touch(tx, tenant, case_id, actor=word.actor, why=f"asked for more: {words}", now=now, wanted=wanted)


async def add_note(tx: Tx, tenant: Tenant, case_id: int, word: Word, now: datetime) -> KeptCase:
    """Write something down that changes nothing; whatever stands there now.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: it says nothing.
    """
    if not (text := word.why.strip()[:LONGEST]):
        raise BadInputError("write the note first")
    return await case_moves.touch(tx, tenant, case_id, actor=word.actor, why=text, now=now, detail={"note": True})


async def receive(tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, now: datetime) -> KeptCase | Refusal:
    """Note that the goods have come back.

    Raises:
        NotFoundError: there is no such case.
    """
    return await _to(tx, directory, tenant, case_id, word, CaseState.RECEIVED, "the goods are here", now)


async def inspect(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, seen: tuple[Inspected, ...], now: datetime
) -> KeptCase | Refusal:
    """Note what was found of each line when the parcel was opened; what it comes to is on its way then.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: as `actions.settling.inspected`.
    """
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    if not awaits_inspection(held.kept.case):
        return _stuck(held.kept.case)
    return await inspecting.inspect(tx, directory, tenant, case_id, seen, actor=word.actor, now=now)


def awaits_inspection(case: Case) -> bool:
    """Whether goods of a case are here, or may be, and nobody has said yet what they are worth."""
    return not case.keeps and (may_move(case, CaseState.INSPECTED) or case.state is CaseState.INSPECTED)


def awaits_settling(case: Case) -> bool:
    """Whether what a case comes to is known, or for a human to say, and has not gone out."""
    return may_move(case, CaseState.SETTLING) and (case.state is CaseState.INSPECTED or case.keeps)


async def settle(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, amount: Money | None, now: datetime
) -> KeptCase | Refusal:
    """Have a case settled now, by hand; `amount` where nobody else can tell how much (None: as it comes to).

    Raises:
        NotFoundError: there is no such case.
        BadInputError: the amount is above what it comes to.
    """
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    case = held.kept.case
    if not awaits_settling(case):
        return _stuck(case)
    known = await known_of(tx, tenant, held.order, now)
    most = Money(most_to_give(case, known), known.currency)
    unknown = (await inspecting.settlement_of(tx, tenant, held.kept, now)).amount is None
    misfit = amount is not None and (amount.currency != most.currency or not 0 <= amount.amount_minor <= most.amount_minor)
    if misfit or (unknown and amount is None and case.remedy in _MONEY):
        return Refusal(code=RefusalCode.BAD_ARGUMENTS, facts={"field": "amount", "most": f"{most.decimal} {most.currency}"})
    return await inspecting.settle_case(tx, directory, tenant, case_id, actor=word.actor, now=now, amount=amount)


async def close(tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, now: datetime) -> KeptCase | Refusal:
    """Say that everything has been done; money that was on its way has arrived.

    Raises:
        NotFoundError: there is no such case.
        ConflictError: an interface is at it this moment.
    """
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    case = held.kept.case
    if not may_move(case, CaseState.CLOSED):
        return _stuck(case)
    why = f"closed by hand; {word.why.strip()[:LONGEST]}" if word.why.strip() else "closed by hand"
    if case.state is CaseState.SETTLING and case.remedy is not None:
        await inspecting.acknowledged(tx, directory, tenant, case_id, _GIVES[case.remedy], actor=word.actor, why=why, now=now)
    await _let_rest(tx, directory, tenant, case, word.actor, now)
    key = (held.kept.merchant_id, case_id)
    left = (await cases.read(tx, [key]))[key]
    if left.case.ended:
        return left
    return await case_moves.move(tx, directory, tenant, case_id, CaseState.CLOSED, actor=word.actor, why=why, now=now)


async def _let_rest(tx: Tx, directory: Directory, tenant: Tenant, case: Case, actor: str, now: datetime) -> None:
    """Note on what others were still asked for that it is done: nobody shall pay or send once more."""
    asked = (await errands.of_cases(tx, tenant.merchant.merchant_id, [case.case_id])).get(case.case_id, [])
    for one in asked:
        if one.open and (case.kind in _CHANGES or one.kind in _GIVES.values()):
            await answer(tx, directory, tenant, one.errand_id, Answer(done=True, actor=actor, why="closed by hand"), now)


async def cancel(tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, now: datetime) -> KeptCase | Refusal:
    """Call a case off on its customer's wish.

    Raises:
        NotFoundError: there is no such case.
    """
    return await _to(tx, directory, tenant, case_id, word, CaseState.CANCELLED, "called off for the customer", now)


async def known_of(tx: Tx, tenant: Tenant, order: KeptOrder, now: datetime) -> KnownOrder:
    """Read a case's order as guards know it.

    Raises:
        NotFoundError: it is gone.
    """
    known = (await know_order(tx, tenant, order, now)).order
    if known is None:
        raise NotFoundError("the order of this case is gone")
    return known


async def _grant(  # noqa: PLR0913, PLR0917 - who grants what, and what is said of it
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, grant: Grant, how: str, words: str, now: datetime
) -> KeptCase | Refusal:
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    before = held.kept.case
    policy = await policy_of(tx, held.kept.merchant_id, now)
    new = granted(before, await known_of(tx, tenant, held.order, now), policy, grant)
    if isinstance(new, Refusal):
        return new
    await _let_go(tx, held, new)
    fields = ("lines", "remedy", "keeps", "fee", "refund", "difference", "held")
    changed = {name: getattr(new, name) for name in fields if getattr(new, name) != getattr(before, name)}
    why = f"{how}: {word.why.strip()[:LONGEST]}" if word.why.strip() else how
    detail = {"grant": msgspec.to_builtins(grant)} if grant.partial or grant.beyond else None
    return await case_moves.move(
        tx,
        directory,
        tenant,
        case_id,
        CaseState.APPROVED,
        actor=word.actor,
        why=why,
        now=now,
        detail=detail,
        decided_by=word.actor,
        decision=words,
        **changed,
    )


async def _to(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, word: Word, to: CaseState, how: str, now: datetime, **changed: Any
) -> KeptCase | Refusal:
    """Move a case that nobody else has moved meanwhile."""
    held = await _locked(tx, tenant, case_id, word)
    if isinstance(held, Refusal):
        return held
    if not may_move(held.kept.case, to):
        return _stuck(held.kept.case)
    why = f"{how}; {word.why.strip()[:LONGEST]}" if word.why.strip() else how
    return await case_moves.move(tx, directory, tenant, case_id, to, actor=word.actor, why=why, now=now, **changed)


async def _locked(tx: Tx, tenant: Tenant, case_id: int, word: Word) -> _Held | Refusal:
    """Take a case and its order for this transaction alone: the order first, as everybody does who moves its money."""
    key = (tenant.merchant.merchant_id, case_id)
    kept = (await cases.read(tx, [key])).get(key)
    order = (await orders.read(tx, [(key[0], kept.case.order_id)])).get((key[0], kept.case.order_id)) if kept else None
    if kept is None or order is None:
        raise NotFoundError("there is no such case")
    await orders.lock(tx, [(order.merchant_id, order.connection_id, order.order.external_id)], [order.token])
    kept = (await cases.lock(tx, [key])).get(key)
    if kept is None:
        raise NotFoundError("there is no such case")
    if word.seen and word.seen != seen_of(kept.case):
        return Refusal(code=RefusalCode.CONFIRMATION_VOID, facts={"rma": kept.case.rma, "state": kept.case.state})
    return _Held(kept=kept, order=order)


async def _let_go(tx: Tx, held: _Held, new: Case) -> None:
    """Give back units that were held and are not needed any more."""
    before = held.kept.case.held
    less = {variant: new.held.get(variant, 0) - units for variant, units in before.items() if new.held.get(variant, 0) < units}
    if less:
        await goods.hold(tx, {(held.order.merchant_id, held.order.connection_id, variant): units for variant, units in less.items()})


def _stuck(case: Case) -> Refusal:
    return Refusal(code=RefusalCode.CASE_STATE, facts={"rma": case.rma, "state": case.state})
