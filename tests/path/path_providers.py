"""The world outside: a server that speaks Twilio's protocol, and a merchant's own endpoint for webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Called:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Provider:
    """A small HTTP server of a provider; `answer` says what it answers."""

    answer: Callable[[Called], tuple[int, Any] | None]
    #: Seconds between having a request and answering it.
    slow_s: float = 0.0
    #: How often each answer is written.
    times: int = 1
    port: int = 0
    calls: list[Called] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests; where the answer is None, hang up without one."""
        try:
            while line := await reader.readline():
                method, path = line.decode().split()[:2]
                headers = {}
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                called = Called(method, path, headers, body)
                self.calls.append(called)
                answer = self.answer(called)
                if answer is None:
                    break
                await asyncio.sleep(self.slow_s)
                status, content = answer
                said = content if isinstance(content, bytes) else json.dumps(content).encode()
                head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(said)}\r\n\r\n".encode()
                writer.write((head + said) * self.times)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def provider(answer: Callable[[Called], tuple[int, Any] | None]) -> AsyncIterator[Provider]:
    """Run a provider for a while."""
    one = Provider(answer)
    running = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = running.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        running.close()


Check = Callable[[], Awaitable[Any]]
