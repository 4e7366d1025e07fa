"""HayPost: states, orders without a history, errors."""

import json

import pytest

from doorstep.carriers.hay_post import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def test_a_state_is_dated_in_armenian_time():
    answer = {"order": {"trackingId": "pas 1 am"}, "orderStateHistories": {"stateId": 1, "createDate": "2026-05-11T08:59:20.5298"}}
    tracking = read(answer).trackings[0]
    (scan,) = tracking.checkpoints
    assert (tracking.tracking_number, scan.event_type, scan.occurred_at.offset) == ("PAS1AM", "order_data_received", "+04:00")


def test_an_order_without_a_history_tells_its_state_undated():
    (scan,) = read({"order": {"trackingId": "1", "stateId": 1}}).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at) == ("order_data_received", None)
    assert read({"order": {"trackingId": "1"}}).trackings[0].checkpoints == ()


def test_a_state_without_a_published_meaning_is_unknown():
    assert read({"order": {"trackingId": "1", "stateId": 6}}).trackings[0].checkpoints[0].event_type == "unknown"


def test_an_error_becomes_a_note():
    assert read({"status": 404, "title": "Not Found"}).notes == (CarrierNote("404", "Not Found"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"order": {}}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
