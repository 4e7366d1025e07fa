"""The merchant's own endpoints: added with a secret of our making, shown once; listed; removed."""

import base64
import os
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_204_NO_CONTENT
from msgspec import Meta

from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import number_of
from doorstep.web.api.shapes import Id
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

#: Every moment goes to every endpoint; more than a few are a mistake.
_MOST = 20

Url = Annotated[
    str, Meta(min_length=8, max_length=2000, description="An https address that takes POST.", examples=["https://shop.example/doorstep"])
]


class EndpointForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint to be told of every moment."""

    url: Url
    name: Annotated[str, Meta(min_length=1, max_length=100)] = "Webhook"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that is told of every moment."""

    id: Id
    name: str
    url: str
    active: bool
    paused_why: Annotated[str | None, Meta(description="Why nothing is sent to it now; null while active.")]


class NewEndpoint(Endpoint, frozen=True, kw_only=True):
    """An endpoint just added, with the secret its messages are signed with (Standard Webhooks). The secret is shown this once."""

    secret: str


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """All endpoints, oldest first."""

    webhooks: list[Endpoint]


def _shown(one: Connection) -> Endpoint:
    return Endpoint(id=str(one.connection_id), name=one.name, url=one.settings.get("url", ""), active=one.active, paused_why=one.paused_why)


def checked_url(url: str, *, allow_private: bool) -> str:
    """Return the address of an endpoint if it may be called. Where it leads is asked again before every call.

    Raises:
        BadInputError: not an https address, or one with a user name in it.
    """
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError as error:
        raise BadInputError("url: must be an https address") from error
    if parts.scheme not in ({"https", "http"} if allow_private else {"https"}) or not parts.hostname or not port_fits:
        raise BadInputError("url: must be an https address")
    if parts.username is not None or not url.isascii() or any(sign.isspace() for sign in url):
        raise BadInputError("url: must hold no user name, no spaces and only ASCII letters")
    return url


@get("/webhooks", operation_id="listWebhooks", tags=["Webhooks"], opt={"scope": "webhooks:read"})
async def list_webhooks(request: AnyRequest) -> Endpoints:
    """List your endpoints, oldest first."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        found = await connections.connections(tx, house.directory.sealer, merchant_id)
    return Endpoints(webhooks=[_shown(one) for one in found if _is_endpoint(one)])


@post(
    "/webhooks", operation_id="addWebhook", tags=["Webhooks"], status_code=HTTP_201_CREATED, opt={"scope": "webhooks:write", "body": "json"}
)
async def add_webhook(request: AnyRequest, data: JSONBody[EndpointForm], once_key: OnceKey = None) -> Response[NewEndpoint]:
    """Add an endpoint. It is told of every moment, signed after Standard Webhooks with the secret in the answer, shown this once."""
    house, key = house_of(request), key_of(request)
    plugin = plugin_named("channel", "webhook")
    url = checked_url(data.url, allow_private=house.settings.allow_private)
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    wanted = new_connection(key.merchant_id, "channel", "webhook", data.name, checked(plugin, {"url": url, "secret": secret}))

    async def work(tx: Tx) -> tuple[int, NewEndpoint]:
        there = await connections.connections(tx, house.directory.sealer, key.merchant_id)
        if sum(map(_is_endpoint, there)) >= _MOST:
            raise ConflictError(f"there are {_MOST} endpoints already; remove one first")
        made = await connections.connect(tx, house.directory.sealer, wanted, secret_names(plugin))
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "webhook added", str(made))
        return HTTP_201_CREATED, NewEndpoint(id=str(made), name=data.name, url=url, active=True, paused_why=None, secret=secret)

    return await once(request, once_key, NewEndpoint, work)


@delete(
    "/webhooks/{webhook_id:str}",
    operation_id="removeWebhook",
    tags=["Webhooks"],
    status_code=HTTP_204_NO_CONTENT,
    opt={"scope": "webhooks:write"},
)
async def remove_webhook(request: AnyRequest, webhook_id: FromPath[str]) -> None:
    """Remove an endpoint. What still waits for it is cancelled."""
    house, key = house_of(request), key_of(request)
    async with house.database.for_merchant(key.merchant_id) as tx:
        found = await connections.one(tx, house.directory.sealer, key.merchant_id, number_of(webhook_id))
        if not _is_endpoint(found):
            raise NotFoundError("there is no such endpoint")
        await connections.remove(tx, key.merchant_id, found.connection_id)
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "webhook removed", webhook_id)


def _is_endpoint(one: Connection) -> bool:
    return (one.kind, one.provider) == ("channel", "webhook")


ROUTES: list[Any] = [list_webhooks, add_webhook, remove_webhook]
