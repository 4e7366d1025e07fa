"""Numbers to ask carriers about, when, and at what pace; calls leased before they are made, written down after."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.store.database import Row, Tx
from doorstep.store.shipments import folded_of

#: Calls are remembered so long.
_LEDGER_KEPT = timedelta(days=7)


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


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one number's turn came to."""

    due: Due
    ask_at: datetime | None
    misses: int
    note: str | None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How asking goes through one connection, after a call."""

    merchant_id: int
    connection_id: int
    attempt_id: int
    outcome: str
    detail: str
    asked: int
    answered: int
    #: None: it may be asked again at once.
    resting_until: datetime | None


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

# Write down what calls came to: the ledger, the numbers whose lease still stands, how the connections do, the day's counts.
_END = """
update ask_attempt a set ended_at = $1, outcome = n.outcome, detail = n.detail
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) as n (merchant_id, attempt_id, outcome, detail)
where a.merchant_id = n.merchant_id and a.attempt_id = n.attempt_id
"""
_NEXT = """
update asking a set ask_at = n.ask_at, misses = n.misses, note = n.note
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::timestamptz[], $7::int[], $8::text[])
    as n (merchant_id, shipment_id, connection_id, tracking_number, asks, ask_at, misses, note)
where a.merchant_id = n.merchant_id and a.shipment_id = n.shipment_id and a.connection_id = n.connection_id
  and a.tracking_number = n.tracking_number and a.asks = n.asks
"""
_STATE = """
update asker a set
    last_asked_at = $1, failures = case when n.ok then 0 else a.failures + 1 end,
    last_answered_at = case when n.ok then $1 else a.last_answered_at end,
    last_error = case when n.ok then a.last_error else n.detail end, last_error_at = case when n.ok then a.last_error_at else $1 end,
    resting_until = greatest(a.resting_until, n.until)
from (
    select merchant_id, connection_id, bool_or(ok) as ok, max(detail) as detail, max(until) as until
    from unnest($2::bigint[], $3::bigint[], $4::bool[], $5::text[], $6::timestamptz[]) as x (merchant_id, connection_id, ok, detail, until)
    group by 1, 2
) n where a.merchant_id = n.merchant_id and a.connection_id = n.connection_id
"""
_COUNT = """
insert into ask_count (merchant_id, connection_id, day, asked, answered, errors)
select merchant_id, connection_id, $1, sum(asked), sum(answered), sum(errors)
from unnest($2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[]) as x (merchant_id, connection_id, asked, answered, errors)
join asker using (merchant_id, connection_id) group by 1, 2
on conflict (merchant_id, connection_id, day) do update set
    asked = ask_count.asked + excluded.asked, answered = ask_count.answered + excluded.answered, errors = ask_count.errors + excluded.errors
"""
_FAILURES = "select merchant_id, connection_id, failures from asker where (merchant_id, connection_id) in (select * from unnest($1::bigint[], $2::bigint[]))"
_KEEP = "update ask_credential set token = $2, token_until = $3 where merchant_id = 0 and credential = $1"

# How asking goes through one connection: its state, today's counts.
_SHOWN = """
select a.*, coalesce(c.asked, 0) as asked, coalesce(c.answered, 0) as answered, coalesce(c.errors, 0) as errors,
       coalesce(c.reconciled, 0) as reconciled,
       (select min(ask_at) from asking q where q.connection_id = a.connection_id and q.merchant_id = a.merchant_id and ask_at is not null) as next_at
from asker a left join ask_count c on c.merchant_id = a.merchant_id and c.connection_id = a.connection_id and c.day = $3
where a.merchant_id = $1 and a.connection_id = $2
"""
_LEFT = "select left_over, at from ask_credential where merchant_id = 0 and credential = $1"

# Over all merchants: today's counts, and how long the oldest number that may be asked about has waited (seconds).
_LAG = """
select coalesce(sum(asked), 0)::bigint as asked, coalesce(sum(answered), 0)::bigint as answered, coalesce(sum(errors), 0)::bigint as errors,
       coalesce(sum(reconciled), 0)::bigint as reconciled,
       (select extract(epoch from $1 - min(o.ask_at)) from asker a join connection c using (merchant_id, connection_id)
        cross join lateral (select ask_at from asking q where q.connection_id = a.connection_id and ask_at <= $1 order by ask_at limit 1) o
        where c.state = 'active') as oldest_s
from ask_count where day = ($1 at time zone 'UTC')::date
"""

# Forget old calls, and the plans of connections that are gone.
_FORGET_CALLS = """
delete from ask_attempt where ctid = any(array(select ctid from ask_attempt where started_at < $1 order by started_at limit 5000))
"""
_FORGET_GONE = """
with recursive planned (connection_id) as (
    (select connection_id from asking where ask_at is not null order by connection_id limit 1)
    union all
    select (select connection_id from asking where ask_at is not null and connection_id > p.connection_id order by connection_id limit 1)
    from planned p where p.connection_id is not null
), gone as (
    select connection_id from planned p where connection_id is not null and not exists (select from connection c where c.connection_id = p.connection_id)
)
delete from asking where ctid = any(array(
    select q.ctid from gone g cross join lateral (select ctid from asking where connection_id = g.connection_id and ask_at is not null limit 5000) q
))
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


async def end(tx: Tx, states: Sequence[State], outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what calls came to. A number whose lease another worker has by now is left to it."""
    merchants, connected = [s.merchant_id for s in states], [s.connection_id for s in states]
    fine = [s.outcome in {"answered", "refused"} for s in states]
    details = [s.detail[:300] for s in states]
    await tx.execute(_END, now, merchants, [s.attempt_id for s in states], [s.outcome for s in states], details)
    await tx.execute(_STATE, now, merchants, connected, fine, details, [s.resting_until for s in states])
    counts = ([s.asked for s in states], [s.answered for s in states], [int(not ok) for ok in fine])
    await tx.execute(_COUNT, now.date(), merchants, connected, *counts)
    await tx.execute(
        _NEXT,
        [o.due.merchant_id for o in outcomes],
        [o.due.shipment_id for o in outcomes],
        [o.due.connection_id for o in outcomes],
        [o.due.tracking_number for o in outcomes],
        [o.due.asks for o in outcomes],
        [o.ask_at for o in outcomes],
        [o.misses for o in outcomes],
        [o.note[:300] if o.note else None for o in outcomes],
    )


async def failures(tx: Tx, askers: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Tell how many calls in a row came to nothing, by (merchant, connection)."""
    rows = await tx.fetch(_FAILURES, [a[0] for a in askers], [a[1] for a in askers])
    return {(row["merchant_id"], row["connection_id"]): row["failures"] for row in rows}


async def keep_token(tx: Tx, credential: bytes, sealed: bytes | None, until: datetime | None) -> None:
    """Keep a credential's token, sealed, until it ends; None forgets it."""
    await tx.execute(_KEEP, credential, sealed, until)


async def shown(tx: Tx, merchant_id: int, connection_id: int, day: date) -> Row | None:
    """Tell how asking goes through a connection: the columns of `asker`, the day's counts, `next_at`; None: it is not asked."""
    return await tx.fetchrow(_SHOWN, merchant_id, connection_id, day)


async def left_over(tx: Tx, credential: bytes) -> tuple[float, datetime] | None:
    """Tell the calls a bucket held, and when; None: nothing was drawn from it yet."""
    row = await tx.fetchrow(_LEFT, credential)
    return (row["left_over"], row["at"]) if row else None


async def lag(tx: Tx, now: datetime) -> Row:
    """Tell `asked`, `answered`, `errors`, `reconciled` of today over all merchants, and `oldest_s` (None: nothing is due)."""
    return (await tx.fetch(_LAG, now))[0]


async def forget(tx: Tx, now: datetime) -> None:
    """Forget calls of more than a week ago, and plans of connections that are gone."""
    await tx.execute(_FORGET_CALLS, now - _LEDGER_KEPT)
    await tx.execute(_FORGET_GONE)
