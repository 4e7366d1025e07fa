"""A whole demo through the real hooks, the real steps and a real PostgreSQL, in seconds: time is told, not waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from apps import app_over
from doorstep.conversations.knowledge.quoting import NoAnswer, Quoted
from doorstep.demo.lives import LIVES
from doorstep.demo.playing import Pace, Play, comes_back, links_of, worth_seeing
from doorstep.demo.stage import Memory, Stage, set_up
from doorstep.domain.vocabulary import Status
from doorstep.settings import Settings
from doorstep.steps.batch import work_batch
from doorstep.steps.directory import Directory
from doorstep.steps.knowing_shop import find
from doorstep.steps.receive import Receiver
from doorstep.steps.work import utc_now
from doorstep.store import connections, shipments
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer, secret_key
from doorstep.web.house import House

PICTURES = "http://127.0.0.1:8001"
ORDERS = 30


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(secret_key(None, tmp_path)[0])


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory.read(tmp_path / "demo.json")


class Theatre:
    """The product in this process, and a client at its hooks."""

    def __init__(self, database: Database, directory: Directory, client: httpx.AsyncClient, stage: Stage) -> None:
        self.database = database
        self.directory = directory
        self.client = client
        self.stage = stage

    async def play(self, play: Play, now: datetime) -> None:
        """Send all that is due and let the steps carry it."""
        for post, tries in play.due(now):
            assert await play.send(self.client, post, tries, now) is None
        await self.directory.refresh(self.database, utc_now(), force=True)
        while (await work_batch(self.database, self.directory, utc_now(), 200)).rows:
            pass

    async def count(self, table: str) -> int:
        async with self.database.system() as tx:
            return int(await tx.fetchval(f"select count(*) from {table}"))


@pytest.fixture
async def theatre(database: Database, sealer: Sealer, memory: Memory, tmp_path: Path) -> AsyncIterator[Theatre]:
    stage = await set_up(database, sealer, memory, PICTURES)
    directory, receiver = Directory(sealer, "http://127.0.0.1:8000"), Receiver(database)
    house = House(settings=Settings(data_dir=tmp_path), database=database, directory=directory, receiver=receiver)
    receiving = asyncio.create_task(receiver.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_over(house)), base_url="http://127.0.0.1:8000") as client:
        yield Theatre(database, directory, client, stage)
    receiving.cancel()
    with suppress(asyncio.CancelledError):
        await receiving


def played(stage: Stage, started: datetime) -> Play:
    """A play of which enough orders have begun, all of them over by now."""
    play = Play(stage, Pace(seed=3, speed=10, parcels=12, pictures=PICTURES), number=1001, started=started)
    moment = started
    while play.next_number < 1001 + ORDERS:
        moment += timedelta(seconds=1)
        play.go_on(moment)
    return play


async def test_every_parcel_of_a_demo_ends_as_its_life_says_and_a_second_showing_changes_nothing(theatre: Theatre) -> None:
    started = utc_now() - timedelta(minutes=30)
    play = played(theatre.stage, started)
    await theatre.play(play, utc_now())
    known = await play.appeared(theatre.database)
    assert len(known) == ORDERS
    seen = set()
    for one in known:
        ends = {parcel.tracking_number: life.ends for parcel, life in one.story.parcels}
        assert {kept.tracking_number: kept.folded.status for kept in one.shipments if kept.folded} == ends
        seen |= {life.slug for _, life in one.story.parcels}
        for url, _, _ in links_of(one, "http://127.0.0.1:8000"):
            page = await theatre.client.get(url)
            assert page.status_code == 200
            assert f"#{one.story.purchase.number}" in page.text
    assert len(seen) > 12
    assert len(worth_seeing(known)[0].shipments) > 1
    back = comes_back(known)
    assert back is not None
    assert {kept.folded.status for kept in back.shipments if kept.folded} == {Status.DELIVERED}
    assert await theatre.count("variant") == 17
    assert await theatre.count("dead_letter") == 1
    assert await theatre.count("unknown_code") >= 1
    assert await theatre.count("message") > ORDERS
    tables = ("orders", "shipment", "checkpoint", "message", "decision")
    before = [await theatre.count(table) for table in tables]
    await theatre.play(played(theatre.stage, started), utc_now())
    assert [await theatre.count(table) for table in tables] == before


async def test_the_demo_shop_answers_what_its_own_texts_say(database: Database, sealer: Sealer, memory: Memory) -> None:
    stage = await set_up(database, sealer, memory, PICTURES)
    async with database.for_merchant(stage.merchant_id) as tx:
        said = await find(tx, stage.merchant_id, "¿Cuánto tarda el envío?", "es", utc_now())
        assert isinstance(said, Quoted)
        assert said.text.startswith("Orders that are placed before 14:00")
        assert isinstance(await find(tx, stage.merchant_id, "do you sell crocodiles", "en", utc_now()), NoAnswer)


async def test_setting_up_again_changes_nothing_but_where_the_pictures_are(database: Database, sealer: Sealer, memory: Memory) -> None:
    first = await set_up(database, sealer, memory, PICTURES)
    again = await set_up(database, sealer, memory, "http://127.0.0.1:9001")
    assert again == first
    async with database.system() as tx:
        merchant = await connections.merchant_by_slug(tx, "casa-alma")
        assert len(await connections.connections(tx, sealer, first.merchant_id)) == 8
    assert merchant.brand["logo_url"] == "http://127.0.0.1:9001/logo.svg"


async def test_a_forgotten_login_gets_another_address(database: Database, sealer: Sealer, tmp_path: Path) -> None:
    await set_up(database, sealer, Memory.read(tmp_path / "one.json"), PICTURES)
    other = Memory.read(tmp_path / "two.json")
    await set_up(database, sealer, other, PICTURES)
    assert other.email != "demo@casa-alma.example"


async def test_a_sender_nobody_answers_tries_again_and_loses_nothing(theatre: Theatre) -> None:
    started = utc_now() - timedelta(minutes=5)
    play = Play(theatre.stage, Pace(seed=1, speed=10, parcels=1, pictures=PICTURES), number=1001, started=started)

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody answers")

    async with httpx.AsyncClient(transport=httpx.MockTransport(away), base_url="http://127.0.0.1:8000") as deaf:
        for post, tries in play.due(utc_now()):
            assert await play.send(deaf, post, tries, utc_now()) is None
    assert play.posted == 0
    await theatre.play(play, utc_now() + timedelta(seconds=5))
    (one,) = await play.appeared(theatre.database)
    async with theatre.database.for_merchant(theatre.stage.merchant_id) as tx:
        key = (theatre.stage.merchant_id, one.order.order_id)
        (kept,) = (await shipments.of_orders(tx, [key]))[key]
    assert kept.folded is not None
    assert kept.folded.status is LIVES["not_home"].ends


async def test_a_wrong_secret_is_complained_of_and_not_tried_for_ever(theatre: Theatre) -> None:
    hooks = {provider: (path, "wrong") for provider, (path, _) in theatre.stage.hooks.items()}
    stage = Stage(merchant_id=theatre.stage.merchant_id, hooks=hooks)
    play = Play(stage, Pace(seed=1, speed=10, parcels=1, pictures=PICTURES), number=1001, started=utc_now() - timedelta(minutes=5))
    ((post, tries), *_) = list(play.due(utc_now()))
    assert await play.send(theatre.client, post, tries, utc_now()) == "shopify was refused (401): products/create"
    assert list(play.due(utc_now() + timedelta(seconds=5))) == []
