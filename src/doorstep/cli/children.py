"""Command lines of our own program → child processes that are started again when they die and end when we do."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

import structlog

_LOG = structlog.get_logger()
_PR_SET_PDEATHSIG = 1
#: What a command returns that said itself what is wrong.
_SAID_SO = 2
#: A child that has never lived this long and says so will say so again; one that has, found its world changed for a while.
_AT_ONCE_S = 30.0
#: Seconds before a child that died is started again, doubled while it keeps dying at once.
_AGAIN_S = (0.2, 5.0)
#: A child has this long to finish what it has begun.
_TO_END_S = 30.0


class Children:
    """Processes of ours, by name."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], output: IO[bytes] | None = None) -> None:
        self._commands = commands
        self._environment = environment
        self._output = output
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._born: dict[str, float] = {}
        self._rest: dict[str, float] = {}
        self._again_at: dict[str, float] = {}
        self._stood: set[str] = set()

    def start(self) -> None:
        """Start them all."""
        for name in self._commands:
            self._start(name)

    def look(self) -> str | None:
        """Start again what died; return the name of one that cannot run at all, having said why."""
        for name, child in self._running.items():
            if child.poll() is None:
                continue
            lived = time.monotonic() - self._born[name]
            if name in self._again_at:
                continue
            if lived >= _AT_ONCE_S:
                self._stood.add(name)
            elif child.returncode == _SAID_SO and name not in self._stood:
                return name
            self._rest[name] = min(self._rest.get(name, _AGAIN_S[0]) * 2, _AGAIN_S[1]) if lived < _AT_ONCE_S else _AGAIN_S[0]
            self._again_at[name] = time.monotonic() + self._rest[name]
            _LOG.warning("process_died", process=name, code=child.returncode, again_in_s=self._rest[name])
        for name in [name for name, at in self._again_at.items() if at <= time.monotonic()]:
            self._start(name)
        return None

    def stop(self) -> None:
        """Ask all to end, wait for them, and kill what does not end."""
        for child in self._running.values():
            child.terminate()
        end = time.monotonic() + _TO_END_S
        for name, child in self._running.items():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _LOG.warning("process_killed", process=name, why=f"still running {_TO_END_S:.0f} s after it was asked to end")
                child.kill()
                child.wait()

    def _start(self, name: str) -> None:
        parent = os.getpid()
        self._again_at.pop(name, None)
        self._born[name] = time.monotonic()
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "doorstep", *self._commands[name]],
            env=dict(self._environment),
            stdout=self._output,
            stderr=self._output,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - one thread here
            start_new_session=True,
        )


@contextmanager
def running(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], output: IO[bytes] | None = None) -> Iterator[Children]:
    """Start child processes and end them at the end; `output` takes what they write, None: where we write."""
    children = Children(commands, environment, output)
    try:
        children.start()
        yield children
    finally:
        children.stop()


@contextmanager
def told_to_stop() -> Iterator[list[int]]:
    """Collect the signals that ask us to end, from now on, instead of dying of them with things half done.

    The list is empty until one comes. The database is started and stopped inside, so that it is never left behind.
    """
    told: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda got, _frame: told.append(got)) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _die_with(parent: int) -> None:
    """Ask Linux to end this child when its parent is killed; elsewhere the child lives on until it is stopped."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was killed before it could be asked
            os._exit(0)
