"""DPD: the parcel asked for, spellings of times, scans before the summary, push, faults."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import dpd
from doorstep.carriers.dpd import CARRIER
from doorstep.carriers.dpd.codes import event_type_of, event_type_of_geo, event_type_of_scan
from doorstep.carriers.dpd.scans import asked, place_of, when
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dpd.__file__).parent / "samples"


def read(answer, url=""):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode(), url=url))


def test_the_soap_answer_is_about_the_parcel_that_was_asked_for():
    body = (SAMPLES / "life_cycle.xml").read_bytes()
    assert read(body, "https://example.com/?parcelLabelNumber=0100 0000").trackings[0].tracking_number == "01000000"
    assert read(body).trackings[0].tracking_number == "UNNAMED"
    with pytest.raises(BadInputError):
        read(body, "https://example.com/?other=1")


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("", "UNNAMED"),
        ("https://x.example/plc/en_US/01000000000017", "01000000000017"),
        ("?pnr=5", "5"),
        ("https://x.example/a", ""),
        ("http://[", ""),
    ],
)
def test_an_address_asks_for_a_parcel(url, number):
    assert asked(url) == number


def test_a_status_not_yet_reached_is_no_scan():
    tracking = read((SAMPLES / "life_cycle.xml").read_bytes()).trackings[0]
    assert [scan.event_type for scan in tracking.checkpoints] == ["accepted", "out_for_delivery"]
    assert tracking.service == "DPD CLASSIC"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("8/17/2021 7:11:26 PM", "2021-08-17T19:11:26"),
        ("17.08.2021 19:11", "2021-08-17T19:11:00"),
        ("17/08/2021, 19:11", "2021-08-17T19:11:00"),
        ("17-08-2021 19:11:26", "2021-08-17T19:11:26"),
        ("2021-08-17, 19:11", "2021-08-17T19:11:00"),
        ("2021-08-17T19:11:26", "2021-08-17T19:11:26"),
        ("17.08.2021", "2021-08-17"),
    ],
)
def test_a_time_is_read_as_the_language_spells_it(text, local):
    at = when(text, place_of("Puurs (BE)"))
    assert (at.local, at.offset) == (local, "+02:00")


def test_scans_beat_the_summary():
    life = json.loads((SAMPLES / "life_cycle.json").read_bytes())
    assert [scan.carrier_code for scan in read(life).trackings[0].checkpoints] == ["05", "10"]
    del life["parcellifecycleResponse"]["parcelLifeCycleData"]["scanInfo"]
    assert [scan.event_type for scan in read(life).trackings[0].checkpoints] == ["in_transit"]


def test_a_push_is_one_scan():
    (scan,) = read((SAMPLES / "push.txt").read_bytes()).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at.local, scan.place.facility) == ("out_for_delivery", "2026-05-12T07:48:00", "0163")
    assert read(b"", "https://example.com/?pnr=5&status=delivery_nab").trackings[0].checkpoints[0].event_type == "delivered_neighbour"


def test_codes_outside_the_lists_are_unknown():
    assert {event_type_of("Elsewhere"), event_type_of_scan("99"), event_type_of_scan("09")} == {"unknown"}
    assert event_type_of_scan("3") == event_type_of_scan("03") == "out_for_delivery"


def test_the_app_tells_geo_events_or_the_present_status():
    first, second = read((SAMPLES / "app.json").read_bytes()).trackings
    assert [(scan.event_type, scan.carrier_code) for scan in first.checkpoints] == [
        ("order_data_received", "ENA"),
        ("delivery_facility_arrival", "DLI"),
        ("out_for_delivery", "DLO"),
        ("ready_for_pickup", "DODEI"),
    ]
    assert (first.checkpoints[0].occurred_at.local, first.checkpoints[0].occurred_at.offset) == ("2026-05-11T19:20:05", None)
    assert [(scan.event_type, scan.occurred_at) for scan in second.checkpoints] == [("delivered", None)]
    assert read({"parcels": [{"parcelNumber": "1"}]}).trackings[0].checkpoints == ()
    assert (event_type_of_geo("MSDLO"), event_type_of_geo("DEYY"), event_type_of_geo("ZZZ")) == (
        "notification_sent",
        "proof_of_delivery_available",
        "unknown",
    )


def test_nothing_found_and_errors_become_notes():
    assert read({"parcellifecycleResponse": {"parcelLifeCycleData": None}}).notes == (CarrierNote("", "no parcel found"),)
    assert read({"code": 5, "message": "No"}).notes == (CarrierNote("5", "No"),)


@pytest.mark.parametrize("answer", [{}, [], b"<a/>", b"pnr=5", b"status=x", b"\xff\xfe", b""])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
