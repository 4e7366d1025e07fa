"""Budbee: what its answers say beyond the judged events."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import budbee
from doorstep.carriers.budbee import CARRIER
from doorstep.carriers.budbee.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Scan
from doorstep.errors import BadInputError
from doorstep.timeline import fold

SAMPLES = Path(budbee.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name: str):
    return read((SAMPLES / name).read_bytes()).trackings[0]


def test_the_courier_s_reckoning_is_told_in_the_answer_s_zone():
    (estimate,) = sample("home.json").estimates
    assert (estimate.to_on, estimate.from_time, estimate.to_time) == (date(2026, 7, 8), "15:40", "15:40")


def test_without_a_reckoning_the_booked_window_counts():
    answer = json.loads((SAMPLES / "home.json").read_bytes()) | {"eta": None}
    (estimate,) = read(answer).trackings[0].estimates
    assert (estimate.from_time, estimate.to_time) == ("15:00", "17:00")
    (estimate,) = read(answer | {"timeZone": "Nowhere/At_all"}).trackings[0].estimates
    assert (estimate.to_on, estimate.from_time, estimate.to_time) == (date(2026, 7, 8), None, None)


def test_a_locker_s_delivered_waits_and_picked_up_follows_it():
    scans = sample("locker.json").checkpoints
    assert [(scan.event_type, scan.carrier_code) for scan in scans] == [
        ("ready_for_pickup_locker", "BOX/Delivered"),
        ("collected_by_recipient", "BOX/PickedUp"),
    ]
    assert {scan.place.facility for scan in scans} == {"Box at the Example"}
    assert sample("locker.json").estimates == ()


def test_a_cancellation_stands_in_a_field_of_its_own():
    answer = {"token": "1", "status": "NotStarted", "meta": {"type": "DELIVERY"}, "consignment": {"cancellation": {"reason": "MERCHANT"}}}
    scans = read(answer).trackings[0].checkpoints
    assert [scan.event_type for scan in scans] == ["order_data_received", "order_cancelled"]
    assert fold([Scan.of(scan) for scan in scans]).status == "cancelled"


def test_the_manner_is_part_of_the_key():
    assert event_type_of("DELIVERY", "Delivered") == "delivered"
    assert event_type_of("BOX", "Delivered") == "ready_for_pickup_locker"
    assert event_type_of("DELIVERY", "PickedUp") == event_type_of("BOX", "Backordered") == "unknown"


def test_an_answer_that_does_not_name_its_manner_is_known_by_its_shape():
    assert read({"token": "1", "status": "Delivered"}).trackings[0].checkpoints[0].event_type == "ready_for_pickup_locker"
    assert read({"token": "1", "status": {"state": "Delivered"}}).trackings[0].checkpoints[0].event_type == "delivered"


def test_an_error_is_a_note():
    assert read({"status": 404, "message": "no such order"}).notes == (CarrierNote("404", "no such order"),)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", {"status": "Delivered"}, {"token": " "}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(["token", "status", "state", "date", "deliveredAt", "meta", "type", "timeZone", "eta", "consignment", "start", "stop", "lockerAddress", "city", "message"])  # fmt: skip
VALUES = st.sampled_from(
    ["", "1", "BOX", "PickedUp", "Delivered", "Europe/Berlin", "../x", "2026-07-15T09:00:00Z", "2026-07-15", "soon", None, True, 5]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
