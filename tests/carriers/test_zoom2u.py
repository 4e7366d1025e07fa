"""Zoom2u: one status a message, bookings nobody took yet, the key of its webhooks."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers import zoom2u
from doorstep.carriers.zoom2u import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError, BadSignatureError

SAMPLES = Path(zoom2u.__file__).parent / "samples"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_an_answer_and_a_webhook_tell_one_status_each():
    for name, meant in (("status.json", "out_for_delivery"), ("webhook.json", "delivered")):
        (tracking,) = read((SAMPLES / name).read_bytes()).trackings
        assert (tracking.tracking_number, [scan.event_type for scan in tracking.checkpoints]) == ("T20260304000001", [meant])


def test_a_booking_nobody_took_has_no_time():
    (tracking,) = read({"Reference": "T1", "Status": "Unassigned", "StatusChangeDateTime": None}).trackings
    assert (tracking.checkpoints[0].event_type, tracking.checkpoints[0].occurred_at) == ("order_data_received", None)


def test_the_key_must_be_the_one_given_to_zoom2u():
    CARRIER.verify(Raw(body=b"", headers={"authorization": "Basic k"}), {"api_key": "k"}, NOW)
    CARRIER.verify(Raw(body=b""), {}, NOW)
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"", headers={"authorization": "Basic l"}), {"api_key": "k"}, NOW)


@pytest.mark.parametrize("answer", [{}, [], "x", {"status": "Returned"}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
