"""GEODIS: agencies and their zones, the planned day, errors."""

import json
from pathlib import Path

import pytest

from doorstep.carriers import geodis
from doorstep.carriers.geodis import CARRIER
from doorstep.carriers.geodis.codes import event_type_of
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError

SAMPLES = Path(geodis.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_an_agency_gives_the_zone_or_the_shipment_does():
    tracking = read((SAMPLES / "answer.json").read_bytes()).trackings[0]
    assert [scan.occurred_at.offset for scan in tracking.checkpoints] == ["+02:00"] * 3
    assert [(scan.place.city, scan.place.facility) for scan in tracking.checkpoints[:2]] == [("Exempleville", "000017"), (None, "000024")]
    assert (tracking.estimates[0].to_on.isoformat(), tracking.weight_g, tracking.service) == ("2026-05-13", 2500, "Express")


def test_between_two_countries_a_numbered_agency_has_no_zone():
    answer = json.loads((SAMPLES / "answer.json").read_bytes())
    answer["contenu"]["destinataire"]["pays"]["code"] = "BE"
    assert [scan.occurred_at.offset for scan in read(answer).trackings[0].checkpoints] == ["+02:00", None, None]


def test_the_french_spelling_of_a_time_is_read_where_the_other_is_missing():
    event = {"dateSuiviFrs": "12/05/2026", "heureSuiviFrs": "07:40", "codeSituationJustification": "liv/cfm"}
    (scan,) = read({"ok": True, "contenu": [{"noSuivi": "1", "listSuivis": event}]}).trackings[0].checkpoints
    assert (scan.event_type, scan.occurred_at.local) == ("delivered", "2026-05-12T07:40:00")


def test_a_situation_under_another_justification_is_unknown():
    assert {event_type_of("LIV/XXX"), event_type_of("LIV"), event_type_of("")} == {"unknown"}


def test_an_error_becomes_a_note_and_nothing_found_is_nothing():
    assert read((SAMPLES / "error.json").read_bytes()).notes == (CarrierNote("NF", "Rien sous ce numero"),)
    assert read({"ok": True, "contenu": None}) == Parsed()


@pytest.mark.parametrize("answer", [{}, [], None, {"ok": True, "contenu": {}}, {"contenu": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
