"""What others have to do for cases → handed on, looked after until it is answered, and the case moved by the answer.

A shop, a carrier, a warehouse or a human is told by the outbox; what came of that is read off the message. docs/rules/errands.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from doorstep.domain.actions.kinds import ENDED, ActionKind, CaseKind, CaseState
from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.vocabulary import ChannelKind, MessageState, Skip, Status
from doorstep.errors import ConflictError, DoorstepError, NotFoundError
from doorstep.messages.notices.requests import Why, desk_task, why_text
from doorstep.steps import case_moves
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.errand_ways import Errand, messages_of, way_of, whole
from doorstep.steps.inspecting import acknowledged
from doorstep.steps.pausing import Notice, tell_owners_of
from doorstep.steps.rules import policy_of
from doorstep.store import cases, decisions, errands, messages, orders, shipments
from doorstep.store.database import Tx
from doorstep.store.errands import ErrandState, KeptErrand, Way
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

_LOG = structlog.get_logger()
#: The mail that a merchant's people get of an errand that is theirs.
TASK = "errand.task"
#: A parcel that an errand is about is looked at again after this: its scans may say that it is done.
_SCANS = timedelta(minutes=10)
#: What a human has on the desk is looked at again after this: its case may have ended in another way.
_DESK = timedelta(hours=1)
#: What is being sent this moment is looked at again after this.
_SOON = timedelta(minutes=2)
_FAILED = frozenset({MessageState.BOUNCED, MessageState.REFUSED, MessageState.CANCELLED})
#: Answers by an interface: nobody has to be waited for.
_MACHINES = frozenset({Way.SHOP, Way.CARRIER})
#: Ends of a case after which nothing of it is to be done any more, but for what these ends themselves ask for.
_GIVEN_UP = frozenset({CaseState.CANCELLED, CaseState.EXPIRED, CaseState.REFUSED})
_AT_END = frozenset({ErrandKind.CLOSE_RETURN, ErrandKind.VOID_LABEL})
#: What only another system has to note: where there is none, nobody has to do anything.
_BOOKS = frozenset({ErrandKind.OPEN_RETURN, ErrandKind.CLOSE_RETURN})
#: What settles a case of goods: what follows once it is done is `inspecting`'s to say.
_GIVES = frozenset({ErrandKind.REFUND, ErrandKind.STORE_CREDIT, ErrandKind.EXCHANGE, ErrandKind.REPLACE})
#: What is asked of a carrier → its own scans that show it done.
_SHOWN_BY: Mapping[str, frozenset[str]] = {
    ActionKind.RESCHEDULE: frozenset({"future_date_requested", "redelivery_scheduled", "appointment_made"}),
    ActionKind.REDIRECT: frozenset({"address_changed"}),
    ActionKind.PICKUP_POINT: frozenset(
        {"redirected_to_pickup_point", "in_transit_to_pickup_point", "ready_for_pickup", "ready_for_pickup_locker"}
    ),
    ActionKind.SAFE_PLACE: frozenset({"preferences_received", "delivered_safe_place", "delivered_neighbour"}),
    ActionKind.HOLD: frozenset({"held_for_recipient"}),
}
_OVER = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
_replace = msgspec.structs.replace


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an errand."""

    done: bool
    #: "shop", "carrier", "user 12", "key 3".
    actor: str
    #: In the other's words, without personal data.
    why: str = ""
    #: The other's id of what was made.
    external_id: str = ""


async def take_up(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Take up errands that are due: hand on what is new, look after what is under way; return how many there were."""
    due = await errands.due(tx, now, most)
    found = await cases.read(tx, list({(one.merchant_id, one.case_id) for one in due}))
    known = await orders.read(tx, list({(case.merchant_id, case.case.order_id) for case in found.values()}))
    for kept in due:
        case = found[kept.merchant_id, kept.case_id]
        tenant, order = directory.tenant(kept.merchant_id), known.get((kept.merchant_id, case.case.order_id))
        if tenant is None or order is None:  # unreadable: its settings, or younger than our directory
            await errands.write(tx, _replace(kept, look_at=now + _SOON))
            continue
        try:
            async with tx.transaction():
                errand = whole(kept, case, order, await _made_earlier(tx, kept))
                await _look(tx, directory, tenant, errand, now)
        except DoorstepError as error:  # somebody moved the case meanwhile; it is looked at anew
            _LOG.warning("errand_put_off", merchant=kept.merchant_id, errand=kept.errand_id, why=str(error))
            await errands.write(tx, _replace(kept, look_at=now + _SOON))
    return len(due)


async def answer(tx: Tx, directory: Directory, tenant: Tenant, errand_id: int, told: Answer, now: datetime) -> KeptErrand:
    """Take an answer to an errand; the same answer again changes nothing.

    Raises:
        NotFoundError: there is no such errand.
        ConflictError: it was answered otherwise, has ended, or is being done by an interface at this moment.
    """
    kept = await errands.lock(tx, tenant.merchant.merchant_id, errand_id)
    if kept is None:
        raise NotFoundError("there is no such errand")
    if not kept.open:
        if kept.state is (ErrandState.DONE if told.done else ErrandState.REFUSED):
            return kept
        raise ConflictError(f"this errand is {kept.state} already")
    if kept.message_id is not None and not await messages.withdraw(tx, kept.merchant_id, kept.message_id, "it was answered", now):
        raise ConflictError("this errand is being sent at this moment; try again in two minutes")
    return await _answered(tx, directory, tenant, kept, told, now)


async def _look(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, now: datetime) -> None:
    kept = errand.kept
    if _is_pointless(errand):
        await _withdraw(tx, kept, "the case ended before it was done", now)
    elif kept.way is None:
        await hand_on(tx, directory, tenant, errand, now)
    elif not await _heard(tx, directory, tenant, errand, now):
        await _wait(tx, directory, tenant, errand, now)


def _is_pointless(errand: Errand) -> bool:
    return errand.case.case.state in _GIVEN_UP and errand.kept.kind not in _AT_END


async def _made_earlier(tx: Tx, kept: KeptErrand) -> str:
    """Find what an earlier errand of the case made at the shop: the return that is to be closed."""
    if kept.kind is not ErrandKind.CLOSE_RETURN:
        return ""
    others = (await errands.of_cases(tx, kept.merchant_id, [kept.case_id])).get(kept.case_id, [])
    return next((one.external_id for one in others if one.kind is ErrandKind.OPEN_RETURN and one.external_id), "")


async def hand_on(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, now: datetime) -> KeptErrand:
    """Hand an errand on by the best way there is; where only humans are left, they are mailed and have it at the desk."""
    way, connection = way_of(tenant, errand)
    if way is Way.DESK and errand.kept.kind in _BOOKS:
        await _withdraw(tx, errand.kept, "no other system keeps books of returns: the case itself is the record", now)
        return errand.kept
    new = messages_of(directory, tenant, errand, way, connection, now)
    kept = _replace(
        errand.kept,
        way=way,
        state=ErrandState.SENT if new else ErrandState.WAITING,
        sent_at=now,
        connection_id=new[0].connection_id if new else None,
        message_id=UUID(new[0].message.message_id) if new else None,
        look_at=await _next_look(tx, errand.kept, now, since=now),
    )
    if new:
        await messages.queue(tx, new)
    else:
        await _tell_people(tx, directory, tenant, errand, Why.YOURS, "", now)
    await errands.write(tx, kept)
    return kept


async def _next_look(tx: Tx, kept: KeptErrand, now: datetime, since: datetime) -> datetime:
    """Tell when an errand is overdue, or looked at before that because scans may show it done."""
    deadline = since + (kept.reminded + 1) * await _patience(tx, kept, now)
    return min(deadline, now + _SCANS) if kept.kind is ErrandKind.DELIVERY_CHANGE else deadline


async def _patience(tx: Tx, kept: KeptErrand, now: datetime) -> timedelta:
    return timedelta(hours=max((await policy_of(tx, kept.merchant_id, now)).delivering.answer_hours, 1))


async def _heard(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, now: datetime) -> bool:
    """Act on what is known by now of what became of it: by its message, by the parcel's scans; tell whether there was anything."""
    kept = errand.kept
    if kept.kind is ErrandKind.DELIVERY_CHANGE and (parcel := await _parcel(tx, errand)) is not None:
        if _shows(parcel, kept):
            told = Answer(done=True, actor="carrier", why="the parcel's own scans show it")
            await _let_lie(tx, kept, now)
            await _answered(tx, directory, tenant, kept, told, now)
            return True
        if parcel.folded is not None and parcel.folded.status in _OVER:
            await _too_late(tx, directory, tenant, errand, parcel.folded.status, now)
            return True
    if kept.state is not ErrandState.SENT or kept.message_id is None:
        return False
    message = await errands.message_of(tx, kept.merchant_id, kept.message_id)
    if message is None:
        return False
    actor = "carrier" if kept.way is Way.CARRIER else "shop"
    if kept.way in _MACHINES and message.state is MessageState.REACHED:
        told = Answer(done=True, actor=actor, why=message.text, external_id=message.provider_id)
        await _answered(tx, directory, tenant, kept, told, now)
        return True
    if kept.way is Way.CARRIER and kept.kind is ErrandKind.DELIVERY_CHANGE and message.state is MessageState.REFUSED:
        await _answered(tx, directory, tenant, kept, Answer(done=False, actor=actor, why=message.text), now)
        return True
    if message.state in _FAILED:
        await _escalate(tx, directory, tenant, errand, Why.FAILED, message.text or message.state, now)
        return True
    if kept.way in _MACHINES and message.state is MessageState.UNKNOWN:
        await _escalate(tx, directory, tenant, errand, Why.UNKNOWN, message.text, now)
        return True
    return False


async def _wait(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, now: datetime) -> None:
    """Remind whoever has it once its time is over, then bring it before the merchant's people."""
    kept = errand.kept
    if kept.state is ErrandState.ESCALATED:
        look = now + (_SCANS if kept.kind is ErrandKind.DELIVERY_CHANGE else _DESK)
        await errands.write(tx, _replace(kept, look_at=look))
        return
    since = kept.sent_at or kept.made_at
    patience = await _patience(tx, kept, now)
    if now < since + (kept.reminded + 1) * patience:
        await errands.write(tx, _replace(kept, look_at=await _next_look(tx, kept, now, since)))
    elif kept.reminded == 0 and kept.way not in _MACHINES:
        await _remind(tx, directory, tenant, errand, now)
    elif kept.way in _MACHINES and not await _let_lie(tx, kept, now):
        await errands.write(tx, _replace(kept, look_at=now + _SOON))
    else:
        hours = round((now - since) / timedelta(hours=1))
        await _escalate(tx, directory, tenant, errand, Why.UNANSWERED, str(hours), now)


async def _let_lie(tx: Tx, kept: KeptErrand, now: datetime) -> bool:
    """See to it that nothing of it leaves any more; False: it is being sent this moment."""
    return kept.message_id is None or await messages.withdraw(tx, kept.merchant_id, kept.message_id, "a human has it now", now)


async def _remind(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, now: datetime) -> None:
    kept = _replace(errand.kept, reminded=1)
    new = []
    if kept.way is Way.WEBHOOK or (kept.way is Way.MAIL and str(kept.body.get("carrier")) in tenant.carrier_desks):
        connection = tenant.webhooks[0] if kept.way is Way.WEBHOOK and tenant.webhooks else tenant.channels.get(ChannelKind.EMAIL)
        new = messages_of(directory, tenant, errand, kept.way, connection, now, again=True)
    if new:
        await messages.queue(tx, new)
        kept = _replace(kept, connection_id=new[0].connection_id, message_id=UUID(new[0].message.message_id))
    else:
        await _tell_people(tx, directory, tenant, errand, Why.STILL, "", now)
    await errands.write(tx, _replace(kept, look_at=await _next_look(tx, kept, now, kept.sent_at or now)))


async def _escalate(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, why: Why, hole: str, now: datetime) -> None:
    """Bring an errand before the merchant's people; it may still be answered by whoever has it."""
    await errands.write(tx, _replace(errand.kept, state=ErrandState.ESCALATED, answer=why_text(why, hole), look_at=now + _DESK))
    await _tell_people(tx, directory, tenant, errand, why, hole, now)


async def _tell_people(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, why: Why, hole: str, now: datetime) -> None:
    url = f"{directory.base_url}/desk/cases/{errand.kept.case_id}"
    content = desk_task(errand.told, tenant.merchant.name, why, hole, url, tenant.brand.default_locale)
    notice = Notice(trigger=TASK, template="errand_task", content=content, why="owners are told of what is theirs to do")
    untold: Skip | None = await tell_owners_of(tx, tenant, ("errand", errand.kept.errand_id), notice, now)
    if untold is not None:
        await decisions.count_skips(tx, {(errand.kept.merchant_id, TASK, untold): 1}, now.date())


async def _withdraw(tx: Tx, kept: KeptErrand, why: str, now: datetime) -> None:
    if not await _let_lie(tx, kept, now):
        await errands.write(tx, _replace(kept, look_at=now + _SOON))
        return
    await errands.write(tx, _replace(kept, state=ErrandState.WITHDRAWN, answered_at=now, answer=why, look_at=None))


async def _parcel(tx: Tx, errand: Errand) -> KeptShipment | None:
    """Find the parcel that an errand is about."""
    key = (errand.kept.merchant_id, errand.order.order_id)
    parcels = (await shipments.of_orders(tx, [key])).get(key, [])
    number = str(errand.kept.body.get("shipment") or "")
    return next((one for one in parcels if one.tracking_number == number), None)


def _shows(parcel: KeptShipment, kept: KeptErrand) -> bool:
    """Tell whether a scan after the errand was made shows it done; one without a zone may be a day off."""
    wanted = _SHOWN_BY.get(str(kept.body.get("change")), frozenset())
    since = kept.made_at.timestamp() * 1_000_000
    day = 86_400_000_000
    return any(
        scan.event_type in wanted
        and scan.instant_us is not None
        and scan.instant_us >= since - (0 if scan.zoned and scan.precision else day)
        for scan in parcel.scans
    )


async def _too_late(tx: Tx, directory: Directory, tenant: Tenant, errand: Errand, status: Status, now: datetime) -> None:
    """End an errand about a parcel that is not under way any more, and its case with it."""
    await _withdraw(tx, errand.kept, f"the parcel is {status}", now)
    if errand.case.case.state not in ENDED:
        why = f"the parcel was {status} before anybody answered"
        await case_moves.move(tx, directory, tenant, errand.kept.case_id, CaseState.EXPIRED, actor="time", why=why, now=now)


async def _answered(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptErrand, told: Answer, now: datetime) -> KeptErrand:
    """Write an answer down and let the case follow it."""
    new = _replace(
        kept,
        state=ErrandState.DONE if told.done else ErrandState.REFUSED,
        answered_at=now,
        answer=told.why,
        external_id=told.external_id or kept.external_id,
        look_at=None,
    )
    await errands.write(tx, new)
    await _follow(tx, directory, tenant, new, told, now)
    return new


async def _follow(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptErrand, told: Answer, now: datetime) -> None:
    """Move the case as the answer says; where no state follows from it, the answer is written down with the case."""
    if told.done and kept.kind in _GIVES:
        why = told.why or f"{kept.kind} is done"
        await acknowledged(tx, directory, tenant, kept.case_id, kept.kind, actor=told.actor, why=why, now=now)
        return
    locked = (await cases.lock(tx, [(kept.merchant_id, kept.case_id)]))[kept.merchant_id, kept.case_id]
    others = (await errands.of_cases(tx, kept.merchant_id, [kept.case_id])).get(kept.case_id, [])
    to = _state_after(locked.case.kind, locked.case.state, kept, told, others)
    why = told.why or (f"{kept.kind} is done" if told.done else f"{kept.kind} was refused")
    detail = {"errand": str(kept.errand_id), "kind": kept.kind, "done": told.done}
    decided: dict[str, Any] = {} if to is not CaseState.REFUSED else {"decided_by": told.actor, "decision": why}
    if to is None:
        await case_moves.touch(tx, tenant, kept.case_id, actor=told.actor, why=why, now=now, detail=detail)
    else:
        await case_moves.move(tx, directory, tenant, kept.case_id, to, actor=told.actor, why=why, now=now, detail=detail, **decided)
    if not told.done and to is None:
        order = await _order(tx, kept.merchant_id, locked.case.order_id)
        if order is not None:
            await _tell_people(tx, directory, tenant, whole(kept, locked, order), Why.REFUSED, why, now)


def _state_after(kind: CaseKind, state: CaseState, kept: KeptErrand, told: Answer, others: Sequence[KeptErrand]) -> CaseState | None:
    """Name the state that follows from an answer; None: none, or others have to answer first."""
    changes = kind in {CaseKind.ORDER_CHANGE, CaseKind.DELIVERY_CHANGE}
    if state in ENDED:
        return None
    if changes and not told.done:
        return CaseState.REFUSED
    if kept.kind is ErrandKind.CARRIER_CLAIM and state is CaseState.PASSED_ON and told.done:
        return CaseState.APPROVED
    if changes and not any(one.open and one.errand_id != kept.errand_id for one in others):
        return CaseState.CLOSED
    return None


async def _order(tx: Tx, merchant_id: int, order_id: int) -> KeptOrder | None:
    return (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
