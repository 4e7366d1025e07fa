"""What came by a connection that was removed → still shown at the desk and by the API, and lined up again by both."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from apps import app_over
from doorstep.settings import Settings
from doorstep.steps.connect import new_connection
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.store import access, connections, inbox
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer
from doorstep.web.house import House

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
BASE = "https://doorstep.example"
KEY = f"dk_letters_{'k' * 32}"
OWNER = {"email": "owner@shop.example", "password": "a-long-word-of-passage"}


@pytest.fixture
async def client(store: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an installation with a dead letter whose connection is gone."""
    directory = Directory(Sealer(b"k" * 32), BASE)
    async with store.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
        made = await connections.connect(tx, directory.sealer, new_connection(merchant_id, "carrier", "gls", "Parcels", {}), frozenset())
        came = Arrival(merchant_id=merchant_id, connection_id=made, delivery_key=b"k", url="", headers={}, body=b"no JSON", received_at=NOW)
        await inbox.keep(tx, [came])
        await inbox.bury(tx, [(row, "BadInputError", "no JSON") for row in await inbox.claim(tx, NOW, 10)], NOW)
        await connections.remove(tx, merchant_id, made)
        await access.add_key(tx, merchant_id, KEY, "test", ["letters:read", "letters:write"])
        await access.add_user(tx, merchant_id, OWNER["email"], OWNER["password"], "owner")
    await directory.refresh(store, NOW, force=True)
    house = House(settings=Settings(data_dir=tmp_path, base_url=BASE), database=store, directory=directory, receiver=Receiver(store))
    transport = httpx.ASGITransport(app_over(house), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as opened:
        yield opened


async def test_the_api_lists_and_replays_a_letter_of_a_connection_that_is_gone(client: httpx.AsyncClient, store: Database) -> None:
    entering = {"authorization": f"Bearer {KEY}"}
    answer = await client.get("/api/v1/dead-letters", headers=entering)
    assert answer.status_code == 200, answer.text
    (letter,) = answer.json()["dead_letters"]
    assert (letter["provider"], letter["connection"], letter["detail"]) == (None, None, "no JSON")
    answer = await client.post("/api/v1/dead-letters/replay", headers=entering, json={"ids": [letter["id"]]})
    assert answer.json() == {"replayed": 1}
    async with store.system() as tx:
        assert (await inbox.lag(tx, NOW))["dead"] == 0


async def test_the_desk_says_that_the_connection_was_removed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/desk/login", data=OWNER)).status_code == 303
    page = await client.get("/desk/letters")
    assert page.status_code == 200
    assert "A connection that was removed" in page.text
    assert "None" not in page.text
