"""Thousands of newer messages by other connections → how a rarely used connection goes, as fast and as right as a busy one."""

import itertools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from doorstep.store.database import Database, Tx
from doorstep.store.going import TOLD_OF, Going, going
from doorstep.store.partitions import ensure_months

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from explaining import Explaining, Seen

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)
BUSY, RARE = 1, 2
CROWD = 6_000
_MANY = """insert into message (merchant_id, message_id, month, created_at, channel, connection_id, recipient, locale, purpose, topic, template,
    trigger, why_key, subject, text, html, why, state, state_at)
select $1, ('01a1ee50-4380-7000-8000-' || lpad(i::text, 12, '0'))::uuid, date_trunc('month', $2::timestamptz)::date, $2, 'email', 1, 'a', 'en', '', '',
    't', 't', '', '', '', '', '', 'sent', $2 from generate_series(1, $3::int) i"""
_CALLS = """insert into send_attempt (merchant_id, message_id, attempt, started_at, ended_at, outcome)
select merchant_id, message_id, 1, $2, $2, 'sent' from message where merchant_id = $1 and connection_id = 1"""
_HEARD = """insert into inbox (merchant_id, received_month, received_at, connection_id, delivery_key, body)
select $1, date_trunc('month', $2::timestamptz)::date, $2, $3, int8send(i), '' from generate_series(1, $4::int) i"""
_ONE = """insert into message (merchant_id, message_id, month, created_at, channel, connection_id, recipient, locale, purpose, topic, template,
    trigger, why_key, subject, text, html, why, state, state_at, provider_text)
values ($1, $2, date_trunc('month', $3::timestamptz at time zone 'UTC')::date, $3, 'email', $4, 'a', 'en', '', '', 't', 't', '', '', '', '', '', $5, $6, $7)"""
_CALL = "insert into send_attempt values ($1, $2, $3, $4, $5, $6, $7)"
_COUNT = itertools.count(1)


class Ledger:
    """One merchant's messages, each with its calls."""

    def __init__(self, tx: Tx, merchant: int) -> None:
        self.tx, self.merchant = tx, merchant

    async def message(self, state: str, at: datetime, *calls: tuple[str | None, float, str], by: int = RARE, said: str = "") -> None:
        """`calls`: outcome, seconds it took, words; a minute apart. None: nobody knows how it ended."""
        ident = UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | next(_COUNT))
        await self.tx.execute(_ONE, self.merchant, ident, at, by, state, at + timedelta(minutes=len(calls)), said)
        for n, (outcome, seconds, words) in enumerate(calls):
            began = at + timedelta(minutes=n)
            await self.tx.execute(_CALL, self.merchant, ident, n + 1, began, began + timedelta(seconds=seconds), outcome, words)


@pytest.fixture
async def crowded(store: Database) -> Database:
    """A busy connection's messages of this month, of one merchant; the months before are there."""
    async with store.system() as tx:
        await ensure_months(tx, LONG_AGO.date(), NOW.date())
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(_MANY, 1, NOW, CROWD)
        await tx.execute(_CALLS, 1, NOW)
        await tx.execute(_HEARD, 1, NOW, BUSY, CROWD)
        await tx.execute(_HEARD, 1, LONG_AGO, RARE, 1)
        await tx.execute("analyze message, send_attempt, inbox")
    return store


async def told(store: Database, connection: int = RARE, *, merchant: int = 1, now: datetime = NOW) -> Going:
    async with store.for_merchant(merchant) as tx:
        return await going(tx, merchant, connection, now)


async def test_a_rarely_used_connection_is_told_of_behind_thousands_of_newer_messages(crowded: Database) -> None:
    async with crowded.system() as tx:
        kept = Ledger(tx, 1)
        await kept.message("reached", LONG_AGO, ("sent", 1.0, ""))
        await kept.message("bounced", LONG_AGO + timedelta(days=1), ("sent", 2.0, ""), said="550 no such mailbox")
        await kept.message("sent", LONG_AGO + timedelta(days=2), ("try_later", 3.0, "451 busy"), ("sent", 9.0, ""))
    goes = await told(crowded)
    assert goes.states == {"reached": 1, "bounced": 1, "sent": 1}
    assert goes.calls == {}
    assert goes.well_at == LONG_AGO + timedelta(days=2, minutes=2)
    assert (goes.ill_outcome, goes.ill_detail) == ("try_later", "451 busy")
    assert (goes.median_s, goes.p95_s) == (2.0, 9.0)
    assert goes.heard_at == LONG_AGO
    assert (await told(crowded, now=LONG_AGO + timedelta(days=2, minutes=5))).calls == {"sent": 1, "try_later": 1}
    busy = await told(crowded, BUSY)
    assert (busy.states, busy.calls, busy.heard_at) == ({"sent": TOLD_OF}, {"sent": TOLD_OF}, NOW)


async def test_what_came_back_later_and_what_was_refused_with_the_credentials_are_the_last_failure(store: Database) -> None:
    async with store.system() as tx:
        await ensure_months(tx, LONG_AGO.date(), NOW.date())
        kept = Ledger(tx, 1)
        await kept.message("bounced", LONG_AGO, ("sent", 1.0, ""), said="550 no such mailbox")
    goes = await told(store)
    assert (goes.ill_outcome, goes.ill_detail, goes.ill_at) == ("bounced", "550 no such mailbox", LONG_AGO + timedelta(minutes=1))
    async with store.system() as tx:
        kept = Ledger(tx, 1)
        await kept.message("queued", NOW, ("misconfigured", 0.5, "Twilio answered 401"), (None, 0.5, "the worker died"))
    goes = await told(store)
    assert (goes.ill_outcome, goes.ill_detail) == ("misconfigured", "Twilio answered 401")
    assert goes.calls == {"misconfigured": 1, "unknown": 1}
    assert goes.states == {"bounced": 1, "queued": 1}


async def test_a_connection_that_never_sent_has_nothing_to_tell_and_a_stranger_sees_nothing(crowded: Database) -> None:
    nothing = Going(states={}, calls={}, well_at=None, ill_at=None, ill_outcome="", ill_detail="", median_s=None, p95_s=None, heard_at=None)
    assert await told(crowded, 77) == nothing
    async with crowded.for_merchant(2) as tx:
        assert await going(tx, 1, BUSY, NOW) == nothing
    assert await told(crowded, BUSY, merchant=2) == nothing


@pytest.mark.parametrize("connection", [BUSY, RARE, 77])
async def test_only_the_connections_own_last_rows_are_read(crowded: Database, connection: int) -> None:
    async with crowded.system() as tx:
        await Ledger(tx, 1).message("reached", LONG_AGO, ("sent", 1.0, ""))
        months = await tx.fetch("select relname from pg_class where relname ~ '^(message|inbox)_[0-9]' or relname = 'send_attempt'")
    seen: list[Seen] = []
    large = frozenset(row["relname"] for row in months)
    async with crowded.for_merchant(1) as tx:
        await going(cast("Tx", Explaining(cast("Any", tx), seen, "goes", "merchant", large)), 1, connection, NOW)
    assert len(seen) == 4
    for one in seen:
        assert not one.faults, one
        # Each month's indexes are entered once, and at most so many messages and calls are read.
        assert one.buffers < 40 * len(months) + (10 * TOLD_OF if connection == BUSY else 0), one
