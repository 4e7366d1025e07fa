"""Many calls under way: a provider that is slow, down, or talks rubbish holds up its own messages and nobody else's, and nothing goes twice."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import parse_qs

import pytest
from steps_shop import NOON, TWILIO, Shop, open_shop, order
from typing_extensions import override

from doorstep.errors import TryLaterError
from doorstep.steps.directory import Directory
from doorstep.steps.send import EACH, WAVE
from doorstep.steps.sender import Sender
from doorstep.steps.wire import Wire
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

TEXTS = {"journeys": {"order_confirmed": {"channels": ["sms"]}}, "policy": {"any_hour": ["email", "sms"]}}
ORDERS = EACH + 4


class Texting:
    """Twilio as it may behave; every text it was handed, by number."""

    def __init__(self, *answers: bytes) -> None:
        self.taken: Counter[str] = Counter()
        self.let_go = asyncio.Event()
        self.answers = answers
        self.base = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                length = 0
                while (row := await reader.readline()) not in {b"\r\n", b""}:
                    if row.lower().startswith(b"content-length:"):
                        length = int(row.partition(b":")[2])
                body = await reader.readexactly(length)
                assert line.startswith(b"POST")
                self.taken[parse_qs(body.decode())["To"][0]] += 1
                await self.let_go.wait()
                for answer in self.answers:
                    writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body


GOOD = http(201, json.dumps({"sid": "SM1", "status": "queued"}).encode())


@asynccontextmanager
async def texting(*answers: bytes) -> AsyncIterator[Texting]:
    one = Texting(*answers)
    running = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.base = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        one.let_go.set()
        running.close()


async def shop_at(database: Database, directory: Directory, provider: Texting, prefix: str) -> Shop:
    """A merchant with a text to each of so many customers waiting."""
    shop = await open_shop(database, channels={"twilio": {**TWILIO, "base_url": provider.base}}, settings=TEXTS, directory=directory)
    facts = [order(str(n), email=None, phone=f"+34{prefix}{n:06d}") for n in range(ORDERS)]
    await shop.arrive(facts=facts)
    assert len(await shop.sent("sms")) == ORDERS
    return shop


async def states(shop: Shop) -> Counter[str]:
    return Counter(row["state"] for row in await shop.rows("select state from message where merchant_id = $1", shop.merchant_id))


async def turn_until(sender: Sender, done, most: int = 400) -> None:
    for _ in range(most):
        await sender.turn(0.05)
        if await done():
            return
    raise AssertionError(await done())


async def test_a_slow_provider_holds_up_its_own_messages_and_nobody_elses(database: Database) -> None:
    directory = Directory(Sealer(b"k" * 32), "https://doorstep.example")
    async with texting(GOOD) as slow, texting(GOOD) as quick, Wire(allow_private=True) as wire:
        quick.let_go.set()
        held, free = await shop_at(database, directory, slow, "600"), await shop_at(database, directory, quick, "611")
        sender = Sender(database, directory, wire, lambda: NOON)

        async def quick_is_done() -> bool:
            return (await states(free))["sent"] == ORDERS

        await turn_until(sender, quick_is_done)
        assert 0 < len(slow.taken) < 2 * EACH <= WAVE  # as many as one connection may have under way, and none more
        assert (await states(held))["sent"] == 0
        slow.let_go.set()

        async def all_done() -> bool:
            return (await states(held))["sent"] == ORDERS and not sender.busy

        await turn_until(sender, all_done)
        assert set(slow.taken.values()) == set(quick.taken.values()) == {1}


async def test_rubbish_and_answers_given_twice_send_nothing_twice_and_harm_nobody_else(database: Database) -> None:
    directory = Directory(Sealer(b"k" * 32), "https://doorstep.example")
    rubbish = b"\x00\xff not http at all\r\n\r\n"
    async with texting(rubbish) as mad, texting(GOOD, GOOD) as double, texting(GOOD) as good, Wire(allow_private=True) as wire:
        for one in (mad, double, good):
            one.let_go.set()
        shops = [await shop_at(database, directory, one, prefix) for one, prefix in ((mad, "600"), (double, "611"), (good, "622"))]
        sender = Sender(database, directory, wire, lambda: NOON)

        async def done() -> bool:
            return (await states(shops[1]))["sent"] == (await states(shops[2]))["sent"] == ORDERS and not sender.busy

        await turn_until(sender, done)
        assert set(double.taken.values()) == set(good.taken.values()) == {1}
        assert set(mad.taken.values()) == {1}  # whether it took them nobody knows: not again
        left = await states(shops[0])
        assert left["sent"] == 0
        assert left["unknown"] == len(mad.taken)


async def test_a_stopping_worker_begins_nothing_and_writes_down_what_is_under_way(database: Database) -> None:
    directory = Directory(Sealer(b"k" * 32), "https://doorstep.example")
    async with texting(GOOD) as slow, Wire(allow_private=True) as wire:
        shop = await shop_at(database, directory, slow, "600")
        sender = Sender(database, directory, wire, lambda: NOON)
        begun = await sender.turn(0.05)
        assert begun == EACH
        slow.let_go.set()
        for _ in range(200):
            if not sender.busy:
                break
            assert await sender.turn(0.05, stopping=True) == 0
        assert not sender.busy
        assert await states(shop) == {"sent": begun, "queued": ORDERS - begun}


class Stumbling(Directory):
    """A directory that may not get to the database just when it has to read it."""

    stumbles = False

    @override
    async def refresh(self, database: Database, now: datetime, *, force: bool = False) -> None:
        if self.stumbles and (force or self._read_at is None):
            raise TryLaterError("the database is away")
        await super().refresh(database, now, force=force)


async def leases(*shops: Shop) -> int:
    held = "select from outbox where merchant_id = $1 and lease_until is not null"
    return sum([len(await one.rows(held, one.merchant_id)) for one in shops])


@pytest.mark.parametrize("answer", [GOOD, http(401, b"{}")], ids=["taken", "paused"])
async def test_a_directory_that_cannot_be_read_leaves_no_message_leased_that_nobody_sends(database: Database, answer: bytes) -> None:
    directory = Stumbling(Sealer(b"k" * 32), "https://doorstep.example")
    async with texting(answer) as first, texting(GOOD) as later, Wire(allow_private=True) as wire:
        first.let_go.set()
        later.let_go.set()
        known = await shop_at(database, directory, first, "600")
        # Queued by another worker, through a connection that this one has not heard of.
        unheard = await shop_at(database, Directory(Sealer(b"k" * 32), "https://doorstep.example"), later, "611")
        sender = Sender(database, directory, wire, lambda: NOON)
        directory.stumbles = True
        for _ in range(3):
            with pytest.raises(TryLaterError):
                await sender.turn(0.05)
        assert await leases(known, unheard) == 0
        assert not first.taken
        directory.stumbles, stumbled = False, 0
        for place in range(400):
            try:
                await sender.turn(0.05)
                directory.stumbles |= place == 0
            except TryLaterError:
                directory.stumbles, stumbled = False, stumbled + 1
            if not sender.busy:
                assert await leases(known, unheard) == 0
                if (await states(unheard))["sent"] == ORDERS:
                    break
        assert stumbled == (answer is not GOOD)
        assert set(first.taken.values()) == set(later.taken.values()) == {1}
        assert await states(unheard) == {"sent": ORDERS}
        assert await states(known) == {"sent" if answer is GOOD else "queued": ORDERS}
