"""Shipments, problems and messages of two merchants → what the desk's first page counts of one of them, and up to where."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from doorstep.store import desk
from doorstep.store.database import Database
from doorstep.store.partitions import ensure_months

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
WEEK = timedelta(days=7)
_PITFALLS = """insert into pitfall (merchant_id, shipment_id, kind, opened_at, found_at, severity, rank, closed_at)
select $1, i, $2, $3, $3, 'low', 1, $5 from generate_series(1, $4::int) i"""
_MESSAGE = """insert into message (merchant_id, message_id, month, created_at, channel, connection_id, recipient, locale, purpose, topic, template,
    trigger, why_key, subject, text, html, why, state, state_at)
values ($1, $2, date_trunc('month', $3::timestamptz at time zone 'UTC')::date, $3, $4, 1, 'a@customer.example', 'en', 'transactional', 'delivery',
    't', 't', '\\x01', '', '', '\\x', '', $5, $3)"""
_COUNT = itertools.count(1)


async def pitfalls(store: Database, kind: str, times: int, *, merchant: int = 1, closed: bool = False) -> None:
    async with store.system() as tx:
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(_PITFALLS, merchant, kind, NOW, times, NOW if closed else None)


async def messages(store: Database, state: str, times: int, *, channel: str = "email", at: datetime = NOW, merchant: int = 1) -> None:
    start = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62
    async with store.system() as tx:
        await ensure_months(tx, (NOW - 9 * WEEK).date(), NOW.date())
        await tx.execute("set local session_replication_role = replica")
        await tx.executemany(_MESSAGE, [(merchant, UUID(int=start | next(_COUNT)), at, channel, state) for _ in range(times)])


async def problems(store: Database, merchant: int = 1) -> list[tuple[str, int]]:
    async with store.for_merchant(merchant) as tx:
        return [(row["kind"], row["times"]) for row in await desk.problems(tx, merchant)]


async def states(store: Database, merchant: int = 1) -> list[tuple[str, str, int, bool]]:
    async with store.for_merchant(merchant) as tx:
        return [(row["channel"], row["state"], row["times"], row["more"]) for row in await desk.states(tx, merchant, NOW - WEEK)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Count up to a few only."""
    monkeypatch.setattr(desk, "MOST_COUNTED", 5)
    return 5


async def test_open_problems_are_counted_by_kind_most_first(store: Database) -> None:
    for kind, times in (("lost", 2), ("delayed", 3), ("damaged", 2)):
        await pitfalls(store, kind, times)
    await pitfalls(store, "refused", 4, closed=True)
    await pitfalls(store, "stolen", 4, merchant=2)
    assert await problems(store) == [("delayed", 3), ("damaged", 2), ("lost", 2)]
    assert await problems(store, merchant=2) == [("stolen", 4)]


async def test_each_kind_of_problem_is_counted_up_to_the_most(store: Database, few: int) -> None:
    await pitfalls(store, "delayed", few + 3)
    await pitfalls(store, "lost", few - 1)
    assert await problems(store) == [("delayed", few), ("lost", few - 1)]


async def test_messages_of_the_week_are_counted_by_channel_and_state(store: Database) -> None:
    await messages(store, "reached", 3)
    await messages(store, "reached", 2, channel="sms")
    await messages(store, "bounced", 1)
    await messages(store, "sent", 4, at=NOW - WEEK - timedelta(hours=1))
    await messages(store, "refused", 4, merchant=2)
    assert await states(store) == [("email", "reached", 3, False), ("email", "bounced", 1, False), ("sms", "reached", 2, False)]


async def test_a_week_that_began_last_month_is_counted_whole(store: Database) -> None:
    await messages(store, "sent", 2, at=NOW - timedelta(days=6))
    async with store.for_merchant(1) as tx:
        rows = await desk.states(tx, 1, NOW - timedelta(days=40))
    assert [(row["state"], row["times"]) for row in rows] == [("sent", 2)]


async def test_trouble_is_counted_apart_from_the_many_that_went_well(store: Database, few: int) -> None:
    await messages(store, "reached", few + 4)
    await messages(store, "bounced", 2)
    await messages(store, "refused", few + 1)
    assert sorted(await states(store)) == [
        ("email", "bounced", 2, False),
        ("email", "reached", few, True),
        ("email", "refused", few, True),
    ]
