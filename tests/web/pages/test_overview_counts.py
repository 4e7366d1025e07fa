"""More open problems than are counted → the desk's first page says "over" so many, and the exact number of the others."""

import re

import pytest
from desk_clients import entered
from page_shops import fill

from doorstep.store import desk

_MADE = iter(range(1000))


@pytest.fixture
async def owner(app, house):
    """The owner of a shop of these tests' own, in which nothing but two kinds of problem is open."""
    shop = await fill(house.database, house.directory, f"counts{next(_MADE)}", "Counts & Co")
    async with house.database.system() as tx:
        await tx.execute("set local session_replication_role = replica")
        await tx.execute("delete from pitfall where merchant_id = $1", shop.merchant_id)
        for kind, times in (("delayed", 4), ("lost", 2)):
            await tx.execute(
                """insert into pitfall (merchant_id, shipment_id, kind, opened_at, found_at, severity, rank)
                select $1, 900000 + i, $2, now(), now(), 'low', 1 from generate_series(1, $3::int) i""",
                shop.merchant_id,
                kind,
                times,
            )
    opened = await entered(app, shop.owner)
    yield opened
    await opened.aclose()


async def shown(owner, label):
    page = (await owner.get("/desk/")).text
    return re.search(rf">{label}</(?:dt|th)><(?:dd|td)>([^<]*)<", page)[1].strip()


async def test_open_problems_are_shown_by_number(owner):
    assert [await shown(owner, label) for label in ("Open problems", "Delayed", "Lost")] == ["6", "4", "2"]


async def test_more_than_are_counted_are_shown_as_over_so_many(owner, monkeypatch):
    monkeypatch.setattr(desk, "MOST_COUNTED", 3)
    assert [await shown(owner, label) for label in ("Open problems", "Delayed", "Lost")] == ["over 4", "over 2", "2"]
