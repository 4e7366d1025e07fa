"""A stage and a mode of working → how many events a second, how long each took, what they cost."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import msgspec

from doorstep.cli.benching.child import ENQUEUE, JOBS
from doorstep.cli.benching.load import Webhook, make_load
from doorstep.cli.benching.posting import Posted
from doorstep.cli.benching.server import Child, Server
from doorstep.cli.benching.stage import Stage, accept, arrivals, settle, take
from doorstep.errors import MisconfiguredError
from doorstep.steps.work import utc_now
from doorstep.store import inbox
from doorstep.store.database import Row

#: Rows that warm a process up before it is measured.
_WARM = 600
#: A feeder's tick.
_TICK_S = 0.01
# From the far end, where the last rows to be claimed stand: from the near one it would pass all that is deleted and not yet vacuumed.
_WAITS = "select exists (select from (select from inbox_due order by merchant_id desc, inbox_id desc limit 1) last)"
_JOBS_WAIT = "select exists (select from (select status from bench_job order by id desc limit 100) last where status <> 'done')"
# From the sender's request to the commit that queued the message: the checkpoint and the message share a transaction.
_LATENCIES = """
select extract(epoch from pg_xact_commit_timestamp(c.xmin) - c.received_at) * 1000 as ms, t.s is not null as told
from checkpoint c left join (select distinct m.xmin::text as x, unnest(m.shipment_ids) as s from message m) t
    on t.x = c.xmin::text and t.s = c.shipment_id
where c.inbox_id > $1
"""


class Throughput(msgspec.Struct, kw_only=True):
    """How fast accepted webhooks became messages."""

    events: int
    messages: int
    seconds: float
    per_s: float
    #: Processor microseconds an event: our processes, and PostgreSQL's (0: not on this machine).
    python_us: float
    postgres_us: float
    #: MiB, the largest of the processes at its largest.
    memory_mb: float


class Latency(msgspec.Struct, kw_only=True):
    """From accepted to queued, milliseconds."""

    rate_per_s: int
    messages: int
    p50_ms: float
    p99_ms: float
    #: Of all events, those without a message too.
    events_p99_ms: float
    #: Events that were not carried within the grace after the last.
    left: int


async def throughput(server: Server, stage: Stage, mode: str, *, events: int, processes: int, seed: int, history: bool) -> Throughput:
    """Let `processes` of a mode work off `events` webhooks that wait in the inbox."""
    now = utc_now()
    warm, load = make_load(_WARM, now, seed=seed * 1000, history=history), make_load(events, now, seed=seed * 1000 + 1, history=history)
    await take(stage, [*warm.orders, *load.orders], now)
    children = await started(stage, mode, processes)
    try:
        await _offer(stage, mode, warm.webhooks)
        await _until_done(stage, mode)
        await settle(stage)
        before, ours, postgres = await _messages(stage), sum(child.cpu_s() for child in children), server.cpu_s()
        began = time.perf_counter()
        await _offer(stage, mode, load.webhooks)
        offered = time.perf_counter()
        await _until_done(stage, mode)
        ended = time.perf_counter()
        seconds = ended - (offered if mode != "jobs" else began)
        postgres_s = server.cpu_s() - postgres
        return Throughput(
            events=len(load.webhooks),
            messages=await _messages(stage) - before,
            seconds=seconds,
            per_s=len(load.webhooks) / seconds,
            python_us=(sum(child.cpu_s() for child in children) - ours) / len(load.webhooks) * 1e6,
            postgres_us=postgres_s / len(load.webhooks) * 1e6,
            memory_mb=max(child.most_memory_mb() for child in children),
        )
    finally:
        for child in children:
            child.stop()


async def latency(stage: Stage, mode: str, *, rate: int, seconds: int, processes: int, seed: int, history: bool) -> Latency:
    """Let webhooks come in at a steady rate and measure each one's way."""
    now = utc_now()
    warm = make_load(_WARM, now, seed=seed * 1000 + 2, history=history)
    load = make_load(rate * seconds, now, seed=seed * 1000 + 3, history=history)
    await take(stage, [*warm.orders, *load.orders], now)
    children = await started(stage, mode, processes)
    try:
        await _offer(stage, mode, warm.webhooks)
        await _until_done(stage, mode)
        await settle(stage)
        first = await _fetchval(stage, "select coalesce(max(inbox_id), 0) from inbox")
        await _feed(stage, mode, load.webhooks, rate)
        left = await _until_done(stage, mode, grace_s=20)
        rows = await fetched(stage, _LATENCIES, first)
        told, every = sorted(float(row["ms"]) for row in rows if row["told"]), sorted(float(row["ms"]) for row in rows)
        return Latency(
            rate_per_s=rate,
            messages=len(told),
            p50_ms=at_share(told, 0.5),
            p99_ms=at_share(told, 0.99),
            events_p99_ms=at_share(every, 0.99),
            left=left,
        )
    finally:
        for child in children:
            child.stop()
        async with stage.database.system() as tx:
            await tx.execute("delete from inbox_due")


async def requests(server: Server, stage: Stage, module: Sequence[str], *, count: int, connections: int, port: int, seed: int) -> Posted:
    """Post signed webhooks to a web process, each answered after its durable commit."""
    web = Child(stage.url, *module, port=port)
    poster = Child(stage.url, "doorstep.cli.benching.posting", str(port), str(count), str(connections), str(seed))
    try:
        await _until_open(port)
        await asyncio.to_thread(poster.line)
        ours, postgres = web.cpu_s(), server.cpu_s()
        poster.say("go")
        posted = msgspec.json.decode(await asyncio.to_thread(poster.line), type=Posted)
        each = 1e6 / max(1, posted.kept + posted.refused)
        posted.web_us, posted.postgres_us = (web.cpu_s() - ours) * each, (server.cpu_s() - postgres) * each
        return posted
    finally:
        poster.stop()
        web.stop()
        async with stage.database.system() as tx:
            await tx.execute("delete from inbox_due")


async def _until_open(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise MisconfiguredError("the web process did not open its port within 30 s")


async def started(stage: Stage, mode: str, processes: int) -> list[Child]:
    """Start so many processes of a mode and wait until they are ready."""
    async with stage.database.system() as tx:
        await tx.execute(JOBS)
    children = [Child(stage.url, "doorstep.cli.benching.child", mode) for _ in range(processes)]
    for child in children:
        if child.line() != "ready":
            raise MisconfiguredError(f"a process of the bench ({mode}) did not start; the lines above say why")
    return children


async def _offer(stage: Stage, mode: str, webhooks: Sequence[Webhook]) -> None:
    await accept(stage, webhooks, utc_now())
    if mode == "jobs":
        await _enqueue(stage)


async def _enqueue(stage: Stage) -> None:
    async with stage.database.system() as tx:
        await tx.execute(ENQUEUE)


async def _until_done(stage: Stage, mode: str, grace_s: float = 600) -> int:
    """Wait until nothing waits; return how many rows were left when the grace ended."""
    connection = await asyncpg.connect(stage.url, server_settings={"enable_seqscan": "off"})
    try:
        ends = time.perf_counter() + grace_s
        question = _JOBS_WAIT if mode == "jobs" else _WAITS
        while await connection.fetchval(question):
            if time.perf_counter() > ends:
                counted = "select count(*) from bench_job where status <> 'done'" if mode == "jobs" else "select count(*) from inbox_due"
                left: int = await connection.fetchval(counted)
                return left
            await asyncio.sleep(0.05)
        return 0
    finally:
        await connection.close()


async def _feed(stage: Stage, mode: str, webhooks: Sequence[Webhook], rate: int) -> None:
    """Let webhooks in on time, each stamped with the moment it was due, whatever the feeder's own delay."""
    started = utc_now()
    every = timedelta(seconds=1 / rate)
    fed = 0
    while fed < len(webhooks):
        due = min(len(webhooks), int((utc_now() - started) / every))
        if due > fed:
            group = arrivals(stage, webhooks[fed:due], started)
            stamped = [msgspec.structs.replace(one, received_at=started + every * (fed + n)) for n, one in enumerate(group)]
            async with stage.database.system() as tx:
                await inbox.keep(tx, stamped)
            if mode == "jobs":
                await _enqueue(stage)
            fed = due
        await asyncio.sleep(_TICK_S)


async def _messages(stage: Stage) -> int:
    return int(await _fetchval(stage, "select count(*) from outbox"))


async def fetched(stage: Stage, query: str, *arguments: object) -> list[Row]:
    """Ask by a connection of our own: the steps' connections plan for look-ups by key only."""
    connection = await asyncpg.connect(stage.url)
    try:
        return list(await connection.fetch(query, *arguments))
    finally:
        await connection.close()


async def _fetchval(stage: Stage, query: str) -> int:
    async with stage.database.system() as tx:
        found: int = await tx.fetchval(query)
        return found


def at_share(ordered: Sequence[float], share: float) -> float:
    """The value at a share of an ordered list."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
