"""Australia Post: what either answer says beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import australiapost
from doorstep.carriers.australiapost import CARRIER
from doorstep.carriers.australiapost.codes import event_type_of
from doorstep.carriers.australiapost.places import place_named
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.places import Place
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(australiapost.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def test_a_consignment_is_followed_and_each_of_its_articles():
    parsed = sample("consignment.json")
    whole, first, second = parsed.trackings
    assert [link.tracking_number for link in whole.links] == ["XXX000000001", "XXX000000002"]
    assert [scan.event_type for scan in whole.checkpoints] == ["accepted"]
    assert [scan.event_type for scan in first.checkpoints] == ["delivered_safe_place", "in_transit"]
    assert first.service == "eParcel"
    assert [(scan.event_type, scan.carrier_text, scan.occurred_at) for scan in second.checkpoints] == [("delayed", "Possible delay", None)]
    assert parsed.notes == (CarrierNote("ESB-10001", "Nothing known", "XXX9"),)


def test_a_z_on_a_scan_abroad_is_no_zone():
    (tracking,) = sample("own_page.json").trackings
    abroad, home = tracking.checkpoints
    assert (abroad.event_type, abroad.carrier_code, abroad.occurred_at.local) == ("delivered", "INT-0037", "2026-07-08T11:22:00")
    assert (abroad.occurred_at.offset, home.occurred_at.offset) == ("+12:00", "+10:00")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("OAKLEIGH SOUTH VIC", Place(city="OAKLEIGH SOUTH", region="VIC", country="AU")),
        ("JOHN F. KENNEDY APT/NEW YORK (US)", Place(city="JOHN F. KENNEDY APT/NEW YORK", country="US")),
        ("EXAMPLE PORT (US), UNITED STATES OF AMERICA", Place(city="EXAMPLE PORT", country="US")),
        ("US-60199, UNITED STATES", Place(text="US-60199, UNITED STATES", country="US")),
        ("NZ", Place(country="NZ")),
        ("Transit Scan", Place(text="Transit Scan")),
        ("", None),
    ],
)
def test_a_place_is_read_in_each_of_its_spellings(text, place):
    assert place_named(text) == place


def test_a_sentence_makes_a_known_code_finer_and_a_strange_code_stays_unknown():
    assert event_type_of("DD-ER13", "Delivered - Left in a safe place") == "delivered_safe_place"
    assert event_type_of("DD-ER13", "Something new") == "delivered"
    assert event_type_of("DD-ER99", "Delivered") == "unknown"
    assert event_type_of("", "Arrived in New Zealand") == "destination_country_arrival"
    assert event_type_of("", "Arrived in time") == "unknown"


def test_errors_alone_are_notes():
    assert read({"errors": [{"code": "51101", "name": "TOO_MANY", "message": "ten at most"}]}).notes == (
        CarrierNote("51101", "ten at most"),
    )


@pytest.mark.parametrize(
    "answer", [{}, None, 1, "x", [], {"articles": []}, {"articles": [{}]}, {"tracking_results": [{"trackable_items": [{}]}]}]
)
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(["tracking_results", "tracking_id", "trackable_items", "items", "article_id", "events", "description", "date", "location", "status", "consignment", "errors", "code", "shipment", "articles", "articleId", "details", "eventCode", "localeDateTime"])  # fmt: skip
VALUES = st.sampled_from(
    ["", "1", "Delivered", "DD-ER13", "KEW VIC", ",", "(US)", "2026-07-15T09:00:00+10:00", "2026-07-15T09:00:00Z", "soon", None, True, 5]
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
