"""Errands over real HTTP: a shop's interface that hangs up, is slow, or is away; whatever it is, nothing is paid twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from shopify_admin import Shopify
from steps_errands import MINUTE, Errands
from steps_shop import NOON, open_shop
from test_steps_errands import SHOPIFY, with_order

from doorstep.domain.money import Money
from doorstep.domain.plugins import HttpRequest
from doorstep.steps.outlets import outlet_of
from doorstep.steps.send import call_all, send_wave, settle_lost
from doorstep.steps.wire import Wire
from doorstep.store.database import Database
from doorstep.store.errands import ErrandState
from ports import free_port

#: What the server does with the n-th refund it is asked for: True: carry it out and hang up; False: hang up at once; None: answer.
Mood = Callable[[int], bool | None]


class Server:
    """Shopify on the loopback."""

    def __init__(self, mood: Mood) -> None:
        self.shopify, self.mood, self.asked = Shopify(), mood, 0
        self.slow_s = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
                body = await reader.readexactly(length)
                mood = None
                if b"refundCreate" in body:
                    self.asked += 1
                    mood = self.mood(self.asked)
                if mood is False:
                    break
                answer = self.shopify.answer(HttpRequest(method="POST", url="", body=body, repeatable=True))
                if mood is True:
                    break
                await asyncio.sleep(self.slow_s)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer.body) + answer.body
                )
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def shopify_that(mood: Mood, database: Database) -> AsyncIterator[tuple[Errands, Server, Callable[[datetime], object]]]:
    """A merchant whose shop is asked over HTTP, with a refund of 25 EUR taken up, and a worker's turn."""
    port = free_port()
    server = Server(mood)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", port)
    shop = await open_shop(database)
    mine = Errands(shop)
    await mine.connect("shop", "shopify", {**SHOPIFY, "base_url": f"http://127.0.0.1:{port}"})
    await with_order(shop, "shopify")
    await mine.settling(Money(2500, "EUR"))
    await mine.take_up()
    async with Wire(allow_private=True, read_timeout_s=1.0) as wire:

        async def turn(now: datetime) -> None:
            leased = [one for one in await send_wave(database, shop.directory, [], now) if one.trigger.startswith("errand.")]
            ended = await call_all([one for one in leased if one.message.merchant_id == shop.merchant_id], shop.directory, wire, now)
            await send_wave(database, shop.directory, ended, now, 0)
            await mine.take_up(now)

        yield mine, server, turn
    listening.close()


@pytest.mark.parametrize("mood", [lambda n: True if n == 1 else None, lambda n: False if n == 1 else None, lambda n: n < 3 or None], ids=["lost", "away", "lost twice"])  # fmt: skip
async def test_a_refund_whose_answer_never_came_is_made_once(database: Database, mood: Mood) -> None:
    async with shopify_that(mood, database) as (mine, server, turn):
        for step in range(5):
            await turn(NOON + step * 10 * MINUTE)
        assert (await mine.last()).state is ErrandState.DONE
        assert len(server.shopify.root.refunds) == 1
        assert server.shopify.root.refundable["gid://shopify/OrderTransaction/1"] == 500


async def test_a_slow_shop_is_asked_again_and_pays_once(database: Database) -> None:
    async with shopify_that(lambda _: None, database) as (mine, server, turn):
        server.slow_s = 1.5  # longer than the wire waits: the refund is made and nobody hears of it
        await turn(NOON)
        assert (await mine.last()).state is ErrandState.SENT
        server.slow_s = 0.0
        for step in range(1, 4):
            await turn(NOON + step * 10 * MINUTE)
        assert (await mine.last()).state is ErrandState.DONE
        assert len(server.shopify.root.refunds) == 1


async def test_a_worker_killed_in_the_middle_leaves_a_lease_and_no_second_refund(database: Database) -> None:
    async with shopify_that(lambda _: None, database) as (mine, server, turn):
        leased = [one for one in await send_wave(database, mine.shop.directory, [], NOON) if one.trigger == "errand.requested"]
        assert len(leased) == 1
        server.shopify.run(_flow(mine, leased[0]))  # it was carried out, and the worker is gone before anything is written down
        await turn(NOON + MINUTE)
        assert (await mine.last()).state is ErrandState.SENT
        await settle_lost(database, mine.shop.directory, NOON + timedelta(minutes=5))
        await turn(NOON + 10 * MINUTE)
        assert (await mine.last()).state is ErrandState.DONE
        assert len(server.shopify.root.refunds) == 1


def _flow(mine: Errands, leased: object) -> object:

    outlet = outlet_of(mine.shop.directory.connection(mine.shop.merchant_id, leased.connection_id))  # type: ignore[attr-defined]
    assert outlet is not None
    return outlet.flow(leased.message, False, NOON, "")  # type: ignore[attr-defined]
