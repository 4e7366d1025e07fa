"""Gaps between scans of ended shipments, counted ↔ rows."""

from collections.abc import Sequence

from doorstep.store.database import Row, Tx

# Add to the counts.
_ADD = """
insert into gap_count (merchant_id, carrier, service, lane, stage, bucket, times)
select m, c, s, l, t, b, n from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::bigint[]) as x (m, c, s, l, t, b, n)
order by m, c, s, l, t, b
on conflict (merchant_id, carrier, service, lane, stage, bucket) do update set times = gap_count.times + excluded.times
"""

# All that was counted: a row for every length that a merchant has met on a lane, not for every shipment.
_ALL = "select merchant_id, carrier, service, lane, stage, bucket, times from gap_count"


async def add(tx: Tx, counted: Sequence[tuple[int, str, str, str, str, int, int]]) -> None:
    """Add to the counts: (merchant, carrier, service, lane, stage, bucket, times)."""
    await tx.execute(_ADD, *zip(*counted, strict=True))


async def every(tx: Tx) -> list[Row]:
    """Read all counts: `merchant_id, carrier, service, lane, stage, bucket, times`."""
    return await tx.fetch(_ALL)
