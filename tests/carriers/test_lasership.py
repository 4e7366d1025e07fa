"""LaserShip: local times from two clocks, pieces, doors, and OnTrac's service under LaserShip's numbers."""

import json

import pytest

from doorstep.carriers.lasership import CARRIER
from doorstep.carriers.lasership.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def when(here, utc, **place):
    event = {"DateTime": here, "UTCDateTime": utc, "EventType": "Arrived", **place}
    return read({"OrderNumber": "7", "Events": [event]}).trackings[0].checkpoints[0].occurred_at


def test_the_offset_is_the_distance_from_the_time_in_utc():
    told = when("2026-07-14T07:39:10", "2026-07-14T11:39:10")
    assert (told.local, told.offset, told.zone_source) == ("2026-07-14T07:39:10", "-04:00", ZoneSource.SENT)


@pytest.mark.parametrize("utc", ["2026-07-14T11:40:10", "2026-07-16T11:39:10", None])
def test_a_time_in_utc_of_another_moment_tells_no_offset(utc):
    told = when("2026-07-14T07:39:10", utc)
    assert (told.local, told.offset) == ("2026-07-14T07:39:10", None)


def test_utc_alone_is_utc():
    assert when(None, "2026-07-14T11:39:10").instant.isoformat() == "2026-07-14T11:39:10+00:00"
    assert when(None, None) is None


def test_each_piece_tells_the_orders_events():
    pieces = [{"TrackingNumber": "LX1", "Weight": 1, "WeightUnit": "LBS"}, {"TrackingNumber": "LX2"}]
    first, second = read({"OrderNumber": "7", "Pieces": pieces, "Events": [{"EventType": "Arrived"}]}).trackings
    assert (first.tracking_number, first.weight_g, first.links[0].tracking_number) == ("LX1", 454, "LX2")
    assert (second.weight_g, second.checkpoints[0].tracking_number) == (None, "LX2")


def test_where_it_was_left_is_part_of_a_delivery_alone():
    assert event_type_of("Released", "Front Door", "") == "delivered_safe_place"
    assert event_type_of("Delivered", "", "SAMPLE") == "delivered_signed"
    assert event_type_of("Arrived", "Front Door", "SAMPLE") == "facility_arrival"
    assert event_type_of("Exploded", "Front Door", "") == "unknown"


def test_the_reason_is_part_of_the_code_and_the_signer_is_told():
    event = {"EventType": "Delivered", "Reason": "R1", "Signature": "SAMPLE"}
    (tracking,) = read({"OrderNumber": "7", "EstimatedDeliveryDate": "2026-07-15", "Events": [event]}).trackings
    assert (tracking.checkpoints[0].carrier_code, tracking.signed_by, tracking.estimates) == ("Delivered/R1", "SAMPLE", ())


def test_the_present_service_is_read_under_lasership():
    event = {"EventCode": "OFDL", "UtcEventDateTime": "2026-07-15T12:02:00", "State": "MD"}
    (tracking,) = read({"Packages": [{"Tracking": "1LS1", "Events": [event]}]}).trackings
    (scan,) = tracking.checkpoints
    assert (tracking.carrier, scan.carrier, scan.event_type) == ("lasership", "lasership", "out_for_delivery")
    assert scan.occurred_at.local == "2026-07-15T08:02:00"


def test_a_single_event_needs_no_list():
    (tracking,) = read({"OrderNumber": "7", "Events": {"EventType": "Delivered"}}).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered"]


def test_errors_become_notes():
    assert read({"Error": True, "ErrorMessage": "none"}).notes == (CarrierNote("", "none"),)
    assert read({"Status": 404, "Title": "none"}).notes == (CarrierNote("404", "none"),)


@pytest.mark.parametrize("answer", [{}, None, {"Events": []}, {"Packages": [{}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
