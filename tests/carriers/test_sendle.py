"""Sendle: who was asked for, clocks written twice, states without events."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import sendle
from doorstep.carriers.sendle import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

SAMPLES = Path(sendle.__file__).parent / "samples"


def read(answer, url=""):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode(), url=url))


def test_the_address_asked_names_the_parcel():
    body = (SAMPLES / "tracking.json").read_bytes()
    assert read(body, "https://api.example/api/tracking/Sab12c").trackings[0].tracking_number == "SAB12C"
    with pytest.raises(BadInputError):
        read(body, "https://api.example/api/ping")


def test_a_local_time_with_a_z_is_not_believed():
    first, second = read((SAMPLES / "tracking.json").read_bytes()).trackings[0].checkpoints
    assert (first.occurred_at.local, first.occurred_at.offset) == ("2026-03-03T13:12:00", "+11:00")
    assert (second.occurred_at.local, second.occurred_at.zone_source) == ("2026-03-04T03:14:00", ZoneSource.ASSUMED)


def test_a_webhook_event_is_a_scan_of_the_parcel_it_names():
    (tracking,) = read((SAMPLES / "webhook.json").read_bytes()).trackings
    assert (tracking.tracking_number, tracking.checkpoints[0].event_type) == ("SAMPLE1", "dropped_off")
    assert tracking.checkpoints[0].place.postcode == "97405"


def test_an_answer_without_events_tells_its_state():
    (tracking,) = read({"state": "Lost", "status": {"last_changed_at": "2026-03-04 18:56:00 UTC"}, "ref": "S1"}).trackings
    assert (tracking.checkpoints[0].event_type, tracking.checkpoints[0].occurred_at.offset) == ("lost", "+00:00")


def test_the_days_expected_are_a_window():
    (estimate,) = read((SAMPLES / "tracking.json").read_bytes()).trackings[0].estimates
    assert (estimate.from_on.day, estimate.to_on.day) == (5, 6)


@pytest.mark.parametrize("answer", [{}, [], "x", {"error": ""}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
