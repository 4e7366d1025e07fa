"""What a model says of a text → how likely it is that this text is one of those which the model was taught for."""

import math

import msgspec


class Scope(msgspec.Struct, frozen=True):
    """Where a model's understanding ends: a line through how sure it is and how near the nearest known text lies."""

    #: What a nearness of 1 adds to the surest label's score; 0 where nothing is kept to be near to.
    nearness: float
    #: The sum from which a text is rather inside than outside.
    threshold: float
    #: By how much more of it the odds grow e-fold.
    slope: float = 0.1

    def evidence(self, surest: float, nearest: float) -> float:
        """Sum up what speaks for a text being inside."""
        return surest + self.nearness * nearest

    def likely(self, surest: float, nearest: float) -> float:
        """Give 0 to 1; 0.5 is the threshold."""
        odds = (self.evidence(surest, nearest) - self.threshold) / self.slope
        return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))
