"""One worker's calls to providers: many under way, each written down as soon as it has ended, none waiting for a slower one."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from doorstep.steps.directory import Directory
from doorstep.steps.send import EACH, WAVE, Ended, call, send_wave
from doorstep.steps.wire import Wire
from doorstep.store.database import Database

#: Seconds to wait after a call has ended for others that end with it: they are written down together.
_TOGETHER_S = 0.002


class Sender:
    """Keeps at most `WAVE` calls under way, of one connection fewer."""

    def __init__(self, database: Database, directory: Directory, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._database, self._directory, self._wire, self._clock = database, directory, wire, clock
        self._calls: dict[asyncio.Task[Ended], int] = {}
        self._ended: list[Ended] = []

    @property
    def busy(self) -> bool:
        """Whether a call is under way or its ending not written down yet."""
        return bool(self._calls or self._ended)

    async def turn(self, rest_s: float, *, stopping: bool = False) -> int:
        """Write down what has ended, begin what is due, and wait until a call ends or for `rest_s`; return how many were begun.

        If the ledger cannot be written, the error is raised and the same endings are written in the next turn.
        """
        room = 0 if stopping else WAVE - len(self._calls)
        begun = 0
        if room > 0 or self._ended:
            # Where nothing may be begun and nothing has ended there is nothing to say to the database.
            leased = await send_wave(self._database, self._directory, self._ended, self._clock(), room, self._held_up())
            self._ended = []
            for one in leased:
                task = asyncio.create_task(call(one, self._directory, self._wire, self._clock()))
                self._calls[task] = one.connection_id
            begun = len(leased)
        await self._wait(rest_s)
        return begun

    def _held_up(self) -> list[int]:
        """Name the connections that have as many calls under way as one may."""
        return [connection_id for connection_id, calls in Counter(self._calls.values()).items() if calls >= EACH]

    async def _wait(self, rest_s: float) -> None:
        if not self._calls:
            return
        done, _ = await asyncio.wait(self._calls, timeout=rest_s, return_when=asyncio.FIRST_COMPLETED)
        if done:
            await asyncio.sleep(_TOGETHER_S)
        for task in [task for task in self._calls if task.done()]:
            del self._calls[task]
            self._ended.append(task.result())
