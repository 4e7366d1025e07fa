"""What talks let customers expect ↔ rows: waiting for their next look, told or dropped once, with what the customer chose then."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from doorstep.domain.talking.following import Outcome, PromiseKind
from doorstep.store.database import Row, Tx

# Wait for a promise; promised again while it waits, the newest word counts.
_ADD = """
insert into follow_up (merchant_id, conversation_id, turn_id, kind, once, order_id, shipment_id, case_id, promised_on, made_at, due_at, state)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting')
on conflict (merchant_id, conversation_id, once) where state = 'waiting' do update
set turn_id = excluded.turn_id, promised_on = excluded.promised_on, made_at = excluded.made_at, due_at = excluded.due_at
"""
# Those whose look is due, held until this transaction ends.
_DUE = """
select merchant_id, follow_up_id, conversation_id, kind, order_id, shipment_id, case_id, promised_on, made_at from follow_up
where due_at <= $1 order by due_at limit $2 for update skip locked
"""
_AGAIN = "update follow_up set due_at = $3 where merchant_id = $1 and follow_up_id = $2"
_END = """
update follow_up set state = case when $4::uuid is null then 'dropped' else 'told' end, outcome = $3, message_id = $4, ended_at = $5, due_at = null
where merchant_id = $1 and follow_up_id = $2
"""
# What the customer chose below it; the first counts.
_ANSWERED = "update follow_up set answer = $3 where merchant_id = $1 and message_id = $2 and answer = ''"
# Whether a message of a journey about the order, made since then, told one of these.
_TOLD = """
select exists (
    select from message where order_id = $2 and merchant_id = $1 and created_at >= $3 and trigger = any($4::text[])
        and state not in ('cancelled', 'refused', 'bounced')
)
"""


class NewFollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """A promise to be looked at."""

    conversation_id: int
    turn_id: int
    kind: PromiseKind
    once: str
    order_id: int
    shipment_id: int | None = None
    case_id: int | None = None
    promised_on: date | None = None
    made_at: datetime
    due_at: datetime


async def add(tx: Tx, merchant_id: int, one: NewFollowUp) -> None:
    """Have a promise looked at later."""
    await tx.execute(
        _ADD,
        merchant_id,
        one.conversation_id,
        one.turn_id,
        one.kind,
        one.once,
        one.order_id,
        one.shipment_id,
        one.case_id,
        one.promised_on,
        one.made_at,
        one.due_at,
    )


async def due(tx: Tx, now: datetime, most: int) -> Sequence[Row]:
    """Take the promises of all merchants whose look is due, until this transaction ends."""
    return await tx.fetch(_DUE, now, most)


async def again(tx: Tx, merchant_id: int, follow_up_id: int, due_at: datetime) -> None:
    """Look again later."""
    await tx.execute(_AGAIN, merchant_id, follow_up_id, due_at)


async def end(tx: Tx, merchant_id: int, follow_up_id: int, outcome: Outcome, message_id: UUID | None, now: datetime) -> None:
    """End one: told by a message, or dropped."""
    await tx.execute(_END, merchant_id, follow_up_id, outcome, message_id, now)


async def answered(tx: Tx, merchant_id: int, message_id: UUID, choice: str) -> None:
    """Note what the customer chose below the message, if it was one of these."""
    await tx.execute(_ANSWERED, merchant_id, message_id, choice)


async def told_since(tx: Tx, merchant_id: int, order_id: int, since: datetime, triggers: Sequence[str]) -> bool:
    """Tell whether a message about the order with one of these triggers was made since then."""
    found: bool = await tx.fetchval(_TOLD, merchant_id, order_id, since, triggers)
    return found
