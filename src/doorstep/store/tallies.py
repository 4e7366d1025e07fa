"""What ended shipments count for ↔ rows, and their sums; which of them are to be counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from doorstep.store.database import Tx

_COUNTS = msgspec.json.Decoder(dict[str, int])
#: Parts a product from its variant in one key.
APART = "\x1f"
#: (merchant, shipment id)
_Key = tuple[int, int]


class KeptTally(msgspec.Struct, frozen=True):
    """What a shipment counts for, as stored."""

    week: date
    carrier: str
    service: str
    lane: str
    counts: dict[str, int]
    #: (product, variant) → units that arrived in it.
    units: dict[tuple[str, str], int] = {}


# Ended shipments are to be counted.
_PUT_OFF = "insert into tally_due (merchant_id, shipment_id) select * from unnest($1::bigint[], $2::bigint[])"

# One worker counts at a time: two could count one shipment twice.
_ALONE = "select pg_try_advisory_xact_lock(hashtextextended('tally', 0))"

# Take shipments to be counted; they come back if the transaction fails.
_TAKE = """
delete from tally_due where (merchant_id, due_id) in (select merchant_id, due_id from tally_due order by merchant_id, due_id limit $1)
returning merchant_id, shipment_id
"""

# What shipments counted for until now.
_BEFORE = """
select t.merchant_id, t.shipment_id, t.week, t.carrier, t.service, t.lane, t.counts, t.units
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, shipment_id) join tally t using (merchant_id, shipment_id)
"""

# Write what shipments count for from now on.
_KEEP = """
insert into tally (merchant_id, shipment_id, week, carrier, service, lane, counts, units)
select m, s, w, c, v, l, n::json, u::json
from unnest($1::bigint[], $2::bigint[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as x (m, s, w, c, v, l, n, u)
on conflict (merchant_id, shipment_id) do update set
    week = excluded.week, carrier = excluded.carrier, service = excluded.service, lane = excluded.lane, counts = excluded.counts,
    units = excluded.units
"""

# Shipments that count for nothing any more.
_DROP = "delete from tally t using unnest($1::bigint[], $2::bigint[]) as k (m, s) where t.merchant_id = k.m and t.shipment_id = k.s"

# Add to the sums, or take from them.
_ADD = """
insert into tally_count (merchant_id, cut, week, carrier, service, lane, measure, times)
select m, k, w, c, v, l, x, n
from unnest($1::bigint[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]) as d (m, k, w, c, v, l, x, n)
order by m, k, w, c, v, l, x
on conflict (merchant_id, cut, week, carrier, service, lane, measure) do update set times = tally_count.times + excluded.times
"""

# The same of units that arrived.
_ADD_UNITS = """
insert into unit_count (merchant_id, week, product, variant, units)
select m, w, p, v, n from unnest($1::bigint[], $2::date[], $3::text[], $4::text[], $5::bigint[]) as d (m, w, p, v, n) order by m, w, p, v
on conflict (merchant_id, week, product, variant) do update set units = unit_count.units + excluded.units
"""

# Countries of the first and the last dated scan that names one, of shipments; months without their scans are not read.
_COUNTRIES = """
select k.merchant_id, k.shipment_id, c.countries[1] as first, c.countries[cardinality(c.countries)] as last
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, shipment_id) cross join lateral (
    select array_agg(p.said #>> '{place,country}' order by p.instant, p.fingerprint) as countries from checkpoint p
    where p.merchant_id = k.merchant_id and p.shipment_id = k.shipment_id and p.month between $3 and $4
        and p.instant is not null and p.said #>> '{place,country}' is not null
) c where c.countries is not null
"""

# Problems that were ever open on shipments, by kind; muted ones are problems all the same.
_PITFALLS = """
select p.merchant_id, p.shipment_id, p.kind, count(*) as times
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, shipment_id) join pitfall p using (merchant_id, shipment_id)
group by p.merchant_id, p.shipment_id, p.kind
"""

# The sums of a span of weeks, told apart by a column; the filters asked for are added, so that the plan knows them.
_SUMS = """
select {by}::text as key, measure, sum(times)::bigint as times from tally_count
where merchant_id = $1 and cut = $4 and week between $2 and $3{filters} group by 1, 2 having sum(times) <> 0
"""
_COLUMNS = ("carrier", "service", "lane")

# The sums of some measures in a span of weeks, over everything.
_MEASURED = """
select measure, sum(times)::bigint as times from tally_count
where merchant_id = $1 and cut = 'carrier' and week between $2 and $3 and measure = any($4::text[]) group by 1
"""

# What there is to choose from in a span of weeks.
_CHOICES = """
select cut, carrier || service || lane as key from tally_count
where merchant_id = $1 and cut = any(array['carrier', 'service', 'lane']) and week between $2 and $3 and measure = 'finished'
group by 1, 2 having sum(times) > 0 order by 1, 2
"""


async def put_off(tx: Tx, keys: Sequence[_Key]) -> None:
    """Have shipments counted soon: (merchant, shipment id)."""
    await tx.execute(_PUT_OFF, [key[0] for key in keys], [key[1] for key in keys])


async def take(tx: Tx, most: int) -> list[_Key]:
    """Take shipments that are to be counted, each once; none while another worker counts."""
    if not await tx.fetchval(_ALONE):
        return []
    return sorted({(row["merchant_id"], row["shipment_id"]) for row in await tx.fetch(_TAKE, most)})


async def replace(tx: Tx, now_counted: Mapping[_Key, KeptTally | None]) -> None:
    """Put what shipments count for in the place of what they counted for before; None: nothing any more. The sums follow."""
    keys = list(now_counted)
    before = await tx.fetch(_BEFORE, [key[0] for key in keys], [key[1] for key in keys])
    moved: Counter[tuple[int, str, date, str, str, str, str]] = Counter()
    units: Counter[tuple[int, date, str, str]] = Counter()
    for row in before:
        old = KeptTally(row["week"], row["carrier"], row["service"], row["lane"], _COUNTS.decode(row["counts"]), _units(row["units"]))
        moved.subtract(_in_every_cut(row["merchant_id"], old))
        units.subtract(_by_week(row["merchant_id"], old))
    kept = [(key, tally) for key, tally in now_counted.items() if tally]
    for (merchant_id, _), tally in kept:
        moved.update(_in_every_cut(merchant_id, tally))
        units.update(_by_week(merchant_id, tally))
    if kept:
        rows = [(*key, t.week, t.carrier, t.service, t.lane, msgspec.json.encode(t.counts).decode(), _written(t.units)) for key, t in kept]
        await tx.execute(_KEEP, *zip(*rows, strict=True))
    if gone := [key for key, tally in now_counted.items() if tally is None]:
        await tx.execute(_DROP, [key[0] for key in gone], [key[1] for key in gone])
    if changed := [(*key, times) for key, times in moved.items() if times]:
        await tx.execute(_ADD, *zip(*changed, strict=True))
    if shifted := [(*place, times) for place, times in units.items() if times]:
        await tx.execute(_ADD_UNITS, *zip(*shifted, strict=True))


def _by_week(merchant_id: int, tally: KeptTally) -> dict[tuple[int, date, str, str], int]:
    return {(merchant_id, tally.week, product, variant): times for (product, variant), times in tally.units.items()}


def _written(units: Mapping[tuple[str, str], int]) -> str:
    return msgspec.json.encode({APART.join(key): times for key, times in units.items()}).decode()


def _units(kept: str | None) -> dict[tuple[str, str], int]:
    found = _COUNTS.decode(kept) if kept is not None else {}
    return {(key.partition(APART)[0], key.partition(APART)[2]): times for key, times in found.items()}


def _in_every_cut(merchant_id: int, tally: KeptTally) -> dict[tuple[int, str, date, str, str, str, str], int]:
    carrier, service, lane = tally.carrier, tally.service, tally.lane
    cuts = (("all", carrier, service, lane), ("carrier", carrier, "", ""), ("service", "", service, ""), ("lane", "", "", lane))
    return {(merchant_id, cut, tally.week, c, s, way, measure): times for cut, c, s, way in cuts for measure, times in tally.counts.items()}


async def countries(tx: Tx, keys: Sequence[_Key], first: date, last: date) -> dict[_Key, tuple[str, str]]:
    """Tell in which countries shipments were scanned first and last, in the months of `first` to `last`; those without are left out."""
    rows = await tx.fetch(_COUNTRIES, [key[0] for key in keys], [key[1] for key in keys], first.replace(day=1), last.replace(day=1))
    return {(row["merchant_id"], row["shipment_id"]): (row["first"], row["last"]) for row in rows}


async def pitfalls(tx: Tx, keys: Sequence[_Key]) -> dict[_Key, dict[str, int]]:
    """Count the problems shipments ever had, by kind; those without are left out."""
    found: dict[_Key, dict[str, int]] = {}
    for row in await tx.fetch(_PITFALLS, [key[0] for key in keys], [key[1] for key in keys]):
        found.setdefault((row["merchant_id"], row["shipment_id"]), {})[row["kind"]] = row["times"]
    return found


async def sums(
    tx: Tx, merchant_id: int, first: date, last: date, by: str, only: Mapping[str, str | None] | None = None
) -> dict[str, dict[str, int]]:
    """Read the sums of the weeks that begin from `first` to `last`, by "carrier", "service", "lane" or "week".

    `only` names what carrier, service or lane the rest is left out for.
    """
    if by not in {*_COLUMNS, "week"}:
        raise KeyError(by)
    wanted = {name: value for name in _COLUMNS if only and (value := only.get(name)) is not None}
    filters = "".join(f" and {name} = ${5 + position}" for position, name in enumerate(wanted))
    apart = {*wanted, by} - {"week"}
    cut = "all" if len(apart) > 1 else next(iter(apart), "carrier")
    found: dict[str, dict[str, int]] = {}
    for row in await tx.fetch(_SUMS.format(by=by, filters=filters), merchant_id, first, last, cut, *wanted.values()):
        found.setdefault(row["key"], {})[row["measure"]] = row["times"]
    return found


async def measured(tx: Tx, merchant_id: int, first: date, last: date, measures: Sequence[str]) -> dict[str, int]:
    """Read the sums of some measures of the weeks that begin from `first` to `last`; what nothing counted for is left out."""
    rows = await tx.fetch(_MEASURED, merchant_id, first, last, list(measures))
    return {row["measure"]: row["times"] for row in rows}


async def choices(tx: Tx, merchant_id: int, first: date, last: date) -> dict[str, list[str]]:
    """List the carriers, services and lanes that were counted in a span of weeks; what there is none of is left out."""
    found: dict[str, list[str]] = {}
    for row in await tx.fetch(_CHOICES, merchant_id, first, last):
        found.setdefault(row["cut"], []).append(row["key"])
    return found
