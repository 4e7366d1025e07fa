"""Österreichische Post: reasons before statuses, the estimate's hours, and the older page."""

import json

import pytest

from doorstep.carriers.postat import CARRIER
from doorstep.carriers.postat.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def parcel(*events, **fields):
    return read({"data": {"einzelsendung": {"sendungsnummer": "1000", "sendungsEvents": list(events), **fields}}}).trackings[0]


def test_a_reason_says_more_than_its_status():
    assert (event_type_of("IZ", "ZA"), event_type_of("IZ", "BN"), event_type_of("IZ", "")) == (
        "delivered",
        "attempt_failed",
        "out_for_delivery",
    )
    assert (event_type_of("BEI", "77"), event_type_of("IZ", "77"), event_type_of("", "ZA")) == ("in_transit", "unknown", "unknown")


def test_a_place_is_a_facility_or_the_post_code_of_its_area():
    both, code, name = (
        scan.place
        for scan in parcel(
            *({"eventPlaceName": text} for text in ("Logistikzentrum Muster, PLZ 8762", "PLZ 9873", "Wien Zentrum"))
        ).checkpoints
    )
    assert (both.facility, both.postcode) == ("Logistikzentrum Muster", "8762")
    assert (code.facility, code.postcode, name.facility) == (None, "9873", "Wien Zentrum")


def test_the_hours_are_viennas():
    expected = {
        "startDate": "2026-07-14T22:00:00Z",
        "endDate": "2026-07-15T00:00:00",
        "startTime": "2026-07-15T11:00:00Z",
        "endTime": "0001-01-01T00:00:00",
    }
    (estimate,) = parcel(status="IZ", estimatedDelivery=expected).estimates
    assert (estimate.from_on.isoformat(), estimate.to_on.isoformat()) == ("2026-07-15", "2026-07-15")
    assert (estimate.from_time, estimate.to_time) == ("13:00", None)
    assert parcel(status="ZU", estimatedDelivery=expected).estimates == ()
    assert parcel({"status": "IZ", "reasontypecode": "ZA"}, status="IZ", estimatedDelivery=expected).estimates == ()


def test_a_state_counts_where_there_is_no_known_code():
    events = [
        {"trackingStateKey": "readyForPickUpStation", "textEn": "Ready", "timestamp": "2026-07-15T11:20:00"},
        {"status": "XX", "reasontypecode": "1", "trackingStateKey": "inDelivery"},
        {"status": "IZ", "reasontypecode": "ZA", "trackingStateKey": "inDelivery"},
        {"trackingStateKey": "allesPost"},
    ]
    expected = {"startDate": "2026-07-15", "startTime": "13:00", "endDate": "2026-07-15", "endTime": "15:00:00"}
    shipment = {"activeIdentityCode": "1234567890", "status": "Ready", "sendungsEvents": events[:2], "estimatedDelivery": expected}
    (tracking,) = read({"data": {"einzelsendung": shipment}}).trackings
    assert tracking.tracking_number == "1234567890"
    assert (tracking.estimates[0].from_time, tracking.estimates[0].to_time) == ("13:00", "15:00")
    assert tracking.checkpoints[0].occurred_at.offset == "+02:00"
    assert [(scan.event_type, scan.carrier_code) for scan in parcel(*events).checkpoints] == [
        ("ready_for_pickup_locker", "readyForPickUpStation"),
        ("out_for_delivery", "XX/1/inDelivery"),
        ("delivered", "IZ/ZA"),
        ("unknown", "allesPost"),
    ]


def test_nothing_found_and_errors_are_notes():
    assert read({"data": {"einzelsendung": None}}).notes == (CarrierNote("not_found", "the number is not known"),)
    error = {"message": "odd", "extensions": {"code": "E1"}}
    assert read({"errors": [error], "data": None}).notes == (CarrierNote("E1", "odd"),)


def page(*rows, charset="utf-8"):
    items = "".join(f"<li><b>{when}</b><b>{said}</b></li>" for when, said in rows)
    return read(
        f"<!DOCTYPE html><html><title>Österreich</title><meta charset='{charset}'><p>Sendungsnummer: <b>RR1AT</b></p>"
        f"<ul class='media-list media-list-shipment'>{items}</ul></html>".encode(charset)
    ).trackings[0]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_the_page_may_be_written_in_either_encoding(charset):
    (scan,) = page(("Datum: 15.07.2026 08:00:09", "Sendung übernommen; PLZ 5700"), charset=charset).checkpoints
    assert (scan.event_type, scan.carrier_text, scan.place.postcode) == ("accepted", "Sendung übernommen", "5700")
    assert (scan.occurred_at.local, scan.occurred_at.offset) == ("2026-07-15T08:00:09", "+02:00")


def test_a_country_may_stand_for_the_post_code():
    abroad, bare = page(("Datum: 13.07.2026", "Postaufgabe im Ausland; PLZ DE"), ("Datum: 13.07.2026 09:00", "Anderswo")).checkpoints
    assert (abroad.place.country, abroad.place.postcode) == ("DE", None)
    assert (bare.event_type, bare.place) == ("unknown", None)


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (b"<!DOCTYPE html><html><p>x</p></html>", "Sendungsnummer"),
        (b"<!DOCTYPE html><html><p>Sendungsnummer: <b>RR1AT</b></p></html>", "media-list-shipment"),
        (b"<!DOCTYPE html><html><p>Sendungsnummer: <b>RR1AT</b></p><ul class='media-list-shipment'><li>x</li></ul></html>", "Datum"),
    ],
)
def test_a_changed_page_is_refused_by_name(body, missing):
    with pytest.raises(BadInputError, match=missing):
        read(body)


@pytest.mark.parametrize("answer", [{}, [], None, {"data": {}}, {"data": {"einzelsendung": {}}}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
