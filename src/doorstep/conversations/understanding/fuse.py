"""What n-grams say, what the encoder says → one likelihood per label."""

import numpy as np

from doorstep.conversations.understanding.linear import Floats


def fused(counts: Floats, vectors: Floats | None) -> Floats:
    """Give the mean of both scores, label by label; without an encoder the n-grams' alone.

    Both were fitted to the same targets by the same rule, so their scores have one scale, and likelihoods of mean scores are those
    of mean log-likelihoods.
    """
    return counts if vectors is None else np.asarray((counts + vectors) / 2, np.float32)


def likelihoods(scores: Floats, warmth: float) -> Floats:
    """Turn scores into likelihoods that sum up to 1: the colder, the surer of the first."""
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) / warmth)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)
