"""A running Doorstep with two shops, on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from mcp_shops import BASE, PORT, Shop, a_shop

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.house import House
from ports import listening


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> House:
    database = await Database.open(database_url)  # closed by the application when it ends
    directory = Directory(Sealer(b"k" * 32), BASE)
    return House(settings=Settings(data_dir=tmp_path, base_url=BASE), database=database, directory=directory, receiver=Receiver(database))


@pytest.fixture
async def ours(house: House) -> Shop:
    return await a_shop(house, "loom")


@pytest.fixture
async def theirs(house: House) -> Shop:
    return await a_shop(house, "vega")


@pytest.fixture(autouse=True)
async def site(house: House, ours: Shop) -> AsyncIterator[str]:
    """The application on a real socket, with its whole life from start to end."""
    server = Server(app_over(house), address="127.0.0.1", port=PORT, interface=Interfaces.ASGI)
    serving = asyncio.create_task(server.serve())
    await listening(PORT)
    yield BASE
    server.stop()
    await serving


@pytest.fixture
async def browser(site: str) -> AsyncIterator[httpx.AsyncClient]:
    """A customer's browser."""
    async with httpx.AsyncClient(base_url=site) as opened:
        yield opened
