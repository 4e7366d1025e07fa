"""Several workers on the same rows at once → the same end as one after another."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, link, open_shop, order, said, scan, tracking

from doorstep.steps.batch import work_singly
from doorstep.store import legs, orders, shipments
from doorstep.store.database import Database
from doorstep.store.shipments import NewShipment

_STATE = """
select s.tracking_number, s.status, s.last_text, o.external_id,
       (select count(*) from checkpoint c where c.merchant_id = s.merchant_id and c.shipment_id = s.shipment_id) as scans
from shipment s left join orders o using (merchant_id, order_id) where s.merchant_id = $1 order by 1, 4
"""


def _payload(number: str, *scans: tuple[str, int]) -> bytes:
    return msgspec.json.encode(
        {
            "tracking_number": number,
            "carrier": "gls",
            "checkpoints": [
                {"code": code, "occurred_at": f"2026-11-18T{hour:02}:00:00+00:00", "description": f"{code} at {hour}"}
                for code, hour in scans
            ],
        }
    )


def _ordered(name: str, *numbers: str) -> bytes:
    return msgspec.json.encode(
        {
            "id": name,
            "number": f"#{name}",
            "placed_at": "2026-11-17T10:00:00+00:00",
            "updated_at": "2026-11-17T10:00:00+00:00",
            "customer": {"first_name": "Ana", "email": f"ana-{name}@customer.example"},
            "lines": [{"id": 1, "name": "Teapot"}],
            "fulfilments": [
                {
                    "id": f"f{name}",
                    "created_at": "2026-11-17T12:00:00+00:00",
                    "updated_at": "2026-11-17T12:00:00+00:00",
                    "tracking_numbers": numbers,
                }
            ],
        }
    )


_NUMBERS = [f"N{n}" for n in range(12)]
_BODIES = [
    *[("carrier", _payload(n, (code, hour))) for n in _NUMBERS for code, hour in (("PU", 1), ("OFD", 7), ("DL", 9))],
    *[("generic", _ordered(str(n), f"N{2 * n}", f"N{2 * n + 1}")) for n in range(6)],
]


async def _end(shop: Shop) -> list[dict[str, Any]]:
    return await shop.rows(_STATE, shop.merchant_id)


async def test_workers_at_once_come_to_the_end_of_one_worker_alone(database: Database) -> None:
    alone, together = await open_shop(database), await open_shop(database)
    for provider, body in _BODIES:
        await alone.post(provider, body)
    while any(done.rows for done in await alone.work()):
        pass
    for seed in range(4):
        shuffled = list(_BODIES)
        random.Random(seed).shuffle(shuffled)
        for provider, body in shuffled:
            await together.post(provider, body + b" " * seed)  # other bytes, the same words: the inbox takes them as new
        while any(done.rows for done in await together.work(most=8, workers=4)):
            pass
    assert await _end(together) == await _end(alone)
    assert {row["status"] for row in await _end(alone)} == {"delivered"}
    assert await together.rows("select count(*) as n from dead_letter") == [{"n": 0}]
    assert await together.wait_until(NOON + HOUR) > 0  # each order has two parcels: their words wait for each other
    told = await together.rows(
        "select trigger, recipient, count(*) as n from message where merchant_id = $1 group by 1, 2", together.merchant_id
    )
    assert max(row["n"] for row in told) == 1


async def test_no_two_workers_wait_for_each_other_in_a_ring(database: Database) -> None:
    shop = await open_shop(database)

    async def one(seed: int) -> None:
        chance = random.Random(seed)
        for turn in range(6):
            numbers = chance.sample(_NUMBERS, 5)
            facts = [order(n, fulfilment(f"f{n}", n, n + "b")) for n in chance.sample(_NUMBERS, 3)]
            trackings = [tracking(n, scan(n, "picked_up", NOON - HOUR), links=[link(f"L{n}", "last_mile")]) for n in numbers]
            await shop.arrive(facts=facts, trackings=[*trackings, said(f"L{numbers[0]}", "delivered", NOON + timedelta(seconds=turn))])

    await asyncio.gather(*(one(seed) for seed in range(6)))  # a deadlock would raise
    assert len({p.tracking_number for p in await shop.parcels()}) == len(await shop.parcels())


async def test_two_makers_of_one_unknown_number_make_one_shipment(database: Database) -> None:
    shop = await open_shop(database)
    await asyncio.gather(
        *(shop.arrive(trackings=[said("NEW", "picked_up", NOON - HOUR)]) for _ in range(3)),
        *(shop.arrive(facts=[order("1", fulfilment("f", "NEW"))]) for _ in range(3)),
    )
    [only] = await shop.parcels()
    assert only.order_id is not None
    assert len(only.scans) == 1
    assert len(await shop.rows("select from leg")) == 1


async def test_several_makers_of_one_order_make_one_row(database: Database) -> None:
    shop = await open_shop(database)
    await asyncio.gather(*(shop.arrive(facts=[order("1"), order("2")] if n % 2 else [order("2"), order("1")]) for n in range(6)))
    assert len(await shop.rows("select from orders")) == 2
    assert await shop.sent() == ["order.placed", "order.placed"]


async def test_the_same_delivery_is_kept_once_however_it_is_repeated(database: Database) -> None:
    one, other = await open_shop(database), await open_shop(database)
    body = _payload("N1", ("PU", 1))
    await asyncio.gather(*(one.post("carrier", body, body) for _ in range(4)))
    await one.post("generic", body)
    await other.post("carrier", body)
    kept = await one.rows("select connection_id, count(*) as n from inbox group by 1")
    assert sorted(row["n"] for row in kept) == [1, 1, 1]
    assert await one.rows("select count(*) as n from inbox_due") == [{"n": 3}]


async def test_the_same_delivery_in_the_next_month_changes_nothing_downstream(shop: Shop) -> None:
    body = _payload("N1", ("PU", 1), ("ZZ", 2))
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    for at in (NOON, NOON + timedelta(days=20)):
        await shop.post("carrier", body, now=at)
        await shop.work(at)
    assert await shop.rows("select count(*) as n from inbox") == [{"n": 2}]
    assert len((await shop.parcel("N1")).scans) == 2
    assert await shop.rows("select times from unknown_code") == [{"times": 1}]
    assert (await shop.sent()).count("shipment.shipped") == 1


async def test_a_moment_is_decided_once_however_often_it_is_found(shop: Shop) -> None:
    await asyncio.gather(
        *(shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said("N1", "delivered", NOON)]) for _ in range(5))
    )
    assert await shop.sent() == ["shipment.delivered"]
    assert (await shop.decisions())["shipment.delivered", ""] == "queued"
    assert all(times == 1 for times in (await shop.skips()).values())


async def test_a_row_that_was_only_in_the_way_is_tried_again_and_not_buried(shop: Shop, database_url: str) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.post("carrier", _payload("N1", ("PU", 1)))
    async with shop.database.system() as blocking:
        await shipments.lock(blocking, [(shop.merchant_id, "N1")])
        done = await _impatient(shop, database_url)
    assert done == 0
    assert await shop.rows("select attempts from inbox_due") == [{"attempts": 1}]
    assert [one.rows for one in await shop.work(NOON + timedelta(seconds=2))] == [1]


async def _impatient(shop: Shop, url: str) -> int:
    """Carry a row with a lock time-out, on connections of its own; return how many were buried."""
    setting = await asyncpg.connect(url)
    await setting.execute(f"alter database {await setting.fetchval('select current_database()')} set lock_timeout = '200ms'")
    await setting.close()
    impatient = await Database.open(url, most=1)
    try:
        return (await work_singly(impatient, shop.directory, NOON, 1)).dead
    finally:
        await impatient.close()


async def test_a_stranger_finds_nothing_under_anothers_keys(database: Database) -> None:
    ours, theirs = await open_shop(database), await open_shop(database)
    await ours.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said("N1", "picked_up", NOON)])
    mine = await ours.parcel("N1")
    async with database.for_merchant(theirs.merchant_id) as tx:
        assert await shipments.lives(tx, [(ours.merchant_id, "N1")]) == {}
        assert await shipments.by_token(tx, mine.token) is None
        assert await shipments.one(tx, ours.merchant_id, mine.shipment_id) is None
        assert await shipments.page(tx, ours.merchant_id) == []
        assert await shipments.of_orders(tx, [(ours.merchant_id, mine.order_id or 0)]) == {}
        assert await orders.read(tx, [(ours.merchant_id, mine.order_id or 0)]) == {}
        assert await orders.look_up(tx, ours.merchant_id, "1", "ana@customer.example") is None
        await shipments.write(tx, [mine], NOON)
        await legs.merge(tx, ours.merchant_id, mine.shipment_id, mine.shipment_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.for_merchant(theirs.merchant_id) as tx:
            await shipments.make(tx, [NewShipment(merchant_id=ours.merchant_id, tracking_number="N2", carrier="gls", token="t")])
    assert (await ours.parcel("N1")).changed_at == mine.changed_at


async def test_the_same_numbers_of_two_merchants_are_strangers_to_each_other(database: Database) -> None:
    one, other = await open_shop(database), await open_shop(database)
    await one.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await other.arrive(trackings=[said("N1", "delivered", NOON)])
    assert (await one.parcel("N1")).folded is None
    assert (await other.parcel("N1")).order_id is None
