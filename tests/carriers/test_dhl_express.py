"""DHL Express: the code list, places and their clocks, signatures, estimates, errors."""

import contextlib
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.dhl_express import CARRIER
from doorstep.carriers.families import dhl_express_codes as codes
from doorstep.carriers.families.dhl_express_codes import event_type_of, event_type_of_sentence
from doorstep.carriers.families.dhl_service_areas import place_at, place_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError

DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
LIST = DATA / "code_lists" / "dhl_group_status_by_division.csv"
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "dhl_express" / "samples"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")


def sample(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(SAMPLES / name).read_bytes()))


def payload(name: str) -> Parsed:
    return CARRIER.parse(Raw(body=(DATA / "payloads" / name).read_bytes()))


@needs_data
def test_every_code_of_the_list_has_an_event_type() -> None:
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        listed = [row[1] for row in csv.reader(lines, delimiter=";") if row and row[0] == "express"]
    assert len(listed) == 44
    assert [code for code in listed if event_type_of(code) == "unknown"] == []


def test_all_event_types_exist() -> None:
    assert {*codes._BY_CODE.values(), *codes._SENTENCES.values()} <= set(EVENT_TYPES)


def test_a_code_outside_the_list_stays_unknown_whatever_was_signed() -> None:
    assert event_type_of("ZZ", signed=True) == "unknown"
    assert event_type_of("DD", signed=True) == "delivered_damaged"
    assert event_type_of("OK", signed=True) == "delivered_signed"
    assert event_type_of("OK") == "delivered"


@pytest.mark.parametrize(
    ("text", "city", "region", "country"),
    [
        ("WOODSIDE,NY-USA", "WOODSIDE", "NY", "US"),
        ("SAN FRANCISCO GATEWAY, CA - USA", "SAN FRANCISCO GATEWAY", "CA", "US"),
        ("LONDON-HEATHROW - UNITED KINGDOM", "LONDON-HEATHROW", None, "GB"),
        ("KINGSTON-JAM", "KINGSTON", None, "JM"),
        ("Hong Kong - Hong Kong ", "Hong Kong", None, "HK"),
        ("AMSTERDAM - NETHERLANDS, THE", "AMSTERDAM", None, "NL"),
        ("Milan-IT", "Milan", None, "IT"),
        ("San Francisco     ", None, None, None),
        ("A-B-C", None, None, None),
    ],
)
def test_a_service_area_is_read_as_a_place(text: str, city: str | None, region: str | None, country: str | None) -> None:
    place = place_of(text)
    assert place
    assert (place.city, place.region, place.country) == (city, region, country)


def test_a_bare_town_is_looked_up_at_the_shipments_two_ends_only() -> None:
    ends = ("ROTTERDAM - DEN HAAG - NETHERLANDS, THE", "SAN FRANCISCO, CA - San Francisco - USA")
    here = place_at("San Francisco", ends)
    assert here
    assert (here.city, here.region, here.country) == ("San Francisco", "CA", "US")
    elsewhere = place_at("Springfield", ends)
    assert elsewhere
    assert elsewhere.country is None


@pytest.mark.parametrize(
    ("text", "place", "event_type"),
    [
        ("Processed at  ROTTERDAM - NETHERLANDS, THE", "ROTTERDAM - NETHERLANDS, THE", "facility_processed"),
        ("Arrived at Sort Facility  LOS ANGELES GATEWAY - USA", "LOS ANGELES GATEWAY, CA - USA", "facility_arrival"),
        ("Delivered - Signed for by : R SAMPLE", "Tucson", "delivered_signed"),
        ("Processed at the discretion of nobody", "ROTTERDAM - NETHERLANDS, THE", "unknown"),
        ("Delivered to a friend", "Tucson", "unknown"),
    ],
)
def test_only_known_sentences_with_their_place_are_read(text: str, place: str, event_type: str) -> None:
    assert event_type_of_sentence(text, place) == event_type


def test_the_estimate_keeps_its_own_wall_time() -> None:
    (tracking,) = sample("attempted.xml").trackings
    (estimate,) = tracking.estimates
    assert (str(estimate.from_on), estimate.to_time) == ("2026-03-06", "12:00")
    assert estimate.stated_at
    assert (estimate.stated_at.local, estimate.stated_at.offset) == ("2026-03-05T11:12:00", "-05:00")
    assert tracking.weight_g == 1250


def test_a_delivered_shipment_has_a_signature_pieces_and_no_estimate() -> None:
    (tracking,) = sample("delivered.json").trackings
    assert tracking.signed_by == "R SAMPLE"
    assert tracking.estimates == ()
    assert [(link.tracking_number, link.role) for link in tracking.links] == [
        ("JD000000000000000017", "part"),
        ("JD000000000000000024", "part"),
    ]
    assert [scan.occurred_at and scan.occurred_at.offset for scan in tracking.checkpoints] == ["+01:00", "+01:00", "+00:00"]


def test_the_unified_answer_reads_two_letter_codes_and_the_shared_words() -> None:
    (tracking,) = sample("unified.json").trackings
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("held_by_carrier", "transit/OH"),
        ("picked_up", "transit/PU"),
        ("order_data_received", "pre-transit"),
    ]
    (estimate,) = tracking.estimates
    assert (str(estimate.from_on), estimate.to_time) == ("2026-03-06", "18:00")
    assert tracking.weight_g == 1500


@needs_data
@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("dhl_express__04.xml", ["2021-05-07"]),
        ("dhl_express__05.xml", []),
        ("dhl_express__07.xml", ["2019-02-04"]),
        ("dhl_express__08.json", []),
    ],
)
def test_a_real_payload_states_the_judged_day(name: str, days: list[str]) -> None:
    (tracking,) = payload(name).trackings
    assert [str(estimate.from_on) for estimate in tracking.estimates] == days
    assert all(estimate.to_time is None for estimate in tracking.estimates)


@needs_data
def test_only_a_delivery_has_a_signature() -> None:
    first, second, third = payload("dhl_express__03.xml").trackings
    assert first.signed_by
    assert second.signed_by is third.signed_by is None
    assert payload("dhl_express__08.json").trackings[0].signed_by
    assert payload("dhl_express__10.json").trackings[0].signed_by is None


@needs_data
@pytest.mark.parametrize(("name", "code"), [("dhl_express__01.xml", "111"), ("dhl_express__02.xml", "103")])
def test_a_real_error_answer_is_a_note(name: str, code: str) -> None:
    parsed = payload(name)
    assert parsed.trackings == ()
    assert [note.code for note in parsed.notes] == [code]


TAGS = [
    "AWBInfo",
    "AWBNumber",
    "Status",
    "ActionStatus",
    "Condition",
    "ConditionCode",
    "ShipmentInfo",
    "EstDlvyDate",
    "Weight",
    "WeightUnit",
    "ShipmentEvent",
    "Date",
    "Time",
    "ServiceEvent",
    "EventCode",
    "Signatory",
    "ServiceArea",
    "Description",
    "Response",
    "Pieces",
    "PieceInfo",
    "LicensePlate",
    "PieceEvent",
]
KEYS = [
    "results",
    "errors",
    "id",
    "statusCode",
    "timestamp",
    "estimatedTimeOfDelivery",
    "details",
    "pieceIds",
    "checkpoints",
    "description",
    "time",
    "date",
    "location",
    "origin",
    "destination",
    "value",
    "pieces",
    "pIds",
    "totalPieces",
    "totalNumberOfPieces",
    "numberOfPieces",
    "trackingNumber",
    "shipments",
    "shipmentTrackingNumber",
    "events",
    "typeCode",
    "GMTOffset",
    "serviceArea",
    "signedBy",
    "estimatedDeliveryDate",
    "totalWeight",
    "unitOfMeasurements",
    "detail",
    "title",
    "status",
]
VALUES = st.sampled_from(
    ["1000000017", "OK", "PU", "2026-03-03", "09:12:00", "14:23", "Friday, May 26, 2017 ", "WOODSIDE,NY-USA", "K", "+01:00", ""]
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
def test_any_json_of_dhls_keys_is_read_or_refused(tree: Any) -> None:
    parse_or_refuse(json.dumps(tree).encode())


@settings(deadline=None)
@given(ELEMENTS)
def test_any_xml_of_dhls_tags_is_read_or_refused(inner: str) -> None:
    parse_or_refuse(f"<TrackingResponse>{inner}</TrackingResponse>".encode())
    start = "<TrackingResponse><AWBInfo><AWBNumber>1</AWBNumber><ShipmentInfo><ShipmentEvent>"
    parse_or_refuse(f"{start}{inner}</ShipmentEvent>{inner}</ShipmentInfo></AWBInfo></TrackingResponse>".encode())


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    parse_or_refuse(body)
    parse_or_refuse(b"<a>" + body)
    parse_or_refuse(b"{" + body)


def test_the_unified_answer_is_read_by_its_sentence_where_it_has_no_code() -> None:
    events = [
        {"statusCode": "transit", "status": "transit", "description": "Shipment is out with courier for delivery"},
        {
            "statusCode": "transit",
            "description": "Arrived at DHL Sort Facility LEIPZIG-GERMANY",
            "location": {"address": {"addressLocality": "LEIPZIG"}},
        },
        {"statusCode": "transit", "description": "Something new"},
    ]
    body = {"shipments": [{"id": "7777777770", "service": "express", "events": events}]}
    (tracking,) = CARRIER.parse(Raw(body=json.dumps(body).encode())).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["out_for_delivery", "facility_arrival", "in_transit"]
