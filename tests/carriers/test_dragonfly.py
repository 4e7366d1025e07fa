"""Dragonfly: the last status beside the list, windows, errors."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import dragonfly
from doorstep.carriers.dragonfly import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dragonfly.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_the_last_status_counts_once():
    tracking = read((SAMPLES / "on_tour.json").read_bytes()).trackings[0]
    assert [scan.event_type for scan in tracking.checkpoints] == ["out_for_delivery", "accepted"]


def test_a_window_is_told_in_dutch_time():
    (estimate,) = read((SAMPLES / "on_tour.json").read_bytes()).trackings[0].estimates
    assert (estimate.from_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-05-12", "12:00", "14:00")
    (estimate,) = read({"tracking_id": "1", "public_eta": {"from": "2026-05-12T10:00:00Z", "to": None}}).trackings[0].estimates
    assert (estimate.to_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-05-12", "12:00", None)


def test_a_step_that_is_not_on_the_road_is_unknown():
    assert read({"tracking_id": "1", "status_list": [{"step": 9}]}).trackings[0].checkpoints[0].event_type == "unknown"


def test_an_error_becomes_a_note():
    assert read({"statusCode": 404, "message": "None"}).notes == (CarrierNote("404", "None"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"tracking_id": ""}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
