"""What n-grams say, what the encoder says → one likelihood per label."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def fused(counts: Floats, vectors: Floats | None) -> Floats:
    """Give the mean of both scores, label by label; without an encoder the n-grams' alone.

    Both are ridge regressions on the same targets, so their scores have one scale: the mean of the scores over one warmth is the
    mean of the log-likelihoods.
    """
    return counts if vectors is None else np.asarray((counts + vectors) / 2, np.float32)


def likelihoods(scores: Floats, warmth: float) -> Floats:
    """Turn scores into likelihoods that sum up to 1: the colder, the surer of the first."""
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) / warmth)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)
