"""`serve`, `web`, `worker`, `migrate`: the processes of an installation."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec
import structlog
from granian.constants import Interfaces
from granian.server.embed import Server
from prometheus_client import start_http_server

from doorstep.cli.children import Children, running, told_to_stop
from doorstep.cli.opening import database_url, house_parts, log_plainly, require_url, run_long, sealer_of
from doorstep.errors import MisconfiguredError, TryLaterError
from doorstep.settings import Settings, child_environment, read_settings
from doorstep.steps.intake import Intake
from doorstep.steps.receive import Receiver
from doorstep.steps.sum_up import WORKER
from doorstep.steps.work import Worker, get_ready_to_talk, settle_in
from doorstep.store.database import Database
from doorstep.store.embedded import revive
from doorstep.store.migrating import migrate as bring_up
from doorstep.store.sealing import secret_key
from doorstep.web.app import make_app
from doorstep.web.house import House

_LOG = structlog.get_logger()
#: Seconds between two looks at the embedded database.
_TEND_S = 1.0


def serve(*, data_dir: Path | None = None, host: str | None = None, port: int | None = None, workers: int | None = None) -> int:
    """Run everything: the database (unless DOORSTEP_DATABASE_URL names one), the web process and the workers.

    Args:
        data_dir: where the embedded database lives; default: the user's data folder.
        host: where the web process listens; default 127.0.0.1.
        port: default 8000.
        workers: worker processes; default 1.
    """
    log_plainly()
    settings = read_settings(data_dir, host, port)
    if workers is not None:
        settings = msgspec.structs.replace(settings, workers=workers)
    with told_to_stop() as told, everything(settings) as (_, children):
        _LOG.info("serving", address=settings.base_url, workers=settings.workers)
        look_at = time.monotonic()
        while not told:
            if children.look():
                return 2
            if settings.database_url is None and time.monotonic() >= look_at:
                tend_database(settings.data_dir)
                look_at = time.monotonic() + _TEND_S
            time.sleep(0.1)
    return 0


def tend_database(data_dir: Path) -> None:
    """Start our own database anew where it was killed; the other processes wait for it meanwhile."""
    try:
        if revive(data_dir):
            _LOG.warning("database_died", then="started again")
    except TryLaterError as error:
        _LOG.error("database_down", why=str(error))


@contextmanager
def everything(
    settings: Settings, output: IO[bytes] | None = None, prepare: Callable[[str], None] | None = None
) -> Iterator[tuple[str, Children]]:
    """Start the database (unless one is configured), bring it up to date, start web and workers; end them in turn at the end.

    Yields the database's address and the processes. `output` takes what these log; None: where we log. `prepare` is called with
    the address before any process starts.

    Raises:
        MisconfiguredError: another `serve` holds the folder, the port is taken, or the database cannot be used.
    """
    with database_url(settings, start=True) as url:
        require_free(settings)
        sealer_of(settings)
        key, _ = secret_key(settings.secret_key, settings.data_dir)
        asyncio.run(bring_up(url, datetime.now(UTC).date()))  # noqa: TID251 - an edge
        if prepare:
            prepare(url)
        commands = {"web": ["web"], **{f"worker-{n}": ["worker", "--number", str(n)] for n in range(settings.workers)}}
        with running(commands, child_environment(settings, url, key), output) as children:
            yield url, children


def require_free(settings: Settings) -> None:
    """Check that the web process can listen.

    Raises:
        MisconfiguredError: it cannot.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise MisconfiguredError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror}); choose another with --port"
        ) from error


def web(*, data_dir: Path | None = None, host: str | None = None, port: int | None = None) -> int:
    """Run the web process alone, against DOORSTEP_DATABASE_URL or the database of a running `serve`."""
    log_plainly()
    settings = read_settings(data_dir, host, port)
    require_free(settings)
    run_long(serve_web(settings, require_url(settings)))
    return 0


async def serve_web(settings: Settings, url: str, receiver_of: Callable[[Database], Receiver] = Receiver) -> None:
    """Serve HTTP until a signal ends us; `receiver_of` makes what keeps the hooks' requests."""
    async with house_parts(settings, url, most=12) as (database, directory):
        house = House(
            settings=settings,
            database=database,
            directory=directory,
            receiver=receiver_of(database),
            intake=Intake(allow_private=settings.allow_private),
        )
        server = Server(
            make_app(house),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            log_access=False,
            backlog=2048,
            websockets=False,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        await server.serve()


def worker(*, data_dir: Path | None = None, number: int = 0) -> int:
    """Run one worker alone, against DOORSTEP_DATABASE_URL or the database of a running `serve`.

    Args:
        data_dir: the folder of the running `serve`; default: the user's data folder.
        number: tells workers of one machine apart; its figures are on DOORSTEP_WORKER_METRICS_PORT + number.
    """
    log_plainly()
    settings = read_settings(data_dir)
    run_long(_worker(settings, require_url(settings), number))
    return 0


async def _worker(settings: Settings, url: str, number: int) -> None:
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port + number, addr="127.0.0.1", registry=WORKER)
    async with house_parts(settings, url, by_key=True) as (database, directory):
        settle_in()
        worked = Worker(database, directory, allow_private=settings.allow_private)
        for ending in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(ending, worked.stop)
        ready = asyncio.create_task(asyncio.to_thread(get_ready_to_talk))  # meanwhile parcels and messages go on
        await worked.run()
        await ready


def migrate(*, data_dir: Path | None = None, prepare: bool = False) -> int:
    """Bring the database to this version's schema, and print what was applied.

    Args:
        data_dir: where the embedded database lives; default: the user's data folder.
        prepare: only as far as the processes of the version before go on beside the new ones; run it again without this once they are gone.
    """
    log_plainly()
    settings = read_settings(data_dir)
    with database_url(settings, start=False) as url:
        applied = asyncio.run(bring_up(url, datetime.now(UTC).date(), beside_older=prepare))  # noqa: TID251 - an edge
    print("\n".join(f"applied {name}" for name in applied) or "the database is up to date")
    return 0
