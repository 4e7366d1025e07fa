"""Silence, prediction, contradiction and the customer's word: what opens each kind, what closes it, and when to look again."""

from datetime import UTC, date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline_properties import HISTORIES
from timeline_histories import history, scan, utc

from doorstep.domain.pitfalls import PITFALL_KINDS, Family, Severity
from doorstep.domain.shipments import Around, OpenPitfall
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate, Tie
from doorstep.domain.vocabulary import Actor, Precision, ZoneSource
from doorstep.timeline import Counted, Facts, Gaps, fold, fold_tied, gaps_of, judge, lane_of, replay
from doorstep.timeline.gaps import EDGES_H, PRIOR_H, bucket_of, prior, too_long_h
from doorstep.timeline.stages import STAGE_OF, Stage

NOW = utc("2026-03-31 12:00")
LABEL, PICKED = "2026-03-02 09:00 label_created", "2026-03-02 18:00 picked_up"
HOME = Around(origin="ES", destination="ES", postcode="28013", sent_at=utc("2026-03-02 09:00"))
GAPS = Gaps()


def facts(scans, *, estimates=(), around=HOME, merchant=1):
    return Facts(merchant, "acme", None, "Europe/Madrid", list(scans), list(estimates), around)


def judged(scans, now=NOW, **known):
    about = facts(scans, **known)
    return judge(fold(about.scans, about.estimates), about, GAPS, now)


def kinds(scans, now=NOW, **known):
    return [one.kind for one in judged(scans, now, **known)[0].open_pitfalls]


def stated(on, to_on, source="carrier"):
    stamp = OccurredAt(f"{on}T08:00:00", "+00:00", ZoneSource.SENT, Precision.SECOND)
    return Estimate(from_on=date.fromisoformat(to_on), to_on=date.fromisoformat(to_on), source=source, stated_at=stamp)


def promised(to_on):
    return Estimate(from_on=date.fromisoformat(to_on), to_on=date.fromisoformat(to_on), source="shop")


def said(kind, at):
    return msgspec.structs.replace(HOME, said=(OpenPitfall(kind, utc(at), Actor.SHOP, b"", PITFALL_KINDS[kind].severity),))


ELSEWHERE = "2026-03-05 12:00 delivered"


def delivered_in(country, postcode, mark=None):
    decided = scan("delivered", "2026-03-05 12:00").fingerprint if mark is None else mark
    return msgspec.structs.replace(HOME, decided_in=(decided, country, postcode))


LEGS = [
    *history(LABEL, PICKED, "2026-03-05 12:00 delivered"),
    scan("attempt_failed", "2026-03-06 12:00", carrier="bolt", tracking_number="N2"),
]
RETRACTED = [
    *history(LABEL, PICKED),
    scan("out_for_delivery", "2026-03-03 08:00"),
    scan("event_retracted", "2026-03-03 09:00", retracts=""),
]
REUSED = [*history("2025-06-01 09:00 picked_up", "2025-06-03 12:00 delivered"), *history(LABEL, PICKED)]
POINT = "2026-03-04 12:00 ready_for_pickup"

#: Kind → what opens it (scans, what else is known, now), and what closes it in the same way.
CASES = {
    "number_unknown": (
        (history("2026-03-02 09:00 tracking_not_found"), {}, "2026-03-05 12:00"),
        (history("2026-03-02 09:00 tracking_not_found", "2026-03-04 09:00 picked_up"), {}, "2026-03-05 12:00"),
    ),
    "never_scanned": (([], {}, "2026-03-09 12:00"), (history(LABEL), {}, "2026-03-09 12:00")),
    "late_dispatch": ((history(LABEL), {}, "2026-03-04 12:00"), (history(LABEL, "2026-03-04 11:00 picked_up"), {}, "2026-03-04 12:00")),
    "never_handed_over": (
        (history(LABEL), {}, "2026-03-10 12:00"),
        (history(LABEL, "2026-03-10 11:00 picked_up"), {}, "2026-03-10 12:00"),
    ),
    "pickup_not_done": (
        (history(LABEL, "2026-03-02 10:00 pickup_scheduled"), {}, "2026-03-05 12:00"),
        (history(LABEL, "2026-03-02 10:00 pickup_scheduled", "2026-03-05 09:00 picked_up"), {}, "2026-03-05 12:00"),
    ),
    "stalled_in_transit": (
        (history(LABEL, PICKED), {}, "2026-03-07 12:00"),
        (history(LABEL, PICKED, "2026-03-07 10:00 facility_arrival"), {}, "2026-03-07 12:00"),
    ),
    "stalled_at_customs": (
        (history(LABEL, PICKED, "2026-03-03 10:00 customs_processing"), {}, "2026-03-20 12:00"),
        (history(LABEL, PICKED, "2026-03-03 10:00 customs_processing", "2026-03-19 10:00 customs_released"), {}, "2026-03-20 12:00"),
    ),
    "stalled_at_handover": (
        (history(LABEL, PICKED, "2026-03-03 10:00 handed_to_partner"), {}, "2026-03-11 12:00"),
        (history(LABEL, PICKED, "2026-03-03 10:00 handed_to_partner", "2026-03-11 10:00 received_by_partner"), {}, "2026-03-11 12:00"),
    ),
    "untracked_stretch_overdue": (
        (history(LABEL, PICKED, "2026-03-03 10:00 handed_to_partner_untracked"), {}, "2026-03-20 12:00"),
        (history(LABEL, PICKED, "2026-03-03 10:00 handed_to_partner_untracked", "2026-03-20 10:00 delivered"), {}, "2026-03-20 12:00"),
    ),
    "not_out_for_delivery": (
        (history(LABEL, PICKED, "2026-03-03 10:00 delivery_facility_arrival"), {}, "2026-03-06 12:00"),
        (history(LABEL, PICKED, "2026-03-03 10:00 delivery_facility_arrival", "2026-03-06 08:00 out_for_delivery"), {}, "2026-03-06 12:00"),
    ),
    "tour_without_end": (
        (history(LABEL, PICKED, "2026-03-03 08:00 out_for_delivery"), {}, "2026-03-04 18:00"),
        (history(LABEL, PICKED, "2026-03-03 08:00 out_for_delivery", "2026-03-04 17:00 delivered"), {}, "2026-03-04 18:00"),
    ),
    "no_new_attempt": (
        (history(LABEL, PICKED, "2026-03-03 12:00 attempt_failed"), {}, "2026-03-10 12:00"),
        (history(LABEL, PICKED, "2026-03-03 12:00 attempt_failed", "2026-03-10 09:00 out_for_delivery"), {}, "2026-03-10 12:00"),
    ),
    "hold_unresolved": (
        (history(LABEL, PICKED, "2026-03-03 12:00 held_by_carrier"), {}, "2026-03-13 12:00"),
        (history(LABEL, PICKED, "2026-03-03 12:00 held_by_carrier", "2026-03-13 09:00 exception_resolved"), {}, "2026-03-13 12:00"),
    ),
    "pickup_pending": ((history(LABEL, PICKED, POINT), {}, "2026-03-08 12:00"), (history(LABEL, PICKED, POINT), {}, "2026-03-10 12:00")),
    "pickup_expiring": (
        (history(LABEL, PICKED, POINT), {}, "2026-03-10 12:00"),
        (history(LABEL, PICKED, POINT, "2026-03-10 11:00 collected_by_recipient"), {}, "2026-03-10 12:00"),
    ),
    "pickup_overdue": (
        (history(LABEL, PICKED, POINT), {}, "2026-03-20 12:00"),
        (history(LABEL, PICKED, POINT, "2026-03-19 12:00 return_started"), {}, "2026-03-20 12:00"),
    ),
    "return_stalled": (
        (history(LABEL, PICKED, "2026-03-03 12:00 return_started"), {}, "2026-03-24 12:00"),
        (history(LABEL, PICKED, "2026-03-03 12:00 return_started", "2026-03-23 12:00 return_in_transit"), {}, "2026-03-24 12:00"),
    ),
    "presumed_lost": (
        (history(LABEL, PICKED), {}, "2026-03-20 12:00"),
        (history(LABEL, PICKED, "2026-03-20 09:00 found"), {}, "2026-03-20 12:00"),
    ),
    "gone_silent": (
        (history(LABEL, PICKED), {}, "2026-06-10 12:00"),
        (history(LABEL, PICKED, "2026-06-10 09:00 facility_arrival"), {}, "2026-06-10 12:00"),
    ),
    "will_be_late": (
        (history(LABEL, PICKED), {"estimates": [promised("2026-03-05"), stated("2026-03-03", "2026-03-07")]}, "2026-03-03 12:00"),
        (
            history(LABEL, PICKED),
            {"estimates": [promised("2026-03-05"), stated("2026-03-03", "2026-03-07"), stated("2026-03-04", "2026-03-05")]},
            "2026-03-04 12:00",
        ),
    ),
    "missed_estimate": (
        (history(LABEL, PICKED), {"estimates": [stated("2026-03-03", "2026-03-04")]}, "2026-03-05 12:00"),
        (
            history(LABEL, PICKED),
            {"estimates": [stated("2026-03-03", "2026-03-04"), stated("2026-03-05", "2026-03-06")]},
            "2026-03-05 12:00",
        ),
    ),
    "missed_promise": (
        (history(LABEL, PICKED), {"estimates": [promised("2026-03-04")]}, "2026-03-05 12:00"),
        (history(LABEL, PICKED, "2026-03-05 11:00 delivered"), {"estimates": [promised("2026-03-04")]}, "2026-03-05 12:00"),
    ),
    "delivered_then_moved": (
        (history(LABEL, PICKED, "2026-03-05 12:00 delivered", "2026-03-06 12:00 facility_departure"), {}, "2026-03-07 12:00"),
        (
            history(
                LABEL, PICKED, "2026-03-05 12:00 delivered", "2026-03-06 12:00 facility_departure", "2026-03-07 09:00 delivered_signed"
            ),
            {},
            "2026-03-07 12:00",
        ),
    ),
    "delivered_elsewhere": (
        (history(LABEL, PICKED, ELSEWHERE), {"around": delivered_in("PT", None)}, "2026-03-06 12:00"),
        (history(LABEL, PICKED, ELSEWHERE), {"around": delivered_in("ES", "28041")}, "2026-03-06 12:00"),
    ),
    "attempt_after_delivery": (
        (history(LABEL, PICKED, "2026-03-05 12:00 delivered", "2026-03-06 12:00 attempt_failed"), {}, "2026-03-07 12:00"),
        (
            history(LABEL, PICKED, "2026-03-05 12:00 delivered", "2026-03-06 12:00 attempt_failed", "2026-03-07 09:00 delivered_signed"),
            {},
            "2026-03-07 12:00",
        ),
    ),
    "carriers_disagree": (
        (LEGS, {}, "2026-03-07 12:00"),
        ([*LEGS, scan("delivered", "2026-03-07 09:00", carrier="bolt", tracking_number="N2")], {}, "2026-03-07 12:00"),
    ),
    "impossible_estimate": (
        (history(LABEL, PICKED), {"estimates": [stated("2026-03-04", "2026-03-02")]}, "2026-03-05 12:00"),
        (
            history(LABEL, PICKED),
            {"estimates": [stated("2026-03-04", "2026-03-02"), stated("2026-03-05", "2026-03-06")]},
            "2026-03-05 12:00",
        ),
    ),
    "cancelled_but_moving": (
        (history(LABEL, PICKED), {"around": msgspec.structs.replace(HOME, cancelled_at=utc("2026-03-03 09:00"))}, "2026-03-04 12:00"),
        (
            history(LABEL, PICKED, "2026-03-04 09:00 return_started"),
            {"around": msgspec.structs.replace(HOME, cancelled_at=utc("2026-03-03 09:00"))},
            "2026-03-04 12:00",
        ),
    ),
    "number_reused": ((REUSED, {}, "2026-03-03 12:00"), ([*REUSED, *history("2026-03-05 12:00 delivered")], {}, "2026-03-06 12:00")),
    "scans_retracted": (
        (RETRACTED, {}, "2026-03-03 12:00"),
        ([*RETRACTED, *history("2026-03-05 12:00 delivered")], {}, "2026-03-06 12:00"),
    ),
    "looping": (
        (history(LABEL, PICKED, *(f"2026-03-0{day} 08:00 out_for_delivery" for day in (3, 4, 5))), {}, "2026-03-05 12:00"),
        (
            history(LABEL, PICKED, *(f"2026-03-0{day} 08:00 out_for_delivery" for day in (3, 4, 5)), "2026-03-05 11:00 attempt_failed"),
            {},
            "2026-03-05 12:00",
        ),
    ),
    "unasked_return": (
        (history(LABEL, PICKED, "2026-03-09 12:00 returned_to_sender"), {}, "2026-03-10 12:00"),
        (history(LABEL, PICKED, "2026-03-04 12:00 refused", "2026-03-09 12:00 returned_to_sender"), {}, "2026-03-10 12:00"),
    ),
    "not_received": (
        (history(LABEL, PICKED, "2026-03-05 12:00 delivered"), {"around": said("not_received", "2026-03-06 09:00")}, "2026-03-06 12:00"),
        (history(LABEL, PICKED, "2026-03-07 12:00 delivered"), {"around": said("not_received", "2026-03-06 09:00")}, "2026-03-07 13:00"),
    ),
    **{
        kind: (
            (history(LABEL, PICKED, "2026-03-05 12:00 delivered"), {"around": said(kind, "2026-03-06 09:00")}, "2026-03-06 12:00"),
            (
                history(LABEL, PICKED, "2026-03-05 12:00 delivered"),
                {"around": msgspec.structs.replace(said(kind, "2026-03-06 09:00"), settled=((kind, utc("2026-03-06 09:00")),))},
                "2026-03-06 12:00",
            ),
        )
        for kind in ("reported_damaged", "wrong_item", "missing_item")
    },
}


def test_every_kind_that_no_scan_opens_has_a_history_that_opens_it_and_one_that_closes_it():
    assert set(CASES) == {kind.kind for kind in PITFALL_KINDS.values() if kind.family is not Family.EVENT}


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_opens(kind):
    scans, known, now = CASES[kind][0]
    assert kind in kinds(scans, utc(now), **known)


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_closes(kind):
    scans, known, now = CASES[kind][1]
    assert kind not in kinds(scans, utc(now), **known)


@pytest.mark.parametrize("kind", [kind for kind in CASES if PITFALL_KINDS[kind].family is Family.SILENCE])
def test_silence_opens_at_the_moment_it_was_to_be_looked_at(kind):
    scans, known, now = CASES[kind][0]
    about = facts(scans, **known)
    opened = next(one for one in judged(scans, utc(now), **known)[0].open_pitfalls if one.kind == kind)
    before, look_at = judge(fold(about.scans), about, GAPS, opened.since - timedelta(seconds=1))
    assert kind not in {one.kind for one in before.open_pitfalls}
    assert look_at == opened.since


@given(HISTORIES, st.randoms(use_true_random=False), st.integers(0, 500 * 1440))
@settings(max_examples=150, deadline=None)
def test_every_order_and_every_repetition_is_judged_the_same(history, random, minutes):
    now = utc("2026-03-01 00:00") + timedelta(minutes=minutes)
    shuffled = history + [random.choice(history) for _ in range(3) if history]
    random.shuffle(shuffled)
    unique = list({one.fingerprint: one for one in shuffled}.values())
    assert judged(unique, now) == judged(list({one.fingerprint: one for one in history}.values()), now)


@given(HISTORIES, st.integers(0, 300 * 1440))
@settings(max_examples=150, deadline=None)
def test_looking_again_always_moves_on_and_comes_to_an_end(history, minutes):
    now = utc("2026-03-01 00:00") + timedelta(minutes=minutes)
    about = facts(history, estimates=[promised("2026-03-20"), stated("2026-03-05", "2026-03-25")])
    stood, scanned, looks = (), fold(about.scans, about.estimates), 0
    look = now
    while look is not None:
        folded, following = judge(scanned, about, GAPS, look, before=stood)
        assert following is None or following > look
        stood, look, looks = folded.open_pitfalls, following, looks + 1
        assert looks < 100


@given(HISTORIES, st.integers(0, 300 * 1440))
@settings(max_examples=100, deadline=None)
def test_what_was_found_by_looking_on_time_is_what_is_found_at_once(history, minutes):
    now = utc("2026-03-01 00:00") + timedelta(minutes=minutes)
    scans = [one for one in history if one.instant_us is None or one.instant_us <= now.timestamp() * 1e6]
    about = facts({one.fingerprint: one for one in scans}.values(), around=msgspec.structs.replace(HOME, sent_at=None))
    _, walked = replay(about, GAPS, now)
    assert walked == judge(fold(about.scans), about, GAPS, now)[0]


def test_a_problem_escalates_with_time_and_the_look_is_when_it_does():
    scans = history(LABEL, PICKED, "2026-03-03 10:00 customs_processing")
    opened = next(one for one in judged(scans, utc("2026-03-20 12:00"))[0].open_pitfalls if one.kind == "stalled_at_customs")
    assert opened.severity is Severity.LOW
    for hours, severity in PITFALL_KINDS["stalled_at_customs"].escalates:
        at = opened.since + timedelta(hours=hours)
        before, look_at = judged(scans, at - timedelta(seconds=1))
        assert next(one for one in before.open_pitfalls if one.kind == "stalled_at_customs").severity is not severity
        assert look_at == at
        assert next(one for one in judged(scans, at)[0].open_pitfalls if one.kind == "stalled_at_customs").severity is severity


def test_muting_hides_what_may_be_muted_and_nothing_else():
    muted = msgspec.structs.replace(HOME, muted=("stalled_in_transit", "pickup_expiring"))
    assert [one.muted for one in judged(history(LABEL, PICKED), utc("2026-03-07 12:00"), around=muted)[0].open_pitfalls] == [True]
    waiting = judged(history(LABEL, PICKED, POINT), utc("2026-03-10 12:00"), around=muted)[0].open_pitfalls
    assert [(one.kind, one.muted) for one in waiting] == [("pickup_expiring", False)]


def test_a_silence_keeps_its_moment_though_patience_was_learnt_since():
    about = facts(history(LABEL, PICKED))
    first, _ = judge(fold(about.scans), about, GAPS, utc("2026-03-07 12:00"))
    patient = Gaps([Counted(1, "acme", "", "ES-ES", "transit", bucket_of(300), 5000)])
    assert judge(fold(about.scans), about, patient, utc("2026-03-07 13:00"))[0].open_pitfalls == ()
    again, _ = judge(fold(about.scans), about, patient, utc("2026-03-07 13:00"), before=first.open_pitfalls)
    assert again.open_pitfalls == first.open_pitfalls


def test_the_first_day_holds_the_house_s_opinion():
    for stage, (_, rare) in PRIOR_H.items():
        assert too_long_h(prior(stage, abroad=False)) == pytest.approx(rare, rel=0.12)


def test_patience_follows_what_was_counted_and_leans_on_the_broader_where_little_was():
    slow = [Counted(1, "snail", "", "ES-ES", "transit", bucket_of(200), 3000)]
    gaps = Gaps(slow)
    house = GAPS.patience_h(1, "snail", None, "ES", "ES", Stage.TRANSIT, abroad=False)
    assert gaps.patience_h(1, "snail", None, "ES", "ES", Stage.TRANSIT, abroad=False) > 2 * house
    assert gaps.patience_h(2, "snail", None, "ES", "ES", Stage.TRANSIT, abroad=False) > house
    few = Gaps([Counted(1, "snail", "", "ES-ES", "transit", bucket_of(2), 3)])
    assert house * 0.5 < few.patience_h(1, "snail", None, "ES", "ES", Stage.TRANSIT, abroad=False) <= house


@given(st.lists(st.tuples(st.integers(0, len(EDGES_H)), st.integers(1, 10_000)), max_size=8))
def test_patience_is_never_beyond_the_buckets(counts):
    gaps = Gaps([Counted(1, "a", "", "", "transit", bucket, times) for bucket, times in counts])
    assert 0 < gaps.patience_h(1, "a", None, None, None, Stage.TRANSIT, abroad=False) <= EDGES_H[-1]


@given(st.floats(0.01, 5000))
def test_a_bucket_holds_its_hours(hours):
    bucket = bucket_of(hours)
    assert bucket == len(EDGES_H) or hours <= EDGES_H[bucket] * 1.000001
    assert bucket == 0 or hours > EDGES_H[bucket - 1] * 0.999999


def test_gaps_of_an_ended_shipment_are_counted_by_stage():
    scans = history(LABEL, PICKED, "2026-03-03 18:00 facility_arrival", "2026-03-04 08:00 out_for_delivery", "2026-03-04 12:00 delivered")
    told = gaps_of(fold(scans), scans, HOME)
    assert told == [
        (Stage.ANNOUNCED, bucket_of(9)),
        (Stage.TRANSIT, bucket_of(24)),
        (Stage.TRANSIT, bucket_of(14)),
        (Stage.TOUR, bucket_of(4)),
    ]
    assert lane_of("CN", "ES") == "CN-ES"
    assert lane_of(None, None) == ""


def test_every_event_type_has_its_stage_or_none_on_purpose():
    assert {stage for stage in STAGE_OF.values() if stage} == set(Stage)


def test_a_replay_tells_when_each_problem_opened_worsened_and_closed():
    scans = history(LABEL, PICKED, "2026-03-10 09:00 facility_arrival", "2026-03-11 12:00 delivered")
    turns, folded = replay(facts(scans), GAPS, NOW)
    told = [(turn.what, turn.pitfall.kind) for turn in turns]
    assert told == [("opens", "stalled_in_transit"), ("worsens", "stalled_in_transit"), ("closes", "stalled_in_transit")]
    assert turns[-1].at == utc("2026-03-10 09:00")
    assert turns[0].at.tzinfo is UTC
    assert folded.open_pitfalls == ()


LOST = "2026-03-20 12:00"


def test_one_silence_is_one_problem_at_a_time():
    assert kinds(history(LABEL, PICKED), utc("2026-03-07 12:00")) == ["stalled_in_transit"]
    assert kinds(history(LABEL, PICKED), utc(LOST)) == ["presumed_lost"]
    assert kinds(history(LABEL, PICKED), utc("2026-07-01 12:00")) == ["gone_silent"]
    assert kinds(history(LABEL), utc("2026-07-01 12:00")) == ["gone_silent"]


@pytest.mark.parametrize("source", ["carrier", "shop"])
def test_a_parcel_that_came_to_the_door_or_the_point_in_time_is_not_late(source):
    day = {"estimates": [stated("2026-03-03", "2026-03-04", source) if source == "carrier" else promised("2026-03-04")]}
    missed = "missed_estimate" if source == "carrier" else "missed_promise"
    for event, late in (
        ("ready_for_pickup", False),
        ("attempt_failed_not_home", False),
        ("attempt_failed_weather", True),
        ("facility_arrival", True),
    ):
        offered = history(LABEL, PICKED, f"2026-03-04 12:00 {event}")
        assert (missed in kinds(offered, utc("2026-03-05 12:00"), **day)) is late
    assert missed in kinds(history(LABEL, PICKED, "2026-03-05 09:00 attempt_failed_not_home"), utc("2026-03-05 12:00"), **day)


def test_at_the_point_after_the_day_the_carrier_s_estimate_is_moot_and_our_promise_stays_broken():
    late = history(LABEL, PICKED, "2026-03-05 09:00 ready_for_pickup")
    estimates = [promised("2026-03-04"), stated("2026-03-03", "2026-03-06")]
    assert kinds(late, utc("2026-03-07 12:00"), estimates=estimates) == ["missed_promise"]


def test_an_attempt_before_the_estimate_was_stated_does_not_keep_it():
    tried = history(LABEL, PICKED, "2026-03-03 12:00 attempt_failed_not_home", "2026-03-04 06:00 facility_arrival")
    again = stated("2026-03-04", "2026-03-05")
    assert "missed_estimate" in kinds(tried, utc("2026-03-06 12:00"), estimates=[again])


def test_nothing_is_late_where_the_carrier_s_words_cannot_be_read():
    scans = history("2026-03-03 10:00 unknown")
    assert kinds(scans, utc("2026-03-20 12:00"), estimates=[promised("2026-03-04"), stated("2026-03-03", "2026-03-04")]) == []


def test_after_a_card_the_parcel_is_waited_for_as_long_as_at_a_pick_up_point():
    carded = history(LABEL, PICKED, "2026-03-03 12:00 notice_left")
    assert kinds(carded, utc("2026-03-10 12:00")) == ["attempt_failed"]
    assert kinds(carded, utc("2026-03-16 12:00")) == ["attempt_failed", "no_new_attempt"]


def test_a_depot_after_an_attempt_waits_as_after_an_attempt():
    back = history(LABEL, PICKED, "2026-03-03 12:00 notice_left", "2026-03-03 14:00 delivery_facility_arrival")
    assert "not_out_for_delivery" not in kinds(back, utc("2026-03-20 12:00"))
    assert "no_new_attempt" not in kinds(back, utc("2026-03-06 15:00"))
    assert "no_new_attempt" in kinds(back, utc("2026-03-08 12:00"))


def test_between_countries_silence_lasts_longer_and_a_border_scan_tells_of_them_where_no_address_does():
    nowhere = msgspec.structs.replace(HOME, origin="US", destination=None)
    home = history(LABEL, PICKED)
    crossed = history(LABEL, "2026-03-02 12:00 customs_released", PICKED)
    assert kinds(home, utc("2026-03-07 12:00"), around=nowhere) == ["stalled_in_transit"]
    assert kinds(crossed, utc("2026-03-07 12:00"), around=nowhere) == []
    assert kinds(home, utc("2026-03-07 12:00"), around=msgspec.structs.replace(nowhere, destination="ES")) == []
    assert kinds(crossed, utc("2026-03-10 12:00"), around=nowhere) == ["stalled_in_transit"]


def at_point(until, now, before=()):
    about = facts(history(LABEL, PICKED, POINT))
    folded = msgspec.structs.replace(fold_tied(about.scans), collect_by=None if until is None else utc(until))
    return judge(folded, about, GAPS, utc(now), before=before)


@pytest.mark.parametrize(
    ("until", "now", "kind"),
    [
        ("2026-03-18 20:00", "2026-03-06 12:00", None),
        ("2026-03-18 20:00", "2026-03-10 12:00", "pickup_pending"),  # without a deadline its time would be running out
        ("2026-03-18 20:00", "2026-03-16 20:00", "pickup_expiring"),
        ("2026-03-18 20:00", "2026-03-18 20:00", "pickup_overdue"),
        ("2026-03-06 20:00", "2026-03-04 20:00", "pickup_expiring"),
        ("2026-03-05 12:00", "2026-03-04 12:00", "pickup_expiring"),
        ("2026-04-18 20:00", "2026-04-01 12:00", "pickup_pending"),  # longer than nearly all are kept, and the carrier says so
        ("2026-03-04 11:00", "2026-03-10 12:00", "pickup_expiring"),  # the deadline of an earlier stay
        (None, "2026-03-10 12:00", "pickup_expiring"),
    ],
)
def test_at_a_point_the_carrier_s_deadline_counts_where_it_is_told(until, now, kind):
    judged_, look_at = at_point(until, now)
    assert [one.kind for one in judged_.open_pitfalls] == ([kind] if kind else [])
    assert look_at is not None


def test_a_time_to_collect_that_is_prolonged_closes_what_it_opened():
    late, _ = at_point("2026-03-12 20:00", "2026-03-13 12:00")
    assert [one.kind for one in late.open_pitfalls] == ["pickup_overdue"]
    longer, _ = at_point("2026-03-20 20:00", "2026-03-13 13:00", before=late.open_pitfalls)
    assert [one.kind for one in longer.open_pitfalls] == ["pickup_pending"]


def test_a_carrier_that_says_nothing_of_the_parcel_has_never_scanned_it():
    for empty in ([], history("2026-03-03 09:00 estimated_date_later"), history("- tracking_not_found")):
        assert kinds(empty, utc("2026-03-09 12:00")) == [
            *(["estimate_slipped"] if "estimated_date_later" in {s.event_type for s in empty} else []),
            "never_scanned",
        ]
    assert kinds(history("2026-03-03 09:00 label_failed"), utc("2026-03-20 12:00")) == ["label_failed"]
    assert kinds(history("2026-03-03 09:00 proof_of_delivery_available"), utc("2026-03-20 12:00")) == []


def test_an_impossible_estimate_that_is_repeated_stays_the_same_problem():
    about = facts(history(LABEL, PICKED), estimates=[stated("2026-03-04", "2026-03-02")])
    first, _ = judge(fold(about.scans, about.estimates), about, GAPS, utc("2026-03-04 12:00"))
    again = facts(history(LABEL, PICKED), estimates=[stated("2026-03-05", "2026-03-02")])
    second, _ = judge(fold(again.scans, again.estimates), again, GAPS, utc("2026-03-05 12:00"), before=first.open_pitfalls)
    assert first.open_pitfalls == second.open_pitfalls != ()


def test_two_workers_clocks_do_not_reopen_a_silence():
    about = facts(history(LABEL, PICKED))
    scanned = fold(about.scans)
    since = judge(scanned, about, GAPS, utc("2026-03-07 12:00"))[0].open_pitfalls[0].since
    first, _ = judge(scanned, about, GAPS, since)
    second, look_at = judge(scanned, about, GAPS, since - timedelta(seconds=1), before=first.open_pitfalls)
    assert second == first
    assert look_at > since


def test_a_silence_ends_where_the_graver_one_began_though_patience_was_learnt_since():
    about = facts(history(LABEL, PICKED))
    lost, _ = judge(fold(about.scans), about, GAPS, utc(LOST))
    patient = Gaps([Counted(1, "acme", "", "ES-ES", "transit", bucket_of(200), 5000)])
    again, _ = judge(fold(about.scans), about, patient, utc("2026-03-20 13:00"), before=lost.open_pitfalls)
    assert again.open_pitfalls == lost.open_pitfalls


# -- pieces left behind ---------------------------------------------------------------------------------------------------------------

PARTS = [Tie("W1", number, None, "part") for number in ("N2", "N3", "N4")]
THERE = history("2026-03-03 10:00 delivered", tracking_number="N2")


def in_pieces(scans, now, ties=PARTS, before=()):
    about = facts([*history(PICKED, tracking_number="W1"), *scans])
    return judge(fold_tied(about.scans, ties=ties), about, GAPS, utc(now), before=before)


def open_in_pieces(scans, now, **known):
    return [one.kind for one in in_pieces(scans, now, **known)[0].open_pitfalls]


def test_a_piece_that_is_silent_for_long_after_another_was_delivered_is_missing():
    assert open_in_pieces(THERE, "2026-03-06 12:25") == []
    judged_, _ = in_pieces(THERE, "2026-03-06 12:26")  # some 72 hours after the delivery
    [one] = judged_.open_pitfalls
    assert (one.kind, one.since, one.severity, one.opened_by) == (
        "pieces_missing",
        utc("2026-03-06 12:26"),
        Severity.LOW,
        THERE[0].fingerprint,
    )
    assert in_pieces(THERE, "2026-03-06 09:00")[1] == utc("2026-03-06 12:26")
    worse, _ = in_pieces(THERE, "2026-03-09 12:26")
    assert [(one.kind, one.severity) for one in worse.open_pitfalls] == [("pieces_missing", Severity.HIGH)]


def test_a_piece_counts_from_its_own_last_scan_whatever_the_others_do():
    moved = history("2026-03-04 18:00 facility_arrival", tracking_number="N3")
    lively = history("2026-03-06 09:00 facility_arrival", "2026-03-06 18:00 facility_departure", tracking_number="N4")
    late = history("2026-03-06 08:00 out_for_delivery", tracking_number="N3")
    assert open_in_pieces([*THERE, *moved, *lively], "2026-03-07 20:25") == []
    assert open_in_pieces([*THERE, *moved, *lively], "2026-03-07 20:26") == ["pieces_missing"]
    assert open_in_pieces([*THERE, *lively, *late], "2026-03-07 14:37") == ["pieces_missing"]  # on the tour for some 30 hours
    assert open_in_pieces([*THERE, *moved, *lively, *late], "2026-03-07 14:36") == []


def test_what_befalls_the_whole_renews_the_patience_with_each_piece():
    renewed = history("2026-03-05 10:00 facility_arrival", tracking_number="W1")
    assert open_in_pieces([*THERE, *renewed], "2026-03-09 12:25") == []
    assert open_in_pieces([*THERE, *renewed], "2026-03-09 12:26") == ["pieces_missing"]


def test_a_piece_nobody_has_scanned_is_missing_and_not_never_handed_over():
    ties = [Tie("W1", number, None, "part") for number in ("N2", "N3")]
    about = facts(THERE)
    judged_, _ = judge(fold_tied(about.scans, ties=ties), about, GAPS, utc("2026-03-10 10:00"))
    assert [one.kind for one in judged_.open_pitfalls] == ["pieces_missing"]


def test_missing_pieces_are_found_under_plain_parcels_too():
    own = [*THERE, *history(PICKED, tracking_number="N3"), *history("2026-03-03 10:00 delivered", tracking_number="W1")]
    ties = [Tie("W1", number, None, "parcel") for number in ("N2", "N3")]
    assert [one.kind for one in in_pieces(own, "2026-03-06 12:26", ties=ties)[0].open_pitfalls] == ["pieces_missing"]


def test_where_nothing_was_delivered_a_silence_is_the_whole_shipments():
    elsewhere = history("2026-03-03 10:00 facility_arrival", tracking_number="N2")
    assert open_in_pieces(elsewhere, "2026-03-07 12:00") == ["stalled_in_transit"]


def test_a_piece_that_waits_for_somebody_is_told_as_such():
    waits = [*history("2026-03-03 10:00 customs_held", tracking_number="N3"), *history("2026-03-03 10:00 delivered", tracking_number="N4")]
    assert "pieces_missing" not in open_in_pieces([*THERE, *waits], "2026-03-12 12:00")


def test_a_scan_that_says_that_pieces_are_missing_opens_it_once():
    said = history("2026-03-04 10:00 partial_arrival", tracking_number="N3")
    judged_, _ = in_pieces([*THERE, *said], "2026-03-10 12:00")
    assert [(one.kind, one.since) for one in judged_.open_pitfalls if one.kind == "pieces_missing"] == [
        ("pieces_missing", utc("2026-03-04 10:00"))
    ]


def test_missing_pieces_are_lost_in_the_end_and_found_when_they_come():
    missing, _ = in_pieces(THERE, "2026-03-06 13:00")
    assert open_in_pieces(THERE, "2026-03-20 12:00", before=missing.open_pitfalls) == ["presumed_lost"]
    rest = [scan("delivered", "2026-03-07 10:00", tracking_number=number) for number in ("N3", "N4")]
    there, _ = in_pieces([*THERE, *rest], "2026-03-20 12:00", before=missing.open_pitfalls)
    assert there.open_pitfalls == ()


def test_the_silence_after_a_delivery_in_part_is_the_rests():
    part = history(PICKED, "2026-03-03 08:00 out_for_delivery", "2026-03-03 12:00 delivered_partial")
    assert kinds(part, utc("2026-03-06 11:00")) == kinds(part, utc("2026-03-09 12:00")) == ["pieces_missing"]
    [worse] = judged(part, utc("2026-03-06 12:00"))[0].open_pitfalls
    assert (worse.since, worse.severity) == (utc("2026-03-03 12:00"), Severity.HIGH)
    assert "presumed_lost" in kinds(part, utc("2026-03-20 12:00"))
    assert kinds([*part, scan("delivered", "2026-03-19 10:00")], utc("2026-03-20 12:00")) == []


def test_the_silence_of_pieces_that_wait_for_others_is_a_stall():
    waits = history(PICKED, "2026-03-03 12:00 partial_arrival")
    assert kinds(waits, utc("2026-03-09 12:00")) == ["pieces_missing", "stalled_in_transit"]


def test_what_was_delivered_in_part_is_late_when_its_day_has_passed():
    part = history(PICKED, "2026-03-03 12:00 delivered_partial")
    assert "missed_promise" in kinds(part, utc("2026-03-06 12:00"), estimates=[promised("2026-03-04")])
