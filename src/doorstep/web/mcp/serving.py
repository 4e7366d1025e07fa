"""Requests below `/mcp/` → the official SDK's server, in stateless mode: any process answers any request."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Receive, Send
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent

from doorstep import __version__
from doorstep.web.house import House
from doorstep.web.mcp import oauth
from doorstep.web.mcp.calling import call, may_call, tools_for
from doorstep.web.mcp.declared import INSTRUCTIONS, offered
from doorstep.web.mcp.entering import Entered, TurnedAwayError, enter
from doorstep.web.problems import bare_answer

PREFIX = "/mcp/"
_LOG = structlog.get_logger()
#: Bytes of one request; arguments have a limit of their own.
_MOST_BYTES = 200_000
#: Where a request's `Entered` travels with it.
_KEY = "doorstep.entered"


def _entered(ctx: ServerRequestContext[Any, Any]) -> Entered:
    return cast("Entered", ctx.request.scope[_KEY])  # type: ignore[union-attr]  # every request came by `serve`


async def _list_tools(ctx: ServerRequestContext[Any, Any], _: PaginatedRequestParams | None) -> ListToolsResult:
    entered = _entered(ctx)
    return ListToolsResult(tools=[one.tool for one in await tools_for(entered.caller, shopping=entered.shopping)])


async def _call_tool(ctx: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> CallToolResult:
    entered, tool = _entered(ctx), offered().get(params.name)
    if tool is None or (tool.scope is None and not entered.shopping):
        raise MCPError(INVALID_PARAMS, f"there is no tool {params.name[:60]!r}")
    if not may_call(entered.caller, tool, shopping=entered.shopping):
        text = f"the customer has not let you do this: it needs the scope {tool.scope}"
        body = {"status": "refused", "code": "scope", "sentence": text}
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=body, is_error=True)
    return await call(entered.house, entered.caller, tool, params.arguments or {})


def make_manager() -> StreamableHTTPSessionManager:
    """Make what answers requests from an application's start to its end; it is run once."""
    server: Server[Any] = Server(
        "doorstep",
        title="Doorstep",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True, max_request_body_size=_MOST_BYTES)


@asynccontextmanager
async def running(state: Any) -> AsyncIterator[None]:
    """Keep the tools up as long as an application is."""
    manager = make_manager()
    async with manager.run():
        state["assistants"] = manager
        try:
            yield
        finally:
            state.pop("assistants", None)


async def serve(house: House, manager: StreamableHTTPSessionManager | None, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    try:
        path = scope["path"].removeprefix(PREFIX)
        if await oauth.serve(house, path, scope, receive, send):
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        client = scope["client"]
        entered = await enter(house, path, headers, client[0] if client else "")
    except TurnedAwayError as error:
        await _answer(send, error.status, error.headers, str(error))
        return
    except Exception as error:  # noqa: BLE001 - the net of this route: every error has its answer
        status, told, _ = bare_answer(error)
        await _answer(send, status, {name: value for name, value in told.items() if name == "retry-after"}, "this cannot be answered now")
        return
    if manager is None:
        await _answer(send, 503, {"retry-after": "5"}, "starting; come back in a moment")
        return
    await manager.handle_request({**scope, _KEY: entered}, receive, send)  # type: ignore[arg-type]  # two names for one ASGI


async def _answer(send: Send, status: int, headers: dict[str, str], text: str) -> None:
    body = json.dumps({"error": text}).encode()
    told = {**headers, "content-type": "application/json", "cache-control": "no-store", "content-length": str(len(body))}
    start: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in told.items()],
    }
    end: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": False}
    await send(start)
    await send(end)
