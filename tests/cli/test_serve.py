"""`serve` as its operator meets it: start, health, a second one, signals, processes killed under it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from ports import free_port

pytestmark = pytest.mark.faults
WAIT_S = 60.0


def eventually(look: Callable[[], object], what: str, within_s: float = WAIT_S) -> object:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    pytest.fail(f"not within {within_s} s: {what}")


class Served:
    """A `serve` of this test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.port = free_port()
        self.log = folder / "log"
        self.process = self.start()

    def start(self, port: int | None = None) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "doorstep", "serve", "--data-dir", str(self.data_dir), "--port", str(port or self.port)]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def healthy(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def wait_until_healthy(self) -> None:
        def look() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.healthy()

        eventually(look, "/health answers")

    def children(self, what: str) -> list[psutil.Process]:
        """Our processes of one kind: "web", "worker"."""
        ours = psutil.Process(self.process.pid).children()
        return [one for one in ours if one.status() != psutil.STATUS_ZOMBIE and what in one.cmdline()]

    def left_over(self) -> list[str]:
        """Whatever still runs on this folder: PostgreSQL names it, our processes have it in their environment."""
        found = []
        for one in psutil.process_iter():
            try:
                if str(self.data_dir) in " ".join(one.cmdline()) or one.environ().get("DOORSTEP_DATA_DIR") == str(self.data_dir):
                    found.append(f"{one.pid} {' '.join(one.cmdline())}")
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(WAIT_S)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A running, healthy `serve`; whatever a failed test leaves is ended."""
    one = Served(folder)
    try:
        one.wait_until_healthy()
        yield one
    finally:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A `serve` of this test's own."""
    with serving(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A `serve` for the tests that only stand beside it."""
    with serving(tmp_path_factory.mktemp("standing")) as one:
        yield one


def test_a_signal_ends_everything_cleanly(served: Served) -> None:
    assert len(served.children("web")) == 1
    assert len(served.children("worker")) == 1
    assert any("postgres" in one for one in served.left_over())
    assert served.stop(signal.SIGTERM) == 0
    assert served.left_over() == []


def test_a_second_serve_on_the_same_folder_says_so_and_harms_nothing(standing: Served) -> None:
    second = standing.start(free_port())
    assert second.wait(WAIT_S) == 2
    assert f"doorstep: another Doorstep runs on {standing.data_dir}" in standing.log.read_text()
    assert "Traceback" not in standing.log.read_text()
    assert standing.healthy()


def test_a_taken_port_is_said_and_leaves_no_database_behind(standing: Served, tmp_path: Path) -> None:
    second = Served.__new__(Served)
    second.folder, second.data_dir, second.port, second.log = tmp_path, tmp_path / "other", standing.port, tmp_path / "other.log"
    second.process = second.start()
    assert second.process.wait(WAIT_S) == 2
    assert f"cannot listen on 127.0.0.1 port {standing.port}" in second.log.read_text()
    assert second.left_over() == []


@pytest.mark.parametrize(("what", "number"), [("web", signal.SIGINT), ("worker", signal.SIGHUP)])
def test_a_killed_process_is_started_again_and_a_signal_ends_that_one_too(served: Served, what: str, number: int) -> None:
    (before,) = served.children(what)
    before.kill()
    eventually(lambda: [one for one in served.children(what) if one.pid != before.pid], f"another {what}")
    eventually(served.healthy, "/health answers again")
    died = [json.loads(line) for line in served.log.read_text().splitlines() if "process_died" in line]
    assert [one["code"] for one in died] == [-signal.SIGKILL]
    assert served.stop(number) == 0
    assert served.left_over() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_serve_takes_its_processes_with_it_and_the_next_one_takes_over_its_database(served: Served) -> None:
    children = served.children("web") + served.children("worker")
    served.process.kill()
    served.process.wait()
    eventually(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in children), "web and worker end too")
    served.process = served.start()
    served.wait_until_healthy()
    assert served.stop() == 0
    assert served.left_over() == []


def test_a_signal_during_the_start_leaves_nothing_behind(tmp_path: Path) -> None:
    served = Served(tmp_path)
    eventually((served.data_dir / "postgres" / "postmaster.pid").exists, "the database starts")
    assert served.stop() == 0
    assert served.left_over() == []
