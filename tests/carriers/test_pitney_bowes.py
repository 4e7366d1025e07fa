"""Pitney Bowes: webhooks, labels for the way back, and what USPS says of a delivery."""

import json

import pytest

from doorstep.carriers.pitney_bowes import CARRIER
from doorstep.carriers.pitney_bowes.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def scans(*details, **fields):
    return read({"trackingNumber": "9200", "scanDetailsList": list(details), **fields}).trackings[0]


def test_events_posted_group_by_number_under_either_spelling():
    events = [
        {"trackingNumber": "9200", "StandardizedEventCode": "OFD", "eventCode": "10", "eventDate": "2026-07-15", "eventTime": "08:20:26"},
        {"TrackingNumber": "9201", "standardizedEventCode": "DLD"},
        {"trackingNumber": "9200", "StandardizedEventCode": "DLD"},
    ]
    first, second = read({"events": events}).trackings
    assert [scan.event_type for scan in first.checkpoints] == ["out_for_delivery", "delivered"]
    assert (first.checkpoints[0].carrier_code, second.tracking_number) == ("OFD/10", "9201")
    assert read(events).trackings == (first, second)


def test_a_label_for_the_way_back_is_another_thing():
    back = scans({"standardizedEventCode": "LC", "eventType": "RTN"})
    assert (back.is_return, back.checkpoints[0].event_type) == (True, "return_label_created")
    mixed = scans({"standardizedEventCode": "LC", "eventType": "FWD"}, {"standardizedEventCode": "RTS", "eventType": "RTN"})
    assert (mixed.is_return, [scan.is_return for scan in mixed.checkpoints]) == (False, [False, True])


def test_a_delivery_is_as_fine_as_its_sentence():
    assert event_type_of("DLD", "Delivered, In/At Mailbox", is_return=False) == "delivered_mailbox"
    assert event_type_of("DLD", "Delivered, Somewhere", is_return=False) == "delivered"
    assert event_type_of("OFD", "Delivered, In/At Mailbox", is_return=False) == "out_for_delivery"
    assert event_type_of("QQQ", "Delivered, In/At Mailbox", is_return=False) == "unknown"


def test_the_offset_counts_with_a_time_alone():
    full = scans({"eventDate": "2026-07-15", "eventTime": "08:20:26", "eventTimeOffset": "-04:00"}).checkpoints[0].occurred_at
    assert (full.local, full.offset) == ("2026-07-15T08:20:26", "-04:00")
    day = scans({"eventDate": "2026-07-15", "eventTime": None, "eventTimeOffset": "-04:00"}).checkpoints[0].occurred_at
    assert day.precision is Precision.DATE


def test_the_present_state_stands_in_for_a_history():
    tracking = read({"requestedIdentifier": "9200", "currentStatus": {"standardizedEventCode": "PSR"}}).trackings[0]
    assert [scan.event_type for scan in tracking.checkpoints] == ["order_data_received"]


def test_the_expected_time_is_told_with_its_day():
    (estimate,) = scans(estimatedDeliveryDate="2026-07-16", estimatedDeliveryTime="20:00:00").estimates
    assert (estimate.to_on.isoformat(), estimate.to_time) == ("2026-07-16", "20:00")
    assert scans({"standardizedEventCode": "DLD"}, estimatedDeliveryDate="2026-07-16").estimates == ()


def test_errors_become_notes():
    assert read({"errors": [{"errorCode": "1019071", "errorDescription": "none"}]}).notes == (CarrierNote("1019071", "none"),)
    assert read([{"errorCode": "1", "message": "none"}]).notes == (CarrierNote("1", "none"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"scanDetailsList": []}, [{"eventCode": "10"}]])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
