"""AfterShip: sub-tags, states without scans, several estimates, signatures."""

import base64
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

from doorstep.carriers.aftership import CARRIER
from doorstep.carriers.aftership.codes import EVENTS, SUBTAGS, TAGS
from doorstep.carriers.aftership.webhook import verify
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Link
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError, BadSignatureError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLE = (Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "aftership" / "samples" / "webhook.json").read_bytes()


def webhook(*checkpoints: dict[str, Any], **more: Any) -> Raw:
    message = {"tracking_number": "T1", "slug": "postnl", "checkpoints": list(checkpoints)} | more
    return Raw(body=json.dumps({"event": "tracking_update", "msg": message}).encode())


def test_every_code_stands_for_an_event_type() -> None:
    assert len(TAGS) == 9
    assert set(TAGS.values()) | set(SUBTAGS.values()) | set(EVENTS.values()) <= EVENT_TYPES.keys()
    assert {code.rpartition("_")[0] for code in SUBTAGS} == set(TAGS)


def test_a_subtag_speaks_before_its_tag_and_the_carriers_own_code_is_kept() -> None:
    (tracking,) = CARRIER.parse(
        webhook(
            {"tag": "Delivered", "subtag": "Delivered_005", "raw_tag": "PN_I1"},
            {"tag": "Delivered"},
            {"tag": "InTransit", "subtag": "InTransit_099"},
            {"tag": "Exception", "subtag": "Exception_001", "events": [{"code": "held_by_customs"}]},
            {"tag": "Exception", "subtag": "Exception_013", "events": [{"code": "held_by_customs"}]},
        )
    ).trackings
    assert [(c.event_type, c.carrier_code) for c in tracking.checkpoints] == [
        ("delivered_neighbour", "Delivered_005/PN_I1"),
        ("delivered", "Delivered"),
        ("unknown", "InTransit_099"),
        ("customs_held", "Exception_001/held_by_customs"),
        ("lost", "Exception_013/held_by_customs"),
    ]


def test_a_time_without_offset_stays_local() -> None:
    times = ("2026-05-01T10:00:00", "2026-05-01T10:00:00+03:00", "2026-05-01", "")
    (tracking,) = CARRIER.parse(webhook(*({"checkpoint_time": time, "tag": "InTransit"} for time in times))).trackings
    stamps = [c.occurred_at for c in tracking.checkpoints]
    assert [(s.local, s.offset) if s else None for s in stamps] == [
        ("2026-05-01T10:00:00", None),
        ("2026-05-01T10:00:00", "+03:00"),
        ("2026-05-01", None),
        None,
    ]
    assert stamps[0] is not None
    assert stamps[0].zone_source is ZoneSource.ASSUMED


def test_a_state_that_no_scan_bears_is_a_note() -> None:
    parsed = CARRIER.parse(webhook(tag="Expired", subtag="Expired_001", subtag_message="Expired"))
    assert parsed.trackings[0].checkpoints == ()
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("Expired_001", "T1")]


def test_each_estimate_names_who_stated_it() -> None:
    (tracking,) = CARRIER.parse(Raw(body=SAMPLE)).trackings
    assert [(e.source, e.from_on, e.to_on, e.confidence) for e in tracking.estimates] == [
        ("carrier", date(2026, 3, 5), date(2026, 3, 5), None),
        ("aggregator", date(2026, 3, 4), date(2026, 3, 6), 0.7),
        ("shop", date(2026, 3, 7), date(2026, 3, 7), None),
    ]
    assert [e.stated_at.local if e.stated_at else None for e in tracking.estimates] == ["2026-03-04T15:02:00", "2026-03-04T15:02:00", None]
    assert tracking.links == (Link(tracking_number="D100000000001", carrier="ontrac", role="last_mile"),)


def test_the_event_id_is_the_delivery_id() -> None:
    assert CARRIER.delivery_id is not None
    assert CARRIER.delivery_id(Raw(body=SAMPLE)) == "4f2c6f1e-0000-4000-8000-000000000001"
    assert CARRIER.delivery_id(Raw(body=b"\xff")) is None
    assert CARRIER.delivery_id(Raw(body=b"[]")) is None


def test_only_the_right_secret_over_the_right_bytes_passes() -> None:
    right = base64.b64encode(hmac.new(b"s3", SAMPLE, hashlib.sha256).digest()).decode()
    verify(Raw(body=SAMPLE, headers={"aftership-hmac-sha256": right}), {"webhook_secret": "s3"}, NOW)
    for body, headers in (
        (SAMPLE + b" ", {"aftership-hmac-sha256": right}),
        (SAMPLE, {"aftership-hmac-sha256": right[:-4]}),
        (SAMPLE, {"aftership-hmac-sha256": right.lower()}),
        (SAMPLE, {}),
    ):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=body, headers=headers), {"webhook_secret": "s3"}, NOW)


KEYS = [
    "msg",
    "event",
    "meta",
    "data",
    "trackings",
    "tracking",
    "checkpoints",
    "tracking_number",
    "slug",
    "checkpoint",
    "checkpoint_time",
    "tag",
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


def test_a_tag_without_any_scan_is_told_undated_but_for_those_no_carrier_stands_behind() -> None:
    def told(tag: str, subtag: str) -> list[tuple[str, Any]]:
        (tracking,) = CARRIER.parse(webhook(tag=tag, subtag=subtag)).trackings
        return [(each.event_type, each.occurred_at) for each in tracking.checkpoints]

    assert told("InTransit", "InTransit_003") == [("facility_arrival", None)]
    assert told("Delivered", "Delivered_001") == told("Pending", "Pending_001") == told("Expired", "Expired_001") == told("New", "") == []
