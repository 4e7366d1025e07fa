"""Chronopost: what its histories say (no real tracking answer is at hand)."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import chronopost
from doorstep.carriers.chronopost import CARRIER
from doorstep.carriers.chronopost.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote
from doorstep.errors import BadInputError

SAMPLES = Path(chronopost.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def history(events: str, *, head: str = "") -> str:
    inner = f"<listEventInfoComp>{events}<skybillNumber>XX 1</skybillNumber></listEventInfoComp>"
    return f"<return><errorCode>0</errorCode>{head}{inner}</return>"


def test_padded_codes_are_read_and_the_sentence_may_be_part_of_the_key():
    (tracking,) = read((SAMPLES / "delivered.xml").read_bytes()).trackings
    assert tracking.tracking_number == "XX000000001FR"
    assert [(scan.event_type, scan.carrier_code) for scan in tracking.checkpoints] == [
        ("order_data_received", "DC"),
        ("delayed", "SD"),
        ("out_for_delivery", "TA"),
        ("delivered", "D"),
    ]
    assert (tracking.checkpoints[1].place.facility, tracking.checkpoints[1].place.postcode) == ("EXEMPLE SUD", "69000")


def test_a_code_for_two_things_is_known_by_its_sentence_only():
    assert event_type_of("SD", "Tri effectué") == "delivery_facility_arrival"
    assert event_type_of("TT", "Colis livré au transitaire.") == "handed_to_partner"
    assert event_type_of("TT", "") == event_type_of("ZZ", "Livraison effectuée") == "unknown"


def test_the_estimate_is_told_until_the_delivery():
    event = "<events><code>TS</code><eventDate>08/07/2026 21:10</eventDate></events>"
    (tracking,) = read(history(event, head="<estimatedDeliveryDate>2026-07-09T18:00:00+02:00</estimatedDeliveryDate>")).trackings
    assert [estimate.to_on for estimate in tracking.estimates] == [date(2026, 7, 9)]
    assert (tracking.checkpoints[0].occurred_at.local, tracking.checkpoints[0].occurred_at.offset) == ("2026-07-08T21:10:00", "+02:00")
    assert (
        read(history("<events><code>D</code></events>", head="<estimatedDeliveryDate>2026-07-09</estimatedDeliveryDate>"))
        .trackings[0]
        .estimates
        == ()
    )


def test_errors_and_faults_become_notes():
    assert read((SAMPLES / "refused.xml").read_bytes()).notes == (CarrierNote("2", "not of this contract"),)
    assert read("<Fault><faultcode>soap</faultcode><faultstring>down</faultstring></Fault>").notes == (CarrierNote("soap", "down"),)


@pytest.mark.parametrize(
    "body", ["", "{}", "<a/>", "<return><listEventInfoComp/></return>", history("<events><eventDate>soon</eventDate></events>")]
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)


NAMES = st.sampled_from(["return", "errorCode", "listEventInfoComp", "listEvents", "events", "code", "eventDate", "skybillNumber", "estimatedDeliveryDate"])  # fmt: skip
VALUES = st.sampled_from(["", "0", "D", "XX1", "2026-01-05T10:00:00+01:00", "05/01/2026 10:00", "9999-12-31", "é"])
TREES = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, NAMES, VALUES),
    lambda inner: st.builds(lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", NAMES, st.lists(inner, max_size=6)),
)


@given(TREES)
def test_any_tree_of_its_names_is_read_or_refused(body):
    try:
        parsed = read(body)
    except BadInputError:
        return
    assert {scan.event_type for tracking in parsed.trackings for scan in tracking.checkpoints} <= set(EVENT_TYPES)
