"""Forecasts and, as they come in, what became true → windows of whole days that hold as often as they say, whatever drifts."""

import bisect
import math
from collections.abc import Sequence

import msgspec

from doorstep.timeline.estimating.model import PERCENTILES, Spread

#: Chosen on purchases of July to December 2017; docs/rules/estimates.md tells what was weighed.
#: Two measures of the drift: an outcome counts half as much so many days after it arrived, or was begun.
_ARRIVED_HALF_LIFE = 5.0
_BEGUN_HALF_LIFE = 10.0
#: The same for how far the ends lie from the middle.
_ENDS_HALF_LIFE = 45.0
#: So many outcomes of no drift are thought besides, for the middle and for the ends.
_PULL = 20.0
_PULL_OF_ENDS = 50.0
#: The shares of outcomes before the low and before the high end. The high end is set a little further out: when things slow down,
#: those who miss it are the last to arrive and to be learnt from.
_SHARES_OF_ENDS = (0.1, 0.92)
#: How far the drift usually lies from none, and at most (logarithms of days).
_USUAL_DRIFT = 0.2
_MOST_DRIFT = 0.8
#: Outcomes looked back on, and how many new ones are waited for before looking again.
_MOST = 1500
_EACH = 8
#: With fewer outcomes the forecast stands as it is.
_ENOUGH = 30
#: Days after which a delivery begun no longer counts for the drift.
_BEGUN_WITHIN = 50.0
#: One outcome may lie so far off (logarithms of days); beyond, it counts as this.
_MOST_OFF = 1.2
#: Deviations above the middle from which on a cut takes nothing away; and below it, so much that only the cut itself matters.
_CUT_NOTHING = 3.5
_CUT_ALL = -6.0
_WIDTH_IN_DEVIATIONS = 2.563


class Window(msgspec.Struct, frozen=True):
    """First and last day, days since 1970, both included."""

    first: int
    last: int


class Outcome(msgspec.Struct, frozen=True):
    """What became true of a forecast; spans are logarithms of days."""

    begun: float
    delivered: float
    #: How long it took, less the middle as stated.
    off: float
    #: The middle as stated, and one standard deviation around it.
    middle: float
    deviation: float
    #: By how much the low end could have been higher, and the high end lower, and the window would still have held. Whole days.
    spare_low: float
    spare_high: float


class Calibration(msgspec.Struct):
    """How far the world has drifted from the forecasts, learnt from the latest outcomes.

    The drift is measured twice and the mean taken: by the median of what *arrived* lately, which lags, as slow ones arrive late; and
    by what was *begun* lately, which flatters, as only the fast ones have arrived: so each counts by how likely it was to take as
    long as it did among what could have arrived by now. The ends then follow the 10th and 92nd percentile of what is left
    (conformal, weighted by recency), reckoned in whole days, as windows are.
    """

    #: In the order in which they became known.
    outcomes: list[Outcome] = []
    #: (since when, drift): what forecasts were moved by at the time.
    moves: list[tuple[float, float]] = []
    #: What the ends and the middle are moved by.
    low: float = 0.0
    middle: float = 0.0
    high: float = 0.0
    unread: int = 0

    def shifted(self, spread: Spread) -> Spread:
        """Return a forecast moved by what the latest outcomes teach; its percentiles never fall."""
        middle = spread.middle + self.middle
        return Spread(min(spread.low + self.low, middle), middle, max(spread.high + self.high, middle))

    def learn(self, begun: float, spread: Spread, delivered: float) -> None:
        """Take in what became true of a forecast, as it was before it was shifted."""
        moved = self._moved_at(begun)
        day = math.floor(delivered)
        outcome = Outcome(
            begun,
            delivered,
            _log(delivered - begun) - spread.middle,
            spread.middle,
            max((spread.high - spread.low) / _WIDTH_IN_DEVIATIONS, 0.05),
            _log(day + 1 - begun) - spread.low - moved,
            _log(day - begun) - spread.high - moved,
        )
        self.outcomes.append(outcome)
        self.unread += 1
        if len(self.outcomes) >= _ENOUGH and self.unread >= _EACH:
            self._read(delivered)

    def _moved_at(self, moment: float) -> float:
        place = bisect.bisect_right(self.moves, (moment, math.inf))
        return self.moves[place - 1][1] if place else 0.0

    def _read(self, now: float) -> None:
        self.unread = 0
        del self.outcomes[:-_MOST]
        self.middle = (self._drift_of_arrived(now) + self._drift_of_begun(now)) / 2
        self.moves.append((now, self.middle))
        del self.moves[:-_MOST]
        weights = [0.5 ** ((now - one.delivered) / _ENDS_HALF_LIFE) for one in self.outcomes]
        trust = sum(weights) / (sum(weights) + _PULL_OF_ENDS)
        self.low = self.middle + trust * percentile([one.spare_low for one in self.outcomes], weights, _SHARES_OF_ENDS[0])
        self.high = self.middle + trust * percentile([one.spare_high for one in self.outcomes], weights, _SHARES_OF_ENDS[1])

    def _drift_of_arrived(self, now: float) -> float:
        weights: list[float] = [0.5 ** ((now - one.delivered) / _ARRIVED_HALF_LIFE) for one in self.outcomes]
        trust = sum(weights) / (sum(weights) + _PULL)
        return trust * percentile([one.off for one in self.outcomes], weights, PERCENTILES[1])

    def _drift_of_begun(self, now: float) -> float:
        """Return the likeliest drift of normal curves cut off at now, leaning on none (likelihood under right truncation)."""
        off_sum, count, cuts = 0.0, 0.0, []
        for one in self.outcomes:
            age = now - one.begun
            if not 1 < age < _BEGUN_WITHIN:
                continue
            weight: float = 0.5 ** (age / _BEGUN_HALF_LIFE) / one.deviation
            off_sum += weight * max(-_MOST_OFF, min(_MOST_OFF, one.off)) / one.deviation
            count += weight / one.deviation
            cut = _log(age) - one.middle
            if cut - _MOST_DRIFT < _CUT_NOTHING * one.deviation:
                cuts.append((weight, cut, one.deviation))
        least, most = -_MOST_DRIFT, _MOST_DRIFT
        for _ in range(9):
            drift = (least + most) / 2
            slope = off_sum - count * drift - drift / _USUAL_DRIFT**2
            slope += sum(weight * _pressed((cut - drift) / deviation) for weight, cut, deviation in cuts)
            least, most = (drift, most) if slope > 0 else (least, drift)
        return (least + most) / 2


def _pressed(cut: float) -> float:
    """Return how far, in deviations, the mean of a normal curve cut off at `cut` lies below that of the whole."""
    if cut > _CUT_NOTHING:
        return 0.0
    if cut < _CUT_ALL:
        return -cut
    return 0.7978845608 * math.exp(-cut * cut / 2) / math.erfc(-cut / math.sqrt(2))


def _log(days: float) -> float:
    return math.log(max(days, 0.2))


def window(begun: float, spread: Spread) -> Window:
    """Return the whole days from the low to the high end of a shifted forecast from the moment `begun`."""
    return Window(math.floor(begun + math.exp(spread.low)), math.floor(begun + math.exp(spread.high)))


def percentile(values: Sequence[float], weights: Sequence[float], share: float) -> float:
    """Return the value below or at which lies the share of the weights.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    left = share * sum(weights)
    ordered = sorted(zip(values, weights, strict=True))
    for value, weight in ordered:
        left -= weight
        if left <= 0:
            return value
    return ordered[-1][0]
