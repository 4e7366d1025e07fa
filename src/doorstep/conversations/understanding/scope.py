"""How sure a model is, how near what it knows lies, how near what lies elsewhere → how likely a text is meant for it."""

import math

import msgspec


class Scope(msgspec.Struct, frozen=True):
    """Where a model's understanding ends: a plane through what speaks for and against a text being inside."""

    #: What the surest label's score counts.
    surest: float
    #: What the cosine to the nearest known text counts; 0 without the encoder.
    nearness: float
    #: What the cosine to the nearest text from elsewhere takes off again; 0 without the encoder.
    strangeness: float
    #: The sum from which a text is rather inside than outside.
    threshold: float
    #: By how much more of it the odds grow e-fold.
    slope: float

    def evidence(self, surest: float, nearest: float, strange: float) -> float:
        """Sum up what speaks for a text being inside."""
        return self.surest * surest + self.nearness * nearest - self.strangeness * strange

    def likely(self, evidence: float) -> float:
        """Give 0 to 1; 0.5 is the threshold."""
        odds = (evidence - self.threshold) / self.slope
        return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))
