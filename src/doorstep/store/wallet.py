"""Orders in Apple Wallet ↔ rows: what was given out, and which devices hold it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from doorstep.domain.messages import Device
from doorstep.store.database import Row, Tx
from doorstep.store.messages import Leased

#: Devices that may hold one order; one more takes the place of the oldest.
MOST_DEVICES = 20

# What an order's last package said, and since when.
_KEPT = "select digest, updated_at from wallet_order where merchant_id = $1 and order_id = $2"
# Note what a package says; where that is new, its date moves on, by a second at least.
_NOTE = """
insert into wallet_order as w (merchant_id, order_id, digest, updated_at) values ($1, $2, $3, $4)
on conflict (merchant_id, order_id) do update
set digest = excluded.digest,
    updated_at = case when w.digest = excluded.digest then w.updated_at else greatest(excluded.updated_at, w.updated_at + interval '1 second') end
returning updated_at
"""
# Which of these orders a device holds, and what their last packages said.
_HELD = """
select w.merchant_id, w.order_id, w.digest from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, order_id)
join wallet_order w using (merchant_id, order_id)
where exists (select from wallet_device d where d.merchant_id = w.merchant_id and d.order_id = w.order_id)
"""

# Tell a device of an order's changes from now on; "fresh" where it was not told before. Nothing where there is no such order.
_REGISTER = """
insert into wallet_device (merchant_id, order_id, device, order_type, push_token, registered_at)
select merchant_id, order_id, $3, $4, $5, $6 from orders where merchant_id = $1 and order_id = $2
on conflict (merchant_id, order_id, device) do update set order_type = excluded.order_type, push_token = excluded.push_token
returning xmax = 0 as fresh
"""
# Keep only the newest registrations of an order.
_CROWDED = """
delete from wallet_device where merchant_id = $1 and order_id = $2 and device in (
    select device from wallet_device where merchant_id = $1 and order_id = $2 order by registered_at desc, device offset $3
)
"""
_UNREGISTER = "delete from wallet_device where merchant_id = $1 and order_id = $2 and device = $3 returning device"
# The orders of a device that changed since then.
_CHANGED = """
select d.merchant_id, d.order_id, w.updated_at from wallet_device d join wallet_order w using (merchant_id, order_id)
where d.device = $1 and d.merchant_id = any($2::bigint[]) and d.order_type = $3 and w.updated_at > $4
order by w.updated_at desc limit 1000
"""
# The devices that hold orders.
_DEVICES = """
select d.merchant_id, d.order_id, d.push_token from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, order_id)
join wallet_device d using (merchant_id, order_id) order by d.registered_at, d.device
"""
# Forget devices that are no more, whatever they held.
_FORGET = "delete from wallet_device where merchant_id = $1 and push_token = any($2::text[])"


async def note(tx: Tx, merchant_id: int, order_id: int, digest: bytes, now: datetime) -> datetime:
    """Note what an order's package says now and return since when it says so, in whole seconds, never earlier than before."""
    kept = await tx.fetchrow(_KEPT, merchant_id, order_id)
    if kept is not None and kept["digest"] == digest:
        since: datetime = kept["updated_at"]
    else:
        since = await tx.fetchval(_NOTE, merchant_id, order_id, digest, now.replace(microsecond=0))
    return since


async def held(tx: Tx, orders: Collection[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Tell which of these orders, by (merchant, order id), a device holds, and the digest of what their packages last said."""
    rows = await tx.fetch(_HELD, [key[0] for key in orders], [key[1] for key in orders])
    return {(row["merchant_id"], row["order_id"]): row["digest"] for row in rows}


async def register(tx: Tx, merchant_id: int, order_id: int, device: str, order_type: str, push_token: str, now: datetime) -> bool | None:
    """Tell a device of an order's changes from now on; tell whether that is new. None: the merchant has no such order."""
    fresh: bool | None = await tx.fetchval(_REGISTER, merchant_id, order_id, device, order_type, push_token, now)
    if fresh:
        await tx.execute(_CROWDED, merchant_id, order_id, MOST_DEVICES)
    return fresh


async def unregister(tx: Tx, merchant_id: int, order_id: int, device: str) -> bool:
    """Tell a device nothing more of an order; tell whether it was told before."""
    return await tx.fetchval(_UNREGISTER, merchant_id, order_id, device) is not None


async def changed(tx: Tx, merchant_ids: Sequence[int], order_type: str, device: str, since: datetime) -> list[Row]:
    """List a device's orders that changed after `since`, newest first: `merchant_id, order_id, updated_at`."""
    return await tx.fetch(_CHANGED, device, list(merchant_ids), order_type, since)


async def devices(tx: Tx, leased: Sequence[Leased]) -> dict[str, tuple[Device, ...]]:
    """Find the devices that hold the orders of messages: message id → devices."""
    of_order: dict[tuple[int, int], list[Device]] = {}
    keys = {(one.message.merchant_id, one.order_id) for one in leased if one.order_id is not None}
    for row in await tx.fetch(_DEVICES, [key[0] for key in keys], [key[1] for key in keys]):
        of_order.setdefault((row["merchant_id"], row["order_id"]), []).append(Device(endpoint=row["push_token"]))
    return {one.message.message_id: tuple(of_order.get((one.message.merchant_id, one.order_id or 0), ())) for one in leased}


async def forget(tx: Tx, merchant_id: int, endpoints: Sequence[str]) -> None:
    """Forget devices by their push tokens."""
    await tx.execute(_FORGET, merchant_id, list(endpoints))
