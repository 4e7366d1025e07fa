"""A1 International: what its packages say beyond the judged events."""

from datetime import date
from pathlib import Path

import pytest

from doorstep.carriers import a1_international
from doorstep.carriers.a1_international import CARRIER
from doorstep.carriers.a1_international.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

SAMPLES = Path(a1_international.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def package(events: str) -> str:
    inner = f"<TrackingNumber>AZI 1</TrackingNumber><TrackingEventHistory>{events}</TrackingEventHistory>"
    return f"<AmazonTrackingResponse><PackageTrackingInfo>{inner}</PackageTrackingInfo></AmazonTrackingResponse>"


def test_where_a_parcel_was_left_is_part_of_the_key():
    (tracking,) = sample("delivered.xml").trackings
    delivered, tour = tracking.checkpoints
    assert (delivered.event_type, delivered.carrier_code) == ("delivered_reception", "EVENT_301/FRONT_DESK")
    assert (tour.occurred_at.offset, tour.occurred_at.zone_source) == ("-05:00", ZoneSource.FACILITY)
    assert tracking.signed_by == "A EXAMPLE"
    assert tracking.estimates == ()


def test_numbers_with_and_without_data_may_stand_in_one_answer():
    parsed = sample("two_numbers.xml")
    assert [estimate.to_on for estimate in parsed.trackings[0].estimates] == [date(2026, 7, 9)]
    assert parsed.notes == (CarrierNote("ERROR_102", "Nothing known", "AZI0000000003"),)


def test_an_appointment_has_hours():
    window = "<Day>2026-07-08</Day><StartTime>12:00</StartTime><EndTime>20:00</EndTime>"
    event = f"<EventCode>EVENT_307</EventCode><DeliveryAppointmentWindow>{window}</DeliveryAppointmentWindow>"
    (tracking,) = read(package(f"<TrackingEventDetail>{event}</TrackingEventDetail>")).trackings
    assert tracking.tracking_number == "AZI1"
    assert [(each.from_time, each.to_time, each.to_on.day) for each in tracking.estimates] == [("12:00", "20:00", 8)]


def test_every_mapped_event_type_exists():
    assert {event_type_of(f"EVENT_{code}") for code in range(100, 500)} <= set(EVENT_TYPES)
    assert event_type_of("EVENT_304", "PORCH") == "attempt_failed"
    assert event_type_of("EVENT_999") == "unknown"


@pytest.mark.parametrize(
    "body",
    ["", "{}", "<a/>", "<PackageTrackingInfo/>", package("<TrackingEventDetail><EventDateTime>soon</EventDateTime></TrackingEventDetail>")],
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
