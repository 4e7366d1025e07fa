"""Shippo: statuses with sub-statuses, local times behind a Z, the optional signature."""

import contextlib
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.shippo import CARRIER
from doorstep.carriers.shippo.codes import STATUSES, SUBSTATUSES, slug_of
from doorstep.carriers.shippo.webhook import verify
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLE = (Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "shippo" / "samples" / "webhook.json").read_bytes()


def track(*history: dict[str, Any], **more: Any) -> Raw:
    return Raw(body=json.dumps({"carrier": "usps", "tracking_number": "9", "tracking_history": list(history)} | more).encode())


def test_every_code_stands_for_an_event_type() -> None:
    assert (len(STATUSES), len(SUBSTATUSES)) == (6, 27)
    assert set(STATUSES.values()) | set(SUBSTATUSES.values()) <= EVENT_TYPES.keys() - {"unknown"}
    assert {code.split("/")[0] for code in SUBSTATUSES} == set(STATUSES)


def test_a_new_code_stays_unknown() -> None:
    assert slug_of("TRANSIT", "package_beamed") == "unknown"
    assert slug_of("HOVERING", "") == "unknown"
    (tracking,) = CARRIER.parse(track({"status": "TRANSIT", "substatus": {"code": "package_beamed"}})).trackings
    assert [(c.event_type, c.carrier_code) for c in tracking.checkpoints] == [("unknown", "TRANSIT/package_beamed")]


def test_the_z_on_a_local_time_is_dropped() -> None:
    place = {"city": "Oakland", "state": "CA", "zip": "94615", "country": "US"}
    (tracking,) = CARRIER.parse(
        track(
            {"status": "TRANSIT", "status_date": "2016-12-08T10:29:00Z", "location": place},
            {"status": "TRANSIT", "status_date": "2016-12-08T10:29:00Z"},
            {"status": "TRANSIT", "status_date": "2016-12-08T00:00:00Z"},
            {"status": "TRANSIT", "status_date": "2016-12-08T10:29:00-05:00"},
        )
    ).trackings
    stamps = [c.occurred_at for c in tracking.checkpoints]
    assert [(s.local, s.offset, s.zone_source, s.precision) for s in stamps if s] == [
        ("2016-12-08T10:29:00", "-08:00", ZoneSource.FACILITY, Precision.SECOND),
        ("2016-12-08T10:29:00", None, ZoneSource.ASSUMED, Precision.SECOND),
        ("2016-12-08", None, ZoneSource.ASSUMED, Precision.DATE),
        ("2016-12-08T10:29:00", "-05:00", ZoneSource.SENT, Precision.SECOND),
    ]


def test_a_midnight_eta_is_a_day_and_the_first_one_is_kept() -> None:
    (tracking,) = CARRIER.parse(Raw(body=SAMPLE)).trackings
    assert [(e.from_on, e.stated_at is None) for e in tracking.estimates] == [(date(2026, 5, 2), True), (date(2026, 5, 3), False)]


def test_the_newest_status_is_not_counted_twice_and_not_lost() -> None:
    newest = {"status": "DELIVERED", "status_date": "2016-12-08T10:29:00Z", "status_details": "x", "object_id": "1"}
    assert len(CARRIER.parse(track(newest | {"object_id": "2"}, tracking_status=newest)).trackings[0].checkpoints) == 1
    assert len(CARRIER.parse(track(tracking_status=newest)).trackings[0].checkpoints) == 1


def signed(body: bytes, at: int, secret: bytes = b"s3") -> dict[str, str]:
    return {"shippo-auth-signature": f"t={at},v1={hmac.new(secret, str(at).encode() + b'.' + body, hashlib.sha256).hexdigest()}"}


def test_a_signature_is_asked_for_only_where_there_is_a_secret() -> None:
    verify(Raw(body=SAMPLE), {}, NOW)
    at = int(NOW.timestamp())
    verify(Raw(body=SAMPLE, headers=signed(SAMPLE, at)), {"hmac_secret": "s3"}, NOW)
    for body, headers in (
        (SAMPLE, {}),
        (SAMPLE, signed(SAMPLE, at, b"other")),
        (SAMPLE, signed(SAMPLE, at - 3600)),
        (SAMPLE, {"shippo-auth-signature": signed(SAMPLE, at)["shippo-auth-signature"][:-3]}),
        (SAMPLE, {"shippo-auth-signature": "v1=ab"}),
        (SAMPLE + b" ", signed(SAMPLE, at)),
    ):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=body, headers=headers), {"hmac_secret": "s3"}, NOW)


KEYS = [
    "event",
    "data",
    "carrier",
    "tracking_number",
    "tracking_history",
    "tracking_status",
    "status",
    "substatus",
    "status_date",
    "detail",
    "eta",
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


@given(st.text(max_size=200))
def test_any_page_is_an_error_answer_or_refused(text: str) -> None:
    try:
        parsed = CARRIER.parse(Raw(body=("<" + text).encode("utf-8", "replace")))
    except BadInputError:
        return
    assert parsed.notes


def test_a_sub_status_means_the_same_under_another_status() -> None:
    assert slug_of("FAILURE", "delivery_attempted") == "attempt_failed"
    assert slug_of("UNKNOWN", "package_held") == "held_by_carrier"
    assert slug_of("RETURNED", "delivered") == slug_of("HOVERING", "package_held") == "unknown"
