"""MyDHL API: the codes its users list, pieces, problems, documents."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import mydhl
from doorstep.carriers.mydhl import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError

SAMPLES = Path(mydhl.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def scan(**event):
    return read({"shipments": [{"shipmentTrackingNumber": "1", "events": [event]}]}).trackings[0].checkpoints[0]


def test_a_shipment_is_carried_by_dhl_express():
    tracking = read((SAMPLES / "answer.json").read_bytes()).trackings[0]
    assert (tracking.carrier, tracking.weight_g, tracking.service) == ("dhl_express", 2500, "P")
    assert [(link.role, link.tracking_number) for link in tracking.links] == [("part", "JD010000000000000017")]
    assert (tracking.estimates[0].to_on.isoformat(), tracking.estimates[0].to_time) == ("2026-05-13", "12:00")


def test_a_scan_without_an_offset_gets_its_zone_from_the_service_area():
    at = scan(date="2026-05-12", time="05:12:00", typeCode="AF", serviceArea=[{"description": "Milan-ITA"}]).occurred_at
    assert (at.local, at.offset) == ("2026-05-12T05:12:00", "+02:00")


@pytest.mark.parametrize(
    ("code", "event_type"), [("WC", "out_for_delivery"), ("CR", "customs_released"), ("RT", "return_started"), ("ZZ", "unknown")]
)
def test_codes_mean_what_dhl_express_means_by_them(code, event_type):
    assert scan(typeCode=code).event_type == event_type


def test_events_of_a_piece_count_where_the_shipment_has_none():
    shipment = {"shipmentTrackingNumber": "1", "pieces": [{"events": [{"typeCode": "OK", "date": "2026-05-12"}]}]}
    assert read({"shipments": shipment}).trackings[0].checkpoints[0].event_type == "delivered"


def test_a_document_says_nothing_of_scans():
    assert read({"documents": [{"content": "", "typeCode": "POD"}]}) == Parsed()


def test_no_shipments_is_a_note():
    assert read({"shipments": []}).notes == (CarrierNote("", "no shipment found"),)


def test_a_problem_becomes_a_note():
    assert read((SAMPLES / "problem.json").read_bytes()).notes == (CarrierNote("404", "There is nothing under this number."),)


@pytest.mark.parametrize("answer", [{}, [], None, {"documents": []}, {"shipments": [{}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


def test_a_scan_without_a_day_is_undated():
    assert scan(date=None, time="10:00:00").occurred_at is None
