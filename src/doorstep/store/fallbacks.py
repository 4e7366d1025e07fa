"""Messages behind which another channel stands: kept with the message, due when it fails or stays unheard of, each taken up once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.store.database import Row, Tx

#: A provider's own fault, told after it had taken the message: the same channel may be tried once more after this.
_AGAIN_AFTER = timedelta(minutes=30)
#: What stands behind a message that is tried only if it fails is let go after this: nobody tells of a failure later, nor is it still news.
_LASTS = timedelta(days=4)
#: So often a message is tried in all, whatever the channels.
MOST_TRIES = 4


class Standby(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried if a message fails."""

    actions: tuple[Action, ...]
    #: Channels that are not tried again, the message's own among them.
    tried: tuple[ChannelKind, ...]
    #: When to try although nothing failed; None: never.
    due_at: datetime | None
    #: How many messages told this so far.
    tries: int = 1
    #: The order id of each action, where the message told of several orders; () where all are of its own.
    orders: tuple[int, ...] = ()


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose standby is due."""

    merchant_id: int
    message_id: UUID
    order_id: int
    standby: Standby
    #: What made it due; "": nothing was heard in time.
    why: str
    #: It is let go: nothing failed.
    over: bool
    state: MessageState
    channel: ChannelKind


# Keep what stands behind messages.
_STAND_BY = """
insert into fallback (merchant_id, message_id, month, due_at, only_failed, order_id, actions, tried, tries, orders)
select m, i, h, coalesce(d, $9), d is null, o, a::json, string_to_array(t, ' '), n, nullif(string_to_array(s, ' '), '{}')::bigint[]
from unnest($1::bigint[], $2::uuid[], $3::date[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::int[], $10::text[])
    as x (m, i, h, d, o, a, t, n, s)
on conflict do nothing
"""
# A message failed: it is due, on another channel, or (`again`) on its own once more.
_FAIL = """
update fallback f set due_at = $3, only_failed = false, why = $4, tried = case when $5::text is null then tried else array_remove(tried, $5) end
where merchant_id = $1 and message_id = $2
"""
_ONE = """
select case when not only_failed then due_at end as due_at, only_failed as unless_failed, tried, why from fallback
where merchant_id = $1 and message_id = $2
"""
_FORGET = "delete from fallback where merchant_id = $1 and message_id = $2"
# Take up those that are due, with what became of their messages; the same lock as a receipt takes, so that one of both sees the other.
_CLAIM = """
with due as materialized (
    select merchant_id, message_id from fallback where due_at <= $1 order by due_at limit $2 for update skip locked
), taken as (
    delete from fallback f using due d where f.merchant_id = d.merchant_id and f.message_id = d.message_id
    returning f.*
)
select t.merchant_id, t.message_id, t.order_id, t.actions, t.tried, t.tries, t.orders, t.why, t.only_failed, m.state, m.channel
from taken t join message m on m.merchant_id = t.merchant_id and m.month = t.month and m.message_id = t.message_id
order by t.merchant_id, t.message_id
"""
_ACTIONS = msgspec.json.Decoder(tuple[Action, ...])


async def stand_by(tx: Tx, behind: Sequence[tuple[int, str, date, int, Standby]], now: datetime) -> None:
    """Keep what is tried if messages fail: (merchant, message id, its month, order id, standby)."""
    await tx.execute(
        _STAND_BY,
        [b[0] for b in behind],
        [b[1] for b in behind],
        [b[2] for b in behind],
        [b[4].due_at for b in behind],
        [b[3] for b in behind],
        [msgspec.json.encode(b[4].actions).decode() for b in behind],
        [" ".join(b[4].tried) for b in behind],
        [b[4].tries for b in behind],
        now + _LASTS,
        [" ".join(map(str, b[4].orders)) for b in behind],
    )


async def fail(tx: Tx, merchant_id: int, message_id: UUID, channel: ChannelKind, remedy: Remedy | None, why: str, now: datetime) -> None:
    """Let what stands behind a failed message be tried now; after a fault that passes (`Remedy.RETRY`), its own channel too, later."""
    again = remedy is Remedy.RETRY
    due_at = now + _AGAIN_AFTER if again else now
    await tx.execute(_FAIL, merchant_id, message_id, due_at, why[:300], channel if again else None)


async def forget(tx: Tx, merchant_id: int, message_id: UUID) -> None:
    """Nothing needs to stand behind a message any more: it arrived."""
    await tx.execute(_FORGET, merchant_id, message_id)


async def one(tx: Tx, merchant_id: int, message_id: UUID) -> Row | None:
    """Tell what stands behind a message: `due_at` (None where `unless_failed`), `tried`, `why`; None: nothing does."""
    return await tx.fetchrow(_ONE, merchant_id, message_id)


async def claim(tx: Tx, now: datetime, most: int) -> list[Behind]:
    """Take up what is due; each once."""
    return [
        Behind(
            merchant_id=row["merchant_id"],
            message_id=row["message_id"],
            order_id=row["order_id"],
            standby=Standby(
                actions=_ACTIONS.decode(row["actions"]),
                tried=tuple(ChannelKind(one) for one in row["tried"]),
                due_at=None,
                tries=row["tries"],
                orders=tuple(row["orders"] or ()),
            ),
            why=row["why"],
            over=row["only_failed"],
            state=MessageState(row["state"]),
            channel=ChannelKind(row["channel"]),
        )
        for row in await tx.fetch(_CLAIM, now, most)
    ]
