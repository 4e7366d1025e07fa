"""Teleship: clocks of places, the last mile, what is expected."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import teleship
from doorstep.carriers.teleship import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.errors import BadInputError

SAMPLE = (Path(teleship.__file__).parent / "samples" / "shipment.json").read_bytes()


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_utc_is_told_in_the_time_of_a_known_place():
    scans = read(SAMPLE).trackings[0].checkpoints
    assert [scan.occurred_at.local[11:16] for scan in scans] == ["10:00", "07:30", "16:30"]
    assert (scans[1].place.city, scans[1].place.region, scans[2].place.text) == ("Los Angeles", "CA", "In Transit")


def test_the_last_mile_is_linked():
    assert read(SAMPLE).trackings[0].links == (Link(tracking_number="9400100000000000000001", carrier="usps", role="last_mile"),)


def test_the_moment_expected_is_the_recipients():
    (estimate,) = read(SAMPLE).trackings[0].estimates
    assert (estimate.to_on.isoformat(), estimate.to_time) == ("2026-03-10", "11:00")


def test_a_push_is_read_and_messages_are_notes():
    assert read({"event": "x", "data": json.loads(SAMPLE)}).trackings[0].tracking_number == "TELE000000001GB"
    assert read({"messages": {"code": 404, "message": "nothing"}}).notes == (CarrierNote("404", "nothing"),)


@pytest.mark.parametrize("answer", [{}, [], "x", {"trackingNumber": ""}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
