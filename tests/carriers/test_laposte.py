"""La Poste and Colissimo: what their shared answer says beyond the judged events."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import laposte
from doorstep.carriers.families.la_poste_suivi import event_type_of
from doorstep.carriers.laposte import CARRIER
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.errors import BadInputError

SAMPLES = Path(laposte.__file__).parent / "samples"


def read(answer):
    return CARRIER.parse(Raw(body=answer if isinstance(answer, bytes) else json.dumps(answer).encode()))


def test_an_answer_for_two_numbers_has_a_tracking_and_a_note():
    parsed = read((SAMPLES / "two_numbers.json").read_bytes())
    (tracking,) = parsed.trackings
    assert (tracking.tracking_number, tracking.service) == ("LX000000001FR", "Courrier international")
    assert tracking.links == (Link(tracking_number="00340000000001", carrier="dhl_parcel_de", role="last_mile"),)
    assert [estimate.to_on for estimate in tracking.estimates] == [date(2026, 7, 14)]
    assert tracking.estimates[0].stated_at == tracking.checkpoints[0].occurred_at
    assert parsed.notes == (CarrierNote("104", "Nothing is known of this number", "LX000000002FR"),)


def test_a_finished_shipment_has_no_estimate():
    tracking = read({"returnCode": 200, "shipment": {"idShip": "1", "isFinal": True, "estimDate": "2026-07-14", "event": []}}).trackings[0]
    assert tracking.estimates == ()


def test_put_on_delivery_is_told_from_being_readied_by_its_sentence():
    assert event_type_of("MD2", "") == "out_for_delivery"
    assert event_type_of("MD2", "Il est là.  Nous le préparons pour le mettre en livraison.") == "preparing_for_delivery"
    assert event_type_of("DI2", "") == "returned_to_sender"
    assert event_type_of("MD9", "Votre colis est livré.") == "unknown"


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"returnCode": 404, "returnMessage": "Inconnu", "idShip": "1 2"}, CarrierNote("404", "Inconnu", "12")),
        ({"code": "UNAUTHORIZED", "message": "no key"}, CarrierNote("UNAUTHORIZED", "no key")),
    ],
)
def test_refusals_become_notes(answer, note):
    assert read(answer).notes == (note,)


@pytest.mark.parametrize("answer", [{}, None, 1, "x", {"shipment": {}}, {"shipment": {"idShip": " "}}, [{"event": []}]])
def test_what_is_no_answer_is_refused(answer):
    with pytest.raises(BadInputError):
        read(answer)


KEYS = st.sampled_from(
    [
        "responses",
        "returnCode",
        "shipment",
        "idShip",
        "event",
        "code",
        "label",
        "date",
        "estimDate",
        "isFinal",
        "contextData",
        "partner",
        "reference",
    ]
)
VALUES = st.sampled_from(["", "1", 200, "DI1", "2026-07-15T09:00:00+02:00", "2026-07-15", "soon", None, True])
TREES = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(answer):
    try:
        parsed = read(answer)
    except BadInputError:
        return
    assert parsed.trackings or parsed.notes or answer == []
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
