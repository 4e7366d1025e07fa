"""What the catalogue promises of every kind: it opens once, worsens by the hour, may be muted or may not, and is closed by an agent."""

from datetime import timedelta

import msgspec
import pytest
from test_timeline_judging import CASES as RULED
from test_timeline_judging import GAPS, facts
from test_timeline_scanned import CASES as SCANNED
from timeline_histories import history, utc

from doorstep.domain.pitfalls import PITFALL_KINDS, SUPERSEDED_BY
from doorstep.timeline import fold, judge


def opening(kind):
    """What opens a kind, and a moment at which it stands."""
    if kind in RULED:
        scans, known, now = RULED[kind][0]
        return facts(scans, **known), utc(now)
    before, opener, _ = SCANNED[kind]
    return facts(history(*before, f"2026-03-03 10:00 {opener}")), utc("2026-03-03 11:00")


def judged(about, now, **more):
    return judge(fold(about.scans, about.estimates), about, GAPS, now, **more)


def found(kind, one):
    return next((pitfall for pitfall in one.open_pitfalls if pitfall.kind == kind), None)


@pytest.mark.parametrize("kind", PITFALL_KINDS)
def test_it_opens_once(kind):
    about, now = opening(kind)
    one, look_at = judged(about, now)
    assert [pitfall.kind for pitfall in one.open_pitfalls].count(kind) == 1
    assert judged(about, now, before=one.open_pitfalls) == (one, look_at)
    twice = msgspec.structs.replace(about, scans=[*about.scans, *about.scans[::-1]])
    assert found(kind, judged(twice, now)[0]) == found(kind, one)


@pytest.mark.parametrize("kind", PITFALL_KINDS)
def test_it_worsens_at_the_hours_of_its_row_as_long_as_it_stands(kind):
    about, now = opening(kind)
    since = found(kind, judged(about, now)[0]).since
    severity = PITFALL_KINDS[kind].severity
    for hours, worse in PITFALL_KINDS[kind].escalates:
        at = since + timedelta(hours=hours)
        before, look_at = judged(about, at - timedelta(seconds=1))
        if found(kind, before) is None:
            break  # by then another has taken its place
        assert found(kind, before).severity is severity
        assert look_at <= at
        if (after := found(kind, judged(about, at)[0])) is None:
            break
        assert after.severity is (severity := worse)


@pytest.mark.parametrize("kind", PITFALL_KINDS)
def test_it_is_muted_by_shipment_and_by_merchant_where_it_may_be(kind):
    about, now = opening(kind)
    hushed = msgspec.structs.replace(about, around=msgspec.structs.replace(about.around, muted=(kind,)))
    for one in (judged(hushed, now)[0], judged(about, now, muted={kind})[0]):
        assert found(kind, one).muted is PITFALL_KINDS[kind].mutable
        assert found(kind, one).heard <= (not PITFALL_KINDS[kind].mutable)


@pytest.mark.parametrize("kind", PITFALL_KINDS)
def test_an_agent_closes_it_for_this_occurrence(kind):
    about, now = opening(kind)
    one = found(kind, judged(about, now)[0])
    settled = msgspec.structs.replace(about, around=msgspec.structs.replace(about.around, settled=((kind, one.since),)))
    after, look_at = judged(settled, now)
    assert found(kind, after) is None
    assert [pitfall.kind for pitfall in after.settled] == [kind]
    assert look_at is None or look_at > now


@pytest.mark.parametrize("kind", PITFALL_KINDS)
def test_it_is_heard_unless_what_stands_above_it_stands_too(kind):
    about, now = opening(kind)
    one = judged(about, now)[0]
    beside = {pitfall.kind for pitfall in one.open_pitfalls}
    assert found(kind, one).heard is not bool(beside & set(SUPERSEDED_BY.get(kind, ())))
