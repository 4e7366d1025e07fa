"""A web process with a merchant's counted days → how long GET /api/v1/promise takes over HTTP, at a steady rate. Run: python bench/promising.py."""

import argparse
import asyncio
import os
import random
import time
from datetime import timedelta

import asyncpg
import httpx

from doorstep.cli.benching.server import Child, server
from doorstep.steps.work import utc_now
from doorstep.store import access, connections, days
from doorstep.store.database import Database
from doorstep.store.migrating import migrate
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS

_NAME, _SECRET = "doorstep_promising", "dk_" + "p" * 40
_COUNTRIES = ("ES", "PT", "FR", "DE", "IT", "NL")
_SERVICES = ("gls/Economy", "gls/Express", "ups/Standard", "correos/", "dhl/Paket")


async def fill(url: str, lanes: int) -> int:
    """Make a merchant with so many lanes; return the rows counted."""
    await migrate(url, utc_now().date())
    database = await Database.open(url)
    chance = random.Random(7)
    today = utc_now().date()
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "bench", "Bench", {}, {"sending": {"country": "ES"}})
        await access.add_key(tx, merchant_id, _SECRET, "bench", ["promise:read"], 100_000)
        met = []
        for _ in range(lanes):
            carrier, _, service = chance.choice(_SERVICES).partition("/")
            lane = (merchant_id, carrier, service, "ES", chance.choice(_COUNTRIES), f"{chance.randrange(100):02}")
            usual = chance.randrange(1, 7)
            met += [((*lane, "transit", usual + chance.randrange(4)), today - timedelta(days=chance.randrange(90))) for _ in range(20)]
        await days.add(tx, met, HALF_LIFE_DAYS)
        rows: int = await tx.fetchval("select count(*) from day_count")
    await database.close()
    return rows


async def ask(port: int, rate: int, seconds: int) -> list[float]:
    """Ask at a steady rate, whatever the answers take; return how long each took, in ms, from when it was due."""
    chance = random.Random(8)
    took: list[float] = []
    headers = {"authorization": f"Bearer {_SECRET}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        for _ in range(100):
            try:
                for country in _COUNTRIES:  # each country's holidays are read in once, in milliseconds
                    (await client.get("/api/v1/promise", params={"to": country})).raise_for_status()
                break
            except httpx.HTTPError:
                await asyncio.sleep(0.2)

        async def one(due: float) -> None:
            asked = {"to": f"{chance.choice(_COUNTRIES)}-{chance.randrange(100):02}000", "service": chance.choice(_SERVICES)}
            (await client.get("/api/v1/promise", params=asked)).raise_for_status()
            took.append((time.perf_counter() - due) * 1000)

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(rate * seconds):
                due = begun + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one(due))
    return sorted(took)


async def measure(postgres: str, *, lanes: int, rate: int, seconds: int, port: int) -> None:
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"drop database if exists {_NAME} with (force)")
    await connection.execute(f"create database {_NAME}")
    await connection.close()
    head, _, tail = postgres.partition("?")
    url = f"{head.rsplit('/', 1)[0]}/{_NAME}" + (f"?{tail}" if tail else "")
    rows = await fill(url, lanes)
    web = Child(url, "doorstep", "web", port=port)
    try:
        took, cpu_s = await ask(port, rate, seconds), web.cpu_s()
    finally:
        web.stop()
    at = {share: took[min(len(took) - 1, int(share * len(took)))] for share in (0.5, 0.95, 0.99)}
    print(
        f"{rows} rows counted, {rate} requests a second for {seconds} s, {len(took)} answered; load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"processor of the web process, its start included: {cpu_s * 1000 / len(took):.1f} ms a request")
    print(f"ms from when it was due: p50 {at[0.5]:.1f}, p95 {at[0.95]:.1f}, p99 {at[0.99]:.1f}, longest {took[-1]:.1f}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("lanes", 2000), ("rate", 100), ("seconds", 30), ("port", 8791)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    given = asked.parse_args()
    with server() as postgres:
        asyncio.run(measure(postgres.url, lanes=given.lanes, rate=given.rate, seconds=given.seconds, port=given.port))


if __name__ == "__main__":
    main()
