"""Shipments, connections ↔ rows that say when which number is to be asked about."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.store.database import Tx


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """When a number is to be asked about."""

    merchant_id: int
    shipment_id: int
    connection_id: int
    tracking_number: str
    carrier: str
    #: None: no more.
    ask_at: datetime | None
    #: The same where webhooks tell of it.
    reconcile_at: datetime | None
    #: A webhook told of it just now.
    pushed: bool = False
    #: Scans that asking found just now and a webhook should have told.
    found: int = 0


# Plan when to ask: numbers known already get a new time, others a row if there is anything to ask. Scans that asking found count as
# reconciled where webhooks tell of the shipment. $2 is since when a webhook counts.
_PLAN = """
with new as materialized (
    select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::bool[], $11::int[])
        as n (merchant_id, shipment_id, connection_id, tracking_number, carrier, ask_at, reconcile_at, pushed, found)
), changed as (
    update asking a set
        ask_at = case when n.pushed or a.pushed_at > $2 then n.reconcile_at else n.ask_at end,
        pushed_at = case when n.pushed then $1 else a.pushed_at end, misses = 0, note = null
    from new n
    where a.merchant_id = n.merchant_id and a.shipment_id = n.shipment_id and a.connection_id = n.connection_id
      and a.tracking_number = n.tracking_number
    returning a.merchant_id, a.connection_id, case when a.pushed_at > $2 and not n.pushed then n.found else 0 end as found
), made as (
    insert into asking (merchant_id, shipment_id, connection_id, tracking_number, carrier, known_at, ask_at, pushed_at)
    select merchant_id, shipment_id, connection_id, tracking_number, carrier, $1, case when pushed then reconcile_at else ask_at end,
           case when pushed then $1 end
    from new n
    where ask_at is not null and not exists (
        select from asking a where a.merchant_id = n.merchant_id and a.shipment_id = n.shipment_id and a.connection_id = n.connection_id
          and a.tracking_number = n.tracking_number)
    on conflict do nothing
), counted as (
    insert into ask_count (merchant_id, connection_id, day, reconciled)
    select merchant_id, connection_id, ($1 at time zone 'UTC')::date, sum(found) from changed join asker using (merchant_id, connection_id)
    where found > 0 group by 1, 2
    on conflict (merchant_id, connection_id, day) do update set reconciled = ask_count.reconciled + excluded.reconciled
)
select coalesce(sum(found), 0)::bigint from changed
"""

# Know the connections that are asked; a new credential begins without failures.
_KNOW = """
insert into asker (merchant_id, connection_id, credential)
select m, c, k from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as n (m, c, k)
where exists (select from connection x where x.merchant_id = m and x.connection_id = c)
on conflict (merchant_id, connection_id) do update set credential = excluded.credential, failures = 0, resting_until = null
where asker.credential <> excluded.credential
"""

# A connection that has not taken up all shipments that were there before it.
_UNFILLED = """
select merchant_id, connection_id, filled_to from asker
where filled_to is not null and (merchant_id, connection_id) in (select * from unnest($1::bigint[], $2::bigint[]))
order by merchant_id, connection_id limit 1 for update skip locked
"""

# Take up so many shipments of a merchant that were there before the connection and are under way; they are first asked about within the
# hour. $6: the carriers it answers for; $7: or all carriers but these.
_FILL = """
with page as materialized (
    select shipment_id, carrier, tracking_number, status, changed_at from shipment
    where merchant_id = $1 and shipment_id > $3 order by shipment_id limit $4
), made as (
    insert into asking (merchant_id, shipment_id, connection_id, tracking_number, carrier, known_at, ask_at)
    select $1, shipment_id, $2, tracking_number, carrier, changed_at, $5::timestamptz + make_interval(secs => mod(shipment_id, 3600)) from page
    where status not in ('delivered', 'returned', 'cancelled') and changed_at > $8
      and (carrier = any($6::text[]) or $7::text[] is not null and carrier <> all($7::text[]))
    on conflict do nothing returning 1
), moved as (
    update asker set filled_to = (select max(shipment_id) from page) where merchant_id = $1 and connection_id = $2
)
select (select count(*) from made) as made, (select count(*) from page) as seen
"""


async def plan(tx: Tx, planned: Sequence[Planned], now: datetime, pushed_since: datetime) -> int:
    """Write when numbers are asked about next; return how many scans asking found whose webhook never came."""
    reconciled: int = await tx.fetchval(
        _PLAN,
        now,
        pushed_since,
        [p.merchant_id for p in planned],
        [p.shipment_id for p in planned],
        [p.connection_id for p in planned],
        [p.tracking_number for p in planned],
        [p.carrier for p in planned],
        [p.ask_at for p in planned],
        [p.reconcile_at for p in planned],
        [p.pushed for p in planned],
        [p.found for p in planned],
    )
    return reconciled


async def know(tx: Tx, askers: Sequence[tuple[int, int, bytes]]) -> None:
    """Write down the connections that are asked: (merchant, connection, credential)."""
    await tx.execute(_KNOW, [a[0] for a in askers], [a[1] for a in askers], [a[2] for a in askers])


async def unfilled(tx: Tx, askers: Sequence[tuple[int, int]]) -> tuple[int, int, int] | None:
    """Lock one of these connections that has shipments to take up: (merchant, connection, the last shipment id taken up)."""
    row = await tx.fetchrow(_UNFILLED, [a[0] for a in askers], [a[1] for a in askers])
    return (row["merchant_id"], row["connection_id"], row["filled_to"]) if row else None


async def fill(
    tx: Tx,
    of: tuple[int, int, int],
    most: int,
    now: datetime,
    *,
    carriers: Sequence[str],
    all_but: Sequence[str] | None,
    heard_since: datetime,
) -> int:
    """Take up the next `most` shipments after what `unfilled` told; return how many were looked at (0: done)."""
    carried, but = list(carriers), None if all_but is None else list(all_but)
    row = await tx.fetchrow(_FILL, *of, most, now, carried, but, heard_since)
    return int(row["seen"]) if row else 0
