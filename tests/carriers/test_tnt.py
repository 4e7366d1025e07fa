"""TNT: codes before sentences, whose clock a depot keeps, summaries, errors."""

from pathlib import Path

import pytest

from doorstep.carriers import tnt
from doorstep.carriers.tnt import CARRIER
from doorstep.carriers.tnt.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLE = (Path(tnt.__file__).parent / "samples" / "track.xml").read_bytes()


def read(body):
    return CARRIER.parse(Raw(body=body if isinstance(body, bytes) else body.encode()))


def consignment(inside):
    return read(f"<TrackResponse><Consignment><ConsignmentNumber>1</ConsignmentNumber>{inside}</Consignment></TrackResponse>").trackings[0]


def test_a_code_decides_and_a_sentence_only_where_the_code_is_not_known():
    assert event_type_of("OK", "Shipment In Transit.") == "delivered"
    assert event_type_of("XYZ", " Customs  Clearance In Progress. ") == "customs_processing"
    assert event_type_of("XYZ", "Something else") == "unknown"


def test_a_tour_runs_by_the_receivers_clock_and_a_hub_by_none_known():
    tour, hub = read(SAMPLE).trackings[0].checkpoints
    assert (tour.occurred_at.offset, hub.occurred_at.offset) == ("+00:00", None)


def test_what_is_not_found_is_a_note():
    assert read(SAMPLE).notes == (CarrierNote("CNF", "consignment not found", "100000002"),)


def test_weight_service_and_due_date_are_read():
    (tracking,) = read(SAMPLE).trackings
    assert (tracking.weight_g, tracking.service, tracking.estimates[0].to_on.isoformat()) == (1500, "Express", "2026-03-06")


def test_a_summary_stands_for_the_scans():
    told = consignment(
        "<SummaryCode>DEL</SummaryCode><DeliveryDate>20260305</DeliveryDate><DeliveryTime>1003</DeliveryTime><DeliveryTown>Sampleton</DeliveryTown>"
        "<Signatory>jones</Signatory><DestinationCountry><CountryCode>GB</CountryCode></DestinationCountry>"
    )
    (scan,) = told.checkpoints
    assert (scan.event_type, scan.occurred_at.local, scan.place.city) == ("delivered", "2026-03-05T10:03:00", "Sampleton")
    assert told.signed_by == "jones"


def test_errors_are_notes():
    assert read("<runtime_error><error_reason>bad</error_reason></runtime_error>").notes == (CarrierNote("", "bad"),)
    assert read("<TrackResponse/>").trackings == ()


def test_the_pages_answer_is_read_as_well():
    parsed = read((Path(tnt.__file__).parent / "samples" / "tracker.json").read_bytes())
    (tracking,) = parsed.trackings
    assert [(scan.event_type, scan.carrier_code, scan.occurred_at.offset) for scan in tracking.checkpoints] == [
        ("picked_up", "PU", "+01:00")
    ]
    assert (tracking.estimates[0].to_on.isoformat(), parsed.notes[0].tracking_number) == ("2026-03-06", "100000004")


@pytest.mark.parametrize(
    "body", ["{}", '{"tracker.output": {"consignment": [{}]}}', "<a/>", "<TrackResponse><Consignment/></TrackResponse>", "x"]
)
def test_another_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
