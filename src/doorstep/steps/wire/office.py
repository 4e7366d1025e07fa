"""The connections to one server under one login → the one that a mail goes by."""

import asyncio
from operator import attrgetter

from doorstep.steps.wire.line import Line

#: Connections to one server at once.
MOST_LINES = 8
_LONGEST_IDLE_S = 60.0
#: A server that could not take commands together is asked again whether it does after so long.
_PLAIN_S = 3600.0


class Office:
    """What is open to one server."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        #: Mails that are in hand at once; more wait.
        self.slots = asyncio.Semaphore(MOST_LINES)
        self._opening = 0
        self._opened = asyncio.Event()
        self._deep = False
        self._plain_until = float("-inf")

    async def take(self, now: float, *, anew: bool = False) -> Line | None:
        """Choose a connection for a mail; None: open one, and say so by `opening` and `add`.

        An idle one comes first (`anew`: not, it may be dead as well), then a new one, then the least busy where no more may be opened.
        """
        while True:
            open_ones, usable = [], []
            for line in self.lines:
                if not line.load and now - line.idle_since >= _LONGEST_IDLE_S:
                    line.close()
                if line.is_open:
                    open_ones.append(line)
                    if not line.retired:
                        usable.append(line)
            self.lines = open_ones
            least = min(reversed(usable), key=_load, default=None)
            if least is not None and not least.load and not anew:
                return least
            if len(open_ones) + self._opening < MOST_LINES or (least is None and not self._opening):
                return None
            if least is not None:
                return least
            await self._opened.wait()

    def opening(self) -> None:
        """Count a connection that is being opened."""
        self._opening += 1

    def add(self, line: Line | None) -> None:
        """Keep a connection that was opened; None: it could not be."""
        self._opening -= 1
        if line is not None:
            if line.pipelines and not self._deep:
                # A second mail waits behind the first on each.
                self._deep = True
                for _ in range(MOST_LINES):
                    self.slots.release()
            self.lines.append(line)
        self._opened.set()
        self._opened.clear()

    def trusts(self, now: float) -> bool:
        """Say whether commands may leave together, where the server says so."""
        return now >= self._plain_until

    def distrust(self, now: float) -> None:
        """Hand over one command at a time for a while, whatever the server says."""
        self._plain_until = now + _PLAIN_S
        for line in self.lines:
            if line.pipelines:
                line.retire()


_load = attrgetter("load")
