"""The bench: its load is what it says, and a small run comes out whole."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from doorstep.carriers import carriers
from doorstep.cli.benching.load import SECRET, make_load
from doorstep.cli.benching.report import Line, as_object
from doorstep.domain.plugins import Raw

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_the_same_seed_makes_the_same_load():
    assert make_load(500, NOW, seed=3) == make_load(500, NOW, seed=3)
    assert make_load(500, NOW, seed=3) != make_load(500, NOW, seed=4)


@pytest.mark.parametrize("history", [False, True])
def test_every_webhook_is_signed_and_brings_one_new_scan(history):
    told: set[bytes] = set()
    unknown = repeated = 0
    load = make_load(3000, NOW, history=history)
    numbers = {number for order in load.orders for fulfilment in order.fulfilments for number in fulfilment.tracking_numbers}
    for webhook in load.webhooks:
        carrier = carriers()[webhook.sender]
        raw = Raw(body=webhook.body, headers=webhook.headers, content_type="application/json")
        carrier.verify(raw, {"webhook_secret": SECRET, "credential": SECRET}, NOW)
        (tracking,) = carrier.parse(raw).trackings
        assert tracking.tracking_number in numbers
        new = {c.fingerprint for c in tracking.checkpoints} - told
        assert len(new) <= 1
        repeated += not new
        unknown += tracking.checkpoints[-1].event_type == "unknown"
        told |= new
        assert all(NOW - timedelta(days=2) < c.occurred_at.instant <= NOW for c in tracking.checkpoints if c.occurred_at.offset)
    assert {webhook.sender for webhook in load.webhooks} == {"aftership", "easypost", "ups"}
    assert 0 < unknown < 60
    assert 0 < repeated < 150


def test_a_figure_above_an_upper_target_misses_it():
    line = Line(name="late", unit="ms", value=300, target=250, at_most=True)
    assert line.met is False
    assert Line(name="fast", unit="/s", value=300, target=250).met is True
    assert Line(name="told", unit="", value=1).met is None
    assert as_object([line], {"cores": 2})["figures"][0]["met"] is False


def test_a_quick_run_prints_one_object():
    done = subprocess.run(
        [sys.executable, "-m", "doorstep", "bench", "--quick", "--only", "throughput", "--events", "600", "--stored", "300", "--json"],
        capture_output=True,
        timeout=300,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")},
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in told["figures"]}
    assert told["details"]["throughput"]["batches"]["events"] == 600
    assert told["details"]["throughput"]["batches"]["messages"] > 30
    assert told["details"]["throughput"]["jobs"]["messages"] > 10
    assert told["details"]["stored"]["shipments"] == 300
    assert all(figure["value"] > 0 for figure in figures.values())
