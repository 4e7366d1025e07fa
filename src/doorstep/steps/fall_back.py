"""Messages that failed, or of which nothing was heard in time → the same told on the next channel, each once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.messages import Action
from doorstep.domain.vocabulary import MessageState, Skip
from doorstep.steps.case_news import case_in, cases_of
from doorstep.steps.compose import Due, compose
from doorstep.steps.decide import ask_again, completed_among
from doorstep.steps.directory import Directory
from doorstep.store import decisions, fallbacks, messages, orders, shipments
from doorstep.store.database import Tx
from doorstep.store.decisions import Decision
from doorstep.store.fallbacks import MOST_TRIES, Behind
from doorstep.store.messages import month_of
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: A message that a worker is sending this very moment is looked at again after this.
_SOON = timedelta(minutes=2)


class _Around(msgspec.Struct, frozen=True):
    """Orders and their parcels as they stand now, by (merchant, order id)."""

    orders: dict[tuple[int, int], KeptOrder]
    parcels: dict[tuple[int, int], list[KeptShipment]]


_ARRIVED = frozenset({MessageState.REACHED, MessageState.READ, MessageState.CLICKED, MessageState.REPLIED, MessageState.COMPLAINED})


async def fall_back(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Take up what is due; return how many there were."""
    claimed = await fallbacks.claim(tx, now, most)
    due = [one for one in claimed if not one.over and one.state not in _ARRIVED and one.standby.tries < MOST_TRIES]
    if not due:
        return len(claimed)
    keys = list({(one.merchant_id, order_id) for one in due for order_id, _ in _told_by(one)})
    around = _Around(await orders.read(tx, keys), await shipments.of_orders(tx, keys))
    skips: Counter[tuple[int, str, str]] = Counter()
    for one in due:
        await _fall_back(tx, one, around, directory, skips, now)
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())
    return len(claimed)


async def _fall_back(
    tx: Tx, behind: Behind, around: _Around, directory: Directory, skips: Counter[tuple[int, str, str]], now: datetime
) -> None:
    if not await messages.withdraw(tx, behind.merchant_id, behind.message_id, "another channel was tried instead", now):
        await _later(tx, behind, _told_by(behind), now + _SOON, now)
        return
    told = [(behind.merchant_id, order_id, action.change) for order_id, action in _told_by(behind)]
    cases = await cases_of(tx, [(merchant_id, change) for merchant_id, _, change in told])
    made = _due(behind, around, directory, skips, now, await completed_among(tx, told), cases)
    composed = await compose(tx, made, directory, now)
    if composed.waiting:
        rest = [(one.order_id or 0, one.action) for one in composed.waiting]
        await _later(tx, behind, rest, composed.waiting[0].until, now)
    skips.update(composed.skips)
    if composed.messages:
        settled = [decision for one in made for _, decision in one.actions if decision.outcome != "waiting"]
        await decisions.settle(tx, settled, now)
        await messages.queue(tx, composed.messages)


def _told_by(behind: Behind) -> list[tuple[int, Action]]:
    """List what a message told: the order of each action."""
    standby = behind.standby
    return list(zip(standby.orders or [behind.order_id] * len(standby.actions), standby.actions, strict=True))


def _due(
    behind: Behind,
    around: _Around,
    directory: Directory,
    skips: Counter[tuple[int, str, str]],
    now: datetime,
    completed: Collection[tuple[int, int]],
    cases: Mapping[tuple[int, int], Case],
) -> list[Due]:
    """Put together what is still worth telling; count why the rest is not."""
    found: dict[tuple[int, str, str, int], Due] = {}
    why = behind.why or "nothing was heard of it in time"
    for order_id, action in _told_by(behind):
        key = (behind.merchant_id, order_id)
        order, parcels = around.orders.get(key), around.parcels.get(key, [])
        case = case_in(cases, behind.merchant_id, action.change)
        answer = ask_again(behind.merchant_id, action.change, order, parcels, directory, now, completed=key in completed, case=case)
        if order is not None and isinstance(answer, Action):
            due = Due(
                merchant_id=behind.merchant_id,
                order=order,
                parcels=list(parcels),
                case=case,
                avoid=frozenset(behind.standby.tried),
                instead=f"; {behind.channel} came first: {why}",
                tries=behind.standby.tries + 1,
            )
            decision = Decision(merchant_id=behind.merchant_id, change=action.change, order_id=order_id, outcome="waiting")
            found.setdefault((order_id, action.change.trigger, answer.template, case.case_id if case else 0), due).actions.append(
                (msgspec.structs.replace(answer, due_at=now), decision)
            )
        else:
            skips[behind.merchant_id, action.change.trigger, str(answer or Skip.SUPERSEDED)] += 1
    return list(found.values())


async def _later(tx: Tx, behind: Behind, told: Sequence[tuple[int, Action]], until: datetime, now: datetime) -> None:
    """Let what a message told (or the rest of it) stand behind it until then."""
    again = msgspec.structs.replace(
        behind.standby, actions=tuple(action for _, action in told), orders=tuple(order_id for order_id, _ in told), due_at=until
    )
    message_id = str(behind.message_id)
    await fallbacks.stand_by(tx, [(behind.merchant_id, message_id, month_of(behind.message_id), behind.order_id, again)], now)
