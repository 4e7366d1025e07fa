"""How asking goes: what is shown and counted of it, and what is forgotten."""

from datetime import date, datetime, timedelta

from doorstep.store.database import Row, Tx

#: Calls are remembered so long.
_LEDGER_KEPT = timedelta(days=7)

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
