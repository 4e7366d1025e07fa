"""A request below `/chat/` → let through from the sites a merchant named, and from our own pages; refused from any other (CORS)."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Message, Receive, Send

from doorstep.channels.web_chat.origins import read_origins
from doorstep.errors import MisconfiguredError, NotFoundError
from doorstep.steps.chat import PROVIDER, read_key
from doorstep.steps.directory import Tenant
from doorstep.store.connections import Connection
from doorstep.web.house import House
from doorstep.web.look.asking import is_token
from doorstep.web.problems import bare_answer
from doorstep.web.tenants import tenant_of

PREFIX = "/chat/"
Inner = Callable[[HTTPScope, Receive, Send], Awaitable[None]]
_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "7200",
}
#: What a script on another site may read besides the body.
_EXPOSED = "retry-after, content-disposition"


async def serve(house: House, scope: HTTPScope, receive: Receive, send: Send, inner: Inner) -> None:
    """Answer a request of the chat: its preflight here, the rest by `inner`, with the headers that let the asking site read it."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get("origin", "")
    try:
        _, connection = await chat_of(house, scope["path"].removeprefix(PREFIX).partition("/")[0])
        allowed = may_ask(house, connection, origin, headers)
    except Exception as error:  # noqa: BLE001 - the net of this route: every error has its answer
        await _answer(send, *bare_answer(error))
        return
    if not allowed:
        await _answer(send, 403, {"content-type": "text/plain", "vary": "origin"}, b"This site may not show this chat.\n")
        return
    crossing = {"access-control-allow-origin": origin, "access-control-expose-headers": _EXPOSED} if origin else {}
    crossing["vary"] = "origin"
    if scope["method"] == "OPTIONS":
        await _answer(send, 204, crossing | _PREFLIGHT, b"")
        return
    told = [(name.encode(), value.encode("latin-1")) for name, value in crossing.items()]

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *told]
        await send(message)

    await inner(scope, receive, sent)


async def chat_of(house: House, key: str) -> tuple[Tenant, Connection]:
    """Find the chat that a public key names.

    Raises:
        NotFoundError: there is none, or it is paused.
    """
    merchant_id, connection_id = read_key(house.directory.sealer, key if is_token(key) else "")
    tenant = await tenant_of(house, merchant_id)
    connection = tenant.connections.get(connection_id)
    if connection is None or connection.provider != PROVIDER or not connection.active:
        raise NotFoundError("there is no such chat")
    return tenant, connection


def may_ask(house: House, connection: Connection, origin: str, headers: dict[str, str]) -> bool:
    """Tell whether a page of this origin may show the chat; without one it is a page of ours, or no browser."""
    if not origin:
        return headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    ours = urlsplit(house.settings.base_url)
    if origin == f"{ours.scheme}://{ours.netloc}" or origin.partition("://")[2] == headers.get("host"):
        return True
    try:
        return origin in read_origins(connection.settings.get("allowed_origins", ""))
    except MisconfiguredError:
        return False


async def _answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    told = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    told.append((b"content-length", str(len(body)).encode()))
    start: HTTPResponseStartEvent = {"type": "http.response.start", "status": status, "headers": told}
    end: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": False}
    await send(start)
    await send(end)
