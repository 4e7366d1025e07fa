"""Dicom: what a shipment says beyond its scans; statuses without a code; errors."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import dicom
from doorstep.carriers.dicom import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dicom.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def scan(**activity):
    return read({"trackingNumber": "1", "activities": activity}).trackings[0].checkpoints[0]


def test_a_shipment_tells_its_weight_and_its_return():
    tracking = read((SAMPLES / "shipment.json").read_bytes()).trackings[0]
    assert (tracking.weight_g, tracking.service) == (2500, "GRD")
    assert [(link.role, link.tracking_number) for link in tracking.links] == [("return", "Q0000017")]


def test_a_status_counts_only_without_a_code():
    assert scan(status="Out For Delivery").event_type == "out_for_delivery"
    assert scan(status="Delivered", code="QQ").event_type == "unknown"
    assert scan(status="Elsewhere").event_type == "unknown"


def test_several_shipments_are_read():
    numbers = [tracking.tracking_number for tracking in read({"tracking": [{"trackingNumber": "1"}, {"trackingNumber": "2"}]}).trackings]
    assert numbers == ["1", "2"]


def test_an_error_becomes_a_note():
    assert read({"Message": "Denied"}).notes == (CarrierNote("", "Denied"),)


@pytest.mark.parametrize("answer", [{}, [], None, {"trackingNumber": " "}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
