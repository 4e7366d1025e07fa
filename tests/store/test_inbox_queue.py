"""Arrivals in, claims out: each once, fairly between merchants, by several workers, and back again when something went wrong."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.steps.connect import new_connection
from doorstep.store import connections, inbox
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival, Waiting
from doorstep.store.partitions import ensure_months
from doorstep.store.sealing import Sealer

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LETTERS = st.characters(exclude_categories=["Cs"])


def arrival(body: bytes = b"{}", *, merchant: int = 1, connection: int = 7, at: datetime = NOW, **rest: object) -> Arrival:
    """Make one request as it came in."""
    given = {"delivery_key": body, "url": "", "headers": {}, **rest}
    return Arrival(merchant_id=merchant, connection_id=connection, body=body, received_at=at, **given)


async def keep(store: Database, *arrivals: Arrival) -> None:
    async with store.system() as tx:
        await inbox.keep(tx, arrivals)


async def claim(store: Database, most: int = 100, now: datetime = NOW) -> list[Waiting]:
    async with store.system() as tx:
        return await inbox.claim(tx, now, most)


async def lag(store: Database, now: datetime = NOW) -> tuple[int, float | None, int]:
    async with store.system() as tx:
        row = await inbox.lag(tx, now)
    return row["waiting"], None if row["oldest_s"] is None else float(row["oldest_s"]), row["dead"]


def bodies(rows: Sequence[Waiting]) -> list[bytes]:
    return [row.body for row in rows]


# Kept as it came.


async def test_an_arrival_comes_out_as_it_came_in(store: Database) -> None:
    one = arrival(b"\x00\xffbytes", url="https://doorstep.example/hooks/generic/x?a=1", headers={"content-type": "a/b", "x": "ñ\u0000"})
    await keep(store, one)
    (row,) = await claim(store)
    assert (row.merchant_id, row.connection_id, row.url, row.headers, row.body) == (1, 7, one.url, one.headers, one.body)
    assert (row.received_at, row.received_month, row.attempts) == (NOW, date(2026, 11, 1), 0)


@given(st.lists(st.tuples(st.binary(max_size=60), st.dictionaries(st.text(LETTERS), st.text(LETTERS), max_size=3)), max_size=6))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
async def test_any_bytes_and_headers_are_kept_once_per_key(shared_store: Database, sent: list[tuple[bytes, dict[str, str]]]) -> None:
    async with shared_store.system() as tx:
        await tx.execute("delete from inbox; delete from inbox_due")
    await keep(shared_store, *(arrival(body, headers=headers) for body, headers in sent))
    first = dict(reversed(sent))
    assert {row.body: row.headers for row in await claim(shared_store)} == first


# Once.


async def test_a_delivery_is_kept_once_whether_it_is_repeated_in_one_group_or_later(store: Database) -> None:
    await keep(store, arrival(b"a", delivery_key=b"k"), arrival(b"b", delivery_key=b"k"))
    await keep(store, arrival(b"c", delivery_key=b"k", at=NOW + MINUTE))
    assert bodies(await claim(store)) == [b"a"]
    await keep(store, arrival(b"d", delivery_key=b"k"))
    assert await claim(store) == []
    async with store.system() as tx:
        assert await tx.fetchval("select count(*) from inbox") == 1


async def test_the_same_key_from_another_sender_or_merchant_is_another_delivery(store: Database) -> None:
    await keep(
        store,
        arrival(b"1", delivery_key=b"k"),
        arrival(b"2", delivery_key=b"k", connection=8),
        arrival(b"3", delivery_key=b"k", merchant=2),
        arrival(b"4", delivery_key=b"K"),
    )
    assert sorted(bodies(await claim(store))) == [b"1", b"2", b"3", b"4"]


async def test_groups_with_the_same_deliveries_at_once_keep_each_once(store: Database) -> None:
    group = [arrival(b"%d" % n, merchant=1 + n % 3) for n in range(30)]
    await asyncio.gather(*(keep(store, *group) for _ in range(6)))
    assert sorted(bodies(await claim(store))) == sorted(one.body for one in group)


async def test_a_group_that_was_rolled_back_left_nothing_and_may_come_again(store: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.system() as tx:
            await inbox.keep(tx, [arrival(b"a")])
            raise ZeroDivisionError
    assert await lag(store) == (0, None, 0)
    await keep(store, arrival(b"a"))
    assert bodies(await claim(store)) == [b"a"]


async def test_arrivals_lie_in_their_month_and_are_claimed_across_its_end(store: Database) -> None:
    end = datetime(2091, 1, 31, 23, 59, 59, tzinfo=UTC)
    async with store.system() as tx:
        await ensure_months(tx, date(2091, 1, 1), date(2091, 2, 1))
    await keep(store, arrival(b"jan", at=end), arrival(b"feb", at=end + timedelta(seconds=1)), arrival(b"far", at=end.replace(year=2095)))
    async with store.system() as tx:
        places = await tx.fetch("select convert_from(body, 'UTF8') as body, tableoid::regclass::text as lies from inbox")
    assert {row["body"]: row["lies"] for row in places} == {"jan": "inbox_2091_01", "feb": "inbox_2091_02", "far": "inbox_rest"}
    assert bodies(await claim(store, now=datetime(2096, 1, 1, tzinfo=UTC))) == [b"jan", b"feb", b"far"]


# Fair.


async def test_a_peak_at_one_merchant_leaves_the_others_their_share(store: Database) -> None:
    await keep(store, *(arrival(b"peak %d" % n) for n in range(300)))
    await keep(store, *(arrival(b"calm %d" % n, merchant=merchant) for merchant in (2, 3) for n in range(5)))
    got = Counter(row.merchant_id for row in await claim(store, 30))
    assert got == {1: 10, 2: 5, 3: 5}


async def test_a_merchants_rows_come_in_the_order_they_arrived(store: Database) -> None:
    for n in range(6):
        await keep(store, arrival(b"%d" % n, at=NOW - n * MINUTE))
    assert bodies(await claim(store, 4)) == [b"0", b"1", b"2", b"3"]
    assert bodies(await claim(store, 4)) == [b"4", b"5"]


async def test_no_more_are_claimed_than_asked_for_and_all_are_in_the_end(store: Database) -> None:
    await keep(store, *(arrival(b"%d" % n, merchant=1 + n % 7) for n in range(50)))
    got: list[bytes] = []
    while rows := await claim(store, 5):
        assert len(rows) <= 5
        got += bodies(rows)
    assert sorted(got) == sorted(b"%d" % n for n in range(50))


async def test_with_more_merchants_than_places_everybody_has_a_turn(store: Database) -> None:
    await keep(store, *(arrival(b"%d" % n, merchant=1 + n % 6) for n in range(120)))
    served = {row.merchant_id for _ in range(6) for row in await claim(store, 4)}
    assert served == {1, 2, 3, 4, 5, 6}


async def test_one_place_a_batch_goes_round_all_merchants_too(store: Database) -> None:
    await keep(store, *(arrival(b"%d" % n, merchant=1 + n % 6) for n in range(36)))
    turns = [row.merchant_id for _ in range(12) for row in await claim(store, 1)]
    assert sorted(turns[:6]) == [1, 2, 3, 4, 5, 6]
    assert turns[6:] == turns[:6]


async def test_merchants_with_nothing_due_take_nobodys_place(store: Database) -> None:
    await keep(store, *(arrival(b"later %d" % n, merchant=n, at=NOW + MINUTE) for n in range(1, 30)))
    await keep(store, *(arrival(b"%d" % n, merchant=99) for n in range(20)))
    assert len(await claim(store, 20)) == 20


async def test_a_merchants_row_that_waits_for_later_hides_none_behind_it(store: Database) -> None:
    await keep(store, arrival(b"a"), arrival(b"b", merchant=2))
    async with store.system() as tx:
        await inbox.again(tx, await inbox.claim(tx, NOW, 10), NOW + MINUTE)
    await keep(store, arrival(b"c"), arrival(b"d", merchant=2))
    assert bodies(await claim(store, 1)) + bodies(await claim(store, 1)) in ([b"c", b"d"], [b"d", b"c"])


# Several workers.


async def test_two_workers_never_hold_the_same_row_and_do_not_wait_for_each_other(store: Database) -> None:
    await keep(store, *(arrival(b"%d" % n, merchant=1 + n % 2) for n in range(20)))
    async with store.system() as one, store.system() as other:
        first = await inbox.claim(one, NOW, 8)
        async with asyncio.timeout(10):
            second = await inbox.claim(other, NOW, 100)
    assert len(first) == 8
    assert sorted(bodies(first) + bodies(second)) == sorted(b"%d" % n for n in range(20))
    assert await claim(store) == []


async def test_many_workers_at_once_claim_everything_once(store: Database) -> None:
    await keep(store, *(arrival(b"%d" % n, merchant=1 + n % 5) for n in range(200)))
    got: list[bytes] = []

    async def worker() -> None:
        while rows := await claim(store, 7):
            got.extend(bodies(rows))

    await asyncio.gather(*(worker() for _ in range(6)))
    got += bodies(await claim(store, 500))  # what the last worker skipped because another held it
    assert sorted(got) == sorted(b"%d" % n for n in range(200))


async def test_a_claim_that_was_rolled_back_returns_as_it_was(store: Database) -> None:
    await keep(store, arrival(b"a"), arrival(b"b"))
    with pytest.raises(ZeroDivisionError):
        async with store.system() as tx:
            assert len(await inbox.claim(tx, NOW, 10)) == 2
            raise ZeroDivisionError
    again = await claim(store)
    assert bodies(again) == [b"a", b"b"]
    assert [row.attempts for row in again] == [0, 0]


# Later.


async def test_a_row_put_back_waits_for_its_time_and_remembers_its_attempts(store: Database) -> None:
    await keep(store, arrival(b"a"), arrival(b"b"))
    now = NOW
    for attempt in range(3):
        async with store.system() as tx:
            rows = await inbox.claim(tx, now, 10)
            assert [(row.body, row.attempts) for row in rows if row.body == b"a"] == [(b"a", attempt)]
            now += MINUTE
            await inbox.again(tx, [row for row in rows if row.body == b"a"], now)
        assert await claim(store, now=now - timedelta(seconds=1)) == []
    assert await lag(store, now) == (1, 180.0, 0)


async def test_nothing_is_claimed_before_it_is_due(store: Database) -> None:
    await keep(store, arrival(b"a", at=NOW + MINUTE))
    assert await claim(store) == []
    assert bodies(await claim(store, now=NOW + MINUTE)) == [b"a"]


async def test_a_row_that_waits_for_later_does_not_hold_up_those_behind_it(store: Database) -> None:
    await keep(store, arrival(b"a"))
    async with store.system() as tx:
        await inbox.again(tx, await inbox.claim(tx, NOW, 10), NOW + MINUTE)
    await keep(store, arrival(b"b"))
    assert bodies(await claim(store, 1)) == [b"b"]


# Dead letters.


async def connect(store: Database) -> Connection:
    """Make a merchant with one connection."""
    async with store.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
        made = new_connection(merchant_id, "carrier", "gls", "Parcels", {})
        return msgspec.structs.replace(made, connection_id=await connections.connect(tx, Sealer(b"k" * 32), made, frozenset()))


async def bury(store: Database, connected: Connection, *sent: bytes, why: str = "no JSON") -> list[Waiting]:
    wanted = [arrival(body, merchant=connected.merchant_id, connection=connected.connection_id) for body in sent]
    async with store.system() as tx:
        await inbox.keep(tx, wanted)
        rows = await inbox.claim(tx, NOW, 100)
        await inbox.bury(tx, [(row, "BadInputError", why) for row in rows], NOW)
    return rows


async def test_a_buried_row_is_listed_with_its_reason_and_claimed_no_more(store: Database) -> None:
    connected = await connect(store)
    rows = await bury(store, connected, b"a", b"x" * 5000, why="w" * 5000)
    assert await claim(store) == []
    assert await lag(store) == (0, None, 2)
    async with store.system() as tx:
        newest, oldest = await inbox.dead_letters(tx, connected.merchant_id)
        assert await inbox.dead_letters(tx, connected.merchant_id, before=newest["inbox_id"]) == [oldest]
        assert await inbox.dead_letters(tx, connected.merchant_id, most=1) == [newest]
        assert await inbox.dead_letters(tx, connected.merchant_id + 1) == []
    assert [newest["inbox_id"], oldest["inbox_id"]] == [rows[1].inbox_id, rows[0].inbox_id]
    assert (newest["error"], newest["detail"], newest["provider"], newest["name"]) == ("BadInputError", "w" * 2000, "gls", "Parcels")
    assert (newest["size"], newest["beginning"], oldest["beginning"]) == (5000, b"x" * 2000, b"a")


async def test_replayed_dead_letters_are_claimed_again_whole_and_from_their_first_attempt(store: Database) -> None:
    connected = await connect(store)
    first, second, third = await bury(store, connected, b"a", b"b", b"c")
    later = NOW + MINUTE
    async with store.system() as tx:
        assert await inbox.replay(tx, connected.merchant_id, [first.inbox_id, 999_999_999], later) == 1
    assert await claim(store, now=NOW) == []
    assert [(row.inbox_id, row.body, row.attempts) for row in await claim(store, now=later)] == [(first.inbox_id, b"a", 0)]
    async with store.system() as tx:
        assert await inbox.replay(tx, connected.merchant_id, None, later) == 2
        assert await inbox.replay(tx, connected.merchant_id, None, later) == 0
        assert await inbox.dead_letters(tx, connected.merchant_id) == []
    assert [row.inbox_id for row in await claim(store, now=later)] == [second.inbox_id, third.inbox_id]


async def test_nobody_replays_a_strangers_dead_letters(store: Database) -> None:
    connected = await connect(store)
    (row,) = await bury(store, connected, b"a")
    async with store.system() as tx:
        assert await inbox.replay(tx, connected.merchant_id + 1, None, NOW) == 0
        assert await inbox.replay(tx, connected.merchant_id + 1, [row.inbox_id], NOW) == 0
    assert await lag(store) == (0, None, 1)


async def test_a_replayed_row_that_fails_again_is_one_dead_letter_with_the_newer_reason(store: Database) -> None:
    connected = await connect(store)
    await bury(store, connected, b"a")
    async with store.system() as tx:
        await inbox.replay(tx, connected.merchant_id, None, NOW)
        (row,) = await inbox.claim(tx, NOW, 10)
        await inbox.bury(tx, [(row, "MisconfiguredError", "no secret")], NOW + MINUTE)
        (dead,) = await inbox.dead_letters(tx, connected.merchant_id)
    assert (dead["error"], dead["detail"], dead["failed_at"]) == ("MisconfiguredError", "no secret", NOW + MINUTE)


async def test_two_who_replay_at_once_line_each_row_up_once(store: Database) -> None:
    connected = await connect(store)
    await bury(store, connected, *(b"%d" % n for n in range(10)))

    async def replay() -> int:
        async with store.system() as tx:
            return await inbox.replay(tx, connected.merchant_id, None, NOW)

    assert sum(await asyncio.gather(*(replay() for _ in range(4)))) == 10
    assert len(await claim(store)) == 10


async def test_a_dead_letter_of_a_removed_connection_is_still_listed(store: Database) -> None:
    connected = await connect(store)
    await bury(store, connected, b"a", why="its connection is gone")
    async with store.system() as tx:
        assert await connections.remove(tx, connected.merchant_id, connected.connection_id)
        assert (await inbox.lag(tx, NOW))["dead"] == 1
        assert len(await inbox.dead_letters(tx, connected.merchant_id)) == 1


async def test_the_lag_tells_how_much_waits_and_how_long_the_oldest_has(store: Database) -> None:
    assert await lag(store) == (0, None, 0)
    await keep(store, arrival(b"a", at=NOW - 3 * MINUTE), arrival(b"b", merchant=2, at=NOW - 5 * MINUTE), arrival(b"c"))
    assert await lag(store) == (3, 300.0, 0)
