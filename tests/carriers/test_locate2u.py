"""Locate2u: stops to deliver and to pick up, shipments, and what its webhooks post."""

import json

import pytest

from doorstep.carriers.locate2u import CARRIER
from doorstep.carriers.locate2u.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def test_the_same_status_is_another_thing_at_a_pickup():
    assert (event_type_of("Complete", ""), event_type_of("Complete", "Pickup")) == ("delivered", "picked_up")
    assert (event_type_of("Failed", "Drop"), event_type_of("Failed", "pickup")) == ("attempt_failed", "pickup_failed")
    assert event_type_of("Teleported", "") == "unknown"


def test_a_shipment_goes_from_its_pickup_to_its_drop():
    steps = ("Enroute to Pickup", "Arrived at Pickup", "Picked up", "Enroute to Drop", "Arrived at Drop", "Complete")
    assert [event_type_of(step, "") for step in steps] == [
        "courier_dispatched_for_pickup",
        "pickup_attempted",
        "picked_up",
        "out_for_delivery",
        "driver_nearby",
        "delivered",
    ]


def test_a_posted_change_counts_by_its_new_status_in_the_time_sent():
    (tracking,) = read(
        {"stopId": 9, "oldStatus": "Arrived", "newStatus": "Complete", "actionDate": "2026-07-15T10:16:40.94+10:00"}
    ).trackings
    (scan,) = tracking.checkpoints
    assert (scan.event_type, scan.carrier_code, scan.occurred_at.offset) == ("delivered", "Complete", "+10:00")


def test_a_stop_of_no_shipment_goes_by_its_own_number():
    assert read({"stopId": 9, "shipmentId": 0, "status": "Pending"}).trackings[0].tracking_number == "9"
    assert read({"shipmentId": 8, "newStatus": "Delayed"}).trackings[0].tracking_number == "8"


def test_the_trip_has_a_window_or_the_time_agreed_on():
    window = {"stopId": 9, "status": "Enroute", "tripDate": "2026-07-15", "timeWindowStart": "09:00", "timeWindowEnd": "12:30:00"}
    (estimate,) = read(window).trackings[0].estimates
    assert (estimate.to_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-07-15", "09:00", "12:30")
    (agreed,) = read({"stopId": 9, "status": "Pending", "tripDate": "2026-07-15", "appointmentTime": "14:15"}).trackings[0].estimates
    assert (agreed.from_time, agreed.to_time) == ("14:15", "14:15")
    assert read({**window, "status": "Complete"}).trackings[0].estimates == ()


def test_who_drives_is_no_scan():
    assert read({"stopId": 9, "assignedTo": "x"}).notes == (CarrierNote("assigned", "a driver was assigned", "9"),)


def test_errors_become_notes():
    assert read({"error": "Unauthorized", "code": "401"}).notes == (CarrierNote("401", "Unauthorized"),)
    assert read({"title": "none", "status": 404}).notes == (CarrierNote("404", "none"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"status": "Pending"}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
