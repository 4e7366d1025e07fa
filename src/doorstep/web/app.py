"""The running installation → one ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import structlog
from litestar import Litestar, Request, Response, get
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send
from prometheus_client import generate_latest
from typing_extensions import override

from doorstep import __version__
from doorstep.errors import DoorstepError, TryLaterError
from doorstep.steps.sum_up import WEB, read_backlog
from doorstep.steps.work import utc_now
from doorstep.timeline.estimating.opening import works
from doorstep.web import api, chat, desk, hooks, track, wallet
from doorstep.web.chat import crossing
from doorstep.web.chat.streaming import Hub
from doorstep.web.desk.inbox_live import Desks
from doorstep.web.house import House, house_of
from doorstep.web.mcp import oauth
from doorstep.web.mcp import serving as assistants
from doorstep.web.network import client_of
from doorstep.web.problems import doorstep_error, http_error, problem, unforeseen

_LOG = structlog.get_logger()
#: Bytes of any body at most; routes may ask for less or more.
_MOST_BYTES = 5_000_000


@get("/health", include_in_schema=False)
async def health(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """Tell whether requests can be served: the database answers."""
    house = house_of(request)
    try:
        async with asyncio.timeout(2), house.database.system() as tx:
            await tx.fetchval("select 1")
    except (TimeoutError, TryLaterError, OSError):
        return Response({"status": "down", "database": "away", "version": __version__}, status_code=503)
    return Response({"status": "up", "version": __version__})


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell the figures, to the operator's own collector only."""
    house = house_of(request)
    wanted = house.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if wanted is not None and given != wanted:
        return problem(401, "send the bearer token set as DOORSTEP_METRICS_TOKEN", {"www-authenticate": "Bearer"})
    if wanted is None and client_of(request) not in {"127.0.0.1", "::1"}:
        return problem(403, "set DOORSTEP_METRICS_TOKEN to read the figures from another machine")
    with suppress(TryLaterError):
        await read_backlog(house.database, utc_now())
    return Response(generate_latest(WEB), media_type="text/plain; version=0.0.4; charset=utf-8")


class Application(Litestar):
    """The framework's application; the hooks' requests go past it, other sites' to the chat through one more door."""

    @override
    async def __call__(self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP and cast("HTTPScope", scope)["path"].startswith(hooks.PREFIX):
            await hooks.serve(self.state["house"], cast("HTTPScope", scope), cast("Receive", receive), cast("Send", send))
        elif scope["type"] == ScopeType.HTTP and cast("HTTPScope", scope)["path"].startswith(crossing.PREFIX):
            inner = cast("crossing.Inner", super().__call__)
            await crossing.serve(self.state["house"], cast("HTTPScope", scope), cast("Receive", receive), cast("Send", send), inner)
        elif scope["type"] == ScopeType.HTTP and cast("HTTPScope", scope)["path"].startswith(assistants.PREFIX):
            http, house = cast("HTTPScope", scope), cast("House", self.state["house"])
            await assistants.serve(house, self.state.get("assistants"), http, cast("Receive", receive), cast("Send", send))
        else:
            await super().__call__(scope, receive, send)


@asynccontextmanager
async def _keeping(app: Litestar) -> AsyncIterator[None]:
    house, hub, desks = cast("House", app.state["house"]), cast("Hub", app.state["chat"]), cast("Desks", app.state["inbox"])
    await house.directory.refresh(house.database, utc_now())
    hooks.load_plugins()
    works("ES", utc_now().date())  # reads the calendars' code in: half a second that no checkout waits for
    running = [asyncio.create_task(one) for one in (house.receiver.run(), hub.run(), hub.hear(), desks.run(), desks.hear())]
    try:
        async with assistants.running(app.state):
            yield
    finally:
        hub.close()
        desks.close()
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await house.intake.close()
        await house.database.close()


def make_app(house: House) -> Litestar:
    """Put the rooms of the web together over a running house."""
    app = Application(
        route_handlers=[health, metrics, *api.ROUTES, *track.ROUTES, *wallet.ROUTES, *chat.ROUTES, *desk.ROUTES, *oauth.ROUTES],
        exception_handlers={DoorstepError: doorstep_error, HTTPException: http_error, Exception: unforeseen},
        lifespan=[_keeping],
        openapi_config=api.OPENAPI,
        request_max_body_size=_MOST_BYTES,
        logging_config=None,
    )
    move_in(app, house)
    return app


def move_in(app: Litestar, house: House) -> None:
    """Let an application that is not up serve this house from now on."""
    app.state.update({"house": house, "chat": Hub(house.database), "inbox": Desks(house.database, house.directory)})
