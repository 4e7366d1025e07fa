"""BoxKnight: what its orders say beyond the judged events."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import boxknight
from doorstep.carriers.boxknight import CARRIER
from doorstep.carriers.boxknight.order_json import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(boxknight.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_an_order_has_one_scan_and_a_window_in_the_recipients_time():
    (tracking,) = read((SAMPLES / "order.json").read_bytes()).trackings
    assert [(scan.event_type, scan.carrier_code, scan.occurred_at) for scan in tracking.checkpoints] == [
        ("out_for_delivery", "DELIVERY_EN_ROUTE", None)
    ]
    (estimate,) = tracking.estimates
    assert (estimate.from_on, estimate.from_time, estimate.to_time) == (date(2026, 7, 8), "16:00", "20:00")
    assert tracking.service == "SAMEDAY"


def test_elsewhere_only_the_days_are_told_and_after_the_delivery_nothing():
    order = {"id": "1", "orderStatus": "CREATED", "completeAfter": 1783540800000, "completeBefore": 1783555200000}
    (estimate,) = read(order).trackings[0].estimates
    assert (estimate.to_on, estimate.to_time) == (date(2026, 7, 9), None)
    assert read(order | {"orderStatus": "DELIVERY_COMPLETED"}).trackings[0].estimates == ()


def test_a_strange_status_stays_unknown():
    assert event_type_of("TELEPORTED") == "unknown"


def test_an_error_is_a_note():
    assert read({"statusCode": 404, "message": "no such order"}).notes == (CarrierNote("404", "no such order"),)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", {"id": "1"}, {"orderStatus": "CREATED"}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    ["id", "orderStatus", "createdAt", "completeAfter", "completeBefore", "recipientAddress", "country", "province", "message"]
)
VALUES = st.sampled_from(["", "1", "CREATED", "2026-07-15T09:00:00Z", "Quebec", "Canada", 1783540800000, 10**30, -1, "soon", None, True])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
