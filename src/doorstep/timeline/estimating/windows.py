"""Forecasts and, as they come in, what became true → windows that hold as often as they say, and chances of being late, whatever drifts."""

import bisect
import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

from doorstep.timeline.estimating.clock import Clock, logged, unlogged
from doorstep.timeline.estimating.model import Spread

#: Chosen on purchases of June to December 2017; docs/rules/estimates.md tells what was weighed.
#: An outcome counts half as much for the drift and the ends so many days after it was begun, and not at all long after.
_HALF_LIFE = 10.0
_BEGUN_WITHIN = 75.0
#: How much of the drift lasts while a parcel is under way.
_LASTS = 0.7
#: How far the drift usually lies from none, and at most.
_USUAL_DRIFT = 0.2
_MOST_DRIFT = 0.8
#: So many outcomes of no difference are thought besides, for the ends.
_PULL_OF_ENDS = 30.0
#: The shares of outcomes before the low and before the high end; the high one a little further out, as a slowing-down is learnt late.
_SHARES_OF_ENDS = (0.1, 0.91)
#: An outcome counts half as much for lateness so many days after it arrived; the steepness of its curve before anything was learnt,
#: and how strongly its constant is held to (half of them take longer than the middle, whatever else) and its steepness.
_LATE_HALF_LIFE = 365.0
_STEEPNESS = 4.0
_HOLD = (20.0, 0.5)
_NEWTON = 4
#: Outcomes looked back on; with fewer than enough the forecast stands as it is.
_MOST = 1500
_ENOUGH = 30
#: One outcome may lie so far off; beyond, it counts as this.
_MOST_OFF = 1.2
#: Deviations above the middle from which on a cut takes nothing away; and below it, so much that only the cut itself matters.
_CUT_NOTHING = 3.5
_CUT_ALL = -6.0
_TO_END = 1.2816  # standard deviations from the middle of a normal curve to its 10th or 90th percentile
_NORMAL = NormalDist()


class Window(msgspec.Struct, frozen=True):
    """First and last day, days since 1970, both included."""

    first: int
    last: int


class Outcome(msgspec.Struct, frozen=True):
    """What became true of a forecast. Spans are delivery days, `logged`."""

    begun: float
    delivered: float
    #: What its days are counted by.
    clock: Clock
    #: How long it took, less the middle as stated.
    off: float
    #: The middle as stated, and one standard deviation around it.
    middle: float
    deviation: float
    #: By how much the low end could have been higher, and the high end lower, and the window would still have held. Whole days.
    spare_low: float
    spare_high: float
    #: The middle as moved at the time, less what was left until the promise; None: nothing was promised.
    behind: float | None
    is_late: bool

    def room(self, day: int) -> float:
        """Return the delivery days, `logged`, from where it began to the beginning of a day."""
        return logged(self.clock.between(self.begun, day))


class Shift(msgspec.Struct, frozen=True):
    """By how much forecasts are moved, and how likely they are late, as the latest outcomes teach. Spans are delivery days, `logged`."""

    low: float = 0.0
    middle: float = 0.0
    high: float = 0.0
    #: Log-odds of being late where the middle falls on the promise, and by how much they grow with every step behind it.
    late: tuple[float, float] = (0.0, _STEEPNESS)

    def shifted(self, spread: Spread) -> Spread:
        """Return a forecast moved by what the latest outcomes teach; its percentiles never fall."""
        middle = spread.middle + self.middle
        return Spread(min(spread.low + self.low, middle), middle, max(spread.high + self.high, middle))

    def late_chance(self, spread: Spread, left: float, passed: float = 0.0) -> float:
        """Return the probability, 0 to 1, that a shifted forecast takes longer than `left` delivery days, once `passed` have gone by."""
        if left <= passed:
            return 1.0
        beyond = self._chance_beyond(spread, left)
        return beyond if passed <= 0 else min(1.0, beyond / max(self._chance_beyond(spread, passed), beyond, 1e-9))

    def _chance_beyond(self, spread: Spread, days: float) -> float:
        constant, steepness = self.late
        return _chance(constant + steepness * (spread.middle - logged(days)))


class Calibration(msgspec.Struct):
    """How far the world has drifted from the forecasts, learnt from the latest outcomes.

    The drift and the ends are read from what was *begun* lately, of which only the fast ones have arrived: so each counts by how likely
    it was to take as long as it did among what could have arrived by now. The ends follow the 10th and 91st percentile of what the drift
    leaves (conformal, weighted by recency), reckoned in whole days, as windows are; the chance of being late follows how many were.
    """

    #: In the order in which they became known.
    outcomes: list[Outcome] = []
    #: (since when, drift): what forecasts were moved by at the time.
    moves: list[tuple[float, float]] = []
    #: What the outcomes teach, as last read.
    shift: Shift = Shift()
    #: When the outcomes were last read, days since 1970.
    read_at: float = -math.inf

    def learn(self, clock: Clock, begun: float, spread: Spread, delivered: float, promised: int | None = None) -> None:
        """Take in what became true of a forecast, as it was before it was shifted; `promised`: the last day, whole."""
        moved = self._moved_at(begun)
        day = math.floor(delivered)
        outcome = Outcome(
            begun,
            delivered,
            clock,
            logged(clock.between(begun, delivered)) - spread.middle,
            spread.middle,
            max((spread.high - spread.low) / (2 * _TO_END), 0.05),
            logged(clock.between(begun, day + 1)) - spread.low - moved,
            logged(clock.between(begun, day)) - spread.high - moved,
            None if promised is None else spread.middle + moved - logged(clock.between(begun, promised + 1)),
            promised is not None and day > promised,
        )
        self.outcomes.append(outcome)
        if len(self.outcomes) >= _ENOUGH and delivered - self.read_at >= 1:
            self._read(delivered)

    def _moved_at(self, moment: float) -> float:
        place = bisect.bisect_right(self.moves, (moment, math.inf))
        return self.moves[place - 1][1] if place else 0.0

    def _read(self, now: float) -> None:
        self.read_at = now
        del self.outcomes[:-_MOST]
        middle = _LASTS * self._drift(now)
        self.moves.append((now, middle))
        del self.moves[:-_MOST]
        recent = [one for one in self.outcomes if now - one.begun < _BEGUN_WITHIN]
        weights = [0.5 ** ((now - one.begun) / _HALF_LIFE) for one in recent]
        trust = sum(weights) / (sum(weights) + _PULL_OF_ENDS)
        today = math.floor(now)
        low = [(one.spare_low, one.spare_low + one.room(today + 1) - one.room(math.floor(one.delivered) + 1)) for one in recent]
        high = [(one.spare_high, one.spare_high + one.room(today) - one.room(math.floor(one.delivered))) for one in recent]
        self.shift = Shift(
            middle + trust * uncut_percentile(low, weights, _SHARES_OF_ENDS[0]),
            middle,
            middle + trust * uncut_percentile(high, weights, _SHARES_OF_ENDS[1]),
            self._lateness(now),
        )

    def _drift(self, now: float) -> float:
        """Return the likeliest drift of normal curves cut off at now, leaning on none (likelihood under right truncation)."""
        off_sum, count, cuts = 0.0, 0.0, []
        for one in self.outcomes:
            age = now - one.begun
            if not 1 < age < _BEGUN_WITHIN:
                continue
            weight: float = 0.5 ** (age / _HALF_LIFE) / one.deviation
            off_sum += weight * max(-_MOST_OFF, min(_MOST_OFF, one.off)) / one.deviation
            count += weight / one.deviation
            cut = logged(one.clock.between(one.begun, now)) - one.middle
            if cut - _MOST_DRIFT < _CUT_NOTHING * one.deviation:
                cuts.append((weight, cut, one.deviation))
        least, most = -_MOST_DRIFT, _MOST_DRIFT
        for _ in range(9):
            drift = (least + most) / 2
            slope = off_sum - count * drift - drift / _USUAL_DRIFT**2
            slope += sum(weight * _pressed((cut - drift) / deviation) for weight, cut, deviation in cuts)
            least, most = (drift, most) if slope > 0 else (least, drift)
        return (least + most) / 2

    def _lateness(self, now: float) -> tuple[float, float]:
        """Fit the chance of being late to how far behind its promise each outcome was forecast (logistic, held to what was thought first)."""
        seen = [
            (one.behind, one.is_late, 0.5 ** ((now - one.delivered) / _LATE_HALF_LIFE)) for one in self.outcomes if one.behind is not None
        ]
        constant, steepness = 0.0, _STEEPNESS
        for _ in range(_NEWTON):
            pull, tilt = -_HOLD[0] * constant, -_HOLD[1] * (steepness - _STEEPNESS)
            aa, ab, bb = _HOLD[0], 0.0, _HOLD[1]
            for behind, is_late, weight in seen:
                chance = _chance(constant + steepness * behind)
                off, spread = weight * (is_late - chance), weight * chance * (1 - chance)
                pull, tilt = pull + off, tilt + off * behind
                aa, ab, bb = aa + spread, ab + spread * behind, bb + spread * behind * behind
            determinant = aa * bb - ab * ab
            constant += (bb * pull - ab * tilt) / determinant
            steepness = max(steepness + (aa * tilt - ab * pull) / determinant, 0.5)
        return constant, steepness


def _pressed(cut: float) -> float:
    """Return how far, in deviations, the mean of a normal curve cut off at `cut` lies below that of the whole."""
    if cut > _CUT_NOTHING:
        return 0.0
    if cut < _CUT_ALL:
        return -cut
    return 0.7978845608 * math.exp(-cut * cut / 2) / math.erfc(-cut / math.sqrt(2))


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def window(clock: Clock, begun: float, spread: Spread, passed: float = 0.0) -> Window:
    """Return the whole days from the low to the high end of a shifted forecast from the moment `begun`.

    Once `passed` delivery days have gone by without it, the ends are those of what is left: two half normal curves through the percentiles.
    """
    ends = (spread.low, spread.high)
    if passed > 0:
        ends = (_left_after(spread, passed, 0.1), _left_after(spread, passed, 0.9))
    return Window(*(math.floor(clock.after(begun, max(unlogged(end), passed))) for end in ends))


def _left_after(spread: Spread, passed: float, share: float) -> float:
    """Return the place below which lies a share of what takes longer than `passed`."""
    below = _NORMAL.cdf(_deviations(spread, logged(passed)))
    away = _NORMAL.inv_cdf(min(below + share * (1 - below), 1 - 1e-9))
    return spread.middle + away / _TO_END * (spread.high - spread.middle if away > 0 else spread.middle - spread.low)


def _deviations(spread: Spread, place: float) -> float:
    side = spread.high - spread.middle if place > spread.middle else spread.middle - spread.low
    return (place - spread.middle) * _TO_END / max(side, 0.02)


def uncut_percentile(seen: Sequence[tuple[float, float]], weights: Sequence[float], share: float) -> float:
    """Return the value below or at which lies a share of what will be seen, not of what could be seen by now.

    `seen` are values, each with the most it could have been to be seen already: the product-limit estimate for data truncated on the
    right (D. Lynden-Bell, Monthly Notices of the Royal Astronomical Society 155, 1971), weighted. 0 where nothing was seen.
    """
    rows = sorted((value, weight) for (value, _), weight in zip(seen, weights, strict=True))
    mosts = sorted((most, weight) for (_, most), weight in zip(seen, weights, strict=True))
    reached = unable = sum(weights)  # weights of values up to this one; of those that could not be as much
    left = 1.0  # the share up to this value
    for value, weight in reversed(rows):
        while mosts and mosts[-1][0] >= value:
            unable -= mosts.pop()[1]
        left *= 1 - weight / max(reached - unable, weight)
        if left < share:
            return value
        reached -= weight
    return rows[0][0] if rows else 0.0
