"""Counted attempts: the same for all web processes together, by merchant, growing back with time, kept as hashes only."""

import asyncio
from datetime import timedelta

from page_shops import NOW, PASSWORD

from doorstep.store import access
from doorstep.store.database import Database
from doorstep.web.desk import doors
from doorstep.web.network import Buckets
from doorstep.web.track import guarding

QUARTER = timedelta(minutes=15)


def as_if_in_another_process():
    """What a process keeps to itself is gone."""
    for bucket in (doors._NETWORKS, doors._EMAILS, guarding._HERE):
        bucket._left.clear()


async def try_once(database: Database, now, merchant_id=0, **counts):
    async with database.system() as tx:
        return await access.attempt(tx, merchant_id, counts, QUARTER, now)


async def test_attempts_run_out_and_grow_back_one_by_one(database):
    assert [await try_once(database, NOW, ana=3) for _ in range(5)] == [True, True, True, False, False]
    later = NOW + QUARTER / 3 + timedelta(seconds=1)
    assert [await try_once(database, later, ana=3) for _ in range(2)] == [True, False]
    assert [await try_once(database, NOW + QUARTER * 3, ana=3) for _ in range(4)] == [True, True, True, False]


async def test_the_shared_count_is_that_of_a_bucket(database):
    bucket = Buckets(4, QUARTER.total_seconds())
    at = 0.0
    for gap in (0, 1, 5, 200, 0, 0, 300, 10, 10, 900, 0, 0, 0, 0, 0, 230, 240):
        at += gap
        assert await try_once(database, NOW + timedelta(seconds=at), ben=4) == (bucket.take("ben", now=at) == 0.0), at


async def test_every_count_is_asked_whatever_the_others_say(database):
    assert await try_once(database, NOW, a=1, b=2)
    assert not await try_once(database, NOW, a=1, b=2)
    assert not await try_once(database, NOW, b=2)  # the refused attempt counted here too


async def test_a_clock_that_stands_a_little_back_gives_nothing_away(database):
    assert await try_once(database, NOW, a=1)
    assert not await try_once(database, NOW - timedelta(seconds=30), a=1)
    assert not await try_once(database, NOW + timedelta(seconds=1), a=1)


async def test_of_many_attempts_at_once_only_so_many_count(database):
    taken = await asyncio.gather(*(try_once(database, NOW, a=5, b=9) for _ in range(24)))
    assert taken.count(True) == 5


async def test_merchants_do_not_use_up_each_others_attempts(database):
    assert await try_once(database, NOW, 1, a=1)
    assert await try_once(database, NOW, 2, a=1)
    assert not await try_once(database, NOW, 1, a=1)


async def test_counts_that_are_over_are_swept_away_and_no_address_is_kept(database):
    for number in range(600):
        await try_once(database, NOW + timedelta(seconds=5 * number), **{f"find email {number}@mail.example": 5})
    async with database.system() as tx:
        rows = await tx.fetch("select key from attempt")
    assert len(rows) < 500
    assert all(len(row["key"]) == 16 for row in rows)


async def test_passwords_are_counted_over_all_processes(client, ours):
    for _ in range(8):
        as_if_in_another_process()
        answer = await client.post("/desk/login", data={"email": ours.member, "password": "no"})
        assert answer.status_code == 401
    as_if_in_another_process()
    answer = await client.post("/desk/login", data={"email": ours.member, "password": PASSWORD})
    assert answer.status_code == 429
    as_if_in_another_process()
    assert (await client.post("/desk/login", data={"email": ours.owner, "password": PASSWORD})).status_code == 303


async def test_looking_orders_up_is_counted_over_all_processes(client):
    form = {"number": "loom-1001", "email": "someone@mail.example"}
    for number in range(5):
        as_if_in_another_process()
        assert (await client.post("/find/loom", data=form | {"email": f"{number}@mail.example"})).status_code == 200
    as_if_in_another_process()
    assert (await client.post("/find/loom", data=form)).status_code == 429
    as_if_in_another_process()
    assert (await client.post("/find/loom", data=form | {"number": "loom-1002"})).status_code == 200
