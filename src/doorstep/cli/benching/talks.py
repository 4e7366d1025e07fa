"""Customers who write at a steady rate → how long each waits until the answer is queued, and what a turn costs."""

import asyncio
from datetime import timedelta

import msgspec

from doorstep.cli.benching.load import make_load
from doorstep.cli.benching.measures import at_share, fetched, started
from doorstep.cli.benching.server import Server
from doorstep.cli.benching.stage import Stage, settle, take
from doorstep.domain.messages import Reply
from doorstep.domain.orders import Order
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Connection

#: What customers write, one after another: status, changes that are asked back, questions, small talk, things that nobody understands.
_SAID = (
    "where is my order?",
    "when will it arrive",
    "can you bring it on another day",
    "I want to return something from my order",
    "the tracking has not moved for days, is it lost?",
    "do you ship to Norway?",
    "hello",
    "it arrived broken",
    "dónde está mi pedido",
    "asdf qwer 123",
)
_WARM = 40
_TWILIO = {"account_sid": "AC00000000000000000000000000000000", "auth_token": "a-token", "from_number": "+15005550006"}
# From the customer's word to the commit that wrote the answer, by the commit's own time.
_TOOK = """
select extract(epoch from pg_xact_commit_timestamp(xmin) - came_at) * 1000 as ms, took_ms from turn
where merchant_id = $1 and state = 'answered' and turn_id > $2
"""
_LAST = "select coalesce(max(turn_id), 0) as last from turn"
_LEFT = "select count(*) as waiting from turn where state = 'waiting'"


class Talks(msgspec.Struct, frozen=True, kw_only=True):
    """How fast customers were answered."""

    rate_per_s: int
    turns: int
    #: From the customer's word, taken in, to the answer queued.
    p50_ms: float
    p99_ms: float
    #: Of one turn alone: understood, talked, written.
    turn_p50_ms: float
    turn_p99_ms: float
    #: Processor milliseconds a turn: our processes, and PostgreSQL's.
    python_ms: float
    postgres_ms: float
    #: Turns that were not answered within the grace after the last.
    left: int


async def talks(server: Server, stage: Stage, *, rate: int, seconds: int, processes: int, seed: int) -> Talks:
    """Let so many customers a second write, each in a conversation of their own."""
    now = utc_now()
    wanted = rate * seconds + _WARM
    orders: list[Order] = []
    while len(orders) < wanted:
        orders += make_load(wanted, now, seed=seed * 1000 + len(orders)).orders
    known = [
        msgspec.structs.replace(one, customer=msgspec.structs.replace(one.customer, phone=f"+1500{seed % 10}{place:06}"))
        for place, one in enumerate(orders[:wanted])
    ]
    await take(stage, known, now)
    connection_id = await _connected(stage)
    children = await started(stage, "converse", processes)
    try:
        phones = [one.customer.phone or "" for one in known]
        await _write(stage, connection_id, phones[:_WARM], rate)
        await _until_answered(stage, 120)
        await settle(stage)
        last = (await fetched(stage, _LAST))[0]["last"]
        before, postgres = sum(child.cpu_s() for child in children), server.cpu_s()
        await _write(stage, connection_id, phones[_WARM:], rate)
        left = await _until_answered(stage, 30)
        ours, theirs = sum(child.cpu_s() for child in children) - before, server.cpu_s() - postgres
        rows = await fetched(stage, _TOOK, stage.merchant_id, last)
        waited, took = sorted(float(row["ms"]) for row in rows), sorted(float(row["took_ms"]) for row in rows)
        return Talks(
            rate_per_s=rate,
            turns=len(rows),
            p50_ms=at_share(waited, 0.5),
            p99_ms=at_share(waited, 0.99),
            turn_p50_ms=at_share(took, 0.5),
            turn_p99_ms=at_share(took, 0.99),
            python_ms=ours * 1000 / max(1, len(rows)),
            postgres_ms=theirs * 1000 / max(1, len(rows)),
            left=left,
        )
    finally:
        for child in children:
            child.stop()


async def _connected(stage: Stage) -> int:
    async with stage.database.system() as tx:
        sms = Connection(
            merchant_id=stage.merchant_id,
            connection_id=0,
            kind="channel",
            provider="twilio",
            name="texts",
            hook_token=f"bench-texts-{utc_now():%H%M%S%f}",
            settings=_TWILIO,
            active=True,
            paused_why=None,
        )
        connection_id = await connections.connect(tx, stage.directory.sealer, sms, frozenset({"auth_token"}))
    await stage.directory.refresh(stage.database, utc_now(), force=True)
    return connection_id


async def _write(stage: Stage, connection_id: int, phones: list[str], rate: int) -> None:
    """Let customers write on time, each stamped with the moment it was due."""
    tenant = stage.directory.tenant(stage.merchant_id)
    if tenant is None:
        return
    begun, every, fed = utc_now(), timedelta(seconds=1 / rate), 0
    while fed < len(phones):
        due = min(len(phones), (utc_now() - begun) // every + 1)
        if due <= fed:
            await asyncio.sleep((begun + every * fed - utc_now()).total_seconds())
            continue
        said = [
            Reply(
                channel=ChannelKind.SMS,
                sender=phones[place],
                to="+15005550006",
                text=_SAID[place % len(_SAID)],
                provider_id=f"bench {connection_id} {phones[place]} {place}",
                at=begun + every * place,
            )
            for place in range(fed, due)
        ]
        async with stage.database.system() as tx:
            await answer(tx, stage.directory, tenant, tenant.connections[connection_id], said, utc_now())
        fed = due


async def _until_answered(stage: Stage, grace_s: float) -> int:
    ends = asyncio.get_running_loop().time() + grace_s
    while True:
        left = int((await fetched(stage, _LEFT))[0]["waiting"])
        if not left or asyncio.get_running_loop().time() > ends:
            return left
        await asyncio.sleep(0.05)
