"""An installation with two shops whose orders go to Apple Wallet, and one whose do not."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from wallet_shops import BASE, NOW, Shop, a_shop

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer
from doorstep.web.house import House


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    directory = Directory(Sealer(b"k" * 32), BASE)
    return House(settings=Settings(data_dir=tmp_path, base_url=BASE), database=database, directory=directory, receiver=Receiver(database))


@pytest.fixture
async def ours(house: House) -> Shop:
    made = await a_shop(house, "ours", order_type_identifier="order.com.ours")
    await house.directory.refresh(house.database, NOW, force=True)
    return made


@pytest.fixture
async def theirs(house: House) -> Shop:
    made = await a_shop(house, "theirs", order_type_identifier="order.com.theirs")
    await house.directory.refresh(house.database, NOW, force=True)
    return made


@pytest.fixture
async def without(house: House) -> Shop:
    """A shop whose orders do not go to Wallet."""
    made = await a_shop(house, "without")
    await house.directory.refresh(house.database, NOW, force=True)
    return made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_over(house), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as opened:
        yield opened
