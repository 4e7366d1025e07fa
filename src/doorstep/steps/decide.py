"""Moments → a decision each, once for ever: an action now, an action later, or the counted reason why not."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.vocabulary import Skip
from doorstep.errors import TryLaterError
from doorstep.journeys import decide as ask_journeys
from doorstep.steps.compose import Composed, Due, announcements, compose
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import Happening
from doorstep.store import decisions, messages, orders, shipments
from doorstep.store.database import Tx
from doorstep.store.decisions import Decision
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

_Key = tuple[int, int]


async def decide(tx: Tx, happenings: Sequence[Happening], directory: Directory, now: datetime) -> None:
    """Decide about what is new, compose what is due now, let the rest wait. What was decided before stays decided."""
    fresh = [h for h in happenings if h.order_id is not None]
    skips: Counter[tuple[int, str, str]] = Counter(
        (h.merchant_id, h.moment.change.trigger, Skip.NO_ORDER) for h in happenings if h.order_id is None and h.moment.skip is None
    )
    if fresh:
        open_ones = await decisions.undecided(tx, [(h.merchant_id, decisions.why_key(h.moment.change)) for h in fresh])
        fresh = [happening for position, happening in enumerate(fresh) if position in open_ones]
    if fresh:
        await _decide(tx, fresh, directory, skips, now)
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())


async def _decide(tx: Tx, fresh: Sequence[Happening], directory: Directory, skips: Counter[tuple[int, str, str]], now: datetime) -> None:
    around = await _orders_and_parcels(tx, fresh)
    made: list[Decision] = []
    due: dict[tuple[int, int, str], Due] = {}
    waiting: list[tuple[int, int | None, Action, datetime]] = []
    for happening in fresh:
        change = happening.moment.change
        decision = Decision(merchant_id=happening.merchant_id, change=change, order_id=happening.order_id, outcome="waiting")
        made.append(decision)
        answer = _ask(happening, around, directory, now)
        if not isinstance(answer, Action):
            decision.outcome = answer
            skips[happening.merchant_id, change.trigger, answer] += 1
        elif answer.due_at > now:
            decision.detail = f"waits {answer.due_at - now} for its time or for the other parcels"
            waiting.append((happening.merchant_id, happening.order_id, answer, answer.due_at))
        else:
            key = (happening.merchant_id, happening.order_id or 0, change.trigger)
            order, parcels = around[key[:2]]
            due.setdefault(key, Due(merchant_id=key[0], order=order, parcels=parcels)).actions.append((answer, decision))
    composed = await compose(tx, list(due.values()), directory, now)
    told = [(h, around[h.merchant_id, h.order_id or 0]) for h in fresh if h.moment.skip is None]
    composed.messages += announcements(told, directory, now)
    await settle(tx, composed, waiting, skips)
    if len(await decisions.decide(tx, made, now)) != len({(d.merchant_id, d.why_key) for d in made}):
        raise TryLaterError("another worker decided the same moments; this batch starts again")
    if composed.messages:
        await messages.queue(tx, composed.messages)


async def settle(
    tx: Tx, composed: Composed, waiting: list[tuple[int, int | None, Action, datetime]], skips: Counter[tuple[int, str, str]]
) -> None:
    """Let what was put off wait, and count what was skipped."""
    waiting += composed.waiting
    if waiting:
        await decisions.wait(tx, waiting)
    skips.update(composed.skips)


def _ask(
    happening: Happening, around: dict[_Key, tuple[KeptOrder, list[KeptShipment]]], directory: Directory, now: datetime
) -> Action | Skip:
    if happening.moment.skip is not None:
        return happening.moment.skip
    tenant = directory.tenant(happening.merchant_id)
    if tenant is None:
        return Skip.NO_CHANNEL
    order, parcels = around[happening.merchant_id, happening.order_id or 0]
    folded = happening.shipment.folded if happening.shipment else None
    return ask_journeys(happening.moment.change, order.order, folded, len(parcels), tenant.journeys, now)


async def _orders_and_parcels(tx: Tx, fresh: Sequence[Happening]) -> dict[_Key, tuple[KeptOrder, list[KeptShipment]]]:
    """Read what the moments' orders and their shipments are now; the batch's own copies win."""
    known = {(h.merchant_id, h.order.order_id): h.order for h in fresh if h.order}
    wanted = list({(h.merchant_id, h.order_id or 0) for h in fresh})
    missing = [key for key in wanted if key not in known]
    known |= await orders.read(tx, missing) if missing else {}
    mine = {(h.merchant_id, h.shipment.shipment_id): h.shipment for h in fresh if h.shipment}
    parcels = await shipments.of_orders(tx, wanted, list(mine.values()))
    return {key: (known[key], parcels.get(key, [])) for key in wanted if key in known}


async def decide_waiting(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Take up actions whose time has come; return how many there were."""
    claimed = await decisions.claim_due(tx, now, most)
    if not claimed:
        return 0
    keys = list({(merchant_id, order_id or 0) for merchant_id, order_id, _ in claimed})
    known = await orders.read(tx, keys)
    parcels = await shipments.of_orders(tx, keys)
    due: dict[tuple[int, int, str], Due] = {}
    made: list[Decision] = []
    skips: Counter[tuple[int, str, str]] = Counter()
    for merchant_id, order_id, action in claimed:
        decision = Decision(merchant_id=merchant_id, change=action.change, order_id=order_id, outcome="waiting")
        made.append(decision)
        key = (merchant_id, order_id or 0, action.change.trigger)
        kept = known.get(key[:2])
        reason = Skip.NO_ORDER if kept is None else _overtaken(action, parcels.get(key[:2], []))
        if reason or kept is None:
            decision.outcome = reason or Skip.NO_ORDER
            skips[key[0], key[2], decision.outcome] += 1
            continue
        now_due = msgspec.structs.replace(action, due_at=now)
        due.setdefault(key, Due(merchant_id=merchant_id, order=kept, parcels=parcels.get(key[:2], []))).actions.append((now_due, decision))
    composed = await compose(tx, list(due.values()), directory, now)
    await settle(tx, composed, [], skips)
    await decisions.settle(tx, made, now)
    if composed.messages:
        await messages.queue(tx, composed.messages)
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())
    return len(claimed)


#: A moment that waited and is overtaken once its shipment says one of these.
_OVERTAKES = {
    "shipment.out_for_delivery": {"delivered", "returned", "returning", "failed_attempt", "ready_for_pickup"},
    "shipment.shipped": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.delayed": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.delivery_tomorrow": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.cod_due": {"delivered", "returned", "returning"},
    "shipment.failed_attempt": {"delivered", "returned", "ready_for_pickup"},
    "shipment.ready_for_pickup": {"delivered", "returned", "returning"},
    "shipment.pickup_deadline": {"delivered", "returned", "returning"},
    "shipment.problem": {"delivered", "returned"},
    "shipment.address_question": {"delivered", "returned"},
}


def _overtaken(action: Action, parcels: Sequence[KeptShipment]) -> Skip | None:
    """Tell whether what waited is no longer true."""
    after = _OVERTAKES.get(action.change.trigger, set())
    own = (
        next((s for s in parcels if s.shipment_id == action.change.subject_id), None) if action.change.subject_kind == "shipment" else None
    )
    return Skip.SUPERSEDED if own and own.folded and own.folded.status in after else None
