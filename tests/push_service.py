"""A push service after RFC 8030, on the loopback: takes what is sent to browsers, keeps it, forgets browsers when told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import msgspec


class Pushed(msgspec.Struct, frozen=True):
    """One push as it came in."""

    path: str
    #: Names lower case.
    headers: dict[str, str]
    body: bytes


class PushService:
    """What came, and what is answered."""

    def __init__(self) -> None:
        self.base = ""
        self.pushed: list[Pushed] = []
        #: Path → status, where it is another than 201.
        self.answers: dict[str, int] = {}

    def endpoint(self, name: str) -> str:
        return f"{self.base}/push/{name}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := (await reader.readline()).decode().strip():
                await self._one(line, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = line.split()
        headers: dict[str, str] = {}
        while field := (await reader.readline()).decode().strip():
            name, _, value = field.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        status = self._judged(method, path, headers, body)
        if status == HTTPStatus.CREATED:
            self.pushed.append(Pushed(path, headers, body))
        location = f"Location: {self.base}/message/{len(self.pushed)}\r\n" if status == HTTPStatus.CREATED else ""
        writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{location}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()

    def _judged(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        """What RFC 8030 asks of a push message (5), and RFC 8291 and 8292 beyond it."""
        if method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        if path in self.answers:
            return self.answers[path]
        if not headers.get("ttl", "").isdecimal() or headers.get("content-encoding") != "aes128gcm":
            return HTTPStatus.BAD_REQUEST
        if len(headers.get("topic", "")) > 32 or headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}:
            return HTTPStatus.BAD_REQUEST
        if not headers.get("authorization", "").startswith("vapid t="):
            return HTTPStatus.UNAUTHORIZED
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if len(body) > 4096 else HTTPStatus.CREATED


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """Serve on a free port."""
    service = PushService()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield service
