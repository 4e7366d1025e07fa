"""A turn as it was kept → the same answers read and judged again by the code of today, and what comes out differently."""

from typing import Any

import msgspec

from doorstep.conversations.models.context import Context, Exchange, Limits, ModelTurn, Outcome, Ran, ToolAnswer, ToolWish
from doorstep.conversations.models.flow import converse
from doorstep.conversations.models.tools import Tool, tools_for
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import DoorstepError, MisconfiguredError, UnknownOutcomeError

_ENCODE = msgspec.json.Encoder(order="sorted")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A turn as the ledger has it, personal things hidden."""

    context: Context
    limits: Limits
    tools: tuple[Tool, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    outcome: Outcome
    why: str = ""
    text: str = ""
    proposals: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that comes out otherwise today."""

    #: "outcome", "why", "text", "proposals", "tools", "request 2", "tool call 1" ...
    what: str
    was: str
    now: str


def replay(kept: Kept) -> tuple[ModelTurn, tuple[Difference, ...]]:
    """Feed the kept answers to today's flow; nothing is asked of anybody."""
    flow = converse(kept.context, kept.limits, hidden=True)
    exchanges, ran = list(kept.exchanges), [one for exchange in kept.exchanges for one in exchange.ran if one.answer is not None]
    sent: Response | ToolAnswer | Exception | None = None
    found: list[Difference] = []
    asked = called = 0
    try:
        while True:
            wanted = flow.throw(sent) if isinstance(sent, Exception) else next(flow) if sent is None else flow.send(sent)
            if isinstance(wanted, HttpRequest):
                asked += 1
                exchange = exchanges[asked - 1] if asked <= len(exchanges) else None
                found += _compared(f"request {asked}", _request(exchange.request) if exchange else "none", _request(wanted.body))
                sent = _response(exchange, kept)
            else:
                called += 1
                before = ran[called - 1] if called <= len(ran) else None
                found += _compared(f"tool call {called}", before.name if before else "none", wanted.name)
                sent = _answered(before, wanted)
    except StopIteration as stop:
        again: ModelTurn = stop.value
    return again, (*found, *_ended(kept, again))


def _ended(kept: Kept, again: ModelTurn) -> list[Difference]:
    tools = ", ".join(one.name for one in kept.tools), ", ".join(one.name for one in tools_for(kept.limits.rights))
    shapes = _ENCODE.encode(kept.tools).decode(), _ENCODE.encode(tools_for(kept.limits.rights)).decode()
    return [
        *_compared("outcome", str(kept.outcome), str(again.outcome)),
        *_compared("why", kept.why, again.why),
        *_compared("text", kept.text, again.seen_text),
        *_compared("proposals", ", ".join(kept.proposals), ", ".join(one.name for one in again.proposals)),
        *(_compared("tools", *tools) or _compared("arguments of tools", *shapes)),
    ]


def _compared(what: str, was: str, now: str) -> list[Difference]:
    return [] if was == now else [Difference(what=what, was=was, now=now)]


def _request(body: str | bytes) -> str:
    """Write a request so that two that say the same are the same: the data in its messages unpacked, without tools."""
    asked = msgspec.json.decode(body)
    asked.pop("tools", None)
    for message in asked.get("messages", ()):
        message["content"] = _unpacked(message.get("content"))
    return _ENCODE.encode(asked).decode()


def _unpacked(content: Any) -> Any:
    if not isinstance(content, str) or not content.startswith("{"):
        return content
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return content


def _response(exchange: Exchange | None, kept: Kept) -> Response | DoorstepError | TimeoutError:
    """Say again what came back then."""
    if exchange is None:
        return UnknownOutcomeError("the ledger has no such call")
    if exchange.status:
        headers = {"retry-after": exchange.retry_after} if exchange.retry_after else {}
        return Response(status=exchange.status, headers=headers, body=exchange.body.encode(), whole=exchange.whole)
    if kept.outcome is Outcome.TIMEOUT:
        return TimeoutError()
    return MisconfiguredError(kept.why) if kept.outcome is Outcome.MISCONFIGURED else UnknownOutcomeError(kept.why)


def _answered(before: Ran | None, wanted: ToolWish) -> ToolAnswer:
    if before is None or before.answer is None or before.name != wanted.name:
        return ToolAnswer(ok=False, outcome="not_kept")
    return before.answer
