"""Veho: spellings of one event, webhooks, orders, the last mile of others."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import veho
from doorstep.carriers.veho import CARRIER
from doorstep.carriers.veho.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(veho.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_an_event_has_one_meaning_in_each_of_its_spellings():
    spellings = ("arrivedAtFacility", "package.arrivedAtFacility", "PackageArrivedAtFacility")
    assert {event_type_of(name) for name in spellings} == {"facility_arrival"}
    assert event_type_of("returned") == "unknown"


def test_a_package_tells_its_log_its_day_and_its_other_carrier():
    (tracking,) = read((SAMPLES / "package.json").read_bytes()).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["order_data_received", "facility_arrival", "out_for_delivery"]
    assert (tracking.checkpoints[2].occurred_at.local, tracking.checkpoints[2].occurred_at.offset) == ("2026-03-05T08:00:00", "-07:00")
    assert [(link.tracking_number, link.carrier) for link in tracking.links] == [("9400100000000000000001", "usps")]
    assert tracking.estimates[0].to_on.isoformat() == "2026-03-05"


def test_a_webhook_is_one_scan():
    (tracking,) = read((SAMPLES / "webhook.json").read_bytes()).trackings
    assert (tracking.tracking_number, [scan.event_type for scan in tracking.checkpoints]) == ("SAMPLE00000001", ["delivered"])
    assert not tracking.is_return


def test_the_packages_of_an_order_are_trackings():
    order = {
        "_id": "o",
        "lastEvent": "created",
        "packages": [{"trackingId": "A", "lastEvent": "created"}, {"trackingId": "B", "eventLog": []}],
    }
    parsed = read(order)
    assert [(t.tracking_number, t.checkpoints[0].event_type) for t in parsed.trackings] == [("A", "order_data_received"), ("B", "unknown")]


def test_a_collection_at_a_consumer_is_a_return():
    event = {"trackingId": "A", "eventType": "package.pickedUpFromConsumer", "serviceType": "pickup", "occurredAt": "2026-03-05T17:00:00Z"}
    (tracking,) = read(event).trackings
    assert (tracking.is_return, tracking.checkpoints[0].event_type) == (True, "return_in_transit")


def test_an_error_is_a_note():
    assert read({"statusCode": 404, "message": "none", "error": "Not Found"}).notes == (CarrierNote("404", "none"),)


@pytest.mark.parametrize("answer", [{}, "x", {"trackingId": "A"}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
