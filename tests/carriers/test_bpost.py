"""bpost: what its items say beyond the judged events."""

from pathlib import Path

import pytest

from doorstep.carriers import bpost
from doorstep.carriers.bpost import CARRIER
from doorstep.carriers.bpost.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(bpost.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def test_states_are_scans_with_or_without_words():
    (tracking,) = read((SAMPLES / "on_the_round.xml").read_bytes()).trackings
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("sorted", "T00"),
        ("out_for_delivery", "L00"),
        ("delivered", "U04"),
    ]
    assert tracking.weight_g == 1200
    assert tracking.checkpoints[2].occurred_at.offset == "+02:00"


def test_a_code_without_a_told_meaning_is_read_by_the_name_of_its_state_alone():
    assert event_type_of("U07", "DistributedNormally - regular") == "delivered"
    assert event_type_of("U07", "") == event_type_of("N01", "Something - new") == "unknown"
    assert event_type_of("delivered", "DistributedNormally") == "unknown"


def test_an_exception_is_a_note():
    assert read((SAMPLES / "failed.xml").read_bytes()).notes == (CarrierNote("systemException", "try again"),)


@pytest.mark.parametrize(
    "body",
    ["", "{}", "<a/>", "<itemTracking/>", "<itemTracking><itemCode>1</itemCode><stateInfo><time>soon</time></stateInfo></itemTracking>"],
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
