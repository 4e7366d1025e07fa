"""Utterances and what they mean → a model; what an own model would have said of each, had it not been taught with it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from doorstep.conversations.understanding.boundary import Heard, boundary
from doorstep.conversations.understanding.encoder import WIDTH, EncoderPort
from doorstep.conversations.understanding.fuse import fused, likelihoods
from doorstep.conversations.understanding.linear import Floats, Rarity, Weights
from doorstep.conversations.understanding.model import About, Model, Way, nearest_of
from doorstep.conversations.understanding.ngrams import Counted, counted
from doorstep.conversations.understanding.ridge import Fitted, Targets, fit_counts, fit_vectors, targets
from doorstep.conversations.understanding.scope import Scope
from doorstep.errors import BadInputError

#: How much a weight costs; found on HINT3's three training parts by cross-validation, 2026-11-30 (docs/reports/understanding.md).
PENALTY = 0.5
#: How much nearness counts beside how sure the surest label is; found likewise.
NEARNESS = 1.0
#: Leaving labels out, to see how a model takes what it was not taught: so many times, each label once.
_ROUNDS = 5
#: Fewer labels than this cannot be left out in turn.
_FEWEST_LABELS = 2
_WARMTHS = (0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.13, 0.17, 0.22, 0.3)
#: One of our intents whose seeds lie on average no nearer to a merchant's utterances than that is none of theirs.
_FOREIGN = 0.55


class Lesson(NamedTuple):
    """Utterances with their labels, made ready once."""

    texts: tuple[str, ...]
    #: None: a text of no label, which is to be drawn to none.
    labels: tuple[str | None, ...]
    counted: tuple[Counted, ...]
    #: None: without an encoder.
    vectors: Floats | None

    def only(self, rows: Sequence[int]) -> "Lesson":
        """Give some of its rows."""
        return Lesson(
            tuple(self.texts[row] for row in rows),
            tuple(self.labels[row] for row in rows),
            tuple(self.counted[row] for row in rows),
            None if self.vectors is None else self.vectors[list(rows)],
        )


class Taught(NamedTuple):
    """What was fitted, before it is made a model."""

    targets: Targets
    counts: Fitted
    #: None: without an encoder.
    vectors: Fitted | None


class Learnt(NamedTuple):
    """A model, and how well it does on its own lesson."""

    model: Model
    #: Row by row what a model taught without this row says of it; None: too many rows.
    left_out: tuple[str, ...] | None


def lesson(texts: Sequence[str], labels: Sequence[str | None], encoder: EncoderPort | None) -> Lesson:
    """Make a lesson; what has no letter or figure teaches nothing and is left out."""
    rows = [(text, label, found) for text, label in zip(texts, labels, strict=True) if len((found := counted(text)).buckets)]
    if not rows:
        raise BadInputError("there is no utterance to learn from")
    said = tuple(text for text, _, _ in rows)
    vectors = encoder.encode(said) if encoder is not None else None
    return Lesson(said, tuple(label for _, label, _ in rows), tuple(found for _, _, found in rows), vectors)


def teach(taken: Lesson, rarity: Rarity) -> Taught:
    """Fit both halves to a lesson."""
    from scipy.sparse import csr_array

    wanted = targets(taken.labels)
    values = [rarity.row(text) for text in taken.counted]
    starts = np.cumsum([0, *(len(row) for row in values)])
    columns = np.concatenate([text.buckets for text in taken.counted])
    rows = csr_array((np.concatenate(values).astype(np.float64), columns, starts), shape=(len(values), len(rarity.weights)))
    vectors = None if taken.vectors is None else fit_vectors(taken.vectors, wanted, PENALTY)
    return Taught(wanted, fit_counts(rows, wanted, PENALTY), vectors)


def learn(taken: Lesson, elsewhere: Lesson, taught_with: str) -> Learnt:
    """Learn a merchant's own labels.

    Args:
        taken: the merchant's utterances; at least two labels.
        elsewhere: what others mean, labelled by what they mean: what is foreign among it shows where the understanding ends.
        taught_with: fingerprint that is kept with the model.

    Raises:
        BadInputError: There are fewer than two labels; and nothing else.
    """
    if len({label for label in taken.labels if label is not None}) < _FEWEST_LABELS:
        raise BadInputError("a model needs utterances of at least two labels")
    rarity = Rarity.of(taken.counted)
    taught = teach(taken, rarity)
    core, plus = (_way(taken, elsewhere, rarity, taught, alone=alone) for alone in (True, taken.vectors is None))
    about = About(labels=taught.targets.labels, core=core, plus=plus, taught_with=taught_with)
    said = _left_out(taught, alone=taken.vectors is None)
    names = None if said is None else tuple(about.labels[at] for at in said.argmax(axis=1))
    return Learnt(as_model(about, rarity, taught, taken.vectors), names)


def as_model(about: About, rarity: Rarity, taught: Taught, known: Floats | None) -> Model:
    """Round what was fitted to what a model keeps."""
    nothing = np.zeros((WIDTH, len(about.labels)))
    return Model(
        about=about,
        rarity=rarity,
        counts=Weights.of(taught.counts.weights),
        vectors=Weights.of(nothing if taught.vectors is None else taught.vectors.weights),
        known=np.empty((0, WIDTH), np.float32) if known is None else known,
    )


def _left_out(taught: Taught, *, alone: bool) -> Floats | None:
    if taught.counts.left_out is None:
        return None
    counts = taught.counts.left_out.astype(np.float32)
    if alone or taught.vectors is None or taught.vectors.left_out is None:
        return fused(counts, None)
    return fused(counts, taught.vectors.left_out.astype(np.float32))


def _scored(taught: Taught, rarity: Rarity, of: Lesson, *, alone: bool) -> Floats:
    counts = np.stack([rarity.row(text) @ taught.counts.weights[text.buckets] for text in of.counted]).astype(np.float32)
    if alone or of.vectors is None or taught.vectors is None:
        return fused(counts, None)
    return fused(counts, (of.vectors @ taught.vectors.weights).astype(np.float32))


def _way(taken: Lesson, elsewhere: Lesson, rarity: Rarity, taught: Taught, *, alone: bool) -> Way:
    """Find how scores are to be read, from what models say of texts that they were not taught."""
    own = _left_out(taught, alone=alone)
    if own is None:
        own = _scored(taught, rarity, taken, alone=alone)
    place = {label: at for at, label in enumerate(taught.targets.labels)}
    right = np.array([-1 if label is None else place[label] for label in taken.labels])
    nearness = 0.0 if alone else NEARNESS
    inside = Heard.of(own, _nearest_other(taken) if nearness else None, nearness)
    strange = [_held_out(taken, rarity, labels, nearness, alone=alone) for labels in _turns(taught.targets.labels)]
    foreign = _foreign(taken, elsewhere)
    there = _scored(taught, rarity, foreign, alone=alone) if foreign.texts else np.empty((0, own.shape[1]), np.float32)
    near = nearest_of(foreign.vectors, taken.vectors) if nearness and foreign.vectors is not None and taken.vectors is not None else None
    threshold = boundary(inside, right, [Heard.together(strange), Heard.of(there, near, nearness)])
    return Way(Scope(nearness, threshold), _warmth(own, right))


def _nearest_other(taken: Lesson) -> Floats | None:
    if taken.vectors is None:
        return None
    alike = taken.vectors @ taken.vectors.T
    np.fill_diagonal(alike, -1)
    return np.asarray(alike.max(axis=1), np.float32)


def _turns(labels: Sequence[str]) -> list[frozenset[str]]:
    rounds = min(_ROUNDS, len(labels))
    return [frozenset(labels[turn::rounds]) for turn in range(rounds)]


def _held_out(taken: Lesson, rarity: Rarity, labels: frozenset[str], nearness: float, *, alone: bool) -> Heard:
    """Hear how a model that was not taught these labels takes their utterances."""
    out = [row for row, label in enumerate(taken.labels) if label in labels]
    rest = taken.only([row for row, label in enumerate(taken.labels) if label not in labels])
    gone = taken.only(out)
    if not any(label is not None for label in rest.labels):
        return Heard.of(np.empty((0, 1), np.float32), None, nearness)
    kept = Lesson(rest.texts, rest.labels, rest.counted, None if alone else rest.vectors)
    scores = _scored(teach(kept, rarity), rarity, gone, alone=alone)
    near = nearest_of(gone.vectors, rest.vectors) if nearness and gone.vectors is not None and rest.vectors is not None else None
    return Heard.of(scores, near, nearness)


def _foreign(taken: Lesson, elsewhere: Lesson) -> Lesson:
    """Choose what is foreign to a merchant among what others mean."""
    if taken.vectors is None or elsewhere.vectors is None or not elsewhere.texts:
        return elsewhere.only([])
    near = nearest_of(elsewhere.vectors, taken.vectors)
    of: dict[str | None, list[float]] = {}
    for label, one in zip(elsewhere.labels, near, strict=True):
        of.setdefault(label, []).append(float(one))
    far = {label for label, those in of.items() if sum(those) / len(those) < _FOREIGN or label is None}
    return elsewhere.only([row for row, label in enumerate(elsewhere.labels) if label in far])


def _warmth(scores: Floats, right: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Choose the warmth at which what is right is told to be as likely as it is."""
    rows = np.flatnonzero(right >= 0)
    return min(
        _WARMTHS, key=lambda one: -float(np.log(np.maximum(likelihoods(scores[rows], one)[range(len(rows)), right[rows]], 1e-9)).mean())
    )


def rewarmed(model: Model, core: Way, plus: Way) -> Model:
    """Give a model other ways of being read."""
    return msgspec.structs.replace(model, about=msgspec.structs.replace(model.about, core=core, plus=plus))
