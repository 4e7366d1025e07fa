"""Messages into the outbox, out of it under a lease, with a ledger row before and after each call; states move forward only."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from doorstep.domain.messages import Message, Receipt
from doorstep.domain.vocabulary import MessageState
from doorstep.store.database import Row, Tx
from doorstep.store.extras import packed_extras
from doorstep.store.fallbacks import Standby, stand_by
from doorstep.store.frames import frame_id, frames_of, keep_frames, packed
from doorstep.store.message_rows import COLUMNS, read_message
from doorstep.store.short_links import ShortLink, keep


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be queued, with what led to it."""

    message: Message
    connection_id: int
    template: str
    trigger: str
    why_key: bytes
    #: None: none, or several.
    order_id: int | None
    shipment_ids: tuple[int, ...]
    #: Why this, why this channel, why now.
    why: str
    due_at: datetime
    #: What is tried should this fail, or nothing be heard of it; None: nothing.
    standby: Standby | None = None
    #: The short links that stand in it.
    links: tuple[ShortLink, ...] = ()


class Leased(msgspec.Struct, frozen=True, kw_only=True):
    """A message a worker is about to send."""

    message: Message
    connection_id: int
    month: date
    #: The number of this try; it names the lease.
    attempt: int
    #: A receipt left open whether an earlier try went through.
    unknown: bool = False
    #: The order it is about; None: none.
    order_id: int | None = None
    #: What it tells of, and by which template.
    trigger: str = ""
    template: str = ""
    #: The shipments it tells of, of several orders where `order_id` is None.
    shipment_ids: tuple[int, ...] = ()


def month_of(message_id: UUID) -> date:
    """The month in a version 7 id's own clock."""
    return _month_at(message_id.int >> 80)


@lru_cache(maxsize=256)
def _month_at(stamp_ms: int) -> date:
    """The messages of a batch share their stamp."""
    return datetime.fromtimestamp(stamp_ms / 1000, UTC).date().replace(day=1)


# Queue messages and line them up for sending.
_QUEUE = """
with new as materialized (select * from unnest($1::outgoing_row[])), kept as (
    insert into message (merchant_id, message_id, month, created_at, channel, connection_id, recipient, recipient_name, locale, purpose, topic,
        template, trigger, why_key, order_id, shipment_ids, subject, text, html, frame_id, body, reply_to, unsubscribe_url, why, extras, state_at)
    select merchant_id, message_id, month, created_at, channel, connection_id, recipient, recipient_name, locale, purpose, topic,
        template, trigger, why_key, order_id, shipment_ids, subject, text, html, frame_id, body, reply_to, unsubscribe_url, why, extras, created_at
    from new
)
insert into outbox (merchant_id, message_id, month, connection_id, due_at)
select merchant_id, message_id, month, connection_id, due_at from new
"""

# Lease places in the line that are due, an even share per connection, and write down that a call is about to be made. Where more
# connections wait than there are places, one each, beginning after the one served last; as in `inbox`.
_LEASE = """
with recursive ring (connection_id, due_at, wrapped, began) as (
    select last_value, null::timestamptz, false, last_value from outbox_turn_taken
    union all
    select next.*, r.began from ring r cross join lateral (
        (select connection_id, due_at, r.wrapped from outbox where lease_until is null and connection_id > r.connection_id
         order by connection_id, due_at limit 1)
        union all
        (select connection_id, due_at, true from outbox where lease_until is null and not r.wrapped order by connection_id, due_at limit 1)
        limit 1
    ) next where not next.wrapped or next.connection_id <= r.began
), turns as materialized (
    select connection_id, row_number() over () as place from ring where due_at <= $1 and connection_id <> all($4::bigint[]) limit $2::int + 1
), due as materialized (
    select d.row from turns t cross join lateral (
        select ctid as row from outbox where connection_id = t.connection_id and due_at <= $1 and lease_until is null
        order by due_at limit least($5::int, greatest(1, $2::int / (select count(*) from turns)))
        for update skip locked
    ) d limit $2::int
), served as materialized (
    select setval('outbox_turn_taken', connection_id) from turns where place = $2::int and (select count(*) from turns) > $2::int
), leased as (
    update outbox o set lease_until = $3, attempts = o.attempts + 1
    where o.ctid = any(array(select row from due))
    returning o.merchant_id, o.message_id, o.month, o.connection_id, o.attempts
), ledger as (
    insert into send_attempt (merchant_id, message_id, attempt, started_at) select merchant_id, message_id, attempts, $1 from leased
    on conflict do nothing
)
select merchant_id, message_id, month, connection_id, attempts, (select count(*) from served) as turned from leased
"""
# Read what is leased and say that it is being sent. The months are named twice: by the list PostgreSQL leaves the others out of its plan,
# which with a year's and more took longer than everything else.
_SENDING = f"""
update message m set state = case when m.rank <= 1 then 'sending' else m.state end, rank = greatest(m.rank, 1), state_at = $1
from unnest($2::bigint[], $3::date[], $4::uuid[]) as k (merchant_id, month, message_id)
where m.merchant_id = k.merchant_id and m.month = k.month and m.message_id = k.message_id and m.rank <= 2 and m.month = any($5::date[])
returning {COLUMNS}, m.rank, m.order_id, m.trigger, m.template, m.shipment_ids
"""

# Write a call's outcome down: the ledger, the state if it moves forward, and the outbox row away (or back for later). A lease is
# ended under its own number only; every transaction locks the outbox row before the message.
_END_ATTEMPT = (
    "update send_attempt set ended_at = $4, outcome = $5, detail = $6 where merchant_id = $1 and message_id = $2 and attempt = $3"
)
_FORWARD = """
update message set state = $4, rank = $5, state_at = $6, provider_id = coalesce($7, provider_id), provider_code = $8, provider_text = $9
where merchant_id = $1 and month = $2 and message_id = $3 and rank < $5
returning merchant_id
"""
_END_LEASE = (
    "delete from outbox where merchant_id = $1 and message_id = $2 and attempts = $3 and lease_until is not null returning attempts"
)
_LATER = """
update outbox set lease_until = null, due_at = $4 where merchant_id = $1 and message_id = $2 and attempts = $3 and lease_until is not null
returning attempts
"""
_BACK_TO_QUEUE = """
update message set state = 'queued', rank = 0, state_at = $4, provider_text = $5
where merchant_id = $1 and month = $2 and message_id = $3 and rank <= 1 returning rank
"""
# The same of many calls at once: leases and ledger, then messages, always in the same order.
_END_CALLS = """
with ours as (
    delete from outbox o using unnest($1::bigint[], $2::uuid[], $3::int[]) as k (merchant_id, message_id, attempts)
    where o.merchant_id = k.merchant_id and o.message_id = k.message_id and o.attempts = k.attempts and o.lease_until is not null
    returning o.merchant_id, o.message_id
), ledger as (
    update send_attempt a set ended_at = $6, outcome = k.outcome, detail = k.detail
    from unnest($1::bigint[], $2::uuid[], $3::int[], $4::text[], $5::text[]) as k (merchant_id, message_id, attempt, outcome, detail)
    where a.merchant_id = k.merchant_id and a.message_id = k.message_id and a.attempt = k.attempt
)
select merchant_id, message_id from ours
"""
_FORWARD_ALL = """
update message m set state = k.state, rank = k.rank, state_at = k.at, provider_id = coalesce(k.provider_id, m.provider_id),
    provider_code = k.code, provider_text = k.text
from unnest($1::bigint[], $2::date[], $3::uuid[], $4::text[], $5::smallint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[])
    as k (merchant_id, month, message_id, state, rank, at, provider_id, code, text)
where m.merchant_id = k.merchant_id and m.month = k.month and m.message_id = k.message_id and m.rank < k.rank and m.month = any($10::date[])
"""
# Is the message with the provider, or ended? Then it need not leave any more.
_DONE = "select rank >= 3 from message where merchant_id = $1 and month = $2 and message_id = $3"
# Lock the place in the line; take it away while nobody holds the lease.
_PLACE = "select lease_until is null as free from outbox where merchant_id = $1 and message_id = $2 for update"
_LEAVE = "delete from outbox where merchant_id = $1 and message_id = $2"

# Leases that ran out: a worker died while it was sending, and nobody knows whether the message left.
_LOST = """
select o.merchant_id, o.message_id, o.month, o.connection_id, o.attempts, m.channel, m.topic from outbox o
join message m using (merchant_id, month, message_id)
where o.lease_until < $1 limit 500 for update of o skip locked
"""

_WAITING = "select count(*) as waiting, extract(epoch from $1 - min(due_at)) as oldest_s from (select due_at from outbox limit 100000) o"


async def queue(tx: Tx, new: Sequence[NewMessage]) -> None:
    """Write messages down as queued and line them up for sending."""
    await keep_frames(tx, [n.message for n in new])
    await tx.execute(_QUEUE, [_row(n) for n in new])
    behind = [
        (n.message.merchant_id, n.message.message_id, month_of(UUID(n.message.message_id)), order_id, n.standby)
        for n in new
        if n.standby is not None and (order_id := n.order_id or next(iter(n.standby.orders), None)) is not None
    ]
    if behind:
        await stand_by(tx, behind, new[0].message.created_at)
    if linked := [(n.message.merchant_id, n.message.message_id, month_of(UUID(n.message.message_id)), one) for n in new for one in n.links]:
        await keep(tx, linked, new[0].message.created_at)


def _row(new: NewMessage) -> tuple[object, ...]:
    message = new.message
    content = message.content
    return (
        message.merchant_id,
        message.message_id,
        _month_at(int(message.message_id[:13].replace("-", ""), 16)),
        message.created_at,
        message.channel,
        new.connection_id,
        message.to,
        message.to_name,
        message.locale,
        message.purpose,
        message.topic,
        new.template,
        new.trigger,
        new.why_key,
        new.order_id,
        new.shipment_ids,
        content.subject,
        content.text,
        packed(content),
        frame_id(content.pieced.frame) if content.pieced else None,
        message.body,
        message.reply_to,
        message.unsubscribe_url,
        new.why,
        packed_extras(message),
        new.due_at,
    )


async def lease(tx: Tx, now: datetime, until: datetime, most: int, resting: Sequence[int] = (), each: int | None = None) -> list[Leased]:
    """Lease up to `most` due messages until `until`, of one connection at most `each`; connections in `resting` are left out.

    Commit before calling anybody.
    """
    places = {(row[0], row[1]): row for row in await tx.fetch(_LEASE, now, most, until, list(resting), most if each is None else each)}
    if not places:
        return []
    merchants, ids, months, _, _, _ = zip(*places.values(), strict=True)
    rows = await tx.fetch(_SENDING, now, merchants, months, ids, sorted(set(months)))
    frames = await frames_of(tx, {(row["merchant_id"], row["frame_id"]) for row in rows if row["frame_id"]})
    return [
        Leased(
            message=read_message(row, frames.get((row["merchant_id"], row["frame_id"]))),
            connection_id=place["connection_id"],
            month=row["month"],
            attempt=place["attempts"],
            unknown=row["rank"] == MessageState.UNKNOWN.rank,
            order_id=row["order_id"],
            trigger=row["trigger"],
            template=row["template"],
            shipment_ids=tuple(row["shipment_ids"]),
        )
        for row in rows
        for place in (places[row["merchant_id"], row["message_id"]],)
    ]


async def finish(tx: Tx, leased: Leased, receipt: Receipt, now: datetime) -> None:
    """Write down how a call ended; the message leaves the outbox.

    One who comes after the lease was lost leaves the lease of the next alone; what the provider has taken waits for no other try.
    """
    await finish_all(tx, [(leased, receipt)], now)


async def finish_all(tx: Tx, ended: Sequence[tuple[Leased, Receipt]], now: datetime) -> None:
    """Write down how calls ended, as `finish` does of one."""
    if not ended:
        return
    ended = sorted(ended, key=lambda one: (one[0].message.merchant_id, one[0].message.message_id))
    merchants = [leased.message.merchant_id for leased, _ in ended]
    ids = [UUID(leased.message.message_id) for leased, _ in ended]
    attempts = [leased.attempt for leased, _ in ended]
    said = [receipt for _, receipt in ended]
    states, texts = [one.state for one in said], [one.provider_text[:500] for one in said]
    ours = {(row[0], row[1]) for row in await tx.fetch(_END_CALLS, merchants, ids, attempts, states, texts, now)}
    for key, receipt in zip(zip(merchants, ids, strict=True), said, strict=True):
        if key not in ours and is_over(receipt):
            await leave(tx, *key)
    months = [month_of(one) for one in ids]
    await tx.execute(
        _FORWARD_ALL,
        merchants,
        months,
        ids,
        states,
        [one.state.rank for one in said],
        [one.at or now for one in said],
        [one.provider_id for one in said],
        [one.provider_code[:100] for one in said],
        texts,
        sorted(set(months)),
    )


async def put_off(tx: Tx, leased: Leased, due_at: datetime, detail: str, now: datetime, outcome: str = "try_later") -> None:
    """Write down that a call came to nothing and may be made again at `due_at`; the ledger alone where the lease was lost.

    `outcome` is "misconfigured" where the settings or credentials were refused.
    """
    key = (leased.message.merchant_id, UUID(leased.message.message_id))
    await _put_back(tx, key, leased.attempt, due_at, detail, now)
    await tx.execute(_END_ATTEMPT, *key, leased.attempt, now, outcome, detail[:500])


async def _put_back(tx: Tx, key: tuple[int, UUID], attempt: int, due_at: datetime, detail: str, now: datetime) -> None:
    """End this lease and line the message up again, unless it needs no other try by now."""
    if await tx.fetchval(_LATER, *key, attempt, due_at) is None:
        return
    where = (key[0], month_of(key[1]), key[1])
    if await tx.fetchval(_BACK_TO_QUEUE, *where, now, detail[:500]) is None and await tx.fetchval(_DONE, *where):
        await tx.execute(_LEAVE, *key)


async def withdraw(tx: Tx, merchant_id: int, message_id: UUID, why: str, now: datetime) -> bool:
    """See to it that a message does not leave any more, if it has not yet; False: a worker is sending it this moment."""
    free = await tx.fetchval(_PLACE, merchant_id, message_id)
    if free is False:
        return False
    if free:
        await tx.execute(_LEAVE, merchant_id, message_id)
        await forward(
            tx, merchant_id, message_id, Receipt(message_id=None, provider_id=None, state=MessageState.CANCELLED, provider_text=why), now
        )
    return True


def is_over(receipt: Receipt) -> bool:
    """Tell whether the message need not leave (again) after this."""
    return receipt.state.rank >= MessageState.SENT.rank


async def leave(tx: Tx, merchant_id: int, message_id: UUID) -> None:
    """Take a message out of the line; one that a worker is sending goes when that lease ends."""
    if await tx.fetchval(_PLACE, merchant_id, message_id):
        await tx.execute(_LEAVE, merchant_id, message_id)


async def lost_leases(tx: Tx, now: datetime) -> list[Row]:
    """Lock outbox rows whose lease ran out: `merchant_id, message_id, month, connection_id, attempts, channel, topic`."""
    return await tx.fetch(_LOST, now)


async def give_up_lease(tx: Tx, row: Row, now: datetime, *, repeat: bool) -> None:
    """Settle a lost lease: send again (`repeat`), or leave the message unknown until a receipt tells."""
    key = (row["merchant_id"], row["message_id"])
    if repeat:
        await _put_back(tx, key, row["attempts"], now, "sent again under the same key", now)
    else:
        await tx.fetchval(_END_LEASE, *key, row["attempts"])
        receipt = Receipt(message_id=None, provider_id=None, state=MessageState.UNKNOWN, provider_text="no answer is known")
        await forward(tx, *key, receipt, now)
    await tx.execute(_END_ATTEMPT, *key, row["attempts"], now, None, "the worker died during the call")


async def forward(tx: Tx, merchant_id: int, message_id: UUID, receipt: Receipt, now: datetime) -> bool:
    """Move a message to a receipt's state, unless it is as far or further; tell whether it moved."""
    return bool(
        await tx.fetchrow(
            _FORWARD,
            merchant_id,
            month_of(message_id),
            message_id,
            receipt.state,
            receipt.state.rank,
            receipt.at or now,
            receipt.provider_id,
            receipt.provider_code[:100],
            receipt.provider_text[:500],
        )
    )


async def backlog(tx: Tx, now: datetime) -> Row:
    """Tell `waiting` and `oldest_s` of the outbox over all merchants."""
    return (await tx.fetch(_WAITING, now))[0]
