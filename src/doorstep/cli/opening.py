"""Settings → what a command needs: a database address, the key, a directory."""

import asyncio
import logging
import sys
import traceback
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog

from doorstep.errors import DoorstepError, MisconfiguredError
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.store.database import Database
from doorstep.store.embedded import embedded, running_url
from doorstep.store.sealing import Sealer, secret_key

if sys.platform != "win32":
    import uvloop

T = TypeVar("T")


def run_long(main: Coroutine[Any, Any, T]) -> T:
    """Run a process's work for as long as it lasts: on uvloop, which takes a third off a request, where there is one."""
    return asyncio.run(main) if sys.platform == "win32" else uvloop.run(main)


def log_plainly() -> None:
    """Write logs to standard error: one JSON object a line, or coloured for a person's terminal."""
    person = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _say_where,
            structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _say_where(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Turn an exception into its kind and the way to it: other people's errors quote the values they choke on, and values are personal."""
    raised = event.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        way = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        event["error"] = type(error).__name__ + (f": {error}" if isinstance(error, DoorstepError) else "")
        event["way"] = way[-12:]
        if isinstance(error, BaseExceptionGroup):
            event["errors"] = [type(one).__name__ for one in error.exceptions]
    return event


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
