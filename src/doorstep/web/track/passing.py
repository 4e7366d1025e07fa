"""The order's page on an Apple device → the order for its Wallet."""

import re

from litestar import Response, get
from litestar.params import FromPath

from doorstep.channels.apple_wallet.order import is_whole
from doorstep.errors import NotFoundError, TryLaterError
from doorstep.steps.directory import Tenant
from doorstep.steps.wallet import connection_of
from doorstep.store import orders
from doorstep.store.orders import KeptOrder
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, is_token, network_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import tenant_of
from doorstep.web.wallet.asking import given_out, ready_of

#: iPads call themselves Macintosh.
_APPLE = re.compile(r"iPhone|iPad|iPod|Macintosh")
#: Orders a minute that one network may have signed.
_NETWORKS = Buckets(30, 60.0)
_NO_NAME = re.compile(r"[^A-Za-z0-9-]+")


def wallet_url(request: AnyRequest, tenant: Tenant, order: KeptOrder | None) -> str:
    """Where the order's page leads to for Wallet; "" where the merchant's orders do not go there, or the device has no Wallet."""
    goes = order is not None and is_whole(order.order) and connection_of(tenant) is not None
    return f"/o/{order.token}/wallet" if order and goes and _APPLE.search(request.headers.get("user-agent", "")) else ""


@get("/o/{token:str}/wallet", include_in_schema=False, opt={"public": True})
async def order_for_wallet(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Give the order out as a file that a telephone opens in Wallet. The page's own token is the proof, as for the page."""
    house = house_of(request)
    async with house.database.system() as tx:
        found = await orders.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    if wait_s := _NETWORKS.take(network_of(request)):
        raise TryLaterError("too many orders from one network", after_s=wait_s)
    ready = await ready_of(request, await tenant_of(house, found.merchant_id), found.order_id)
    name = _NO_NAME.sub("-", found.order.number).strip("-") or "order"
    return await given_out(request, ready, **{"content-disposition": f'inline; filename="{name}.order"', "referrer-policy": "no-referrer"})
