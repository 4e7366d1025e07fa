"""A running installation with two merchants, each with a key for everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.batch import work_batch
from doorstep.steps.converse import Talkers
from doorstep.steps.decide import decide_waiting
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store import access, connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.api.scopes import SCOPES
from doorstep.web.house import House


class Installation(msgspec.Struct, kw_only=True):
    """What the tests of the API hold in hand."""

    house: House
    client: httpx.AsyncClient
    #: Merchant ids.
    ours: int
    theirs: int
    our_key: str
    their_key: str

    def entering(self, key: str | None = None) -> dict[str, str]:
        return {"authorization": f"Bearer {key or self.our_key}"}

    async def get(self, path: str, key: str | None = None, **params):
        return await self.client.get(f"/api/v1{path}", headers=self.entering(key), params=params)

    async def post(self, path: str, body: object, key: str | None = None, **headers: str):
        return await self.client.post(f"/api/v1{path}", json=body, headers={**self.entering(key), **headers})

    async def work(self) -> None:
        """Let the worker carry what waits."""
        for _ in range(3):
            now = datetime.now(UTC)
            await self.house.directory.refresh(self.house.database, now, force=True)
            await work_batch(self.house.database, self.house.directory, now, 500)
            async with self.house.database.system() as tx:
                await decide_waiting(tx, self.house.directory, now, 500)
        talkers = Talkers(self.house.database, self.house.directory)
        while await talkers.take_up(datetime.now(UTC)):
            pass
        await talkers.rest()

    async def count(self, table: str, merchant_id: int | None = None) -> int:
        async with self.house.database.system() as tx:
            return await tx.fetchval(f"select count(*) from {table} where merchant_id = $1", merchant_id or self.ours)


async def merchant_with_key(database: Database, slug: str, scopes: list[str], rate_per_s: float = 10_000) -> tuple[int, str]:
    key = f"dk_{slug}_{'k' * 32}"
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug.title(), {}, {})
        await access.add_key(tx, merchant_id, key, "test", scopes, rate_per_s)
    return merchant_id, key


@asynccontextmanager
async def living(app: Litestar) -> AsyncIterator[None]:
    """Keep an application up in a task of its own: a fixture begins and ends in different ones."""
    up, down = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            up.set()
            await down.wait()

    task = asyncio.create_task(live())
    await asyncio.wait({task, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
    yield
    down.set()
    await task


@pytest.fixture
async def installation(database_url: str, tmp_path: Path) -> AsyncIterator[Installation]:
    database = await Database.open(database_url)
    ours, our_key = await merchant_with_key(database, "ours", list(SCOPES))
    theirs, their_key = await merchant_with_key(database, "theirs", list(SCOPES))
    settings = Settings(data_dir=tmp_path, base_url="http://127.0.0.1:8000")
    house = House(
        settings=settings,
        database=database,
        directory=Directory(Sealer(b"k" * 32), settings.base_url),
        receiver=Receiver(database),
    )
    app = app_over(house)
    wire = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with living(app), httpx.AsyncClient(transport=wire, base_url="http://127.0.0.1:8000") as client:
        yield Installation(house=house, client=client, ours=ours, theirs=theirs, our_key=our_key, their_key=their_key)
