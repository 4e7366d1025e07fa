"""One database for all tests of the store, empty for each of them."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from doorstep.store.database import Database

_TABLES = """
select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'migration'
"""


@pytest.fixture(scope="session")
async def shared_store(postgres: str) -> AsyncIterator[Database]:
    """An open database that many tests use; what they leave in it stays."""
    connection = await asyncpg.connect(postgres)
    await connection.execute("create database store_tests template template_doorstep")
    opened = await Database.open(postgres.replace("/postgres?", "/store_tests?"))
    yield opened
    await opened.close()
    await connection.execute("drop database store_tests with (force)")
    await connection.close()


@pytest.fixture
async def store(shared_store: Database) -> Database:
    """The shared database with no row in it."""
    async with shared_store.system() as tx:
        tables = [row["relname"] for row in await tx.fetch(_TABLES)]
        await tx.execute("set local session_replication_role = replica;" + "".join(f"delete from {table};" for table in tables))
    return shared_store
