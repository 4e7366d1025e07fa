"""Easyship: webhook events, legs, the token that proves the sender, errors."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers import easyship
from doorstep.carriers.easyship import CARRIER
from doorstep.carriers.easyship.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

SAMPLES = Path(easyship.__file__).parent / "samples"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def token(claims, secret="webh_1", algorithm="HS256"):
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": algorithm}, claims)]
    signed = hmac.digest(secret.encode(), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, urlsafe_b64encode(signed).decode().rstrip("=")])


def check(header):
    CARRIER.verify(Raw(body=b"{}", headers={"x-easyship-signature": header}), {"webhook_secret": "webh_1"}, NOW)


def test_checkpoints_name_the_carrier_that_scanned():
    tracking = read((SAMPLES / "checkpoints.json").read_bytes()).trackings[0]
    assert (tracking.tracking_number, tracking.carrier) == ("9400000000000000000017", "usps")
    assert [(scan.event_type, scan.carrier, scan.place.country) for scan in tracking.checkpoints] == [
        ("in_transit", "usps", "US"),
        ("delivered", "usps", "US"),
    ]


def test_a_leg_is_told_under_its_number_and_linked_to_the_local_one():
    tracking = read((SAMPLES / "shipment.json").read_bytes()).trackings[0]
    assert (tracking.carrier, tracking.checkpoints[0].event_type, tracking.checkpoints[0].occurred_at) == ("ups", "out_for_delivery", None)
    assert [(link.role, link.tracking_number) for link in tracking.links] == [("last_mile", "LP000000017")]


@pytest.mark.parametrize(
    ("event", "body", "event_types"),
    [
        ("shipment.tracking.status.changed", {"tracking_status": {"tracking_number": "1", "status": "Lost by Courier"}}, ["lost"]),
        ("shipment.cancelled", {"shipment": {"easyship_shipment_id": "ES1", "status": "cancelled"}}, ["order_cancelled"]),
        ("shipment.label.created", {"label": {"easyship_shipment_id": "ES1", "status": "success"}}, ["label_created"]),
        ("shipment.tracking.checkpoints.created", {"tracking_status": {"tracking_number": "1", "checkpoints": {}}}, []),
    ],
)
def test_a_webhook_event_is_read(event, body, event_types):
    (tracking,) = read({"event_type": event, **body}).trackings
    assert [scan.event_type for scan in tracking.checkpoints] == event_types


def test_an_event_about_something_else_says_nothing_and_a_failed_label_is_a_note():
    assert read({"event_type": "pickup.created", "data": {}}) == Parsed()
    failed = {"event_type": "shipment.label.failed", "resource_id": "ES1", "label": {"status": "failed"}}
    assert read(failed).notes == (CarrierNote("shipment.label.failed", "failed", "ES1"),)


def test_an_expected_day_is_the_aggregators():
    (estimate,) = (
        read({"tracking": {"tracking_number": "1", "tracking_status": "shipped", "eta_date": "2026-05-12"}}).trackings[0].estimates
    )
    assert (estimate.to_on.isoformat(), estimate.source) == ("2026-05-12", "aggregator")


def test_a_status_is_one_in_all_its_spellings():
    assert {event_type_of(text) for text in ("Out for Delivery", "out_for_delivery", "OutForDelivery")} == {"out_for_delivery"}
    assert event_type_of("Elsewhere") == "unknown"


def test_the_token_proves_the_sender():
    check(token({"easyship_company_id": "C1"}))
    check(token({"exp": NOW.timestamp() + 60}))


@pytest.mark.parametrize(
    "header", [token({}, secret="other"), token({}, algorithm="none"), token({"exp": NOW.timestamp() - 60}), "a.b", "a.b.c", token({})[:-1]]
)
def test_another_token_is_refused(header):
    with pytest.raises(BadSignatureError):
        check(header)


def test_without_a_secret_nothing_can_be_checked():
    with pytest.raises(MisconfiguredError):
        CARRIER.verify(Raw(body=b"{}"), {}, NOW)


def test_an_error_becomes_a_note():
    assert read((SAMPLES / "error.json").read_bytes()).notes == (CarrierNote("not_found", "Nothing here"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"tracking": {}}, {"event_type": "shipment.cancelled", "shipment": {}}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
