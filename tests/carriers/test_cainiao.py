"""Cainiao: what its parcels say beyond the judged events."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import cainiao
from doorstep.carriers.cainiao import CARRIER
from doorstep.carriers.cainiao.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.errors import BadInputError

SAMPLES = Path(cainiao.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def scan_of(**trace):
    return read({"mailNo": "1", "detailList": [trace]}).trackings[0].checkpoints[0]


def test_an_answer_has_parcels_with_a_history_and_notes_for_those_without():
    parsed = read((SAMPLES / "answer.json").read_bytes())
    (tracking,) = parsed.trackings
    assert len(tracking.checkpoints) == 2
    assert tracking.links == (Link(tracking_number="003400000000000001", carrier="dhl_parcel_de", role="last_mile"),)
    (estimate,) = tracking.estimates
    assert (estimate.from_on, estimate.to_on) == (date(2026, 7, 8), date(2026, 7, 11))
    assert parsed.notes == (CarrierNote("no_history", "Cainiao tells no history of this number", "LP00000000000002"),)


def test_the_moment_is_told_in_the_zone_of_the_trace():
    stamped = scan_of(actionCode="LH_ARRIVE", time=1783494000000, timeStr="2026-07-08 15:00:00", timeZone="GMT+8").occurred_at
    assert (stamped.local, stamped.offset) == ("2026-07-08T15:00:00", "+08:00")


def test_without_a_moment_the_wall_time_counts():
    stamped = scan_of(timeStr="2026-07-08 15:00:00", timeZone="GMT-03:30").occurred_at
    assert (stamped.local, stamped.offset) == ("2026-07-08T15:00:00", "-03:30")
    assert scan_of(timeStr="2026-07-08 15:00:00").occurred_at.offset is None
    assert scan_of(time=1783494000000).occurred_at.offset == "+00:00"
    assert scan_of(time=0).occurred_at is None


def test_a_latest_trace_that_stands_alone_is_a_scan():
    parcel = {"mailNo": "1", "latestTrace": {"actionCode": "GTMS_ACCEPT", "time": 1783494000000}}
    assert [scan.event_type for scan in read(parcel).trackings[0].checkpoints] == ["received_by_partner"]


def test_the_local_number_may_stand_behind_the_carriers_name():
    parcel = {"mailNo": "1", "realMailNo": "PostNL 3SDFC0000000000", "destCpInfo": {"cpName": "PostNL"}, "detailList": [{"time": 1}]}
    assert read(parcel).trackings[0].links == (Link(tracking_number="3SDFC0000000000", carrier="postnl", role="last_mile"),)
    assert read(parcel | {"realMailNo": "PostNL"}).trackings[0].links == ()


def test_a_station_that_signs_is_not_the_recipient():
    assert event_type_of("GTMS_STA_SIGNED") == "ready_for_pickup"
    assert event_type_of("gtms signed") == "delivered"
    assert event_type_of("LH_OTHER") == "unknown"


def test_a_refusal_is_a_note():
    assert read({"success": False, "errorCode": "LIMIT", "errorMsg": "slower"}).notes == (CarrierNote("LIMIT", "slower"),)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        None,
        1,
        "x",
        {"module": []},
        {"mailNo": ""},
        {"mailNo": " ", "detailList": [{"time": 1}]},
        {"mailNo": "1", "detailList": [{"time": 253402300799000, "timeZone": "GMT+8"}]},
    ],
)
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(["module", "mailNo", "detailList", "latestTrace", "actionCode", "time", "timeStr", "timeZone", "copyRealMailNo", "destCountry", "globalEtaInfo", "deliveryMinTime", "deliveryMaxTime", "errorCode"])  # fmt: skip
VALUES = st.sampled_from(
    ["", "1", "GTMS_SIGNED", "GMT+02:00", "GMT+99", "2026-07-15 09:00:00", "DE", 1783494000000, 10**30, -1, None, True]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
