"""A running Doorstep with two chats of two merchants, a worker beside it, and a shop's page on another origin."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
import structlog
from chat_house import BASE, PORT, SECRET, SHOP, SHOP_CSP, Talk, shop_page

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.chat import chat_key
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.steps.work import Worker, utc_now
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.partitions import ensure_months
from doorstep.store.sealing import Sealer
from doorstep.web.house import House
from ports import listening

structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(scope="session")
async def chat_database(postgres: str) -> str:
    """A database of the chats' own."""
    connection = await asyncpg.connect(postgres)
    await connection.execute("create database chats template template_doorstep")
    await connection.close()
    return postgres.replace("/postgres?", "/chats?")


@pytest.fixture
async def house(chat_database: str, tmp_path: Path) -> AsyncIterator[House]:
    database = await Database.open(chat_database, most=6)
    directory = Directory(Sealer(b"k" * 32), BASE)
    yield House(
        settings=Settings(data_dir=tmp_path, base_url=BASE, allow_private=True),
        database=database,
        directory=directory,
        receiver=Receiver(database),
    )
    await database.close()


async def _merchant(house: House, slug: str, name: str, origins: str) -> tuple[int, int, str]:
    plugin = plugin_named("channel", "web_chat")
    async with house.database.system() as tx:
        await ensure_months(tx, utc_now().date(), utc_now().date())
        merchant_id = await connections.add_merchant(tx, slug, name, {"colour": "#7a3b2e", "default_locale": "en"}, {})
        given = {"allowed_origins": origins, "greeting": "Ask us about your order.", "customer_secret": SECRET}
        wanted = new_connection(merchant_id, "channel", "web_chat", "Chat", checked(plugin, given))
        number = await connections.connect(tx, house.directory.sealer, wanted, secret_names(plugin))
        made = await connections.one(tx, house.directory.sealer, merchant_id, number)
    return merchant_id, number, chat_key(house.directory.sealer, made)


@pytest.fixture
async def talk(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Talk]:
    """Two merchants' chats, served on a real socket, a worker beside."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    mark = f"{abs(hash(request.node.name)):x}"[:10]
    ours = await _merchant(house, f"loom-{mark}", "Lantern & Loom", f"{SHOP} http://localhost:1")
    theirs = await _merchant(house, f"vega-{mark}", "Vega", "https://vega.example")
    await house.directory.refresh(house.database, utc_now(), force=True)
    app = app_over(house)
    server = Server(app, address="127.0.0.1", port=PORT, interface=Interfaces.ASGI)
    serving = asyncio.create_task(server.serve())
    worker = Worker(house.database, Directory(Sealer(b"k" * 32), BASE))
    working = asyncio.create_task(worker.run())
    await listening(PORT)
    async with (
        httpx.AsyncClient(base_url=BASE, headers={"origin": SHOP}, timeout=10, trust_env=False) as client,
        shop_page(SHOP_CSP) as pages,
    ):
        yield Talk(house=house, app=app, client=client, ours=ours, theirs=theirs, pages=pages)
    worker.stop()
    await working
    app.state.chat.close()
    server.stop()  # type: ignore[no-untyped-call]
    with contextlib.suppress(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await serving


@pytest.fixture
def now() -> datetime:
    return utc_now()
