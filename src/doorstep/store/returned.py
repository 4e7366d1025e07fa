"""A span of a merchant's cases → counts: of what came back and why, of money, offers, claims and times; and what arrived in it."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from doorstep.store.database import Tx

_ROW = msgspec.json.Decoder(dict[str, Any])
#: Rows of (product, variant, reason), the most units first; those behind them are summed up nowhere.
_MOST_ROWS = 20_000

# Each case of the span is read once, and counted in every way that is asked for: a row for each (part, group).
_COUNTS = """
with c as materialized (
    select c.case_id, c.kind, c.order_id, c.opened_at, c.state, c.state in ('refused', 'cancelled', 'expired') as void, x.*
    from cases c cross join lateral json_to_record(c.document) as x (
        lines json, remedy text, refund json, fee json, offer text, offer_taken boolean, claim text, wanted json, decided_by text
    )
    where c.merchant_id = $1 and c.opened_at >= $2 and c.opened_at < $3 and c.kind in ('return', 'exchange', 'claim')
), back as (
    select coalesce(nullif(l.product_id, ''), l.name, '') as product, coalesce(l.variant_id, '') as variant, max(l.name) as name,
        coalesce(l.reason, '') as reason, sum(l.quantity)::bigint as units, count(distinct c.case_id) as requests
    from c cross join lateral json_to_recordset(c.lines) as l (product_id text, variant_id text, name text, reason text, quantity int)
    where c.kind <> 'claim' and not c.void
    group by 1, 2, 4 order by units desc, 1, 2, 4 limit $4
), requests as (
    select coalesce(remedy, '') as remedy, void, coalesce(decided_by, '') = 'policy' as by_policy, count(*) as requests
    from c where kind <> 'claim' group by 1, 2, 3
), money as (
    select refund ->> 'currency' as currency, sum((refund ->> 'amount_minor')::bigint)::bigint as refunded,
        coalesce(sum((fee ->> 'amount_minor')::bigint), 0)::bigint as fees, count(*) as cases
    from c where state = 'closed' and refund ->> 'currency' is not null and remedy in ('refund', 'store_credit') group by 1 order by 2 desc
), offers as (
    select offer as name, count(*) as shown, count(*) filter (where offer_taken) as taken from c where offer <> '' group by 1 order by 2 desc, 1
), claims as (
    select coalesce(named.carrier, sole.carrier, '') as carrier, c.claim, count(*) as claims, count(*) filter (where c.void) as refused
    from c
    left join lateral (
        select s.carrier from leg g join shipment s on s.merchant_id = g.merchant_id and s.shipment_id = g.shipment_id
        where g.merchant_id = $1 and g.tracking_number = c.wanted ->> 'shipment' and s.order_id = c.order_id limit 1
    ) named on true
    left join lateral (
        select min(s.carrier) as carrier from shipment s
        where named.carrier is null and s.merchant_id = $1 and s.order_id = c.order_id having count(distinct s.carrier) = 1
    ) sole on true
    where c.kind = 'claim' group by 1, 2 order by 3 desc, 1, 2
), moments as (
    select c.opened_at, c.refund, e.labelled, e.received, e.closed from c cross join lateral (
        select min(at) filter (where state = 'label_ready') as labelled, min(at) filter (where state = 'received') as received,
            min(at) filter (where state = 'closed') as closed
        from case_event where merchant_id = $1 and case_id = c.case_id
    ) e where c.kind in ('return', 'exchange')
), times as (
    select 'label' as name, extract(epoch from labelled - opened_at) as took from moments where labelled is not null
    union all
    select 'refund', extract(epoch from closed - opened_at) from moments where closed is not null and refund ->> 'currency' is not null
    union all
    select 'arrival', extract(epoch from closed - received) from moments
    where closed is not null and received is not null and refund ->> 'currency' is not null
), spans as (
    select name, percentile_cont(0.5) within group (order by took) as median, percentile_cont(0.9) within group (order by took) as p90,
        count(*) as of
    from times group by 1
)
select 'lines' as part, row_to_json(r) as counted from back r
union all select 'requests', row_to_json(r) from requests r
union all select 'money', row_to_json(r) from money r
union all select 'offers', row_to_json(r) from offers r
union all select 'claims', row_to_json(r) from claims r
union all select 'times', row_to_json(r) from spans r
"""
# Whether there are more cases in a span than so many.
_MORE = """
select count(*) > $4 from (
    select from cases where merchant_id = $1 and opened_at >= $2 and opened_at < $3 and kind in ('return', 'exchange', 'claim') limit $4 + 1
) c
"""
# Units that arrived, of the products that came back, and of all.
_ARRIVED = """
select product, variant, sum(units)::bigint as units from unit_count
where merchant_id = $1 and week between $2 and $3 and product = any($4::text[]) group by 1, 2
"""
_ARRIVED_UNITS = "select coalesce(sum(units), 0)::bigint from unit_count where merchant_id = $1 and week between $2 and $3"
# Shipments that ended, by carrier.
_ENDED = """
select carrier, sum(times)::bigint as times from tally_count
where merchant_id = $1 and cut = 'carrier' and week between $2 and $3 and measure = 'finished' group by 1
"""
# What variants look like, as the shops told it.
_OPTIONS = """
select variant_id, document -> 'options' as options from variant
where merchant_id = $1 and connection_id in (select connection_id from connection where merchant_id = $1 and kind = 'shop')
    and variant_id = any($2::text[])
"""
# The newest free texts of a span: about a product, for a reason, where such are named.
_SAID = """
select c.case_id, c.rma, c.opened_at, l.name, coalesce(l.reason, '') as reason, coalesce(nullif(l.comment, ''), c.said) as words
from (
    select c.case_id, c.rma, c.opened_at, x.lines, x.comment as said from cases c
    cross join lateral json_to_record(c.document) as x (lines json, comment text)
    where c.merchant_id = $1 and c.opened_at >= $2 and c.opened_at < $3 and c.kind in ('return', 'exchange')
        and c.state not in ('refused', 'cancelled', 'expired')
) c cross join lateral json_to_recordset(c.lines) as l (product_id text, name text, reason text, comment text)
where coalesce(nullif(l.comment, ''), c.said) <> '' and ($4 = '' or coalesce(nullif(l.product_id, ''), l.name) = $4)
    and ($5 = '' or l.reason = $5)
order by c.opened_at desc limit $6
"""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer wrote about a line that they sent back."""

    case_id: int
    rma: str
    opened_at: datetime
    name: str
    reason: str
    words: str


async def more_than(tx: Tx, merchant_id: int, first: date, last: date, most: int) -> bool:
    """Tell whether more cases than so many were opened in the weeks that begin from `first` to `last`."""
    return bool(await tx.fetchval(_MORE, merchant_id, *_moments(first, last), most))


async def counts(tx: Tx, merchant_id: int, first: date, last: date) -> dict[str, Any]:
    """Count the cases opened in the weeks that begin from `first` to `last`, and what arrived in them: fields of `insights.returned.Counts`."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in await tx.fetch(_COUNTS, merchant_id, *_moments(first, last), _MOST_ROWS):
        parts.setdefault(row["part"], []).append(_ROW.decode(row["counted"]))
    lines = parts.get("lines", [])
    products, variants = {row["product"] for row in lines}, {row["variant"] for row in lines if row["variant"]}
    arrived = await tx.fetch(_ARRIVED, merchant_id, first, last, sorted(products))
    ended = await tx.fetch(_ENDED, merchant_id, first, last)
    return {
        **{part: parts.get(part, []) for part in ("lines", "requests", "money", "offers", "claims")},
        "times": {row["name"]: (row["median"], row["p90"], row["of"]) for row in parts.get("times", [])},
        "arrived": {(row["product"], row["variant"]): row["units"] for row in arrived},
        "arrived_units": await tx.fetchval(_ARRIVED_UNITS, merchant_id, first, last),
        "ended": {row["carrier"]: row["times"] for row in ended},
        "options": await _options(tx, merchant_id, variants),
    }


async def said(tx: Tx, merchant_id: int, first: date, last: date, *, product: str = "", reason: str = "", most: int = 30) -> list[Said]:
    """List the newest free texts of the weeks that begin from `first` to `last`; "": about every product, for every reason."""
    rows = await tx.fetch(_SAID, merchant_id, *_moments(first, last), product, reason, most)
    return [Said(**dict(row)) for row in rows]


async def _options(tx: Tx, merchant_id: int, variants: Collection[str]) -> Mapping[str, str]:
    if not variants:
        return {}
    rows = await tx.fetch(_OPTIONS, merchant_id, sorted(variants))
    return {row["variant_id"]: ", ".join(map(str, _ROW.decode(row["options"]).values())) for row in rows if row["options"]}


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=7), time(), UTC)
