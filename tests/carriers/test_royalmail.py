"""Royal Mail: summaries, windows, errors of one piece."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import royalmail
from doorstep.carriers.royalmail import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(royalmail.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_a_window_keeps_its_wall_times():
    (tracking,) = read((SAMPLES / "events.json").read_bytes()).trackings
    (estimate,) = tracking.estimates
    assert (estimate.to_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-03-04", "10:15", "12:15")
    assert tracking.service == "Tracked 24"


def test_a_summary_tells_the_last_event_of_each_piece_and_the_errors_of_others():
    parsed = read((SAMPLES / "summary.json").read_bytes())
    assert [(t.tracking_number, t.checkpoints[0].event_type) for t in parsed.trackings] == [("ZZ000000014GB", "delivered_safe_place")]
    assert parsed.notes == (CarrierNote("E1142", "Barcode reference isn't recognised", "ZZ000000028GB"),)


def test_a_bare_http_error_is_a_note():
    assert read({"httpCode": "401", "httpMessage": "Unauthorized"}).notes == (CarrierNote("401", "Unauthorized"),)


def test_a_delivered_piece_expects_nothing_more():
    piece = {
        "mailPieceId": "1",
        "estimatedDelivery": {"date": "2026-03-04"},
        "events": {"eventCode": "EVKSP", "eventDateTime": "2026-03-04T10:00:00+00:00"},
        "signature": {"recipientName": "SAMPLE"},
    }
    (tracking,) = read({"mailPieces": piece}).trackings
    assert (tracking.checkpoints[0].event_type, tracking.estimates, tracking.signed_by) == ("delivered_signed", (), "SAMPLE")


@pytest.mark.parametrize("answer", [{}, [], {"mailPieces": {"summary": {}}}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
