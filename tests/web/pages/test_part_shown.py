"""A shipment delivered in part, on its page in every language: on its way, with what is missing, and delivered when the rest is."""

from datetime import UTC, datetime

import pytest

from doorstep.domain.sentences import event_sentence, pitfall_told
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Scan, Tie
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.store.shipments import KeptShipment
from doorstep.timeline import fold_tied
from doorstep.web.track.parcels import parcel_shown
from doorstep.web.track.words import languages, words_for

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PART = [("picked_up", 20, "N1"), ("out_for_delivery", 23, "N1"), ("delivered_partial", 23, "N1")]


def scan(event_type, day, number):
    at = OccurredAt(f"2026-11-{day:02}T1{len(event_type) % 10}:00", "+01:00", ZoneSource.SENT, Precision.MINUTE)
    return Checkpoint(
        event_type=event_type, occurred_at=at, carrier="ups", carrier_code=event_type, carrier_text="", tracking_number=number
    )


def shown(*scans, language="en", ties=()):
    checkpoints = [scan(*one) for one in scans]
    folded = fold_tied(map(Scan.of, checkpoints), ties=ties)
    shipment = KeptShipment(
        merchant_id=1,
        shipment_id=1,
        order_id=None,
        fulfilment_id=None,
        token="t" * 22,
        carrier="ups",
        tracking_number="N1",
        service=None,
        lines={},
        since=None,
        scans=[Scan.of(one) for one in checkpoints],
        estimates=[],
        folded=folded,
        last_text=None,
        last_place=None,
        last_local=None,
        zone="Europe/Madrid",
        look_at=None,
        changed_at=NOW,
        ties=list(ties),
    )
    rows = [(Scan.of(one).fingerprint, one) for one in checkpoints]
    return parcel_shown(shipment, None, rows, words_for(language), NOW)


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_page_says_that_a_part_is_there_and_the_rest_is_not(language):
    page, words = shown(*PART, language=language), words_for(language)
    assert (page.status, page.headline) == ("in_transit", words("status.in_transit"))
    assert page.sentence == event_sentence("delivered_partial", language)
    assert [one.title for one in page.pitfalls] == [pitfall_told("pieces_missing", language).title]
    assert page.steps[-1].state == "open"
    assert page.window is None or page.window[0] != words("page.delivered_on")


def test_what_is_there_may_be_wrong():
    assert shown(*PART[:2]).may_tell == ("not_received",)
    assert {"reported_damaged", "missing_item"} <= set(shown(*PART).may_tell)
    ties = [Tie("N1", number, None, "part") for number in ("N2", "N3")]
    assert {"reported_damaged", "missing_item"} <= set(shown(*PART[:2], ("delivered", 23, "N2"), ties=ties).may_tell)


def test_it_was_delivered_when_its_last_part_was():
    page = shown(*PART, ("delivered", 25, "N1"))
    assert (page.status, page.pitfalls) == ("delivered", ())
    ties = [Tie("N1", number, None, "part") for number in ("N2", "N3")]
    page = shown(*PART, ("delivered", 23, "N2"), ("delivered", 25, "N3"), ties=ties)
    assert page.window[0] == words_for("en")("page.delivered_on")
    assert "25" in page.window[1]
