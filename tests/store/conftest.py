"""One database for all tests of the store, empty for each of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from doorstep.store.database import Database

_TABLES = """
select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'migration'
"""


@pytest.fixture(scope="session")
async def shared_store(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    """An open database that many tests use; what they leave in it stays."""
    async with database_named("store_tests") as opened:
        yield opened


@pytest.fixture
async def store(shared_store: Database) -> Database:
    """The shared database with no row in it."""
    async with shared_store.system() as tx:
        tables = [row["relname"] for row in await tx.fetch(_TABLES)]
        await tx.execute("set local session_replication_role = replica;" + "".join(f"delete from {table};" for table in tables))
    return shared_store
