"""Handovers over real HTTP: a helpdesk that hangs up, is slow, or is away; whatever it is, nothing is said there twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from helpdesk_clouds import Chatwoot
from steps_helpdesks import CHATWOOT, MINUTE, NOON, Desk, open_desk

from doorstep.domain.plugins import HttpRequest
from doorstep.steps.send import call_all, send_wave
from doorstep.steps.wire import Wire
from doorstep.store.database import Database
from doorstep.store.helpdesks import LinkState
from ports import free_port

#: What the server does with the n-th request that changes something: True: carry it out and hang up; False: hang up at once; None: answer.
Mood = Callable[[int], bool | None]


class Server:
    """Chatwoot on the loopback."""

    def __init__(self, mood: Mood) -> None:
        self.cloud, self.mood, self.asked, self.slow_s = Chatwoot(), mood, 0, 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                mood = None
                if method == "POST":
                    self.asked += 1
                    mood = self.mood(self.asked)
                if mood is False:
                    break
                answer = self.cloud.answer(HttpRequest(method=method, url=f"http://x{path}", headers=headers, body=body))
                if mood is True:
                    break
                await asyncio.sleep(self.slow_s)
                head_out = f"HTTP/1.1 {answer.status} X\r\ncontent-type: application/json\r\ncontent-length: {len(answer.body)}\r\n\r\n"
                writer.write(head_out.encode() + answer.body)
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def chatwoot_that(mood: Mood, database: Database) -> AsyncIterator[tuple[Desk, Server, Callable[[datetime], Awaitable[None]]]]:
    """A merchant whose helpdesk is asked over HTTP, with one handover, and a worker's turn."""
    port = free_port()
    server = Server(mood)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", port)
    desk = await open_desk(database, "chatwoot", {**CHATWOOT, "base_url": f"http://127.0.0.1:{port}"})
    await desk.write("Where is my parcel?", "in-1")
    await desk.hand_over()
    async with Wire(allow_private=True, read_timeout_s=1.0) as wire:

        async def turn(now: datetime) -> None:
            await desk.take_up(now)
            leased = [one for one in await send_wave(database, desk.shop.directory, [], now) if desk.is_called(one)]
            ended = await call_all(leased, desk.shop.directory, wire, now)
            await send_wave(database, desk.shop.directory, ended, now, 0)

        yield desk, server, turn
    listening.close()


def said(server: Server) -> list[tuple[str, bool]]:
    return [(one["message_type"], one["private"]) for one in server.cloud.messages]


@pytest.mark.parametrize("mood", [lambda n: n == 2 or None, lambda n: n in {2, 5} or None, lambda n: False if n < 3 else None, lambda n: n == 4 or None], ids=["lost", "lost twice", "away", "lost late"])  # fmt: skip
async def test_a_handover_whose_answers_are_lost_is_there_once(database: Database, mood: Mood) -> None:
    async with chatwoot_that(mood, database) as (desk, server, turn):
        for step in range(6):
            await turn(NOON + step * 10 * MINUTE)
        assert (await desk.link()).state is LinkState.OPEN
        assert len(server.cloud.conversations) == 1
        assert said(server) == [("outgoing", True), ("incoming", False)]


async def test_a_slow_helpdesk_is_asked_again_and_has_it_once(database: Database) -> None:
    async with chatwoot_that(lambda _: None, database) as (desk, server, turn):
        server.slow_s = 1.5  # longer than the wire waits
        await turn(NOON)
        assert (await desk.link()).state is LinkState.OPENING
        server.slow_s = 0.0
        for step in range(1, 5):
            await turn(NOON + step * 10 * MINUTE)
        assert (await desk.link()).state is LinkState.OPEN
        assert len(server.cloud.contacts) == len(server.cloud.conversations) == 1
        assert said(server) == [("outgoing", True), ("incoming", False)]


async def test_a_private_network_is_not_asked(database: Database) -> None:
    async with chatwoot_that(lambda _: None, database) as (desk, server, _):
        async with Wire(allow_private=False, read_timeout_s=1.0) as wire:
            await desk.take_up(NOON)
            leased = [one for one in await send_wave(database, desk.shop.directory, [], NOON) if desk.is_called(one)]
            [ended] = await call_all(leased, desk.shop.directory, wire, NOON)
        assert ended.receipt is None or ended.receipt.state != "reached"
        assert server.cloud.contacts == []
