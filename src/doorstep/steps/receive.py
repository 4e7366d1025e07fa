"""Requests in → rows kept, many in one commit; each caller is answered only after its own row is durable."""

import asyncio
from collections import deque

import structlog

from doorstep.errors import TryLaterError
from doorstep.store import inbox
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival

_LOG = structlog.get_logger()
#: How long the first request of a commit waits for others.
_WINDOW_S = 0.003
_MOST = 500
#: Beyond this many requests in memory, senders are told to come back.
_FULL = 20_000


class Receiver:
    """Keeps arrivals in groups; run it as a task beside the web process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[Arrival, asyncio.Future[None]]] = deque()
        self._arrived = asyncio.Event()

    async def keep(self, arrival: Arrival) -> None:
        """Return once the arrival is on disk (or was there already).

        Raises:
            TryLaterError: too much waits already, or the database is away; nothing was kept.
        """
        if len(self._waiting) >= _FULL:
            raise TryLaterError("too many requests wait to be kept", after_s=2)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        self._arrived.set()
        await kept

    async def run(self) -> None:
        """Commit groups for ever."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_WINDOW_S)
            group = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
            if not self._waiting:
                self._arrived.clear()
            await self._commit(group)

    async def _commit(self, group: list[tuple[Arrival, "asyncio.Future[None]"]]) -> None:
        try:
            async with self._database.system() as tx:
                await inbox.keep(tx, [arrival for arrival, _ in group])
        except TryLaterError as error:
            _refuse(group, error)
        except Exception:  # noqa: BLE001 - every waiting caller must hear of it, whatever it was
            if len(group) > 1:  # whichever is at fault must not harm the others
                for one in group:
                    await self._commit([one])
            else:
                _LOG.warning("arrival_not_kept", exc_info=True)
                _refuse(group, TryLaterError("the database did not take it", after_s=1))
        else:
            for _, kept in group:
                if not kept.done():
                    kept.set_result(None)


def _refuse(group: list[tuple[Arrival, "asyncio.Future[None]"]], error: TryLaterError) -> None:
    for _, kept in group:
        if not kept.done():
            kept.set_exception(error)
