"""Messages that failed, or of which nothing was heard in time → the same told on the next channel, each once."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.vocabulary import MessageState
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
_ARRIVED = frozenset({MessageState.REACHED, MessageState.READ, MessageState.CLICKED, MessageState.REPLIED, MessageState.COMPLAINED})


async def fall_back(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Take up what is due; return how many there were."""
    claimed = await fallbacks.claim(tx, now, most)
    due = [one for one in claimed if not one.over and one.state not in _ARRIVED and one.standby.tries < MOST_TRIES]
    if not due:
        return len(claimed)
    keys = list({(one.merchant_id, one.order_id) for one in due})
    known, parcels = await orders.read(tx, keys), await shipments.of_orders(tx, keys)
    skips: Counter[tuple[int, str, str]] = Counter()
    for one in due:
        key = (one.merchant_id, one.order_id)
        await _fall_back(tx, one, known.get(key), parcels.get(key, []), directory, skips, now)
    if skips:
        await decisions.count_skips(tx, skips, now.astimezone(UTC).date())
    return len(claimed)


async def _fall_back(
    tx: Tx,
    behind: Behind,
    order: KeptOrder | None,
    parcels: Sequence[KeptShipment],
    directory: Directory,
    skips: Counter[tuple[int, str, str]],
    now: datetime,
) -> None:
    if not await messages.withdraw(tx, behind.merchant_id, behind.message_id, "another channel was tried instead", now):
        await _later(tx, behind, now + _SOON, now)
        return
    told = [(behind.merchant_id, behind.order_id, action.change) for action in behind.standby.actions]
    made = _due(behind, order, parcels, directory, now, completed=bool(await completed_among(tx, told)))
    if made is None:
        return
    composed = await compose(tx, [made], directory, now)
    if composed.waiting:
        await _later(tx, behind, composed.waiting[0][3], now)
        return
    skips.update(composed.skips)
    if composed.messages:
        await decisions.settle(tx, [decision for _, decision in made.actions], now)
        await messages.queue(tx, composed.messages)


def _due(
    behind: Behind, order: KeptOrder | None, parcels: Sequence[KeptShipment], directory: Directory, now: datetime, *, completed: bool
) -> Due | None:
    """Put together what is still worth telling; None: nothing is."""
    if order is None:
        return None
    actions: list[tuple[Action, Decision]] = []
    for action in behind.standby.actions:
        answer = ask_again(behind.merchant_id, action.change, order, parcels, directory, now, completed=completed)
        if isinstance(answer, Action):
            decision = Decision(merchant_id=behind.merchant_id, change=action.change, order_id=behind.order_id, outcome="waiting")
            actions.append((msgspec.structs.replace(answer, due_at=now), decision))
    if not actions:
        return None
    why = behind.why or "nothing was heard of it in time"
    return Due(
        merchant_id=behind.merchant_id,
        order=order,
        parcels=list(parcels),
        actions=actions,
        avoid=frozenset(behind.standby.tried),
        instead=f"; {behind.channel} came first: {why}",
        tries=behind.standby.tries + 1,
    )


async def _later(tx: Tx, behind: Behind, until: datetime, now: datetime) -> None:
    again = msgspec.structs.replace(behind.standby, due_at=until)
    message_id = str(behind.message_id)
    await fallbacks.stand_by(tx, [(behind.merchant_id, message_id, month_of(behind.message_id), behind.order_id, again)], now)
