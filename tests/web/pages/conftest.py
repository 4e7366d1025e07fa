"""A running Doorstep with two shops in it, for its pages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
import structlog
from litestar import Litestar
from page_shops import BASE, PORT, Shop, fill
from page_talks import talk

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.house import House
from ports import listening

structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
async def filled(postgres: str) -> tuple[str, Shop, Shop]:
    """A database with the shops "loom" and "vega" in it."""
    connection = await asyncpg.connect(postgres)
    await connection.execute("create database pages template template_doorstep")
    await connection.close()
    url = postgres.replace("/postgres?", "/pages?")
    database = await Database.open(url, most=4)
    directory = Directory(Sealer(b"k" * 32), BASE)
    ours = await fill(database, directory, "loom", "Lantern & Loom")
    theirs = await fill(database, directory, "vega", "Vega", hostile=True)
    await talk(database, directory, ours)
    await talk(database, directory, theirs, hostile=True)
    await database.close()
    return url, ours, theirs


@pytest.fixture
def ours(filled: tuple[str, Shop, Shop]) -> Shop:
    return filled[1]


@pytest.fixture
def theirs(filled: tuple[str, Shop, Shop]) -> Shop:
    return filled[2]


@pytest.fixture
async def house(filled: tuple[str, Shop, Shop], tmp_path: Path) -> AsyncIterator[House]:
    database = await Database.open(filled[0], most=4)
    async with database.system() as tx:
        await tx.execute("delete from attempt")  # each test has its attempts to itself
    settings = Settings(data_dir=tmp_path, base_url=BASE)
    yield House(settings=settings, database=database, directory=Directory(Sealer(b"k" * 32), BASE), receiver=Receiver(database))
    await database.close()


@pytest.fixture
def app(house: House) -> Litestar:
    return app_over(house)


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url=BASE) as opened:
        yield opened


@pytest.fixture
async def site(app: Litestar) -> AsyncIterator[str]:
    """The address of the application on a real socket."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    server = Server(app, address="127.0.0.1", port=PORT, interface=Interfaces.ASGI)
    serving = asyncio.create_task(server.serve())
    await listening(PORT)
    yield BASE
    server.stop()
    await serving
