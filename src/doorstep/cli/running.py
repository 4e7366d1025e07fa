"""`serve`, `web`, `worker`, `migrate`: the processes of an installation."""

import asyncio
import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from granian.constants import Interfaces
from granian.server.embed import Server
from prometheus_client import start_http_server

from doorstep.cli.opening import database_url, house_parts, log_plainly, require_url, sealer_of
from doorstep.settings import Settings, child_environment, read_settings
from doorstep.steps.receive import Receiver
from doorstep.steps.sum_up import REGISTRY
from doorstep.steps.work import Worker
from doorstep.store.database import Database
from doorstep.store.migrating import migrate as bring_up
from doorstep.store.sealing import secret_key
from doorstep.web.app import make_app
from doorstep.web.house import House

_LOG = structlog.get_logger()
_PR_SET_PDEATHSIG = 1


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
    sealer_of(settings)
    key, _ = secret_key(settings.secret_key, settings.data_dir)
    with database_url(settings, start=True) as url:
        asyncio.run(bring_up(url, datetime.now(UTC).date()))  # noqa: TID251 - an edge
        environment = child_environment(settings, url, key)
        _LOG.info("serving", address=settings.base_url, workers=settings.workers)
        return watch_over({"web": ["web"], **{f"worker-{n}": ["worker", "--number", str(n)] for n in range(settings.workers)}}, environment)


def watch_over(commands: dict[str, list[str]], environment: dict[str, str]) -> int:
    """Keep child processes running until a signal ends us; a child that dies is started again."""
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopping.append(got))

    def start(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "doorstep", *commands[name]],
            env=environment,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread here
            start_new_session=True,
        )

    children = {name: start(name) for name in commands}
    born = dict.fromkeys(commands, time.monotonic())
    failed: list[str] = []
    while not stopping and not failed:
        time.sleep(0.1)
        for name, child in children.items():
            if child.poll() is None:
                continue
            if child.returncode == 2 and time.monotonic() - born[name] < 5:  # noqa: PLR2004 - it said what is wrong and will say so again
                failed.append(name)
                break
            _LOG.warning("process_died", process=name, code=child.returncode)
            time.sleep(0.2)
            children[name], born[name] = start(name), time.monotonic()
    for child in children.values():
        child.terminate()
    for child in children.values():
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
    return 2 if failed else 0


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is killed; elsewhere the child lives on until it is stopped."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def web(*, data_dir: Path | None = None, host: str | None = None, port: int | None = None) -> int:
    """Run the web process alone, against DOORSTEP_DATABASE_URL or the database of a running `serve`."""
    log_plainly()
    settings = read_settings(data_dir, host, port)
    asyncio.run(serve_web(settings, require_url(settings)))
    return 0


async def serve_web(settings: Settings, url: str, receiver_of: Callable[[Database], Receiver] = Receiver) -> None:
    """Serve HTTP until a signal ends us; `receiver_of` makes what keeps the hooks' requests."""
    async with house_parts(settings, url, most=12) as (database, directory):
        house = House(settings=settings, database=database, directory=directory, receiver=receiver_of(database))
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
    asyncio.run(_worker(settings, require_url(settings), number))
    return 0


async def _worker(settings: Settings, url: str, number: int) -> None:
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port + number, addr="127.0.0.1", registry=REGISTRY)
    async with house_parts(settings, url, by_key=True) as (database, directory):
        running = Worker(database, directory, allow_private=settings.allow_private)
        for ending in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(ending, running.stop)
        await running.run()


def migrate(*, data_dir: Path | None = None) -> int:
    """Bring the database to this version's schema, and print what was applied."""
    log_plainly()
    settings = read_settings(data_dir)
    with database_url(settings, start=False) as url:
        applied = asyncio.run(bring_up(url, datetime.now(UTC).date()))  # noqa: TID251 - an edge
    print("\n".join(f"applied {name}" for name in applied) or "the database is up to date")
    return 0
