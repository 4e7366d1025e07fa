"""DHL eCommerce Americas: three formats, American clocks, manners of delivery, problems."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import dhl_global_mail
from doorstep.carriers.dhl_global_mail import CARRIER
from doorstep.carriers.families.dhl_ecommerce_codes import event_type_of, event_type_of_words
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(dhl_global_mail.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def sample(name):
    return read((SAMPLES / name).read_bytes()).trackings[0]


def test_the_three_formats_say_the_same():
    xml, packages, page = (sample(name) for name in ("track.xml", "packages.json", "page.html"))
    assert [scan.occurred_at.offset for scan in xml.checkpoints] == ["-04:00", "-05:00", "-04:00"]
    assert [scan.event_type for scan in packages.checkpoints] == ["delivery_facility_arrival", "facility_departure"]
    assert [scan.event_type for scan in page.checkpoints] == ["delivered_mailbox", "out_for_delivery", "order_data_received"]
    assert page.checkpoints[2].occurred_at.local == "2026-05-11T15:06:00"
    assert (xml.weight_g, packages.weight_g, page.weight_g) == (1134, 680, 680)


def test_the_posts_number_is_the_last_mile():
    assert [(link.role, link.tracking_number) for link in sample("track.xml").links] == [("last_mile", "9200000000000000000017")]
    assert sample("page.html").links == ()
    other = (SAMPLES / "page.html").read_bytes().replace(b"<dd>9400000000000000000017</dd>", b"<dd>9200000000000000000024</dd>")
    assert [(link.carrier, link.tracking_number) for link in read(other).trackings[0].links] == [("usps", "9200000000000000000024")]


def test_the_expected_day_is_an_estimate_until_it_is_delivered():
    package = json.loads((SAMPLES / "packages.json").read_bytes())["packages"][0]
    assert [estimate.to_on.isoformat() for estimate in read(package).trackings[0].estimates] == ["2026-05-14"]
    package["events"][0]["primaryEventId"] = 600
    assert read(package).trackings[0].estimates == ()


def test_the_years_of_mail_items_are_read():
    event = {"id": 600, "description": "DELIVERED", "date": "2016-05-12", "time": "14:03:00", "timeZone": "ET", "postalCode": "0"}
    tracking = read({"data": {"mailItems": [{"mail": {"dspNumber": "92 1"}, "events": [event]}]}}).trackings[0]
    assert (tracking.tracking_number, tracking.checkpoints[0].event_type, tracking.checkpoints[0].place) == ("921", "delivered", None)


@pytest.mark.parametrize(
    ("second", "event_type"), [("Front Desk/Reception", "delivered_reception"), ("PO BOX", "delivered_po_box"), ("ELSEWHERE", "delivered")]
)
def test_the_second_sentence_tells_the_manner(second, event_type):
    event = {"primaryEventId": 600, "secondaryEventId": 1, "secondaryEventDescription": second}
    (scan,) = read({"packages": [{"trackingId": "1", "events": [event]}]}).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code) == (event_type, "600/1")


def test_words_and_numbers_outside_the_list_are_unknown():
    assert {event_type_of("371"), event_type_of("9999"), event_type_of_words("Somewhere")} == {"unknown"}


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ((SAMPLES / "error.xml").read_bytes(), CarrierNote("400", "Nothing under this number.")),
        ({"type": "x", "title": "Not found", "status": 404}, CarrierNote("404", "Not found")),
        ({"meta": {"code": 400, "error": [{"error_type": "E1", "error_message": "Bad"}]}}, CarrierNote("E1", "Bad")),
        ({"packages": []}, CarrierNote("", "no package found")),
    ],
)
def test_problems_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, [], b"<a/>", b"<track/>", b"<html><body><h3>1</h3></body></html>", {"packages": [{}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
