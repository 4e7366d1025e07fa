"""Settings → what a command needs: a database address, the key, a directory."""

import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog

from doorstep.errors import MisconfiguredError
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.store.database import Database
from doorstep.store.embedded import embedded, running_url
from doorstep.store.sealing import Sealer, secret_key


def log_plainly() -> None:
    """Write logs to standard error: one JSON object a line, or coloured for a person's terminal."""
    person = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *(() if person else (structlog.processors.format_exc_info,)),
            structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def database_url(settings: Settings, *, start: bool) -> Iterator[str]:
    """Yield the database's address: the configured one, the running embedded one, or (`start`) one started for this command.

    Raises:
        MisconfiguredError: there is none, or another `serve` holds the folder.
    """
    if settings.database_url:
        yield settings.database_url
    elif not start and (running := running_url(settings.data_dir)):
        yield running
    else:
        with embedded(settings.data_dir) as url:
            yield url


def sealer_of(settings: Settings) -> Sealer:
    """Make the sealer from the installation's key, telling where a new key was put."""
    key, made = secret_key(settings.secret_key, settings.data_dir)
    if made:
        structlog.get_logger().warning(
            "secret_key_made", path=str(settings.data_dir / "secret.key"), advice="back it up: stored credentials open only with it"
        )
    return Sealer(key)


@asynccontextmanager
async def house_parts(settings: Settings, url: str, *, most: int = 8, by_key: bool = False) -> AsyncIterator[tuple[Database, Directory]]:
    """Open the database and a directory over it."""
    database = await Database.open(url, most=most, by_key=by_key)
    try:
        yield database, Directory(sealer_of(settings), settings.base_url)
    finally:
        await database.close()


def require_url(settings: Settings) -> str:
    """Return the address given by the environment.

    Raises:
        MisconfiguredError: a part run by itself needs to be told where its database is.
    """
    url = settings.database_url or running_url(settings.data_dir)
    if url is None:
        raise MisconfiguredError("no database: set DOORSTEP_DATABASE_URL, or start `doorstep serve` on this --data-dir first")
    return url
