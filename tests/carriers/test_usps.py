"""USPS: local times and their offsets, dates, worded codes, pushes and their signature, errors."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.families import usps_codes as codes
from doorstep.carriers.families.usps_codes import event_type_of, event_type_of_sentence
from doorstep.carriers.usps import CARRIER
from doorstep.carriers.usps.places import offset_in, place_in
from doorstep.carriers.usps.push import verify
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "usps" / "samples"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = {"secret": "0123456789abcdef0123456789abcdef"}
#: Real events that stay unknown, and why.
UNKNOWN = {"usps__22.json": "the second parcel is a schema's placeholder: its event code is the word string"}
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")


def sample(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(SAMPLES / name).read_bytes()))


def payload(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(DATA / "payloads" / name).read_bytes()))


def event(**told: Any) -> Any:
    filled = {"eventCode": "OF", "eventType": "Out for Delivery", "eventTimestamp": "2026-03-04T09:10:00"} | told
    body = {"trackingNumber": "9400100000000000000017", "trackingEvents": [filled]}
    return CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings[0].checkpoints[0]


def test_all_event_types_exist() -> None:
    assert {*codes._BY_KEY.values(), *codes._BY_SENTENCE.values()} <= set(EVENT_TYPES)


def test_no_sentence_stands_twice() -> None:
    told = [sentence for row in codes._SENTENCE_TABLE.strip().splitlines() for sentence in row.partition(": ")[2].split(" | ")]
    assert sorted(told) == sorted(set(told))


def test_a_local_time_is_never_read_as_gmt() -> None:
    scan = event(GMTTimestamp="2026-03-04T16:10:00Z", GMTOffset="-07:00")
    assert (scan.occurred_at.local, scan.occurred_at.offset, scan.occurred_at.zone_source) == (
        "2026-03-04T09:10:00",
        "-07:00",
        ZoneSource.SENT,
    )
    with_z = event(eventTimestamp="2026-03-04T09:10:00Z", GMTOffset="-7:00")
    assert with_z.occurred_at == scan.occurred_at


def test_without_an_offset_the_state_tells_the_clock() -> None:
    stamp = event(eventState="AZ", eventCity="TUCSON", GMTTimestamp="2026-03-04T16:10:00Z").occurred_at
    assert (stamp.offset, stamp.zone_source) == ("-07:00", ZoneSource.FACILITY)


def test_midnight_without_gmt_is_a_date() -> None:
    stamp = event(eventTimestamp="2026-03-04T00:00:00").occurred_at
    assert (stamp.local, stamp.precision) == ("2026-03-04", Precision.DATE)
    exact = event(eventTimestamp="2026-03-04T00:00:00", GMTTimestamp="2026-03-04T05:00:12Z", GMTOffset="-05:00").occurred_at
    assert exact.precision is Precision.SECOND


@pytest.mark.parametrize(
    ("code", "attribute", "text", "event_type"),
    [
        ("01", "", "Delivered, In/At Mailbox", "delivered_mailbox"),
        ("01", "", "Delivered, To Original Sender", "returned_to_sender"),
        ("01", "08", "", "delivered_po_box"),
        ("01", "", "Delivered by a mule", "delivered"),
        ("01", "", "Out for Delivery", "delivered"),
        ("10", "", "Arrived at USPS Facility", "facility_arrival"),
        ("10", "", "Processed through USPS Sort Facility", "facility_processed"),
        ("09", "", "Return to Sender", "return_started"),
        ("56", "", "Notice Left (No Authorized Recipient Available)", "attempt_failed_not_home"),
        ("ZZ", "", "Delivered", "unknown"),
    ],
)
def test_the_code_decides_and_its_own_sentences_refine_it(code: str, attribute: str, text: str, event_type: str) -> None:
    assert event_type_of(code, attribute, text) == event_type


def test_an_uncoded_sentence_is_known_or_unknown() -> None:
    assert event_type_of_sentence("Inbound  Out of Customs") == "customs_released"
    assert event_type_of_sentence("Inbound out of customs, probably") == "unknown"


@pytest.mark.parametrize(
    ("line", "region", "country"),
    [
        ("LONG BEACH, CA 90802", "CA", "US"),
        ("On its way to LONG BEACH, CA 908021048", "CA", "US"),
        ("JAMAICA NY INTERNATIONAL DISTRIBUTION CENTER", "NY", "US"),
        ("ISC NEW YORK NY(USPS)", "NY", "US"),
        ("FRANKFURT/FLUGHAFEN, GERMANY", None, "DE"),
        ("GERMANY", None, "DE"),
        ("SOMEWHERE", None, None),
    ],
)
def test_a_line_is_read_as_a_place(line: str, region: str | None, country: str | None) -> None:
    place = place_in(line)
    assert place
    assert (place.region, place.country) == (region, country)


@pytest.mark.parametrize(("text", "offset"), [("-7:00", "-07:00"), ("-0500", "-05:00"), ("+05:30", "+05:30"), ("string", None), ("", None)])
def test_an_offset_is_read_in_its_spellings(text: str, offset: str | None) -> None:
    assert offset_in(text) == offset


def test_a_predicted_window_is_the_estimate() -> None:
    (estimate,) = sample("on_the_way.json").trackings[0].estimates
    assert (str(estimate.from_on), estimate.from_time, estimate.to_time) == ("2026-03-06", "13:15", "17:15")
    assert estimate.stated_at
    assert estimate.stated_at.local == "2026-03-05"


def test_a_parcel_back_with_its_sender_has_no_estimate_and_its_neighbour_is_a_note() -> None:
    parsed = sample("returned.xml")
    (tracking,) = parsed.trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["returned_to_sender", "return_started", "out_for_delivery"]
    assert tracking.checkpoints[0].carrier_code == "01/41"
    assert tracking.estimates == ()
    assert tracking.signed_by == "R SAMPLE"
    assert [(note.code, note.tracking_number) for note in parsed.notes] == [("-2147219302", "9400100000000000000031")]


def test_lines_of_text_are_read_like_fields() -> None:
    body = (
        b'<TrackResponse><TrackInfo ID="9400100000000000000017"><TrackSummary>Your item was delivered in or at the mailbox '
        b"at 2:13 pm on July 14, 2025 in TUCSON, AZ 85701.</TrackSummary>"
        b"<TrackDetail>Out for Delivery, 07/14/2025, 7:10 am, TUCSON, AZ 85701</TrackDetail>"
        b"<TrackDetail>Shipping Label Created, USPS Awaiting Item, July 7, 2025, 11:06 pm, OAKLAND, CA 94603</TrackDetail></TrackInfo></TrackResponse>"
    )
    (tracking,) = CARRIER.parse(Raw(body=body)).trackings
    assert [(scan.event_type, scan.occurred_at and scan.occurred_at.local) for scan in tracking.checkpoints] == [
        ("delivered_mailbox", "2025-07-14T14:13:00"),
        ("out_for_delivery", "2025-07-14T07:10:00"),
        ("label_created", "2025-07-07T23:06:00"),
    ]
    assert (tracking.checkpoints[0].place.city, tracking.checkpoints[0].place.region) == ("TUCSON", "AZ")


def test_the_oldest_lines_name_no_year_and_are_kept_undated() -> None:
    body = (
        b'<TrackResponse><TrackInfo ID="EJ000000018US"><TrackSummary>Your item was delivered at 8:10 am on June 1 in Wilmington DE 19801.'
        b"</TrackSummary><TrackDetail>May 30 11:07 am NOTICE LEFT WILMINGTON DE 19801.</TrackDetail>"
        b"<TrackDetail>May 29 9:55 am ACCEPT OR PICKUP EDGEWATER NJ 07020.</TrackDetail></TrackInfo>"
        b'<TrackInfo ID="EJ000000021US"><TrackSummary>There is no record of that mail item.</TrackSummary></TrackInfo></TrackResponse>'
    )
    parsed = CARRIER.parse(Raw(body=body))
    first, second = parsed.trackings
    assert [(scan.event_type, scan.occurred_at) for scan in first.checkpoints] == [
        ("delivered", None),
        ("notice_left", None),
        ("accepted", None),
    ]
    assert second.checkpoints == ()
    assert [(note.text, note.tracking_number) for note in parsed.notes] == [("There is no record of that mail item.", "EJ000000021US")]


@pytest.mark.parametrize(
    ("status", "category", "summary", "told", "local"),
    [
        (
            "Delivered, PO Box",
            "Delivered",
            "Your item was delivered at 10:51 am on January 28, 2026 in RENO, NV 89501.",
            "delivered_po_box",
            "2026-01-28T10:51:00",
        ),
        (
            "New words",
            "Moving Through Network",
            "Your item arrived on January 27, 2026 at 1:44 am.",
            "in_transit",
            "2026-01-27T01:44:00",
        ),
        ("New words", "Pre-Shipment", "Soon.", "order_data_received", None),
        ("New words", "Beamed", "", "unknown", None),
    ],
)
def test_an_answer_for_the_summary_alone_tells_its_status(status: str, category: str, summary: str, told: str, local: str | None) -> None:
    body = {"trackingNumber": "9400100000000000000017", "status": status, "statusCategory": category, "statusSummary": summary}
    (only,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings[0].checkpoints
    assert (only.event_type, only.carrier_code, only.occurred_at and only.occurred_at.local) == (told, category, local)


def test_a_promised_hour_in_the_sentence_changes_nothing() -> None:
    assert event_type_of_sentence("Out for Delivery, Expected Delivery by 6:15pm") == "out_for_delivery"


def test_an_answer_without_its_number_takes_the_one_that_was_asked() -> None:
    body = b'{"trackingEvents": [{"eventCode": "OF", "eventTimestamp": "2026-03-04T09:10:00"}]}'
    asked = Raw(body=body, url="https://example.test/tracking/v3/tracking/9400100000000000000017?expand=DETAIL")
    assert CARRIER.parse(asked).trackings[0].tracking_number == "9400100000000000000017"
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=body))


def signed(body: bytes) -> dict[str, str]:
    envelope = json.loads(body)
    made = hmac.new(SECRET["secret"].encode(), (envelope["timestamp"] + envelope["payload"]).encode(), hashlib.sha256)
    return {"x-hmac": base64.b64encode(made.digest()).decode()}


def test_a_push_is_opened_and_its_signature_fits() -> None:
    body = (SAMPLES / "push.json").read_bytes()
    assert [scan.event_type for scan in sample("push.json").trackings[0].checkpoints] == ["delivered_safe_place"]
    verify(Raw(body=body, headers=signed(body)), SECRET, NOW)
    verify(Raw(body=body, headers={"hmac-header": signed(body)["x-hmac"]}), SECRET, NOW)


def test_a_forged_cut_or_missing_signature_is_refused() -> None:
    body = (SAMPLES / "push.json").read_bytes()
    headers = signed(body)
    for changed, given_headers in (
        (body.replace(b"TUCSON", b"TUSCON"), headers),
        (body.replace(b"21:04", b"21:05"), headers),
        (body[:-4], headers),
        (b"[]", headers),
        (body, {"x-hmac": headers["x-hmac"][:-2]}),
        (body, {"x-hmac": "é"}),
        (body, {}),
    ):
        with pytest.raises(BadSignatureError):
            verify(Raw(body=changed, headers=given_headers), SECRET, NOW)


def test_a_connection_without_a_secret_takes_unsigned_pushes_only() -> None:
    body = (SAMPLES / "push.json").read_bytes()
    verify(Raw(body=body), {}, NOW)
    with pytest.raises(MisconfiguredError):
        verify(Raw(body=body, headers=signed(body)), {}, NOW)


@needs_data
@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("usps__01.json", []),
        ("usps__05.xml", []),
        ("usps__11.xml", []),
        ("usps__13.xml", ["2014-03-02"]),
        ("usps__15.html", []),
        ("usps__16.html", ["2017-09-05"]),
        ("usps__20.json", ["2024-11-29"]),
    ],
)
def test_a_real_payload_states_the_judged_day(name: str, days: list[str]) -> None:
    assert [str(estimate.from_on) for estimate in payload(name).trackings[0].estimates] == days


@needs_data
@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("usps__02.json", [("string", None)]),
        ("usps__03.json", [("invalid_client", None)]),
        ("usps__04.xml", [("-2147219067", None)]),
        ("usps__07.xml", [("-2147219302", "9405510EE200828613653750"), ("-2147219303", "CJ422417033US")]),
        ("usps__08.xml", [("-2147219302", "9102901000462189604217")]),
        ("usps__09.xml", [("-2147219301", "9574211957289221353248")]),
        ("usps__10.xml", [("-2147219040", None)]),
        ("usps__17.xml", [("-2147219283", "9400100000000000000000")]),
        ("usps__21.json", [("150001", None)]),
    ],
)
def test_a_real_error_answer_is_a_note(name: str, notes: list[tuple[str, str | None]]) -> None:
    assert [(note.code, note.tracking_number) for note in payload(name).notes] == notes


@needs_data
def test_the_unknown_real_events_are_the_listed_ones() -> None:
    unknown = {
        path.name
        for path in sorted((DATA / "payloads").glob("usps__*"))
        if not path.name.endswith(".expected.json")
        for tracking in payload(path.name).trackings
        if any(scan.event_type == "unknown" for scan in tracking.checkpoints)
    }
    assert unknown == set(UNKNOWN)


TAGS = [
    "TrackInfo",
    "TrackSummary",
    "TrackDetail",
    "EventTime",
    "EventDate",
    "Event",
    "EventCity",
    "EventState",
    "EventZIPCode",
    "EventCountry",
    "EventCode",
    "Error",
    "Number",
    "Description",
    "ExpectedDeliveryDate",
    "Class",
    "Name",
]
KEYS = [
    "trackingNumber",
    "trackingEvents",
    "eventType",
    "eventTimestamp",
    "GMTTimestamp",
    "GMTOffset",
    "eventCity",
    "eventState",
    "eventZIP",
    "eventCountry",
    "eventCode",
    "error",
    "code",
    "errors",
    "title",
    "detail",
    "message",
    "expectedDeliveryTimeStamp",
    "predictedDeliveryDate",
    "predictedDeliveryWindowStartTime",
    "mailClass",
    "payload",
    "status",
    "name",
]
VALUES = st.sampled_from(
    [
        "9400100000000000000017",
        "01",
        "OF",
        "March 4, 2026",
        "9:01 am",
        "2026-03-04T09:10:00",
        "2026-03-04T00:00:00",
        "-05:00",
        "AZ",
        "TUCSON",
        "",
        "{}",
    ]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)
ELEMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(st.tuples(st.sampled_from(TAGS), inner), max_size=5).map(
        lambda pairs: "".join(f"<{tag}>{one}</{tag}>" for tag, one in pairs)
    ),
    max_leaves=15,
)


def parse_or_refuse(body: bytes) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=body))


@settings(deadline=None)
@given(TREES)
def test_any_json_of_usps_keys_is_read_or_refused(tree: Any) -> None:
    parse_or_refuse(json.dumps(tree).encode())


@settings(deadline=None)
@given(ELEMENTS)
def test_any_xml_of_usps_tags_is_read_or_refused(inner: str) -> None:
    parse_or_refuse(f"<TrackResponse>{inner}</TrackResponse>".encode())
    parse_or_refuse(f'<TrackResponse><TrackInfo ID="1"><TrackDetail>{inner}</TrackDetail>{inner}</TrackInfo></TrackResponse>'.encode())


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    parse_or_refuse(body)
    parse_or_refuse(b"<html><span class='tracking-number'>9</span><table class='tracking_history'><tbody><tr><td>" + body)
    parse_or_refuse(b"<html><span class='tracking-number'>9</span><div class='thPanalAction'><strong>" + body + b"<hr>" + body + b"<hr>")
