"""Hermes Germany: both whole code lists, retractions, the forecast."""

import csv
import json
from pathlib import Path

import pytest

from doorstep.carriers import hermes
from doorstep.carriers.hermes import CARRIER
from doorstep.carriers.hermes.codes import event_type_of, retracted_by
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Scan
from doorstep.errors import BadInputError
from doorstep.timeline import fold

LIST = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "code_lists" / "hermes_de_event_codes.csv"
SAMPLES = Path(hermes.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


@pytest.mark.skipif(not LIST.is_file(), reason="../shared/data/carriers/code_lists is not here")
def test_every_code_of_the_list_is_mapped():
    with LIST.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["3x3 Code"], row["2x2 Code"]) for row in csv.DictReader(lines, delimiter=";")]
    assert len(rows) == 294
    assert {event_type_of(code) for row in rows for code in row} <= set(EVENT_TYPES) - {"unknown"}
    retracting = {row for row in rows if row[1] in {"4070", "4072", "4690", "9399"}}
    assert {row for row in rows if "event_retracted" in map(event_type_of, row)} == retracting


def test_a_code_that_is_not_listed_is_unknown():
    assert {event_type_of(code) for code in ("", "5000", "999999999", "RETURNING")} == {"unknown"}


def test_the_depot_repeats_the_reason_without_a_second_attempt():
    assert event_type_of("3731") == event_type_of("060003004") == "attempt_failed_not_home"
    assert event_type_of("4031") == event_type_of("060003003") == "returned_from_route"


def test_a_mistaken_scan_is_taken_back():
    assert (retracted_by("4690"), retracted_by("100090003"), retracted_by("9399"), retracted_by("3000")) == ("", "", "9340", None)
    tracking = read((SAMPLES / "shipment_info.json").read_bytes()).trackings[0]
    assert [checkpoint.event_type for checkpoint in tracking.checkpoints][1:3] == ["event_retracted", "return_started"]
    assert fold([Scan.of(checkpoint) for checkpoint in tracking.checkpoints], tracking.estimates).status == "out_for_delivery"


def test_the_forecast_has_hours():
    (estimate,) = read((SAMPLES / "shipment_info.json").read_bytes()).trackings[0].estimates
    assert (estimate.from_on.isoformat(), estimate.from_time, estimate.to_time) == ("2026-05-12", "10:00", "14:00")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"shipmentinfo": {"shipmentID": "h1", "result": {"code": "e001", "message": "None"}}}, CarrierNote("e001", "None", "H1")),
        ({"shipmentinfo": []}, CarrierNote("", "no shipment found")),
        ({"listOfResultCodes": [{"code": "e002", "message": "Bad"}]}, CarrierNote("e002", "Bad")),
    ],
)
def test_errors_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, [], None, {"barcode": ""}, {"shipmentinfo": [{"status": [{}]}]}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
