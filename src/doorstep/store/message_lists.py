"""What was written, to whom, and what came of it: lists of messages, one message, what an address was told."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.store.database import Row, Tx
from doorstep.store.message_rows import HUSHED, TEXTS
from doorstep.store.messages import month_of

# The messages about an order, newest first; digests of several orders by their ids and months.
_OF_ORDER = """
select message_id, created_at, channel, recipient, locale, purpose, template, trigger, subject, why, state, state_at, provider_code, provider_text, shipment_ids
from (
    select * from message where merchant_id = $1 and order_id = $2
    union all
    select * from message where merchant_id = $1 and order_id is null and message_id = any($3::uuid[]) and month = any($4::date[])
) told order by created_at desc limit 200
"""
# The messages that tell what was decided about an order.
_TOLD_OF = "select distinct message_id from decision where merchant_id = $1 and order_id = $2 and message_id is not null"
# A merchant's messages, newest first, older than one of them: all, or those of a state. Each state has a text of its own, so that the
# planner may use the index of the rare ones; what has not left yet is found through the outbox.
_LISTED = """
select m.message_id, m.created_at, m.channel, m.recipient, m.locale, m.purpose, m.template, m.trigger, m.subject, m.why, m.state, m.state_at,
       m.provider_code, m.provider_text, m.order_id, m.shipment_ids
"""
_PAGE = f"{_LISTED} from message m where m.merchant_id = $1 and m.month <= $2 and (m.month, m.message_id) < ($2, $3)"
_NEWEST = " order by m.month desc, m.message_id desc limit $4"
_WAITING_PAGE = f"""
{_LISTED} from outbox o join message m using (merchant_id, month, message_id)
where o.merchant_id = $1 and o.month <= $2 and o.message_id < $3 and m.state = '%s' order by o.message_id desc limit $4
"""
_PAGES: dict[MessageState | None, str] = {
    None: _PAGE + _NEWEST,
    **{state: f"{_PAGE} and m.state = '{state}'{_NEWEST}" for state in MessageState},
    **{state: _WAITING_PAGE % state for state in (MessageState.QUEUED, MessageState.SENDING)},
}
#: Behind every message.
_LAST_ID = UUID(int=(1 << 128) - 1)
_RECIPIENT = """
select message_id, recipient, channel, connection_id, order_id, template, locale, created_at, extras from message
where merchant_id = $1 and month = $2 and message_id = $3
"""
# The text stands last, over the one of `m.*`.
_ONE = f"select m.*, {TEXTS}, {HUSHED} as text from message m where merchant_id = $1 and month = $2 and message_id = $3"
# How often addresses were told of one trigger since then.
_TIMES_TOLD = """
select recipient, count(*)::int as times from message
where merchant_id = $1 and recipient = any($2::text[]) and created_at > $4 and month >= date_trunc('month', $4 at time zone 'UTC')::date
  and trigger = $3
group by 1
"""
# Which of some triggers an address was told of last since then; the newest id is the newest message.
_LAST_TOLD = """
select trigger from message
where merchant_id = $1 and recipient = $2 and channel = $3 and created_at > $5
  and month >= date_trunc('month', $5 at time zone 'UTC')::date and trigger = any($4::text[])
order by created_at desc, message_id desc limit 1
"""
_ATTEMPTS = (
    "select attempt, started_at, ended_at, outcome, detail from send_attempt where merchant_id = $1 and message_id = $2 order by attempt"
)
_RECEIPTS = (
    "select state, provider_code, provider_text, remedy, machine, at from receipt where merchant_id = $1 and message_id = $2 order by at"
)


async def to_whom(tx: Tx, merchant_id: int, message_id: UUID) -> Row | None:
    """Tell to whom a message went and what it was: `recipient, channel, connection_id, order_id, template, locale, created_at, extras`."""
    return await tx.fetchrow(_RECIPIENT, merchant_id, month_of(message_id), message_id)


async def times_told(tx: Tx, merchant_id: int, addresses: Sequence[str], trigger: str, since: datetime) -> dict[str, int]:
    """Count the messages of one trigger to each address since then; one that got none is left out."""
    return {row["recipient"]: row["times"] for row in await tx.fetch(_TIMES_TOLD, merchant_id, list(addresses), trigger, since)}


async def last_told(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, triggers: Sequence[str], since: datetime) -> str | None:
    """Name the trigger of the newest message to an address since then, of these triggers; None where there is none."""
    trigger: str | None = await tx.fetchval(_LAST_TOLD, merchant_id, address, channel, list(triggers), since)
    return trigger


async def of_order(tx: Tx, merchant_id: int, order_id: int) -> list[Row]:
    """List an order's messages, newest first, with those that told of other orders too."""
    told = [row["message_id"] for row in await tx.fetch(_TOLD_OF, merchant_id, order_id)]
    return await tx.fetch(_OF_ORDER, merchant_id, order_id, told, sorted({month_of(one) for one in told}))


async def page(tx: Tx, merchant_id: int, *, before: UUID | None = None, most: int = 50, state: str | None = None) -> list[Row]:
    """List messages, newest first, older than the id `before`; `state` is a `MessageState`, None for all.

    Raises:
        KeyError: there is no such state.
    """
    month = month_of(before) if before else date.max
    return await tx.fetch(_PAGES[MessageState(state) if state else None], merchant_id, month, before or _LAST_ID, most)


async def one(tx: Tx, merchant_id: int, message_id: UUID) -> tuple[Row, list[Row], list[Row]] | None:
    """Read a message with its attempts and receipts."""
    row = await tx.fetchrow(_ONE, merchant_id, month_of(message_id), message_id)
    if row is None:
        return None
    return row, await tx.fetch(_ATTEMPTS, merchant_id, message_id), await tx.fetch(_RECEIPTS, merchant_id, message_id)
