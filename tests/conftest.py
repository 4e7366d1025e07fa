"""What many tests share: a real PostgreSQL, cloned afresh for each test that wants one; the data beside the repository."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from doorstep.store.database import Database
from doorstep.store.embedded import embedded
from doorstep.store.migrating import migrate

#: How long an example takes says something of the machine's load, nothing of the code: speed is measured by the bench.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

SHARED = Path(__file__).parents[2] / "shared" / "data"
_COUNTER = itertools.count()


@pytest.fixture(autouse=True)
def _logs_go_nowhere_else() -> Iterator[None]:
    """A command run in this process points the logs at its captured standard error, which closes with its test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real payloads; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here: real payloads live outside the repository")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an embedded PostgreSQL with a migrated template database.

    Its folder lies outside pytest's own, which each new session closes to other users, and PostgreSQL runs as one of those under root.
    """
    with tempfile.TemporaryDirectory(prefix="doorstep-", ignore_cleanup_errors=True) as folder, embedded(Path(folder)) as url:

        async def prepare() -> None:
            connection = await asyncpg.connect(url)
            await connection.execute("create database template_doorstep")
            await connection.close()
            await migrate(url.replace("/postgres?", "/template_doorstep?"), datetime.now(UTC).date())

        asyncio.run(prepare())
        yield url


@pytest.fixture(scope="session")
def database_named(postgres: str) -> Callable[[str], AbstractAsyncContextManager[Database]]:
    """Opens a fresh database under a name, for fixtures that many tests share."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Database]:
        connection = await asyncpg.connect(postgres)
        await connection.execute(f"create database {name} template template_doorstep")
        database = await Database.open(postgres.replace("/postgres?", f"/{name}?"))
        yield database
        await database.close()
        await connection.execute(f"drop database {name} with (force)")
        await connection.close()

    return opened


@pytest.fixture
async def database_url(postgres: str) -> AsyncIterator[str]:
    """The address of a database of this test's own."""
    name = f"test_{next(_COUNTER)}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"create database {name} template template_doorstep")
    yield postgres.replace("/postgres?", f"/{name}?")
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of this test's own."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()
