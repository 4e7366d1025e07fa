"""Spring: offsets by the seconds beside the local time, the last mile's numbers."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import spring
from doorstep.carriers.spring import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import Link
from doorstep.errors import BadInputError

SAMPLES = Path(spring.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def scan(**event):
    return read({"Shipment": {"TrackingNumber": "1", "Events": event}}).trackings[0].checkpoints[0]


def test_the_offset_is_what_the_seconds_tell():
    first, second = read((SAMPLES / "shipment.json").read_bytes()).trackings[0].checkpoints
    assert (first.occurred_at.local, first.occurred_at.offset) == ("2026-03-04T03:38:45", "-05:00")
    assert second.occurred_at.offset == "+01:00"


def test_seconds_of_another_day_are_not_believed():
    assert scan(Timestamp=5, DateTime="2026-03-04 03:38:45", Country="NL", Code=20).occurred_at.offset == "+01:00"
    assert scan(Timestamp=1772613525, Code=20).occurred_at.local == "2026-03-04T08:38:45"


def test_the_last_mile_is_linked_once():
    (tracking,) = read((SAMPLES / "shipment.json").read_bytes()).trackings
    assert tracking.links == (Link(tracking_number="3SSAMPLE0000001", carrier="postnl", role="last_mile"),)
    assert tracking.weight_g == 850


def test_the_carriers_own_code_stands_beside():
    found = scan(Code=9301, CarrierCode="CC202", CarrierDescription="OUT")
    assert (found.event_type, found.carrier_code, found.carrier_text) == ("out_for_delivery", "9301/CC202", "OUT")


@pytest.mark.parametrize("answer", [{}, [], "x", {"ErrorLevel": 0, "Error": "", "Shipment": {}}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
