"""Nova Post: what its shipments say beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import nova_post
from doorstep.carriers.nova_post import CARRIER
from doorstep.carriers.nova_post.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(nova_post.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_the_plan_is_told_in_the_recipients_time():
    tracking = read((SAMPLES / "on_the_way.json").read_bytes()).trackings[0]
    (estimate,) = tracking.estimates
    assert (estimate.to_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-07-15", None, "12:00")
    assert tracking.weight_g == 1200
    assert [link.tracking_number for link in tracking.links] == ["59000000000001-2"]


def test_a_plan_for_nobody_knows_where_has_a_day_only():
    tracking = read({"number": "5", "scheduled_delivery_date": "2026-07-15T09:00:00Z", "tracking": []}).trackings[0]
    assert (tracking.estimates[0].to_on.isoformat(), tracking.estimates[0].to_time) == ("2026-07-15", None)


def test_the_country_before_a_post_code_beats_the_country_code():
    scan = read({"number": "5", "tracking": [{"code": "9", "country_code": "UA", "post_code": "MD-2075"}]}).trackings[0].checkpoints[0]
    assert (scan.place.country, scan.place.postcode, scan.occurred_at) == ("MD", "2075", None)


def test_delivered_to_the_branch_is_not_delivered():
    assert event_type_of("7") == "ready_for_pickup"
    assert event_type_of("8") == "ready_for_pickup_locker"
    assert event_type_of("9") == "delivered"
    assert event_type_of("999") == "unknown"


def test_every_mapped_event_type_exists():
    assert {event_type_of(str(code)) for code in range(1000)} <= set(EVENT_TYPES)


def test_several_shipments_make_several_trackings():
    assert [
        tracking.tracking_number for tracking in read([{"number": "5", "tracking": []}, {"number": "6", "tracking": None}]).trackings
    ] == ["5", "6"]


def test_the_apis_history_is_read_as_the_pages_tracking_is():
    first, second = read((SAMPLES / "history.json").read_bytes()).trackings
    assert (first.tracking_number, second.tracking_number, second.checkpoints) == ("SHPL0000000011", "SHPL0000000012", ())
    assert [scan.event_type for scan in first.checkpoints] == ["order_data_received", "facility_arrival", "out_for_delivery"]
    last = first.checkpoints[-1]
    assert (last.place.city, last.place.country, last.carrier_text) == ("Berlin", "DE", "Uploaded to the courier")
    assert (last.occurred_at.local, last.occurred_at.offset) == ("2026-07-14T06:20:11", "+00:00")


def test_a_history_of_nothing_says_nothing_and_one_without_a_number_is_refused():
    assert read({"items": []}).trackings == ()
    with pytest.raises(BadInputError):
        read({"items": [{"history_tracking": []}]})


def test_who_hands_over_to_a_partner_has_not_left_a_facility():
    assert event_type_of("16") == "handed_to_partner"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"success": False, "errors": ["Wrong number"], "errorCodes": ["20000100000"]}, CarrierNote("20000100000", "Wrong number")),
        ({"errors": {"number": ["Wrong number"]}}, CarrierNote("", "Wrong number")),
        ({"message": "Not found", "status": 404}, CarrierNote("404", "Not found")),
    ],
)
def test_errors_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", {"number": "5"}, {"tracking": []}, {"number": " ", "tracking": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    [
        "number",
        "items",
        "history_tracking",
        "tracking",
        "code",
        "date",
        "event_name",
        "country_code",
        "post_code",
        "settlement_name",
        "division_name",
        "scheduled_delivery_date",
        "total_weight",
        "parcels",
        "recipient",
        "errors",
        "errorCodes",
        "message",
        "status",
    ]
)
VALUES = st.sampled_from(
    ["", "5", "9", "2026-07-15T09:00:00Z", "2026-07-15", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "UA", "MD-1", 9, 0.36, None, True]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert parsed.trackings or parsed.notes or answer in ([], {**answer, "items": []} if isinstance(answer, dict) else [])
