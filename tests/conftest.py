"""What many tests share: a real PostgreSQL, a database like new for each test that wants one; the data beside the repository."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings

from clones import TEMPLATE, Clones
from doorstep.store import access
from doorstep.store.database import Database
from doorstep.store.embedded import embedded
from doorstep.store.migrating import migrate

#: How long an example takes says something of the machine's load, nothing of the code: speed is measured by the bench.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

#: Files that take longest, as seen on two cores: they are begun first, so that no process is left alone with one of them at the end.
LONGEST = (
    "cli/test_serve.py",
    "cli/test_bench.py",
    "faults/test_kill.py",
    "web/api/test_api_schema.py",
    "demo/test_command.py",
    "faults/test_providers_fail.py",
    "web/pages/test_browser.py",
    "web/chat/test_chat_browser.py",
    "web/pages/test_browser_templates.py",
    "web/pages/test_notify_browser.py",
    "demo/test_playing.py",
)
SHARED = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first."""
    items.sort(key=lambda item: next((place for place, file in enumerate(LONGEST) if item.path.match(file)), len(LONGEST)))


@pytest.fixture(autouse=True)
def _logs_go_nowhere_else() -> Iterator[None]:
    """A command run in this process points the logs at its captured standard error, which closes with its test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def cost_of_a_password() -> Iterator[dict[str, int]]:
    """What hashing a password costs outside the tests; in them it is nearly free, or it would be what many of them mostly do."""
    dear = access._SCRYPT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_SCRYPT", {**dear, "n": 2})
        yield dear


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
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the session
                await connection.execute(f"alter system set {setting} = off")
            await connection.execute("select pg_reload_conf()")
            await connection.execute(f"create database {TEMPLATE}")
            await connection.close()
            await migrate(url.replace("/postgres?", f"/{TEMPLATE}?"), datetime.now(UTC).date())

        asyncio.run(prepare())
        yield url


@pytest.fixture(scope="session")
def database_named(postgres: str) -> Callable[[str], AbstractAsyncContextManager[Database]]:
    """Opens a fresh database under a name, for fixtures that many tests share."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Database]:
        connection = await asyncpg.connect(postgres)
        await connection.execute(f"create database {name} template {TEMPLATE}")
        database = await Database.open(postgres.replace("/postgres?", f"/{name}?"))
        yield database
        await database.close()
        await connection.execute(f"drop database {name} with (force)")
        await connection.close()

    return opened


@pytest.fixture(scope="session")
def clones(postgres: str) -> Clones:
    """Databases for one test each."""
    return Clones(postgres)


@pytest.fixture
async def database_url(clones: Clones) -> AsyncIterator[str]:
    """The address of a database of this test's own."""
    async with clones.one() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of this test's own."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()
