"""Deliveries in the order of time → what would have been said of each, knowing only what was delivered before."""

import heapq
import math
from collections.abc import Iterator, Sequence

import msgspec

from doorstep.timeline.estimating.clock import PLAIN_WEEK, Clock, unlogged
from doorstep.timeline.estimating.deliveries import Delivery, Point, clock_of
from doorstep.timeline.estimating.model import Model, Spread
from doorstep.timeline.estimating.starting import spread_of_lanes
from doorstep.timeline.estimating.training import train
from doorstep.timeline.estimating.walking import Known, walk
from doorstep.timeline.estimating.windows import Calibration, Shift, Window, window
from doorstep.timeline.estimating.yardstick import LaneMedians

#: Days between trainings.
RETRAIN_DAYS = 21
#: Days before the first delivery to judge in which forecasts are already made, so that windows are calibrated by then.
WARM_UP_DAYS = 63


class Forecast(msgspec.Struct, frozen=True):
    """What was said of one delivery at its point, by whom knew only what was delivered before."""

    known: Known
    #: What its delivery days are counted by.
    clock: Clock
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
        return self.clock.after(self.known.at, unlogged(self.spread.middle)) - self.known.at


class Hindsight:
    """What had arrived by the moment of a forecast, and what was said of what is still under way."""

    def __init__(self) -> None:
        self.seen: list[Known] = []
        self._under_way: list[tuple[float, int, Known, Forecast | None]] = []
        self._medians = LaneMedians()
        self._calibration = Calibration()
        self._model: Model | None = None
        self._train_next = -math.inf

    @property
    def shift(self) -> Shift:
        """What the outcomes that arrived teach."""
        return self._calibration.shift

    def wait_for(self, known: Known, said: Forecast | None) -> None:
        """Note what was begun, and said of it, until it arrives."""
        if known.delivery.delivered is not None:
            heapq.heappush(self._under_way, (known.delivery.delivered, len(self.seen), known, said))
        self.seen.append(known)

    def arrive(self, at: float) -> None:
        """Learn from what was delivered strictly before `at`."""
        while self._under_way and self._under_way[0][0] < at:
            delivered, _, known, said = heapq.heappop(self._under_way)
            self._medians.add(known.delivery, delivered - known.at)
            if said is not None:
                self._calibration.learn(said.clock, known.at, said.stated, delivered, known.delivery.promised)

    def forecast(self, known: Known) -> Forecast:
        """Forecast one delivery; train anew where the model has grown old."""
        if known.at >= self._train_next:
            self._model = train(self.seen, known.at) or self._model
            self._train_next = known.at + RETRAIN_DAYS
        stated = self._model.spread(known.facts) if self._model else spread_of_lanes(known)
        spread = self.shift.shifted(stated)
        clock = clock_of(known.delivery, self._model.week if self._model else PLAIN_WEEK)
        promised, late_chance = known.delivery.promised, None
        if promised is not None:
            late_chance = self.shift.late_chance(spread, clock.between(known.at, promised + 1))
        return Forecast(known, clock, stated, spread, window(clock, known.at, spread), late_chance, self._medians.of(known.delivery))


def forecasts(history: Sequence[Delivery], judged: Sequence[Delivery], point: Point) -> Iterator[Forecast]:
    """Forecast each judged delivery that reached the point and was delivered, in the order of time.

    Learnt from: all of `history` and `judged` that was delivered strictly before; a delivery in both counts once.
    """
    wanted = {one.delivery_id for one in judged if one.delivered is not None and one.begun(point) is not None}
    every = {one.delivery_id: one for one in (*history, *judged)}
    if not wanted:
        return
    warm_from = min(begun for one in wanted if (begun := every[one].begun(point)) is not None) - WARM_UP_DAYS
    past = Hindsight()
    for known in walk(every.values(), point):
        past.arrive(known.at)
        forecast = past.forecast(known) if known.at >= warm_from else None
        past.wait_for(known, forecast)
        if forecast is not None and known.delivery.delivery_id in wanted:
            yield forecast
