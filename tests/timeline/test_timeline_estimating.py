"""Estimates learnt from finished deliveries: nothing of the future, windows that hold, lanes that shrink, floors on real data."""

import math
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.timeline.estimating import training
from doorstep.timeline.estimating.deliveries import Delivery, End, Point, distance_km
from doorstep.timeline.estimating.judging import area_under_curve, average_precision, figures, forecasts
from doorstep.timeline.estimating.lanes import Lanes
from doorstep.timeline.estimating.model import Boosted, Linear, Model, Spread, Tree
from doorstep.timeline.estimating.starting import spread_of_lanes
from doorstep.timeline.estimating.walking import EXPECTED, walk
from doorstep.timeline.estimating.windows import Calibration, window
from doorstep.timeline.estimating.workdays import is_working_day, next_working_day, working_days


def a_history(count: int, *, seed: int = 1, begin: float = 17000.0, every: float = 0.25, slower: float = 1.0) -> list[Delivery]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        bought = begin + number * every
        region, far = chance.choice([("SP", 1.0), ("RJ", 1.5), ("AM", 3.0)])
        handed = bought + chance.lognormvariate(0.5, 0.4)
        made.append(
            Delivery(
                delivery_id=f"{begin}-{number}",
                purchased=bought,
                handed_over=handed,
                delivered=handed + slower * far * chance.lognormvariate(1.5, 0.4),
                promised=math.floor(bought) + 12,
                origin=End("BR", "SP", "01000"),
                destination=End("BR", region, "20000"),
            )
        )
    return made


def test_what_is_delivered_after_a_purchase_changes_nothing_that_is_said_of_it(monkeypatch):
    monkeypatch.setattr(training, "ROUNDS", 3)
    history = a_history(400)
    judged = history[380:]
    for point in Point:
        said = {one.known.delivery.delivery_id: one for one in forecasts(history, judged, point)}
        for at in (380, 390):
            moment = history[at].begun(point)
            changed = [msgspec.structs.replace(one, delivered=one.delivered + 50) if one.delivered >= moment else one for one in history]
            again = {one.known.delivery.delivery_id: one for one in forecasts(changed, changed[380:], point)}
            before, after = said[history[at].delivery_id], again[history[at].delivery_id]
            assert (before.spread, before.window, before.late_chance, before.lane_median, before.known.facts) == (
                after.spread,
                after.window,
                after.late_chance,
                after.lane_median,
                after.known.facts,
            )


def test_a_delivery_in_both_files_counts_once():
    history = a_history(100)
    assert list(forecasts(history, history[80:], Point.PURCHASE)) == list(forecasts(history[:80], history[80:], Point.PURCHASE))


@given(st.lists(st.floats(-3, 5), min_size=1, max_size=40), st.floats(-3, 5))
def test_a_thin_lanes_mean_lies_between_its_own_and_the_broader_ones(values, broader):
    lanes = Lanes(half_life=50, prior=broader)
    for step, value in enumerate(values):
        lanes.add([("lane",)], value, float(step))
    (mean,) = lanes.means([("lane",)], float(len(values)))
    assert min(*values, broader) - 1e-9 <= mean <= max(*values, broader) + 1e-9


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 100)), min_size=1, max_size=20))
def test_the_order_in_which_deliveries_are_learnt_does_not_matter(pairs):
    forth, back = Lanes(half_life=30, prior=2.0), Lanes(half_life=30, prior=2.0)
    for value, at in pairs:
        forth.add([("lane",)], value, at)
    for value, at in reversed(pairs):
        back.add([("lane",)], value, at)
    assert forth.means([("lane",)], 120.0) == pytest.approx(back.means([("lane",)], 120.0))


def test_an_unknown_lane_leans_on_the_broader_one_and_many_deliveries_speak_for_themselves():
    lanes = Lanes(half_life=1e6, prior=1.0)
    for step in range(500):
        lanes.add([("all",), ("b",)], 3.0, float(step))
    assert lanes.means([("all",), ("never",)], 500.0)[1] == pytest.approx(lanes.means([("all",)], 500.0)[0])
    assert lanes.means([("all",), ("b",)], 500.0)[1] == pytest.approx(3.0, abs=0.05)


def test_the_first_day_has_a_forecast_from_the_prior():
    (known,) = walk(a_history(1), Point.PURCHASE)
    spread = spread_of_lanes(known)
    assert 5 < math.exp(spread.middle) < 15
    assert spread.low < spread.middle < spread.high
    assert known.facts[EXPECTED[Point.PURCHASE]] == spread.middle


@given(st.tuples(*[st.floats(-3, 3)] * 3), st.floats(0.1, 100), st.floats(0.1, 100))
def test_percentiles_never_fall_and_more_days_left_are_never_likelier_to_be_too_few(around, few, more):
    place = Linear([0.0], [1.0], [0.0], 2.0)
    model = Model(place, [Boosted(value, []) for value in around], None, 0.0, 1)
    spread = model.spread((0.0,))
    assert spread.low <= spread.middle <= spread.high
    few, more = sorted((few, more))
    assert spread.chance_beyond(few) >= spread.chance_beyond(more)


def test_a_missing_fact_goes_where_the_tree_says():
    tree = Tree([0, -1, -1], [1.0, 0.0, 0.0], [False, False, False], [1, 0, 0], [2, 0, 0], [0.0, 10.0, 20.0])
    assert [tree.at((fact,)) for fact in (0.5, 1.0, 1.5, math.nan)] == [10.0, 10.0, 20.0, 20.0]


def test_windows_hold_eight_times_in_ten_while_the_world_slows_down():
    chance = random.Random(7)
    calibration, held, stated = Calibration(), [], Spread(1.6, 2.0, 2.4)
    for step in range(4000):
        slow = 1.0 + step / 2000  # three times as slow in the end, and the forecast never learns of it
        begun = 100.0 + step / 20
        given = window(begun, calibration.shifted(stated))
        delivered = begun + slow * chance.lognormvariate(2.0, 0.5)
        held.append(given.first <= math.floor(delivered) <= given.last)
        calibration.learn(begun, stated, delivered)
    for begin in range(1000, 4000, 1000):
        assert 0.76 < sum(held[begin : begin + 1000]) / 1000 < 0.88
    assert 0.78 < sum(held[1000:]) / 3000 < 0.87  # whole days hold a little more than the percentiles between them


def test_windows_come_back_after_a_shock():
    chance = random.Random(3)
    calibration, stated, widths = Calibration(), Spread(1.6, 2.0, 2.4), []
    for step in range(4000):
        slow = 2.5 if 1000 <= step < 2000 else 1.0
        begun = 100.0 + step / 20
        given = window(begun, calibration.shifted(stated))
        widths.append(given.last - given.first)
        calibration.learn(begun, stated, begun + slow * chance.lognormvariate(2.0, 0.3))
    before, after = sum(widths[500:1000]) / 500, sum(widths[3500:]) / 500
    assert after == pytest.approx(before, rel=0.25)


def test_the_drift_is_seen_though_only_the_fast_ones_of_the_last_days_have_arrived():
    chance = random.Random(5)
    stated, slow = Spread(1.36, 2.0, 2.64), 0.4
    outcomes = []
    for step in range(1500):
        begun = 100.0 + step / 30
        taken = math.exp(2.0 + (slow if begun > 135 else 0.0) + chance.gauss(0, 0.5))
        outcomes.append((begun + taken, begun))
    calibration, now = Calibration(), 150.0
    for delivered, begun in sorted(outcomes):
        if delivered < now:
            calibration.learn(begun, stated, delivered)
    arrived = [one.off for one in calibration.outcomes if one.begun > 140]
    assert sum(arrived) / len(arrived) < 0  # the fast ones flatter
    assert 0.1 < calibration.middle < 0.5


def test_holidays_and_weekends_are_no_working_days():
    from datetime import date

    assert not is_working_day("BR", "SP", date(2018, 1, 1))
    assert not is_working_day("BR", "SP", date(2018, 1, 6))
    assert is_working_day("BR", "SP", date(2018, 1, 3))
    assert is_working_day("XX", "", date(2018, 1, 1))
    assert next_working_day("DE", "", date(2026, 12, 25)) == date(2026, 12, 28)
    assert working_days("DE", "", (date(2026, 12, 24) - date(1970, 1, 1)).days, 4) == 1


def test_ranking_figures_are_those_of_the_textbook():
    ranked = [(0.9, True), (0.8, False), (0.7, True), (0.1, False)]
    assert area_under_curve(ranked) == pytest.approx(0.75)
    assert average_precision(ranked) == pytest.approx((1 + 2 / 3) / 2)
    assert area_under_curve([(0.5, True), (0.5, False)]) == pytest.approx(0.5)
    assert area_under_curve([(0.5, True)]) is None
    assert average_precision([(0.5, False)]) is None


def test_the_distance_of_two_cities_is_known():
    assert distance_km(End(latitude=-23.55, longitude=-46.63), End(latitude=-22.91, longitude=-43.17)) == pytest.approx(361, abs=5)
    assert distance_km(End(), End()) is None


REAL = Path(__file__).parents[3] / "shared" / "data" / "deliveries" / "deliveries.csv"


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/deliveries is absent")
def test_real_deliveries_are_forecast_better_than_by_their_lanes_median():
    from doorstep.cli.delivery_files import read_deliveries

    known = [one for one in read_deliveries(REAL) if one.purchased < 17439]  # bought before October 2017
    judged = [one for one in known if one.purchased >= 17378]  # in August and September
    for point in Point:
        found = figures(list(forecasts(known, judged, point)))
        assert found.mae_days < 0.93 * found.lane_median_mae_days
        assert 0.77 <= found.coverage_80 <= 0.86
        assert found.late_auc > 0.6
