"""So many shipments stored → the plan of every statement that must not care how many there are; exit 1 if one does."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from asking import DOORS, STEPS, WEB, WORKER, Known, know
from explaining import LARGE, Seen, Watched
from filling import fill

from doorstep.cli.benching.server import server
from doorstep.cli.benching.stage import stage
from doorstep.errors import DoorstepError
from doorstep.steps.work import utc_now
from doorstep.store.database import Database

#: A tenth as many are stored for comparison: with ten times the rows a plan may touch so many times the pages, and so many more.
_FEWER, _TIMES, _MORE = 10, 2, 100
#: Pages for each row or key: an index of three levels and the row's own page, once for every index of the largest row written.
_EACH = 40
#: What planning anew counts for when PostgreSQL chooses: it takes the generic plan where that seems to cost no more.
_PLANNING = 100
#: How the way of the steps' own settings ends.
_STEPS = "by key"
#: What is a count and so passes over many rows, and how many.
_COUNTS = {"desk.statuses _STATUSES": "counts up to 10,001 of each status, by an index"}
_LARGE = "select relname from pg_class where relkind = 'r' and reltuples > $1"
_Key = tuple[str, str, str, str]


async def _look(server_url: str, name: str, stored: int, now: datetime) -> list[Seen]:
    """Fill a database and explain all that is asked of it."""
    _tell(f"storing {stored:,} shipments")
    async with stage(server_url, name, now) as on:
        await fill(on, stored, now)
        known = await know(on, stored, now)
        async with on.database.system() as tx:
            large = frozenset(row["relname"] for row in await tx.fetch(_LARGE, LARGE))
        plain = await Database.open(on.url)
        try:
            return await _ask(known, {"by key": on.database, "plain": plain}, large)
        finally:
            await plain.close()


async def _ask(known: Known, opened: dict[str, Database], large: frozenset[str]) -> list[Seen]:
    """Ask as the steps do, with both settings, and as the web does."""
    seen: list[Seen] = []
    for way, database in opened.items():
        for case, step in STEPS.items():
            _tell(f"{case}, {way}")
            await step(Watched(database, seen, case, way, large), known)
        for case, ask in WORKER.items():
            async with Watched(database, seen, case, way, large).system() as tx:
                await ask(tx, known)
    _tell("the web")
    for case, ask in (DOORS | WEB).items():
        async with Watched(opened["plain"], seen, case, "plain", large).system() as tx:
            await ask(tx, known)
    for case, ask in WEB.items():
        async with Watched(opened["plain"], seen, case, "plain", large).for_merchant(known.merchant_id) as tx:
            await ask(tx, known)
    return seen


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A statement's worst plan beside the same with a tenth of the shipments."""

    seen: Seen
    buffers_before: int
    faults: tuple[str, ...]

    @property
    def bad(self) -> bool:
        """Whether it grows and need not."""
        return bool(self.faults) and self.seen.name not in _COUNTS


def _worst(seen: Sequence[Seen]) -> dict[_Key, Seen]:
    """Of a statement that is asked several times in one case, take the time that touched most."""
    worst: dict[_Key, Seen] = {}
    for one in seen:
        key = (one.name, one.case, one.way, one.kind)
        if key not in worst or one.buffers > worst[key].buffers:
            worst[key] = one
    return worst


def _taken(one: Seen, dearest: float) -> bool:
    """Tell whether PostgreSQL would take the plan; `dearest`: what the dearest plan for arguments costs."""
    if one.way.endswith(_STEPS):
        return one.kind == "generic"
    return one.kind == "custom" or one.cost <= dearest + _PLANNING


def judge(few: Sequence[Seen], many: Sequence[Seen]) -> list[Judged]:
    """Compare the plans at both sizes; plans that PostgreSQL would never take are left out: the steps' are generic always."""
    before, judged = _worst(few), []
    dearest: dict[tuple[str, str, str], float] = {}
    for one in many:
        if one.kind == "custom":
            key = (one.query, one.name, one.way)
            dearest[key] = max(dearest.get(key, 0), one.cost)
    for place, one in _worst(many).items():
        if not _taken(one, dearest[one.query, one.name, one.way]):
            continue
        touched = before[place].buffers if place in before else one.buffers
        grows = ("grows",) if one.buffers > touched * _TIMES + _MORE and one.buffers > _EACH * max(one.rows, one.keys) else ()
        judged.append(Judged(seen=one, buffers_before=touched, faults=grows + one.faults))
    return judged


def _show(judged: Sequence[Judged], *, every: bool) -> None:
    """Print a line for each statement and case: its worst plan, or every one."""
    shown: dict[tuple[str, ...], Judged] = {}
    for one in judged:
        key = (one.seen.name, one.seen.case, *((one.seen.way, one.seen.kind) if every else ()))
        there = shown.get(key)
        if there is None or _badness(one) > _badness(there):
            shown[key] = one
    print("| statement | asked for | worst as | ms | rows | buffers, a tenth stored | buffers | verdict |")
    print("|---|---|---|--:|--:|--:|--:|---|")
    for one in shown.values():
        s = one.seen
        verdict = (_COUNTS.get(s.name) if one.faults else None) or "; ".join(one.faults) or "ok"
        print(f"| {s.name} | {s.case} | {s.way}, {s.kind} | {s.ms:.2f} | {s.rows:,} | {one.buffers_before:,} | {s.buffers:,} | {verdict} |")


def _badness(one: Judged) -> tuple[int, int, float]:
    return len(one.faults), one.seen.buffers, one.seen.ms


def _tell(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)


def main() -> int:
    """Measure and print; 1 if any plan grows with what is stored."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--stored", type=int, default=1_000_000, help="shipments to store (default 1,000,000)")
    asked.add_argument("--every", action="store_true", help="print every plan, not each statement's worst")
    asked.add_argument("--keep", help="write all plans to this file, as JSON")
    options = asked.parse_args()
    if options.stored < 10_000:
        asked.error("fewer than 10,000 stored shipments say nothing")
    now = utc_now()
    kept: dict[str, Any] = {}
    try:
        with server() as running:
            few = asyncio.run(_look(running.url, "doorstep_plans_few", options.stored // _FEWER, now))
            many = asyncio.run(_look(running.url, "doorstep_plans", options.stored, now))
    except DoorstepError as error:
        _tell(str(error))
        return 2
    if options.keep:
        kept = {"few": few, "many": many}
        with open(options.keep, "wb") as file:  # noqa: PTH123 - as named
            file.write(msgspec.json.encode(kept))
    judged = judge(few, many)
    _show(judged, every=options.every)
    bad = [one for one in judged if one.bad]
    print(f"\n{len(judged)} plans of {len({one.seen.name for one in judged})} statements; {len(bad)} grow with what is stored")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
