"""The weights of a linear model as bytes of one figure each → what it says of a text; a quarter of the room, and no slower."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.understanding.ngrams import BUCKETS, Counted, counted

#: The greatest figure that a weight is kept as.
_GREATEST = 127

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]


class Weights(msgspec.Struct, frozen=True, eq=False):
    """A matrix whose columns each have a scale of their own."""

    #: One row per feature, one column per label.
    figures: Bytes
    scales: Floats

    @classmethod
    def of(cls, matrix: NDArray[np.float64]) -> "Weights":
        """Round a matrix to bytes, each column by its greatest weight."""
        scales = np.maximum(np.abs(matrix).max(axis=0, initial=0), 1e-12) / _GREATEST
        return cls(np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32))

    def opened(self) -> NDArray[np.float64]:
        """Give the matrix back, as near as it was kept."""
        return self.figures.astype(np.float64) * self.scales

    def heard_of(self, rows: Floats) -> Floats:
        """Multiply rows of features with the matrix."""
        return np.asarray((rows @ self.figures.astype(np.float32)) * self.scales, np.float32)


class Rarity(msgspec.Struct, frozen=True, eq=False):
    """How much each n-gram tells: the rarer the more. Turns counts into a row of length 1."""

    #: One number per bucket.
    weights: Floats

    @classmethod
    def of(cls, texts: Sequence[Counted], buckets: int = BUCKETS) -> "Rarity":
        """Learn it from texts, by how many of them hold each n-gram."""
        held = np.zeros(buckets)
        for text in texts:
            held[text.buckets] += 1
        return cls((np.log((1 + len(texts)) / (1 + held)) + 1).astype(np.float32))

    def row(self, text: Counted) -> Floats:
        """Give the weights of a text's n-grams, beside its buckets."""
        row = (1 + np.log(text.times)) * self.weights[text.buckets]
        length = float(np.sqrt(row @ row))
        return np.asarray(row / length if length else row, np.float32)


def heard_in_counts(text: str, rarity: Rarity, weights: Weights) -> Floats:
    """Say what n-grams tell of a text: one number per label, near 1 for a label it belongs to and near 0 for others."""
    found = counted(text, len(rarity.weights))
    return np.asarray((rarity.row(found) @ weights.figures[found.buckets].astype(np.float32)) * weights.scales, np.float32)
