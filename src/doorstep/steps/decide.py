"""Moments → a decision each, once for ever: an action now, an action later, or the counted reason why not."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.messages import Action, Change
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Skip
from doorstep.errors import TryLaterError
from doorstep.journeys import PART, PARTLY
from doorstep.journeys import decide as ask_journeys
from doorstep.steps import wallet
from doorstep.steps.announcing import announcements
from doorstep.steps.arrivals import apart, arrived, arriving, waits_for_word
from doorstep.steps.case_news import case_in, cases_of, has_moved_on, is_told_elsewhere, told_by_a_case, with_cases
from doorstep.steps.compose import Composed, Due, compose, let_wait
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import Happening
from doorstep.steps.overtaking import is_overtaken, own_of, was_untrue
from doorstep.steps.reach import own_address
from doorstep.store import decisions, messages, orders, shipments
from doorstep.store.database import Tx
from doorstep.store.decisions import Decision, Waiting
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: Merchant and order.
_Key = tuple[int, int]
#: Merchant, order, trigger, template and case: what one message tells.
_Together = tuple[int, int, str, str, int]
_Around = dict[_Key, tuple[KeptOrder, list[KeptShipment]]]


async def decide(tx: Tx, happenings: Sequence[Happening], directory: Directory, now: datetime) -> None:
    """Decide about what is new, compose what is due now, let the rest wait. What was decided before stays decided."""
    skips: Counter[tuple[int, str, str]] = Counter()
    if fresh := await _undecided(tx, [h for h in happenings if h.order_id is not None]):
        if arrivals := arriving(fresh):
            await orders.claim(tx, arrivals)  # of two parcels that arrive at once, one must see that the other is there
        around = await _orders_and_parcels(tx, fresh)
        rest, parts = apart([h for h in fresh if _key(h) in around], {key: parcels for key, (_, parcels) in around.items()})
        if parts:
            rest += await _undecided(tx, parts)
        await _decide(tx, rest, around, directory, skips, now)
        fresh = [h for h in fresh if _key(h) not in around]
    for happening in (*fresh, *(h for h in happenings if h.order_id is None)):
        if happening.moment.skip is None and happening.moment.change.trigger != PARTLY:
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
    waiting: list[Waiting] = []
    fresh = await with_cases(tx, fresh)
    refunds = await told_by_a_case(tx, fresh)
    answers = [Skip.SUPERSEDED if is_told_elsewhere(one, refunds) else _answer(one, around, directory, now) for one in fresh]
    gathered = await _gathered(tx, fresh, answers, around)
    for happening, answer in zip(fresh, answers, strict=True):
        change = happening.moment.change
        decision = Decision(merchant_id=happening.merchant_id, change=change, order_id=happening.order_id, outcome="waiting")
        made.append(decision)
        order, parcels = around[_key(happening)]
        if not isinstance(answer, Action):
            decision.outcome = answer
            decision.detail = _how_far(parcels) if change.trigger == "shipment.delivered" and change.occurrence == PART else ""
            skips[happening.merchant_id, change.trigger, answer] += 1
        elif (until := answer.due_at + timedelta(seconds=answer.digest_s if _key(happening) in gathered else 0)) > now:
            decision.detail = f"waits {until - now} for its time or for what else there is to tell"
            waiting.append(let_wait(order, answer, until))
        else:
            _join(due, order, parcels, answer, decision, happening.case.case if happening.case else None)
    composed = await compose(tx, list(due.values()), directory, now)
    composed.messages += announcements([(h, around[_key(h)]) for h in fresh if h.moment.skip is None], directory, now)
    composed.messages += await wallet.hints(tx, [(h, around[_key(h)]) for h in fresh], directory, now)
    await settle(tx, composed, waiting, skips)
    if len(await decisions.decide(tx, made, now)) != len(made):
        raise TryLaterError("another worker decided the same moments; this batch starts again")
    if composed.messages:
        await messages.queue(tx, composed.messages)


def _answer(happening: Happening, around: _Around, directory: Directory, now: datetime) -> Action | Skip:
    order, _ = around[_key(happening)]
    folded = happening.shipment.folded if happening.shipment else None
    return happening.moment.skip or _ask(happening.merchant_id, happening.moment.change, order, folded, directory, now)


async def _gathered(tx: Tx, fresh: Sequence[Happening], answers: Sequence[Action | Skip], around: _Around) -> set[_Key]:
    """Name the orders whose news waits for what else there is to tell: they have several parcels, or their customer more orders under way."""
    found: set[_Key] = set()
    alone: dict[_Key, KeptOrder] = {}
    for happening, answer in zip(fresh, answers, strict=True):
        if isinstance(answer, Action) and answer.digest_s:
            order, parcels = around[_key(happening)]
            if len(parcels) + waits_for_word(happening) > 1:
                found.add(_key(happening))
            elif answer.joins and own_address(order.order):
                alone[_key(happening)] = order
    wanted = [order for key, order in alone.items() if key not in found]
    return found | await orders.accompanied(tx, wanted) if wanted else found


def _how_far(parcels: Sequence[KeptShipment]) -> str:
    count = arrived(parcels)
    return f"{count.there} of the order's {count.total} parcels are there"


def _join(
    due: dict[_Together, Due], order: KeptOrder, parcels: list[KeptShipment], action: Action, told: Decision, case: Case | None
) -> None:
    """Put an action with those that one message tells: the same words about the same kind of moment of one order, and of one case."""
    key = (told.merchant_id, order.order_id, action.change.trigger, action.template, case.case_id if case else 0)
    due.setdefault(key, Due(merchant_id=told.merchant_id, order=order, parcels=parcels, case=case)).actions.append((action, told))


async def settle(tx: Tx, composed: Composed, waiting: list[Waiting], skips: Counter[tuple[int, str, str]]) -> None:
    """Let what was put off wait, and count what was skipped."""
    waiting += composed.waiting
    if waiting:
        await decisions.wait(tx, waiting)
    skips.update(composed.skips)


def _ask(merchant_id: int, change: Change, order: KeptOrder, folded: Folded | None, directory: Directory, now: datetime) -> Action | Skip:
    tenant = directory.tenant(merchant_id)
    return ask_journeys(change, order.order, folded, tenant.journeys, now) if tenant else Skip.NO_CHANNEL


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
    completed = await completed_among(tx, [(m, order_id or 0, action.change) for m, order_id, action in claimed])
    its_case = await cases_of(tx, [(m, action.change) for m, _, action in claimed])
    known = await orders.read(tx, keys)
    parcels = await shipments.of_orders(tx, keys)
    due: dict[_Together, Due] = {}
    made: list[Decision] = []
    untrue: list[Decision] = []
    skips: Counter[tuple[int, str, str]] = Counter()
    for merchant_id, order_id, action in claimed:
        decision = Decision(merchant_id=merchant_id, change=action.change, order_id=order_id, outcome="waiting")
        key = (merchant_id, order_id or 0)
        kept, mine = known.get(key), parcels.get(key, [])
        case = case_in(its_case, merchant_id, action.change)
        answer = ask_again(merchant_id, action.change, kept, mine, directory, now, completed=key in completed, case=case)
        (made if answer else untrue).append(decision)
        if kept is not None and isinstance(answer, Action):
            _join(due, kept, mine, msgspec.structs.replace(answer, due_at=now), decision, case)
        else:
            decision.outcome = str(answer or Skip.SUPERSEDED)
            skips[merchant_id, action.change.trigger, decision.outcome] += 1
    composed = await compose(tx, list(due.values()), directory, now)
    await settle(tx, composed, [], skips)
    await decisions.settle(tx, made, now)
    if untrue:
        await decisions.withdraw(tx, [(decision.merchant_id, decision.why_key) for decision in untrue])
    if composed.messages:
        await messages.queue(tx, composed.messages)
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())
    return len(claimed)


async def completed_among(tx: Tx, told: Sequence[tuple[int, int, Change]]) -> set[_Key]:
    """Name the orders of which a part is to be told and the whole was decided about since; told: (merchant, order id, moment)."""
    parts = [(m, order_id, decisions.why_key(change)) for m, order_id, change in told if change.trigger == PARTLY]
    if not parts:
        return set()
    await orders.claim(tx, {part[:2] for part in parts})
    return await decisions.completed(tx, parts)


def ask_again(
    merchant_id: int,
    change: Change,
    order: KeptOrder | None,
    parcels: Sequence[KeptShipment],
    directory: Directory,
    now: datetime,
    *,
    completed: bool,
    case: Case | None,
) -> Action | Skip | None:
    """Ask about what waited as things stand now: overtaken, its order cancelled, too old, its journey switched off.

    `case` is the moment's own, where it is a case's. None: it is not so, and may come to pass yet; the decision about it is taken back.
    """
    if order is None:
        return Skip.NO_ORDER
    if is_overtaken(change, parcels, completed=completed) or has_moved_on(change, case):
        return Skip.SUPERSEDED
    if was_untrue(change, parcels):
        return None
    own = own_of(change, parcels)
    return _ask(merchant_id, change, order, own.folded if own else None, directory, now)
