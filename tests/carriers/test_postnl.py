"""PostNL: what its statuses say beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import postnl
from doorstep.carriers.postnl import CARRIER
from doorstep.carriers.postnl.codes import of_observation, of_status
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

SAMPLES = Path(postnl.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def complete(**shipment):
    return read({"CompleteStatus": {"Shipment": {"Barcode": "3sdemo 1", **shipment}}}).trackings[0]


def test_the_window_is_local_and_stated_with_the_newest_observation():
    tracking = sample("complete_status.json").trackings[0]
    (estimate,) = tracking.estimates
    assert (estimate.from_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-07-14", "13:15", "15:15")
    assert estimate.stated_at.local == "2026-07-14T09:12:00"
    assert tracking.weight_g == 750


def test_a_status_told_by_an_observation_of_its_second_is_not_told_twice():
    assert [scan.carrier_code for scan in sample("complete_status.json").trackings[0].checkpoints] == ["J05", "J01", "B01"]


def test_an_unlisted_observation_is_read_by_the_status_of_its_second():
    at = "14-07-2026 09:12:00"
    tracking = complete(Event={"Code": "01B", "TimeStamp": at}, Status={"StatusCode": "11", "TimeStamp": at})
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [("delivered", "01B/11")]


def test_an_unlisted_observation_alone_stays_unknown():
    tracking = complete(
        Event={"Code": "01B", "TimeStamp": "14-07-2026 09:12:00"}, Status={"StatusCode": "99", "TimeStamp": "14-07-2026 09:12:00"}
    )
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [("unknown", "01B")]


def test_track_and_trace_brings_its_offsets():
    tracking = sample("track_and_trace.json").trackings[0]
    assert [scan.occurred_at.offset for scan in tracking.checkpoints] == ["+02:00", "+02:00"]
    assert {scan.occurred_at.zone_source for scan in tracking.checkpoints} == {ZoneSource.SENT}
    assert tracking.estimates[0].from_time == "17:30"


def test_the_clock_abroad_is_not_known():
    tracking = complete(Event={"Code": "Z01", "TimeStamp": "14-07-2026 09:12:00", "LocationCode": "1"})
    assert tracking.checkpoints[0].occurred_at.offset is None
    assert tracking.checkpoints[0].event_type == "delivered"


def test_a_shipment_of_several_pieces_names_the_main_one():
    assert [link.tracking_number for link in complete(MainBarcode="3SMAIN", ShipmentAmount="2").links] == ["3SMAIN"]
    assert complete(MainBarcode="3SMAIN", ShipmentAmount="1").links == ()


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (
            {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}},
            CarrierNote("oauth.v2.InvalidApiKey", "Invalid ApiKey"),
        ),
        (
            {"CurrentStatus": {"Warnings": {"Warning": {"Barcode": "3s1", "Code": "2", "Description": "No shipment found"}}}},
            CarrierNote("2", "No shipment found", "3S1"),
        ),
        ({"Errors": [{"Code": "4", "Description": "Bad"}]}, CarrierNote("4", "Bad")),
    ],
)
def test_errors_and_warnings_become_notes(answer, note):
    assert read(answer).notes == (note,)


def test_one_updated_shipment_needs_no_list():
    one = {"Barcode": "3S1", "Status": {"StatusCode": "11", "TimeStamp": "2026-07-15T10:00:00"}}
    assert read(one) == read([one])
    assert read(one).trackings[0].tracking_number == "3S1"


def test_no_updated_shipments_is_an_answer():
    assert read([]).trackings == ()


def test_every_mapped_event_type_exists():
    observations = {of_observation(f"{letter}{number:02}") for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for number in range(100)}
    assert observations | {of_status(str(number)) for number in range(100)} <= set(EVENT_TYPES)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", [1], {"colli": {}}, {"CurrentStatus": {}}, {"CurrentStatus": {"Shipment": {}}}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    [
        "CompleteStatus",
        "CurrentStatus",
        "Shipment",
        "Shipments",
        "Barcode",
        "MainBarcode",
        "Status",
        "OldStatus",
        "Event",
        "Expectation",
        "ETAFrom",
        "ETATo",
        "TimeStamp",
        "StatusCode",
        "Code",
        "LocationCode",
        "Warnings",
        "Warning",
        "colli",
        "eta",
        "start",
        "end",
        "observations",
        "observationCode",
        "observationDate",
        "ShipmentAmount",
        "Dimension",
        "Weight",
    ]
)
VALUES = st.sampled_from(
    [
        "",
        "3S1",
        "11",
        "99",
        "J05",
        "14-07-2026 09:12:00",
        "2026-07-14T09:12:00",
        "0001-01-01T00:00:00",
        "31-12-9999 00:00:00",
        5,
        None,
        True,
    ]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert parsed.trackings or parsed.notes or answer in ([], {"colli": {"": None}}) or "colli" in answer
