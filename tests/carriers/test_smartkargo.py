"""SmartKargo: clocks by the place's zone, pieces, several waybills."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import smartkargo
from doorstep.carriers.smartkargo import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(smartkargo.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_the_zone_named_for_a_place_is_its_clock():
    scan = read((SAMPLES / "events.json").read_bytes()).trackings[1].checkpoints[0]
    assert (scan.occurred_at.local, scan.occurred_at.offset) == ("2026-03-04T10:30:00", "-05:00")
    odd = read({"eventType": "DEP", "airWaybill": "1", "eventDate": "2026-03-04T10:30:00", "location": {"timezone": "Moon/Sea"}})
    assert odd.trackings[0].checkpoints[0].occurred_at.offset is None


def test_pieces_are_linked_and_the_day_has_no_time():
    whole, *pieces = read((SAMPLES / "events.json").read_bytes()).trackings
    assert [(link.tracking_number, link.role) for link in whole.links] == [("ORDER1-001", "part"), ("ORDER1-002", "part")]
    assert [(piece.tracking_number, len(piece.checkpoints)) for piece in pieces] == [("ORDER1-001", 1), ("ORDER1-002", 1)]
    assert [(estimate.to_on.isoformat(), estimate.to_time) for estimate in whole.estimates] == [("2026-03-06", None)]


@pytest.mark.parametrize(
    ("piece", "of_whole"), [("", True), ("P1", True), ("H1", True), ("1", True), ("P1-002", False), ("H1/2", False)], ids=repr
)
def test_a_piece_told_alone_is_one_where_it_is_numbered_after_its_package(piece, of_whole):
    event = {"eventType": "DDL", "airWaybill": "1", "packageReference": "p1", "headerReference": "h1", "pieceReference": piece}
    whole, *pieces = read([event]).trackings
    assert (len(whole.checkpoints), [one.tracking_number for one in pieces]) == ((1, []) if of_whole else (0, [piece]))


def test_each_waybill_is_a_tracking():
    events = [{"eventType": "RCS", "prefix": "A", "airWaybill": number} for number in ("1", "2", "1")]
    assert [(t.tracking_number, len(t.checkpoints)) for t in read(events).trackings] == [("A1", 2), ("A2", 1)]


def test_an_error_is_a_note_and_an_empty_list_says_nothing():
    assert read({"error": "no access"}).notes == (CarrierNote("", "no access"),)
    assert read([]).trackings == ()


@pytest.mark.parametrize("answer", [{}, "x", {"eventType": "RCS"}])
def test_another_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
