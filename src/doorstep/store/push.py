"""Browsers that want to be told ↔ rows: who subscribed on which order's page, and which of them still answer."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.messages import Device
from doorstep.store.database import Row, Tx
from doorstep.store.messages import Leased

#: Browsers that are told of one message, the newest; so many may be subscribed for one order.
MOST_DEVICES = 10
#: A browser whose push service failed so often without one success in between is not asked any more.
MOST_FAILURES = 20


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One browser that subscribed."""

    #: The customer's e-mail address or phone, as the order has it.
    address: str
    order_id: int
    device: Device
    #: "Firefox", "Safari", …; "" unknown.
    agent: str
    #: BCP 47, of the page.
    locale: str


# Subscribe a browser for an order; again, its keys and language are the new ones.
_KEEP = """
insert into push_subscription (merchant_id, address, order_id, endpoint, p256dh, auth, agent, locale, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (merchant_id, endpoint, order_id) do update
set address = excluded.address, p256dh = excluded.p256dh, auth = excluded.auth, agent = excluded.agent, locale = excluded.locale, failures = 0
returning xmax = 0 as fresh
"""
# Keep only the newest browsers of an order.
_CROWDED = """
delete from push_subscription where merchant_id = $1 and order_id = $2 and subscription_id in (
    select subscription_id from push_subscription where merchant_id = $1 and order_id = $2 order by subscription_id desc offset $3
)
"""
_REMOVE = "delete from push_subscription where merchant_id = $1 and order_id = $2 and endpoint = $3 returning address"
_LEFT = "select count(*) from push_subscription where merchant_id = $1 and address = $2"
# The browsers of addresses: those subscribed for one order, or (null) for any of theirs.
_OF = """
select k.merchant_id, k.address, k.order_id, s.endpoint, s.p256dh, s.auth
from unnest($1::bigint[], $2::text[], $3::bigint[]) as k (merchant_id, address, order_id)
cross join lateral (
    select endpoint, max(subscription_id) as newest from push_subscription p
    where p.merchant_id = k.merchant_id and p.address = k.address and (k.order_id is null or p.order_id = k.order_id) and p.failures < $4
    group by endpoint order by newest desc limit $5
) n join push_subscription s on s.merchant_id = k.merchant_id and s.subscription_id = n.newest
order by s.subscription_id desc
"""
# Which of these are subscribed still, under the address that a message goes to.
_STILL = """
select k.message_id, p.endpoint from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as k (merchant_id, message_id, address, endpoint)
join push_subscription p on p.merchant_id = k.merchant_id and p.endpoint = k.endpoint and p.address = k.address
"""
_FORGET = "delete from push_subscription where merchant_id = $1 and endpoint = any($2::text[])"
_TOLD = "update push_subscription set last_ok_at = $3, failures = 0 where merchant_id = $1 and endpoint = any($2::text[])"
_FAILED = "update push_subscription set failures = failures + 1 where merchant_id = $1 and endpoint = any($2::text[])"
_OF_ORDER = """
select endpoint, agent, locale, created_at, last_ok_at, failures from push_subscription
where merchant_id = $1 and order_id = $2 order by subscription_id
"""


async def keep(tx: Tx, merchant_id: int, new: Subscription, now: datetime) -> bool:
    """Subscribe a browser; tell whether that is new."""
    device = new.device
    fresh: bool = await tx.fetchval(
        _KEEP, merchant_id, new.address, new.order_id, device.endpoint, device.p256dh, device.auth, new.agent, new.locale, now
    )
    if fresh:
        await tx.execute(_CROWDED, merchant_id, new.order_id, MOST_DEVICES)
    return fresh


async def remove(tx: Tx, merchant_id: int, order_id: int, endpoint: str) -> str | None:
    """Tell a browser nothing more of an order; return the address it was subscribed under, None: it was not."""
    address: str | None = await tx.fetchval(_REMOVE, merchant_id, order_id, endpoint)
    return address


async def left(tx: Tx, merchant_id: int, address: str) -> int:
    """Count the subscriptions under an address."""
    count: int = await tx.fetchval(_LEFT, merchant_id, address)
    return count


#: Merchant, address, order (None: any of theirs).
Wanted = tuple[int, str, int | None]


async def devices(tx: Tx, wanted: Collection[Wanted]) -> dict[Wanted, tuple[Device, ...]]:
    """Find the browsers that are to be told, newest first; who has none is left out."""
    keys = list(wanted)
    found: dict[Wanted, list[Device]] = {}
    rows = await tx.fetch(_OF, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys], MOST_FAILURES, MOST_DEVICES)
    for row in rows:
        device = Device(endpoint=row["endpoint"], p256dh=row["p256dh"], auth=row["auth"])
        found.setdefault((row["merchant_id"], row["address"], row["order_id"]), []).append(device)
    return {key: tuple(ones) for key, ones in found.items()}


async def still(tx: Tx, leased: Sequence[Leased]) -> dict[str, tuple[Device, ...]]:
    """Leave out the browsers that were switched off since the messages were composed: message id → the others, in order."""
    asked = [(one.message, device) for one in leased for device in one.message.devices]
    rows = await tx.fetch(
        _STILL,
        [message.merchant_id for message, _ in asked],
        [message.message_id for message, _ in asked],
        [message.to for message, _ in asked],
        [device.endpoint for _, device in asked],
    )
    there = {(row["message_id"], row["endpoint"]) for row in rows}
    return {
        one.message.message_id: tuple(d for d in one.message.devices if (one.message.message_id, d.endpoint) in there) for one in leased
    }


async def forget(tx: Tx, merchant_id: int, endpoints: Sequence[str]) -> None:
    """Forget browsers that are no more, whatever they were subscribed for."""
    await tx.execute(_FORGET, merchant_id, list(endpoints))


async def told(tx: Tx, merchant_id: int, endpoints: Sequence[str], now: datetime) -> None:
    """Note that these browsers' services took a message."""
    await tx.execute(_TOLD, merchant_id, list(endpoints), now)


async def failed(tx: Tx, merchant_id: int, endpoints: Sequence[str]) -> None:
    """Note that none of these browsers' services took a message."""
    await tx.execute(_FAILED, merchant_id, list(endpoints))


async def of_order(tx: Tx, merchant_id: int, order_id: int) -> list[Row]:
    """List an order's browsers: `endpoint, agent, locale, created_at, last_ok_at, failures`."""
    return await tx.fetch(_OF_ORDER, merchant_id, order_id)
