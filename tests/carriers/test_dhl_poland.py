"""DHL Poland: clock, signature, faults."""

from pathlib import Path

import pytest

from doorstep.carriers import dhl_poland
from doorstep.carriers.dhl_poland import CARRIER
from doorstep.carriers.families.dhl_parcel_pl_codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dhl_poland.__file__).parent / "samples"


def read(body):
    return CARRIER.parse(Raw(body=body))


def test_wall_times_are_polish():
    tracking = read((SAMPLES / "answer.xml").read_bytes()).trackings[0]
    assert {scan.occurred_at.offset for scan in tracking.checkpoints} == {"+02:00"}
    assert tracking.signed_by == "PRZYKLAD"


def test_who_received_counts_only_once_it_is_delivered():
    body = (SAMPLES / "answer.xml").read_bytes().replace(b"DOR_SAS", b"AWI")
    assert read(body).trackings[0].signed_by is None


@pytest.mark.parametrize(
    ("code", "event_type"),
    [
        ("EDB", "import_customs_presented"),
        ("exc", "export_customs_released"),
        ("SP_KZW", "unclaimed"),
        ("AWI_OZ", "attempt_failed_no_access"),
        ("XX", "unknown"),
    ],
)
def test_codes(code, event_type):
    assert event_type_of(code) == event_type


def test_a_fault_becomes_a_note():
    assert read((SAMPLES / "fault.xml").read_bytes()).notes == (CarrierNote("122", "Brak przesylki"),)


@pytest.mark.parametrize("body", [b"<a/>", b"{}", b"<getTrackAndTraceInfoResult/>"])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
