"""A trained model, kept as plain numbers → logarithms of days at the 10th, 50th and 90th percentile, and the chance of being late."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

#: The chance with which a window holds, and the percentiles at its ends.
CHANCE = 0.8
PERCENTILES = (0.1, 0.5, 0.9)
_NORMAL = NormalDist()


class Tree(msgspec.Struct, frozen=True, array_like=True):
    """One regression tree, its nodes side by side; a leaf's `feature` is -1. Where a fact is missing, `missing_left` decides."""

    feature: list[int]
    threshold: list[float]
    missing_left: list[bool]
    left: list[int]
    right: list[int]
    value: list[float]

    def at(self, facts: Sequence[float]) -> float:
        """Return the value of the leaf to which the facts lead."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            fact = facts[feature]
            goes_left = self.missing_left[node] if fact != fact else fact <= self.threshold[node]  # noqa: PLR0124 - NaN
            node = self.left[node] if goes_left else self.right[node]
        return self.value[node]


class Boosted(msgspec.Struct, frozen=True):
    """A sum of trees."""

    baseline: float
    trees: list[Tree]

    def at(self, facts: Sequence[float]) -> float:
        """Return the sum for the facts."""
        return self.baseline + sum(tree.at(facts) for tree in self.trees)


class Linear(msgspec.Struct, frozen=True):
    """A weighted sum of standardised facts; a missing fact counts as usual, an extreme one as four deviations."""

    usual: list[float]
    deviation: list[float]
    weights: list[float]
    constant: float

    def at(self, facts: Sequence[float]) -> float:
        """Return the sum for the facts."""
        total = self.constant
        for fact, usual, deviation, weight in zip(facts, self.usual, self.deviation, self.weights, strict=True):
            if fact == fact:  # noqa: PLR0124 - not NaN
                total += weight * max(-4.0, min(4.0, (fact - usual) / deviation))
        return total


class Spread(msgspec.Struct, frozen=True):
    """A forecast: logarithms of days from the point on, at `PERCENTILES`, never falling."""

    low: float
    middle: float
    high: float

    def chance_beyond(self, days: float) -> float:
        """Return the probability, 0 to 1, that it takes longer than `days`: two half normal curves through the percentiles."""
        if days <= 0:
            return 1.0
        away = math.log(days) - self.middle
        side = self.high - self.middle if away > 0 else self.middle - self.low
        return _NORMAL.cdf(-away / max(side / 1.2816, 0.02))


class Model(msgspec.Struct, frozen=True):
    """What was trained on one merchant's history for one point: a linear place, boosted percentiles around it, boosted lateness."""

    place: Linear
    #: Around the place, in the order of `PERCENTILES`.
    around: list[Boosted]
    #: Log-odds of being late by the facts alone; None where there were too few late ones to learn from.
    late: Boosted | None
    #: Days since 1970 before which everything it learnt from had been delivered.
    trained_at: float
    #: Deliveries it learnt from.
    rows: int

    def spread(self, facts: Sequence[float]) -> Spread:
        """Forecast how long it takes."""
        place = self.place.at(facts)
        low, middle, high = (place + boosted.at(facts) for boosted in self.around)
        return Spread(min(low, middle), middle, max(high, middle))

    def late_chance(self, facts: Sequence[float], spread: Spread, days_left: float) -> float:
        """Return the probability of needing more than `days_left`: halfway, in log-odds, between the forecast and the classifier."""
        by_spread = _log_odds(spread.chance_beyond(days_left))
        return _chance(by_spread if self.late is None else (by_spread + self.late.at(facts)) / 2)


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(chance / (1 - chance))


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
