"""Canada Post: what its details say beyond the judged events."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers import canadapost
from doorstep.carriers.canadapost import CARRIER
from doorstep.carriers.canadapost.codes import event_type_of
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Link
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

SAMPLES = Path(canadapost.__file__).parent / "samples"


def read(body: str | bytes):
    return CARRIER.parse(Raw(body=body.encode() if isinstance(body, str) else body))


def sample(name: str):
    return read((SAMPLES / name).read_bytes())


def detail(events: str = "", *, head: str = "") -> str:
    return f"<tracking-detail><pin>40 17</pin>{head}<significant-events>{events}</significant-events></tracking-detail>"


def event(identifier: str, text: str = "", zone: str = "EST", day: str = "2026-01-05", time: str = "10:00:00") -> str:
    return (
        f"<occurrence><event-identifier>{identifier}</event-identifier><event-date>{day}</event-date><event-time>{time}</event-time>"
        f"<event-time-zone>{zone}</event-time-zone><event-description>{text}</event-description></occurrence>"
    )


def test_a_zone_abbreviation_names_a_zone_and_follows_daylight_saving():
    scans = sample("delivered.xml").trackings[0].checkpoints
    assert [scan.occurred_at.offset for scan in scans] == ["-06:00", "-06:00", "-06:00", "-06:00"]
    assert scans[2].occurred_at.zone_source is ZoneSource.SENT
    assert scans[3].occurred_at.zone_source is ZoneSource.FACILITY


def test_an_unknown_abbreviation_leaves_the_offset_open():
    (scan,) = read(detail(event("0174", zone="XYZ"))).trackings[0].checkpoints
    assert scan.occurred_at.offset is None
    assert scan.occurred_at.local == "2026-01-05T10:00:00"


def test_a_changed_date_is_the_estimate_and_keeps_its_reason():
    tracking = sample("going_back.xml").trackings[0]
    (estimate,) = tracking.estimates
    assert (estimate.from_on, estimate.reason) == (date(2026, 7, 15), "Address being checked")
    assert estimate.stated_at == tracking.checkpoints[0].occurred_at
    assert tracking.links == (Link(tracking_number="4000000000000031", carrier="canadapost", role="return"),)


def test_after_the_delivery_there_is_no_estimate():
    assert sample("delivered.xml").trackings[0].estimates == ()


def test_messages_become_notes():
    assert sample("no_history.xml").notes == (CarrierNote("004", "No Pin History"),)


def test_an_identifier_is_read_with_and_without_leading_zeros():
    assert event_type_of("0174", "") == event_type_of("174", "") == "out_for_delivery"
    assert event_type_of("20", "") == event_type_of("0020", "") == "proof_of_delivery_available"


def test_the_sentence_of_the_way_back_is_part_of_the_key():
    assert event_type_of("1496", "") == "delivered"
    assert event_type_of("1496", "L'article a été renvoyé avec succès à l'expéditeur.") == "returned_to_sender"
    assert event_type_of("0611", "Item is at recipient's front door") == "unknown"


def test_every_mapped_event_type_exists():
    assert {event_type_of(str(code), "") for code in range(10000)} <= set(EVENT_TYPES)


def test_the_newest_signatory_signed():
    signed = event("20", day="2026-01-06").replace("</occurrence>", "<signatory-name>B NEWER</signatory-name></occurrence>")
    older = event("20", day="2026-01-05").replace("</occurrence>", "<signatory-name>A OLDER</signatory-name></occurrence>")
    assert read(detail(older + signed)).trackings[0].signed_by == "B NEWER"


def test_a_return_of_an_earlier_parcel_is_a_return():
    assert read(detail(head="<original-pin>4018</original-pin>")).trackings[0].is_return
    assert not read(detail(head="<original-pin/>")).trackings[0].is_return


@pytest.mark.parametrize(
    "body", ["", "{}", "<a/>", "<tracking-detail/>", "<tracking-detail><pin> </pin></tracking-detail>", detail(event("1", day="soon"))]
)
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadInputError):
        read(body)


NAMES = st.sampled_from(
    [
        "tracking-detail",
        "pin",
        "significant-events",
        "occurrence",
        "event-identifier",
        "event-date",
        "event-time",
        "event-time-zone",
        "event-province",
        "expected-delivery-date",
        "changed-expected-date",
        "return-pin",
        "message",
        "code",
        "description",
        "signatory-name",
    ]
)
VALUES = st.sampled_from(["", "0174", "2026-01-05", "10:00:00", "10:00", "EST", "QC", "0001-01-01", "9999-12-31", "x", "é"])
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
    assert parsed.trackings or parsed.notes
