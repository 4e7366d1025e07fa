"""Posts of the UPU: item events in EDIFACT and JSON, items first or events first, reasons kept beside the code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.carriers.upu.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError

UPU = carriers()["upu"]
#: The item events of EMSEVT v3.
CODES = [
    "EMA",
    "EMB",
    "EXA",
    "EXB",
    "EXC",
    "EXD",
    "EXX",
    "EMC",
    "EMJ",
    "EMK",
    "EMD",
    "EDA",
    "EDB",
    "EME",
    "EDC",
    "EMF",
    "EDD",
    "EDE",
    "EMX",
    "EMG",
    "EDF",
    "EDG",
    "EDH",
    "EMH",
    "EMI",
    "EDX",
]


def read(*segments: str) -> Parsed:
    return UPU.parse(Raw(body="'".join(["UNH+1+EMSEVT:3:001:UP", *segments, f"UNT+{len(segments) + 2}+1", ""]).encode()))


def told(parsed: Parsed) -> dict[str, list[str]]:
    return {one.tracking_number: [scan.event_type for scan in one.checkpoints] for one in parsed.trackings}


def test_every_item_event_has_its_own_event_type() -> None:
    types = [event_type_of(code, "") for code in CODES]
    assert "unknown" not in types
    assert len(set(types)) == len(types) - 1, "only EMX and EDE are one"


def test_items_may_come_before_their_events_or_after_them() -> None:
    first = read("RFF+ITM:RR123456785GB", "STS+1+EMC", "STS+1+EMD", "RFF+ITM:RR123456785US", "STS+1+EMI")
    assert told(first) == {"RR123456785GB": ["origin_country_departed", "destination_country_arrival"], "RR123456785US": ["delivered"]}
    after = read("STS+1+EMC", "RFF+ITM:RR123456785GB", "RFF+ITM:RR123456785US", "STS+1+EMI", "RFF+ITM:RR123456785US")
    assert told(after) == {"RR123456785GB": ["origin_country_departed"], "RR123456785US": ["origin_country_departed", "delivered"]}


def test_a_reasons_number_is_kept_and_only_its_words_are_read() -> None:
    (tracking,) = read("RFF+ITM:RR123456785GB", "STS+1+EMH+10+B", "STS+1+EMH+13:::Item refused by addressee").trackings
    bare, worded = tracking.checkpoints
    assert (bare.event_type, bare.carrier_code) == ("attempt_failed", "EMH/10/B")
    assert (worded.event_type, worded.carrier_code) == ("refused", "EMH/13")


def test_an_office_tells_the_country_and_its_clock() -> None:
    (tracking,) = read("RFF+ITM:RR123456785GB", "STS+1+EMD", "DTM+334:202611190615:203", "LOC+14+DEFRAA").trackings
    (scan,) = tracking.checkpoints
    assert scan.place is not None
    assert scan.occurred_at is not None
    assert (scan.place.country, scan.place.facility, scan.occurred_at.offset, tracking.carrier) == ("DE", "DEFRAA", "+01:00", "royalmail")


def test_a_code_we_do_not_have_is_unknown_not_overlooked() -> None:
    assert told(read("RFF+ITM:RR123456785GB", "STS+1+EQZ")) == {"RR123456785GB": ["unknown"]}


def test_an_event_without_an_item_is_a_note() -> None:
    parsed = read("STS+1+EMD", "DTM+334:202611190615:203")
    assert parsed.trackings == ()
    assert [note.code for note in parsed.notes] == ["EMD"]


def test_an_item_without_events_is_a_note() -> None:
    assert [note.code for note in UPU.parse(Raw(body=b"1")).notes] == ["1"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"true", b'{"ID": ""}', b"UNH+1+EMSEVT:3'STS+1+EMD'", b""])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(BadInputError):
        UPU.parse(Raw(body=body))


@given(
    st.lists(
        st.sampled_from(["RFF+ITM:RR123456785GB", "STS+1+EMC", "STS+1+EMH+10", "DTM+334:20261119:102", "LOC+14+DEFRAA", "FTX+A+++x"]),
        max_size=12,
    )
)
def test_every_event_is_told_of_an_item_or_noted(segments: list[str]) -> None:
    parsed = read(*segments)
    events = sum(segment.startswith("STS") for segment in segments)
    assert sum(len(one.checkpoints) for one in parsed.trackings) + len(parsed.notes) == events
