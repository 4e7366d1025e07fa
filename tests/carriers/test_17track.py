"""17TRACK: sub-statuses with stages, raw times, several carriers for one number, signatures."""

import contextlib
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.seventeentrack import CARRIER
from doorstep.carriers.seventeentrack.codes import LIST_STATES, STAGES, STATES, SUB_STATUSES, slug_of
from doorstep.carriers.seventeentrack.webhook import verify
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Link
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "seventeentrack" / "samples"


def scan(event: dict[str, Any]) -> Any:
    info = {"tracking": {"providers": [{"provider": {"key": 1, "name": "PostNL"}, "events": [event]}]}}
    body = {"event": "TRACKING_UPDATED", "data": {"number": "N1", "carrier": 1, "track_info": info}}
    return CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings[0].checkpoints[0]


def test_every_code_stands_for_an_event_type() -> None:
    assert (len(STATES), len(SUB_STATUSES), len(STAGES)) == (9, 30, 9)
    for table in (STATES, SUB_STATUSES, STAGES, LIST_STATES):
        assert set(table.values()) <= EVENT_TYPES.keys()


def test_a_stage_speaks_where_the_sub_status_says_only_other() -> None:
    assert slug_of("InTransit_Other", "") == "in_transit"
    assert slug_of("InTransit_Other", "Departure") == "origin_country_departed"
    assert slug_of("", "Returning") == "return_started"
    assert slug_of("Exception_Damage", "Arrival") == "damaged"
    assert slug_of("InTransit_NewWord", "Departure") == "unknown"
    assert slug_of("", "") == "unknown"


def test_every_carrier_of_a_number_keeps_its_own_scans() -> None:
    (tracking,) = CARRIER.parse(Raw(body=(SAMPLES / "webhook.json").read_bytes())).trackings
    assert tracking.carrier == "china_post"
    assert [c.carrier for c in tracking.checkpoints] == ["china_post", "china_post", "postnl", "postnl"]
    assert tracking.links == (Link(tracking_number="3STEST000000001", carrier="postnl", role="last_mile"),)
    (estimate,) = tracking.estimates
    assert (estimate.from_on, estimate.to_on, estimate.source) == (date(2026, 4, 10), date(2026, 4, 11), "carrier")
    assert tracking.weight_g == 420


def test_the_raw_time_decides_precision_and_zone() -> None:
    raw = {"date": "2026-06-30", "time": "14:23:00", "timezone": None}
    local = scan({"time_iso": None, "time_utc": None, "time_raw": raw}).occurred_at
    assert (local.local, local.offset, local.zone_source) == ("2026-06-30T14:23:00", None, ZoneSource.ASSUMED)
    day = scan({"time_iso": "2026-06-30T00:00:00+02:00", "time_raw": raw | {"time": None}, "address": {"country": "NL"}}).occurred_at
    assert (day.local, day.precision) == ("2026-06-30", Precision.DATE)
    sent = scan({"time_iso": "2026-06-30T14:23:00+02:00", "time_raw": raw}).occurred_at
    assert (sent.local, sent.offset, sent.zone_source) == ("2026-06-30T14:23:00", "+02:00", ZoneSource.SENT)
    utc = scan({"time_utc": "2026-06-30T12:23:00Z"}).occurred_at
    assert (utc.local, utc.offset) == ("2026-06-30T12:23:00", "+00:00")
    assert scan({"sub_status": "Delivered_Other"}).occurred_at is None


def test_a_refused_number_and_one_without_events_are_notes() -> None:
    body = {
        "code": 0,
        "data": {
            "accepted": [{"number": "A1", "track_info": {"latest_status": {"status": "NotFound", "sub_status": "NotFound_InvalidCode"}}}],
            "rejected": [{"number": "B2", "error": {"code": -18019902, "message": "m"}}],
        },
    }
    parsed = CARRIER.parse(Raw(body=json.dumps(body).encode()))
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("NotFound_InvalidCode", "A1"), ("-18019902", "B2")]
    assert parsed.trackings[0].checkpoints == ()


def test_only_the_right_key_over_the_right_bytes_passes() -> None:
    body = (SAMPLES / "webhook.json").read_bytes()
    right = hashlib.sha256(body + b"/k1").hexdigest()
    verify(Raw(body=body, headers={"sign": right}), {"api_key": "k1"}, NOW)
    for forged, headers in ((body + b" ", {"sign": right}), (body, {"sign": right[:-1]}), (body, {})):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=forged, headers=headers), {"api_key": "k1"}, NOW)
    with pytest.raises(MisconfiguredError):
        verify(Raw(body=body, headers={"sign": right}), {}, NOW)


KEYS = [
    "event",
    "data",
    "Json",
    "accepted",
    "rejected",
    "number",
    "track_info",
    "tracking",
    "providers",
    "events",
    "FTrackNo",
    "FLastEvent",
    "time_iso",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@given(JSON)
def test_json_of_the_same_words_is_read_or_refused(body: Any) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=json.dumps(body).encode()))


def test_a_record_without_a_list_tells_its_newest_event_or_its_state() -> None:
    newest = {"time_iso": "2026-06-30T14:23:00+02:00", "sub_status": "Delivered_Other", "stage": "Delivered"}
    info: dict[str, Any] = {"latest_status": {"status": "Delivered", "sub_status": "Delivered_Other"}, "latest_event": newest}
    body = {"code": 0, "data": {"accepted": [{"number": "A1", "track_info": info}]}}
    (dated,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings[0].checkpoints
    assert (dated.event_type, dated.occurred_at.local) == ("delivered", "2026-06-30T14:23:00")
    del info["latest_event"]
    (undated,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings[0].checkpoints
    assert (undated.event_type, undated.occurred_at) == ("delivered", None)


FIRST = {
    "e": 40,
    "z0": {"a": "2020-08-20 14:31", "b": None, "c": "Lyon", "d": "", "z": "Distribué"},
    "z1": [{"a": "2020-08-12 09:00", "b": None, "c": "Shenzhen", "d": "", "z": "Accepted"}],
    "z2": [{"a": "2020-08-20 14:31", "b": None, "c": "Lyon", "d": "", "z": "Distribué"}],
}


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "data": {"accepted": [{"number": "N1", "track": FIRST}], "rejected": []}},
        {"event": "TRACKING_UPDATED", "data": {"number": "N1", "track": FIRST}},
        {"ret": 1, "msg": "Ok", "dat": [{"no": "N1", "delay": 0, "track": FIRST}]},
    ],
)
def test_a_first_version_record_gives_its_state_to_the_newest_scan_alone(body: dict[str, Any]) -> None:
    (tracking,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings
    assert [(c.event_type, c.carrier_text, c.occurred_at.local) for c in tracking.checkpoints if c.occurred_at] == [
        ("delivered", "Distribué", "2020-08-20T14:31:00"),
        ("status_not_mapped", "Accepted", "2020-08-12T09:00:00"),
    ]


def test_a_first_version_record_that_expired_or_was_not_found_says_so_in_a_note() -> None:
    found = (
        {"no": "N1", "track": FIRST | {"e": 20}},
        {"no": "N2", "track": {"e": 0, "z0": None, "z1": [], "z2": []}},
        {"no": "N3", "track": None},
    )
    parsed = CARRIER.parse(Raw(body=json.dumps({"ret": 1, "msg": "Ok", "dat": found}).encode()))
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("20", "N1"), ("0", "N2"), ("registered", "N3")]
    assert [c.event_type for tracking in parsed.trackings for c in tracking.checkpoints] == ["status_not_mapped"] * 2
