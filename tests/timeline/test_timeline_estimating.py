"""Estimates learnt from finished deliveries: nothing of the future, windows that hold, lanes that shrink, floors on real data."""

import heapq
import math
import random
from array import array
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.timeline.estimating import training
from doorstep.timeline.estimating.clock import PLAIN_WEEK, USUAL_WEEK, Clock, logged, unlogged, week_of
from doorstep.timeline.estimating.deliveries import Delivery, End, Point, distance_km
from doorstep.timeline.estimating.forecasting import forecasts
from doorstep.timeline.estimating.judging import area_under_curve, average_precision, figures
from doorstep.timeline.estimating.lanes import Lanes
from doorstep.timeline.estimating.model import Boosted, Linear, Model, Spread
from doorstep.timeline.estimating.starting import spread_of_lanes
from doorstep.timeline.estimating.walking import EXPECTED, walk
from doorstep.timeline.estimating.windows import Calibration, Shift, uncut_percentile, window
from doorstep.timeline.estimating.workdays import is_working_day, next_working_day, working_days

CLOCK = Clock()


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


@given(st.tuples(*[st.floats(-3, 3)] * 3))
def test_percentiles_never_fall(around):
    model = Model(Linear([0.0], [1.0], [0.0], 2.0), [Boosted(value) for value in around], PLAIN_WEEK, 0.0, 1)
    spread = model.spread((0.0,))
    assert spread.low <= spread.middle <= spread.high


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(0, 60), st.floats(-2, 2), st.floats(0.5, 9))
def test_more_days_left_are_never_likelier_to_be_too_few_and_what_has_passed_makes_lateness_likelier(
    few, more, passed, constant, steepness
):
    shift, spread = Shift(late=(constant, steepness)), Spread(1.5, 2.0, 2.5)
    few, more = sorted((few, more))
    assert 0 <= shift.late_chance(spread, more) <= shift.late_chance(spread, few) <= 1
    assert shift.late_chance(spread, more, passed) >= shift.late_chance(spread, more) - 1e-9


def test_a_missing_fact_goes_where_the_tree_says():
    columns = (array("b", [0, -1, -1]), array("d", [1.0, 0.0, 0.0]), array("b", [0, 0, 0]), array("i", [1, 0, 0]), array("i", [2, 0, 0]))
    tree = Boosted(1.0, [0], *(column.tobytes() for column in (*columns, array("d", [0.0, 10.0, 20.0]))))
    assert [tree.at((fact,)) for fact in (0.5, 1.0, 1.5, math.nan)] == [11.0, 11.0, 21.0, 21.0]


def test_trees_taken_apart_say_what_scikit_learn_says():
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingRegressor

    chance = np.random.default_rng(1)
    facts = chance.normal(size=(400, 3))
    facts[chance.random(facts.shape) < 0.1] = np.nan
    fitted = HistGradientBoostingRegressor(max_iter=20, random_state=0).fit(facts, np.nan_to_num(facts[:, 0]) + chance.normal(size=400))
    ours = training._plain(fitted)
    assert [ours.at(row) for row in facts.tolist()] == pytest.approx(fitted.predict(facts).tolist())


def live(parcels):
    """Forecast parcels (begun, delivered), each learnt from as it arrives; return the windows given."""
    calibration, stated, given, under_way = Calibration(), Spread(1.6, 2.0, 2.4), [], []
    for begun, delivered in parcels:
        while under_way and under_way[0][0] < begun:
            arrived, since = heapq.heappop(under_way)
            calibration.learn(CLOCK, since, stated, arrived)
        given.append(window(CLOCK, begun, calibration.shift.shifted(stated)))
        heapq.heappush(under_way, (delivered, begun))
    return given


def held(parcels, given):
    return sum(one.first <= math.floor(delivered) <= one.last for (_, delivered), one in zip(parcels, given, strict=True)) / len(given)


def test_windows_hold_eight_times_in_ten_while_the_world_slows_down():
    chance = random.Random(7)
    begun = [100.0 + step / 20 for step in range(4000)]
    # Half as slow again in the end, and the forecast never learns of it.
    parcels = [(at, at + (1.0 + step / 8000) * chance.lognormvariate(2.0, 0.5)) for step, at in enumerate(begun)]
    given = live(parcels)
    for begin in range(1000, 4000, 1000):
        assert 0.74 < held(parcels[begin : begin + 1000], given[begin : begin + 1000]) < 0.88
    assert 0.77 < held(parcels[1000:], given[1000:]) < 0.86


def test_windows_hold_where_the_forecast_is_too_sure_of_itself():
    chance = random.Random(11)
    parcels = [(at, at + chance.lognormvariate(2.0, 0.6)) for at in (100.0 + step / 20 for step in range(4000))]
    given = live(parcels)
    assert 0.78 < held(parcels[2000:], given[2000:]) < 0.86


def test_windows_come_back_after_a_shock():
    chance = random.Random(3)
    begun = [100.0 + step / 20 for step in range(4000)]
    given = live([(at, at + (2.5 if 1000 <= step < 2000 else 1.0) * chance.lognormvariate(2.0, 0.3)) for step, at in enumerate(begun)])
    widths = [one.last - one.first for one in given]
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
            calibration.learn(CLOCK, begun, stated, delivered)
    arrived = [one.off for one in calibration.outcomes if one.begun > 140]
    assert sum(arrived) / len(arrived) < 0  # the fast ones flatter
    assert 0.07 < calibration.shift.middle < 0.35  # some of it is over by the time a parcel arrives


@given(st.floats(17000, 22000), st.floats(0, 90), st.sampled_from([("BR", "SP"), ("DE", ""), ("", ""), ("ES", "nowhere")]))
def test_the_moment_after_some_delivery_time_has_just_so_much_before_it(begin, amount, place):
    clock = Clock(USUAL_WEEK, *place)
    end = clock.after(begin, amount)
    assert end >= begin
    assert clock.between(begin, end) == pytest.approx(amount, abs=1e-6)
    assert clock.between(begin, end + 1) >= clock.between(begin, end)


def test_delivery_time_runs_slowly_on_weekends_and_holidays():
    clock, monday = Clock(USUAL_WEEK, "DE"), 20444.0  # 2025-12-22
    assert clock.between(monday, monday + 2) == pytest.approx(2)
    assert clock.between(monday + 3, monday + 5) == pytest.approx(0.1)  # Christmas, both days
    assert clock.between(monday + 5, monday + 7) == pytest.approx(0.35)  # Saturday, Sunday
    assert Clock(USUAL_WEEK).between(monday, monday + 7) == pytest.approx(5.35)  # no country, no holidays
    assert clock.between(monday, monday - 3) == 0
    assert clock.between(monday, monday + 900) == pytest.approx(900 * 5.35 / 7)


def test_a_weeks_shape_is_learnt_and_leans_on_the_usual_one():
    assert week_of([]) == pytest.approx(USUAL_WEEK)
    saturdays = week_of([20442.5] * 5000)  # 2025-12-20
    assert saturdays[5] > 10 * saturdays[0]
    assert min(saturdays) > 0


@given(st.floats(0, 400))
def test_the_scale_of_forecasts_goes_forth_and_back(days):
    assert unlogged(logged(days)) == pytest.approx(max(days, 0.02), abs=1e-6)


def test_a_percentile_is_that_of_all_though_only_the_fast_ones_are_seen():
    chance = random.Random(1)
    seen = []
    for _ in range(4000):
        room, took = chance.random() * 30, chance.expovariate(1 / 8)
        if took <= room:
            seen.append((took, room))
    weights = [1.0] * len(seen)
    for share, truth in ((0.1, 0.84), (0.5, 5.55), (0.8, 12.88)):
        assert uncut_percentile(seen, weights, share) == pytest.approx(truth, rel=0.12)
    assert sorted(took for took, _ in seen)[int(0.8 * len(seen))] < 9.5  # what it would be otherwise
    assert uncut_percentile([], [], 0.5) == 0.0
    assert uncut_percentile([(1.0, 2.0)], [1.0], 0.9) == 1.0


def test_a_window_never_ends_before_what_has_passed():
    clock, spread = Clock(USUAL_WEEK, "BR", "SP"), Spread(1.2, 1.8, 2.4)
    before = None
    for passed in range(40):
        found = window(clock, 17000.4, spread, float(passed))
        assert found.first <= found.last
        assert found.last >= math.floor(clock.after(17000.4, passed))
        assert before is None or (found.first >= before.first and found.last >= before.last)
        before = found


def test_lateness_is_learnt_from_how_many_were():
    chance = random.Random(2)
    stated, took = Spread(1.6, 2.0, 2.4), [chance.lognormvariate(2.0, 0.35) for _ in range(1500)]
    calibration = Calibration()
    for step, days in enumerate(took):
        calibration.learn(CLOCK, 100.0 + step / 20, stated, 100.0 + step / 20 + days, 100 + step // 20 + step % 12 + 3)
    chances = [calibration.shift.late_chance(stated, left) for left in (5, 8, 10, 14)]
    truth = [sum(days > left for days in took) / len(took) for left in (5, 8, 10, 14)]
    assert chances == pytest.approx(truth, abs=0.15)
    assert chances == sorted(chances, reverse=True)


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
