"""InPost: the app's parcels, the international tracking and its signed webhooks."""

import base64
import hmac
import json
from datetime import UTC, datetime

import pytest

from doorstep.carriers.families.inpost_statuses import event_type_of
from doorstep.carriers.inpost import CARRIER
from doorstep.carriers.inpost.group_codes import event_type_of as event_type_of_code
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError, BadSignatureError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def parcel(**fields):
    return {"shipmentNumber": "6001", **fields}


def test_a_parcel_that_waits_lies_at_its_point():
    point = {"name": "WRO900", "addressDetails": {"city": "Wrocław", "postCode": "50-001"}}
    log = [{"name": "SENT_FROM_SOURCE_BRANCH", "date": "2026-07-12T10:00:00Z"}, {"name": "READY_TO_PICKUP", "date": "2026-07-14T10:00:00Z"}]
    left, waits = read(parcel(eventLog=log, pickUpPoint=point)).trackings[0].checkpoints
    assert left.place is None
    assert (waits.place.facility, waits.place.city, waits.place.postcode) == ("WRO900", "Wrocław", "50-001")


def test_events_are_read_where_there_is_no_log():
    events = [{"eventCode": "TAKEN_BY_COURIER", "eventTitle": "Na trasie", "date": "2026-07-12T10:00:00Z", "location": {"city": "Łódź"}}]
    (scan,) = read(parcel(events=events, eventLog=[])).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_text, scan.place.city) == ("picked_up", "Na trasie", "Łódź")


def test_a_parcel_without_a_history_tells_its_present_state():
    (scan,) = read(parcel(status="delivered", pickUpDate="2026-07-10T11:32:00+02:00", events=[])).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at.local, scan.occurred_at.offset) == ("delivered", "2026-07-10T11:32:00", "+02:00")
    (undated,) = read(parcel(status="confirmed", storedDate="2026-07-10T11:32:00+02:00")).trackings[0].checkpoints
    assert undated.occurred_at is None


def test_the_answer_to_following_a_number_is_read():
    assert [one.tracking_number for one in read({"trackedParcel": parcel(status="created")}).trackings] == ["6001"]
    assert read({"parcels": []}).trackings == ()


def test_a_status_counts_in_either_case():
    assert event_type_of("READY_TO_PICKUP") == event_type_of("ready_to_pickup") == "ready_for_pickup_locker"
    assert event_type_of("other") == event_type_of("COD_COMPLETED") == "unknown"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"status": 404, "error": "parcelNotFound", "description": "none"}, CarrierNote("parcelNotFound", "none")),
        ({"error": "unauthorized"}, CarrierNote("unauthorized", "")),
        ({"type": "/errors/external/not-found", "title": "NOT_FOUND", "status": 404}, CarrierNote("404", "NOT_FOUND")),
    ],
)
def test_errors_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, None, "x", {"status": "created"}, {"shipmentNumber": " "}, {"eventCode": "LMD.1001"}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


def test_an_event_posted_is_one_scan_where_it_happened():
    posted = {"trackingNumber": "6201", "eventCode": "LMD.1005", "timestamp": "2026-07-15T09:30:00.120+02:00"}
    locker = {"id": "PL_WRO900", "type": "LOCKER_POINT", "name": "WRO900", "city": "Wrocław", "postalCode": "50-001", "country": "PL"}
    (scan,) = read({**posted, "location": locker}).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code, scan.occurred_at.offset) == ("ready_for_pickup_locker", "LMD.1005", "+02:00")
    assert (scan.place.facility, scan.place.city, scan.place.country) == ("WRO900", "Wrocław", "PL")


def test_events_posted_together_group_by_number():
    posted = [{"trackingNumber": number, "eventCode": "MMD.1001"} for number in ("6201", "6202", "6201")]
    assert [(one.tracking_number, len(one.checkpoints)) for one in read(posted).trackings] == [("6201", 2), ("6202", 1)]


def test_a_return_its_number_and_its_receiver_are_told():
    events = [
        {"eventCode": "EOL.1001", "delivery": {"recipientName": "SAMPLE"}, "shipment": {"type": "RETURN"}},
        {"eventCode": "RTS.1001", "returnToSender": {"trackingNumber": "6209"}},
    ]
    (tracking,) = read({"parcels": [{"trackingNumber": "6201", "events": events}]}).trackings
    assert (tracking.is_return, tracking.signed_by) == (True, "SAMPLE")
    assert [(link.tracking_number, link.role) for link in tracking.links] == [("6209", "return")]


def test_the_public_pages_name_the_town_with_its_country():
    details = [
        {"status": "LMD.1001", "statusTitle": "Out", "datetime": "2026-07-15T08:00:00+02:00", "place": "Esempio (IT)"},
        {"status": "FMD.1002", "statusTitle": "Collected", "place": "null (PL)"},
        {"status": "NEW.1", "place": "Somewhere"},
    ]
    out, collected, new = read({"trackingNumber": "6401", "trackingDetails": details}).trackings[0].checkpoints
    assert (out.event_type, out.carrier_text, out.place.city, out.place.country) == ("out_for_delivery", "Out", "Esempio", "IT")
    assert (collected.place.city, collected.place.country) == (None, "PL")
    assert (new.event_type, new.carrier_code, new.place.text) == ("unknown", "NEW.1", "Somewhere")


def test_the_polish_page_names_the_number_otherwise():
    event = {"eventCode": "EOL.1004", "eventTitle": "U sąsiada", "timestamp": "2026-07-15T08:00:00.000+02:00", "location": None}
    (tracking,) = read([{"mainTrackingNumber": "6402", "status": None, "trackingNumbers": [], "events": [event]}]).trackings
    assert (tracking.tracking_number, tracking.checkpoints[0].event_type) == ("6402", "delivered_neighbour")


def test_a_parcel_without_events_tells_its_present_code():
    (scan,) = read({"parcels": [{"trackingNumber": "6201", "status": "CRE.1001", "events": []}]}).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at) == ("order_data_received", None)


def test_codes_off_the_list_are_unknown():
    assert (event_type_of_code("lmd.9029"), event_type_of_code("HAN.1001"), event_type_of_code("")) == (
        "attempt_failed_age",
        "unknown",
        "unknown",
    )


BODY = b'{"trackingNumber": "6201", "eventCode": "MMD.1001"}'
STAMP = "2026-07-15T14:03:55.387Z"
NOW = datetime(2026, 7, 15, 14, 4, tzinfo=UTC)


def signed(text, secret="sample"):
    headers = {
        "x-inpost-signature": base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode(),
        "x-inpost-timestamp": STAMP,
        "x-inpost-event-id": "e1",
    }
    return Raw(body=BODY, headers=headers)


@pytest.mark.parametrize("text", [BODY, STAMP.encode() + b"." + BODY])
def test_a_signature_of_either_form_is_accepted(text):
    CARRIER.verify(signed(text), {"hmac_secret": "sample"}, NOW)
    assert CARRIER.delivery_id(signed(text)) == "e1"


@pytest.mark.parametrize("raw", [signed(BODY, "other"), signed(b"."), Raw(body=BODY)])
def test_another_signature_is_refused_where_a_secret_was_agreed_on(raw):
    with pytest.raises(BadSignatureError):
        CARRIER.verify(raw, {"hmac_secret": "sample"}, NOW)
    CARRIER.verify(raw, {}, NOW)
