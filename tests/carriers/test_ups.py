"""UPS: the key is (activity type, code), the status code decides what is over, clocks, estimates, credentials, any bytes."""

import contextlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.families.ups_mail_innovations_codes import MAIL_INNOVATIONS
from doorstep.carriers.ups import CARRIER
from doorstep.carriers.ups.codes import Service, meaning_of, service_of
from doorstep.carriers.ups.codes.deliveries import DELIVERIES
from doorstep.carriers.ups.codes.exceptions import EXCEPTIONS
from doorstep.carriers.ups.codes.freight import FREIGHT
from doorstep.carriers.ups.codes.movements import MANIFEST, MOVEMENTS, UPDATES
from doorstep.carriers.ups.codes.statuses import STATUSES
from doorstep.carriers.ups.codes.table import rows
from doorstep.carriers.ups.left_at import refined
from doorstep.carriers.ups.track_alert import verify_credential
from doorstep.carriers.ups.tracking_json import grams
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data" / "carriers"
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "carriers" / "ups" / "samples"
TABLES = {
    "exception": EXCEPTIONS,
    "dials_delivery": DELIVERIES,
    "uld_movement": MOVEMENTS,
    "manifest": MANIFEST,
    "updates": UPDATES,
    "mail_innovations": MAIL_INNOVATIONS,
    "status_description": STATUSES,
}
#: Status codes that say nothing about a parcel: no data, a test record (0, "not available", is left out likewise).
TELL_NOTHING = {"88", "148", "163"}
#: All scans of the real payloads are mapped; a code that is not would be listed here with the reason.
UNMAPPED_IN_PAYLOADS: dict[str, str] = {}


def package(*activities: dict[str, Any], **more: Any) -> Raw:
    answer = {"trackingNumber": "1Z000X000100000017", "activity": list(activities)} | more
    return Raw(body=json.dumps({"trackResponse": {"shipment": [{"package": [answer]}]}}).encode())


def activity(kind: str, code: str, status: str = "", **more: Any) -> dict[str, Any]:
    return {
        "status": {"type": kind, "code": code, "statusCode": status, "description": "words"},
        "date": "20260304",
        "time": "101500",
    } | more


def scan(raw: Raw) -> Any:
    return CARRIER.parse(raw).trackings[0].checkpoints[0]


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/carriers is not here")
def test_every_published_parcel_code_is_mapped() -> None:
    lines = (DATA / "code_lists" / "ups_all.tsv").read_text(encoding="utf-8").splitlines()[1:]
    missing = set()
    for line in lines:
        section, code, source, _ = line.split("\t")
        table = TABLES.get(section, {})
        if section == "mail_innovations" and not source:
            continue  # the list of activity types, which the copy of the table runs into
        if section == "status_description" and not (code.isdigit() and not code.startswith("0")):
            continue  # the freight half of the table, and its headings
        if section != "freight_activity" and code not in table:
            missing.add((section, code))
    assert missing == {("status_description", code) for code in TELL_NOTHING}


def test_unmapped_scans_of_real_payloads_are_listed() -> None:
    judged = json.loads((Path(__file__).parent / "expectations" / "ups.json").read_text(encoding="utf-8"))
    scans = [scan for trackings in judged.values() for tracking in trackings for scan in tracking["events"]]
    assert len(scans) == 58
    assert {code for event_type, code, *_ in scans if event_type == "unknown"} == UNMAPPED_IN_PAYLOADS.keys()


def test_every_code_stands_for_an_event_type_we_have() -> None:
    for table in (*TABLES.values(), FREIGHT):
        assert set(table.values()) <= EVENT_TYPES.keys()


def test_a_code_may_stand_in_one_row_only() -> None:
    with pytest.raises(ValueError, match="AA"):
        rows("one: AA\ntwo: AA")


@pytest.mark.parametrize(
    ("kind", "code", "slug"),
    [
        ("I", "DP", "facility_departure"),
        ("M", "DP", "manifested"),
        ("X", "DP", "prohibited_goods"),
        ("I", "VP", "pickup_cancelled"),
        ("MV", "VP", "label_voided"),
        ("X", "VP", "held_for_documents"),
        ("I", "OR", "origin_scan"),
        ("X", "OR", "held_regulatory"),
        ("I", "DS", "delivery_facility_arrival"),
        ("X", "DS", "address_problem"),
        ("D", "FS", "delivered"),
        ("D", "KB", "delivered"),
        ("X", "KB", "informational"),
        ("I", "DL", "loaded_for_delivery"),
        ("X", "DL", "return_started"),
        ("X", "AL", "address_problem"),
        ("X", "HD", "delivered_damaged"),
        ("X", "UF", "return_started"),
        ("X", "SR", "customs_released"),
        ("P", "PU", "picked_up"),
    ],
)
def test_the_activity_type_is_part_of_the_key(kind: str, code: str, slug: str) -> None:
    meaning = meaning_of(kind, code, "")
    assert (meaning.event_type, meaning.carrier_code) == (slug, f"{kind}/{code}")


def test_not_the_entire_shipment_is_a_part_of_it_though_somebody_signed() -> None:
    assert refined("delivered", code="KU") == refined("delivered", code="KU", signed_by="SAMPLE") == "delivered_partial"
    assert refined("delivered", code="ML", signed_by="SAMPLE") == "delivered_signed"
    assert (FREIGHT["D2"], FREIGHT["63"]) == ("delivered_partial", "delivered"), "the last part makes it whole"


def test_a_code_means_something_else_for_mail_innovations() -> None:
    assert service_of("UPS Mail Innovations Expedited") is Service.MAIL_INNOVATIONS
    assert meaning_of("I", "ZX", "").event_type == "unknown"
    assert scan(package(activity("I", "ZX"), service={"description": "UPS Mail Innovations"})).event_type == "handed_to_partner_untracked"
    assert service_of("TForce Freight LTL") is Service.FREIGHT
    assert meaning_of("X", "UX", "", Service.FREIGHT).event_type == "stolen"


def test_the_status_code_tells_that_a_clearance_is_over() -> None:
    assert scan(package(activity("X", "RZ", "012"))).event_type == "customs_processing"
    released = scan(package(activity("X", "RZ", "014")))
    assert (released.event_type, released.carrier_code) == ("customs_released", "X/RZ/014")
    assert scan(package(activity("X", "BB", "058"))).event_type == "held_for_documents"
    assert scan(package(activity("X", "BB", "014"))).event_type == "exception_resolved"


def test_the_status_code_speaks_where_there_is_no_code_of_its_own() -> None:
    only_status = scan(package(activity("X", "", "092")))
    assert (only_status.event_type, only_status.carrier_code) == ("customs_processing", "X/092")
    assert scan(package(activity("D", "??", "011"))).event_type == "delivered"
    assert scan(package(activity("X", "??", "003"))).event_type == "unknown", "a parcel under way is not back at the label"


def test_unknown_stays_unknown_with_its_code() -> None:
    unknown = scan(package(activity("X", "??")))
    assert (unknown.event_type, unknown.carrier_code, unknown.carrier_text) == ("unknown", "X/??", "words")


def test_a_cancelled_scan_takes_the_earlier_one_back() -> None:
    cancelled = scan(package(activity("I", "CA")))
    assert (cancelled.event_type, cancelled.retracts) == ("event_retracted", "I/AR")
    assert scan(package(activity("I", "AR"))).retracts is None


def test_where_it_was_left_refines_a_delivery() -> None:
    assert scan(package(activity("D", "FS"), deliveryInformation={"location": "Front Door"})).event_type == "delivered_safe_place"
    assert scan(package(activity("D", "FS"), deliveryInformation={"location": "On the moon"})).event_type == "delivered"
    sample = CARRIER.parse(Raw(body=(SAMPLES / "delivered.xml").read_bytes())).trackings[0]
    assert [(each.event_type, each.carrier_code) for each in sample.checkpoints] == [("delivered_safe_place", "D/KB")]


def test_the_offset_is_the_one_sent_or_the_one_that_gmt_tells_or_the_places() -> None:
    sent = scan(package(activity("I", "OR", gmtOffset="-04.00"))).occurred_at
    assert (sent.local, sent.offset, sent.zone_source, sent.precision) == (
        "2026-03-04T10:15:00",
        "-04:00",
        ZoneSource.SENT,
        Precision.SECOND,
    )
    told = scan(package(activity("I", "OR", gmtDate="20260304", gmtTime="02:15:00"))).occurred_at
    assert (told.offset, told.zone_source) == ("+08:00", ZoneSource.SENT)
    place = {"address": {"city": "Phoenix", "stateProvince": "AZ", "countryCode": "US"}}
    assert scan(package(activity("I", "OR", location=place))).occurred_at.offset == "-07:00"
    nobody = scan(package(activity("I", "OR"))).occurred_at
    assert (nobody.offset, nobody.zone_source) == (None, ZoneSource.ASSUMED)


def test_a_label_without_a_date_is_undated_and_a_date_without_a_time_is_a_date() -> None:
    assert scan(package(activity("M", "MP", date="", time=""))).occurred_at is None
    assert scan(package(activity("M", "MP", time=""))).occurred_at.precision is Precision.DATE
    assert scan(package(activity("M", "MP", date="00010101"))).occurred_at is None


def test_a_rescheduled_date_stands_beside_the_first_one_and_is_newer() -> None:
    first, second = CARRIER.parse(Raw(body=(SAMPLES / "on_the_way.json").read_bytes())).trackings[0].estimates
    assert (first.to_on, first.stated_at) == (date(2026, 3, 4), None)
    assert (second.to_on, second.from_time, second.to_time, second.reason) == (date(2026, 3, 5), "10:15", "14:15", "rescheduled")
    assert second.stated_at
    assert second.stated_at.local == "2026-03-04T06:15:00"


def test_no_estimate_outlives_the_delivery() -> None:
    promised = {"deliveryDate": [{"type": "SDD", "date": "20260304"}]}
    assert CARRIER.parse(package(activity("I", "OR"), **promised)).trackings[0].estimates
    assert not CARRIER.parse(package(activity("D", "FS"), **promised)).trackings[0].estimates


def test_the_postal_number_is_the_last_mile() -> None:
    links = CARRIER.parse(Raw(body=(SAMPLES / "on_the_way.json").read_bytes())).trackings[0].links
    assert links == (Link(tracking_number="9200000000000000000017", carrier="usps", role="last_mile"),)


def test_a_new_label_is_linked_to_the_old_one() -> None:
    other = {"alternateTrackingNumber": [{"number": "1Z000X000100000099", "type": ""}]}
    links = CARRIER.parse(package(activity("X", "CG"), **other)).trackings[0].links
    assert links == (Link(tracking_number="1Z000X000100000099", carrier="ups", role="replaced_by"),)
    assert CARRIER.parse(package(activity("I", "OR"), **other)).trackings[0].links == ()


def test_an_unknown_number_is_a_note_about_it() -> None:
    body = b'{"trackResponse":{"shipment":[{"inquiryNumber":"1z 9","warnings":[{"code":"TW0001","message":"none"}]}]}}'
    assert CARRIER.parse(Raw(body=body)).notes == (CarrierNote("TW0001", "none", "1Z9"),)


def test_a_track_alert_is_one_scan() -> None:
    tracking = CARRIER.parse(Raw(body=(SAMPLES / "track_alert.json").read_bytes())).trackings[0]
    at = tracking.checkpoints[0].occurred_at
    assert [(each.event_type, each.carrier_code) for each in tracking.checkpoints] == [("out_for_delivery", "I/OT")]
    assert at
    assert (at.offset, at.zone_source) == ("-05:00", ZoneSource.SENT)
    assert tracking.estimates[0].to_time == "14:15"


def test_a_track_alert_without_a_number_is_refused() -> None:
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=b'{"activityStatus":{"type":"I"}}'))


def test_the_credential_must_be_the_one_given_to_ups() -> None:
    settings = {"credential": "open sesame"}
    verify_credential(Raw(body=b"{}", headers={"credential": "open sesame"}), settings, NOW)
    for headers in ({}, {"credential": "open"}, {"credential": ""}):
        with pytest.raises(BadSignatureError):
            verify_credential(Raw(body=b"{}", headers=headers), settings, NOW)
    with pytest.raises(MisconfiguredError):
        verify_credential(Raw(body=b"{}", headers={"credential": "x"}), {}, NOW)


PAGE = """<!doctype html><html><body><p>1Z000X000100000017</p><table><tr><th>Location</th><th>Date</th><th>Local Time</th><th>Activity</th></tr>
{}</table></body></html>"""


def page(*lines: tuple[str, str, str, str]) -> list[Any]:
    body = PAGE.format("".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines))
    return list(CARRIER.parse(Raw(body=body.encode())).trackings[0].checkpoints)


def test_a_page_is_read_by_its_sentences_and_an_empty_place_is_the_one_above_on_the_same_day() -> None:
    first, second, third = page(
        ("Vienna, Austria", "14.04.2026", "15:15", "Delivered <a>Proof of Delivery</a>"),
        ("", "14.04.2026", "7:00", "Something new"),
        ("", "13.04.2026", "11:09 (ET)", "Order Processed: Ready for UPS"),
    )
    assert (first.event_type, first.occurred_at.local, first.occurred_at.offset) == ("delivered", "2026-04-14T15:15:00", "+02:00")
    assert (second.event_type, second.place.country, second.carrier_text) == ("unknown", "AT", "Something new")
    assert (third.place, third.occurred_at.offset, third.occurred_at.zone_source) == (None, "-04:00", ZoneSource.SENT)


def test_the_american_page_puts_the_month_first() -> None:
    (only,) = page(("Koeln, Germany", "01/08/2026", "8:55 P.M.", "Departure Scan"))
    assert only.occurred_at.local == "2026-01-08T20:55:00"


@pytest.mark.parametrize(
    ("weight", "unit", "expected"),
    [("1.20", "KGS", 1200), ("1", "lbs", 454), ("0.00", "LBS", None), ("1e999", "KGS", None), ("string", "string", None)],
)
def test_weights_are_grams(weight: str, unit: str, expected: int | None) -> None:
    assert grams(weight, unit) == expected


KEYS = st.sampled_from(
    [
        "trackResponse", "shipment", "package", "activity", "status", "type", "code", "statusCode", "description", "date", "time", "gmtDate",
        "gmtTime", "gmtOffset", "location", "address", "city", "countryCode", "slic", "deliveryDate", "deliveryTime", "trackingNumber",
        "inquiryNumber", "warnings", "message", "response", "errors", "alternateTrackingNumber", "number", "weight", "service",
        "deliveryInformation", "receivedBy", "currentStatus", "activityStatus", "localActivityDate", "localActivityTime", "scheduledDeliveryDate",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(["20260304", "X", "D", "014"]),
)
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=40)


@given(TREES)
def test_json_of_these_names_is_read_or_refused(tree: Any) -> None:
    bodies = [
        tree,
        {"trackResponse": tree},
        {"trackResponse": {"shipment": {"package": tree}}},
        {"trackingNumber": "1", "activityStatus": {}} | (tree if isinstance(tree, dict) else {}),
    ]
    for body in bodies:
        with contextlib.suppress(BadInputError):
            CARRIER.parse(Raw(body=json.dumps(body).encode()))


@given(
    st.one_of(
        st.binary(),
        st.text().map(lambda text: f"<TrackResponse>{text}</TrackResponse>".encode()),
        st.text().map(lambda text: f"<html><table>{text}".encode()),
    )
)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadInputError):
        CARRIER.parse(Raw(body=body))


@pytest.mark.parametrize(
    ("kind", "slug"), [("D", "delivered"), ("I", "in_transit"), ("M", "order_data_received"), ("MV", "label_voided"), ("W", "unknown")]
)
def test_a_type_without_any_code_says_what_the_type_says(kind: str, slug: str) -> None:
    assert scan(package(activity(kind, ""))).event_type == slug
    assert scan(package(activity(kind, "??"))).event_type == "unknown", "a code we do not have is another matter"


def test_a_package_without_activities_tells_its_current_status() -> None:
    current = {"type": "D", "code": "011", "description": "Delivered"}
    raw = package(currentStatus=current, deliveryDate=[{"type": "DEL", "date": "20260305"}])
    (only,) = CARRIER.parse(raw).trackings[0].checkpoints
    assert (only.event_type, only.carrier_code, only.occurred_at.local) == ("delivered", "D/011", "2026-03-05")
    (label,) = CARRIER.parse(package(currentStatus={"code": "003"})).trackings[0].checkpoints
    assert (label.event_type, label.occurred_at) == ("order_data_received", None)
    assert CARRIER.parse(package(currentStatus={})).trackings[0].checkpoints == ()


OLDER = {
    "TrackResponse": {
        "Response": {"ResponseStatus": {"Code": "1"}},
        "Shipment": {
            "InquiryNumber": {"Code": "01", "Value": "1Z000X000100000017"},
            "Service": {"Code": "003", "Description": "UPS Ground"},
            "DeliveryDetail": {"Type": {"Code": "03", "Description": "Scheduled Delivery"}, "Date": "20260306"},
            "Package": {
                "TrackingNumber": "1Z000X000100000017",
                "Activity": [
                    {
                        "ActivityLocation": {"Address": {"City": "Reno", "StateProvinceCode": "NV", "CountryCode": "US"}},
                        "Status": {"Type": "I", "Description": "Out For Delivery", "Code": "OF"},
                        "Date": "20260304",
                        "Time": "091500",
                    },
                    {"Status": {"Type": "M", "Description": "Order Processed", "Code": "MP"}, "Date": "20260303", "Time": "101500"},
                ],
            },
        },
    }
}


def test_the_older_json_is_read_as_the_xml_it_repeats() -> None:
    (tracking,) = CARRIER.parse(Raw(body=json.dumps(OLDER).encode())).trackings
    assert [(each.event_type, each.carrier_code) for each in tracking.checkpoints] == [
        ("out_for_delivery", "I/OF"),
        ("order_data_received", "M/MP"),
    ]
    assert tracking.checkpoints[0].place.city == "Reno"
    assert tracking.estimates[0].from_on == date(2026, 3, 6)
    fault = {"Fault": {"detail": {"Errors": {"ErrorDetail": {"PrimaryErrorCode": {"Code": "151018", "Description": "Invalid number"}}}}}}
    assert CARRIER.parse(Raw(body=json.dumps(fault).encode())).notes == (CarrierNote("151018", "Invalid number"),)


def test_the_soap_answer_is_read_in_its_envelope() -> None:
    body = """<soapenv:Envelope xmlns:soapenv="urn:s"><soapenv:Body><trk:TrackResponse xmlns:trk="urn:t"><trk:Shipment><trk:Package>
    <trk:TrackingNumber>1Z000X000100000017</trk:TrackingNumber><trk:Activity><trk:Status><trk:Type>D</trk:Type>
    <trk:Description>DELIVERED</trk:Description><trk:Code>KB</trk:Code></trk:Status><trk:Date>20260304</trk:Date>
    <trk:Time>101500</trk:Time></trk:Activity></trk:Package></trk:Shipment></trk:TrackResponse></soapenv:Body></soapenv:Envelope>"""
    (only,) = CARRIER.parse(Raw(body=body.encode())).trackings[0].checkpoints
    assert (only.event_type, only.carrier_code, only.occurred_at.local) == ("delivered", "D/KB", "2026-03-04T10:15:00")
    fault = "<Envelope><Body><Fault><faultcode>Client</faultcode><faultstring>no</faultstring></Fault></Body></Envelope>"
    assert CARRIER.parse(Raw(body=fault.encode())).notes == (CarrierNote("Client", "no"),)


def test_a_page_in_another_language_is_found_by_its_dates() -> None:
    body = PAGE.replace("Location", "Ort").replace("Local Time", "Ortszeit").replace("Date", "Datum").replace("Activity", "Aktivität")
    line = "<tr><td>Berlin, Germany</td><td>14.04.2026</td><td>15:15</td><td>{}</td></tr>"
    found = CARRIER.parse(Raw(body=body.format(line.format("Zugestellt") + line.format("Ankunfts Scan")).encode())).trackings[0].checkpoints
    assert [each.event_type for each in found] == ["delivered", "facility_arrival"]
