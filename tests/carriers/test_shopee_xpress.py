"""Shopee Xpress: reasons, windows in the market's days, refusals."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import shopee_xpress
from doorstep.carriers.shopee_xpress import CARRIER
from doorstep.carriers.shopee_xpress.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(shopee_xpress.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_a_reason_is_part_of_the_code_unless_it_gives_none():
    (tracking,) = read((SAMPLES / "on_the_way.json").read_bytes()).trackings
    assert [scan.carrier_code for scan in tracking.checkpoints] == ["F650/R102", "F600"]


def test_the_window_is_reckoned_in_the_markets_days():
    (estimate,) = read((SAMPLES / "on_the_way.json").read_bytes()).trackings[0].estimates
    assert (estimate.from_on.isoformat(), estimate.to_on.isoformat()) == ("2026-03-05", "2026-03-06")


def test_a_name_tells_what_a_code_without_public_meaning_is():
    assert event_type_of("F098", "Pickup Attempt Started") == "courier_dispatched_for_pickup"
    assert event_type_of("F980", "Pickup Attempt Started") == "delivered"
    assert event_type_of("F098", "System reminder") == "unknown"


def test_a_refusal_is_a_note():
    assert read({"retcode": 15001, "message": "not found", "data": None}).notes == (CarrierNote("15001", "not found"),)


def test_an_unset_time_is_none():
    body = {"sls_tracking_info": {"sls_tn": "VN1", "records": [{"tracking_code": "F980", "actual_time": 0}]}}
    assert read(body).trackings[0].checkpoints[0].occurred_at is None


@pytest.mark.parametrize("answer", [{}, [], "x", {"data": {}}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
