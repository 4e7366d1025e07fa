"""A trained model, kept as plain numbers → delivery time at the 10th, 50th and 90th percentile, and the chance of being late."""

from collections.abc import Sequence

import msgspec

from doorstep.timeline.estimating.clock import Week

#: The chance with which a window holds, and the percentiles at its ends.
CHANCE = 0.8
PERCENTILES = (0.1, 0.5, 0.9)


class Boosted(msgspec.Struct, frozen=True):
    """A sum of regression trees, the nodes of all of them side by side; a leaf's `feature` is -1.

    Columns are the bytes of arrays ("b", "d", "?", "i" of the struct module): a merchant's model takes kilobytes, not megabytes.
    """

    baseline: float
    #: Where each tree begins.
    roots: list[int] = []
    feature: bytes = b""
    threshold: bytes = b""
    #: Where a fact is missing, whether the left branch is taken.
    missing_left: bytes = b""
    left: bytes = b""
    right: bytes = b""
    value: bytes = b""

    def at(self, facts: Sequence[float]) -> float:
        """Return the sum for the facts."""
        features, thresholds = memoryview(self.feature).cast("b"), memoryview(self.threshold).cast("d")
        lefts, rights, values = memoryview(self.left).cast("i"), memoryview(self.right).cast("i"), memoryview(self.value).cast("d")
        total = self.baseline
        for node in self.roots:
            while (feature := features[node]) >= 0:
                fact = facts[feature]
                goes_left = self.missing_left[node] if fact != fact else fact <= thresholds[node]  # noqa: PLR0124 - NaN
                node = lefts[node] if goes_left else rights[node]  # noqa: PLW2901 - down the tree
            total += values[node]
        return total


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
    """A forecast: delivery days from the point on, each `logged`, at `PERCENTILES`, never falling."""

    low: float
    middle: float
    high: float


class Model(msgspec.Struct, frozen=True):
    """What was trained on one merchant's history for one point: a linear place, and boosted percentiles around it."""

    place: Linear
    #: Around the place, in the order of `PERCENTILES`.
    around: list[Boosted]
    #: What its delivery days are counted by.
    week: Week
    #: Days since 1970 before which everything it learnt from had been delivered.
    trained_at: float
    #: Deliveries it learnt from.
    rows: int

    def spread(self, facts: Sequence[float]) -> Spread:
        """Forecast how long it takes."""
        place = self.place.at(facts)
        low, middle, high = (place + boosted.at(facts) for boosted in self.around)
        return Spread(min(low, middle), middle, max(high, middle))
