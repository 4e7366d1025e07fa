"""SEKO: clocks that cannot be known, places, finer pairs."""

import json

import pytest

from doorstep.carriers.seko import CARRIER
from doorstep.carriers.seko.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def scan(**event):
    return read({"ConsignmentNo": "A1", "Events": [event]}).trackings[0].checkpoints[0]


def test_only_the_delivering_carriers_scans_keep_the_clock_of_their_place():
    theirs = scan(EventDT="2026-07-04T10:00:00", Code="3.0", OmniCode="OP-72", Location="Essen, DE")
    ours = scan(EventDT="2026-07-04T10:00:00.123", Code=None, OmniCode="OP-3", Location="Egham, Surrey,GB")
    assert (theirs.occurred_at.offset, ours.occurred_at.offset) == ("+02:00", None)


def test_a_place_has_city_state_and_country():
    place = scan(OmniCode="OP-3", Location="Carson, CA,US").place
    assert (place.city, place.region, place.country) == ("Carson", "CA", "US")
    assert scan(OmniCode="OP-3", Location="At sea").place.text == "At sea"
    assert scan(OmniCode="OP-3", Location="").place is None


def test_the_carriers_code_may_say_more_than_the_omni_code():
    assert event_type_of("OP-4") == "origin_country_departed"
    assert event_type_of("OP-4", "0.0") == "received_by_partner"
    assert event_type_of("OP-93") == "unknown"


def test_every_mapped_event_type_exists():
    assert {event_type_of(f"OP-{number}") for number in range(120)} <= set(EVENT_TYPES)


@pytest.mark.parametrize("answer", [{}, {"ConsignmentNo": ""}, "x"])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
