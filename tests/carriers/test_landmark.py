"""Landmark Global: codes under sentences, places, and the tracking file."""

import pytest

from doorstep.carriers.landmark import CARRIER
from doorstep.carriers.landmark.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

COLUMNS = "Client,Reference,Landmark Tracking Number,Carrier Tracking Number,Carrier,Status Code,Status,Time,Location"


def read(text):
    return CARRIER.parse(Raw(body=text.encode()))


def response(events, end_carrier="Canada Post", numbers="<TrackingNumber>9001</TrackingNumber>"):
    return read(
        f"<TrackResponse><Result><ShipmentDetails><EndDeliveryCarrier>{end_carrier}</EndDeliveryCarrier></ShipmentDetails><Packages><Package>"
        f"{numbers}<LandmarkTrackingNumber>LTN1</LandmarkTrackingNumber><Events>{events}</Events></Package></Packages></Result></TrackResponse>"
    ).trackings[0]


def event(code="300", when="2026-07-15 08:15:00", where=""):
    return f"<Event><Status>x</Status><DateTime>{when}</DateTime><Location>{where}</Location><EventCode>{code}</EventCode></Event>"


def test_a_sentence_of_an_end_carrier_beats_the_code():
    assert (event_type_of("275", "In transit"), event_type_of("275", "Despatched  from Service Centre")) == (
        "in_transit",
        "facility_departure",
    )
    assert (event_type_of("125", "Customs Cleared"), event_type_of("125", "transmitted customs information")) == (
        "customs_released",
        "customs_processing",
    )
    assert event_type_of("999", "Item successfully delivered") == "unknown"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Los Angeles, CA, US", ("Los Angeles", "CA", "US")),
        ("Paris, FR", ("Paris", None, "FR")),
        ("Columbus, OH", ("Columbus", "OH", None)),
    ],
)
def test_a_place_is_read_from_its_end(text, parts):
    place = response(event(where=text)).checkpoints[0].place
    assert (place.city, place.region, place.country) == parts


def test_a_place_of_another_form_stays_text():
    assert response(event(where="Fort Erie")).checkpoints[0].place.text == "Fort Erie"


def test_wall_times_keep_their_precision_and_get_no_offset():
    scans = response(event(when="07/14/2026 03:02 PM") + event(when="07/14/2026") + event(when="")).checkpoints
    assert (scans[0].occurred_at.local, scans[0].occurred_at.precision) == ("2026-07-14T15:02:00", Precision.MINUTE)
    assert scans[1].occurred_at.precision is Precision.DATE
    assert (scans[0].occurred_at.offset, scans[2].occurred_at) == (None, None)


def test_the_end_carriers_number_is_a_link_to_nobody_until_one_is_chosen():
    assert [(link.tracking_number, link.carrier, link.role) for link in response("").links] == [("9001", "canadapost", "last_mile")]
    assert response("", "To Be Routed").links[0].carrier is None
    assert response("", numbers="").links == ()


def test_the_file_follows_central_time_in_summer_and_in_winter():
    rows = "1,R,LTN1,9001,CANPOST,500,x,2026-07-15 13:05:00,Hamilton\n1,R,LTN1,9001,CANPOST,300,x,2026-01-15 13:05,Hamilton"
    (tracking,) = read(f"{COLUMNS}\n{rows}\n").trackings
    assert [scan.occurred_at.offset for scan in tracking.checkpoints] == ["-05:00", "-06:00"]
    assert [scan.event_type for scan in tracking.checkpoints] == ["delivered", "out_for_delivery"]
    assert [link.tracking_number for link in tracking.links] == ["9001"]


def test_errors_become_notes():
    errors = "<Errors><Error><ErrorCode>Lookup</ErrorCode><ErrorMessage>none</ErrorMessage></Error></Errors>"
    assert read(f"<TrackResponse>{errors}</TrackResponse>").notes == (CarrierNote("Lookup", "none"),)


@pytest.mark.parametrize("text", ["<Other/>", "{}", "a,b\n1,2\n", f"{COLUMNS}\n1,R,,,C,500,x,2026-07-15 13:05:00,y\n", '"', ""])
def test_what_is_neither_is_refused(text):
    with pytest.raises(BadInputError):
        read(text)
