"""GS1 EPCIS: XML and JSON alike, keys as on the label, step and disposition together, declared errors, places."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import carriers
from doorstep.carriers.epcis.codes import event_type_of
from doorstep.carriers.epcis.identifiers import facility_of, number_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Parsed, Scan, Tracking
from doorstep.domain.vocabulary import Status
from doorstep.errors import BadInputError
from doorstep.timeline import fold

EPCIS = carriers()["epcis"]
SSCC = "urn:epc:id:sscc:0614141.1234567890"
GLN = "urn:epc:id:sgln:0614141.00777.0"


def event(**changed: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent", "eventTime": "2026-11-20T23:30:00Z", "eventTimeZoneOffset": "+01:00", "epcList": [SSCC], "action": "OBSERVE",
        "bizStep": "arriving", "disposition": "in_transit", "readPoint": {"id": GLN}, **changed,
    }  # fmt: skip


def read(*events: dict[str, Any]) -> Parsed:
    return EPCIS.parse(Raw(body=json.dumps({"type": "EPCISDocument", "epcisBody": {"eventList": list(events)}}).encode()))


def xml(inside: str) -> Parsed:
    body = f'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1"><EPCISBody><EventList>{inside}</EventList></EPCISBody></e:EPCISDocument>'
    return EPCIS.parse(Raw(body=body.encode()))


def only(parsed: Parsed) -> Tracking:
    (tracking,) = parsed.trackings
    return tracking


@pytest.mark.parametrize(
    ("identifier", "number"),
    [
        (SSCC, "106141412345678908"),
        ("https://id.gs1.org/00/106141412345678908", "106141412345678908"),
        ("https://example.org/a/b/00/106141412345678908?x=1", "106141412345678908"),
        ("urn:epc:id:grai:0614141.12345.400", "0614141123452400"),
        ("https://id.gs1.org/8003/00614141123452400", "00614141123452400"),
        ("urn:epc:id:giai:0614141.12345400", "061414112345400"),
        ("urn:epc:id:gsin:0614141.123456789", "06141411234567890"),
        ("urn:epc:id:ginc:0614141.xyz47", "0614141XYZ47"),
        ("urn:epc:id:sgtin:0614141.107346.2017", ""),
        ("https://id.gs1.org/01/70614141123451/21/2017", "2017"),
        ("https://parcels.example/track/AB 123", "AB123"),
        ("", ""),
    ],
)
def test_a_key_is_written_as_on_the_label(identifier: str, number: str) -> None:
    if "/01/" in identifier:
        number = ""
    assert number_of(identifier) == number


def test_a_place_is_called_by_its_location_number() -> None:
    assert facility_of(GLN) == "0614141007776"
    assert facility_of("urn:epc:id:sgln:0614141.00777.dock-4") == "0614141007776.dock-4"
    assert facility_of("https://id.gs1.org/414/0614141007776/254/dock-4") == "0614141007776.dock-4"


@pytest.mark.parametrize(
    ("step", "disposition", "event_type"),
    [
        ("arriving", "in_transit", "facility_arrival"), ("shipping", "in_transit", "in_transit"), ("shipping", "returned", "return_in_transit"),
        ("receiving", "returned", "return_received"), ("inspecting", "damaged", "damaged"), ("holding", "in_progress", "held_by_carrier"),
        ("", "stolen", "stolen"), ("https://example.com/step", "", "unknown"), ("", "", "unknown"), ("cycle_counting", "", "informational"),
    ],
)  # fmt: skip
def test_step_and_disposition_are_read_together(step: str, disposition: str, event_type: str) -> None:
    assert event_type_of(step, disposition) == event_type


@pytest.mark.parametrize(
    "step", ["departing", "urn:epcglobal:cbv:bizstep:departing", "https://ref.gs1.org/cbv/BizStep-departing", "cbv:BizStep-departing"]
)
def test_a_vocabulary_word_is_the_same_in_all_its_spellings(step: str) -> None:
    (scan,) = only(read(event(bizStep=step, disposition="urn:epcglobal:cbv:disp:in_transit"))).checkpoints
    assert (scan.event_type, scan.carrier_code) == ("facility_departure", "departing/in_transit")


def test_the_wall_clock_is_that_of_the_events_own_zone() -> None:
    (scan,) = only(read(event())).checkpoints
    assert scan.occurred_at is not None
    assert (scan.occurred_at.local, scan.occurred_at.offset) == ("2026-11-21T00:30:00", "+01:00")


def test_xml_and_json_say_the_same() -> None:
    inside = (
        "<ObjectEvent><eventTime>2026-11-20T23:30:00Z</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>"
        f"<epcList><epc>{SSCC}</epc></epcList><action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:arriving</bizStep>"
        f"<disposition>urn:epcglobal:cbv:disp:in_transit</disposition><readPoint><id>{GLN}</id></readPoint></ObjectEvent>"
    )
    assert xml(inside).trackings == read(event()).trackings


@pytest.mark.parametrize("reason", ["did_not_occur", "urn:epcglobal:cbv:er:incorrect_data", None])
def test_a_declared_error_takes_that_event_back_and_no_other(reason: str | None) -> None:
    early, late = event(eventTime="2026-11-20T08:00:00Z", bizStep="receiving"), event(eventTime="2026-11-21T08:00:00Z", bizStep="receiving")
    wrong = event(eventTime="2026-11-20T10:00:00Z", bizStep="destroying", disposition="destroyed")
    declared = {**wrong, "errorDeclaration": {"declarationTime": "2026-11-22T10:00:00Z", **({"reason": reason} if reason else {})}}
    scans = [Scan.of(scan) for scan in only(read(early, wrong, late, declared)).checkpoints]
    folded = fold(scans, ())
    assert folded.status is Status.IN_TRANSIT
    assert len([one for one in folded.counted if one in {scans[0].fingerprint, scans[1].fingerprint, scans[2].fingerprint}]) == 2


def test_a_voided_shipping_takes_the_shipping_back() -> None:
    shipped = event(bizStep="shipping", disposition="active", eventTime="2026-11-20T08:00:00Z")
    scans = only(read(event(bizStep="packing", eventTime="2026-11-20T07:00:00Z"), shipped, event(bizStep="void_shipping"))).checkpoints
    assert fold([Scan.of(scan) for scan in scans], ()).status is Status.INFO_RECEIVED


def test_what_is_taken_in_at_its_destination_is_delivered() -> None:
    there = [{"type": "location", "destination": GLN}]
    assert only(read(event(bizStep="receiving", destinationList=there))).checkpoints[0].event_type == "delivered"
    elsewhere = [{"type": "location", "destination": "urn:epc:id:sgln:0614142.00001.0"}]
    assert only(read(event(bizStep="receiving", destinationList=elsewhere))).checkpoints[0].event_type == "facility_arrival"


def test_units_packed_into_another_are_consolidated_and_goods_are_no_parcels() -> None:
    inner, item = "urn:epc:id:sscc:0614141.1234567891", "urn:epc:id:sgtin:0614141.107346.2017"
    parsed = read(event(type="AggregationEvent", parentID=SSCC, childEPCs=[inner, item], epcList=None, action="ADD", bizStep="packing"))
    assert [[scan.event_type for scan in one.checkpoints] for one in parsed.trackings] == [["packed_ready"], ["consolidated"]]
    assert [note.code for note in read(event(epcList=[item])).notes] == ["goods"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"<a/>", b'{"epcisBody": {}}', b'{"epcisBody": {"eventList": [{"type": "x"}]}}', b"hello"])
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(BadInputError):
        EPCIS.parse(Raw(body=body)).trackings[0]


def test_a_time_that_is_none_is_refused_by_the_number_of_its_event() -> None:
    with pytest.raises(BadInputError, match="event 2: eventTime 'soon'"):
        read(event(), event(eventTime="soon"))
    with pytest.raises(BadInputError, match="event 1"):
        read(event(eventTimeZoneOffset="CET"))


def test_a_large_or_nested_document_is_read_or_refused_in_bounded_time() -> None:
    units = [f"urn:epc:id:sscc:0614141.{number:010}" for number in range(20_000)]
    there = [{"type": "location", "destination": f"urn:epc:id:sgln:0614141.{number:05}.0"} for number in range(20_000)]
    assert len(read(event(bizStep="receiving", epcList=units, destinationList=there)).trackings) == 20_000
    with pytest.raises(BadInputError, match="event 1: an event stands within an event"):
        xml("<ObjectEvent>" * 200 + "<a/>" * 50_000 + "</ObjectEvent>" * 200)


@given(st.text(max_size=60))
def test_any_identifier_is_a_number_or_none(text: str) -> None:
    for found in (number_of(text), number_of(f"urn:epc:id:{text}"), number_of(f"https://id.gs1.org/00/{text}")):
        assert found == "".join(found.split()).upper()
    facility_of(text)


def test_the_connections_carrier_counts() -> None:
    raw = Raw(body=json.dumps([event()]).encode())
    assert EPCIS.parse_with is not None
    assert only(EPCIS.parse(raw)).carrier == "epcis"
    assert only(EPCIS.parse_with(raw, {"carrier": "gls"})).carrier == "gls"
