"""Parcel.One: whose number it is, who brings it, and answers without events."""

import json

import pytest

from doorstep.carriers.parcelone import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

EVENT = {"StatusCode": "ARRIVED", "DateTime": "2026-07-14T22:00:00", "Location": "Hamburg, Germany"}


def read(results, **answer):
    return CARRIER.parse(Raw(body=json.dumps({"success": 1, "results": results, **answer}).encode()))


def test_the_number_asked_for_stands_in_where_one_result_tells_none():
    asked = {"instance": "/tracking/PA1/9001"}
    theirs = {"CarrierTrackingID": "0034", "Events": [EVENT]}
    (tracking,) = read(theirs, **asked).trackings
    assert (tracking.tracking_number, tracking.links[0].tracking_number, tracking.links[0].role) == ("9001", "0034", "last_mile")
    assert [one.tracking_number for one in read([theirs, {"TrackingID": "9002", "Events": [EVENT]}], **asked).trackings] == ["0034", "9002"]


@pytest.mark.parametrize(("name", "slug"), [("DHL", None), ("GLS", "gls"), ("", None)])
def test_a_name_of_several_companies_names_none(name, slug):
    (tracking,) = read({"TrackingID": "9001", "CarrierIDLMC": name, "CarrierTrackingID": "0034", "Events": []}).trackings
    assert tracking.links[0].carrier == slug


def test_a_place_with_its_country_tells_the_zone():
    first, second = read({"TrackingID": "9001", "Events": [EVENT, {**EVENT, "Location": "Sample Hub"}]}).trackings[0].checkpoints
    assert (first.place.city, first.place.country, first.occurred_at.offset) == ("Hamburg", "DE", "+02:00")
    assert (second.place.text, second.occurred_at.offset) == ("Sample Hub", None)


def test_the_expected_day_holds_until_delivery():
    result = {"TrackingID": "9001", "EstimatedDelivery": "2026-07-16", "Events": EVENT}
    assert read(result).trackings[0].estimates[0].to_on.isoformat() == "2026-07-16"
    assert read({**result, "Events": {**EVENT, "StatusCode": "DELIVERED"}}).trackings[0].estimates == ()


def test_answers_without_events_are_notes():
    assert read({"TrackingID": "9001", "StatusCode": "0", "Status": "none"}).notes == (CarrierNote("0", "none", "9001"),)
    assert read(None, status=404, message="none").notes == (CarrierNote("404", "none"),)
    assert read(None, errors=[{"ErrorNo": "E1", "Message": "odd"}]).notes == (CarrierNote("E1", "odd"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"Events": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        CARRIER.parse(Raw(body=json.dumps(answer).encode()))
