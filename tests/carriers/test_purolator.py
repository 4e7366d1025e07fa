"""Purolator: sentences before kinds and codes, clocks without their zero, and three interfaces."""

import json

import pytest

from doorstep.carriers.purolator import CARRIER
from doorstep.carriers.purolator.codes import event_type_of, event_type_of_scan
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(text):
    return CARRIER.parse(Raw(body=text.encode()))


def scan(kind="Other", said="", clock="172300", depot="", details=""):
    return (
        f"<Scan><ScanType>{kind}</ScanType><Depot><Name>{depot}</Name></Depot><ScanDate>2026-07-13</ScanDate><ScanTime>{clock}</ScanTime>"
        f"<Description>{said}</Description><ScanDetails>{details}</ScanDetails></Scan>"
    )


def information(*scans):
    return read(
        f"<Envelope><TrackingInformation><PIN><Value>9001</Value></PIN><Scans>{''.join(scans)}</Scans></TrackingInformation></Envelope>"
    ).trackings[0]


@pytest.mark.parametrize(
    ("kind", "sentence", "signature", "event_type"),
    [
        ("Undeliverable", "Arrived at sort facility", "", "facility_arrival"),
        ("Undeliverable", "Something new", "", "unknown"),
        ("Undeliverable", "Attempted Delivery - Package Refused.", "", "refused"),
        ("Other", "Shipment in transit", "", "in_transit"),
        ("OnDelivery", "Something new", "", "out_for_delivery"),
        ("Delivery", "Shipment delivered to SAMPLE at: DOOR", "", "delivered"),
        ("Delivery", "Shipment delivered to SAMPLE at: DOOR", "SAMPLE", "delivered_signed"),
        ("Sideways", "Shipment in transit", "", "unknown"),
    ],
)
def test_a_sentence_says_more_than_the_kind_of_scan(kind, sentence, signature, event_type):
    assert event_type_of_scan(kind, sentence, signature) == event_type


def test_a_sentence_says_more_than_the_code_of_an_event():
    assert (event_type_of("1300", "Mechanical delay"), event_type_of("1300", "Something new")) == ("delayed_vehicle", "in_transit")
    assert (event_type_of("1234", "Something new"), event_type_of("X", "Mechanical delay")) == ("unknown", "unknown")
    assert event_type_of("6500", "Correction d\N{RIGHT SINGLE QUOTATION MARK}adresse requise") == "address_problem"


@pytest.mark.parametrize(
    ("clock", "depot", "local", "offset"),
    [
        ("172300", "HALIFAX DEPOT, NS", "2026-07-13T17:23:00", "-03:00"),
        ("83704", "MONTREAL SORT, PQ", "2026-07-13T08:37:04", "-04:00"),
        ("0", "", "2026-07-13T00:00:00", None),
    ],
)
def test_a_clock_that_lost_its_zero_is_the_depots(clock, depot, local, offset):
    told = information(scan(clock=clock, depot=depot)).checkpoints[0].occurred_at
    assert (told.local, told.offset) == (local, offset)


def test_quebec_is_qc():
    place = information(scan(depot="MONTREAL SORT, PQ")).checkpoints[0].place
    assert (place.facility, place.region, place.country) == ("MONTREAL SORT", "QC", "CA")


def test_a_new_number_replaces_this_one():
    told = information(scan(said="New Tracking Number Assigned - 900000000007"))
    assert [(link.tracking_number, link.role) for link in told.links] == [("900000000007", "replaced_by")]
    assert told.checkpoints[0].event_type == "tracking_number_changed"


def test_signer_and_service_are_told():
    details = "<DeliverySignature>SAMPLE</DeliverySignature><PremiumServiceText>{}</PremiumServiceText>"
    told = information(scan("Delivery", details=details.format("Not known or specified")), scan(details=details.format("9 AM")))
    assert (told.signed_by, told.service) == ("SAMPLE", "9 AM")


def test_errors_messages_and_faults_are_notes():
    error = "<Errors><Error><Code>1</Code><Description>none</Description></Error></Errors>"
    message = "<InformationalMessage><Code>2</Code><Message>odd</Message></InformationalMessage>"
    assert read(f"<E>{error}{message}</E>").notes == (CarrierNote("1", "none"), CarrierNote("2", "odd"))
    assert read("<E><Fault><faultcode>c</faultcode><faultstring>s</faultstring></Fault></E>").notes == (CarrierNote("c", "s"),)
    assert read("<E><TrackingInformationList/></E>").trackings == ()


def test_version_2_tells_packages_and_what_it_did_not_find():
    event = (
        "<event><dateTime>2026-07-15T08:48:28</dateTime><code>4200</code><description>x</description>"
        "<location><City>CALGARY</City><provinceState>AB</provinceState><CountryCode>CA</CountryCode></location></event>"
    )
    packages = f"<package><pin>9002</pin><events>{event}</events></package><package><pin>9003</pin></package>"
    lost = "<SearchResult><trackingId>9009</trackingId><status>NOT_FOUND</status></SearchResult>"
    told = read(f"<E><SearchResults><SearchResult>{packages}</SearchResult>{lost}</SearchResults></E>")
    first, second = told.trackings
    assert (first.checkpoints[0].event_type, first.checkpoints[0].occurred_at.offset) == ("out_for_delivery", "-06:00")
    assert (first.links[0].tracking_number, second.checkpoints) == ("9003", ())
    assert told.notes == (CarrierNote("NOT_FOUND", "", "9009"),)


def public(package, *results):
    return read(
        json.dumps({"searchResult": list(results), "shipment": [{"details": {"weight": {"unit": "LB", "value": 2}}, "package": package}]})
    )


def test_the_public_tracker_tells_estimates_until_the_parcel_waits():
    package = {"pin": "9004", "estimatedDeliveryDate": "2026-07-16", "events": [{"code": "4200", "dateTime": "2026-07-15 08:10:00"}]}
    (tracking,) = public(package).trackings
    assert (tracking.weight_g, tracking.estimates[0].to_on.isoformat()) == (907, "2026-07-16")
    assert public({**package, "events": [{"code": "9550"}]}).trackings[0].estimates == ()
    assert public([package, {"pin": "9005"}]).trackings[0].weight_g is None


def test_the_last_event_stands_in_for_a_history_and_may_name_a_new_number():
    (tracking,) = public(
        {"pin": "9004", "lastEvent": {"code": "1300", "description": "New tracking number assigned - 900000000007"}}
    ).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["tracking_number_changed"]
    assert [(link.tracking_number, link.role) for link in tracking.links] == [("900000000007", "replaced_by")]
    assert event_type_of("2380", "Picked up by Purolator") == "picked_up"


def test_a_number_of_several_parcels_is_a_note():
    conflict = {"trackingId": "9008", "status": "CONFLICT", "errors": [{"code": "2003", "description": "several"}]}
    assert public([], conflict, {"trackingId": "9009", "status": "NOT_FOUND"}).notes == (
        CarrierNote("2003", "several", "9008"),
        CarrierNote("NOT_FOUND", "", "9009"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<Other/>",
        "{}",
        "",
        '{"shipment": [{"package": [{}]}]}',
        "<E><SearchResults><SearchResult><package/></SearchResult></SearchResults></E>",
        "<E><TrackingInformation><Scans><Scan/></Scans></TrackingInformation></E>",
    ],
)
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(BadInputError):
        read(text)
