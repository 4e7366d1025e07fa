"""Allied Express, both networks: what their shared answer says beyond the judged events."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import allied_express, allied_express_local
from doorstep.carriers.families.allied_tracking import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(body: str | bytes):
    return allied_express.CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def sample(module, name: str) -> bytes:
    return (Path(module.__file__).parent / "samples" / name).read_bytes()


def test_the_pieces_of_a_consignment_are_links():
    whole, *pieces = read(sample(allied_express, "two_pieces.json")).trackings
    assert [(link.tracking_number, link.role) for link in whole.links] == [("AOE00000001X-001", "part"), ("AOE00000001X-002", "part")]
    assert [[scan.event_type for scan in one.checkpoints] for one in (whole, *pieces)] == [
        [], ["in_transit", "notice_left"], ["out_for_delivery"]
    ]  # fmt: skip
    assert pieces[0].checkpoints[0].place.facility == "PERTH"


def test_xml_says_what_json_says():
    body = sample(allied_express_local, "delivered.xml")
    (tracking,) = allied_express_local.CARRIER.parse(Raw(body=body)).trackings
    assert (tracking.tracking_number, tracking.carrier) == ("AOE00000002X", "allied_express_local")
    assert [(scan.event_type, scan.occurred_at.local) for scan in tracking.checkpoints] == [("delivered", "2026-07-07T13:30:00")]
    assert tracking.links == ()


def test_two_consignments_are_two_trackings():
    scans = [{"consignmentNote": number, "scannedStatus": "IN AGENT"} for number in ("A", "B", "A")]
    answer = {"Body": {"getShipmentsStatusResponse": {"result": {"statusBarcodesList": scans}}}}
    assert [(each.tracking_number, len(each.checkpoints)) for each in read(json.dumps(answer)).trackings] == [("A", 2), ("B", 1)]


def test_a_status_is_read_whatever_its_case_and_a_stranger_stays_unknown():
    assert event_type_of("It's  on board with DRIVER") == "out_for_delivery"
    assert event_type_of("IN TRANSIT TO PERTH") == "in_transit"
    assert event_type_of("Other") == event_type_of("") == "unknown"
    assert event_type_of("", at_depot=True) == "in_transit"


def test_no_status_is_a_note():
    assert read(sample(allied_express, "nothing_known.json")).notes == (CarrierNote("", "Nothing is known of this consignment."),)


@pytest.mark.parametrize("body", ["", "{}", "<a/>", "[]", '{"result": {"statusBarcodesList": [{"scannedStatus": "IN AGENT"}]}}'])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)


KEYS = st.sampled_from(
    ["s:Body", "s:Fault", "faultstring", "n:getShipmentsStatusResponse", "result", "statusBarcodesList", "statusError", "consignmentNote"]
)
VALUES = st.sampled_from(["", "1", "IN AGENT", "2026-07-15T09:00:00+10:00", None, True, 5])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        read(json.dumps(answer))
    except BadInputError:
        return
