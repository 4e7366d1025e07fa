"""Providers' requests → signature checked → kept → 2xx. Nothing is read here; the worker does that."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache

import msgspec
from litestar.exceptions import ClientException, MethodNotAllowedException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.status_codes import HTTP_200_OK, HTTP_401_UNAUTHORIZED
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Receive, Send
from prometheus_client import Counter

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.domain.plugins import Carrier, Channel, Helpdesk, Raw, Shop
from doorstep.errors import BadInputError, NotFoundError
from doorstep.helpdesks import helpdesks
from doorstep.shops import shops
from doorstep.steps.askers import ASKED
from doorstep.steps.sum_up import HOOKS
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.store.inbox import Arrival
from doorstep.web.house import House
from doorstep.web.problems import bare_answer

#: Where all hooks lie.
PREFIX = "/hooks/"
#: Bytes of a body at most, where a channel does not say otherwise; the largest real payload known is 90 kB.
MOST_BYTES = 2_000_000
#: Headers worth keeping: everything but what names the way here, could hold a credential of somebody else's, or is ours to set.
_DROPPED = frozenset(
    {
        "cookie", "authorization", "proxy-authorization", "x-doorstep-token", "x-messagesystems-webhook-token",
        "x-forwarded-for", "x-real-ip", "forwarded", "host", "connection", ASKED,
    }
)  # fmt: skip


async def serve(house: House, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Answer one request. Bare ASGI: the framework's router, request and response took more time than all that is done here."""
    headers: dict[str, str]
    try:
        kind, body = await _answer(house, scope, receive)
        status, headers = HTTP_200_OK, {"content-type": kind}
    except Exception as error:  # noqa: BLE001 - the net of this route: every error has its answer
        status, headers, body = bare_answer(error)
        if status == HTTP_401_UNAUTHORIZED:
            # Some (Amazon SNS) send the login of an address only once they are asked for it so.
            headers["www-authenticate"] = 'Basic realm="Doorstep hook"'
    headers["content-length"] = str(len(body))
    told = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    start: HTTPResponseStartEvent = {"type": "http.response.start", "status": status, "headers": told}
    end: HTTPResponseBodyEvent = {
        "type": "http.response.body",
        "body": b"" if scope["method"] == "HEAD" else body,
        "more_body": False,
    }
    await send(start)
    await send(end)


async def _answer(house: House, scope: HTTPScope, receive: Receive) -> tuple[str, bytes]:
    provider, _, token = scope["path"].removeprefix(PREFIX).strip("/").partition("/")
    match scope["method"]:
        case "POST":
            return await _keep(house, provider, token, scope, receive)
        case "GET" | "HEAD":
            return await _greet(house, provider, token, scope, receive)
        case _:
            raise MethodNotAllowedException(headers={"allow": "GET, HEAD, POST"})


async def _greet(house: House, provider: str, token: str, scope: HTTPScope, receive: Receive) -> tuple[str, bytes]:
    """Keep what a provider says by GET, answer its question whether the hook is ours, and anybody else with what it is."""
    connection = await _connection(house, provider, token)
    plugin = plugin_of(connection)
    query = scope["query_string"].decode("latin-1")
    if query and isinstance(plugin, Channel) and plugin.by_get and scope["method"] == "GET":
        return await _keep(house, provider, token, scope, receive)
    if query and isinstance(plugin, Channel) and plugin.greet is not None:
        asked = Raw(body=b"", url=f"{house.settings.base_url}/hooks/{provider}/{token}?{query}")
        return "text/plain; charset=utf-8", plugin.greet(asked, connection.settings)
    return "text/plain", f"This is a Doorstep hook for {connection.provider}. It takes POST.\n".encode()


async def _keep(house: House, provider: str, token: str, scope: HTTPScope, receive: Receive) -> tuple[str, bytes]:
    """Keep what a provider sends, once its signature is checked; return the answer's content type and body."""
    try:
        connection = await _connection(house, provider, token)
        plugin = plugin_of(connection)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        raw = Raw(
            body=await _body(headers, receive, plugin.most_bytes if isinstance(plugin, Channel) else MOST_BYTES),
            headers=headers,
            url=f"{house.settings.base_url}/hooks/{provider}/{token}" + (f"?{query}" if query else ""),
            content_type=headers.get("content-type", ""),
        )
        now = utc_now()
        if plugin.verify is not None:
            plugin.verify(raw, connection.settings, now)
        body = await house.intake.take_in(plugin, raw, connection, now) if isinstance(plugin, Channel) else raw.body
        await house.receiver.keep(
            Arrival(
                merchant_id=connection.merchant_id,
                connection_id=connection.connection_id,
                delivery_key=_delivery_key(plugin, raw),
                url=query,
                headers={name: value for name, value in headers.items() if name not in _DROPPED},
                body=body,
                received_at=now,
            )
        )
    except Exception as error:
        HOOKS.labels(provider if provider in _providers() else "other", type(error).__name__).inc()
        raise
    _kept(provider).inc()
    return plugin.answer if isinstance(plugin, Channel) and plugin.answer else ("text/plain", b"")


@cache
def _kept(provider: str) -> Counter:
    """The counter of one provider's kept requests; only providers there are get here."""
    return HOOKS.labels(provider, "kept")


async def _body(headers: Mapping[str, str], receive: Receive, most: int) -> bytes:
    """Read a body, never more of it than is allowed."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise RequestEntityTooLarge
    pieces: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise ClientException(detail="the sender hung up before the end of the body")
        pieces.append(event["body"])
        size += len(event["body"])
        if size > most:
            raise RequestEntityTooLarge
        if not event.get("more_body", False):
            return b"".join(pieces)


def plugin_of(connection: Connection) -> Carrier | Shop | Channel | Helpdesk:
    """Return the plug-in of a connection.

    Raises:
        NotFoundError: it is not installed any more.
    """
    found = _plugins(connection.kind).get(connection.provider)
    if found is None:
        raise NotFoundError(f"there is no {connection.kind} plug-in {connection.provider!r} in this installation")
    return found


_PLUGINS: dict[str, Callable[[], Mapping[str, Carrier | Shop | Channel | Helpdesk]]] = {
    "carrier": carriers,
    "shop": shops,
    "channel": channels,
    "helpdesk": helpdesks,
}


def _plugins(kind: str) -> Mapping[str, Carrier | Shop | Channel | Helpdesk]:
    return _PLUGINS[kind]()


def load_plugins() -> None:
    """Read every plug-in in, so that no request waits for it."""
    for plugins in _PLUGINS.values():
        plugins()


def _providers() -> set[str]:
    return {*carriers(), *shops(), *channels(), *helpdesks()}


async def _connection(house: House, provider: str, token: str) -> Connection:
    """Find the connection by its token: from the directory, else from the database (it may be seconds old)."""
    await house.directory.refresh(house.database, utc_now())
    connection = house.directory.by_hook_token(token)
    if connection is None and len(token) >= 16:  # noqa: PLR2004 - a token of ours is longer
        async with house.database.system() as tx:
            connection = await connections.by_hook_token(tx, house.directory.sealer, token)
    if connection is None or connection.provider != provider or connection.kind not in _PLUGINS:  # a model calls nobody
        raise NotFoundError("there is no hook at this address; copy it again from the connection")
    return connection


def _delivery_key(plugin: Carrier | Shop | Channel | Helpdesk, raw: Raw) -> bytes:
    named = None
    if plugin.delivery_id is not None:
        try:
            named = plugin.delivery_id(raw)
        except (BadInputError, msgspec.MsgspecError):
            named = None
    if named:
        return hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=16, person=b"named").digest()
    if not raw.body:  # a GET: all it says stands in the query
        return hashlib.blake2b(raw.url.partition("?")[2].encode(), digest_size=16, person=b"query").digest()
    return hashlib.blake2b(raw.body, digest_size=16, person=b"hashed").digest()
