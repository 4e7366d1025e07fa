"""A span of a merchant's contacts and hand-overs → counts: of contacts, how each was answered, whether the customer came back, and why humans took over."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from doorstep.store.database import Tx

_ROW = msgspec.json.Decoder(dict[str, Any])

# Contacts → counted in every way that is asked for; a human's part is told by the hand-overs of its conversation.
_COUNTS = """
with human as materialized (
    select h.conversation_id, h.asked_at, h.answered_at, h.reason, h.also, h.csat_score, h.csat_asked_at, h.turn_id
    from handover h
    where h.merchant_id = $1 and h.asked_at >= $2 and h.asked_at < $3::timestamptz + 2 * $5::interval
), c as materialized (
    select contact_id, conversation_id, subject as about, talk, began_at, ended_at, answered_at, answered_at is not null as answered, is_again,
        again_at is not null as again, ended_at + $5::interval > $4::timestamptz as young
    from contact where merchant_id = $1 and began_at >= $2 and began_at < $3
), helped as (
    select c.contact_id, bool_or(h.answered_at is not null) as by_human
    from c join human h on h.conversation_id = c.conversation_id and h.asked_at >= c.began_at and h.asked_at < c.ended_at + $5::interval
    group by 1
), judged as materialized (
    select c.*, h.contact_id is not null as human, coalesce(h.by_human, false) as by_human from c left join helped h using (contact_id)
), talks as (
    select talk, about as subject, count(*) as contacts,
        count(*) filter (where answered and not human) as machine,
        count(*) filter (where human) as human,
        count(*) filter (where not young) as decided,
        count(*) filter (where not young and again) as again,
        count(*) filter (where not young and not is_again) as first,
        count(*) filter (where not is_again and not young and not again and (by_human or (answered and not human))) as solved_at_first,
        count(*) filter (where not young and not again and answered and not human) as solved_alone,
        count(*) filter (where not young and answered and not human) as deflected
    from judged group by 1, 2
), times as (
    select 'machine' as name, extract(epoch from answered_at - began_at) as took from judged where answered_at is not null
    union all
    select 'human', extract(epoch from answered_at - asked_at) from human where answered_at is not null and asked_at < $3
), spans as (
    select name, percentile_cont(0.5) within group (order by took) as median, percentile_cont(0.9) within group (order by took) as p90,
        count(*) as of
    from times group by 1
), reasons as (
    select r.reason, count(*) filter (where r.place = 1) as first, count(*) as times
    from human cross join lateral unnest(array[reason] || also) with ordinality as r (reason, place)
    where asked_at < $3::timestamptz group by 1
), ratings as (
    select coalesce(t.talk, '') as talk, case when h.answered_at is null then 'machine' else 'human' end as who, count(csat_asked_at) as asked,
        count(csat_score) as rated, count(*) filter (where csat_score >= $6) as content, coalesce(sum(csat_score), 0) as points
    from human h left join turn t on t.merchant_id = $1 and t.turn_id = h.turn_id
    where h.asked_at < $3 and (csat_asked_at is not null or csat_score is not null) group by 1, 2
), handed as (select count(*) as times, count(answered_at) as answered from human where asked_at < $3)
select 'talks' as part, row_to_json(r) as counted from talks r
union all select 'times', row_to_json(r) from spans r
union all select 'reasons', row_to_json(r) from reasons r
union all select 'ratings', row_to_json(r) from ratings r
union all select 'handed', row_to_json(r) from handed r
"""
#: From this score on a customer was content.
CONTENT = 4


async def counts(tx: Tx, merchant_id: int, weeks: tuple[date, date], now: datetime, within: timedelta) -> dict[str, Any]:
    """Count the contacts that began from the first Monday to the end of the last week; `within` is how long a customer must not come back."""
    begins, ends = (datetime.combine(day, time(), UTC) for day in (weeks[0], weeks[1] + timedelta(days=7)))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await tx.fetch(_COUNTS, merchant_id, begins, ends, now, within, CONTENT):
        found.setdefault(row["part"], []).append(_ROW.decode(row["counted"]))
    handed = found.get("handed", [{"times": 0, "answered": 0}])[0]
    return {
        "talks": found.get("talks", []),
        "reasons": found.get("reasons", []),
        "ratings": found.get("ratings", []),
        "handed": (handed["times"], handed["answered"]),
        "times": {row["name"]: (row["median"], row["p90"], row["of"]) for row in found.get("times", [])},
    }
