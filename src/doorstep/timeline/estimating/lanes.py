"""Values as they become known → a mean for any lane, recent ones counting more, thin lanes leaning on broader ones."""

from collections.abc import Iterable, Sequence

import msgspec

from doorstep.timeline.estimating.deliveries import Key


class Tally(msgspec.Struct, array_like=True):
    """Values seen of one lane, each weighing half as much after every half-life."""

    #: Sum of the weights, of the weighted values and of their squares, all as of `at`.
    weight: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    #: Days since 1970.
    at: float = 0.0

    def add(self, value: float, at: float, half_life: float) -> None:
        """Take in a value that became known at `at`; out of order it counts by its age."""
        if at >= self.at:
            self._fade(at, half_life)
            share = 1.0
        else:
            share = 0.5 ** ((self.at - at) / half_life)
        self.weight += share
        self.total += share * value
        self.squares += share * value * value

    def _fade(self, at: float, half_life: float) -> None:
        kept = 0.5 ** ((at - self.at) / half_life)
        self.weight, self.total, self.squares, self.at = self.weight * kept, self.total * kept, self.squares * kept, at


class Lanes:
    """One kind of value (days in transit, say) over a hierarchy of lanes.

    A lane's mean is (its weighted sum + pull · the broader lane's mean) / (its weight + pull): with no delivery it is the broader
    lane's, with many it is its own. The broadest leans on the prior.
    """

    def __init__(self, *, half_life: float, prior: float, pull: float = 8.0, pull_to_prior: float = 5.0) -> None:
        self.half_life = half_life
        self.prior = prior
        self.pull = pull
        self.pull_to_prior = pull_to_prior
        self.tallies: dict[Key, Tally] = {}

    def add(self, keys: Iterable[Key], value: float, at: float) -> None:
        """Take in a value that became known at `at`, for each of its lanes."""
        for key in keys:
            tally = self.tallies.get(key)
            if tally is None:
                tally = self.tallies[key] = Tally()
            tally.add(value, at, self.half_life)

    def means(self, keys: Sequence[Key], at: float) -> list[float]:
        """Return the mean of each lane as of `at`, broadest first, as `keys` are."""
        mean, pull, found = self.prior, self.pull_to_prior, []
        for key in keys:
            tally = self.tallies.get(key)
            if tally is not None:
                kept = 0.5 ** (max(0.0, at - tally.at) / self.half_life)
                mean = (tally.total * kept + pull * mean) / (tally.weight * kept + pull)
            found.append(mean)
            pull = self.pull
        return found

    def kept(self, least: float) -> list[tuple[Key, Tally]]:
        """Return what is worth keeping: lanes of at least so much weight."""
        return [(key, tally) for key, tally in self.tallies.items() if tally.weight >= least]
