"""Turns of talks ↔ rows: waiting when the customer has written, closed with what was understood, done and said."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from doorstep.domain.talking.memory import Memory
from doorstep.domain.talking.turns import Did
from doorstep.domain.talking.understood import Understood
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder()

#: The channel of notices on which each turn that waits is told of.
CAME = "doorstep_turn"
_ADD = f"""
with added as (
    insert into turn (merchant_id, conversation_id, reply_id, came_at, state, due_at, order_id) values ($1, $2, $3, $4, 'waiting', $5, $6)
    on conflict (merchant_id, reply_id) do nothing returning turn_id
)
select pg_notify('{CAME}', turn_id::text) from added
"""
# A turn that waits with all that answering it begins with, held until this transaction ends: what came, whose it is and what is shown of
# them, what the talk remembers, what they had begun elsewhere since $1.
_HELD = """
select t.merchant_id, t.turn_id, t.conversation_id, t.reply_id, t.came_at, t.tries, r.text, r.choice, r.channel, r.connection_id, r.provider_id,
    r.sender, r.sender_name, r.recipient, r.message_id, r.order_id, r.received_at, c.address, c.customer_id, c.order_id as before_order_id,
    k.memory::text as memory, e.conversation_id as elsewhere_id, e.memory::text as elsewhere,
    array(select row (i.kind, i.value, i.verified_how) from customer_identity i
        where i.merchant_id = t.merchant_id and i.customer_id = c.customer_id and i.verified_at is not null order by i.first_at, i.value) as shown,
    (select locale from chosen_locale l where l.merchant_id = t.merchant_id and l.address = c.address) as chosen_locale,
    exists (select from suppression s where s.merchant_id = t.merchant_id and s.channel = r.channel and s.address = c.address
        and s.purpose in ('', 'transactional')) as silenced,
    exists (select from handover h where h.merchant_id = t.merchant_id and h.conversation_id = t.conversation_id and h.state <> 'closed') as held,
    (select count(*) from reply_file f where f.merchant_id = t.merchant_id and f.reply_id = t.reply_id) as files,
    exists (select from file_due d where d.merchant_id = t.merchant_id and d.reply_id = t.reply_id) as fetching
from turn t join reply r on r.merchant_id = t.merchant_id and r.reply_id = t.reply_id
join conversation c on c.merchant_id = t.merchant_id and c.conversation_id = t.conversation_id
left join talk k on k.merchant_id = t.merchant_id and k.conversation_id = t.conversation_id
left join lateral (
    select e.conversation_id, e.memory from talk e where e.merchant_id = t.merchant_id and e.customer_id = c.customer_id and e.going_on
        and e.conversation_id <> t.conversation_id and e.updated_at > $1 order by e.updated_at desc limit 1
) e on not coalesce(k.going_on, false)
"""
# The one of all merchants that is due first and that nobody has, if it is its conversation's oldest.
_NEXT = f"""
{_HELD} where (t.merchant_id, t.turn_id) = (
    select d.merchant_id, d.turn_id from turn d where d.state = 'waiting' and d.due_at <= $2
    and not exists (select from turn e where e.merchant_id = d.merchant_id and e.conversation_id = d.conversation_id and e.state = 'waiting'
        and e.turn_id < d.turn_id)
    order by d.due_at limit 1 for update skip locked
)
"""
_TAKE = f"{_HELD} where t.merchant_id = $2 and t.turn_id = $3 and t.state = 'waiting' for update of t skip locked"
# Write down how a turn ended, and what the talk remembers from now on.
_CLOSE = """
with remembered as (
    insert into talk (merchant_id, conversation_id, customer_id, memory, going_on, updated_at) values ($1, $19, $20, $21::json, $22, $4)
    on conflict (merchant_id, conversation_id) do update set
        customer_id = excluded.customer_id, memory = excluded.memory, going_on = excluded.going_on, updated_at = excluded.updated_at
)
update turn set state = $3, turned_at = $4, took_ms = $5, driver = $6, language = $7, talk = $8, intent = $9, confidence = $10,
    order_id = coalesce($11, order_id), answered = $12, handover = $13, unanswered = $14, message_id = $15, understood = $16::json, did = $17::json,
    said = $18::json
where merchant_id = $1 and turn_id = $2
"""
_PUT_OFF = "update turn set due_at = $3, tries = tries + 1 where merchant_id = $1 and turn_id = $2 returning tries"
_WAIT = "update turn set due_at = $3 where merchant_id = $1 and turn_id = $2"
_END = "update turn set state = $3, turned_at = $4, handover = $5 where merchant_id = $1 and turn_id = $2 and state = 'waiting'"
_OF = """
select turn_id, reply_id, came_at, turned_at, state, driver, language, talk, intent, confidence, answered, handover, unanswered, message_id,
    understood, did, said, took_ms
from turn where merchant_id = $1 and conversation_id = $2 order by turn_id desc limit $3
"""
# How often a customer came with one intent since then, as conversations tell it.
_AGAIN = """
select count(*) from turn t where t.merchant_id = $1 and t.conversation_id = $2 and t.intent = $3 and t.came_at > $4 and t.answered
"""


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """How a turn ended."""

    #: "answered", "silent".
    state: str
    took_ms: float
    #: "offline", "model"; "" nobody answered.
    driver: str = ""
    language: str = ""
    talk: str = ""
    intent: str = ""
    confidence: float = 0.0
    order_id: int | None = None
    answered: bool = False
    handover: str = ""
    unanswered: bool = False
    message_id: UUID | None = None
    understood: Understood | None = None
    did: tuple[Did, ...] = ()
    #: Keys of what was said, titles of what was offered.
    said: tuple[str, ...] = ()


async def add(
    tx: Tx, merchant_id: int, conversation_id: int, reply_id: int, order_id: int | None, came_at: datetime, now: datetime
) -> None:
    """Have a reply answered, and tell the workers; one that waits already is not answered twice."""
    await tx.execute(_ADD, merchant_id, conversation_id, reply_id, came_at, now, order_id)


async def next_due(tx: Tx, now: datetime, elsewhere_since: datetime) -> Row | None:
    """Hold the turn of any merchant that is due first until this transaction ends; None: nothing waits that nobody has.

    Whoever holds it asks for all they want to know of it at once: `text, choice, ...` of the reply; `address, customer_id` of the
    conversation; `memory`, and `elsewhere` of `elsewhere_id`, as `talks.opened` opens them; `shown`, (kind, value, how) of what is verified.
    """
    return await tx.fetchrow(_NEXT, elsewhere_since, now)


async def take(tx: Tx, merchant_id: int, turn_id: int, elsewhere_since: datetime) -> Row | None:
    """Hold one turn likewise; None: somebody else has it, or it is answered."""
    return await tx.fetchrow(_TAKE, elsewhere_since, merchant_id, turn_id)


async def close(tx: Tx, row: Row, closing: Closing, customer_id: int | None, memory: Memory, now: datetime) -> None:
    """Write down how a turn (a row of `next_due`) ended, whose talk it is, and what the talk remembers from now on."""
    await tx.execute(
        _CLOSE,
        row["merchant_id"],
        row["turn_id"],
        closing.state,
        now,
        closing.took_ms,
        closing.driver,
        closing.language,
        closing.talk,
        closing.intent,
        closing.confidence,
        closing.order_id,
        closing.answered,
        closing.handover,
        closing.unanswered,
        closing.message_id,
        _ENCODE.encode(closing.understood).decode() if closing.understood else None,
        _ENCODE.encode(closing.did).decode(),
        _ENCODE.encode(closing.said).decode(),
        row["conversation_id"],
        customer_id,
        _ENCODE.encode(memory).decode(),
        bool(memory.frames),
    )


async def put_off(tx: Tx, merchant_id: int, turn_id: int, due_at: datetime) -> int:
    """Have a turn tried again later; return how often it was tried."""
    tries: int | None = await tx.fetchval(_PUT_OFF, merchant_id, turn_id, due_at)
    return tries or 0


async def wait(tx: Tx, merchant_id: int, turn_id: int, until: datetime) -> None:
    """Have a turn wait for what comes with it; that is no try."""
    await tx.execute(_WAIT, merchant_id, turn_id, until)


async def end(tx: Tx, merchant_id: int, turn_id: int, state: str, handover: str, now: datetime) -> None:
    """End a turn that nobody answered: "silent" where a human has the talk, "failed" where it could not be taken."""
    await tx.execute(_END, merchant_id, turn_id, state, now, handover)


async def of(tx: Tx, merchant_id: int, conversation_id: int, most: int = 100) -> Sequence[Row]:
    """List a conversation's turns, newest first."""
    return await tx.fetch(_OF, merchant_id, conversation_id, most)


async def times(tx: Tx, merchant_id: int, conversation_id: int, intent: str, since: datetime) -> int:
    """Count how often a conversation came with an intent since then and was answered."""
    found: int = await tx.fetchval(_AGAIN, merchant_id, conversation_id, intent, since)
    return found
