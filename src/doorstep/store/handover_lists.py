"""Hand-overs as the inbox lists them: by urgency, by queue, language or holder, found by whom or what they are about, counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from doorstep.domain.vocabulary import ChannelKind
from doorstep.store.database import Row, Tx
from doorstep.store.handovers import COLUMNS
from doorstep.store.orders import number_key


class View(StrEnum):
    """One list of the inbox."""

    #: Nobody has taken it.
    WAITING = "waiting"
    MINE = "mine"
    #: Whoever has it, and nobody.
    ALL = "all"
    SNOOZED = "snoozed"
    CLOSED = "closed"


#: What a page of a list begins behind.
Key = tuple[Any, ...]

# A chat's visitors have no name of their own: once they have shown whose order it is, they have its buyer's.
_ABOUT = f"""
select {COLUMNS}, c.channel, c.address, c.customer_id, c.last_in_at, c.connection_id, o.number, w.text as words, w.sender_name, w.choice, w.keyword,
    case when c.channel = 'chat' and c.customer_id is not null then
        concat_ws(' ', o.document #>> '{{customer,first_name}}', o.document #>> '{{customer,last_name}}')
    end as buyer
"""
# What was said last by the customer, who they are, and what it is about.
_WITH = """
join conversation c on c.merchant_id = h.merchant_id and c.conversation_id = h.conversation_id
left join orders o on o.merchant_id = h.merchant_id and o.order_id = h.order_id
left join lateral (
    select left(r.text, 200) as text, r.sender_name, r.keyword, r.choice from reply r
    where r.conversation_id = h.conversation_id and r.merchant_id = h.merchant_id order by r.reply_id desc limit 1
) w on true
"""
_URGENT = ("theirs, priority, due_at, handover_id", "(theirs, priority, due_at, handover_id) > ({0}, {1}, {2}, {3})")
_OPEN = "state in ('waiting', 'held')"
_WHICH: dict[View, tuple[str, str, str]] = {
    View.WAITING: ("state = 'waiting'", *_URGENT),
    View.MINE: (f"{_OPEN} and assignee = {{mine}}", *_URGENT),
    View.ALL: (_OPEN, *_URGENT),
    View.SNOOZED: ("state = 'snoozed'", "snoozed_until, handover_id", "(snoozed_until, handover_id) > ({0}, {1})"),
    View.CLOSED: ("state = 'closed'", "closed_at desc, handover_id desc", "(closed_at, handover_id) < ({0}, {1})"),
}
_TYPES: dict[View, tuple[str, ...]] = dict.fromkeys((View.WAITING, View.MINE, View.ALL), ("boolean", "int", "timestamptz", "bigint"))
_TYPES |= dict.fromkeys((View.SNOOZED, View.CLOSED), ("timestamptz", "bigint"))
# One hand-over for each of some conversations, the newest.
_OF = f"""
{_ABOUT} from unnest($2::bigint[]) as k (conversation_id)
cross join lateral (
    select * from handover where conversation_id = k.conversation_id and merchant_id = $1 order by handover_id desc limit 1
) h {_WITH}
"""
# The one to take next: the most urgent that nobody has, of those that somebody can take. Whoever asks at the same moment gets another.
_NEXT = """
select handover_id from handover
where merchant_id = $1 and state = 'waiting' and ($2::text[] = '{}' or language = '' or language = any($2)) and (skill = '' or skill = any($3))
order by theirs, priority, due_at, handover_id limit 1 for update skip locked
"""
# Conversations by an address, by a name of their customer, or by the number of an order.
_FOUND = """
select conversation_id from (
    select conversation_id from conversation where merchant_id = $1 and channel = any($2::text[]) and address = any($3::text[])
    union
    select c.conversation_id from customer_identity i join conversation c on c.customer_id = i.customer_id and c.merchant_id = i.merchant_id
    where i.merchant_id = $1 and i.kind = any('{email,phone,bsuid,psid,app,chat}') and i.value = any($3::text[])
    union
    select h.conversation_id from orders o join handover h on h.order_id = o.order_id and h.merchant_id = o.merchant_id
    where o.merchant_id = $1 and o.number_key = $4 and $4 <> ''
    union
    select c.conversation_id from orders o cross join lateral (
        select conversation_id from conversation
        where merchant_id = o.merchant_id and channel = any($2::text[]) and address = any(array_remove(array[o.email, o.phone], null)) offset 0
    ) c where o.merchant_id = $1 and o.number_key = $4 and $4 <> ''
) f order by conversation_id desc limit $5
"""
# Conversations by their ids, with the newest hand-over where there is one.
_TALKS = """
select c.conversation_id, c.channel, c.address, c.customer_id, c.order_id, c.last_in_at, c.open, o.number, w.text, w.sender_name, w.keyword, w.choice
from conversation c left join orders o using (merchant_id, order_id) left join lateral (
    select left(r.text, 200) as text, r.sender_name, r.keyword, r.choice from reply r
    where r.conversation_id = c.conversation_id and r.merchant_id = c.merchant_id order by r.reply_id desc limit 1
) w on true where c.merchant_id = $1 and c.conversation_id = any($2::bigint[]) order by c.last_in_at desc nulls last, c.conversation_id desc
"""
_UP_TO = "(select count(*) from (select from handover where merchant_id = $1 and {where} limit $2) up_to)"
# How many there are in each list, each up to a limit. What is late stands first in its priority, so each priority is looked at by itself.
_COUNTS = f"""
select {_UP_TO.format(where="state = 'waiting'")} as waiting, {_UP_TO.format(where=_OPEN)} as all,
    {_UP_TO.format(where="state = 'snoozed'")} as snoozed,
    (select count(*) from generate_series(0, 3) as p (priority) cross join lateral (
        select from handover h where h.merchant_id = $1 and h.{_OPEN} and h.theirs = false and h.priority = p.priority and h.due_at < $3 limit $2
    ) late) as late
"""
_BY_QUEUE = f"""
select q.queue, (select count(*) from (
    select from handover h where h.merchant_id = $1 and h.queue = q.queue and h.{_OPEN} limit $2) up_to) as times
from unnest($3::text[]) as q (queue)
"""
_BY_AGENT = f"""
select a.user_id, (select count(*) from (
    select from handover h where h.merchant_id = $1 and h.assignee = a.user_id and h.{_OPEN} limit $2) up_to) as times
from unnest($3::bigint[]) as a (user_id)
"""
# Languages in which somebody waits, found one after the other in the index instead of looked at all.
_LANGUAGES = f"""
with recursive spoken as (
    (select language from handover where merchant_id = $1 and {_OPEN} order by language limit 1)
    union all
    select (select h.language from handover h where h.merchant_id = $1 and h.{_OPEN} and h.language > s.language order by h.language limit 1)
    from spoken s where s.language is not null
) select language from spoken where language <> '' limit 50
"""
# Within how many minutes by the clock three of four of the last answers of a queue came.
_USUAL = """
select asked_at, answered_at from handover
where merchant_id = $1 and state = 'closed' and queue = $2 and answered_at is not null and closed_at > $3 order by closed_at desc limit $4
"""
# How many wait, of all merchants.
_BACKLOG = f"""
select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'held') as held,
    count(*) filter (where not theirs and due_at < $1) as late
from handover where {_OPEN}
"""
# How customers said it was, lately.
_CSAT = """
select count(*) filter (where csat_asked_at is not null) as asked, count(csat_score) as answered, count(*) filter (where csat_score >= 4) as good,
    avg(csat_score)::float8 as mean, count(*) as closed
from handover where merchant_id = $1 and state = 'closed' and closed_at > $2
"""
_PAGE_OF = f"""
select {COLUMNS} from handover h where h.merchant_id = $1 and h.state = any($2::text[]) and h.handover_id < $3 order by h.handover_id desc limit $4
"""
#: A list is counted so far: whoever has more than this waiting needs no exact number.
MOST_COUNTED = 1_000
#: Search results at most.
_MOST_FOUND = 60
_LATELY, _MOST_LATELY = timedelta(days=14), 200


@cache
def _listed(view: View, *, queue: bool, language: bool, after: bool) -> str:
    """Write a list's statement: each has a text of its own, so that the planner may use the index made for it."""
    where, order, behind = _WHICH[view]
    places = iter(range(3, 12))
    mine = f"${next(places)}" if view is View.MINE else ""
    said = [where.format(mine=mine)]
    if queue:
        said.append(f"queue = ${next(places)}")
    if language:
        said.append(f"language = ${next(places)}")
    if after:
        said.append(behind.format(*(f"${next(places)}::{kind}" for kind in _TYPES[view])))
    inner = f"select * from handover where merchant_id = $1 and {' and '.join(said)} order by {order} limit $2"
    outer = ", ".join(f"h.{column.strip()}" for column in order.split(","))
    return f"{_ABOUT} from ({inner}) h {_WITH} order by {outer}"


async def page(
    tx: Tx, merchant_id: int, view: View, *, user_id: int, queue: str = "", language: str = "", after: Key | None = None, most: int = 50
) -> list[Row]:
    """List hand-overs, the most urgent first (snoozed ones by when they come back, closed ones the newest first), behind a key.

    Columns of `store.handovers.COLUMNS`, and `channel, address, customer_id, last_in_at, connection_id, number, words, sender_name, choice, keyword`.
    """
    text = _listed(view, queue=bool(queue), language=bool(language), after=after is not None)
    given = [*([user_id] if view is View.MINE else []), *([queue] if queue else []), *([language] if language else []), *(after or ())]
    return await tx.fetch(text, merchant_id, most, *given)


def key_of(view: View, row: Row) -> Key:
    """Give the key of a row, behind which the next page begins."""
    if view in {View.SNOOZED, View.CLOSED}:
        return (row["snoozed_until"] if view is View.SNOOZED else row["closed_at"], row["handover_id"])
    return (row["theirs"], row["priority"], row["due_at"], row["handover_id"])


async def of(tx: Tx, merchant_id: int, conversation_ids: Sequence[int]) -> list[Row]:
    """Read the newest hand-over of each conversation as `page` lists it; a conversation without one is left out."""
    return await tx.fetch(_OF, merchant_id, list(conversation_ids))


async def next_one(tx: Tx, merchant_id: int, languages: Sequence[str], skills: Sequence[str]) -> int | None:
    """Hold the most urgent hand-over that nobody has and that somebody with these can take; None: there is none."""
    handover_id: int | None = await tx.fetchval(_NEXT, merchant_id, list(languages), list(skills))
    return handover_id


async def search(tx: Tx, merchant_id: int, words: str) -> list[Row]:
    """Find conversations by an address, a name their customer goes by, or an order's number; as `conversations.page` lists them."""
    typed = words.strip()
    spelt = list({typed, typed.lower(), typed.replace(" ", "")})
    key = "" if "@" in typed else number_key(typed)
    ids = [row["conversation_id"] for row in await tx.fetch(_FOUND, merchant_id, list(ChannelKind), spelt, key, _MOST_FOUND)]
    return await talks(tx, merchant_id, ids)


async def talks(tx: Tx, merchant_id: int, conversation_ids: Sequence[int]) -> list[Row]:
    """Read conversations as `conversations.page` lists them."""
    return await tx.fetch(_TALKS, merchant_id, list(conversation_ids))


async def counts(tx: Tx, merchant_id: int, now: datetime) -> dict[str, int]:
    """Count what is `waiting`, `all`, `snoozed` and `late`, each up to `MOST_COUNTED`."""
    row = await tx.fetchrow(_COUNTS, merchant_id, MOST_COUNTED, now)
    return {name: row[name] for name in ("waiting", "all", "snoozed", "late")} if row else {}


async def counts_of_queues(tx: Tx, merchant_id: int, queues: Sequence[str]) -> dict[str, int]:
    """Count what is open in each queue."""
    return {row["queue"]: row["times"] for row in await tx.fetch(_BY_QUEUE, merchant_id, MOST_COUNTED, list(queues))}


async def counts_of_agents(tx: Tx, merchant_id: int, user_ids: Sequence[int]) -> dict[int, int]:
    """Count what each has."""
    return {row["user_id"]: row["times"] for row in await tx.fetch(_BY_AGENT, merchant_id, MOST_COUNTED, list(user_ids))}


async def languages(tx: Tx, merchant_id: int) -> list[str]:
    """List the languages in which somebody waits or is helped."""
    return [row["language"] for row in await tx.fetch(_LANGUAGES, merchant_id)]


async def lately_answered(tx: Tx, merchant_id: int, queue: str, now: datetime) -> list[tuple[datetime, datetime]]:
    """List when the last ones of a queue were asked for, and answered by a human."""
    rows = await tx.fetch(_USUAL, merchant_id, queue, now - _LATELY, _MOST_LATELY)
    return [(row["asked_at"], row["answered_at"]) for row in rows]


async def csat(tx: Tx, merchant_id: int, since: datetime) -> Row | None:
    """Sum up how customers said it was since then: `asked, answered, good, mean, closed`."""
    return await tx.fetchrow(_CSAT, merchant_id, since)


async def newest(tx: Tx, merchant_id: int, states: Sequence[str], before: int, most: int) -> list[Row]:
    """List hand-overs in some states, the newest first, older than the id `before`, with `store.handovers.COLUMNS`."""
    return await tx.fetch(_PAGE_OF, merchant_id, list(states), before, most)


async def backlog(tx: Tx, now: datetime) -> dict[str, int]:
    """Count over all merchants what is `waiting`, `held` and `late`."""
    row = await tx.fetchrow(_BACKLOG, now)
    return {name: row[name] if row else 0 for name in ("waiting", "held", "late")}
