"""EasyPost: statuses with details, clocks that may be believed, signatures."""

import contextlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.easypost import CARRIER
from doorstep.carriers.easypost.codes import BARE, DETAILS, PAIRS, STATUSES, slug_of
from doorstep.carriers.easypost.webhook import verify
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "channels" / "carriers" / "easypost" / "official"
needs_official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="../shared/data/channels/carriers/easypost is not here")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "easypost" / "samples"


def tracker(**detail: Any) -> Raw:
    filled = {"status": "in_transit", "status_detail": "status_update", "datetime": "2026-01-02T03:04:05Z", "source": "UPS"} | detail
    return Raw(body=json.dumps({"object": "Tracker", "tracking_code": "1Z9", "carrier": "UPS", "tracking_details": [filled]}).encode())


def scan(raw: Raw) -> Any:
    return CARRIER.parse(raw).trackings[0].checkpoints[0]


@needs_official
def test_the_published_event_reads_as_judged() -> None:
    parsed = CARRIER.parse(Raw(body=(OFFICIAL / "fixtures" / "event-body.json").read_bytes()))
    (tracking,) = parsed.trackings
    assert [(c.event_type, c.carrier_code) for c in tracking.checkpoints] == [
        ("label_created", "pre_transit/label_created/OC"),
        ("facility_arrival", "in_transit/arrived_at_facility/PU"),
        ("facility_arrival", "in_transit/arrived_at_facility/AR"),
        ("facility_departure", "in_transit/departed_facility/DP"),
        ("in_transit", "in_transit/unknown/IT"),
        ("in_transit", "in_transit/unknown/IT"),
        ("facility_arrival", "in_transit/arrived_at_facility/AR"),
    ]
    assert tracking.estimates[0].from_on == date(2024, 8, 5)
    assert tracking.weight_g == 17418
    assert CARRIER.delivery_id is not None
    assert CARRIER.delivery_id(Raw(body=(OFFICIAL / "fixtures" / "event-body.json").read_bytes())) == "evt_1"


@needs_official
@pytest.mark.parametrize("path", sorted((OFFICIAL / "docs").rglob("*.json")), ids=lambda path: path.name)
def test_every_published_answer_is_read(path: Path) -> None:
    CARRIER.parse(Raw(body=path.read_bytes()))


@needs_official
def test_the_published_signature_fits_its_body() -> None:
    told = json.loads((OFFICIAL / "fixtures" / "client-library-fixtures.json").read_text(encoding="utf-8"))["webhooks"]
    body = (OFFICIAL / "fixtures" / "event-body.json").read_bytes()
    fits = []
    for candidate in (body, body.rstrip(b"\n")):
        try:
            verify(Raw(body=candidate, headers={"x-hmac-signature": told["hmac_signature"]}), {"webhook_secret": told["secret"]}, NOW)
        except BadSignatureError:
            continue
        fits.append(candidate)
    assert len(set(fits)) == 1
    for forged in (fits[0] + b" ", fits[0][:-1], fits[0].replace(b"in_transit", b"delivered")):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=forged, headers={"x-hmac-signature": told["hmac_signature"]}), {"webhook_secret": told["secret"]}, NOW)
    for headers in ({}, {"x-hmac-signature": told["hmac_signature"][:-2]}, {"x-hmac-signature": ""}, {"x-hmac-signature": "ü"}):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=fits[0], headers=headers), {"webhook_secret": told["secret"]}, NOW)
    with pytest.raises(BadSignatureError):
        verify(Raw(body=fits[0], headers={"x-hmac-signature": told["hmac_signature"]}), {"webhook_secret": "another"}, NOW)


def test_without_a_secret_nothing_can_be_checked() -> None:
    with pytest.raises(MisconfiguredError):
        verify(Raw(body=b"{}", headers={"x-hmac-signature": "x"}), {}, NOW)


def test_a_composed_and_a_decomposed_secret_sign_alike() -> None:
    body = b'{"object": "Event"}'
    import hashlib
    import hmac

    signature = "hmac-sha256-hex=" + hmac.new("se\u0301cret".encode(), body, hashlib.sha256).hexdigest()
    verify(Raw(body=body, headers={"x-hmac-signature": signature}), {"webhook_secret": "s\u00e9cret"}, NOW)


def test_every_published_pair_of_status_and_detail_has_a_meaning() -> None:
    assert len(STATUSES) == 9
    assert len(DETAILS) == 26
    for status in STATUSES:
        for detail in (*DETAILS, *BARE):
            assert slug_of(status, detail) in EVENT_TYPES.keys() - {"unknown"}
    assert all(pair.split("/")[0] in STATUSES and pair.split("/")[1] in DETAILS for pair in PAIRS)


def test_the_same_detail_means_another_thing_on_the_way_back() -> None:
    assert slug_of("in_transit", "arrived_at_facility") == "facility_arrival"
    assert slug_of("return_to_sender", "arrived_at_facility") == "return_in_transit"
    assert slug_of("delivered", "arrived_at_destination") == "delivered"


def test_a_z_is_believed_only_where_the_place_is_known() -> None:
    known = scan(tracker(tracking_location={"city": "Reno", "state": "NV", "zip": None, "country": None}))
    assert (known.occurred_at.offset, known.occurred_at.zone_source) == ("+00:00", ZoneSource.SENT)
    for place in (None, {"city": "Reno"}, {"country": "US"}):
        unknown = scan(tracker(tracking_location=place))
        assert (unknown.occurred_at.local, unknown.occurred_at.offset) == ("2026-01-02T03:04:05", None)
        assert unknown.occurred_at.zone_source is ZoneSource.ASSUMED


def test_a_new_detail_stays_unknown_beside_its_code() -> None:
    checkpoint = scan(tracker(status_detail="teleported", carrier_code="Q7"))
    assert (checkpoint.event_type, checkpoint.carrier_code) == ("unknown", "in_transit/teleported/Q7")


def test_an_error_among_the_details_is_a_note_and_no_scan() -> None:
    parsed = CARRIER.parse(tracker(status="error", status_detail=None, message="number not valid"))
    assert parsed.trackings[0].checkpoints == ()
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("error", "1Z9")]


def test_a_return_label_makes_every_scan_one_of_the_way_back() -> None:
    tracking = CARRIER.parse(Raw(body=(SAMPLES / "trackers.json").read_bytes())).trackings[0]
    assert tracking.is_return
    assert all(checkpoint.is_return for checkpoint in tracking.checkpoints)


@given(
    st.dictionaries(
        st.sampled_from(["object", "result", "error", "trackers", "events", "tracking_code", "tracking_details", "id"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.lists(st.text() | st.dictionaries(st.sampled_from(["tracking_code", "datetime", "status"]), st.text())),
    )
)
def test_json_of_the_same_words_is_read_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("status", "detail", "told"), [("delivered", "arrived_at_destination", ["delivered"]), ("unknown", "unknown", []), ("error", "", [])]
)
def test_a_tracker_without_details_tells_its_status_undated(status: str, detail: str, told: list[str]) -> None:
    body = {
        "object": "Tracker",
        "tracking_code": "1Z9",
        "carrier": "UPS",
        "status": status,
        "status_detail": detail,
        "tracking_details": [],
    }
    (tracking,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings
    assert [(each.event_type, each.occurred_at) for each in tracking.checkpoints] == [(slug, None) for slug in told]
