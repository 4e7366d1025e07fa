"""The weights of a linear model as bytes of one figure each → what it says of a text; a quarter of the room, and no slower."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.understanding.ngrams import BUCKETS, Counted

#: The greatest figure that a weight is kept as.
_GREATEST = 127

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]


class Weights(msgspec.Struct, frozen=True, eq=False):
    """A matrix whose columns each have a scale and a start of their own."""

    #: One row per feature, one column per label.
    figures: Bytes
    scales: Floats
    #: What each label scores before anything is heard.
    starts: Floats

    @classmethod
    def of(cls, matrix: NDArray[np.float64], starts: NDArray[np.float64] | None = None) -> "Weights":
        """Round a matrix to bytes, each column by its greatest weight."""
        scales = np.maximum(np.abs(matrix).max(axis=0, initial=0), 1e-12) / _GREATEST
        begins = np.zeros(matrix.shape[1]) if starts is None else starts
        return cls(np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32), begins.astype(np.float32))

    def without(self, least: int) -> "Weights":
        """Leave away weights of fewer figures: noise, which takes room in a file that is packed."""
        return Weights(np.where(np.abs(self.figures) < least, np.int8(0), self.figures), self.scales, self.starts)

    def heard(self, rows: Floats) -> Floats:
        """Say what rows of all features tell."""
        return np.asarray((rows @ self.figures.astype(np.float32)) * self.scales + self.starts, np.float32)

    def heard_some(self, features: NDArray[np.int64], row: Floats) -> Floats:
        """Say what one row tells of which only these features are not nothing."""
        return np.asarray((row @ self.figures[features].astype(np.float32)) * self.scales + self.starts, np.float32)


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
        # Kept in half precision: it is rounded here, so that what is taught with it is what is read with it.
        return cls((np.log((1 + len(texts)) / (1 + held)) + 1).astype(np.float16).astype(np.float32))

    def row(self, text: Counted) -> Floats:
        """Give the weights of a text's n-grams, beside its buckets."""
        row = (1 + np.log(text.times)) * self.weights[text.buckets]
        length = float(np.sqrt(row @ row))
        return np.asarray(row / length if length else row, np.float32)
