"""`doorstep demo` as a visitor meets it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from ports import two_free_ports

WAIT_S = 90.0


class Shown:
    """A demo under way, and what it has printed."""

    def __init__(self, folder: Path, name: str, *options: str) -> None:
        self.data_dir = folder / "data"
        self.printed = folder / name
        self.port = two_free_ports()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
        command = [sys.executable, "-m", "doorstep", "demo", "--data-dir", str(self.data_dir), "--port", str(self.port), *options]
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)

    def wait_for(self, pattern: str) -> re.Match[str]:
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if found := re.search(pattern, self.printed.read_text()):
                return found
            assert self.process.poll() is None, self.printed.read_text()
            time.sleep(0.1)
        pytest.fail(f"not within {WAIT_S} s: {pattern}\n{self.printed.read_text()}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def left_over(self) -> list[str]:
        found = []
        for one in psutil.process_iter():
            try:
                if str(self.data_dir) in " ".join(one.cmdline()) or one.environ().get("DOORSTEP_DATA_DIR") == str(self.data_dir):
                    found.append(f"{one.pid} {' '.join(one.cmdline())}")
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found


@pytest.mark.faults
def test_it_shows_moving_parcels_within_ninety_seconds_ends_cleanly_and_goes_on_next_time(tmp_path: Path) -> None:
    shown = Shown(tmp_path, "first", "--speed", "10", "--parcels", "4")
    try:
        login = shown.wait_for(r"Desk +(\S+) +(\S+) +(\S+)")
        parcel = shown.wait_for(r"#1001 +(http\S+)")
        assert httpx.get(parcel[1], trust_env=False).status_code == 200
        assert httpx.get(f"http://127.0.0.1:{shown.port + 1}/logo.svg", trust_env=False).status_code == 200
        assert httpx.get(login[1], trust_env=False, follow_redirects=True).status_code == 200
        shown.wait_for(r"New parcels:\n(.*\n)*  #1005")
        assert (shown.data_dir / "demo.json").stat().st_mode & 0o077 == 0
    finally:
        assert shown.stop() == 0
    assert shown.left_over() == []
    last = max(int(number) for number in re.findall(r"#(\d+) +http", shown.printed.read_text()))
    again = Shown(tmp_path, "second", "--speed", "10", "--parcels", "2")
    try:
        assert again.wait_for(r"Desk +(\S+) +(\S+) +(\S+)").groups()[1:] == login.groups()[1:]
        first = int(again.wait_for(r"#(\d+) +http")[1])
        assert last < first
    finally:
        assert again.stop() == 0
    assert again.left_over() == []


@pytest.mark.parametrize("options", [("--speed", "0"), ("--speed", "11"), ("--parcels", "0")])
def test_a_pace_that_cannot_be_is_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    shown = Shown(tmp_path, "printed", *options)
    assert shown.process.wait(WAIT_S) == 2
    assert "doorstep: --speed must be from 0.1 to 10 and --parcels at least 1" in shown.printed.read_text()
    assert not shown.data_dir.exists()
