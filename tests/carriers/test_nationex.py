"""Nationex: statuses of the shipment beside exceptions of its parcels."""

import json

import pytest

from doorstep.carriers.nationex import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


MISSED = {"ProcessedDate": "2026-07-14 13:31:00", "ExceptionId": 5, "CityDepot": "Quebec", "DescriptionEn": "Consignee not available"}


def test_what_befell_two_parcels_at_once_is_told_once():
    (tracking,) = read(
        {"ShipmentId": 9, "Parcels": [{"ParcelId": 91, "History": [MISSED]}, {"ParcelId": 92, "History": [MISSED]}]}
    ).trackings
    (scan,) = tracking.checkpoints
    assert (scan.event_type, scan.carrier_code, scan.place.city) == ("attempt_failed_not_home", "5", "Quebec")
    assert [(link.tracking_number, link.role) for link in tracking.links] == [("91", "part"), ("92", "part")]


def test_an_exception_and_a_status_off_the_lists_are_unknown():
    answer = {"ShipmentId": 9, "StatusHistories": [{"ShipmentStatus": "Teleported"}], "Parcels": [{"History": [{"ExceptionId": 77}]}]}
    assert [scan.event_type for scan in read(answer).trackings[0].checkpoints] == ["unknown", "unknown"]


def test_parcels_that_agree_on_the_window_tell_it_once():
    expected = {"EstimatedDeliveryDate": "2026-07-15", "EstimatedDeliveryTimeFr": "Entre 12:45 et 13:45"}
    shipment = {"ShipmentId": 9, "Parcels": [{"ParcelId": 91, **expected}, {"ParcelId": 92, **expected}]}
    (estimate,) = read(shipment).trackings[0].estimates
    assert (estimate.to_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-07-15", "12:45", "13:45")
    assert read({**shipment, "StatusHistories": [{"ShipmentStatus": "Delivered"}]}).trackings[0].estimates == ()


def test_a_time_of_no_window_leaves_the_day():
    parcel = {"EstimatedDeliveryDate": "2026-07-15", "EstimatedDeliveryTimeEn": "Before 17:00"}
    (estimate,) = read({"ShipmentId": 9, "Parcels": [parcel]}).trackings[0].estimates
    assert (estimate.from_time, estimate.to_time) == (None, None)


def test_errors_become_notes():
    assert read({"code": 404, "message": "none"}).notes == (CarrierNote("404", "none"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"ShipmentId": ""}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
