"""InPost: what the app's parcels say beyond the judged events."""

import json

import pytest

from doorstep.carriers.inpost import CARRIER
from doorstep.carriers.inpost_statuses import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


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
    ],
)
def test_errors_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, None, "x", {"status": "created"}, {"shipmentNumber": " "}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
