"""An Post: what its items say beyond the judged events."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import an_post
from doorstep.carriers.an_post import CARRIER
from doorstep.carriers.an_post.item_json import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(an_post.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_a_charge_that_waits_is_a_scan_of_its_own():
    first, second = read((SAMPLES / "two_items.json").read_bytes()).trackings
    assert [scan.event_type for scan in first.checkpoints] == ["attempt_failed", "customs_duties_due"]
    assert [scan.event_type for scan in second.checkpoints] == ["accepted"]
    assert (first.is_return, second.is_return) == (False, True)


def test_items_may_stand_under_a_name():
    items = json.loads((SAMPLES / "two_items.json").read_bytes())
    assert read({"trackingItems": items}) == read(items)


def test_the_estimate_has_a_time_unless_that_is_midnight():
    estimates = [tracking.estimates[0] for tracking in read((SAMPLES / "two_items.json").read_bytes()).trackings]
    assert [(each.to_on, each.to_time) for each in estimates] == [(date(2026, 7, 10), "15:00"), (date(2026, 7, 11), None)]


def test_only_a_delivery_is_dated():
    item = {"trackingNumber": "1", "lastTrackingEventCategoryId": 0, "dateDelivered": "2026-07-10T15:00:00"}
    assert read(item).trackings[0].checkpoints[0].occurred_at is None
    item["lastTrackingEventCategoryId"] = 4
    assert read(item).trackings[0].checkpoints[0].occurred_at.offset == "+01:00"


def test_a_strange_category_stays_unknown():
    assert {event_type_of(str(number)) for number in range(8)} <= set(EVENT_TYPES)
    assert event_type_of("8") == "unknown"


def test_an_error_is_a_note():
    assert read({"statusCode": 404, "message": "Resource not found"}).notes == (CarrierNote("404", "Resource not found"),)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", {"trackingNumber": "1"}, {"lastTrackingEventCategoryId": 1}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    ["trackingNumber", "lastTrackingEventCategoryId", "estimatedDeliveryDateTime", "dateDelivered", "returnType", "message"]
)
VALUES = st.sampled_from(["", "1", 4, "2026-07-15T09:00:00", "2026-07-15", "soon", None, True])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        read(answer)
    except BadInputError:
        return
