"""What is said with one address on one channel: who it is, what it is about, when they wrote last, what came."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from doorstep.domain.messages import Reply
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import reply_files
from doorstep.store.database import Row, Tx
from doorstep.store.message_rows import HUSHED


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation as kept."""

    conversation_id: int
    channel: ChannelKind
    address: str
    customer_id: int | None
    order_id: int | None
    last_in_at: datetime | None
    asked_at: datetime | None
    asked: int
    open: bool


_COLUMNS = "conversation_id, channel, address, customer_id, order_id, last_in_at, asked_at, asked, open"
# Find or begin the conversation with an address, and hold it until this transaction ends: replies of one person are taken one by one.
_HOLD = f"""
insert into conversation (merchant_id, channel, address, connection_id, opened_at) values ($1, $2, $3, $4, $5)
on conflict (merchant_id, channel, address) do update set connection_id = excluded.connection_id
returning {_COLUMNS}
"""
_HEARD = """
update conversation set last_in_at = greatest(coalesce(last_in_at, $3), $3), customer_id = $4, order_id = $5
where merchant_id = $1 and conversation_id = $2
"""
_ASKED = "update conversation set asked_at = $3, asked = asked + 1 where merchant_id = $1 and conversation_id = $2"
_OPEN = "update conversation set open = $3 where merchant_id = $1 and conversation_id = $2 returning conversation_id"
# The same, held for this transaction: two who answer at once answer one after the other.
_LOCK = f"select {_COLUMNS}, connection_id, opened_at from conversation where merchant_id = $1 and conversation_id = $2 for update"
_ONE = f"select {_COLUMNS}, connection_id, opened_at from conversation where merchant_id = $1 and conversation_id = $2"
# Conversations, those first in which the customer wrote last, before one of them; with the newest word and the order's number. Open ones and
# all have a text of their own each, so that the planner may use the index of the open ones.
_LISTED = """
select c.conversation_id, c.channel, c.address, c.customer_id, c.order_id, c.last_in_at, c.open, o.number, w.text, w.sender_name, w.keyword, w.choice
from (
    select * from conversation where merchant_id = $1 and last_in_at is not null and (last_in_at, conversation_id) < ($2, $3)%s
    order by last_in_at desc, conversation_id desc limit $4
) c left join orders o using (merchant_id, order_id) left join lateral (
    select left(text, 300) as text, sender_name, keyword, choice from reply r
    where r.merchant_id = $1 and r.conversation_id = c.conversation_id order by r.reply_id desc limit 1
) w on true order by c.last_in_at desc, c.conversation_id desc
"""
_PAGES = {True: _LISTED % " and open", False: _LISTED % ""}
_OF_CUSTOMER = f"select {_COLUMNS}, opened_at from conversation where merchant_id = $1 and customer_id = $2 order by last_in_at desc nulls last limit 50"
# When did these write last?
_LAST_IN = """
select c.merchant_id, c.channel, c.address, c.last_in_at from unnest($1::bigint[], $2::text[], $3::text[]) as k (merchant_id, channel, address)
join conversation c on c.merchant_id = k.merchant_id and c.channel = k.channel and c.address = k.address
where c.last_in_at is not null
"""
# Keep a reply, and note in its conversation that the customer wrote, who it is and what it is about.
_KEEP = """
with kept as (
    insert into reply (merchant_id, connection_id, provider_id, channel, sender, recipient, text, keyword, received_at, conversation_id, message_id,
        order_id, choice, bound, sender_name, quoted, place)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::json) on conflict do nothing returning reply_id
), heard as (
    update conversation set last_in_at = greatest(coalesce(last_in_at, $9), $9), customer_id = $18, order_id = $19, open = open or $20
    where merchant_id = $1 and conversation_id = $10
)
select reply_id from kept
"""
_BEFORE = """
select exists (select from reply where merchant_id = $1 and connection_id = $2 and provider_id = $3) as known,
    exists (select from handover where merchant_id = $1 and conversation_id = $4) as handed
"""
# How much came in a conversation since then, no more than $4 of it.
_SINCE = """
select count(*) from (
    select from reply where merchant_id = $1 and conversation_id = $2 and received_at > $3 order by reply_id desc limit $4
) lately
"""
_OF_REPLY = "select conversation_id from reply where merchant_id = $1 and reply_id = $2"
_REPLIES = """
select reply_id, channel, sender, sender_name, text, quoted, keyword, choice, message_id, order_id, bound, place, received_at, provider_id,
    array(select f.name from reply_file f where f.merchant_id = r.merchant_id and f.reply_id = r.reply_id order by f.position) as files
from reply r where merchant_id = $1 and conversation_id = $2 order by reply_id desc limit $3
"""
# What we sent to an address on a channel lately, newest first.
_LATELY = """
select message_id, order_id, template, trigger, created_at, extras from message
where merchant_id = $1 and recipient = $2 and channel = $3 and created_at > $4 and month >= date_trunc('month', $4 at time zone 'UTC')::date
  and state not in ('refused', 'cancelled')
order by created_at desc limit 20
"""
_TOLD = f"""
select message_id, created_at, channel, subject, {HUSHED} as text, state, template, trigger, extras, why from message
where merchant_id = $1 and recipient = $2 and channel = $3 and created_at > $4 and month >= date_trunc('month', $4 at time zone 'UTC')::date
order by created_at desc limit $5
"""
# The newest answer that somebody wrote by hand to an address.
_LAST_BY_HAND = """
select message_id, created_at, why from message
where merchant_id = $1 and recipient = $2 and channel = $3 and created_at > $4 and month >= date_trunc('month', $4 at time zone 'UTC')::date
  and trigger = 'reply.answer' order by created_at desc, message_id desc limit 1
"""

#: Characters kept of what somebody wrote, and of what they quoted.
_LONGEST, _LONGEST_QUOTE = 20_000, 20_000


async def hold(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, connection_id: int, now: datetime) -> Conversation:
    """Find or begin the conversation with an address, and hold it until this transaction ends."""
    rows = await tx.fetch(_HOLD, merchant_id, channel, address, connection_id, now)
    return _read(rows[0])


def _read(row: Row) -> Conversation:
    return Conversation(
        conversation_id=row["conversation_id"],
        channel=ChannelKind(row["channel"]),
        address=row["address"],
        customer_id=row["customer_id"],
        order_id=row["order_id"],
        last_in_at=row["last_in_at"],
        asked_at=row["asked_at"],
        asked=row["asked"],
        open=row["open"],
    )


async def heard(tx: Tx, merchant_id: int, conversation_id: int, at: datetime, *, customer_id: int | None, order_id: int | None) -> None:
    """Note that the customer wrote, who it turned out to be and what it is about."""
    await tx.execute(_HEARD, merchant_id, conversation_id, at, customer_id, order_id)


async def asked(tx: Tx, merchant_id: int, conversation_id: int, now: datetime) -> None:
    """Note that we asked who this is."""
    await tx.execute(_ASKED, merchant_id, conversation_id, now)


async def set_open(tx: Tx, merchant_id: int, conversation_id: int, *, is_open: bool) -> bool:
    """Say whether a human has to look; False: there is no such conversation."""
    return await tx.fetchval(_OPEN, merchant_id, conversation_id, is_open) is not None


async def before(tx: Tx, merchant_id: int, conversation_id: int, connection_id: int, provider_id: str) -> tuple[bool, bool]:
    """Tell whether a reply was kept before, and whether a human was ever asked for in its conversation."""
    row = await tx.fetchrow(_BEFORE, merchant_id, connection_id, provider_id, conversation_id)
    return (row["known"], row["handed"]) if row else (False, False)


async def keep(  # noqa: PLR0913 - what a reply is bound to
    tx: Tx,
    merchant_id: int,
    connection_id: int,
    reply: Reply,
    *,
    conversation_id: int,
    keyword: str,
    choice: str,
    message_id: UUID | None,
    order_id: int | None,
    bound: str,
    customer_id: int | None,
    about: int | None,
    for_human: bool = False,
    now: datetime,
) -> int | None:
    """Write a reply down with its files; None: it was kept before.

    `customer_id` wrote it, `about` is the order that the conversation is about from now on, `for_human`: somebody has to look.
    """
    place = msgspec.json.encode(reply.location).decode() if reply.location else None
    reply_id: int | None = await tx.fetchval(
        _KEEP,
        merchant_id,
        connection_id,
        reply.provider_id,
        reply.channel,
        reply.sender,
        reply.to,
        reply.text[:_LONGEST],
        keyword,
        reply.at or now,
        conversation_id,
        message_id,
        order_id,
        choice[:200],
        bound[:300],
        reply.sender_name[:200],
        reply.quoted[:_LONGEST_QUOTE],
        place,
        customer_id,
        about,
        for_human,
    )
    if reply_id is not None:
        await reply_files.keep(tx, merchant_id, reply_id, reply.attachments, now)
    return reply_id


async def came_since(tx: Tx, merchant_id: int, conversation_id: int, since: datetime, most: int) -> int:
    """Count what came in a conversation since then, up to `most`."""
    times: int = await tx.fetchval(_SINCE, merchant_id, conversation_id, since, most)
    return times


async def last_in(tx: Tx, asked_about: Sequence[tuple[int, ChannelKind, str]]) -> dict[tuple[int, ChannelKind, str], datetime]:
    """Tell when these (merchant, channel, address) wrote last; who never did is left out."""
    rows = await tx.fetch(_LAST_IN, [a[0] for a in asked_about], [a[1] for a in asked_about], [a[2] for a in asked_about])
    return {(row["merchant_id"], ChannelKind(row["channel"]), row["address"]): row["last_in_at"] for row in rows}


async def lately(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, since: datetime) -> list[Row]:
    """List `message_id, order_id, template, trigger, created_at, extras` of what went to an address since then, newest first."""
    return await tx.fetch(_LATELY, merchant_id, address, channel, since)


async def one(tx: Tx, merchant_id: int, conversation_id: int, *, lock: bool = False) -> Row | None:
    """Read a conversation with `connection_id` and `opened_at`; None: there is none."""
    return await tx.fetchrow(_LOCK if lock else _ONE, merchant_id, conversation_id)


async def read(tx: Tx, merchant_id: int, conversation_id: int) -> Conversation | None:
    """Read a conversation; None: there is none."""
    row = await tx.fetchrow(_ONE, merchant_id, conversation_id)
    return _read(row) if row else None


async def find(tx: Tx, merchant_id: int, conversation_id: int) -> Conversation | None:
    """Read a conversation as a value; None: there is none."""
    row = await tx.fetchrow(_ONE, merchant_id, conversation_id)
    return _read(row) if row else None


async def of_reply(tx: Tx, merchant_id: int, reply_id: int) -> int | None:
    """Tell in which conversation a reply came; None: there is no such reply, or it is in none."""
    conversation_id: int | None = await tx.fetchval(_OF_REPLY, merchant_id, reply_id)
    return conversation_id


async def page(tx: Tx, merchant_id: int, before: tuple[datetime, int], most: int, *, only_open: bool) -> list[Row]:
    """List conversations in which the customer wrote, newest word first, before (time, id).

    `conversation_id, channel, address, customer_id, order_id, last_in_at, open`, the order's `number`, and of the newest word
    `text, sender_name, keyword, choice`.
    """
    return await tx.fetch(_PAGES[only_open], merchant_id, *before, most)


async def of_customer(tx: Tx, merchant_id: int, customer_id: int) -> list[Row]:
    """List a customer's conversations, newest word first."""
    return await tx.fetch(_OF_CUSTOMER, merchant_id, customer_id)


async def replies(tx: Tx, merchant_id: int, conversation_id: int, most: int = 100) -> list[Row]:
    """List what came in a conversation, newest first."""
    return await tx.fetch(_REPLIES, merchant_id, conversation_id, most)


async def told(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, since: datetime, most: int = 100) -> list[Row]:
    """List what we said to an address on a channel since then, newest first."""
    return await tx.fetch(_TOLD, merchant_id, address, channel, since, most)


async def last_by_hand(tx: Tx, merchant_id: int, channel: ChannelKind, address: str, since: datetime) -> Row | None:
    """Read `message_id, created_at, why` of the newest answer that somebody wrote by hand since then; None: nobody did."""
    return await tx.fetchrow(_LAST_BY_HAND, merchant_id, address, channel, since)
