"""OnTrac: the older page, the web services, and the present service."""

import json

import pytest

from doorstep.carriers.ontrac import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

HEAD = "<tr><th>Transaction</th><th>Date / Time</th><th>Facility</th><th>Door Tag</th></tr>"
NUMBER = "<tr><td>Tracking Number:</td><td>C1</td></tr>"


def read(text):
    return CARRIER.parse(Raw(body=text.encode()))


def page(labels, table):
    return read(f"<!DOCTYPE html><html><body><table>{labels}</table><table>{table}</table></body></html>")


def test_the_page_is_read_by_its_labels_and_the_heads_of_its_table():
    labels = f"{NUMBER}<tr><td>Service Commitment Time:</td><td>7/16/2026 by End of Day</td></tr><tr><td>Weight:</td><td>4 lbs.</td></tr>"
    (tracking,) = page(labels, f"{HEAD}<tr><td>Out for Delivery</td><td>Jul  15 2026  7:27AM</td><td>Reno</td><td></td></tr>").trackings
    (scan,) = tracking.checkpoints
    assert (scan.event_type, scan.occurred_at.local, scan.occurred_at.offset) == ("out_for_delivery", "2026-07-15T07:27:00", None)
    assert (tracking.weight_g, tracking.estimates[0].to_on.isoformat()) == (1814, "2026-07-16")


@pytest.mark.parametrize(
    ("labels", "table", "missing"),
    [
        ("", HEAD, "Tracking Number"),
        (NUMBER, "", "Transaction, Date / Time"),
        (NUMBER, f"{HEAD}<tr><td>x</td></tr>", "1 cells instead of 4"),
    ],
)
def test_a_changed_page_is_refused_by_name(labels, table, missing):
    with pytest.raises(BadInputError, match=missing):
        page(labels, table)


def shipments(*inside):
    return read(f"<OnTracTrackingResult>{''.join(f'<Shipment>{one}</Shipment>' for one in inside)}</OnTracTrackingResult>")


def test_the_web_services_code_beats_its_sentence():
    event = (
        "<Event><Status>OD</Status><Description>DELIVERED</Description><EventTime>2026-07-15T08:10:00</EventTime><State>CA</State></Event>"
    )
    (tracking,) = shipments(
        f"<Tracking>C2</Tracking><POD>SAMPLE</POD><Events>{event}<Event><Description>Delivered</Description></Event></Events>"
    ).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == ["out_for_delivery", "delivered"]
    assert (tracking.checkpoints[0].occurred_at.offset, tracking.signed_by) == ("-07:00", "SAMPLE")


def test_a_shipment_of_errors_is_a_note():
    told = shipments("<Tracking>C3</Tracking><Error>none</Error>", "<Tracking>C4</Tracking>")
    assert (told.notes, len(told.trackings)) == ((CarrierNote("", "none", "C3"),), 1)
    assert read("<OnTracTrackingResult><Error>Key</Error></OnTracTrackingResult>").notes == (CarrierNote("", "Key"),)


def packages(**package):
    return read(json.dumps({"Packages": [{"Tracking": "D1", **package}]})).trackings[0]


def test_the_present_service_sends_local_times_or_utc():
    events = [
        {"ZonedEventDateTime": "2026-07-15T07:12:00-07:00", "State": "NV"},
        {"UtcEventDateTime": "2026-07-14T20:00:00Z", "State": "NV"},
    ]
    sent, moved = (scan.occurred_at for scan in packages(Events=events).checkpoints)
    assert (sent.local, sent.offset, sent.zone_source) == ("2026-07-15T07:12:00", "-07:00", ZoneSource.SENT)
    assert moved.instant.isoformat() == "2026-07-14T20:00:00+00:00"


def test_the_expected_moment_is_told_only_where_its_zone_is_known():
    expected = {"UtcExpectedDeliveryDateTime": "2026-07-16T03:00:00"}
    (estimate,) = packages(**expected, Consignee={"State": "CA"}).estimates
    assert (estimate.to_on.isoformat(), estimate.to_time) == ("2026-07-15", "20:00")
    assert packages(**expected).estimates == ()
    assert packages(**expected, State="CA", Events=[{"EventCode": "DLVD"}]).estimates == ()


def test_a_field_called_utc_may_have_the_offset_of_the_place():
    (estimate,) = packages(UtcExpectedDeliveryDateTime="2026-03-19T21:00:00-04:00", ExpectedDeliveryDate="2026-03-19").estimates
    assert (estimate.to_on.isoformat(), estimate.to_time) == ("2026-03-19", "21:00")
    (day,) = packages(UtcExpectedDeliveryDateTime="2026-03-20T01:00:00", ExpectedDeliveryDate="2026-03-19").estimates
    assert (day.to_on.isoformat(), day.to_time) == ("2026-03-19", None)


@pytest.mark.parametrize("text", ["{}", "[]", '{"Packages": [{}]}', "<Other/>", "<OnTracTrackingResult/>", ""])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(BadInputError):
        read(text)
