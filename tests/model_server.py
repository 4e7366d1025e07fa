"""A language model's endpoint on the loopback, real HTTP: it speaks the protocol of chat completions, and misbehaves as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

#: What one call does: the request's body, the writer of the connection → whatever it writes.
Deed = Callable[[dict[str, Any], asyncio.StreamWriter], Awaitable[None]]
USAGE = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}


def completion(text: str | None = None, calls: list[tuple[str, Any]] | None = None, finish: str | None = None) -> dict[str, Any]:
    """A chat completion as the protocol writes it."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{at}",
                "type": "function",
                "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
            }
            for at, (name, args) in enumerate(calls)
        ]
    reason = finish or ("tool_calls" if calls else "stop")
    return {"id": "c", "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": reason}], "usage": USAGE}


async def _write(writer: asyncio.StreamWriter, status: int, body: bytes, **headers: str) -> None:
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in {"content_type": "application/json", **headers}.items())
    writer.write(head.encode() + b"\r\n" + body)
    await writer.drain()


def says(text: str, **rest: Any) -> Deed:
    """Answers with a text."""
    return gives(completion(text, **rest))


def calls(*wanted: tuple[str, Any]) -> Deed:
    """Answers with tool calls."""
    return gives(completion(None, list(wanted)))


def gives(answer: Any, status: int = 200, **headers: str) -> Deed:
    """Answers with this JSON, or these bytes."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    async def deed(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        await _write(writer, status, body, **headers)

    return deed


def streams(*chunks: dict[str, Any], done: bool = True) -> Deed:
    """Streams chunks as server-sent events, each in a write of its own."""

    async def deed(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n: hello\n\n")
        for chunk in chunks:
            writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            await writer.drain()
            await asyncio.sleep(0)
        if done:
            writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    return deed


def delta(finish: str | None = None, **part: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    return {"choices": [{"index": 0, "delta": part, "finish_reason": finish}]}


async def never_answers(_: dict[str, Any], __: asyncio.StreamWriter) -> None:
    """Holds the connection open and says nothing."""
    await asyncio.sleep(3600)


async def closes(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Hangs up without a word."""
    writer.close()


async def drips(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Begins an answer and never gets to its end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def breaks_off(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Hangs up in the middle of a good answer."""
    body = json.dumps(completion("Your parcel is on its way.")).encode()
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body[:60])
    await writer.drain()


async def pours(_: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Writes ten megabytes."""
    with suppress(ConnectionError):
        await _write(writer, 200, json.dumps(completion("word " * 2_000_000)).encode())


@asynccontextmanager
async def endpoint(*script: Deed) -> AsyncIterator[SimpleNamespace]:
    """Serve; the n-th call meets the n-th deed, the last one again and again. Yields `base` (the URL), `seen` (bodies), `headers`."""
    state = SimpleNamespace(base="", seen=[], headers=[], script=list(script))
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            state.seen.append(body)
            state.headers.append({"path": head[0].split(" ")[1], **headers})
            await state.script[min(len(state.seen), len(state.script)) - 1](body, writer)
        writer.close()
        tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    state.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield state
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
