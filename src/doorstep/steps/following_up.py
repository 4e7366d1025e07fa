"""A turn's promises → rows; promises whose look is due → one short message each, where it happened or did not, and nobody has told it."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from doorstep.conversations.following import offers_of, promises_of, told_of
from doorstep.domain.actions.kinds import ENDED, CaseState
from doorstep.domain.messages import Choice
from doorstep.domain.talking.following import Outcome, Promise, PromiseKind
from doorstep.domain.talking.turns import Turned
from doorstep.domain.vocabulary import Status
from doorstep.messages.wording import day_text
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.saying import hindrance, locale_of, said_unasked
from doorstep.steps.shop_told import shop_told
from doorstep.store import cases, conversations, follow_ups, handovers, messages, orders, shipments
from doorstep.store.database import Row, Tx
from doorstep.store.follow_ups import NewFollowUp
from doorstep.store.messages import NewMessage

_LOOK_AGAIN = timedelta(hours=1)
#: An answer of the carrier, a refund, is waited for so long before the customer is told that there is none.
_PATIENCE = {PromiseKind.CHANGE: timedelta(days=1), PromiseKind.REFUND: timedelta(days=7)}
#: Hours of the shop's day in which one may be written to about this; what is delivered by is looked at when couriers are home.
_FROM, _TO, _COURIERS_HOME = time(9), time(20), time(20)
#: By these a journey has told it already.
_TELLS: dict[PromiseKind, tuple[str, ...]] = {
    PromiseKind.ARRIVES: ("shipment.delivered", "order.partly_delivered"),
    PromiseKind.CHANGE: ("delivery_change.confirmed", "delivery_change.refused"),
    PromiseKind.REFUND: ("order.refunded", "return.refunded", "exchange.refunded", "claim.settled", "return.closed", "claim.closed"),
}
#: By these it has told that it did not happen.
_TELLS_NOT: dict[PromiseKind, tuple[str, ...]] = {
    PromiseKind.ARRIVES: (
        "shipment.delayed", "shipment.rescheduled", "shipment.problem", "shipment.failed_attempt", "shipment.returning",
        "shipment.ready_for_pickup", "shipment.problem_escalated",
    ),
    PromiseKind.CHANGE: ("delivery_change.unanswered",),
    PromiseKind.REFUND: (),
}  # fmt: skip


async def note_promises(
    tx: Tx, tenant: Tenant, row: Row, turned: Turned, order_id: int | None, parcels: Mapping[tuple[int, str], int], now: datetime
) -> None:
    """Keep what a turn (a row of `turns.next_due`) promised about an order, to be looked at; and what was chosen below an earlier message.

    `parcels`: our ids of the parcels that the turn read, by order and tracking number.
    """
    merchant_id = tenant.merchant.merchant_id
    if row["message_id"] is not None and row["choice"]:
        await follow_ups.answered(tx, merchant_id, row["message_id"], "ok" if row["choice"] == "talk.thanks" else "not")
    if order_id is None or turned.handover is not None:
        return
    for promise in promises_of(turned):
        one = await _new(tx, merchant_id, row, promise, order_id, parcels.get((order_id, promise.tracking)), now)
        if one is not None:
            await follow_ups.add(tx, merchant_id, one)


async def _new(
    tx: Tx, merchant_id: int, row: Row, promise: Promise, order_id: int, shipment_id: int | None, now: datetime
) -> NewFollowUp | None:
    """Name what the promise is about by our ids; None: it is not known."""
    case_id = promise.case or None
    if promise.rma and (kept := await cases.by_rma(tx, merchant_id, promise.rma)) is not None:
        case_id = kept.case_id
    if shipment_id is None and case_id is None:
        return None
    return NewFollowUp(
        conversation_id=row["conversation_id"],
        turn_id=row["turn_id"],
        kind=promise.kind,
        once=f"{promise.kind} {shipment_id or case_id}",
        order_id=order_id,
        shipment_id=shipment_id,
        case_id=case_id,
        promised_on=promise.until,
        made_at=now,
        due_at=now + _LOOK_AGAIN,
    )


async def follow_up(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Look at the promises that are due; return how many ended."""
    ended = 0
    for row in await follow_ups.due(tx, now, most):
        tenant = directory.tenant(row["merchant_id"])
        if tenant is None:
            await follow_ups.end(tx, row["merchant_id"], row["follow_up_id"], Outcome.GONE, None, now)
        else:
            ended += await _look(tx, tenant, row, now)
    return ended


async def _look(tx: Tx, tenant: Tenant, row: Row, now: datetime) -> bool:
    """Look at one: end it, or put the next look off."""
    merchant_id, zone = row["merchant_id"], ZoneInfo(shop_told(tenant).zone)
    outcome = await _became(tx, row, zone, now)
    if outcome is None:
        await follow_ups.again(tx, merchant_id, row["follow_up_id"], now + _LOOK_AGAIN)
        return False
    message_id = None
    talk = await conversations.one(tx, merchant_id, row["conversation_id"])
    if outcome is not Outcome.GONE:
        hidden = await _why_not(tx, tenant, row, talk, outcome, now)
        if hidden is None and not _FROM <= now.astimezone(zone).time() < _TO:
            await follow_ups.again(tx, merchant_id, row["follow_up_id"], _morning(now, zone))
            return False
        outcome = hidden or outcome
        if hidden is None and talk is not None:
            new = await _message(tx, tenant, row, talk, outcome, now)
            await messages.queue(tx, [new])
            message_id = UUID(new.message.message_id)
    await follow_ups.end(tx, merchant_id, row["follow_up_id"], outcome, message_id, now)
    return True


async def _became(tx: Tx, row: Row, zone: ZoneInfo, now: datetime) -> Outcome | None:
    """Tell what became of a promise; None: nothing yet, and there is time."""
    kind = PromiseKind(row["kind"])
    if kind is PromiseKind.ARRIVES:
        parcel = await shipments.one(tx, row["merchant_id"], row["shipment_id"])
        if parcel is None:
            return Outcome.GONE
        status = parcel.folded.status if parcel.folded is not None else Status.PENDING
        if status is Status.DELIVERED:
            return Outcome.HAPPENED
        over = row["promised_on"] is not None and now >= datetime.combine(row["promised_on"], _COURIERS_HOME, zone)
        return Outcome.MISSED if over else None
    key = (row["merchant_id"], row["case_id"])
    kept = (await cases.read(tx, [key])).get(key)
    if kept is None:
        return Outcome.GONE
    if kept.case.state is CaseState.CLOSED:
        return Outcome.HAPPENED
    if kept.case.state in ENDED:
        return Outcome.REFUSED if kept.case.state is CaseState.REFUSED and kind is PromiseKind.CHANGE else Outcome.GONE
    return Outcome.MISSED if now >= row["made_at"] + _PATIENCE[kind] else None


async def _why_not(tx: Tx, tenant: Tenant, row: Row, talk: Row | None, outcome: Outcome, now: datetime) -> Outcome | None:
    """Tell why nothing is said of it; None: it is said."""
    merchant_id, kind = row["merchant_id"], PromiseKind(row["kind"])
    triggers = _TELLS[kind] if outcome is not Outcome.MISSED else _TELLS_NOT[kind]
    if await follow_ups.told_since(tx, merchant_id, row["order_id"], row["made_at"], triggers):
        return Outcome.TOLD
    if await handovers.held(tx, merchant_id, [row["conversation_id"]]):
        return Outcome.HUMAN
    if talk is None or await hindrance(tx, tenant, talk, now) is not None:
        return Outcome.UNREACHED
    return None


def _morning(now: datetime, zone: ZoneInfo) -> datetime:
    here = now.astimezone(zone)
    day = here.date() if here.time() < _FROM else here.date() + timedelta(days=1)
    return datetime.combine(day, _FROM, zone)


async def _message(tx: Tx, tenant: Tenant, row: Row, talk: Row, outcome: Outcome, now: datetime) -> NewMessage:
    merchant_id, kind = row["merchant_id"], PromiseKind(row["kind"])
    locale = await locale_of(tx, tenant, talk["address"], row["order_id"])
    kept = (await orders.read(tx, [(merchant_id, row["order_id"])])).get((merchant_id, row["order_id"]))
    day = day_text(row["promised_on"], locale) if row["promised_on"] else ""
    return await said_unasked(
        tx,
        tenant,
        talk,
        told_of(kind, outcome, locale, number=(kept.order.number if kept else "") or "", day=day),
        tuple(Choice(choice_id=choice, title=title) for choice, title in offers_of(kind, outcome, locale)),
        locale,
        template="follow_up",
        once=str(row["follow_up_id"]),
        why=f"a talk promised it on {row['made_at']:%Y-%m-%d}; {outcome}",
        order_id=row["order_id"],
        shipment_id=row["shipment_id"],
        now=now,
    )
