"""Aramex: what its answers say, in both spellings (no real tracking answer is at hand)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import aramex
from doorstep.carriers.aramex import CARRIER
from doorstep.carriers.aramex.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

SAMPLES = Path(aramex.__file__).parent / "samples"


def read(answer):
    body = answer if isinstance(answer, bytes) else answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
    return CARRIER.parse(Raw(body=body))


def test_soap_groups_updates_by_waybill_and_names_the_unknown_ones():
    parsed = read((SAMPLES / "delivered.xml").read_bytes())
    (tracking,) = parsed.trackings
    assert (tracking.tracking_number, tracking.weight_g) == ("30000000001", 1500)
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("delivered", "SH005"),
        ("attempt_failed", "SH033/A01"),
    ]
    assert tracking.checkpoints[0].carrier_text == "Delivered - at the door"
    assert parsed.notes == (CarrierNote("NonExistingWaybill", "Aramex does not know the waybill", "30000000009"),)


def test_a_net_date_is_the_wall_time_of_the_place():
    scan = read((SAMPLES / "on_the_way.json").read_bytes()).trackings[0].checkpoints[0]
    assert (scan.occurred_at.local, scan.occurred_at.offset, scan.occurred_at.zone_source) == (
        "2026-07-08T10:00:00",
        "+04:00",
        ZoneSource.COUNTRY,
    )


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("/Date(1783494000000)/", "2026-07-08T07:00:00", "+00:00"),
        ("/Date(1783494000000-0230)/", "2026-07-08T04:30:00", None),
        ("2026-07-08T07:00:00", "2026-07-08T07:00:00", None),
    ],
)
def test_a_time_without_a_known_place_keeps_its_zone_open(text, local, offset):
    answer = {"TrackingResults": [{"WaybillNumber": "1", "UpdateCode": "SH001", "UpdateDateTime": text, "UpdateLocation": "Hub 4"}]}
    (scan,) = read(answer).trackings[0].checkpoints
    assert (scan.occurred_at.local, scan.occurred_at.offset, scan.place.text) == (local, offset, "Hub 4")


def test_an_xml_answer_turned_into_json_and_a_pushed_update_are_read_too():
    update = {"WaybillNumber": "1", "UpdateCode": "SH005"}
    pairs = {"KeyValueOfstringArrayOfTrackingResultmFAkxlpY": {"Key": "1", "Value": {"TrackingResult": update}}}
    for answer in ({"TrackingResults": pairs}, update):
        (tracking,) = read(answer).trackings
        assert [(scan.tracking_number, scan.event_type) for scan in tracking.checkpoints] == [("1", "delivered")]


def test_the_problem_makes_an_update_finer():
    assert event_type_of("SH033", "A16") == "attempt_failed_address"
    assert event_type_of("SH033", "Z99") == "attempt_failed"
    assert event_type_of("SH294") == "held_by_carrier"


def test_the_waybill_of_the_way_back_is_a_link():
    update = {"WaybillNumber": "1", "UpdateCode": "SH069", "Comments": "Rtn HAWB 50000000001 "}
    (tracking,) = read({"TrackingResults": [{"Key": "1", "Value": [update]}]}).trackings
    assert tracking.checkpoints[0].event_type == "return_started"
    assert tracking.links == (Link(tracking_number="50000000001", carrier="aramex", role="return"),)


def test_notifications_and_faults_are_notes():
    assert read({"Notifications": [{"Code": "ERR01", "Message": "no"}], "TrackingResults": []}).notes == (CarrierNote("ERR01", "no"),)
    fault = "<Envelope><Body><Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></Fault></Body></Envelope>"
    assert read(fault).notes == (CarrierNote("s:Client", "no"),)


def test_every_mapped_event_type_exists():
    assert {event_type_of(f"SH{code:03}") for code in range(600)} <= set(EVENT_TYPES)
    assert event_type_of("Sh014") == "order_data_received"
    assert event_type_of("SH999") == event_type_of("") == "unknown"


@pytest.mark.parametrize(
    "answer", ["", "<a/>", "[]", {}, {"TrackingResults": [{"Value": []}]}, {"TrackingResults": [{"UpdateCode": "SH001"}]}]
)
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    [
        "TrackingResults",
        "Key",
        "Value",
        "WaybillNumber",
        "UpdateCode",
        "UpdateDateTime",
        "UpdateLocation",
        "Notifications",
        "NonExistingWaybills",
    ]
)
VALUES = st.sampled_from(["", "1", "SH005", "/Date(99999999999999)/", "/Date(-99999999999999+1400)/", "Amman, Jordan", ",", None, 5, True])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        read(answer)
    except BadInputError:
        return
