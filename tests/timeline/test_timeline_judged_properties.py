"""What holds of the problems of every history, in any order, whenever it is judged."""

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline_properties import ESTIMATES, HISTORIES
from timeline_histories import utc

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.pitfalls import PITFALL_KINDS, SUPERSEDED_BY, Family
from doorstep.domain.shipments import Around, OpenPitfall
from doorstep.domain.tracking import Estimate, Tie
from doorstep.domain.vocabulary import Status
from doorstep.timeline import Counted, Facts, Gaps, fold_tied, judge, replay
from doorstep.timeline.stages import Stage

START = utc("2026-03-01 00:00")
ENDED = {Status.DELIVERED, Status.RETURNED, Status.CANCELLED}
MINUTES = st.integers(-2 * 1440, 420 * 1440)
WORDS = [kind for kind in PITFALL_KINDS.values() if kind.family is Family.WORD]
KINDS = sorted(PITFALL_KINDS)
#: Silence that is measured by gaps: it keeps its moment, whatever is learnt.
LASTING = {kind.kind for kind in PITFALL_KINDS.values() if kind.family is Family.SILENCE and not kind.kind.startswith("pickup_")}
#: What may be open after the end: the customer's word, what survives it, and what a delivery itself opens (a part of the goods came).
AFTERWARDS = {
    kind.kind
    for kind in PITFALL_KINDS.values()
    if kind.family is Family.WORD or kind.survives or any(EVENT_TYPES[slug].status is Status.DELIVERED for slug in kind.opened_by)
}
COUNTRIES = st.sampled_from([None, "ES", "DE", "SA", "JP"])


def after(minutes):
    return START + timedelta(minutes=minutes)


def word(kind, minutes):
    return OpenPitfall(kind.kind, after(minutes), kind.must_act, b"", kind.severity)


AROUND = st.builds(
    Around,
    origin=COUNTRIES,
    destination=COUNTRIES,
    postcode=st.sampled_from([None, "28013"]),
    sent_at=st.one_of(st.none(), MINUTES.map(after)),
    cancelled_at=st.one_of(st.none(), st.none(), MINUTES.map(after)),
    said=st.lists(st.builds(word, st.sampled_from(WORDS), MINUTES), max_size=2, unique_by=lambda one: one.kind).map(tuple),
    muted=st.lists(st.sampled_from(KINDS), max_size=4).map(tuple),
)
PROMISES = st.integers(1, 40).map(
    lambda day: Estimate(from_on=date(2026, 3, 1), to_on=date(2026, 3, 1) + timedelta(days=day), source="shop")
)
TIES = st.lists(
    st.builds(
        Tie,
        st.sampled_from(["N1", "N2"]),
        st.sampled_from(["N1", "N2", "N3"]),
        st.none(),
        st.sampled_from(["parcel", "part", "return", "replaced_by"]),
    ),
    max_size=2,
)
#: What was learnt between one look and the next.
LEARNT = st.sampled_from(
    [
        Gaps(),
        *(Gaps([Counted(1, "acme", "", lane, stage, bucket, 5000) for stage in Stage for lane in ("", "ES-ES")]) for bucket in (4, 20)),
    ]
)


@st.composite
def shipments(draw):
    """Everything that the rules read of one shipment, its scans in order of arrival."""
    scans = list({one.fingerprint: one for one in draw(HISTORIES)}.values())
    estimates = draw(st.lists(st.one_of(ESTIMATES, PROMISES), max_size=4))
    facts = Facts(1, "acme", None, draw(st.sampled_from([None, "Europe/Madrid"])), scans, estimates, draw(AROUND))
    return facts, draw(TIES), draw(st.one_of(st.none(), MINUTES.map(after)))


def folded(facts, ties, collect_by):
    return msgspec.structs.replace(fold_tied(facts.scans, facts.estimates, ties=ties), collect_by=collect_by)


def known(facts, scans):
    return msgspec.structs.replace(facts, scans=scans)


def hold(one, look, now):
    """What holds of every judgement."""
    pitfalls = one.open_pitfalls
    kinds = [pitfall.kind for pitfall in pitfalls]
    assert len(set(kinds)) == len(kinds)
    assert look is None or look > now
    if one.status in ENDED:
        assert set(kinds) <= AFTERWARDS
    reasons = {pitfall.kind for pitfall in (*pitfalls, *one.settled) if not pitfall.muted}
    for pitfall in pitfalls:
        stronger = reasons & set(SUPERSEDED_BY.get(pitfall.kind, ()))
        assert (pitfall.superseded_by in stronger) if stronger else pitfall.superseded_by == ""
        assert PITFALL_KINDS[pitfall.kind].mutable or not pitfall.muted
        assert pitfall.severity.rank >= PITFALL_KINDS[pitfall.kind].severity.rank
    unmuted = [pitfall for pitfall in pitfalls if not pitfall.muted]
    assert any(pitfall.heard for pitfall in pitfalls) or not unmuted or one.settled


@given(shipments(), st.lists(st.tuples(MINUTES, st.integers(0, 9), LEARNT), min_size=1, max_size=6))
@settings(max_examples=300)
def test_whatever_arrives_whenever_it_is_judged_each_problem_has_one_life(shipment, looks):
    facts, ties, collect_by = shipment
    before = None
    for minutes, arrived, gaps in looks:  # as many scans as the day has brought, in the order of arrival; the clock may go back
        now, there = after(minutes), known(facts, facts.scans[:arrived])
        scanned = folded(there, ties, collect_by)
        stood = before.open_pitfalls + before.settled if before else ()
        one, look = judge(scanned, there, gaps, now, before=stood)
        hold(one, look, now)
        assert judge(scanned, there, gaps, now, before=one.open_pitfalls + one.settled) == (one, look)
        was = {(pitfall.kind, pitfall.opened_by): pitfall.since for pitfall in stood}
        for pitfall in one.open_pitfalls:
            if pitfall.kind in LASTING and (pitfall.kind, pitfall.opened_by) in was:
                assert pitfall.since == was[pitfall.kind, pitfall.opened_by]
        before = one


@given(shipments(), MINUTES, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_arrival_changes_nothing(shipment, minutes, random):
    facts, ties, collect_by = shipment
    mixed = known(facts, random.sample(facts.scans, len(facts.scans)))
    assert judge(folded(mixed, ties, collect_by), mixed, Gaps(), after(minutes)) == judge(
        folded(facts, ties, collect_by), facts, Gaps(), after(minutes)
    )


@given(shipments(), st.integers(0, 300 * 1440))
@settings(max_examples=150)
def test_a_replay_opens_once_worsens_upwards_and_closes_after_it_opened(shipment, minutes):
    facts, _, _ = shipment
    turns, last = replay(facts, Gaps(), after(minutes))
    open_since, ranks = {}, {}
    for turn in turns:
        key = (turn.pitfall.kind, turn.pitfall.since)
        assert turn.at <= after(minutes)
        if turn.what == "opens":
            assert key not in open_since
            open_since[key], ranks[key] = turn.at, turn.pitfall.severity.rank
        elif turn.what == "worsens":
            assert turn.pitfall.severity.rank > ranks[key]
            ranks[key] = turn.pitfall.severity.rank
        else:
            assert turn.at >= open_since.pop(key)
    assert set(open_since) == {(one.kind, one.since) for one in last.open_pitfalls}
    assert [turn.at for turn in turns] == sorted(turn.at for turn in turns)
    hold(last, None, after(minutes))


@given(shipments(), st.integers(0, 300 * 1440), st.data())
@settings(max_examples=150)
def test_what_an_agent_closed_stays_closed_while_its_reason_stands(shipment, minutes, data):
    facts, ties, collect_by = shipment
    scanned = folded(facts, ties, collect_by)
    one, _ = judge(scanned, facts, Gaps(), after(minutes))
    closable = [pitfall for pitfall in one.open_pitfalls if PITFALL_KINDS[pitfall.kind].family is not Family.WORD]
    if not closable:
        return
    closed = data.draw(st.sampled_from(closable))
    facts = msgspec.structs.replace(facts, around=msgspec.structs.replace(facts.around, settled=((closed.kind, closed.since),)))
    for more, gaps in data.draw(st.lists(st.tuples(st.integers(0, 5 * 1440), LEARNT), min_size=1, max_size=4)):
        now = after(minutes + more)
        following, look = judge(scanned, facts, gaps, now, before=one.open_pitfalls + one.settled)
        hold(following, look, now)
        assert closed.kind not in {pitfall.kind for pitfall in following.open_pitfalls} or closed.kind not in {
            p.kind for p in following.settled
        }
        if closed.kind in {pitfall.kind for pitfall in one.open_pitfalls}:
            assert (closed.kind, closed.since) not in {(pitfall.kind, pitfall.since) for pitfall in following.open_pitfalls}
        one = following
