"""So many open shipments, a part of them due → what a minute of scheduling asks costs: by what is due, or by what is stored?"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

import asyncpg
import msgspec

from doorstep.cli.benching.server import server
from doorstep.cli.benching.stage import KEY
from doorstep.errors import DoorstepError
from doorstep.steps.ask import write_and_lease
from doorstep.steps.ask.calling import Call, Ended
from doorstep.steps.askers import asking_of, credential_of
from doorstep.steps.connect import new_connection
from doorstep.steps.directory import Directory
from doorstep.steps.work import utc_now
from doorstep.store import ask_plans, connections, shipments
from doorstep.store.database import Database
from doorstep.store.migrating import migrate
from doorstep.store.sealing import Sealer
from doorstep.timeline import fold

#: Merchants, each asking these carriers with credentials of its own.
_MERCHANTS = 20
_CARRIERS = ("ups", "fedex", "17track")
_CHUNK = 100_000
_NAME = "doorstep_scheduling"

# $1..$2: which shipments; $3: a fold as the store keeps it.
_SHIPMENTS = """
insert into shipment (merchant_id, shipment_id, token, carrier, tracking_number, status, track, zone, changed_at) overriding system value
select 1 + mod(i, $4::bigint), i, md5('s' || i), (array['ups', 'fedex', 'yanwen'])[1 + mod(i / $4::bigint, 3)], 'N' || i, 'in_transit', $3, 'Europe/Madrid', now()
from generate_series($1::bigint, $2::bigint) i
"""
_ASKING = """
insert into asking (merchant_id, shipment_id, connection_id, tracking_number, carrier, known_at, ask_at)
select s.merchant_id, s.shipment_id, c.connection_id, s.tracking_number, s.carrier, $3, $3::timestamptz + interval '1 day' + interval '1 ms' * mod(s.shipment_id * 7919, 86400000)
from shipment s join connection c on c.merchant_id = s.merchant_id and c.provider = case s.carrier when 'yanwen' then '17track' else s.carrier end
where s.shipment_id between $1 and $2
"""
# Let a number of them be due within the last minute, far apart.
_DUE = """
update asking set ask_at = $1::timestamptz - interval '1 ms' * mod(shipment_id, 60000)
where ctid = any(array(select ctid from asking tablesample bernoulli (($2::real * 100)::real) limit $3::bigint))
"""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One round."""

    stored: int
    due: int
    seconds: float
    statements_s: float
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


async def _fill(url: str, database: Database, first: int, last: int, now: datetime) -> None:
    """Store open shipments with their plans, from one number to another."""
    async with database.system() as tx:
        track = msgspec.msgpack.encode(([], [], fold([])))
        assert shipments.folded_of(track) is not None
        for start in range(first, last + 1, _CHUNK):
            end = min(start + _CHUNK - 1, last)
            await tx.execute(_SHIPMENTS, start, end, track, _MERCHANTS, timeout=1800)
            await tx.execute(_ASKING, start, end, now, timeout=1800)
            _tell(f"{end:,} stored")
    await _run(url, "vacuum analyze shipment", "vacuum analyze asking", "checkpoint")


async def _connect(database: Database, directory: Directory, now: datetime) -> None:
    async with database.system() as tx:
        for number in range(_MERCHANTS):
            merchant_id = await connections.add_merchant(tx, f"shop-{number}", "A shop", {}, {})
            for slug in _CARRIERS:
                # Granted so much that the buckets never hold the measurement up.
                given = {"client_id": f"c{number}", "client_secret": "s", "api_key": f"k{number}", "calls_per_day": "864000000"}
                await connections.connect(tx, directory.sealer, new_connection(merchant_id, "carrier", slug, slug, given), frozenset())
    await directory.refresh(database, now, force=True)
    known = [(c.merchant_id, c.connection_id, credential_of(c, asking)) for c in directory.askers() if (asking := asking_of(c)) is not None]
    async with database.system() as tx:
        await ask_plans.know(tx, known)
        await tx.execute("update asker set filled_to = null")


def _answered(call: Call) -> Ended:
    """A carrier that answers at once and knows every number, with nothing new."""
    return Ended(call=call, known=frozenset(due.tracking_number for due in call.due))


async def _minute(database: Database, directory: Directory, stored: int, due: int, now: datetime) -> Measured:
    """Let `due` numbers be due, and schedule until none is."""
    async with database.system() as tx:
        await tx.execute(_DUE, now, min(1.0, due * 1.3 / stored), due, timeout=600)
        there = await tx.fetchval("select count(*) from asking where ask_at <= $1", now)
    asked: Counter[str] = Counter()
    ended: list[Ended] = []
    at, started, used = now, time.perf_counter(), time.process_time()
    while True:
        leased = await write_and_lease(database, directory, ended, at, {})
        at += timedelta(seconds=1)  # the buckets are full again
        if not leased and not ended:
            break
        ended = [_answered(call) for call in leased]
        asked.update(due.tracking_number for call in leased for due in call.due)
    seconds, used = time.perf_counter() - started, time.process_time() - used
    assert max(asked.values(), default=0) <= 1, "asked twice"
    assert asked.total() == there, f"{asked.total()} of {there} asked"
    idle = time.perf_counter()
    for _ in range(20):
        await write_and_lease(database, directory, [], at, {})
    return Measured(stored=stored, due=there, seconds=seconds, statements_s=seconds - used, idle_ms=(time.perf_counter() - idle) * 50)


async def _measure(server_url: str, stored: int) -> list[Measured]:
    now = utc_now()
    await _run(server_url, f"drop database if exists {_NAME} with (force)", f"create database {_NAME}")
    url = _database_of(server_url)
    await migrate(url, now.date())
    database = await Database.open(url, by_key=True)
    directory = Directory(Sealer(KEY.encode()), "https://shop.example")
    measured = []
    try:
        await _connect(database, directory, now)
        few, most = stored // 10, stored
        await _fill(url, database, 1, few, now)
        for due in (stored // 1000, stored // 100):
            measured.append(await _minute(database, directory, few, due, now))
            _tell(str(measured[-1]))
        await _fill(url, database, few + 1, most, now)
        for due in (stored // 1000, stored // 100):
            measured.append(await _minute(database, directory, most, due, now))
            _tell(str(measured[-1]))
    finally:
        await database.close()
        await _run(server_url, f"drop database if exists {_NAME} with (force)")
    return measured


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def main() -> int:
    """Measure and print; 1 if a number costs more than twice as much with ten times the shipments stored."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--stored", type=int, default=1_000_000, help="open shipments to store (default 1,000,000)")
    options = asked.parse_args()
    if options.stored < 100_000:
        asked.error("fewer than 100,000 open shipments say nothing")
    try:
        with server() as running:
            measured = asyncio.run(_measure(running.url, options.stored))
    except DoorstepError as error:
        _tell(str(error))
        return 2
    print(
        "| open shipments | due within a minute | seconds of scheduling | µs a number | of these in the database | ms a look when nothing is due |"
    )
    print("|--:|--:|--:|--:|--:|--:|")
    for one in measured:
        each, base = one.seconds / one.due * 1e6, one.statements_s / one.due * 1e6
        print(f"| {one.stored:,} | {one.due:,} | {one.seconds:.2f} | {each:.0f} | {base:.0f} | {one.idle_ms:.1f} |")
    few, many = measured[1], measured[3]
    times = (many.seconds / many.due) / (few.seconds / few.due)
    print(f"\nten times as many stored: {times:.2f} times the time for a number")
    return 1 if times > 2 else 0


if __name__ == "__main__":
    sys.exit(main())
