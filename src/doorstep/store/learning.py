"""A week's turns that went badly, and what is proposed for them ↔ rows: proposed once, decided once, measured the week after."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from doorstep.domain.talking.learning import Change, Measure
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder()
_CHANGE = msgspec.json.Decoder(Change)
_MEASURE = msgspec.json.Decoder(Measure)
_TEXTS = msgspec.json.Decoder(tuple[str, ...])

# Turns of a span that went badly, and why: a row for each reason; with what the customer chose next, and what a human wrote next.
_BADLY = """
with t as (
    select t.turn_id, t.conversation_id, t.reply_id, t.came_at, t.language, t.intent, t.unanswered, t.handover,
        t.said::text ~ '"(ask.clarify|say.not_understood|say.elsewhere)"' as unsure
    from turn t where t.merchant_id = $1 and t.came_at >= $2 and t.came_at < $3 and t.state in ('answered', 'failed')
), bad as (
    select turn_id, 'unanswered' as kind, '' as label from t where unanswered
    union all
    select turn_id, 'escalated', '' from t where handover not in ('', 'taken')
    union all
    select h.turn_id, 'low_rated', '' from t join handover h on h.merchant_id = $1 and h.turn_id = t.turn_id
    where h.csat_score <= 2 and h.conversation_id = t.conversation_id
    union all
    select f.turn_id, 'repeated', '' from (
        select c.conversation_id, c.began_at from contact c
        where c.merchant_id = $1 and c.began_at >= $2 and c.began_at < $3 and c.again_at is not null
    ) c join t f on f.conversation_id = c.conversation_id and f.came_at = c.began_at
    union all
    select t.turn_id, 'corrected', n.intent from t join lateral (
        select n.intent, n.confidence, n.came_at from turn n
        where n.merchant_id = $1 and n.conversation_id = t.conversation_id and n.turn_id > t.turn_id order by n.turn_id limit 1
    ) n on n.confidence >= 1 and n.intent not in ('', 'human.agent') and n.intent not like 'talk.%' and n.came_at < t.came_at + interval '1 hour'
    where t.unsure
)
select b.kind, b.label, t.turn_id, t.conversation_id, t.language, t.intent, r.text, r.sender_name, coalesce(m.text, '') as answer
from bad b join t using (turn_id)
join reply r on r.merchant_id = $1 and r.reply_id = t.reply_id
join conversation c on c.merchant_id = $1 and c.conversation_id = t.conversation_id
left join lateral (
    select m.text from message m
    where b.kind <> 'corrected' and m.recipient = c.address and m.merchant_id = $1 and m.channel = c.channel and m.template = 'answer'
        and m.created_at >= t.came_at and m.created_at < t.came_at + interval '3 days'
    order by m.created_at limit 1
) m on true
where r.text <> ''
order by t.turn_id desc, b.kind limit $4
"""
_TURNS = "select count(*) from turn where merchant_id = $1 and came_at >= $2 and came_at < $3 and state in ('answered', 'failed')"
# One merchant with turns of a week that nobody has looked at.
_DUE = """
select m.merchant_id from merchant m
where not exists (select from learning_week w where w.merchant_id = m.merchant_id and w.week = $1)
    and exists (select from turn t where t.merchant_id = m.merchant_id and t.came_at >= $2 and t.came_at < $3)
order by m.merchant_id limit 1
"""
# Only one looks: whoever writes the week first.
_CLAIM = "insert into learning_week (merchant_id, week, looked_at, turns) values ($1, $2, $3, $4) on conflict do nothing returning week"
# Propose; what waits is told anew, what was decided stays decided.
_PROPOSE = """
insert into proposal (merchant_id, key, week, kind, name, size, examples, change, state, made_at)
values ($1, $2, $3, $4, $5, $6, $7::json, $8::json, 'proposed', $9)
on conflict (merchant_id, key) do update set week = excluded.week, name = excluded.name, size = excluded.size, examples = excluded.examples,
    change = excluded.change where proposal.state = 'proposed'
"""
_COLUMNS = "proposal_id, key, week, kind, name, size, examples, change, state, made_at, decided_at, decided_by, before, after"
_LISTED = f"""
select {_COLUMNS} from proposal where merchant_id = $1 and state = any($2::text[]) order by week desc, size desc, proposal_id limit $3
"""
_ONE = f"select {_COLUMNS} from proposal where merchant_id = $1 and proposal_id = $2"
_DECIDE = """
update proposal set state = $3, decided_at = $4, decided_by = $5, before = $6::json
where merchant_id = $1 and proposal_id = $2 and state = 'proposed' returning proposal_id
"""
# What was accepted a week ago and not measured since.
_UNMEASURED = "select merchant_id, proposal_id from proposal where state = 'accepted' and decided_at <= $1 order by decided_at limit 1"
_MEASURED = "update proposal set state = 'measured', after = $3::json where merchant_id = $1 and proposal_id = $2 and state = 'accepted'"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as stored; fields as in schema.sql."""

    proposal_id: int
    key: str
    week: date
    kind: str
    name: str
    size: int
    examples: tuple[str, ...]
    change: Change
    state: str
    made_at: datetime
    decided_at: datetime | None
    decided_by: str
    before: Measure | None
    after: Measure | None


async def badly(tx: Tx, merchant_id: int, since: datetime, until: datetime, most: int) -> Sequence[Row]:
    """List the turns of a span that went badly, the newest first: `kind, label, turn_id, conversation_id, language, intent, text, …`."""
    return await tx.fetch(_BADLY, merchant_id, since, until, most)


async def turns(tx: Tx, merchant_id: int, since: datetime, until: datetime) -> int:
    """Count the turns of a span."""
    found: int = await tx.fetchval(_TURNS, merchant_id, since, until)
    return found


async def due(tx: Tx, week: date, since: datetime, until: datetime) -> int | None:
    """Name a merchant with turns of a week that nobody has looked at; None: there is none."""
    found: int | None = await tx.fetchval(_DUE, week, since, until)
    return found


async def claim(tx: Tx, merchant_id: int, week: date, looked: int, now: datetime) -> bool:
    """Note that a week was looked at; False: it was before."""
    return await tx.fetchval(_CLAIM, merchant_id, week, now, looked) is not None


async def propose(tx: Tx, merchant_id: int, week: date, one: Any, now: datetime) -> None:
    """Keep a `conversations.learning.Proposed`."""
    examples, change = _ENCODE.encode(one.examples).decode(), _ENCODE.encode(one.change).decode()
    await tx.execute(_PROPOSE, merchant_id, one.key, week, str(one.kind), one.name, one.size, examples, change, now)


async def listed(tx: Tx, merchant_id: int, states: Sequence[str], most: int) -> list[Proposal]:
    """List proposals in these states, the newest week's largest first."""
    return [_kept(row) for row in await tx.fetch(_LISTED, merchant_id, states, most)]


async def one(tx: Tx, merchant_id: int, proposal_id: int) -> Proposal | None:
    """Read a proposal."""
    row = await tx.fetchrow(_ONE, merchant_id, proposal_id)
    return _kept(row) if row else None


async def decide(tx: Tx, merchant_id: int, proposal_id: int, state: str, who: str, before: Measure | None, now: datetime) -> bool:
    """Accept ("accepted") or dismiss ("dismissed") a proposal; False: that was done before."""
    told = _ENCODE.encode(before).decode() if before else None
    return await tx.fetchval(_DECIDE, merchant_id, proposal_id, state, now, who, told) is not None


async def unmeasured(tx: Tx, accepted_until: datetime) -> tuple[int, int] | None:
    """Name (merchant, proposal) that was accepted until then and is not measured; None: there is none."""
    row = await tx.fetchrow(_UNMEASURED, accepted_until)
    return (row["merchant_id"], row["proposal_id"]) if row else None


async def measured(tx: Tx, merchant_id: int, proposal_id: int, after: Measure) -> None:
    """Note how it was the week after."""
    await tx.execute(_MEASURED, merchant_id, proposal_id, _ENCODE.encode(after).decode())


def _kept(row: Row) -> Proposal:
    return Proposal(
        **{name: row[name] for name in Proposal.__struct_fields__ if name not in {"examples", "change", "before", "after"}},
        examples=_TEXTS.decode(row["examples"]),
        change=_CHANGE.decode(row["change"]),
        before=_MEASURE.decode(row["before"]) if row["before"] else None,
        after=_MEASURE.decode(row["after"]) if row["after"] else None,
    )
