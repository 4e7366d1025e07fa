"""Files of replies that lie with a provider → fetched through its channel and kept; or why they cannot be, for the desk.

A file is leased like a message: whoever holds the lease writes down how the call ended, and a file that is here is never fetched again.
What is wrong with the credentials pauses no connection, as a token may lack this one permission and still send.
"""

import asyncio
from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.channels import channels
from doorstep.channels.fetching import MOST_BYTES
from doorstep.channels.kinds import kind_of, named
from doorstep.domain.plugins import Channel
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.steps.directory import Directory
from doorstep.steps.sum_up import FILES
from doorstep.steps.wire import Wire
from doorstep.store import reply_files
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.reply_files import Trouble, Wanted

_LOG = structlog.get_logger()
#: Calls under way at once, and of one connection.
AT_ONCE, EACH = 8, 2
#: A call is broken off before its lease ends.
_LEASE, _LONGEST_S = timedelta(minutes=5), 180.0
#: Waits after the first, second … try that came to nothing; the last one again and again.
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1_800, 7_200))
#: After so long a file is given up.
GIVES_UP_AFTER = timedelta(days=2)
#: A file whose fetching never comes to an end, because a worker dies of it, is given up after so many tries.
_MOST_TRIES = 50
#: A provider may tell of a file a moment before it has it: "gone" is believed at this try.
_BELIEVED = 3
_UNKNOWN_TYPE = "application/octet-stream"


class _Got(msgspec.Struct, frozen=True):
    """A file as it is kept."""

    name: str
    content_type: str
    content: bytes


class _Later(msgspec.Struct, frozen=True):
    """Nothing came of it this time."""

    trouble: Trouble
    #: The provider asked for at least so long.
    after_s: float = 0.0


class Fetcher:
    """Keeps at most `AT_ONCE` calls for files under way, of one connection fewer."""

    def __init__(self, database: Database, directory: Directory, wire: Wire) -> None:
        self._database, self._directory, self._wire = database, directory, wire
        self._calls: set[asyncio.Task[None]] = set()

    async def turn(self, now: datetime) -> int:
        """Begin to fetch what is due, as far as there is room; return how many were begun."""
        room = AT_ONCE - len(self._calls)
        if room <= 0:
            return 0
        async with self._database.system() as tx:
            wanted = await reply_files.claim(tx, now, now + _LEASE, room, EACH)
        self._calls |= {asyncio.create_task(self._serve(one, now)) for one in wanted}
        return len(wanted)

    async def wait(self, seconds: float | None = None) -> None:
        """Wait until a call has ended, or for so long; an error that nobody foresaw is raised."""
        if self._calls:
            done, self._calls = await asyncio.wait(self._calls, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def finish(self) -> None:
        """Wait until every call has ended."""
        while self._calls:
            await self.wait()

    async def close(self) -> None:
        """Break off what is under way; it is fetched when the leases have run out."""
        for task in self._calls:
            task.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _serve(self, one: Wanted, now: datetime) -> None:
        ended = await self._fetch(one, now)
        if isinstance(ended, _Later) and self._is_last(one, ended, now):
            ended = ended.trouble
        async with self._database.system() as tx:
            if isinstance(ended, _Got):
                await reply_files.fetched(tx, one, ended.name, ended.content_type, ended.content)
            elif isinstance(ended, _Later):
                wait = max(_WAITS[min(one.attempts, len(_WAITS)) - 1], timedelta(seconds=ended.after_s))
                await reply_files.put_off(tx, one, now + wait, ended.trouble)
            else:
                await reply_files.give_up(tx, one, ended)
        FILES.labels("kept" if isinstance(ended, _Got) else "later" if isinstance(ended, _Later) else ended.reason).inc()

    def _is_last(self, one: Wanted, ended: _Later, now: datetime) -> bool:
        if ended.trouble.reason is Unfetched.GONE:
            return one.attempts >= _BELIEVED
        return now - one.wanted_at >= GIVES_UP_AFTER or one.attempts >= _MOST_TRIES

    async def _fetch(self, one: Wanted, now: datetime) -> _Got | _Later | Trouble:
        connection = self._directory.connection(one.merchant_id, one.connection_id)
        if connection is None or not connection.active:
            return _Later(Trouble(Unfetched.PAUSED))
        channel = channels().get(connection.provider) if connection.kind == "channel" else None
        if channel is None or channel.fetch is None:
            return Trouble(Unfetched.NO_WAY)
        if one.attempts > _MOST_TRIES:
            return Trouble(Unfetched.UNREACHABLE)
        found = await self._call(one, connection, channel, now)
        return _kept(one, channel, found) if isinstance(found, bytes) else found

    async def _call(self, one: Wanted, connection: Connection, channel: Channel, now: datetime) -> bytes | _Later | Trouble:
        assert channel.fetch  # noqa: S101 - its caller asked
        flow = channel.fetch(one.file, connection.settings, now)
        try:
            async with asyncio.timeout(_LONGEST_S):
                found = await self._wire.ask(flow, connection=(one.merchant_id, one.connection_id), provider=channel.slug)
        except MisconfiguredError as error:
            told = {"merchant": one.merchant_id, "connection": one.connection_id, "why": str(error)}
            _LOG.warning("file_not_allowed", reply=one.reply_id, position=one.position, **told)
            return _Later(Trouble(Unfetched.REFUSED, str(error)))
        except TryLaterError as error:
            return _Later(Trouble(Unfetched.UNREACHABLE, str(error)), error.after_s or 0.0)
        except (UnknownOutcomeError, TimeoutError):
            return _Later(Trouble(Unfetched.UNREACHABLE))
        except (RefusedError, BadInputError) as error:
            return Trouble(Unfetched.GONE, str(error))
        if isinstance(found, Unfetched):
            return _Later(Trouble(found)) if found is Unfetched.GONE else Trouble(found)
        return found


def _kept(one: Wanted, channel: Channel, content: bytes) -> _Got | Trouble:
    """Judge a file by its bytes; a mail's files are kept as they are and are called, like those inside a mail."""
    if len(content) > MOST_BYTES:
        return Trouble(Unfetched.TOO_LARGE)
    kind = kind_of(content)
    if channel.kind is ChannelKind.EMAIL:
        return _Got(one.file.name, kind or _UNKNOWN_TYPE, content)
    return _Got(named(one.file.name, kind), kind, content) if kind else Trouble(Unfetched.TYPE)
