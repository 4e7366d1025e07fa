"""Numbers that are due → leased for a call, at the pace of their credential; written down before it is made."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.store.database import Tx
from doorstep.store.shipments import folded_of


class Bucket(msgspec.Struct, kw_only=True):
    """A connection whose turn it is, its credential's calls left and its token."""

    merchant_id: int
    connection_id: int
    credential: bytes
    left_over: float
    at: datetime
    #: Sealed; None: none, or it ended.
    token: bytes | None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A number a worker is about to ask about."""

    merchant_id: int
    shipment_id: int
    connection_id: int
    tracking_number: str
    carrier: str
    known_at: datetime
    asks: int
    misses: int
    pushed_at: datetime | None
    #: The shipment as it is now; None: no scan yet.
    folded: Folded | None
    #: IANA zone of the recipient; None: the order does not tell.
    zone: str | None


# Of the connections named, in their order, those with a number due and not resting; locked, so that two workers never share a turn.
_TURNS = """
select a.merchant_id, a.connection_id, a.credential
from unnest($2::bigint[], $3::bigint[]) with ordinality as k (merchant_id, connection_id, place)
join asker a using (merchant_id, connection_id)
where (a.resting_until is null or a.resting_until <= $1)
  and exists (select from asking q where q.connection_id = a.connection_id and q.ask_at <= $1)
order by k.place limit $4 for update of a skip locked
"""

# The buckets of credentials, made full where there are none; locked in one order. $3: calls a full bucket holds.
_MAKE_BUCKETS = """
insert into ask_credential (merchant_id, credential, left_over, at) select 0, c, l, $1 from unnest($2::bytea[], $3::real[]) as n (c, l)
on conflict do nothing
"""
_BUCKETS = """
select credential, left_over, at, case when token_until > $1 then token end as token
from ask_credential where merchant_id = 0 and credential = any($2::bytea[]) order by credential for update
"""
_DRAW = """
update ask_credential c set left_over = n.l, at = $1 from unnest($2::bytea[], $3::real[]) as n (c, l)
where c.merchant_id = 0 and c.credential = n.c
"""

# A connection whose bucket is empty rests until there is a call again.
_REST = """
update asker a set resting_until = n.until from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as n (merchant_id, connection_id, until)
where a.merchant_id = n.merchant_id and a.connection_id = n.connection_id
"""

# Lease the numbers that have waited longest, so many for each connection, and read their shipments.
_LEASE = """
with places as materialized (select * from unnest($2::bigint[], $3::int[]) as p (connection_id, most)
), claimed as materialized (
    select q.row from places p cross join lateral (
        select ctid as row from asking where connection_id = p.connection_id and ask_at <= $1 order by ask_at limit p.most for update skip locked
    ) q
), leased as (
    update asking set ask_at = $4, asks = asks + 1, asked_at = $1 where ctid = any(array(select row from claimed))
    returning merchant_id, shipment_id, connection_id, tracking_number, carrier, known_at, asks, misses, pushed_at
)
select l.*, s.track, s.zone, s.carrier as carried_by from leased l join shipment s using (merchant_id, shipment_id)
order by l.connection_id, l.tracking_number
"""

# Write down that calls are about to be made.
_BEGIN = """
insert into ask_attempt (merchant_id, connection_id, numbers, started_at)
select m, c, n, $1 from unnest($2::bigint[], $3::bigint[], $4::int[]) with ordinality as x (m, c, n, place) order by place
returning attempt_id
"""


async def turns(tx: Tx, now: datetime, askers: Sequence[tuple[int, int]], full: Mapping[tuple[int, int], int], most: int) -> list[Bucket]:
    """Lock up to `most` of these connections that have a number due, with the buckets of their credentials; `full`: calls of a full one."""
    rows = await tx.fetch(_TURNS, now, [a[0] for a in askers], [a[1] for a in askers], most)
    if not rows:
        return []
    wanted = {row["credential"]: full[row["merchant_id"], row["connection_id"]] for row in rows}
    await tx.execute(_MAKE_BUCKETS, now, sorted(wanted), [float(wanted[c]) for c in sorted(wanted)])
    held = {row["credential"]: row for row in await tx.fetch(_BUCKETS, now, list(wanted))}
    return [
        Bucket(
            merchant_id=row["merchant_id"],
            connection_id=row["connection_id"],
            credential=row["credential"],
            left_over=held[row["credential"]]["left_over"],
            at=held[row["credential"]]["at"],
            token=held[row["credential"]]["token"],
        )
        for row in rows
    ]


async def draw(tx: Tx, left: Mapping[bytes, float], resting: Mapping[tuple[int, int], datetime], now: datetime) -> None:
    """Write what is left in buckets locked by `turns`, and until when connections with an empty one rest."""
    await tx.execute(_DRAW, now, list(left), list(left.values()))
    if resting:
        await tx.execute(_REST, [k[0] for k in resting], [k[1] for k in resting], list(resting.values()))


async def lease(tx: Tx, now: datetime, until: datetime, most: Mapping[int, int]) -> list[Due]:
    """Lease due numbers until `until`, so many for each connection id; commit before asking anybody."""
    return [
        Due(
            merchant_id=row["merchant_id"],
            shipment_id=row["shipment_id"],
            connection_id=row["connection_id"],
            tracking_number=row["tracking_number"],
            carrier=row["carrier"] if row["carrier"] != "unknown" else row["carried_by"],
            known_at=row["known_at"],
            asks=row["asks"],
            misses=row["misses"],
            pushed_at=row["pushed_at"],
            folded=folded_of(row["track"]),
            zone=row["zone"],
        )
        for row in await tx.fetch(_LEASE, now, list(most), list(most.values()), until)
    ]


async def begin(tx: Tx, calls: Sequence[tuple[int, int, int]], now: datetime) -> list[int]:
    """Write down calls about to be made, (merchant, connection, numbers); return their ids in the same order."""
    rows = await tx.fetch(_BEGIN, now, [c[0] for c in calls], [c[1] for c in calls], [c[2] for c in calls])
    return sorted(row["attempt_id"] for row in rows)
