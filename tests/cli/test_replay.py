"""`doorstep replay`: a history walked through time, silence included."""

import json

import pytest

from doorstep.cli.replay import replay
from doorstep.errors import BadInputError

TRACKING = {
    "tracking_number": "N1",
    "carrier": "acme",
    "checkpoints": [
        {"event_type": "picked_up", "code": "PU", "text": "Taken", "occurred_at": "2026-03-02T18:00:00+00:00", "place": {"country": "ES"}},
        {"event_type": "facility_arrival", "code": "FA", "text": "Arrived", "occurred_at": "2026-03-10T09:00:00+00:00"},
    ],
}
ORDER = {
    "id": "1",
    "number": "#1",
    "placed_at": "2026-03-01T09:00:00Z",
    "currency": "EUR",
    "ship_to": {"city": "Madrid", "country": "ES"},
    "promise": {"to_on": "2026-03-06"},
    "lines": [{"id": "1", "name": "Teapot", "quantity": 1}],
    "fulfilments": [{"created_at": "2026-03-02T16:00:00Z", "tracking_numbers": ["N1"]}],
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps(TRACKING))
    return path


def told(capsys, *args, **more):
    assert replay(*args, json=True, **more) == 0
    return json.loads(capsys.readouterr().out)


def test_it_tells_what_opened_worsened_and_closed_and_when(file, capsys):
    line = told(capsys, file, now="2026-03-11T12:00:00Z", carrier="generic")
    turns = [(turn["at"][:10], turn["what"], turn["kind"], turn["severity"]) for turn in line["turns"]]
    assert turns == [
        ("2026-03-05", "opens", "stalled_in_transit", "low"),
        ("2026-03-08", "worsens", "stalled_in_transit", "high"),
        ("2026-03-10", "closes", "stalled_in_transit", "high"),
    ]
    assert line["open"] == []


def test_nothing_after_now_is_known(file, capsys):
    line = told(capsys, file, now="2026-03-06T12:00:00Z", carrier="generic")
    assert [one["kind"] for one in line["open"]] == ["stalled_in_transit"]


def test_an_order_brings_its_promise(file, capsys, tmp_path):
    order = tmp_path / "order.json"
    order.write_text(json.dumps(ORDER))
    line = told(capsys, file, now="2026-03-07T12:00:00Z", carrier="generic", order=order)
    assert {one["kind"] for one in line["open"]} == {"stalled_in_transit", "missed_promise"}


def test_people_read_lines_and_the_format_is_found_by_itself(file, capsys):
    assert replay(file, now="2026-03-06") == 0
    printed = capsys.readouterr()
    assert "read as generic" in printed.err
    assert "opens" in printed.out
    assert "Ask the carrier what happened" in printed.out


@pytest.mark.parametrize("now", ["", "yesterday"])
def test_a_moment_that_cannot_be_read_is_said(file, now):
    with pytest.raises(BadInputError, match="--now"):
        replay(file, now=now)


def test_bytes_that_no_carrier_sends_are_said(tmp_path):
    path = tmp_path / "odd"
    path.write_bytes(b"\x00nothing")
    with pytest.raises(BadInputError, match="--carrier"):
        replay(path, now="2026-03-06")
