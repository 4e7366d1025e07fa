"""Nova Poshta Shopping: statuses known by their sentence in any language, and pages that tell none."""

import json

import pytest

from doorstep.carriers.nova_poshta_shopping import CARRIER
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(answer):
    return CARRIER.parse(Raw(body=json.dumps(answer).encode()))


def rows(*history, **fields):
    return read({"waybill_number": "NPI9", "tracking_history": list(history), **fields}).trackings[0].checkpoints


def test_a_sentence_counts_in_a_translation_and_stands_for_its_code():
    translated = {"code": "X2", "description": "Recipient said no", "translations": [{"description": "Відмова одержувача."}]}
    (scan,) = rows(translated)
    assert (scan.event_type, scan.carrier_code, scan.carrier_text) == ("refused", "", "Recipient said no")


def test_a_status_without_a_known_sentence_keeps_its_code():
    (scan,) = rows({"code": "X1", "description": "Something", "country": "US"})
    assert (scan.event_type, scan.carrier_code, scan.place.country) == ("unknown", "X1", "US")


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("14.07.2026 09:10", "2026-07-14T09:10:00", Precision.MINUTE),
        ("2026-07-14 09:10:05", "2026-07-14T09:10:05", Precision.SECOND),
        ("14.07.2026", "2026-07-14T00:00:00", Precision.DATE),
    ],
)
def test_times_are_local_to_the_row(text, local, precision):
    told = rows({"date": text, "country": "UA"})[0].occurred_at
    assert (told.local[:10], told.precision) == (local[:10], precision)
    assert told.precision is Precision.DATE or (told.local, told.offset) == (local, "+03:00")


def test_without_a_history_the_state_is_the_one_scan():
    (scan,) = rows(state="Відмова одержувача")
    assert (scan.event_type, scan.occurred_at) == ("refused", None)


def test_a_page_without_a_state_is_a_note_about_its_number():
    assert read({"result": "<h3>№: NPI7</h3>"}).notes == (CarrierNote("", "the page tells no state of this number", "NPI7"),)
    assert read({}).notes[0].tracking_number is None


@pytest.mark.parametrize("answer", [[], None, "x", {"tracking_history": []}])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)
