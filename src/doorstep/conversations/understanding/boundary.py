"""What a model says of texts meant for it, and of texts that are not → the threshold that tells them apart best."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.understanding.linear import Floats
from doorstep.conversations.understanding.scope import Scope

#: Thresholds that are tried: percentiles of all evidence.
_TRIED = range(5, 96)


class Heard(NamedTuple):
    """What a model says of some texts."""

    #: The surest label's place.
    first: NDArray[np.int64]
    #: What speaks for each being inside; see `Scope.evidence`.
    evidence: Floats

    @classmethod
    def of(cls, scores: Floats, nearest: Floats, strange: Floats, scope: Scope) -> "Heard":
        """Sum up scores, nearness and strangeness."""
        if not len(scores):
            return cls(np.empty(0, np.int64), np.empty(0, np.float32))
        evidence = scope.surest * scores.max(axis=1) + scope.nearness * nearest - scope.strangeness * strange
        return cls(scores.argmax(axis=1), np.asarray(evidence, np.float32))

    @classmethod
    def together(cls, those: "Sequence[Heard]") -> "Heard":
        """Join several."""
        return cls(np.concatenate([one.first for one in those]), np.concatenate([one.evidence for one in those]))


def boundary(inside: Heard, right: NDArray[np.int64], outside: Sequence[Heard]) -> float:
    """Choose the threshold with the greatest correlation between what is meant and what is said.

    Half of all messages are taken to lie outside, shared evenly by the sorts of them; of those inside, one that is taken for
    another label is as wrong as one that is refused.
    """
    sorts = [one for one in outside if len(one.evidence)]
    own = [float(one) for one in inside.evidence]
    if not sorts:
        # Nothing is known of what lies outside: refuse the strangest twentieth.
        return float(np.quantile(own, 0.05))
    evidence = np.concatenate([inside.evidence, *(one.evidence for one in sorts)])
    meant = np.concatenate([right, *(np.full(len(one.evidence), -1) for one in sorts)])
    said = np.concatenate([inside.first, *(one.first for one in sorts)])
    weight = np.concatenate([np.ones(len(own)), *(np.full(len(one.evidence), len(own) / len(sorts) / len(one.evidence)) for one in sorts)])
    tried = [float(one) for one in np.percentile(evidence, _TRIED)]
    return max(tried, key=lambda one: correlation(meant, np.where(evidence >= one, said, -1), weight))


def correlation(meant: NDArray[np.int64], said: NDArray[np.int64], weight: NDArray[np.float64] | None = None) -> float:
    """Give Matthews' correlation of labels (-1 is one as well), in Gorodkin's form for several; 0 where it is not defined."""
    if not len(meant):
        return 0.0
    weight = np.ones(len(meant)) if weight is None else weight
    most = int(max(meant.max(), said.max())) + 2
    truly = np.bincount(meant + 1, weight, most)
    told = np.bincount(said + 1, weight, most)
    total, hit = weight.sum(), weight[meant == said].sum()
    under = float(np.sqrt(max(total**2 - told @ told, 0.0)) * np.sqrt(max(total**2 - truly @ truly, 0.0)))
    return float(hit * total - truly @ told) / under if under else 0.0
