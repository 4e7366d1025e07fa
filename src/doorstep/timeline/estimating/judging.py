"""Deliveries to judge, and a history → how far the model, the promise and the lane median were off, each knowing only the past."""

import bisect
import heapq
import math
from collections.abc import Iterator, Sequence

import msgspec

from doorstep.timeline.estimating.deliveries import Delivery, Key, Point
from doorstep.timeline.estimating.model import Model, Spread
from doorstep.timeline.estimating.starting import spread_of_lanes
from doorstep.timeline.estimating.training import train
from doorstep.timeline.estimating.walking import Known, walk
from doorstep.timeline.estimating.windows import Calibration, Window, window

#: Days between trainings.
RETRAIN_DAYS = 21
#: Days before the first delivery to judge in which forecasts are already made, so that windows are calibrated by then.
WARM_UP_DAYS = 63
#: Deliveries that a lane needs for a median of its own; with fewer the median of all stands in.
LANE_ENOUGH = 5


class Forecast(msgspec.Struct, frozen=True):
    """What was said of one delivery at its point, by whom knew only what was delivered before."""

    known: Known
    #: Before and after the latest outcomes moved it.
    stated: Spread
    spread: Spread
    window: Window
    #: 0 to 1; None where nothing was promised.
    late_chance: float | None
    #: Days, by the lane's median.
    lane_median: float

    @property
    def days(self) -> float:
        """Days forecast from the point on."""
        return math.exp(self.spread.middle)


class Figures(msgspec.Struct, frozen=True):
    """How good the forecasts were; None where it cannot be said (nothing promised; none late, or all)."""

    n: int
    #: Mean absolute error, days: ours, the promised day's, the lane median's.
    mae_days: float | None
    promise_mae_days: float | None
    lane_median_mae_days: float | None
    #: Share of deliveries on a day within their window.
    coverage_80: float | None
    #: Mean length of the windows in days, first and last included.
    width_days: float | None
    late_auc: float | None
    late_average_precision: float | None


def forecasts(history: Sequence[Delivery], judged: Sequence[Delivery], point: Point) -> Iterator[Forecast]:
    """Forecast each judged delivery that reached the point and was delivered, in the order of time.

    Learnt from: all of `history` and `judged` that was delivered strictly before; a delivery in both counts once.
    """
    wanted = {one.delivery_id for one in judged if one.delivered is not None and one.begun(point) is not None}
    every = {one.delivery_id: one for one in (*history, *judged)}
    if not wanted:
        return
    warm_from = min(begun for one in wanted if (begun := every[one].begun(point)) is not None) - WARM_UP_DAYS
    past = _Past()
    for known in walk(every.values(), point):
        past.arrive(known.at)
        is_wanted = known.delivery.delivery_id in wanted
        if known.at >= warm_from:
            forecast = past.forecast(known)
            past.wait_for(known, forecast)
            if is_wanted:
                yield forecast
        else:
            past.wait_for(known, None)


class _Past:
    """What had arrived by the moment of the forecast, and what was said of what is still under way."""

    def __init__(self) -> None:
        self._seen: list[Known] = []
        self._under_way: list[tuple[float, int, Known, Forecast | None]] = []
        self._medians = LaneMedians()
        self._calibration = Calibration()
        self._model: Model | None = None
        self._train_next = -math.inf

    def wait_for(self, known: Known, said: Forecast | None) -> None:
        """Note what was begun, and said of it, until it arrives."""
        if known.delivery.delivered is not None:
            heapq.heappush(self._under_way, (known.delivery.delivered, len(self._seen), known, said))
        self._seen.append(known)

    def arrive(self, at: float) -> None:
        """Learn from what was delivered strictly before `at`."""
        while self._under_way and self._under_way[0][0] < at:
            delivered, _, known, said = heapq.heappop(self._under_way)
            self._medians.add(known.delivery, delivered - known.at)
            if said is not None:
                self._calibration.learn(known.at, said.stated, delivered)

    def forecast(self, known: Known) -> Forecast:
        """Forecast one delivery; train anew where the model has grown old."""
        if known.at >= self._train_next:
            self._model = train(self._seen, known.at) or self._model
            self._train_next = known.at + RETRAIN_DAYS
        stated = self._model.spread(known.facts) if self._model else spread_of_lanes(known)
        spread = self._calibration.shifted(stated)
        promised, late_chance = known.delivery.promised, None
        if promised is not None:
            left = promised + 1 - known.at
            late_chance = self._model.late_chance(known.facts, spread, left) if self._model else spread.chance_beyond(left)
        return Forecast(known, stated, spread, window(known.at, spread), late_chance, self._medians.of(known.delivery))


class LaneMedians:
    """The yardstick: the median days of a lane, region to region, over everything delivered so far."""

    def __init__(self) -> None:
        self._days: dict[Key, list[float]] = {}

    def add(self, delivery: Delivery, days: float) -> None:
        """Take in how long a delivery took."""
        for key in (_lane(delivery), ("all",)):
            bisect.insort(self._days.setdefault(key, []), days)

    def of(self, delivery: Delivery) -> float:
        """Return the median of the lane; of all, where the lane has too few; 0 where nothing was delivered yet."""
        days = self._days.get(_lane(delivery), [])
        if len(days) < LANE_ENOUGH:
            days = self._days.get(("all",), [])
        if not days:
            return 0.0
        half = len(days) // 2
        return days[half] if len(days) % 2 else (days[half - 1] + days[half]) / 2


def _lane(delivery: Delivery) -> Key:
    origin, to = delivery.origin, delivery.destination
    return (origin.country, origin.region, to.country, to.region)


def figures(made: Sequence[Forecast]) -> Figures:
    """Sum forecasts of finished deliveries up."""
    if not made:
        return Figures(0, None, None, None, None, None, None, None)
    ends = [(one, one.known.delivery.delivered or 0.0) for one in made]
    promised = [abs(one.known.delivery.promised - end) for one, end in ends if one.known.delivery.promised is not None]
    ranked = [(one.late_chance, one.known.delivery.is_late) for one in made if one.late_chance is not None]
    return Figures(
        n=len(made),
        mae_days=_mean([abs(one.known.at + one.days - end) for one, end in ends]),
        promise_mae_days=_mean(promised),
        lane_median_mae_days=_mean([abs(one.known.at + one.lane_median - end) for one, end in ends]),
        coverage_80=_mean([float(one.window.first <= math.floor(end) <= one.window.last) for one, end in ends]),
        width_days=_mean([one.window.last - one.window.first + 1.0 for one in made]),
        late_auc=area_under_curve(ranked),
        late_average_precision=average_precision(ranked),
    )


def area_under_curve(ranked: Sequence[tuple[float, bool]]) -> float | None:
    """Return the chance that a late delivery was given a higher chance than a punctual one, ties half; None: only one kind."""
    late = sum(is_late for _, is_late in ranked)
    punctual = len(ranked) - late
    if not late or not punctual:
        return None
    won, below = 0.0, 0
    for hits, misses in _by_chance(ranked):
        won += hits * (below + misses / 2)
        below += misses
    return won / (late * punctual)


def average_precision(ranked: Sequence[tuple[float, bool]]) -> float | None:
    """Return the precision averaged over the late deliveries, highest chance first; None: none was late."""
    late = sum(is_late for _, is_late in ranked)
    if not late:
        return None
    total, found, taken = 0.0, 0, 0
    for hits, misses in reversed(_by_chance(ranked)):
        found, taken = found + hits, taken + hits + misses
        total += hits * found / taken
    return total / late


def _by_chance(ranked: Sequence[tuple[float, bool]]) -> list[tuple[int, int]]:
    """Count (late, punctual) at each chance given, lowest first."""
    counts: dict[float, tuple[int, int]] = {}
    for chance, is_late in ranked:
        hits, misses = counts.get(chance, (0, 0))
        counts[chance] = (hits + is_late, misses + (not is_late))
    return [counts[chance] for chance in sorted(counts)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
