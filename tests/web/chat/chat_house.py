"""What the chat's tests share: addresses, a shop's page with a strict policy, visitors that talk over HTTP."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from doorstep.domain.messages import Choice, Link, Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.chat import read_visitor
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.work import utc_now
from doorstep.store import messages
from doorstep.store.messages import NewMessage
from doorstep.web.house import House
from ports import free_port

PORT = free_port()
BASE, SHOP = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{free_port()}"
SECRET = "a-secret-that-shop-and-doorstep-share"
#: As strict as a shop's policy can be while it shows the chat.
SHOP_CSP = (
    f"default-src 'none'; script-src {BASE}; connect-src {BASE}; style-src 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20


class Talk(msgspec.Struct):
    """A running chat of two merchants: (merchant, connection, public key)."""

    house: House
    app: Any
    client: httpx.AsyncClient
    ours: tuple[int, int, str]
    theirs: tuple[int, int, str]
    #: Path → body of the shop's page.
    pages: dict[str, str]

    async def visitor(self, key: str = "", **given: str) -> "Visitor":
        """Open a session."""
        key = key or self.ours[2]
        answer = await self.client.post(f"/chat/{key}/session", json=given)
        assert answer.status_code == 200, answer.text
        return Visitor(self, key, answer.json()["token"])

    def name_of(self, token: str) -> str:
        """Look into one of our visitors' tokens."""
        found = read_visitor(self.house.directory.sealer, token, self.ours[0], self.ours[1], utc_now())
        assert found
        return found.name

    async def say(self, visitor: str, text: str, *, choices: tuple[tuple[str, str], ...] = (), link: tuple[str, str] | None = None) -> str:
        """Let us say something to a visitor."""
        now = utc_now()
        message = Message(
            message_id=new_message_id(now),
            merchant_id=self.ours[0],
            channel=ChannelKind.CHAT,
            to=visitor,
            content=Rendered(
                text=text,
                choices=tuple(Choice(choice_id=name, title=title) for name, title in choices),
                link=Link(title=link[0], url=link[1]) if link else None,
            ),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="replies",
            created_at=now,
        )
        new = NewMessage(
            message=message,
            connection_id=self.ours[1],
            template="conversation",
            trigger="reply.conversation",
            why_key=hashlib.blake2b(message.message_id.encode(), digest_size=16).digest(),
            order_id=None,
            shipment_ids=(),
            why="a test",
            due_at=now,
        )
        async with self.house.database.system() as tx:
            await messages.queue(tx, [new])
        return message.message_id

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        """Look into the database."""
        async with self.house.database.system() as tx:
            return list(await tx.fetch(query, *values))

    async def until(self, what: Any, seconds: float = 15.0) -> Any:
        """Ask until the answer is true."""
        ends = time.monotonic() + seconds
        while not (found := await what()):
            assert time.monotonic() < ends, "it did not come to pass in time"
            await asyncio.sleep(0.05)
        return found


class Visitor:
    """A page that talks over HTTP."""

    def __init__(self, talk: Talk, key: str, token: str) -> None:
        self.talk, self.key, self.token = talk, key, token
        self.headers = {"authorization": f"Bearer {token}"}

    @property
    def name(self) -> str:
        return self.talk.name_of(self.token)

    async def post(self, path: str, content: Any, **headers: str) -> httpx.Response:
        return await self.talk.client.post(f"/chat/{self.key}/{path}", json=content, headers=self.headers | headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.talk.client.get(f"/chat/{self.key}/{path}", headers=self.headers | headers)

    async def write(self, text: str = "", client_id: str = "", **more: Any) -> httpx.Response:
        return await self.post("messages", {"id": client_id or secrets.token_hex(16), "text": text, **more})

    async def lines(self, after: str = "") -> list[dict[str, Any]]:
        answer = await self.get(f"messages?after={after}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["lines"])

    async def said(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many lines."""

        async def enough() -> Any:
            found = await self.lines()
            return found if len(found) >= count else None

        return list(await self.talk.until(enough))


async def events(answer: httpx.Response, count: int) -> list[dict[str, str]]:
    """Read so many events of a stream."""
    found: list[dict[str, str]] = []
    rest = ""
    async with asyncio.timeout(10):
        async for piece in answer.aiter_text():
            *whole, rest = (rest + piece).split("\n\n")
            for one in whole:
                fields = dict(line.split(": ", 1) for line in one.split("\n") if not line.startswith(":") and ": " in line)
                if "data" in fields:
                    found.append(fields)
            if len(found) >= count:
                return found
    return found


def customer_token(secret: str = SECRET, header: dict[str, str] | None = None, **claims: Any) -> str:
    """Sign who is logged in, as a shop's server does."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    said = {"sub": "c-77", "exp": int(time.time()) + 600, "email": "Ana@Mail.example", "phone_number": "+34600000001"} | claims
    signed = f"{part(json.dumps(header or {'alg': 'HS256', 'typ': 'JWT'}).encode())}.{part(json.dumps(said).encode())}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


@contextlib.asynccontextmanager
async def shop_page(policy: str) -> AsyncIterator[dict[str, str]]:
    """Serve a shop's pages on an origin of their own, with a policy of their own."""
    pages: dict[str, str] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(Exception):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            body = pages.get(head.split(" ")[1], "").encode()
            status = "200 OK" if body else "404 Not Found"
            writer.write(
                f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-security-policy: {policy}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", urlsplit(SHOP).port)
    try:
        yield pages
    finally:
        server.close()
