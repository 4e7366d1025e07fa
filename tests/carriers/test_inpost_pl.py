"""InPost ShipX: webhooks, shipment resources and lists beyond the judged tracking."""

import json

import pytest

from doorstep.carriers.inpost_pl import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def posted(event, **payload):
    return {"event_ts": "2026-07-15 15:08:42 +0200", "event": event, "organization_id": 1, "payload": {"shipment_id": 49, **payload}}


def test_a_change_posted_is_one_scan():
    (tracking,) = read(posted("shipment_status_changed", status="sent_from_source_branch", tracking_number="520001")).trackings
    (scan,) = tracking.checkpoints
    assert (tracking.tracking_number, scan.event_type, scan.carrier_code) == ("520001", "facility_departure", "sent_from_source_branch")
    assert (scan.occurred_at.local, scan.occurred_at.offset) == ("2026-07-15T15:08:42", "+02:00")


def test_a_confirmation_posted_has_its_event_for_a_status():
    (scan,) = read(posted("shipment_confirmed", tracking_number="520001")).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code) == ("packed_ready", "shipment_confirmed")


def test_offers_are_no_scan():
    assert read(posted("offers_prepared")).notes == (CarrierNote("offers_prepared", "offers_prepared"),)


def test_a_list_of_shipments_tells_weights_and_pieces():
    parcels = [
        {"tracking_number": "520001", "weight": {"amount": "1.5", "unit": "kg"}},
        {"tracking_number": "520002", "weight": {"amount": 250, "unit": "g"}},
    ]
    shipments = [
        {"tracking_number": "520001", "status": "confirmed", "updated_at": "2026-07-15T10:00:00.000+02:00", "parcels": parcels},
        {"tracking_number": None, "status": "created"},
    ]
    told = read({"count": 2, "items": shipments})
    (tracking,) = told.trackings
    assert tracking.weight_g == 1750
    assert [(link.tracking_number, link.role) for link in tracking.links] == [("520002", "parcel")]
    assert told.notes == (CarrierNote("created", "the shipment has no number yet"),)


def test_one_parcel_of_unknown_weight_leaves_the_whole_unknown():
    parcels = [{"weight": {"amount": 1, "unit": "kg"}}, {"weight": None}]
    assert read({"tracking_number": "520001", "status": "created", "parcels": parcels}).trackings[0].weight_g is None


def test_what_waits_in_the_locker_is_there_and_the_rest_where_it_was_scanned():
    locker = {"name": "GDA900", "address": {"line1": "Długa 1", "line2": "80-001 Gdańsk"}}
    details = [{"status": "ready_to_pickup"}, {"status": "adopted_at_source_branch", "agency": "WAW"}]
    answer = {"tracking_number": "520001", "custom_attributes": {"target_machine_detail": locker}, "tracking_details": details}
    waits, arrived = read(answer).trackings[0].checkpoints
    assert (waits.place.facility, waits.place.city, waits.place.postcode) == ("GDA900", "Gdańsk", "80-001")
    assert (waits.occurred_at, arrived.place.facility) == (None, "WAW")


def test_errors_become_notes():
    answer = {"status": 404, "error": "resource_not_found", "message": "none", "details": {}}
    assert read(answer).notes == (CarrierNote("resource_not_found", "none"),)


@pytest.mark.parametrize("answer", [{}, None, 7, [{}], {"items": [{"id": 1}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


def test_an_empty_list_holds_nothing():
    assert read({"items": []}).trackings == read([]).trackings == ()
