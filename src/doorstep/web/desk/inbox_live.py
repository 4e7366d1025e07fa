"""What changes in conversations → every open inbox, as it happens, over one connection to the database in each process.

A change is told by a notice of the database; what changed is read once for all inboxes of a merchant, however many are open. Who looks at a
conversation, and who types in it, is told by notices too and kept nowhere but in memory.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import structlog
from litestar import get
from litestar.response import Stream

from doorstep.errors import TryLaterError
from doorstep.steps.directory import Directory
from doorstep.steps.work import utc_now
from doorstep.store import agents, handover_lists, handovers
from doorstep.store.database import Database, Tx
from doorstep.store.handovers import Look
from doorstep.web.desk.doors import user_of
from doorstep.web.desk.inbox_rows import line_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.rendering import render

_LOG = structlog.get_logger()
#: Seconds in which changes are gathered before they are read; between two counts of the lists.
_GATHER_S, _COUNT_S = 0.25, 3.0
#: Seconds: a sign of life, and who looks is told again; proxies end long connections when they please, and the page comes back.
_HEARTBEAT_S, _LASTS_S = 20.0, 300.0
#: So long after the last sign of it somebody looks, or types.
_LOOKS_S, _TYPES_S = 45.0, 8.0
#: Inboxes of one user, and of all, that may be open at once; the others show what is new when they are loaded.
_MOST_PAGES, _MOST = 12, 2_000
#: Conversations that are read at once.
_TOGETHER = 200


class Ear:
    """One open inbox."""

    def __init__(self, merchant_id: int, user_id: int, name: str, talk: int) -> None:
        self.merchant_id, self.user_id, self.name = merchant_id, user_id, name
        #: The conversation that is open in it; 0 none.
        self.talk = talk
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=300)

    def put(self, event: str, body: object) -> None:
        """Tell the page of an event; one too slow to follow is sent away and comes back."""
        piece = f"event: {event}\ndata: {msgspec.json.encode(body).decode()}\n\n".encode()
        try:
            self.queue.put_nowait(piece)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Desks:
    """All open inboxes of this process."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database, self._directory = database, directory
        self._ears: set[Ear] = set()
        #: (merchant, conversation) that changed and were not told of yet.
        self._changed: set[tuple[int, int]] = set()
        self._wake, self._listened = asyncio.Event(), asyncio.Event()
        self._counted: dict[int, float] = {}
        #: (merchant, conversation) → user → what they do there, and when it was told.
        self._looks: dict[tuple[int, int], dict[int, tuple[Look, float]]] = {}

    def add(self, ear: Ear) -> None:
        """Let an inbox listen.

        Raises:
            TryLaterError: too many are open.
        """
        own = sum((one.merchant_id, one.user_id) == (ear.merchant_id, ear.user_id) for one in self._ears)
        if own >= _MOST_PAGES or len(self._ears) >= _MOST:
            raise TryLaterError("too many inboxes are open at once", after_s=20)
        self._ears.add(ear)
        self._listened.set()

    def remove(self, ear: Ear) -> None:
        """Forget an inbox that went away."""
        self._ears.discard(ear)

    def close(self) -> None:
        """Send every inbox away; they come back to whoever serves next."""
        for ear in list(self._ears):
            if not ear.queue.full():
                ear.queue.put_nowait(None)

    def others(self, merchant_id: int, conversation_id: int, user_id: int) -> list[tuple[str, bool]]:
        """Tell who else looks at a conversation, and whether they type."""
        now = time.monotonic()
        there = self._looks.get((merchant_id, conversation_id), {})
        return [
            (look.name, look.types and now - at < _TYPES_S)
            for user, (look, at) in sorted(there.items())
            if user != user_id and now - at < _LOOKS_S
        ]

    async def hear(self) -> None:
        """Hear for ever, from the first open inbox on, what changes and who looks, in whichever process it happens."""
        while True:
            await self._listened.wait()
            try:
                await self._database.hear(handovers.CHANGED, self._noticed)
            except TryLaterError as error:
                _LOG.warning("inbox_hears_nothing", why=str(error))
                await asyncio.sleep(1.0)
                for ear in list(self._ears):  # something may have been missed: they look at everything again
                    ear.put("again", {})

    def _noticed(self, notice: str) -> None:
        if (changed := handovers.told_of(notice)) is not None:
            if any(ear.merchant_id == changed[0] for ear in self._ears):
                self._changed.add(changed)
                self._wake.set()
        elif (look := handovers.look_of(notice)) is not None:
            self._looked(look)

    def _looked(self, look: Look) -> None:
        key = (look.merchant_id, look.conversation_id)
        if look.left:
            self._looks.get(key, {}).pop(look.user_id, None)
        else:
            self._looks.setdefault(key, {})[look.user_id] = (look, time.monotonic())
        for ear in list(self._ears):
            if (ear.merchant_id, ear.talk) == key and ear.user_id != look.user_id:
                ear.put("looks", self._looks_for(ear))
        if len(self._looks) > _MOST:
            self._forget()

    def _looks_for(self, ear: Ear) -> list[dict[str, object]]:
        return [{"name": name, "types": types} for name, types in self.others(ear.merchant_id, ear.talk, ear.user_id)]

    def _forget(self) -> None:
        now = time.monotonic()
        for key, there in list(self._looks.items()):
            if all(now - at > _LOOKS_S for _, at in there.values()):
                del self._looks[key]

    async def run(self) -> None:
        """Tell of changes for ever."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            try:
                await self._tell()
            except TryLaterError as error:
                _LOG.warning("inbox_put_off", why=str(error))
                await asyncio.sleep(1.0)
            except Exception:  # noqa: BLE001 - the net of this loop: one look that fails closes no inbox
                _LOG.exception("inbox_look_failed")
                await asyncio.sleep(1.0)

    async def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for merchant_id in sorted({merchant for merchant, _ in changed}):
            ears = [ear for ear in self._ears if ear.merchant_id == merchant_id]
            ids = sorted(conversation for merchant, conversation in changed if merchant == merchant_id)
            if not ears:
                continue
            async with self._database.for_merchant(merchant_id) as tx:
                for first in range(0, len(ids), _TOGETHER):
                    await self._tell_rows(tx, merchant_id, ids[first : first + _TOGETHER], ears)
                await self._tell_counts(tx, merchant_id, ears)

    async def _tell_rows(self, tx: Tx, merchant_id: int, ids: list[int], ears: list[Ear]) -> None:
        tenant = self._directory.tenant(merchant_id)
        if tenant is None:
            return
        rows, names, now = await handover_lists.of(tx, merchant_id, ids), await agents.names(tx, merchant_id), utc_now()
        lines = [line_of(row, names, tenant.handing, now) for row in rows]
        told = [
            {
                "id": one.conversation_id,
                "state": one.state,
                "assignee": one.assignee,
                "queue": one.queue,
                "language": one.language,
                "key": one.key,
                "html": render("desk/inbox_line.html", line=one, query="", current=0),
            }
            for one in lines
        ]
        there = {one.conversation_id for one in lines}
        told += [{"id": one, "state": "", "html": ""} for one in ids if one not in there]
        for ear in ears:
            ear.put("lines", told)

    async def _tell_counts(self, tx: Tx, merchant_id: int, ears: list[Ear]) -> None:
        now = time.monotonic()
        if now - self._counted.get(merchant_id, -_COUNT_S) < _COUNT_S:
            asyncio.get_running_loop().call_later(_COUNT_S, self._wake_for_counts, merchant_id)
            return
        self._counted[merchant_id] = now
        counts = await handover_lists.counts(tx, merchant_id, utc_now())
        mine = await handover_lists.counts_of_agents(tx, merchant_id, sorted({ear.user_id for ear in ears}))
        for ear in ears:
            ear.put("counts", counts | {"mine": mine.get(ear.user_id, 0)})

    def _wake_for_counts(self, merchant_id: int) -> None:
        """Count once more after a flood, so that the last number told is a true one."""
        if time.monotonic() - self._counted.get(merchant_id, 0.0) >= _COUNT_S - 0.1:
            self._changed.add((merchant_id, 0))
            self._wake.set()


def desks_of(request: AnyRequest) -> Desks:
    """Return the inboxes of the application that serves this request."""
    return cast("Desks", request.app.state.inbox)


async def _stream(desks: Desks, ear: Ear, database: Database) -> AsyncIterator[bytes]:
    """Give an inbox its events and a sign of life where there are none; while it lasts, colleagues know what is looked at."""
    ends = time.monotonic() + _LASTS_S
    try:
        yield b"retry: 1500\n: hello\n\n"
        await _tell_look(database, ear)
        while (left_s := ends - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(min(_HEARTBEAT_S, left_s)):
                    piece = await ear.queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                await _tell_look(database, ear)
                continue
            if piece is None:
                return
            yield piece
    finally:
        desks.remove(ear)
        await _tell_look(database, ear, left=True)


async def _tell_look(database: Database, ear: Ear, *, types: bool = False, left: bool = False) -> None:
    if not ear.talk:
        return
    look = Look(merchant_id=ear.merchant_id, conversation_id=ear.talk, user_id=ear.user_id, name=ear.name, types=types, left=left)
    try:
        async with database.for_merchant(ear.merchant_id) as tx:
            await handovers.tell_look(tx, look)
    except TryLaterError:  # nobody learns that somebody looks: they come upon each other when they answer
        return


@get("/inbox/events", include_in_schema=False)
async def inbox_events(request: AnyRequest) -> Stream:
    """Tell an open inbox what changes, and colleagues what is looked at in it."""
    house, user, desks = house_of(request), user_of(request), desks_of(request)
    asked = clean_text(request.query_params.get("talk"), 18)
    async with house.database.for_merchant(user.merchant_id) as tx:
        agent = await agents.one(tx, user.merchant_id, user.user_id)
    ear = Ear(
        user.merchant_id, user.user_id, agent.shown if agent else user.email, int(asked) if asked.isascii() and asked.isdigit() else 0
    )
    desks.add(ear)
    headers: dict[str, Any] = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no", "x-content-type-options": "nosniff"}
    return Stream(_stream(desks, ear, house.database), media_type="text/event-stream", headers=headers)
