"""Providers' requests → signature checked → kept → 2xx. Nothing is read here; the worker does that."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.domain.plugins import Carrier, Channel, Raw, Shop
from doorstep.errors import BadInputError, NotFoundError
from doorstep.shops import shops
from doorstep.steps.sum_up import HOOKS
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.store.inbox import Arrival
from doorstep.web.house import House, house_of

#: Bytes of a body at most; the largest real payload known is 90 kB.
MOST_BYTES = 2_000_000
#: Headers worth keeping: everything but what names the way here or could hold a credential of somebody else's.
_DROPPED = frozenset({"cookie", "authorization", "proxy-authorization", "x-forwarded-for", "x-real-ip", "forwarded", "host", "connection"})


@post("/hooks/{provider:str}/{token:str}", status_code=HTTP_200_OK, request_max_body_size=MOST_BYTES, include_in_schema=False)
async def receive(request: Request[Any, Any, Any], provider: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    """Keep what a provider sends, once its signature is checked."""
    house = house_of(request)
    try:
        connection = await _connection(house, provider, token)
        plugin = plugin_of(connection)
        raw = Raw(
            body=await request.body(),
            headers={name.lower(): value for name, value in request.headers.items()},
            url=house.settings.base_url + request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            content_type=request.headers.get("content-type", ""),
        )
        now = utc_now()
        if plugin.verify is not None:
            plugin.verify(raw, connection.settings, now)
        await house.receiver.keep(
            Arrival(
                merchant_id=connection.merchant_id,
                connection_id=connection.connection_id,
                delivery_key=_delivery_key(plugin, raw),
                url=request.url.query,
                headers={name: value for name, value in raw.headers.items() if name not in _DROPPED},
                body=raw.body,
                received_at=now,
            )
        )
    except Exception as error:
        HOOKS.labels(provider if provider in _providers() else "other", type(error).__name__).inc()
        raise
    HOOKS.labels(provider, "kept").inc()
    kind, body = plugin.answer if isinstance(plugin, Channel) and plugin.answer else ("text/plain", b"")
    return Response(body, media_type=kind, status_code=HTTP_200_OK)


@get("/hooks/{provider:str}/{token:str}", include_in_schema=False)
async def show(request: Request[Any, Any, Any], provider: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Tell a person who opens the address what it is for. Some providers ask once by GET whether it is there."""
    connection = await _connection(house_of(request), provider, token)
    return Response(f"This is a Doorstep hook for {connection.provider}. It takes POST.\n", media_type="text/plain")


def plugin_of(connection: Connection) -> Carrier | Shop | Channel:
    """Return the plug-in of a connection.

    Raises:
        NotFoundError: it is not installed any more.
    """
    found = _plugins(connection.kind).get(connection.provider)
    if found is None:
        raise NotFoundError(f"there is no {connection.kind} plug-in {connection.provider!r} in this installation")
    return found


def _plugins(kind: str) -> Mapping[str, Carrier | Shop | Channel]:
    found: dict[str, Mapping[str, Carrier | Shop | Channel]] = {"carrier": carriers(), "shop": shops(), "channel": channels()}
    return found[kind]


def _providers() -> set[str]:
    return {*carriers(), *shops(), *channels()}


async def _connection(house: House, provider: str, token: str) -> Connection:
    """Find the connection by its token: from the directory, else from the database (it may be seconds old)."""
    await house.directory.refresh(house.database, utc_now())
    connection = house.directory.by_hook_token(token)
    if connection is None and len(token) >= 16:  # noqa: PLR2004 - a token of ours is longer
        async with house.database.system() as tx:
            connection = await connections.by_hook_token(tx, house.directory.sealer, token)
    if connection is None or connection.provider != provider:
        raise NotFoundError("there is no hook at this address; copy it again from the connection")
    return connection


def _delivery_key(plugin: Carrier | Shop | Channel, raw: Raw) -> bytes:
    named = None
    if not isinstance(plugin, Channel) and plugin.delivery_id is not None:
        try:
            named = plugin.delivery_id(raw)
        except (BadInputError, msgspec.MsgspecError):
            named = None
    if named:
        return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=16, person=b"named").digest()
    return hashlib.blake2b(raw.body, digest_size=16, person=b"hashed").digest()


ROUTES = [receive, show]
