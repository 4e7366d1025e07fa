"""Roadie: windows, webhooks, states without events."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import roadie
from doorstep.carriers.roadie import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

SAMPLES = Path(roadie.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_the_window_is_told_in_the_time_of_the_address():
    (tracking,) = read((SAMPLES / "shipments.json").read_bytes()).trackings
    (estimate,) = tracking.estimates
    assert (estimate.from_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-03-04", "09:00", "18:00")
    assert tracking.weight_g == 907


def test_a_webhook_event_is_one_scan():
    (tracking,) = read((SAMPLES / "webhook.json").read_bytes()).trackings
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [("delivered", "delivery_confirmed")]


def test_a_shipment_without_events_tells_its_state():
    (tracking,) = read({"tracking_number": "r 1", "state": "canceled", "events": [], "updated_at": "2026-03-04T10:00:00Z"}).trackings
    assert (tracking.tracking_number, tracking.checkpoints[0].event_type) == ("R1", "order_cancelled")


def test_what_a_signatory_is_called_is_kept():
    assert read({"id": 5, "state": "delivered", "signatory_name": "A. Sample"}).trackings[0].signed_by == "A. Sample"


@pytest.mark.parametrize("answer", [{}, {"shipments": {}}, "x", 5, {"state": "delivered"}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
