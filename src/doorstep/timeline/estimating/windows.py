"""Forecasts and, as they come in, what became true → windows of whole days that hold as often as they say, whatever drifts."""

import math
from collections.abc import Sequence

import msgspec

from doorstep.timeline.estimating.model import PERCENTILES, Spread

#: An outcome counts half as much after so many days; and so many outcomes of no drift are thought besides. Chosen on purchases of
#: July to December 2017; 7 to 60 days and 0 to 200 outcomes do nearly as well.
HALF_LIFE_DAYS = 14.0
_PULL = 50.0
#: Outcomes looked back on, and how many new ones are waited for before looking again.
_MOST = 1500
_EACH = 8
#: With fewer outcomes the forecast stands as it is.
_ENOUGH = 30


class Window(msgspec.Struct, frozen=True):
    """First and last day, days since 1970, both included."""

    first: int
    last: int


class Calibration(msgspec.Struct):
    """How far the world has drifted from the forecasts, learnt from the latest outcomes (conformal, weighted by recency).

    The low end moves by the weighted 10th percentile of how far outcomes lay from it, the middle by the 50th, the high end by the
    90th. After a shock it follows within weeks and comes back as fast. A tracker that moves an end by a fixed step per outcome
    (tried first) swings instead: outcomes come days late, and by then hundreds of forecasts are under way.
    """

    #: (when known, outcome minus low end, minus middle, minus high end), logarithms of days; in the order known.
    outcomes: list[tuple[float, float, float, float]] = []
    #: What the ends are moved by.
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
        taken = math.log(max(delivered - begun, 0.2))
        self.outcomes.append((delivered, taken - spread.low, taken - spread.middle, taken - spread.high))
        self.unread += 1
        if len(self.outcomes) >= _ENOUGH and self.unread >= _EACH:
            self._read(delivered)

    def _read(self, now: float) -> None:
        self.unread = 0
        del self.outcomes[:-_MOST]
        weights = [0.5 ** ((now - outcome[0]) / HALF_LIFE_DAYS) for outcome in self.outcomes]
        trust = sum(weights) / (sum(weights) + _PULL)
        self.low, self.middle, self.high = (
            trust * percentile([outcome[end] for outcome in self.outcomes], weights, share)
            for end, share in zip((1, 2, 3), PERCENTILES, strict=True)
        )


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
