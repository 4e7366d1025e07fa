"""Words typed into the desk's search → a page of shipments; the day's figures."""

from datetime import datetime

from doorstep.store.database import Row, Tx
from doorstep.store.orders import number_key

_COLUMNS = """s.shipment_id, s.order_id, s.token, s.carrier, s.tracking_number, s.status, s.must_act, s.pitfalls, s.last_text, s.last_place, s.last_local,
s.created_at, s.changed_at, o.number, o.email, o.token as order_token"""

# Newest first; every filter optional.
_PAGE = f"""
select {_COLUMNS} from shipment s left join orders o using (merchant_id, order_id)
where s.merchant_id = $1 and ($2::bigint is null or s.shipment_id < $2) and ($4::text is null or s.status = $4)
  and (not $5::bool or s.pitfalls <> '{{}}')
order by s.shipment_id desc limit $3
"""
# By tracking number, order number or e-mail address, each through its own index.
_SEARCH = f"""
select {_COLUMNS} from (
    select l.shipment_id from leg l where l.merchant_id = $1 and l.tracking_number = $2
    union
    select h.shipment_id from orders k join shipment h using (merchant_id, order_id) where k.merchant_id = $1 and k.number_key = $3
    union
    select h.shipment_id from orders k join shipment h using (merchant_id, order_id) where k.merchant_id = $1 and k.email = $4
    limit 500
) f join shipment s on s.merchant_id = $1 and s.shipment_id = f.shipment_id
left join orders o on o.merchant_id = s.merchant_id and o.order_id = s.order_id
order by s.shipment_id desc limit 100
"""
# What stands where, and what left since a moment.
_STATUSES = "select status, count(*) as times from shipment where merchant_id = $1 group by status order by times desc"
_STATES = """
select channel, state, count(*) as times from message
where merchant_id = $1 and created_at >= $2 and month >= date_trunc('month', $2 at time zone 'UTC')::date
group by channel, state order by channel, times desc
"""
_PROBLEMS = """
select kind, count(*) as times from shipment s cross join lateral unnest(s.pitfalls) as kind
where s.merchant_id = $1 and s.pitfalls <> '{}' group by kind order by times desc, kind
"""

# Who changed what, newest first.
_CHANGES = """
select a.at, a.actor, u.email, a.action, a.detail from audit a
left join desk_user u on u.merchant_id = a.merchant_id and 'user ' || u.user_id = a.actor
where a.merchant_id = $1 order by a.audit_id desc limit $2
"""


async def shipments(
    tx: Tx, merchant_id: int, *, before: int | None = None, most: int = 50, status: str | None = None, troubled: bool = False
) -> list[Row]:
    """List shipments with their orders' numbers, newest first, older than the shipment id `before`."""
    return await tx.fetch(_PAGE, merchant_id, before, most, status, troubled)


async def search(tx: Tx, merchant_id: int, words: str) -> list[Row]:
    """Find shipments by a whole tracking number, order number or e-mail address."""
    words = words.strip()
    return await tx.fetch(_SEARCH, merchant_id, "".join(words.split()).upper(), number_key(words), words.lower())


async def statuses(tx: Tx, merchant_id: int) -> list[Row]:
    """Count shipments by status."""
    return await tx.fetch(_STATUSES, merchant_id)


async def states(tx: Tx, merchant_id: int, since: datetime) -> list[Row]:
    """Count messages by channel and state since a moment."""
    return await tx.fetch(_STATES, merchant_id, since)


async def problems(tx: Tx, merchant_id: int) -> list[Row]:
    """Count open pitfalls by kind."""
    return await tx.fetch(_PROBLEMS, merchant_id)


async def changes(tx: Tx, merchant_id: int, most: int = 50) -> list[Row]:
    """List who changed what, newest first: `at, actor, email, action, detail`; `email` is that of a desk user."""
    return await tx.fetch(_CHANGES, merchant_id, most)
