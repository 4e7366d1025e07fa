"""Ukrposhta: to whom a parcel was handed, what is not found, one or many."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import ukrposhta
from doorstep.carriers.ukrposhta import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLE = (Path(ukrposhta.__file__).parent / "samples" / "statuses.json").read_bytes()


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_handed_to_the_sender_is_a_return():
    scans = read(SAMPLE).trackings[0].checkpoints
    assert [(scan.event_type, scan.carrier_code) for scan in scans] == [("accepted", "10100"), ("returned_to_sender", "41000/10")]
    assert (scans[0].place.country, scans[0].place.postcode, scans[0].occurred_at.offset) == ("UA", "01001", "+02:00")


def test_the_name_alone_tells_a_return_too():
    event = {"barcode": "05", "event": "41000", "date": "2026-07-03T10:00:00"}
    assert read(event | {"eventName": "Відправлення вручено: відправнику"}).trackings[0].checkpoints[0].event_type == "returned_to_sender"
    assert read(event | {"eventName": "Відправлення вручено: одержувачу"}).trackings[0].checkpoints[0].event_type == "delivered"


def test_barcodes_not_found_are_notes():
    assert [note.tracking_number for note in read(SAMPLE).notes] == ["0500000000002"]


def test_one_barcode_is_a_list_or_its_last_status():
    event = {"barcode": "05", "event": "20700", "date": "2026-07-03T10:00:00", "country": "Польща"}
    assert read([event, event]).trackings[0].checkpoints[1].occurred_at.offset is None
    assert read(event).trackings[0].checkpoints[0].place.text == "Польща"


def test_an_error_is_a_note():
    assert read({"code": "UP0001", "message": "no access"}).notes == (CarrierNote("UP0001", "no access"),)


@pytest.mark.parametrize("answer", [{}, "x", 5])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
