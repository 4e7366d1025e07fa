"""Our own estimate: when it is made, what it rests on, when it is believed, and when it says that a promise is lost."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from timeline_histories import history

from doorstep.domain.shipments import Around
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.timeline import Facts, Gaps, fold, judge
from doorstep.timeline.estimates import best_estimate
from doorstep.timeline.estimating.counted import Counted, Experience, Lane, Part
from doorstep.timeline.expecting import expect, look_again_at

_LANE = Lane(1, "gls", "", "ES", "ES", "28")
_LEARNT = Experience([Counted(_LANE, Part.TRANSIT, days, 100, 100.0) for days in (2, 3, 4)] + [Counted(_LANE, Part.TOUR, 0, 100, 100.0)])
#: Handed over on a Monday.
_SENT = history("2026-03-02 18:00 picked_up")


def facts(scans, *estimates) -> Facts:
    return Facts(1, "gls", None, "Europe/Madrid", list(scans), list(estimates), Around(origin="ES", destination="ES", postcode="28013"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def expected(now: str, *, scans=_SENT, said=()):
    about = facts(scans, *said)
    return expect(fold(scans, about.estimates), about, _LEARNT, at(now))


def says(source, day, stated=None, **parts) -> Estimate:
    stamp = stated and OccurredAt(f"2026-03-{stated:02}T10:00:00", "+00:00", ZoneSource.SENT, Precision.SECOND)
    return Estimate(from_on=date(2026, 3, day), to_on=date(2026, 3, day), source=source, stated_at=stamp, **parts)


def test_at_the_hand_over_the_window_is_what_such_parcels_took():
    told = expected("2026-03-02 19:00")
    assert (told.from_on, told.to_on) == (date(2026, 3, 4), date(2026, 3, 6))
    assert (told.source, told.confidence, told.reason) == ("model", 0.8, "transit/lane")


def test_what_has_passed_counts():
    told = expected("2026-03-06 08:00")
    assert told.from_on == told.to_on == date(2026, 3, 6)
    assert expected("2026-03-07 08:00").from_on >= date(2026, 3, 9)
    assert expected("2026-03-02 21:30").from_on == date(2026, 3, 4)


def test_a_tour_says_today():
    told = expected("2026-03-05 09:00", scans=[*_SENT, *history("2026-03-05 07:30 out_for_delivery")])
    assert told.from_on == told.to_on == date(2026, 3, 5)
    assert told.reason == "tour/lane"


def test_the_same_is_not_said_twice_on_one_day():
    first = expected("2026-03-03 08:00")
    assert expected("2026-03-03 18:00", said=[first]) is None
    assert expected("2026-03-04 08:00", said=[first]) is not None


@pytest.mark.parametrize("event", ["delivered", "customs_held", "return_started", "ready_for_pickup"])
def test_where_nothing_can_be_expected_nothing_is(event):
    scans = [*_SENT, *history(f"2026-03-03 10:00 {event}")]
    assert expected("2026-03-03 12:00", scans=scans) is None


def test_before_the_hand_over_and_with_few_parcels_counted_nothing_is_said():
    assert expected("2026-03-02 19:00", scans=history("2026-03-02 10:00 label_created")) is None
    few = Experience([Counted(_LANE, Part.TRANSIT, 2, 19, 19.0)])
    assert expect(fold(_SENT), facts(_SENT), few, at("2026-03-02 19:00")) is None


def test_the_carrier_is_believed_before_us_while_its_day_can_hold():
    carrier, model = says("carrier", 6, stated=3), says("model", 5, stated=4)
    assert best_estimate([model, carrier]) == carrier


def test_we_are_believed_once_the_carriers_day_has_passed_or_will_surely_fail():
    carrier = says("carrier", 6, stated=3)
    for model in (says("model", 9, stated=7), says("model", 9, stated=5)):
        assert best_estimate([model, carrier]) == model
    assert best_estimate([says("model", 9, stated=2), carrier]) == carrier, "the carrier spoke later and knows more"


def test_a_promise_that_will_be_missed_is_told_once_and_keeps_its_moment():
    promise = says("shop", 4)
    first = expected("2026-03-02 19:00", said=[promise])
    assert first.late_chance == pytest.approx(0.67, abs=0.05)
    second = expected("2026-03-04 07:00", said=[promise, first])
    later = msgspec.structs.replace(second, late_chance=0.8)
    about = facts(_SENT, promise, first, later)
    judged, _ = judge(fold(_SENT, about.estimates), about, Gaps(), at("2026-03-04 08:00"))
    [late] = [one for one in judged.open_pitfalls if one.kind == "will_be_late"]
    again = facts(_SENT, promise, first, msgspec.structs.replace(later, late_chance=0.9, stated_at=says("model", 1, stated=4).stated_at))
    rejudged, _ = judge(fold(_SENT, again.estimates), again, Gaps(), at("2026-03-04 12:00"), before=judged.open_pitfalls)
    assert [one.since for one in rejudged.open_pitfalls if one.kind == "will_be_late"] == [late.since]


def test_a_promise_that_may_hold_opens_nothing():
    about = facts(_SENT, says("shop", 6), says("model", 5, stated=3, late_chance=0.4))
    judged, _ = judge(fold(_SENT, about.estimates), about, Gaps(), at("2026-03-03 12:00"))
    assert judged.open_pitfalls == ()


def test_that_the_carriers_day_passed_stays_true_while_we_expect_another():
    about = facts(_SENT, says("carrier", 4, stated=2), says("model", 6, stated=5))
    folded = fold(_SENT, about.estimates)
    assert folded.estimate.source == "model"
    judged, _ = judge(folded, about, Gaps(), at("2026-03-05 12:00"))
    assert "missed_estimate" in {one.kind for one in judged.open_pitfalls}


def test_it_is_made_anew_when_its_window_is_over_and_daily_where_the_promise_is_in_danger():
    def look(estimate, now):
        about = facts(_SENT, estimate)
        return look_again_at(fold(_SENT, about.estimates), about, at(now))

    assert look(says("model", 6, stated=3), "2026-03-03 12:00") == at("2026-03-06 23:00")
    assert look(says("model", 6, stated=3, late_chance=0.3), "2026-03-03 12:00") == at("2026-03-03 23:00")
    assert look(says("model", 6, stated=3, late_chance=0.9), "2026-03-03 12:00") == at("2026-03-06 23:00")
    assert look(says("model", 6, stated=3), "2026-03-07 12:00") is None
    assert look(says("carrier", 6, stated=3), "2026-03-03 12:00") is None
