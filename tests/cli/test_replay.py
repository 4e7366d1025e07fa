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


def test_numbers_that_hang_together_are_one_history(tmp_path, capsys):
    mine = {
        **TRACKING,
        "checkpoints": TRACKING["checkpoints"][:1],
        "links": [{"tracking_number": "L2", "carrier": "gls", "role": "last_mile"}],
    }
    last = {"event_type": "delivered", "code": "D", "text": "There", "occurred_at": "2026-03-04T10:00:00+00:00"}
    theirs = {"tracking_number": "L2", "carrier": "gls", "checkpoints": [last]}
    path = tmp_path / "both.json"
    path.write_text(json.dumps([mine, theirs]))
    line = told(capsys, path, now="2026-06-01T12:00:00Z", carrier="generic")
    assert (line["tracking_number"], line["further_numbers"], line["status"]) == ("N1", ["L2"], "delivered")
    assert line["open"] == []
    path.write_text(json.dumps([{**mine, "links": []}, theirs]))
    assert replay(path, now="2026-06-01T12:00:00Z", carrier="generic") == 0
    alone = capsys.readouterr().out
    assert "N1 (acme): in_transit" in alone
    assert "L2 (gls): delivered" in alone


def test_the_day_until_which_it_waits_counts(tmp_path, capsys):
    ready = {"event_type": "ready_for_pickup", "code": "R", "text": "Ready", "occurred_at": "2026-03-04T10:00:00+00:00"}
    waits = {**TRACKING, "checkpoints": [TRACKING["checkpoints"][0], ready]}
    path = tmp_path / "waits.json"
    point = {"kind": "shop", "name": "Kiosk", "address": "Calle 1", "city": "Madrid", "country": "ES"}
    path.write_text(json.dumps({**waits, "pickup": {**point, "collect_by": "2026-04-20T18:00:00+00:00"}}))
    late = told(capsys, path, now="2026-04-18T12:00:00Z", carrier="generic")
    path.write_text(json.dumps({**waits, "pickup": {**point, "collect_by": "2026-03-08T18:00:00+00:00"}}))
    soon = told(capsys, path, now="2026-04-18T12:00:00Z", carrier="generic")
    assert [turn["at"] for turn in soon["turns"]] != [turn["at"] for turn in late["turns"]]


def test_a_problem_that_another_explains_says_so_and_what_ends_is_told_before_what_begins(file, capsys):
    line = told(capsys, file, now="2026-05-30T12:00:00Z", carrier="generic")
    assert all("superseded_by" in one for one in line["open"])
    at_once = {}
    for turn in line["turns"]:
        at_once.setdefault(turn["at"], []).append(turn["what"])
    assert all(whats == sorted(whats, key=["closes", "opens", "worsens"].index) or "worsens" in whats for whats in at_once.values())


def test_an_order_that_cannot_be_read_is_named(file, tmp_path):
    broken = tmp_path / "order.json"
    broken.write_text("{")
    with pytest.raises(BadInputError, match=r"order\.json"):
        replay(file, now="2026-03-12T12:00:00Z", carrier="generic", order=broken)
