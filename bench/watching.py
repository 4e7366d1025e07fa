"""So many open shipments, a part of them due for a look → what looking costs: by what is due, or by what is stored?"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from explaining import Seen, Watched

from doorstep.cli.benching.server import server
from doorstep.cli.benching.stage import KEY
from doorstep.domain.shipments import Around
from doorstep.domain.tracking import Scan
from doorstep.errors import DoorstepError
from doorstep.steps.directory import Directory
from doorstep.steps.watch import watch
from doorstep.steps.work import BATCH, utc_now
from doorstep.store import connections, shipments
from doorstep.store.database import Database
from doorstep.store.migrating import migrate
from doorstep.store.sealing import Sealer
from doorstep.timeline import fold

_MERCHANTS, _CHUNK, _NAME = 20, 100_000, "doorstep_watching"
#: Hours before now at which each was scanned last; long enough to have stalled.
_HISTORY = (("label_created", 200), ("picked_up", 190), ("facility_departure", 180), ("facility_arrival", 170))

# $1..$2: which shipments; $3: a track as the store keeps it; $4: merchants. None is due before tomorrow.
_SHIPMENTS = """
insert into shipment (merchant_id, shipment_id, token, carrier, tracking_number, status, track, zone, changed_at, look_at) overriding system value
select 1 + mod(i, $4::bigint), i, md5('s' || i), (array['ups', 'fedex', 'gls'])[1 + mod(i / $4::bigint, 3)], 'N' || i, 'in_transit', $3, 'Europe/Madrid', now(),
    $5::timestamptz + interval '1 day' + interval '1 ms' * mod(i * 7919, 864000000)
from generate_series($1::bigint, $2::bigint) i
"""
# Let a number of them, far apart, be due within the last minute; $4: such as were not looked at yet.
_DUE = """
update shipment set look_at = $1::timestamptz - interval '1 ms' * mod(shipment_id, 60000)
where ctid = any(array(select ctid from shipment tablesample bernoulli (($2::real * 100)::real) where pitfalls = '{}' limit $3::bigint))
"""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One round."""

    stored: int
    due: int
    seconds: float
    #: Of these in Python.
    python_s: float
    #: A look when nothing is due.
    idle_ms: float


def _database_of(server_url: str) -> str:
    head, _, tail = server_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{_NAME}" + (f"?{tail}" if tail else "")


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _track(now: datetime) -> bytes:
    """Pack a parcel that was scanned a few times and then no more."""
    scans = [
        Scan(
            event_type=event,
            instant_us=round((now - timedelta(hours=hours)).timestamp() * 1e6),
            precision=2,
            zoned=True,
            fingerprint=event.encode()[:8],
            carrier="ups",
            tracking_number="N",
            carrier_code=event,
            retracts=None,
            is_return=False,
        )
        for event, hours in _HISTORY
    ]
    packed = msgspec.msgpack.encode((scans, [], fold(scans), Around(origin="ES", destination="ES")))
    assert shipments.folded_of(packed) is not None
    return packed


async def _fill(url: str, database: Database, first: int, last: int, now: datetime) -> None:
    """Store open shipments, from one number to another."""
    async with database.system() as tx:
        for start in range(first, last + 1, _CHUNK):
            end = min(start + _CHUNK - 1, last)
            await tx.execute(_SHIPMENTS, start, end, _track(now), _MERCHANTS, now, timeout=1800)
            _tell(f"{end:,} stored")
    await _run(url, "vacuum analyze shipment", "checkpoint")


async def _looks(database: Database, directory: Directory, stored: int, due: int, now: datetime) -> Measured:
    """Let `due` shipments be due, and watch until none is."""
    async with database.system() as tx:
        await tx.execute(_DUE, now, min(1.0, due * 1.3 / stored), due, timeout=600)
        there = await tx.fetchval("select count(*) from shipment where look_at <= $1", now)
        before = await tx.fetchval("select count(*) from pitfall")
    looked, started, used = 0, time.perf_counter(), time.process_time()
    while done := await watch(database, directory, now, BATCH):
        looked += done
    seconds, used = time.perf_counter() - started, time.process_time() - used
    async with database.system() as tx:
        opened = await tx.fetchval("select count(*) from pitfall") - before
    assert looked == opened == there, f"{looked} looks, {opened} problems opened, {there} due"
    idle = time.perf_counter()
    for _ in range(20):
        await watch(database, directory, now, BATCH)
    return Measured(stored=stored, due=there, seconds=seconds, python_s=used, idle_ms=(time.perf_counter() - idle) * 50)


async def _explained(database: Database, directory: Directory, now: datetime) -> list[Seen]:
    """Explain a look at one batch, and undo it."""
    async with database.system() as tx:
        await tx.execute(_DUE, now, 0.5, BATCH, timeout=600)
    seen: list[Seen] = []
    await watch(Watched(database, seen, "due", "by key", frozenset({"shipment"})), directory, now, BATCH)
    return seen


async def _measure(server_url: str, stored: int) -> tuple[list[Measured], list[Seen]]:
    now = utc_now()
    await _run(server_url, f"drop database if exists {_NAME} with (force)", f"create database {_NAME}")
    url = _database_of(server_url)
    await migrate(url, now.date())
    database = await Database.open(url, by_key=True)
    directory = Directory(Sealer(KEY.encode()), "https://shop.example")
    measured = []
    try:
        async with database.system() as tx:
            for number in range(_MERCHANTS):
                await connections.add_merchant(tx, f"shop-{number}", "A shop", {}, {})
        await directory.refresh(database, now, force=True)
        few, most = stored // 10, stored
        for first, last in ((1, few), (few + 1, most)):
            await _fill(url, database, first, last, now)
            for due in (stored // 1000, stored // 100):
                measured.append(await _looks(database, directory, last, due, now))
                _tell(str(measured[-1]))
        seen = await _explained(database, directory, now)
    finally:
        await database.close()
        await _run(server_url, f"drop database if exists {_NAME} with (force)")
    return measured, seen


def _plan(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Write a plan as PostgreSQL does, without its costs."""
    on = node.get("Index Name") or node.get("Relation Name")
    yield f"{'  ' * depth}{node['Node Type']}{f' on {on}' if on else ''}: {node['Actual Rows']:.0f} rows"
    for inner in node.get("Plans", ()):
        yield from _plan(inner, depth + 1)


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def main() -> int:
    """Measure and print; 1 if a look costs more than twice as much with ten times stored, or a statement reads what it should not."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--stored", type=int, default=1_000_000, help="open shipments to store (default 1,000,000)")
    options = asked.parse_args()
    if options.stored < 100_000:
        asked.error("fewer than 100,000 open shipments say nothing")
    try:
        with server() as running:
            measured, seen = asyncio.run(_measure(running.url, options.stored))
    except DoorstepError as error:
        _tell(str(error))
        return 2
    print("| open shipments | due | seconds | µs a shipment | of these in Python | ms a look when nothing is due |")
    print("|--:|--:|--:|--:|--:|--:|")
    for one in measured:
        each, python = one.seconds / one.due * 1e6, one.python_s / one.due * 1e6
        print(f"| {one.stored:,} | {one.due:,} | {one.seconds:.2f} | {each:.0f} | {python:.0f} | {one.idle_ms:.1f} |")
    few, many = measured[1], measured[3]
    times = (many.seconds / many.due) / (few.seconds / few.due)
    print(f"\nten times as many stored: {times:.2f} times the time for a shipment\n")
    for one in (one for one in seen if one.name.startswith("shipments.due_for_a_look")):
        print(f"{one.name}, {one.kind} plan:", *_plan(one.plan["Plan"]), sep="\n  ")
    faults = sorted({f"{one.name} ({one.kind}): {fault}" for one in seen for fault in one.faults})
    print(*faults, sep="\n")
    return 1 if times > 2 or faults else 0


if __name__ == "__main__":
    sys.exit(main())
