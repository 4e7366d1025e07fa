"""Which kind of problem is heard instead of which: whole, without a ring, and never what only the customer can do."""

from doorstep.domain.pitfalls import ALONE, LADDERS, PITFALL_KINDS, SUPERSEDED_BY, Family, Severity, heard_instead
from doorstep.domain.vocabulary import Actor

#: What may be heard in place of what only the customer can do, and why.
_MOOT = {
    *("disposed", "customs_seized", "stolen", "lost", "gone_silent"),  # the goods do not come
    *("cancelled_but_moving", "customs_rejected", "prohibited_goods"),  # they are not to come
    *("refused", "pickup_expired"),  # it was let pass
}


def test_every_kind_has_its_place():
    placed = {kind for ladder in LADDERS for rung in ladder.rungs for kind in rung}
    assert placed | ALONE == set(PITFALL_KINDS)
    assert not placed & ALONE
    for ladder in LADDERS:
        kinds = [kind for rung in ladder.rungs for kind in rung]
        assert len(kinds) == len(set(kinds))


def test_of_whatever_stands_something_is_heard():
    left = dict(SUPERSEDED_BY)  # no ring: there is always one above which nothing stands
    while left:
        top = [kind for kind, stronger in left.items() if not set(stronger) & set(left)]
        assert top
        left = {kind: stronger for kind, stronger in left.items() if kind not in top}


def test_nothing_is_heard_instead_of_what_the_customer_said():
    for kind in PITFALL_KINDS.values():
        if kind.family is Family.WORD:
            assert not SUPERSEDED_BY.get(kind.kind)


def test_what_the_customer_must_do_is_heard_unless_it_has_become_moot():
    for kind in PITFALL_KINDS.values():
        if not kind.mutable and kind.kind not in {"pickup_deadline", "pickup_expiring", "held_for_payment"}:
            assert set(SUPERSEDED_BY[kind.kind]) <= _MOOT
    assert set(SUPERSEDED_BY["held_for_payment"]) - _MOOT == {"duties_due"}


def test_what_only_waits_is_not_heard_instead_of_what_fails():
    """The lesser in severity is heard in a graver one's place only where it says what the customer can do, or that all is over."""
    for kind, stronger in SUPERSEDED_BY.items():
        for other in stronger:
            above, below = PITFALL_KINDS[other], PITFALL_KINDS[kind]
            if above.severity.rank < below.severity.rank:
                assert above.must_act is Actor.CUSTOMER or other in {"gone_silent", "no_new_attempt"} or below.severity is Severity.CRITICAL
                assert below.kind != "presumed_lost" or other in {
                    *_MOOT,
                    *("duties_due", "held_for_payment", "address_problem", "customs_information_required"),
                }


def test_one_is_heard_instead_of_another_only_while_both_stand():
    assert heard_instead("missed_estimate", {"missed_estimate", "presumed_lost"}) == "presumed_lost"
    assert heard_instead("missed_estimate", {"missed_estimate"}) == ""
    assert heard_instead("presumed_lost", {"missed_estimate", "presumed_lost"}) == ""
    assert heard_instead("missed_estimate", {"missed_promise", "lost", "presumed_lost"}) == "lost"
    assert heard_instead("duties_due", {"address_problem", "duties_due"}) == ""
