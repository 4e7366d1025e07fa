"""Asendia and Asendia USA: what their answers say beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import asendia, asendia_us
from doorstep.carriers.asendia.codes import event_type_of
from doorstep.carriers.asendia_us.codes import event_type_of as milestone
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SYNC, USA = asendia.CARRIER, asendia_us.CARRIER


def read(carrier, answer):
    return carrier.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(module, name: str) -> bytes:
    return (Path(module.__file__).parent / "samples" / name).read_bytes()


def test_a_time_without_zone_is_read_in_its_country():
    sent, local = read(SYNC, sample(asendia, "on_the_way.json")).trackings[0].checkpoints
    assert (sent.occurred_at.offset, local.occurred_at.offset) == ("+00:00", "+02:00")


def test_problems_become_notes():
    assert read(SYNC, sample(asendia, "not_found.json")).notes == (CarrierNote("404", "Nothing known"),)
    assert read(USA, sample(asendia_us, "refused.json")).notes == (CarrierNote("401", "no such user"),)


def test_a_guessed_two_letter_code_stays_unknown():
    assert event_type_of("pu") == "picked_up"
    assert event_type_of("IA") == event_type_of("PICKUP") == "unknown"


def test_milestones_have_a_place_and_its_time_in_either_spelling():
    tour, transit = read(USA, sample(asendia_us, "out_for_delivery.json")).trackings[0].checkpoints
    assert (tour.event_type, tour.place.city, tour.place.region, tour.occurred_at.offset) == (
        "out_for_delivery",
        "Portland",
        "ME",
        "-04:00",
    )
    assert (transit.event_type, transit.occurred_at.local) == ("in_transit", "2026-07-06T21:05:00")


def test_a_milestone_without_a_code_is_read_by_its_words():
    answer = {"trackingNumber": "1", "trackingMilestoneEvents": {"eventDescription": "Out  for Delivery", "eventLocation": "USA"}}
    (scan,) = read(USA, answer).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code, scan.place.country) == ("out_for_delivery", "", "US")
    assert milestone("OUT_FOR_DELIVERY") == "out_for_delivery"
    assert milestone("Delivered to a neighbour") == "unknown"


@pytest.mark.parametrize("carrier", [SYNC, USA])
@pytest.mark.parametrize("answer", [{}, None, 1, "x", [], {"trackingEvents": []}, {"trackingMilestoneEvents": []}])
def test_what_is_no_answer_is_refused(carrier, answer):
    with pytest.raises(BadInputError):
        read(carrier, answer)


KEYS = st.sampled_from(
    ["data", "trackingNumber", "trackingEvents", "code", "time", "locationCountry", "title", "status", "trackingMilestoneEvents", "eventCode", "eventOn", "eventLocation", "responseStatusCode"]
)  # fmt: skip
VALUES = st.sampled_from(["", "1", 200, "DL", "2026-07-15T09:00:00Z", "07/15/2026", "13/13/2026 1:2", "a, b, US", ",", "FR", None, True])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_their_names_is_read_or_refused(answer):
    for carrier in (SYNC, USA):
        try:
            read(carrier, answer)
        except BadInputError:
            continue
