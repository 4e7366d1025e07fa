"""A throw-away PostgreSQL, and the processes measured against it: what they cost in processor time and memory."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from doorstep.cli.benching.stage import KEY
from doorstep.errors import MisconfiguredError
from doorstep.settings import bench_database_url, child_environment, read_settings
from doorstep.store.embedded import embedded

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Server:
    """A PostgreSQL for measuring."""

    def __init__(self, url: str, postmaster: int | None) -> None:
        self.url = url
        #: Process id of the server; None: not on this machine, its processor time cannot be read.
        self.postmaster = postmaster

    def cpu_s(self) -> float:
        """Processor seconds of all its processes so far, living and ended; 0.0 where they cannot be read."""
        if self.postmaster is None:
            return 0.0
        total = 0.0
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(entry.name) == self.postmaster:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.postmaster:
                total += int(fields[11]) + int(fields[12])
        return total / _TICKS


@contextmanager
def server() -> Iterator[Server]:
    """Start a PostgreSQL in a temporary folder, or use the one of DOORSTEP_BENCH_DATABASE_URL."""
    if url := bench_database_url():
        asyncio.run(_require_commit_times(url))
        yield Server(url, None)
        return
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        data = Path(folder)
        with embedded(data) as url:
            asyncio.run(_note_commit_times(url))
        with embedded(data) as url:
            yield Server(url, int((data / "postgres" / "postmaster.pid").read_text().split()[0]))


async def _note_commit_times(url: str) -> None:
    """Let the server note when each transaction was committed: by it the latency is measured."""
    connection = await asyncpg.connect(url)
    await connection.execute("alter system set track_commit_timestamp = on")
    await connection.close()


async def _require_commit_times(url: str) -> None:
    connection = await asyncpg.connect(url)
    noted = await connection.fetchval("show track_commit_timestamp")
    await connection.close()
    if noted != "on":
        raise MisconfiguredError(
            "the server of DOORSTEP_BENCH_DATABASE_URL needs track_commit_timestamp = on; by it the latency is measured"
        )


class Child:
    """One of our own processes under measurement."""

    def __init__(self, database_url: str, *arguments: str, port: int | None = None) -> None:
        settings = read_settings(Path(tempfile.gettempdir()), None, port)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", *arguments],
            env=child_environment(settings, database_url, KEY.encode()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def line(self) -> str:
        """Wait for the next line it prints; "" once it has ended."""
        return self._process.stdout.readline().decode().strip() if self._process.stdout else ""

    def say(self, text: str) -> None:
        """Send it a line."""
        if self._process.stdin:
            self._process.stdin.write(text.encode() + b"\n")
            self._process.stdin.flush()

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def most_memory_mb(self) -> float:
        """The most memory it ever held, MiB."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self) -> None:
        """End it and wait for its end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
