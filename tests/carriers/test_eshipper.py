"""eShipper: its own states, orders without events, errors."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import eshipper
from doorstep.carriers.eshipper import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(eshipper.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def scan(**event):
    return read({"trackingNumber": "1", "event": event}).trackings[0].checkpoints[0]


def test_an_order_is_carried_by_whom_it_names():
    tracking = read((SAMPLES / "order.json").read_bytes()).trackings[0]
    assert (tracking.carrier, tracking.service) == ("canadapost", "Expedited")
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("in_transit", "In Transit/INTRANSIT"),
        ("label_created", ""),
    ]
    assert tracking.estimates[0].to_on.isoformat() == "2026-05-13"


def test_an_order_without_events_tells_its_state():
    (state,) = read({"trackingNumber": "1", "currentStatus": "Delivered", "eventTime": "2026-05-12 10:00:00"}).trackings[0].checkpoints
    assert (state.event_type, state.occurred_at.local) == ("delivered", "2026-05-12T10:00:00")


def test_a_carriers_own_words_are_not_guessed_at():
    assert scan(description="Item delivered to a friend").event_type == "unknown"
    assert scan(description="Delivered", originalEvent={"name": "Hub", "identifier": "H1"}).event_type == "unknown"


def test_an_error_becomes_a_note():
    assert read((SAMPLES / "error.json").read_bytes()).notes == (CarrierNote("404", "Nothing under this number"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"trackingNumber": ""}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
