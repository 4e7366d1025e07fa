"""Merchants' own checkpoints: their codes, clear errors that name the field."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.generic import CARRIER, read_code_table, with_code_table
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Link
from doorstep.errors import BadInputError, MisconfiguredError

SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "generic" / "samples"


def raw(body: Any) -> Raw:
    return Raw(body=json.dumps(body).encode())


def test_a_code_is_read_with_the_merchants_table_and_stays_unknown_without() -> None:
    body = raw({"tracking_number": "b 1", "checkpoints": [{"code": "P1"}, {"code": "P9"}, {"code": "P1", "event_type": "delivered"}]})
    parse = with_code_table({"P1": "picked_up"})
    assert [c.event_type for c in parse(body).trackings[0].checkpoints] == ["picked_up", "unknown", "delivered"]
    assert [c.event_type for c in CARRIER.parse(body).trackings[0].checkpoints] == ["unknown", "unknown", "delivered"]
    assert parse(body).trackings[0].tracking_number == "B1"


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "{", '{"a": "beamed_up"}', '{"a": null}'])
def test_a_bad_table_is_the_merchants_to_mend(text: str) -> None:
    with pytest.raises(MisconfiguredError, match="code_table"):
        read_code_table(text)


def test_a_good_table_is_read() -> None:
    assert read_code_table('{"P1": "picked_up"}') == {"P1": "picked_up"}
    assert read_code_table(" ") == {}
    with pytest.raises(MisconfiguredError):
        with_code_table({"a": "beamed_up"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("x", "the body: must be an object"),
        ({}, "tracking_number: is required"),
        ({"tracking_number": 7}, "tracking_number: must be a text"),
        ([{"tracking_number": "a"}, 5], "[1]: must be an object"),
        ({"tracking_number": "a", "checkpoints": {}}, "checkpoints: must be a list"),
        ({"tracking_number": "a", "checkpoints": [{"code": "x"}, {}]}, "checkpoints[1]: needs a code"),
        (
            [{"tracking_number": "a", "checkpoints": [{"code": "x", "occurred_at": "soon"}]}],
            "[0].checkpoints[0].occurred_at: 'soon' is no ISO",
        ),
        ({"tracking_number": "a", "checkpoints": [{"code": "x", "occurred_at": 5}]}, "checkpoints[0].occurred_at: must be a text"),
        ({"tracking_number": "a", "checkpoints": [{"event_type": "beamed"}]}, "checkpoints[0].event_type: 'beamed' is no event type"),
        ({"tracking_number": "a", "checkpoints": [{"code": "x", "place": []}]}, "checkpoints[0].place: must be an object"),
        ({"tracking_number": "a", "checkpoints": [{"code": "x", "place": {"city": 1}}]}, "checkpoints[0].place.city: must be a text"),
        ({"tracking_number": "a", "estimate": {}}, "estimate: needs a from or a to"),
        ({"tracking_number": "a", "estimate": {"from": "2026-01-02", "to": "2026-01-01"}}, "estimate: its to is before its from"),
        ({"tracking_number": "a", "estimate": {"from": "2026-01-02", "to_time": "25:00"}}, "estimate.to_time: must be a time of day"),
        (
            {"tracking_number": "a", "estimate": {"from": "2026-01-02", "confidence": 2}},
            "estimate.confidence: must be a number from 0 to 1",
        ),
        ({"tracking_number": "a", "links": [{"tracking_number": "b", "role": "friend"}]}, "links[0].role: must be one of"),
        ({"tracking_number": "a", "is_return": "yes"}, "is_return: must be true or false"),
        ({"tracking_number": "a", "weight_g": True}, "weight_g: must be a number"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(body: Any, said: str) -> None:
    with pytest.raises(BadInputError) as caught:
        CARRIER.parse(raw(body))
    assert str(caught.value).startswith(said)


def test_places_stand_in_an_object_or_beside_the_code() -> None:
    parsed = CARRIER.parse(Raw(body=(SAMPLES / "one.json").read_bytes()))
    (tracking,) = parsed.trackings
    assert [c.place and (c.place.city, c.place.country) for c in tracking.checkpoints] == [("Leipzig", "DE"), ("Leipzig", "DE")]
    assert [c.occurred_at and c.occurred_at.offset for c in tracking.checkpoints] == ["+02:00", "+02:00"]
    assert tracking.carrier == "city_bikes"
    assert (tracking.estimates[0].from_time, tracking.estimates[0].to_time) == ("17:00", "19:00")


def test_a_list_holds_several_numbers() -> None:
    parsed = CARRIER.parse(Raw(body=(SAMPLES / "several.json").read_bytes()))
    assert [tracking.tracking_number for tracking in parsed.trackings] == ["BIKE-0002", "BIKE-0003"]
    assert parsed.trackings[1].links == (Link(tracking_number="BIKE-0003-R", carrier=None, role="return"),)


KEYS = [
    "tracking_number",
    "carrier",
    "checkpoints",
    "estimate",
    "links",
    "code",
    "text",
    "occurred_at",
    "place",
    "event_type",
    "from",
    "to",
    "role",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=15,
)


@given(JSON)
def test_json_of_the_same_words_is_read_or_refused(body: Any) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(raw(body))
