"""Of what stands at once the customer hears one thing: which, for how long, and what is heard again afterwards."""

import msgspec
import pytest
from test_timeline_judging import GAPS, HOME, LABEL, PICKED, POINT, facts, judged, promised, stated
from timeline_histories import history, utc

from doorstep.domain.vocabulary import Actor
from doorstep.timeline import Counted, Gaps, fold, judge
from doorstep.timeline.gaps import bucket_of

LATE = {"estimates": [promised("2026-03-05"), stated("2026-03-03", "2026-03-04")]}
CANCELLED = msgspec.structs.replace(HOME, cancelled_at=utc("2026-03-03 09:00"))


def heard(scans, now, **known):
    """What the customer hears, and beside each other kind in whose place."""
    stands = judged(scans, utc(now), **known)[0].open_pitfalls
    return {one.kind for one in stands if one.heard}, {one.kind: one.superseded_by for one in stands if not one.heard}


def test_a_lost_parcel_s_missed_day_is_no_second_problem():
    assert heard(history(LABEL, PICKED), "2026-03-20 12:00", **LATE) == (
        {"presumed_lost"},
        {"missed_promise": "presumed_lost", "missed_estimate": "presumed_lost"},
    )


def test_what_was_superseded_is_heard_again_once_the_stronger_is_gone_and_is_the_same():
    about = facts(history(LABEL, PICKED), **LATE)
    lost, _ = judge(fold(about.scans, about.estimates), about, GAPS, utc("2026-03-20 12:00"))
    found = facts(history(LABEL, PICKED, "2026-03-20 15:00 facility_arrival"), **LATE)
    after, _ = judge(fold(found.scans, found.estimates), found, GAPS, utc("2026-03-20 16:00"), before=lost.open_pitfalls)
    was = {one.kind: one.since for one in lost.open_pitfalls}
    assert {one.kind: (one.since, one.superseded_by) for one in after.open_pitfalls} == {
        "missed_promise": (was["missed_promise"], ""),
        "missed_estimate": (was["missed_estimate"], "missed_promise"),
    }


@pytest.mark.parametrize(
    ("lines", "now", "known", "one", "others"),
    [
        ([LABEL, PICKED], "2026-03-07 12:00", LATE, "missed_promise", {"stalled_in_transit", "missed_estimate"}),
        ([LABEL, PICKED], "2026-03-07 12:00", {"estimates": LATE["estimates"][1:]}, "stalled_in_transit", {"missed_estimate"}),
        ([LABEL, PICKED, "2026-03-03 12:00 customs_held"], "2026-03-20 12:00", {}, "stalled_at_customs", {"customs_held"}),
        ([LABEL, PICKED, "2026-03-03 12:00 customs_duties_due"], "2026-05-15 12:00", {}, "duties_due", {"presumed_lost"}),
        ([LABEL, PICKED, "2026-03-03 12:00 customs_duties_due"], "2026-06-10 12:00", {}, "gone_silent", {"duties_due"}),
        ([LABEL, PICKED, "2026-03-03 12:00 attempt_failed_address"], "2026-03-04 12:00", {}, "address_problem", {"attempt_failed"}),
        ([LABEL, PICKED, "2026-03-06 12:00 attempt_failed"], "2026-03-12 12:00", LATE, "no_new_attempt", {"attempt_failed", "missed_promise"}),
        ([LABEL, PICKED, "2026-03-03 12:00 second_attempt_failed"], "2026-03-10 12:00", {}, "attempts_repeated", {"no_new_attempt", "attempt_failed"}),
        ([LABEL, PICKED, "2026-03-06 12:00 ready_for_pickup", "2026-03-10 12:00 pickup_deadline_soon"], "2026-03-12 12:00", LATE, "pickup_deadline",
         {"pickup_expiring", "missed_promise"}),
        ([LABEL], "2026-03-10 12:00", LATE, "never_handed_over", {"missed_promise", "missed_estimate"}),
        ([LABEL, PICKED, "2026-03-03 12:00 lost"], "2026-05-01 12:00", LATE, "lost", {"missed_promise", "presumed_lost"}),
        ([LABEL, PICKED, "2026-03-03 12:00 under_investigation"], "2026-03-13 12:00", LATE, "under_investigation",
         {"hold_unresolved", "missed_promise", "missed_estimate"}),
        ([LABEL, PICKED, POINT], "2026-03-08 12:00", {"around": CANCELLED}, "cancelled_but_moving", {"pickup_pending"}),
        ([LABEL, PICKED, "2026-03-03 12:00 attempt_failed", "2026-03-05 12:00 return_started"], "2026-03-25 12:00", {}, "returning", {"return_stalled"}),
    ],
)  # fmt: skip
def test_of_what_stands_at_once_one_is_heard(lines, now, known, one, others):
    told, superseded = heard(history(*lines), now, **known)
    assert told == {one}
    assert set(superseded) >= others


def test_two_things_that_the_customer_must_do_are_both_heard():
    both = history(LABEL, PICKED, "2026-03-03 12:00 customs_duties_due", "2026-03-03 13:00 customs_information_required")
    assert heard(both, "2026-03-04 12:00")[0] == {"duties_due", "customs_information_required"}


def test_what_is_muted_is_heard_in_nobody_s_place():
    about = facts(history(LABEL, PICKED), around=msgspec.structs.replace(HOME, muted=("presumed_lost",)), **LATE)
    one, _ = judge(fold(about.scans, about.estimates), about, GAPS, utc("2026-03-20 12:00"))
    assert [pitfall.kind for pitfall in one.open_pitfalls if pitfall.heard] == ["missed_promise"]
    whole, _ = judge(fold(about.scans), about, GAPS, utc("2026-03-20 12:00"), muted={"missed_promise"})
    assert not any(pitfall.heard for pitfall in whole.open_pitfalls)


def test_what_an_agent_closed_brings_no_lesser_problem_up():
    since = next(
        one.since for one in judged(history(LABEL, PICKED), utc("2026-03-20 12:00"), **LATE)[0].open_pitfalls if one.kind == "presumed_lost"
    )
    closed = msgspec.structs.replace(HOME, settled=(("presumed_lost", since),))
    told, superseded = heard(history(LABEL, PICKED), "2026-03-20 12:00", around=closed, **LATE)
    assert told == set()
    assert superseded == {"missed_promise": "presumed_lost", "missed_estimate": "presumed_lost"}


def test_who_must_act_is_told_by_what_is_heard():
    charge = history(LABEL, PICKED, "2026-03-03 12:00 customs_duties_due")
    assert judged(charge, utc("2026-05-15 12:00"), **LATE)[0].must_act is Actor.CUSTOMER
    assert judged(history(LABEL, PICKED), utc("2026-03-20 12:00"), **LATE)[0].must_act is Actor.SHOP


def test_a_silence_that_an_agent_closed_stays_closed_though_patience_has_been_learnt():
    about = facts(history(LABEL, PICKED))
    stalled, _ = judge(fold(about.scans), about, GAPS, utc("2026-03-07 12:00"))
    [one] = stalled.open_pitfalls
    about = msgspec.structs.replace(about, around=msgspec.structs.replace(HOME, settled=((one.kind, one.since),)))
    closed, _ = judge(fold(about.scans), about, GAPS, utc("2026-03-07 13:00"), before=stalled.open_pitfalls)
    assert (closed.open_pitfalls, closed.settled) == ((), (one,))
    hasty = Gaps([Counted(1, "acme", "", "ES-ES", "transit", bucket_of(30), 5000)])
    again, _ = judge(fold(about.scans), about, hasty, utc("2026-03-07 14:00"), before=closed.open_pitfalls + closed.settled)
    assert (again.open_pitfalls, again.settled) == ((), (one,))
