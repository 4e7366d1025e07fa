"""Days that parts of ended parcels' ways took, counted ↔ rows."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

from doorstep.store.database import Row, Tx

#: (merchant, carrier, service, origin, destination, area, part, days)
Key: TypeAlias = tuple[int, str, str, str, str, str, str, int]
#: What an ended parcel took, and the day on which it ended.
Met: TypeAlias = tuple[Key, date]

# Add to the counts; of old and new weights the older ones fade to the day of the newer.
_ADD = """
insert into day_count as c (merchant_id, carrier, service, origin, destination, area, part, days, times, weight, as_of)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::bigint[],
    $10::real[], $11::date[]) as x (m, c, s, o, d, a, p, n, t, w, f)
order by m, c, s, o, d, a, p, n
on conflict (merchant_id, carrier, service, origin, destination, area, part, days) do update set
    times = c.times + excluded.times,
    weight = c.weight * 0.5 ^ (greatest(excluded.as_of - c.as_of, 0) / $12::float8)
        + excluded.weight * 0.5 ^ (greatest(c.as_of - excluded.as_of, 0) / $12::float8),
    as_of = greatest(c.as_of, excluded.as_of)
"""

# All that was counted, or one merchant's: a row for every number of days met on a lane, weighed as of a day.
_ALL = """
select merchant_id, carrier, service, origin, destination, area, part, days, times,
    weight * 0.5 ^ (greatest($1::date - as_of, 0) / $2::float8) as weight
from day_count where $3::bigint is null or merchant_id = $3
"""


async def add(tx: Tx, met: Iterable[Met], half_life: float) -> None:
    """Add to the counts what was met, each with the day on which it ended."""
    counts: dict[Key, tuple[int, float, date]] = {}
    for key, on in met:
        times, weight, as_of = counts.get(key, (0, 0.0, on))
        newest = max(on, as_of)
        faded = weight * 0.5 ** ((newest - as_of).days / half_life) + 0.5 ** ((newest - on).days / half_life)
        counts[key] = (times + 1, faded, newest)
    rows: Sequence[tuple[object, ...]] = [(*key, *told) for key, told in counts.items()]
    if rows:
        await tx.execute(_ADD, *zip(*rows, strict=True), half_life)


async def every(tx: Tx, on: date, half_life: float, merchant_id: int | None = None) -> list[Row]:
    """Read all counts, or a merchant's: `merchant_id, carrier, service, origin, destination, area, part, days, times, weight`."""
    return await tx.fetch(_ALL, on, half_life, merchant_id)
