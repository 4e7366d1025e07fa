"""Rows of numbers and their labels → the weights of a linear model, by ridge regression: no chance in it, the same each time.

One target per label, 1 for its rows and 0 for all others; rows without a label are 0 for every label, so that what lies
elsewhere is drawn to no label at all. Few rows of a label weigh more than many, by the square root.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Matrix = NDArray[np.float64]

#: Above so many rows the system is solved step by step rather than at once.
_MOST_AT_ONCE = 2500
_STEPS = 60
_CLOSE_ENOUGH = 1e-4


class Targets(NamedTuple):
    """What a model should say of each row."""

    labels: tuple[str, ...]
    #: One column per label.
    wanted: Matrix
    #: How far each row may be missed: more for a label with many rows.
    slack: Matrix


def targets(of: Sequence[str | None], known: Sequence[str] | None = None) -> Targets:
    """Make targets of labels, of those that occur or of a given list; None: of no label."""
    labels = tuple(sorted({label for label in of if label is not None})) if known is None else tuple(known)
    place = {label: at for at, label in enumerate(labels)}
    wanted = np.zeros((len(of), len(labels)))
    for row, label in enumerate(of):
        if label is not None:
            wanted[row, place[label]] = 1
    sizes = wanted.sum(0)
    outside = max(len(of) - int(sizes.sum()), 1)
    slack = np.array([sizes[place[label]] if label is not None else outside for label in of])
    usual = sizes[sizes > 0].mean() if sizes.any() else 1.0
    return Targets(labels, wanted, np.sqrt(slack / usual))


class Fitted(NamedTuple):
    """A linear model."""

    #: One row per feature, one column per label.
    weights: Matrix
    #: What a model taught without it would say of each row taught; None: too many rows to tell cheaply.
    left_out: Matrix | None


def rows_of(texts: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], columns: int) -> "csr_array":
    """Set texts' features and their weights side by side as rows of a sparse matrix."""
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *(len(row) for _, row in texts)])
    places, values = (np.concatenate([text[side] for text in texts]) for side in (0, 1))
    return csr_array((values.astype(np.float64), places, starts), shape=(len(texts), columns))


def fit_vectors(rows: NDArray[np.float32], taught: Targets, penalty: float) -> Fitted:
    """Fit dense rows of few numbers."""
    wide = rows.astype(np.float64)
    lighter = wide / taught.slack[:, None]
    inverse = np.linalg.inv(lighter.T @ wide + penalty * np.eye(wide.shape[1]))
    weights = inverse @ (lighter.T @ taught.wanted)
    # The textbook shortcut for ridge regression: no row need be left out in fact.
    own = np.einsum("ij,jk,ik->i", wide, inverse, lighter)[:, None]
    return Fitted(weights, (wide @ weights - own * taught.wanted) / np.maximum(1 - own, 1e-6))


def fit_counts(rows: "csr_array", taught: Targets, penalty: float) -> Fitted:
    """Fit sparse rows of many numbers."""
    if rows.shape[0] > _MOST_AT_ONCE:
        return Fitted(np.asarray(rows.T @ _step_by_step(rows, taught, penalty)), None)
    inverse = np.linalg.inv((rows @ rows.T).toarray() + penalty * np.diag(taught.slack))
    dual = inverse @ taught.wanted
    return Fitted(np.asarray(rows.T @ dual), taught.wanted - dual / np.diag(inverse)[:, None])


def _step_by_step(rows: "csr_array", taught: Targets, penalty: float) -> Matrix:
    """Solve by conjugate gradients, all labels side by side, each with its own steps."""
    turned = rows.T.tocsr()
    slack = penalty * taught.slack[:, None]
    scale = 1 / (slack + np.asarray(rows.multiply(rows).sum(axis=1)).reshape(-1, 1))
    answer = np.zeros_like(taught.wanted)
    rest = taught.wanted.copy()
    eased = scale * rest
    along = eased.copy()
    size = (rest * eased).sum(0)
    first = np.maximum(size, 1e-30)
    for _ in range(_STEPS):
        seen = rows @ (turned @ along) + slack * along
        step = size / np.maximum((along * seen).sum(0), 1e-30)
        answer += step * along
        rest -= step * seen
        eased = scale * rest
        now = (rest * eased).sum(0)
        if (now / first).max() < _CLOSE_ENOUGH**2:
            break
        along = eased + (now / np.maximum(size, 1e-30)) * along
        size = now
    return answer
