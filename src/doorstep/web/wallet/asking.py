"""A device that asks what changed → the names of its orders; that asks for an order → its newest package, or that it has it already."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.channels.apple_wallet.package import MEDIA_TYPE
from doorstep.errors import BadInputError, MisconfiguredError, NotFoundError, TryLaterError
from doorstep.steps.directory import Tenant
from doorstep.steps.pausing import pause
from doorstep.steps.wallet import Packed, connection_of, identifier_of, packed
from doorstep.steps.work import utc_now
from doorstep.store import wallet
from doorstep.web.house import house_of
from doorstep.web.look.asking import network_of
from doorstep.web.network import Buckets
from doorstep.web.problems import problem
from doorstep.web.wallet.doors import AnyRequest, asked_of, goes_by, is_name, refusal

#: A transaction that began so long ago may still be writing an older date than those seen here.
_OVERLAP = timedelta(seconds=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TAG = 12
#: Lists a minute that one network may ask for, without any token.
_LISTS = Buckets(120, 60.0)


@get("/devices/{device:str}/registrations/{order_type:str}", include_in_schema=False, opt={"public": True})
async def changed_orders(request: AnyRequest, device: FromPath[str], order_type: FromPath[str]) -> Response[Any]:
    """Name a device's orders that changed since it last asked; 204 where none did. It proves nothing here, so it learns names only."""
    house, now = house_of(request), utc_now()
    if wait_s := _LISTS.take(network_of(request)):
        return problem(429, "ask again later", {"retry-after": str(int(wait_s) + 1)})
    since = _since(request.query_params.get("ordersModifiedSince", ""))
    await house.directory.refresh(house.database, now)
    merchants = [one.merchant.merchant_id for one in house.directory.tenants() if goes_by(one, order_type)]
    rows = []
    if merchants and is_name(device):
        async with house.database.system() as tx:
            rows = await wallet.changed(tx, merchants, order_type, device, since)
    if not rows:
        return Response(None, status_code=204)
    upto = max(min(rows[0]["updated_at"], now - _OVERLAP), since)
    names = [identifier_of(house.directory.sealer, row["merchant_id"], row["order_id"]) for row in rows]
    told = {"orderIdentifiers": names, "lastModified": str(int((upto - _EPOCH).total_seconds()))}
    return Response(msgspec.json.encode(told), media_type="application/json", headers={"cache-control": "no-store"})


def _since(tag: str) -> datetime:
    """Read the time that an answer before named.

    Raises:
        BadInputError: it is none of ours.
    """
    if not tag:
        return _EPOCH
    if not (tag.isascii() and tag.isdigit() and len(tag) <= _LONGEST_TAG):
        raise BadInputError("ordersModifiedSince is what an answer before called lastModified")
    try:
        return _EPOCH + timedelta(seconds=int(tag))
    except OverflowError:
        raise BadInputError("ordersModifiedSince is what an answer before called lastModified") from None


@get("/orders/{order_type:str}/{identifier:str}", include_in_schema=False, opt={"public": True})
async def newest_order(request: AnyRequest, order_type: FromPath[str], identifier: FromPath[str]) -> Response[bytes]:
    """Give an order out as it stands now."""
    asked = await asked_of(request, order_type, identifier)
    try:
        ready = await ready_of(request, asked.tenant, asked.order_id)
    except NotFoundError:
        raise refusal() from None
    return await given_out(request, ready)


async def ready_of(request: AnyRequest, tenant: Tenant, order_id: int) -> Packed:
    """Make an order ready; a connection that cannot be used is paused, and its owners are told.

    Raises:
        NotFoundError: there is none for Wallet.
        TryLaterError: the merchant must mend the connection first.
    """
    house, merchant_id, now = house_of(request), tenant.merchant.merchant_id, utc_now()
    try:
        async with house.database.for_merchant(merchant_id) as tx:
            return await packed(tx, tenant, house.directory, order_id, now)
    except MisconfiguredError as error:
        if connection := connection_of(tenant):
            async with house.database.system() as tx:
                await pause(tx, house.directory, (merchant_id, connection.connection_id), str(error), now)
            await house.directory.refresh(house.database, now, force=True)
        raise TryLaterError("orders of this shop do not go to Wallet now", after_s=3600) from error


async def given_out(request: AnyRequest, ready: Packed, **headers: str) -> Response[bytes]:
    """Answer with a package, unless the caller has it already."""
    kept = {
        "etag": f'"{ready.tag}"',
        "last-modified": format_datetime(ready.updated_at, usegmt=True),
        "cache-control": "private, no-cache",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        **headers,
    }
    if _has_it(request, ready):
        return Response(b"", status_code=304, headers=kept)
    return Response(await asyncio.to_thread(ready.content), media_type=MEDIA_TYPE, headers=kept)


def _has_it(request: AnyRequest, ready: Packed) -> bool:
    """Tell whether the caller's copy is this one: by its tag, else by its date (RFC 9110, section 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return f'"{ready.tag}"' in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, TypeError, IndexError):
        return False
    return ready.updated_at <= (since if since.tzinfo else since.replace(tzinfo=UTC))
