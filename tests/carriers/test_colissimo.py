"""Colissimo: its own web service beside La Poste's answer."""

from pathlib import Path

import pytest

from doorstep.carriers import colissimo
from doorstep.carriers.colissimo import CARRIER
from doorstep.carriers.colissimo.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(colissimo.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def test_the_newest_event_is_the_only_scan():
    (tracking,) = read((SAMPLES / "track.xml").read_bytes()).trackings
    (scan,) = tracking.checkpoints
    assert (tracking.tracking_number, scan.event_type, scan.carrier_code) == ("6A00000000002", "delivered_neighbour", "LIVVOI")
    assert (scan.occurred_at.local, scan.occurred_at.offset, scan.place.facility) == ("2026-07-08T12:31:00", "+02:00", "PLATEFORME EXEMPLE")


def test_the_shared_answer_speaks_of_colissimo():
    tracking = read((SAMPLES / "suivi.json").read_bytes()).trackings[0]
    assert {scan.carrier for scan in tracking.checkpoints} == {tracking.carrier} == {"colissimo"}
    assert tracking.checkpoints[0].event_type == "preparing_for_delivery"


def test_an_error_is_a_note():
    body = "<return><errorCode>101</errorCode><errorMessage>no such number</errorMessage></return>"
    assert read(body).notes == (CarrierNote("101", "no such number"),)
    fault = "<Envelope><Body><Fault><faultcode>soap:Server</faultcode><faultstring>down</faultstring></Fault></Body></Envelope>"
    assert read(fault).notes == (CarrierNote("soap:Server", "down"),)


def test_a_parcel_brought_back_to_its_sender_is_not_delivered():
    assert event_type_of("LIVREO") == "returned_to_sender"
    assert event_type_of("RENDIV") == "return_started"
    assert event_type_of("LIVXXX") == "unknown"


@pytest.mark.parametrize("body", ["", "{}", "<a/>", "<return"])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
