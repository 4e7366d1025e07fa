"""A database address → transactions: as the system, which sees all, or as one merchant, fenced by row-level security."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from doorstep.errors import MisconfiguredError, TryLaterError

#: An open transaction.
Tx: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record

#: What PostgreSQL says when two transactions were in each other's way: the same again may well succeed.
PASSING = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
#: What is raised when the server is stopped, killed or cut off, before or in the middle of a transaction.
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
    TimeoutError,
)
#: Seconds after which a connection that only hears is asked whether it is still there.
_SIGN_OF_LIFE_S = 60.0
# How statements that start from keys are planned: by indexes, and once for all arguments.
_BY_KEY = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
# Enter a merchant's fence for the rest of the transaction.
_FENCE = "select set_config('role', 'doorstep_web', true), set_config('doorstep.merchant_id', $1, true)"

# Let the rest of the transaction write nothing.
_READ_ONLY = "set transaction read only"


async def fence(tx: Tx, merchant_id: int) -> None:
    """Let the rest of a transaction of the system's see and write only this merchant's rows."""
    await tx.execute(_FENCE, str(merchant_id))


async def read_only(tx: Tx) -> None:
    """Have the database refuse whatever this transaction still wants to write."""
    await tx.execute(_READ_ONLY)


async def _leave_as_it_is(_: Tx) -> None:
    """Reset nothing when a connection goes back: all we set (role, merchant, locks) ends with its transaction."""


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, *, most: int = 8, by_key: bool = False) -> "Database":
        """Connect with at most `most` connections.

        `by_key` is for the steps: each of their statements starts from a list of keys, so a plan that reads a whole table is never
        right, whatever the planner thinks of a table it has no statistics of yet (seen: 2 s instead of 20 ms on a fresh inbox), and
        no argument makes another plan right, so none is planned twice.

        Raises:
            MisconfiguredError: nothing answers at the address, or it turns us away.
        """
        plans = _BY_KEY if by_key else {}
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=most,
                command_timeout=60,
                reset=_leave_as_it_is,
                server_settings={"application_name": "doorstep", "jit": "off", "timezone": "UTC", **plans},
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise MisconfiguredError(f"no connection to the database: {error}; check DOORSTEP_DATABASE_URL") from error
        return cls(pool)

    @property
    def most(self) -> int:
        """Connections at most."""
        size: int = self._pool.get_max_size()
        return size

    async def close(self) -> None:
        """Close every connection, at most ten seconds after the call."""
        try:
            async with asyncio.timeout(10):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Tx]:
        """Open a transaction that sees every merchant: for workers, and for finding out whose a token is.

        Raises:
            TryLaterError: the database is away, went away meanwhile, or another transaction was in the way; nothing was written.
        """
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def for_merchant(self, merchant_id: int) -> AsyncIterator[Tx]:
        """Open a transaction that sees and writes only this merchant's rows.

        Raises:
            TryLaterError: the database is away, went away meanwhile, or another transaction was in the way; nothing was written.
        """
        async with self._connection() as connection, connection.transaction():
            await fence(connection, merchant_id)
            yield connection

    async def hear(self, channel: str, take: Callable[[str], None]) -> None:
        """Hand every notice on a channel (`pg_notify`) to `take`, over one connection of the pool, until it is lost or this is cancelled.

        Raises:
            TryLaterError: the database is away, or went away meanwhile; notices may have been missed.
        """
        lost = asyncio.Event()

        def heard(_connection: object, _pid: int, _channel: str, text: object) -> None:
            take(str(text))

        def ended(_connection: object) -> None:
            lost.set()

        async with self._connection() as connection:
            connection.add_termination_listener(ended)
            await connection.add_listener(channel, heard)
            try:
                while not lost.is_set():
                    try:
                        async with asyncio.timeout(_SIGN_OF_LIFE_S):
                            await lost.wait()
                    except TimeoutError:
                        await connection.execute("select 1")
            finally:
                if not connection.is_closed():
                    connection.remove_termination_listener(ended)
                    await connection.remove_listener(channel, heard)
        raise TryLaterError("the connection for notices broke", after_s=1)

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[PoolConnectionProxy[asyncpg.Record]]":
        try:
            connection = await self._pool.acquire(timeout=10)
        except (*_AWAY, OSError, asyncpg.InterfaceError) as error:
            raise TryLaterError("the database is away", after_s=1) from error
        try:
            try:
                yield connection
            finally:
                await self._pool.release(connection)
        except (*_AWAY, *PASSING) as error:
            raise TryLaterError("the database ended what was under way", after_s=1) from error
        except asyncpg.InterfaceError as error:
            if "closed" not in str(error):
                raise  # a mistake of ours
            raise TryLaterError("the connection to the database broke", after_s=1) from error
