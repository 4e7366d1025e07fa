"""DHL Netherlands: states without scans, windows, returns, errors."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import dhl_nl
from doorstep.carriers.dhl_nl import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dhl_nl.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def window(parcel):
    (estimate,) = read(parcel).trackings[0].estimates
    return estimate.from_on.isoformat(), estimate.from_time, estimate.to_time


def test_a_window_in_utc_is_told_in_dutch_time():
    assert window((SAMPLES / "track_trace.json").read_bytes()) == ("2026-05-12", "12:00", "14:00")
    assert window((SAMPLES / "my_parcels.json").read_bytes()) == ("2026-05-13", "17:00", "21:00")
    assert window({"barcode": "1", "receivingTimeIndication": {"moment": "2026-05-13"}}) == ("2026-05-13", None, None)


def test_a_state_alone_is_one_scan_dated_only_by_its_delivery():
    parcel = {
        "barcode": "1",
        "category": "DELIVERED",
        "status": "DELIVERED_IN_MAILBOX",
        "receivingTimeIndication": {"moment": "2026-05-30T14:00:00Z"},
    }
    (scan,) = read(parcel).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at.local) == ("delivered_mailbox", "2026-05-30T14:00:00")
    (scan,) = read(parcel | {"category": "UNDERWAY", "status": "REDELIVER"}).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at) == ("redelivery_scheduled", None)


def test_the_category_counts_only_without_a_status():
    assert read({"barcode": "1", "category": "UNDERWAY"}).trackings[0].checkpoints[0].event_type == "in_transit"
    assert read({"barcode": "1", "category": "UNDERWAY", "status": "NEW"}).trackings[0].checkpoints[0].event_type == "unknown"


def test_a_return_is_marked():
    assert [tracking.is_return for tracking in read((SAMPLES / "my_parcels.json").read_bytes()).trackings] == [False, True]


def test_errors_become_notes():
    assert read({"key": "not_found", "message": "None"}).notes == (CarrierNote("not_found", "None"),)
    assert read([]).notes == (CarrierNote("", "no parcel found"),)


@pytest.mark.parametrize("answer", [{}, None, 1, {"barcode": " "}, [{"id": 1}]])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
