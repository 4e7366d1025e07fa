"""A key → whose it is and what it may do."""

from typing import Any

import msgspec
from litestar import get

from doorstep.store import connections
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The key that asks."""

    merchant: str
    merchant_name: str
    key_name: str
    scopes: list[str]
    rate_per_s: float


@get("/me", operation_id="readMe", tags=["This key"], opt={"scope": None})
async def me(request: AnyRequest) -> Me:
    """Tell whose key this is, what it may do and how often."""
    house, key = house_of(request), key_of(request)
    async with house.database.for_merchant(key.merchant_id) as tx:
        merchant = (await connections.merchants(tx, [key.merchant_id]))[key.merchant_id]
    return Me(
        merchant=merchant.slug,
        merchant_name=merchant.name,
        key_name=key.name,
        scopes=sorted(key.scopes),
        rate_per_s=key.rate_per_s,
    )


ROUTES: list[Any] = [me]
