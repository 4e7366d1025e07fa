"""Words typed into the desk's search → a page of shipments; the day's figures."""

from datetime import datetime
from uuid import UUID

from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.vocabulary import Status
from doorstep.store.database import Row, Tx
from doorstep.store.orders import LAST_ID, number_key

#: What one line of the overview counts is counted up to here: one more than is shown as a number.
MOST_COUNTED = 10_001

_COLUMNS = """s.shipment_id, s.order_id, s.token, s.carrier, s.tracking_number, s.status, s.must_act, s.pitfalls, s.last_text, s.last_place, s.last_local,
s.created_at, s.changed_at, o.number, o.email, o.token as order_token"""

# Newest first; the filters asked for are added, so that each plan knows which index leads to them.
_PAGE = f"""
select {_COLUMNS} from shipment s left join orders o using (merchant_id, order_id)
where s.merchant_id = $1 and s.shipment_id < $2"""
_PAGE_STATUS, _PAGE_TROUBLED, _PAGE_END = " and s.status = $4", " and s.pitfalls[1] is not null", " order by s.shipment_id desc limit $3"
# By how a tracking number ($2), an order number ($4) or an e-mail address ($6) begins, each through its own index, up to the text beside it;
# whole ones first.
_SEARCH = f"""
select {_COLUMNS} from (
    select shipment_id, min(part) as part from (
        (select l.shipment_id, (l.tracking_number <> $2)::int as part from leg l
         where l.merchant_id = $1 and l.tracking_number >= $2 and l.tracking_number < $3 order by l.tracking_number limit 200)
        union all
        select h.shipment_id, k.part from (
            (select order_id, (number_key <> $4)::int as part from orders
             where merchant_id = $1 and number_key >= $4 and number_key < $5 order by number_key limit 200)
            union all
            (select order_id, (email <> $6)::int as part from orders
             where merchant_id = $1 and email >= $6 and email < $7 order by email limit 200)
        ) k join shipment h on h.merchant_id = $1 and h.order_id = k.order_id
    ) e group by shipment_id
) f join shipment s on s.merchant_id = $1 and s.shipment_id = f.shipment_id
left join orders o on o.merchant_id = s.merchant_id and o.order_id = s.order_id
order by f.part, s.shipment_id desc limit $8
"""
# The same over orders that have no shipment.
_SEARCH_BARE = """
select o.order_id, o.external_id, o.number, o.email from (
    select order_id, min(part) as part from (
        (select order_id, (number_key <> $2)::int as part from orders
         where merchant_id = $1 and number_key >= $2 and number_key < $3 order by number_key limit 200)
        union all
        (select order_id, (email <> $4)::int as part from orders
         where merchant_id = $1 and email >= $4 and email < $5 order by email limit 200)
    ) e group by order_id
) f join orders o on o.merchant_id = $1 and o.order_id = f.order_id
where not exists (select from shipment h where h.merchant_id = $1 and h.order_id = o.order_id)
order by f.part, o.order_id desc limit $6
"""
# What stands where, each status counted so far only that nobody waits for it, and what left since a moment.
_STATUSES = " union all ".join(
    f"select '{status}' as status, (select count(*) from (select from shipment where merchant_id = $1 and status = '{status}' limit $2) up_to) as times"
    for status in Status
)
# The ids tell the time, too ($3: the first there can be): so the key leads to the moment in its month, and no older message is read.
_SINCE = """merchant_id = $1 and created_at >= $2 and message_id >= $3 and month = any(array(
    select m::date from generate_series(date_trunc('month', $2 at time zone 'UTC'), greatest(now(), $2) at time zone 'UTC' + interval '1 day', '1 month') m
))"""
#: What went wrong has an index of its own, message_trouble, and so each is counted for itself; what went well is counted together.
_TROUBLE = ("unknown", "bounced", "refused", "cancelled")
_UP_TO = " union all ".join(
    f"(select '{part}' as part, channel, state from message where {_SINCE} and {which} limit $4)"
    for part, which in [*((state, f"state = '{state}'") for state in _TROUBLE), ("well", f"state not in {_TROUBLE}")]
)
_STATES = f"""
select channel, state, count(*) as times, sum(count(*)) over (partition by part) >= $4 as more
from ({_UP_TO}) up_to group by part, channel, state order by channel, times desc, state
"""
# Open problems, each kind counted so far only that nobody waits for it, through pitfall_open_kind.
_PROBLEMS = """
select k.kind, n.times from unnest($2::text[]) as k (kind) cross join lateral (
    select count(*) as times from (select from pitfall p where p.merchant_id = $1 and p.kind = k.kind and p.closed_at is null limit $3) up_to
) n where n.times > 0 order by n.times desc, k.kind
"""

# Who changed what, newest first.
_CHANGES = """
select a.at, a.actor, u.email, a.action, a.detail from audit a
left join desk_user u on u.merchant_id = a.merchant_id and 'user ' || u.user_id = a.actor
where a.merchant_id = $1 and not starts_with(a.action, 'assistant.') order by a.audit_id desc limit $2
"""
# What assistants asked for, newest first.
_ASSISTANT_CALLS = """
select at, substr(action, 11) as tool, detail from audit where merchant_id = $1 and starts_with(action, 'assistant.') order by audit_id desc limit $2
"""
# Of one action, what begins so; of the newest changes only, so that a long history costs nothing.
_CHANGES_OF = """
select a.at, a.actor, u.email, a.detail from (
    select * from audit where merchant_id = $1 and not starts_with(action, 'assistant.') order by audit_id desc limit 5000
) a left join desk_user u on u.merchant_id = a.merchant_id and 'user ' || u.user_id = a.actor
where a.action = $2 and starts_with(a.detail, $3) order by a.audit_id desc limit $4
"""


async def shipments(
    tx: Tx, merchant_id: int, *, before: int | None = None, most: int = 50, status: str | None = None, troubled: bool = False
) -> list[Row]:
    """List shipments with their orders' numbers, newest first, older than the shipment id `before`."""
    statement = _PAGE + ("" if status is None else _PAGE_STATUS) + (_PAGE_TROUBLED if troubled else "") + _PAGE_END
    return await tx.fetch(statement, merchant_id, LAST_ID if before is None else before, most, *([] if status is None else [status]))


#: Shorter beginnings find whole numbers and addresses only: half the shop begins with "1".
_SHORTEST = 3
_LAST_SIGN = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def span(beginning: str) -> tuple[str, str]:
    """Return the texts from which and up to which (exclusive) everything lies that begins so; too short a beginning stands for itself.

    Nothing begins with "": its span is empty.
    """
    if not beginning:
        return "", ""
    if len(beginning) < _SHORTEST:
        return beginning, beginning + "\x01"
    stem = beginning.rstrip(chr(_LAST_SIGN))
    if not stem:
        return beginning, beginning + "\x01"
    after = ord(stem[-1]) + 1
    return beginning, stem[:-1] + chr(_SURROGATES.stop if after in _SURROGATES else after)


def _spans(words: str) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    """Read typed words as the beginning of a tracking number, an order number and an e-mail address; one with an @ is only the last."""
    words = words.strip()
    number, key = ("", "") if "@" in words else ("".join(words.split()).upper(), number_key(words))
    return span(number), span(key), span(words.lower())


async def search(tx: Tx, merchant_id: int, words: str, most: int = 100) -> list[Row]:
    """Find shipments by a tracking number, order number or e-mail address, or by its beginning; whole ones first, then the newest."""
    number, key, email = _spans(words)
    return await tx.fetch(_SEARCH, merchant_id, *number, *key, *email, most)


async def search_bare(tx: Tx, merchant_id: int, words: str, most: int = 100) -> list[Row]:
    """Find orders that have no shipment in the same way: `order_id, external_id, number, email`."""
    _, key, email = _spans(words)
    return await tx.fetch(_SEARCH_BARE, merchant_id, *key, *email, most)


async def statuses(tx: Tx, merchant_id: int) -> list[Row]:
    """Count shipments by status, each up to `MOST_COUNTED`."""
    rows = await tx.fetch(_STATUSES, merchant_id, MOST_COUNTED)
    return sorted((row for row in rows if row["times"]), key=lambda row: -row["times"])


async def states(tx: Tx, merchant_id: int, since: datetime) -> list[Row]:
    """Count messages by channel and state since a moment: `channel, state, times, more`.

    Of each state that says that something went wrong, and of all others together, up to `MOST_COUNTED` are counted; `more`: there are
    at least so many, and there may be more than `times` of this one.
    """
    return await tx.fetch(_STATES, merchant_id, since, UUID(int=int(since.timestamp() * 1000) << 80), MOST_COUNTED)


async def problems(tx: Tx, merchant_id: int) -> list[Row]:
    """Count open pitfalls by kind, each up to `MOST_COUNTED`: `kind, times`."""
    return await tx.fetch(_PROBLEMS, merchant_id, list(PITFALL_KINDS), MOST_COUNTED)


async def changes(tx: Tx, merchant_id: int, most: int = 50) -> list[Row]:
    """List who changed what, newest first: `at, actor, email, action, detail`; `email` is that of a desk user."""
    return await tx.fetch(_CHANGES, merchant_id, most)


async def assistant_calls(tx: Tx, merchant_id: int, most: int) -> list[Row]:
    """List what assistants asked for, newest first: `at, tool, detail`."""
    return await tx.fetch(_ASSISTANT_CALLS, merchant_id, most)


async def changes_of(tx: Tx, merchant_id: int, action: str, beginning: str, most: int = 20) -> list[Row]:
    """List who did one thing to what begins so, newest first: `at, actor, email, detail`; the last 5,000 changes are looked at."""
    return await tx.fetch(_CHANGES_OF, merchant_id, action, beginning, most)
