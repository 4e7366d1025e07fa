"""Numbers that are due → calls to carriers → their answers, as received, in the inbox; written down before and after.

An answer takes the same way as a webhook. Whoever dies between asking and writing loses nothing: the lease ends, and another asks again.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from doorstep.steps.ask.calling import Call, Ended, call_one
from doorstep.steps.ask.ending import write_down
from doorstep.steps.ask.leasing import CALLS, lease
from doorstep.steps.askers import asking_of, credential_of
from doorstep.steps.directory import Directory
from doorstep.steps.wire import Wire
from doorstep.store import ask_plans
from doorstep.store.database import Database, Tx
from doorstep.timeline import STALE

_LOG = structlog.get_logger()
#: Shipments that were there before a connection are taken up so many at a time.
_PAGE = 2_000
#: Whether another worker left some behind is looked at so often.
_LOOK_AGAIN = timedelta(minutes=1)


async def write_and_lease(
    database: Database, directory: Directory, ended: Sequence[Ended], now: datetime, busy: Mapping[str, int]
) -> list[Call]:
    """Write down what calls came to and lease the next, in one transaction. `busy`: calls under way, by provider."""
    free = CALLS - sum(busy.values())
    async with database.system() as tx:
        await write_down(tx, directory, ended, now)
        leased = await lease(tx, directory, now, busy, free) if free > 0 else []
    if any(one.outcome == "misconfigured" for one in ended):
        await directory.refresh(database, now, force=True)
    return leased


async def _take_up(tx: Tx, directory: Directory, asked: Sequence[tuple[int, int]], now: datetime) -> int | None:
    """Take up the next page; return how many shipments it had, None where nothing is left to take up."""
    of = await ask_plans.unfilled(tx, asked)
    tenant = directory.tenant(of[0]) if of else None
    if of is None or tenant is None:
        return None
    mine = [slug for slug, c in tenant.askers.direct.items() if c.connection_id == of[1]]
    rest = tenant.askers.rest is not None and tenant.askers.rest.connection_id == of[1]
    others = list(tenant.askers.direct) if rest else None
    return await ask_plans.fill(tx, of, _PAGE, now, carriers=mine, all_but=others, heard_since=now - STALE)


class Inquirer:
    """Keeps calls under way: leases as places get free, and writes down what has ended with the next lease."""

    def __init__(self, database: Database, directory: Directory, wire: Wire) -> None:
        self._database, self._directory, self._wire = database, directory, wire
        self._under_way: dict[asyncio.Task[Ended], Call] = {}
        self._ended: list[Ended] = []
        self._known: list[tuple[int, int, bytes]] = []
        self._look_at: datetime | None = None

    async def take_up(self, now: datetime) -> int:
        """Take up a page of shipments that were there before a connection that is asked; return how much was done, 0 for nothing left."""
        known = [
            (c.merchant_id, c.connection_id, credential_of(c, how)) for c in self._directory.askers() if (how := asking_of(c)) is not None
        ]
        if known == self._known and self._look_at is not None and now < self._look_at:
            return 0
        async with self._database.system() as tx:
            if known != self._known:
                await ask_plans.know(tx, known)
            seen = await _take_up(tx, self._directory, [(merchant_id, connection_id) for merchant_id, connection_id, _ in known], now)
        self._known = known
        if seen is None:
            self._look_at = now + _LOOK_AGAIN
        return 0 if seen is None else max(seen, 1)

    async def turn(self, now: datetime) -> int:
        """Write down what has ended, begin what is due; return how much that was."""
        for task in [t for t in self._under_way if t.done()]:
            call = self._under_way.pop(task)
            self._ended.append(_of_task(task, call))
        busy = Counter(call.connection.provider for call in self._under_way.values())
        ended = self._ended
        leased = await write_and_lease(self._database, self._directory, ended, now, busy)
        self._ended = []
        for call in leased:
            self._under_way[asyncio.create_task(call_one(call, self._wire, now))] = call
        return len(ended) + len(leased)

    async def pause(self, seconds: float) -> None:
        """Wait until a call ends, at most so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, now: datetime) -> None:
        """Break off what is under way, and write down what has ended; the numbers of the rest are due again when their lease ends."""
        await asyncio.sleep(0)
        for task in self._under_way:
            if not task.done():
                task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        done = [_of_task(t, c) for t, c in self._under_way.items() if not t.cancelled()]
        self._under_way.clear()
        async with self._database.system() as tx:
            await write_down(tx, self._directory, self._ended + done, now)


def _of_task(task: "asyncio.Task[Ended]", call: Call) -> Ended:
    if (error := task.exception()) is not None:
        _LOG.error("ask_fell", connection=call.connection.connection_id, exc_info=error)
        return Ended(call=call, outcome="later", detail="an error of ours during the call; the log has it under ask_fell")
    return task.result()
