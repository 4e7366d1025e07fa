"""Cases ↔ when they are looked at next, what was sent for them, and the parcels that belong to them."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.domain.actions.plans import ErrandKind
from doorstep.store.database import Tx

# Cases whose next look is due, with their orders: the longest waiting of each merchant first.
_DUE = """
select merchant_id, case_id, order_id from (
    select merchant_id, case_id, order_id, look_at, row_number() over (partition by merchant_id order by look_at, case_id) as place
    from cases where look_at <= $1
) ranked order by place, look_at limit $2
"""

# Hold an order, and then a case of it that is due, where nobody else has them: in the order in which everybody locks the two.
_HOLD_ORDER = "select 1 from orders where merchant_id = $1 and order_id = $2 for update skip locked"
_HOLD_CASE = "select 1 from cases where merchant_id = $1 and case_id = $2 and look_at <= $3 for update skip locked"
_WAIT_FOR_ORDER = "select 1 from orders where merchant_id = $1 and order_id = $2 for update"

# Have open cases looked at now, in one order.
_WAKE = """
update cases c set look_at = $3
from (
    select there.merchant_id, there.case_id from (
        select distinct m, c from unnest($1::bigint[], $2::bigint[]) as x (m, c) order by m, c
    ) asked cross join lateral (
        select merchant_id, case_id from cases where merchant_id = asked.m and case_id = asked.c and look_at > $3 offset 0 for update
    ) there
) k
where c.merchant_id = k.merchant_id and c.case_id = k.case_id
"""

# Look at a case later, whatever its clock says: it could not be looked at now.
_PUT_OFF = "update cases set look_at = $3 where merchant_id = $1 and case_id = $2 and look_at is not null"

# How errands of a kind stand for a case.
_ASKED = "select state from errand where merchant_id = $1 and case_id = $2 and kind = any($3::text[])"

# Cases of orders for which new goods were asked to be sent before a moment.
_SENDS = """
select distinct k.shipment_id, c.merchant_id, c.case_id
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as k (merchant_id, order_id, shipment_id, sent_at)
join cases c on c.order_id = k.order_id and c.merchant_id = k.merchant_id
join errand e on e.case_id = c.case_id and e.merchant_id = c.merchant_id
where e.kind = any($5::text[]) and e.state = any($6::text[]) and e.made_at < k.sent_at
order by c.merchant_id, c.case_id, k.shipment_id
"""
_NEW_GOODS = [ErrandKind.EXCHANGE.value, ErrandKind.REPLACE.value]


async def due(tx: Tx, now: datetime, most: int) -> list[tuple[int, int, int]]:
    """List cases whose next look is due, (merchant, case id, order id); an even share for each merchant. `hold` then takes one."""
    return [(row["merchant_id"], row["case_id"], row["order_id"]) for row in await tx.fetch(_DUE, now, most)]


async def hold(tx: Tx, merchant_id: int, case_id: int, order_id: int, now: datetime) -> bool:
    """Take a case that is due, and its order, for this transaction alone; False: somebody has it, or has looked at it meanwhile."""
    if await tx.fetchval(_HOLD_ORDER, merchant_id, order_id) is None:
        return False
    return await tx.fetchval(_HOLD_CASE, merchant_id, case_id, now) is not None


async def hold_order(tx: Tx, merchant_id: int, order_id: int) -> None:
    """Take an order for this transaction alone, before any of its cases is taken: its money is given out by one at a time."""
    await tx.execute(_WAIT_FOR_ORDER, merchant_id, order_id)


async def wake(tx: Tx, keys: Sequence[tuple[int, int]], now: datetime) -> None:
    """Have open cases, by (merchant, case id), looked at now; those that are due already, and those that have ended, stay as they are."""
    await tx.execute(_WAKE, [key[0] for key in keys], [key[1] for key in keys], now)


async def put_off(tx: Tx, merchant_id: int, case_id: int, until: datetime) -> None:
    """Look at a case again then: an error of ours, or of its rules, must not keep the others waiting."""
    await tx.execute(_PUT_OFF, merchant_id, case_id, until)


async def new_goods_sent(tx: Tx, merchant_id: int, case_id: int) -> bool:
    """Tell whether somebody has confirmed that a case's new goods were sent."""
    return any(row["state"] == "done" for row in await tx.fetch(_ASKED, merchant_id, case_id, _NEW_GOODS))


async def awaiting_new_goods(tx: Tx, parcels: Sequence[tuple[int, int, int, datetime]]) -> list[tuple[int, int, int]]:
    """Tell for which cases parcels, (merchant, order, shipment, sent at), may hold the new goods: (shipment, merchant, case id)."""
    rows = await tx.fetch(
        _SENDS,
        [one[0] for one in parcels],
        [one[1] for one in parcels],
        [one[2] for one in parcels],
        [one[3] for one in parcels],
        _NEW_GOODS,
        ["sent", "done", "escalated"],
    )
    return [(row["shipment_id"], row["merchant_id"], row["case_id"]) for row in rows]
