"""The catalogue of delivery problems is whole, and no two rows say the same."""

import csv
from pathlib import Path

import pytest

from doorstep.domain.pitfalls import PITFALL_KINDS, WORDS_OF_CUSTOMERS, Family, NextStep
from doorstep.domain.sentences import pitfall_told
from doorstep.domain.vocabulary import Actor

CANDIDATES = Path(__file__).parents[3] / "shared" / "data" / "carriers" / "pitfall_candidates.tsv"
#: What others call it → the kind that covers it.
COVERED = {
    "never_handed_over": "never_handed_over",
    "invalid_tracking_number": "number_unknown",
    "late_dispatch": "late_dispatch",
    "pickup_failed": "pickup_failed",
    "no_scan_in_transit": "stalled_in_transit",
    "expected_scan_missed": "not_out_for_delivery",
    "eta_slipped": "estimate_slipped",
    "eta_missed": "missed_estimate",
    "promise_at_risk": "will_be_late",
    "weather_or_disaster": "delayed",
    "carrier_network_delay": "delayed",
    "misrouted": "misrouted",
    "looping": "looping",
    "customs_held": "customs_held",
    "customs_action_needed": "customs_information_required",
    "duties_unpaid": "duties_due",
    "customs_seized": "customs_seized",
    "address_problem": "address_problem",
    "recipient_action_needed": "recipient_action_needed",
    "failed_attempt": "attempt_failed",
    "repeated_failed_attempts": "attempts_repeated",
    "refused": "refused",
    "pickup_pending": "pickup_pending",
    "pickup_expiring": "pickup_expiring",
    "pickup_expired": "pickup_expired",
    "damaged": "damaged",
    "delivered_damaged_or_partial": "damaged",
    "lost": "lost",
    "presumed_lost": "presumed_lost",
    "disposed": "disposed",
    "returning": "returning",
    "returned": "unasked_return",
    "false_delivery": "delivered_then_moved",
    "untracked_handover": "handover_untracked",
    "handover_gap": "stalled_at_handover",
    "split_or_missing_piece": "pieces_missing",
    "carrier_event_conflict": "scans_retracted",
    "tracking_number_reused": "number_reused",
}
KINDS = list(PITFALL_KINDS.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_tells_all_that_everybody_needs(kind):
    assert kind.kind.replace("_", "").isalpha()
    for told in (kind.en, kind.es):
        assert not told.title.endswith(".")
        assert told.customer.endswith(".")
        assert told.support.endswith(".")
        assert len(told.title) <= 60
        assert len(told.customer) <= 160
    if kind.family is Family.EVENT:
        assert kind.closed_by or kind.survives or kind.kind == "returning"
        assert kind.opened_by or kind.kind == "returning"
    else:
        assert kind.opens.endswith(".")
        assert kind.closes.endswith(".")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_kind_only_ever_worsens(kind):
    hours = [0, *(after for after, _ in kind.escalates)]
    ranks = [kind.severity.rank, *(severity.rank for _, severity in kind.escalates)]
    assert hours == sorted(set(hours))
    assert ranks == sorted(set(ranks))


def test_what_the_customer_must_do_cannot_be_muted_where_waiting_costs_them():
    assert {kind.kind for kind in KINDS if not kind.mutable} == {"duties_due", "held_for_payment", "pickup_deadline", "pickup_expiring"}
    assert all(kind.must_act is Actor.CUSTOMER for kind in KINDS if not kind.mutable)


def test_no_two_kinds_say_the_same():
    assert len(PITFALL_KINDS) == len(KINDS) >= 40
    for language in ("en", "es"):
        supports = [pitfall_told(kind.kind, language).support for kind in KINDS]
        assert len(set(supports)) == len(supports)
    assert all(kind.en != kind.es for kind in KINDS)


def test_every_family_step_and_word_is_used():
    assert {kind.family for kind in KINDS} == set(Family)
    assert {kind.step for kind in KINDS} == set(NextStep)
    assert {kind.family for kind in WORDS_OF_CUSTOMERS} == {Family.WORD}
    assert len({(step.sentence, step.sentence_es) for step in NextStep}) == len(NextStep)


def test_every_candidate_is_covered_by_a_kind():
    if not CANDIDATES.exists():
        pytest.skip("the shared data lies beside the repository only where it is developed")
    with CANDIDATES.open() as file:
        names = [row["candidate"] for row in csv.DictReader(file, delimiter="\t")]
    assert set(names) == set(COVERED)
    assert set(COVERED.values()) <= set(PITFALL_KINDS)
