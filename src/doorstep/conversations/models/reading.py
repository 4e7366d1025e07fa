"""What an endpoint answered, whole or streamed → text and tool calls, or what is wrong with it; any bytes are read."""

import re
from typing import Any

import msgspec

from doorstep.conversations.models.asking import MOST_BYTES
from doorstep.conversations.models.context import Usage
from doorstep.domain.plugins import Response

#: Tool calls of one answer that are looked at, and bytes of one call's arguments.
MOST_CALLS = 4
_MOST_ARGUMENTS = 8_192
#: Signs of a text that are looked at; an answer to a customer is far shorter.
_MOST_TEXT = 8_192
_MOST_TOKENS = 10_000_000
_NO_END = "the answer broke off or has no end"
_DONE = "[DONE]"
#: What models that think aloud put before their answer.
_THOUGHTS = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL)
_ROLES = ("system", "user", "tool")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call."""

    call_id: str
    name: str
    #: {} where `wrong`.
    args: dict[str, Any] = {}
    #: What is wrong with it; "": nothing.
    wrong: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a model said."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    #: "stop", "tool_calls", "length", "content_filter", ...
    finish: str = ""
    #: None: the endpoint tells none.
    usage: Usage | None = None
    #: The completion, put together where it was streamed.
    completion: dict[str, Any] = {}


class Unreadable(msgspec.Struct, frozen=True):
    """An answer that says nothing usable, and why."""

    why: str


def read(response: Response) -> Answer | Unreadable:
    """Read a good answer (status 200)."""
    if not response.whole:
        return Unreadable(_NO_END)
    body = response.body.strip()
    if response.headers.get("content-type", "").startswith("text/event-stream") or body.startswith((b"data:", b":", b"event:")):
        completion = _assembled(body)
        if isinstance(completion, Unreadable):
            return completion
        if len(msgspec.json.encode(completion)) > MOST_BYTES:
            return Unreadable(_NO_END)
    else:
        try:
            completion = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return Unreadable("the answer is no JSON")
    return _completion(completion)


def _completion(completion: Any) -> Answer | Unreadable:
    if not isinstance(completion, dict):
        return Unreadable("the answer is no object")
    choices = completion.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict) or not isinstance(choice, dict):
        return Unreadable("the answer has no choice with a message")
    if message.get("role") in _ROLES:
        return Unreadable("the answer is not the model's own")
    text = _text(message.get("content"))
    calls = message.get("tool_calls")
    if text is None or not isinstance(calls, list | None):
        return Unreadable("the message is neither text nor tool calls")
    if len(text) > _MOST_TEXT:
        return Unreadable(_NO_END)
    finish = choice.get("finish_reason")
    return Answer(
        text=_THOUGHTS.sub("", text).strip(),
        calls=tuple(_call(number, one) for number, one in enumerate(calls or ())),
        finish=finish if isinstance(finish, str) else "",
        usage=_usage(completion.get("usage")),
        completion=completion,
    )


def _text(content: Any) -> str | None:
    """Take the text of a message; None: it is no text."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text"]
    return "".join(part for part in parts if isinstance(part, str))


def _call(number: int, one: Any) -> Call:
    spoken = one.get("function") if isinstance(one, dict) else None
    name = spoken.get("name") if isinstance(spoken, dict) else None
    call_id = one.get("id") if isinstance(one, dict) else None
    call_id = call_id[:64] if isinstance(call_id, str) and call_id else f"call_{number}"
    if not isinstance(spoken, dict) or not isinstance(name, str) or not name:
        return Call(call_id=call_id, name="", wrong="the call names no tool")
    name = name[:64]
    if number >= MOST_CALLS:
        return Call(call_id=call_id, name=name, wrong="too many calls at once")
    args = spoken.get("arguments")
    if isinstance(args, str):
        if len(args) > _MOST_ARGUMENTS:
            return Call(call_id=call_id, name=name, wrong="the arguments are too long")
        try:
            args = msgspec.json.decode(args or "{}")
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            return Call(call_id=call_id, name=name, wrong="the arguments are no JSON")
    if not isinstance(args, dict | None):
        return Call(call_id=call_id, name=name, wrong="the arguments are no object")
    return Call(call_id=call_id, name=name, args=args or {})


def _usage(told: Any) -> Usage | None:
    if not isinstance(told, dict):
        return None
    prompt, completion = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
    return None if prompt is None or completion is None else Usage(prompt, completion)


def _count(told: Any) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= _MOST_TOKENS else None


def _assembled(body: bytes) -> dict[str, Any] | Unreadable:
    """Put the chunks of a stream together into the completion they are parts of."""
    text: list[str] = []
    calls: dict[int, dict[str, Any]] = {}
    finish, usage, ended = None, None, False
    for chunk in _chunks(body):
        if isinstance(chunk, Unreadable):
            return chunk
        if chunk is None:
            ended = True
            break
        usage = chunk.get("usage") or usage
        if "error" in chunk:
            return Unreadable("the stream ends in an error")
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            continue
        finish = choice.get("finish_reason") or finish
        delta = choice.get("delta")
        if isinstance(delta, dict):
            if isinstance(said := delta.get("content"), str):
                text.append(said)
            _gather(calls, delta.get("tool_calls"))
    if not ended and not finish:
        return Unreadable("the stream broke off")
    message: dict[str, Any] = {"role": "assistant", "content": "".join(text)}
    if calls:
        message["tool_calls"] = [calls[number] for number in sorted(calls)]
    return {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}


def _chunks(body: bytes) -> "list[dict[str, Any] | Unreadable | None]":
    """Split a stream into its chunks; None: its end."""
    found: list[dict[str, Any] | Unreadable | None] = []
    for line in body.decode(errors="replace").splitlines():
        said = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if not said:
            continue
        if said == _DONE:
            found.append(None)
            continue
        try:
            chunk = msgspec.json.decode(said)
        except (msgspec.DecodeError, RecursionError):
            chunk = None
        found.append(chunk if isinstance(chunk, dict) else Unreadable("a chunk of the stream is no JSON object"))
    return found


def _gather(calls: dict[int, dict[str, Any]], parts: Any) -> None:
    """Add a chunk's parts of tool calls to what came before of them."""
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        number = part.get("index", 0)
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        one = calls.setdefault(number, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
        if isinstance(part.get("id"), str):
            one["id"] = part["id"]
        spoken = part.get("function")
        if isinstance(spoken, dict):
            for field in ("name", "arguments"):
                one["function"][field] += said if isinstance(said := spoken.get(field), str) else ""
