"""UPS Mail Innovations: its page, and UPS's own formats read under its name."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.carriers import ups_mail_innovations
from doorstep.carriers.ups_mail_innovations import CARRIER
from doorstep.carriers.ups_mail_innovations.sentences import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError, BadSignatureError

SAMPLES = Path(ups_mail_innovations.__file__).parent / "samples"
PAGE = (SAMPLES / "page.html").read_bytes()


def read(body):
    return CARRIER.parse(Raw(body=body))


def test_the_page_tells_both_tables_of_a_piece():
    (tracking,) = read(PAGE).trackings
    assert [(scan.event_type, scan.occurred_at.local, scan.occurred_at.offset) for scan in tracking.checkpoints] == [
        ("out_for_delivery", "2026-03-05T09:35:00", "-05:00"),
        ("accepted", "2026-03-03", "-05:00"),
    ]
    assert (tracking.weight_g, tracking.estimates[0].to_on.isoformat()) == (227, "2026-03-06")


def test_several_pieces_on_a_page_are_kept_apart():
    second = PAGE.replace(b"9200000000000000000001", b"9200000000000000000003")
    parsed = read(b"<html><body>" + PAGE + second + b"</body></html>")
    assert [(t.tracking_number[-1], len(t.checkpoints)) for t in parsed.trackings] == [("1", 2), ("3", 2)]


def test_a_piece_without_events_is_noted():
    parsed = read(b'<html><span id="a_lblTrackNum">92</span></html>')
    assert (parsed.trackings[0].checkpoints, parsed.notes[0].tracking_number) == ((), "92")


def test_codes_are_read_by_the_table_of_mail_innovations():
    (tracking,) = read((SAMPLES / "on_the_way.json").read_bytes()).trackings
    assert (tracking.carrier, tracking.checkpoints[0].carrier) == ("ups_mail_innovations", "ups_mail_innovations")
    assert (tracking.checkpoints[0].event_type, tracking.checkpoints[0].carrier_code) == ("accepted", "I/ZS")


def test_an_alert_that_names_no_service_is_read_by_the_same_table():
    alert = {
        "trackingNumber": "9200000000000000000002",
        "localActivityDate": "20260304",
        "localActivityTime": "101500",
        "activityStatus": {"type": "I", "code": "DP", "description": "words"},
    }
    (scan,) = read(json.dumps(alert).encode()).trackings[0].checkpoints
    assert (scan.event_type, scan.carrier_code) == ("appointment_required", "I/DP")


def test_a_sentence_is_known_whatever_its_case():
    assert event_type_of(" READY for post  office entry ") == "facility_processed"
    assert event_type_of("ready") == "unknown"


def test_the_sender_is_checked_as_ups_does():
    CARRIER.verify(Raw(body=b"{}", headers={"credential": "c"}), {"credential": "c"}, datetime(2026, 3, 4, tzinfo=UTC))
    with pytest.raises(BadSignatureError):
        CARRIER.verify(Raw(body=b"{}", headers={"credential": "d"}), {"credential": "c"}, datetime(2026, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize("body", [b"", b"{}", b"<html><p>x</p></html>", b'<html><span id="a_lblTrackNum"> </span></html>'])
def test_another_body_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)
