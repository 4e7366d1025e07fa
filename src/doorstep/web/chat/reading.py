"""What was said → the page, as it happens or when it asks; what the page has and the visitor has seen → receipts."""

from datetime import timedelta

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from doorstep.domain.vocabulary import MessageState
from doorstep.steps.chat import Line, Mark, listen, seen
from doorstep.steps.work import utc_now
from doorstep.web.chat.doors import AnyRequest, body_of, json_answer, take, visitor_here
from doorstep.web.chat.streaming import hub_of, stream
from doorstep.web.house import house_of
from doorstep.web.look.asking import network_of
from doorstep.web.network import Buckets

#: Lines of one answer.
_MOST = 100
_ASKED = Buckets(120, timedelta(minutes=1).total_seconds())
_OPENED = Buckets(60, timedelta(minutes=1).total_seconds())
_NETWORKS = Buckets(3_000, timedelta(minutes=1).total_seconds())


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What was said after a mark."""

    lines: list[Line]
    #: To be given back as `after`.
    mark: str


class Seen(msgspec.Struct, kw_only=True):
    """Ids of our messages: what the page has, and what the visitor has seen."""

    reached: list[str] = []
    read: list[str] = []


@get("/messages", include_in_schema=False, opt={"public": True})
async def list_messages(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """List what was said after a mark, oldest first; without one, the end of the conversation."""
    visitor = await visitor_here(request, key)
    take(_ASKED, visitor.name)
    take(_NETWORKS, network_of(request))
    mark, now = Mark.read(request.query_params.get("after", "")), utc_now()
    async with house_of(request).database.for_merchant(visitor.merchant_id) as tx:
        ((lines, new),) = await listen(tx, [mark.listener(visitor.merchant_id, visitor.name, now)], _MOST, now)
    return json_answer(Said(lines=lines, mark=str(Mark(max(mark.reply_id, new.reply_id), max(mark.at_ms, new.at_ms)))))


@get("/events", include_in_schema=False, opt={"public": True})
async def events(request: AnyRequest, key: FromPath[str]) -> Stream:
    """Tell what is said as it happens, from `Last-Event-ID` on."""
    visitor = await visitor_here(request, key)
    take(_OPENED, visitor.name)
    take(_NETWORKS, network_of(request))
    hub = hub_of(request)
    ear = hub.add(visitor, Mark.read(request.headers.get("last-event-id", "")))
    headers = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no", "x-content-type-options": "nosniff"}
    return Stream(stream(hub, ear), media_type="text/event-stream", headers=headers)


@post("/read", status_code=204, include_in_schema=False, opt={"public": True})
async def mark(request: AnyRequest, key: FromPath[str]) -> None:
    """Note what the page has and what the visitor has seen; ids that are not theirs change nothing."""
    visitor = await visitor_here(request, key)
    take(_ASKED, visitor.name)
    given, now = await body_of(request, Seen), utc_now()
    async with house_of(request).database.for_merchant(visitor.merchant_id) as tx:
        await seen(tx, visitor, given.reached, MessageState.REACHED, now)
        await seen(tx, visitor, given.read, MessageState.READ, now)


@post("/typing", status_code=204, include_in_schema=False, opt={"public": True})
async def tell_typing(request: AnyRequest, key: FromPath[str]) -> None:
    """Tell that the visitor types; nothing is kept of it."""
    visitor = await visitor_here(request, key)
    take(_ASKED, visitor.name)
    hub_of(request).tell_typing(visitor.merchant_id, visitor.name, "you")
