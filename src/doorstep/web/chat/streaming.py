"""Pages that listen → what is new for each, read from the database for all of them at once, by one poller in each process.

A listening page costs a queue and no database connection. That we type is told to all processes by a notice of the database, over one
connection in each while pages listen; what a visitor types is told in this process only. Neither is kept anywhere.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import msgspec
import structlog
from litestar import Request

from doorstep.errors import TryLaterError
from doorstep.steps.chat import Line, Mark, Visitor, listen
from doorstep.steps.work import utc_now
from doorstep.store.chat import TYPING, typed_to
from doorstep.store.database import Database

_LOG = structlog.get_logger()
#: Seconds between two looks into the database: while somebody writes, and else.
_LIVELY_S, _QUIET_S = 0.4, 4.0
#: So long after the last word a conversation is lively.
_LIVELY_FOR_S = 120.0
#: Seconds: proxies end a silent connection after a minute, and a long one when they please.
HEARTBEAT_S, LASTS_S = 20.0, 240.0
#: Pages of one visitor, and of all, that may listen at once; the others ask from time to time.
_MOST_PAGES, _MOST = 8, 5_000
#: Listeners of one query; lines of one answer.
_TOGETHER, _LINES = 500, 50
_SCRIPTS_WAIT_MS = 1500


class Ear:
    """One listening page."""

    def __init__(self, visitor: Visitor, mark: Mark) -> None:
        self.visitor = visitor
        self.mark = mark
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=200)
        self.due = 0.0
        self.born = time.monotonic()
        self.lively_until = time.monotonic() + _LIVELY_FOR_S
        #: Line → whether it was seen: what came is not told again unless it changed.
        self._told: dict[str, bool] = {}

    def tell(self, lines: Sequence[Line], mark: Mark) -> None:
        """Put what is new into the queue; a page too slow to follow is sent away and comes back with its mark."""
        self.mark = Mark(max(self.mark.reply_id, mark.reply_id), max(self.mark.at_ms, mark.at_ms))
        fresh = [line for line in lines if self._told.get(line.id) is not line.seen]
        if fresh:
            self._told |= {line.id: line.seen for line in fresh}
            self.lively_until = time.monotonic() + _LIVELY_FOR_S
            self.put(f"id: {self.mark}\nevent: lines\ndata: {msgspec.json.encode(fresh).decode()}\n\n".encode())

    def put(self, piece: bytes | None) -> None:
        """Put one event into the queue; None ends it."""
        try:
            self.queue.put_nowait(piece)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """All listening pages of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ears: set[Ear] = set()
        self._wake = asyncio.Event()
        #: Set once a page has listened.
        self._listened = asyncio.Event()

    def add(self, visitor: Visitor, mark: Mark) -> Ear:
        """Let a page listen from its mark on.

        Raises:
            TryLaterError: too many listen; it asks from time to time instead.
        """
        own = sum(ear.visitor.name == visitor.name for ear in self._ears)
        if own >= _MOST_PAGES or len(self._ears) >= _MOST:
            raise TryLaterError("too many pages listen at once", after_s=20)
        ear = Ear(visitor, mark)
        self._ears.add(ear)
        self._wake.set()
        self._listened.set()
        return ear

    def remove(self, ear: Ear) -> None:
        """Forget a page that went away."""
        self._ears.discard(ear)

    def stir(self, visitor: Visitor) -> None:
        """Look again soon: something was said."""
        for ear in self._of(visitor.merchant_id, visitor.name):
            ear.due, ear.lively_until = 0.0, time.monotonic() + _LIVELY_FOR_S
        self._wake.set()

    def tell_typing(self, merchant_id: int, name: str, who: str) -> None:
        """Tell a visitor's pages that somebody types: "us" or, of another of their own pages, "you"."""
        for ear in self._of(merchant_id, name):
            ear.put(f"event: typing\ndata: {msgspec.json.encode({'who': who}).decode()}\n\n".encode())

    def close(self) -> None:
        """Send every page away; they come back to whoever serves next."""
        for ear in list(self._ears):
            ear.put(None)

    def _of(self, merchant_id: int, name: str) -> list[Ear]:
        return [ear for ear in self._ears if (ear.visitor.merchant_id, ear.visitor.name) == (merchant_id, name)]

    async def hear(self) -> None:
        """Hear for ever, from the first listening page on, that somebody of ours types, in whichever process they are."""
        while True:
            await self._listened.wait()
            try:
                await self._database.hear(TYPING, self._typed)
            except TryLaterError as error:
                _LOG.warning("chat_hears_no_typing", why=str(error))
                await asyncio.sleep(1.0)

    def _typed(self, notice: str) -> None:
        if (visitor := typed_to(notice)) is not None:
            self.tell_typing(*visitor, "us")

    async def run(self) -> None:
        """Look for news for ever, while anybody listens."""
        while True:
            if not self._ears:
                self._wake.clear()
                await self._wake.wait()
            try:
                await self._look()
            except TryLaterError as error:
                _LOG.warning("chat_put_off", why=str(error))
                await asyncio.sleep(1.0)
            except Exception:  # noqa: BLE001 - the net of this loop: one look that fails ends no chat
                _LOG.exception("chat_look_failed")
                await asyncio.sleep(1.0)
            self._wake.clear()
            try:
                async with asyncio.timeout(_LIVELY_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        at = time.monotonic()
        # A page that went away before its stream began never says so.
        self._ears -= {ear for ear in self._ears if at - ear.born > LASTS_S + HEARTBEAT_S}
        due = [ear for ear in self._ears if ear.due <= at]
        for first in range(0, len(due), _TOGETHER):
            ears, now = due[first : first + _TOGETHER], utc_now()
            asked = [ear.mark.listener(ear.visitor.merchant_id, ear.visitor.name, now) for ear in ears]
            async with self._database.system() as tx:
                found = await listen(tx, asked, _LINES, now)
            for ear, (lines, mark) in zip(ears, found, strict=True):
                ear.tell(lines, mark)
                ear.due = at + (_LIVELY_S if ear.lively_until > at else _QUIET_S)


def hub_of(request: "Request[Any, Any, Any]") -> Hub:
    """Return the hub of the application that serves this request."""
    return cast("Hub", request.app.state.chat)


async def stream(hub: Hub, ear: Ear) -> AsyncIterator[bytes]:
    """Give a page its events, a sign of life where there are none, and an end after some minutes."""
    ends = time.monotonic() + LASTS_S
    try:
        yield f"retry: {_SCRIPTS_WAIT_MS}\n: hello\n\n".encode()
        while (left_s := ends - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(min(HEARTBEAT_S, left_s)):
                    piece = await ear.queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if piece is None:
                return
            yield piece
    finally:
        hub.remove(ear)
