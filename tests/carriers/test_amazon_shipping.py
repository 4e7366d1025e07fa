"""Amazon Shipping: what its tracking says beyond the judged events."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import amazon_shipping
from doorstep.carriers.amazon_shipping import CARRIER
from doorstep.carriers.amazon_shipping.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError, BadSignatureError

SAMPLES = Path(amazon_shipping.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def test_the_detail_makes_the_summary_s_scan_finer_and_leaves_its_code():
    (tracking,) = sample("delivered.json").trackings
    assert (tracking.checkpoints[0].event_type, tracking.checkpoints[0].carrier_code) == ("delivered_safe_place", "Delivered")
    assert [(link.tracking_number, link.role) for link in tracking.links] == [("TBA000000000002", "return")]
    assert tracking.estimates == ()


def test_the_leg_back_has_event_types_of_its_own():
    (tracking,) = sample("going_back.json").trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["undeliverable", "return_in_transit", "returned_to_sender"]
    assert [scan.is_return for scan in tracking.checkpoints] == [False, True, True]
    assert not tracking.is_return


def test_the_promise_is_told_in_the_place_s_time():
    (estimate,) = sample("on_the_way.json").trackings[0].estimates
    assert (estimate.to_on, estimate.to_time) == (date(2026, 7, 8), "23:00")


def test_a_delivery_the_history_does_not_list_is_a_scan_without_time():
    body = {"trackingId": "1", "eventHistory": [{"eventCode": "Departed"}], "summary": {"status": "Delivered"}}
    last = read(body).trackings[0].checkpoints[-1]
    assert (last.event_type, last.carrier_code, last.occurred_at) == ("delivered", "Delivered", None)
    body["summary"]["status"] = "InTransit"
    assert len(read(body).trackings[0].checkpoints) == 1


def test_after_its_history_is_gone_the_status_is_the_only_scan():
    (tracking,) = read({"trackingId": "1", "eventHistory": [], "summary": {"status": "InTransit"}}).trackings
    assert [(scan.event_type, scan.occurred_at) for scan in tracking.checkpoints] == [("in_transit", None)]


def test_the_newest_of_several_attempts_bears_the_detail():
    events = [{"eventCode": "DeliveryAttempted", "eventTime": f"2026-07-0{day}T10:00:00Z"} for day in (9, 8)]
    summary = {"status": "DeliveryAttempted", "trackingDetailCodes": {"forward": ["BusinessClosed"]}}
    scans = read({"trackingId": "1", "eventHistory": events, "summary": summary}).trackings[0].checkpoints
    assert [scan.event_type for scan in scans] == ["attempt_failed_business_closed", "attempt_failed"]


def test_a_push_brings_one_event_with_its_detail():
    body = (SAMPLES / "push.json").read_bytes()
    (scan,) = read(body).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code, scan.place.city) == ("attempt_failed_not_home", "DeliveryAttempted", "Milano")
    assert CARRIER.delivery_id(Raw(body=body)) == "00000000-0000-4000-8000-000000000001"
    assert CARRIER.delivery_id(Raw(body=(SAMPLES / "delivered.json").read_bytes())) is None


def test_a_push_bears_the_merchant_s_key_where_there_is_one():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    CARRIER.verify(Raw(body=b"{}", headers={"x-api-key": "the key"}), {"api_key": "the key"}, now)
    CARRIER.verify(Raw(body=b"{}"), {}, now)
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"{}", headers={"x-api-key": "another"}), {"api_key": "the key"}, now)


def test_errors_become_notes():
    assert sample("refused.json").notes == (CarrierNote("InvalidInput", "no such number"),)


def test_a_strange_code_stays_unknown_on_either_leg():
    assert event_type_of("Teleported") == event_type_of("Teleported", "Signed", is_return=True) == "unknown"
    assert event_type_of("Delivered", "Teleported") == "delivered"


@pytest.mark.parametrize("answer", [{}, None, 1, "x", [], {"trackingId": " "}, {"payload": {}}, {"errors": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(["payload", "detail", "trackingId", "eventHistory", "eventCode", "eventTime", "summary", "status", "trackingDetailCodes", "forward", "shipmentType", "location", "countryCode", "promisedDeliveryDate", "errors", "code"])  # fmt: skip
VALUES = st.sampled_from(["", "1", "Delivered", "Signed", "RETURNS", "2026-07-15T09:00:00Z", "2026-07-15", "GB", "soon", None, True, 5])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
