"""Moments → a decision each, once for ever: an action now, an action later, or the counted reason why not."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from doorstep.domain.messages import Action, Change
from doorstep.domain.shipments import Folded
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

#: Merchant and order.
_Key = tuple[int, int]
#: Merchant, order, trigger and template: what one message tells.
_Together = tuple[int, int, str, str]
_Around = dict[_Key, tuple[KeptOrder, list[KeptShipment]]]


async def decide(tx: Tx, happenings: Sequence[Happening], directory: Directory, now: datetime) -> None:
    """Decide about what is new, compose what is due now, let the rest wait. What was decided before stays decided."""
    skips: Counter[tuple[int, str, str]] = Counter()
    if fresh := await _undecided(tx, [h for h in happenings if h.order_id is not None]):
        around = await _orders_and_parcels(tx, fresh)
        await _decide(tx, [h for h in fresh if _key(h) in around], around, directory, skips, now)
        fresh = [h for h in fresh if _key(h) not in around]
    for happening in (*fresh, *(h for h in happenings if h.order_id is None)):
        if happening.moment.skip is None:
            skips[happening.merchant_id, happening.moment.change.trigger, Skip.NO_ORDER] += 1
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())


def _key(happening: Happening) -> _Key:
    return happening.merchant_id, happening.order_id or 0


async def _undecided(tx: Tx, happenings: Sequence[Happening]) -> list[Happening]:
    """Leave out what was decided before, and what stands twice in this very batch."""
    first: dict[tuple[int, bytes], Happening] = {}
    for happening in happenings:
        first.setdefault((happening.merchant_id, decisions.why_key(happening.moment.change)), happening)
    keys = list(first)
    open_ones = await decisions.undecided(tx, keys) if keys else set()
    return [first[key] for position, key in enumerate(keys) if position in open_ones]


async def _decide(
    tx: Tx,
    fresh: Sequence[Happening],
    around: _Around,
    directory: Directory,
    skips: Counter[tuple[int, str, str]],
    now: datetime,
) -> None:
    made: list[Decision] = []
    due: dict[_Together, Due] = {}
    waiting: list[tuple[int, int | None, Action, datetime]] = []
    for happening in fresh:
        change = happening.moment.change
        decision = Decision(merchant_id=happening.merchant_id, change=change, order_id=happening.order_id, outcome="waiting")
        made.append(decision)
        order, parcels = around[_key(happening)]
        folded = happening.shipment.folded if happening.shipment else None
        answer = happening.moment.skip or _ask(happening.merchant_id, change, order, folded, len(parcels), directory, now)
        if not isinstance(answer, Action):
            decision.outcome = answer
            skips[happening.merchant_id, change.trigger, answer] += 1
        elif answer.due_at > now:
            decision.detail = f"waits {answer.due_at - now} for its time or for the other parcels"
            waiting.append((happening.merchant_id, happening.order_id, answer, answer.due_at))
        else:
            _join(due, happening.merchant_id, order, parcels, answer, decision)
    composed = await compose(tx, list(due.values()), directory, now)
    composed.messages += announcements([(h, around[_key(h)]) for h in fresh if h.moment.skip is None], directory, now)
    await settle(tx, composed, waiting, skips)
    if len(await decisions.decide(tx, made, now)) != len(made):
        raise TryLaterError("another worker decided the same moments; this batch starts again")
    if composed.messages:
        await messages.queue(tx, composed.messages)


def _join(
    due: dict[_Together, Due], merchant_id: int, order: KeptOrder, parcels: list[KeptShipment], action: Action, told: Decision
) -> None:
    """Put an action with those that one message tells: the same words about the same kind of moment of one order."""
    key = (merchant_id, order.order_id, action.change.trigger, action.template)
    due.setdefault(key, Due(merchant_id=merchant_id, order=order, parcels=parcels)).actions.append((action, told))


async def settle(
    tx: Tx, composed: Composed, waiting: list[tuple[int, int | None, Action, datetime]], skips: Counter[tuple[int, str, str]]
) -> None:
    """Let what was put off wait, and count what was skipped."""
    waiting += composed.waiting
    if waiting:
        await decisions.wait(tx, waiting)
    skips.update(composed.skips)


def _ask(
    merchant_id: int, change: Change, order: KeptOrder, folded: Folded | None, parcels: int, directory: Directory, now: datetime
) -> Action | Skip:
    tenant = directory.tenant(merchant_id)
    return ask_journeys(change, order.order, folded, parcels, tenant.journeys, now) if tenant else Skip.NO_CHANNEL


async def _orders_and_parcels(tx: Tx, fresh: Sequence[Happening]) -> _Around:
    """Read what the moments' orders and their shipments are now; the batch's own copies win.

    Left out are orders known only from a fulfilment: there is nobody to tell yet, and it will all be new when the order comes.
    """
    known = {(h.merchant_id, h.order.order_id): h.order for h in fresh if h.order}
    wanted = list({(h.merchant_id, h.order_id or 0) for h in fresh})
    missing = [key for key in wanted if key not in known]
    known |= await orders.read(tx, missing) if missing else {}
    mine = {(h.merchant_id, h.shipment.shipment_id): h.shipment for h in fresh if h.shipment}
    parcels = await shipments.of_orders(tx, wanted, list(mine.values()))
    return {key: (known[key], parcels.get(key, [])) for key in wanted if key in known and known[key].order.placed_at is not None}


async def decide_waiting(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Take up actions whose time has come; return how many there were."""
    claimed = await decisions.claim_due(tx, now, most)
    if not claimed:
        return 0
    keys = list({(merchant_id, order_id or 0) for merchant_id, order_id, _ in claimed})
    known = await orders.read(tx, keys)
    parcels = await shipments.of_orders(tx, keys)
    due: dict[_Together, Due] = {}
    made: list[Decision] = []
    skips: Counter[tuple[int, str, str]] = Counter()
    for merchant_id, order_id, action in claimed:
        decision = Decision(merchant_id=merchant_id, change=action.change, order_id=order_id, outcome="waiting")
        made.append(decision)
        key = (merchant_id, order_id or 0)
        kept, mine = known.get(key), parcels.get(key, [])
        answer = _ask_again(merchant_id, action.change, kept, mine, directory, now) if kept else Skip.NO_ORDER
        if kept is None or not isinstance(answer, Action):
            decision.outcome = str(answer)
            skips[merchant_id, action.change.trigger, str(answer)] += 1
        else:
            _join(due, merchant_id, kept, mine, msgspec.structs.replace(answer, due_at=now), decision)
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


def _ask_again(
    merchant_id: int, change: Change, order: KeptOrder, parcels: Sequence[KeptShipment], directory: Directory, now: datetime
) -> Action | Skip:
    """Ask about what waited as things stand now: overtaken, its order cancelled, too old, its journey switched off."""
    own = None
    if change.subject_kind == "shipment":
        own = next((s for s in parcels if s.shipment_id == change.subject_id), None)
        if own is None or (own.folded and own.folded.status in _OVERTAKES.get(change.trigger, ())):
            return Skip.SUPERSEDED
    return _ask(merchant_id, change, order, own.folded if own else None, len(parcels), directory, now)
