"""A merchant's utterances under labels of their own → a model of these labels, and where its understanding ends."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.understanding.boundary import Heard, boundary
from doorstep.conversations.understanding.encoder import WIDTH, EncoderPort
from doorstep.conversations.understanding.fuse import fused, likelihoods
from doorstep.conversations.understanding.linear import Floats, Rarity, Weights
from doorstep.conversations.understanding.model import About, Model, Way, nearest_of, with_opinions
from doorstep.conversations.understanding.ngrams import Counted, counted
from doorstep.conversations.understanding.ridge import Fitted, Targets, fit_counts, fit_vectors, rows_of, targets
from doorstep.conversations.understanding.scope import Scope
from doorstep.errors import BadInputError

#: How much a weight costs; found on HINT3's three training parts by cross-validation, 2026-11-30 (docs/reports/understanding.md).
PENALTY = 0.5
#: What counts for a text being inside, found likewise; the threshold is chosen for each lesson.
_PLUS = Scope(surest=1.0, nearness=1.0, strangeness=0.5, threshold=0.0, slope=0.1)
_CORE = Scope(surest=1.0, nearness=0.0, strangeness=0.0, threshold=0.0, slope=0.07)
#: Leaving out labels, or rows, in turn to see how a model takes what it was not taught: in so many rounds.
_ROUNDS = 5
_PARTS = 3
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
    #: The vectors, and behind them what the model below makes of each; None: without an encoder.
    views: Floats | None

    def only(self, rows: Sequence[int]) -> "Lesson":
        """Give some of its rows."""
        return Lesson(
            tuple(self.texts[row] for row in rows),
            tuple(self.labels[row] for row in rows),
            tuple(self.counted[row] for row in rows),
            None if self.vectors is None else self.vectors[list(rows)],
            None if self.views is None else self.views[list(rows)],
        )


class Taught(NamedTuple):
    """What was fitted, before it is made a model."""

    targets: Targets
    counts: Fitted
    #: None: without an encoder.
    vectors: Fitted | None


class Edges(NamedTuple):
    """What is known of what a merchant's customers do not mean."""

    #: Our own intents' seeds: those of intents that the merchant has not are foreign.
    ours: Lesson
    #: The model that Doorstep comes with: its opinion is heard, and it knows what no shop's customer means.
    upon: Model

    @property
    def strange(self) -> Floats:
        """Vectors of what no shop's customer means."""
        return self.upon.strange


def lesson(texts: Sequence[str], labels: Sequence[str | None], encoder: EncoderPort | None, upon: Model | None = None) -> Lesson:
    """Make a lesson for a model that stands upon another, or alone; what has no letter or figure teaches nothing and is left out.

    Raises:
        BadInputError: Nothing is left; and nothing else.
    """
    rows = [(text, label, found) for text, label in zip(texts, labels, strict=True) if len((found := counted(text)).buckets)]
    if not rows:
        raise BadInputError("there is no utterance to learn from")
    said = tuple(text for text, _, _ in rows)
    vectors = encoder.encode(said) if encoder is not None else None
    views = None if vectors is None else with_opinions(vectors, upon, None if upon is None else upon.hear_in(said, vectors))
    return Lesson(said, tuple(label for _, label, _ in rows), tuple(found for _, _, found in rows), vectors, views)


def learn(taken: Lesson, edges: Edges) -> Model:
    """Learn labels from utterances alone, none of them ours; nothing but these utterances decides where the understanding ends.

    Raises:
        BadInputError: There are fewer than two labels; and nothing else.
    """
    if len({label for label in taken.labels if label is not None}) < _FEWEST_LABELS:
        raise BadInputError("a model needs utterances of at least two labels")
    rarity = Rarity.of(taken.counted)
    taught = teach(taken, rarity)
    core = _way(taken, edges, rarity, taught.targets, alone=True)
    plus = core if taken.vectors is None else _way(taken, edges, rarity, taught.targets, alone=False)
    nothing = np.zeros((WIDTH + len(edges.upon.about.labels), len(taught.targets.labels)))
    about = About(labels=taught.targets.labels, core=core, plus=plus, taught_with=fingerprint(taken), upon=edges.upon.about.taught_with)
    return Model(
        about=about,
        upon=edges.upon,
        rarity=rarity,
        counts=Weights.of(taught.counts.weights),
        vectors=Weights.of(nothing if taught.vectors is None else taught.vectors.weights),
        known=np.empty((0, WIDTH), np.float32) if taken.vectors is None else taken.vectors,
        strange=edges.strange,
    )


def fingerprint(taken: Lesson) -> str:
    """Give the fingerprint of what a lesson says."""
    rows = sorted(f"{label}\x1f{text}" for text, label in zip(taken.texts, taken.labels, strict=True))
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def teach(taken: Lesson, rarity: Rarity) -> Taught:
    """Fit both halves to a lesson."""
    wanted = targets(taken.labels)
    rows = rows_of([(text.buckets, rarity.row(text)) for text in taken.counted], len(rarity.weights))
    vectors = None if taken.views is None else fit_vectors(taken.views, wanted, PENALTY)
    return Taught(wanted, fit_counts(rows, wanted, PENALTY), vectors)


def _scored(taught: Taught, rarity: Rarity, of: Lesson, *, alone: bool) -> Floats:
    columns = len(taught.targets.labels)
    rows = [rarity.row(text) @ taught.counts.weights[text.buckets] for text in of.counted]
    counts = np.array(rows, np.float32).reshape(-1, columns)
    if alone or of.views is None or taught.vectors is None:
        return fused(counts, None)
    return fused(counts, (of.views @ taught.vectors.weights).astype(np.float32))


def _way(taken: Lesson, edges: Edges, rarity: Rarity, wanted: Targets, *, alone: bool) -> Way:
    """Find how scores are to be read, from what models say of texts that they were not taught."""
    scope = _CORE if alone else _PLUS
    place = {label: at for at, label in enumerate(wanted.labels)}
    inside, right, scores = _left_out_rows(taken, edges, rarity, scope, place)
    strange = [_left_out_labels(taken, edges, rarity, scope, labels) for labels in _turns(wanted.labels)]
    foreign = _foreign(taken, edges.ours)
    there = _heard(teach(taken, rarity), rarity, taken, foreign, edges, scope)
    threshold = boundary(inside, right, [Heard.together(strange), there])
    return Way(Scope(scope.surest, scope.nearness, scope.strangeness, threshold, scope.slope), _warmth(scores, right))


def _heard(taught: Taught, rarity: Rarity, taken: Lesson, of: Lesson, edges: Edges, scope: Scope) -> Heard:
    """Hear texts with what a lesson taught."""
    scores = _scored(taught, rarity, of, alone=not scope.nearness)
    near = nearest_of(of.vectors, taken.vectors, len(of.texts)) if taken.vectors is not None else np.zeros(len(of.texts), np.float32)
    return Heard.of(scores, near, nearest_of(of.vectors, edges.strange, len(of.texts)), scope)


def _left_out_rows(
    taken: Lesson, edges: Edges, rarity: Rarity, scope: Scope, place: dict[str, int]
) -> tuple[Heard, NDArray[np.int64], Floats]:
    """Hear each row with what the others taught; a third at a time, as what customers write is never so near as its next neighbour."""
    order = sorted(range(len(taken.texts)), key=lambda row: (taken.labels[row] or "", row))
    heard, right, all_scores = [], [], []
    for part in range(_PARTS):
        gone = order[part::_PARTS]
        rest = taken.only([row for at, row in enumerate(order) if at % _PARTS != part])
        if not any(rest.labels):
            continue
        taught, out = teach(rest, rarity), taken.only(gone)
        # A label all of whose rows are left out keeps its column, of nothing.
        few = _scored(taught, rarity, out, alone=not scope.nearness)
        scores = np.zeros((len(gone), len(place)), np.float32)
        scores[:, [place[label] for label in taught.targets.labels]] = few
        near = nearest_of(out.vectors, rest.vectors, len(gone)) if rest.vectors is not None else np.zeros(len(gone), np.float32)
        heard.append(Heard.of(scores, near, nearest_of(out.vectors, edges.strange, len(gone)), scope))
        right += [-1 if taken.labels[row] is None else place[str(taken.labels[row])] for row in gone]
        all_scores.append(scores)
    return Heard.together(heard), np.array(right), np.concatenate(all_scores)


def _turns(labels: Sequence[str]) -> list[frozenset[str]]:
    rounds = min(_ROUNDS, len(labels))
    return [frozenset(labels[turn::rounds]) for turn in range(rounds)]


def _left_out_labels(taken: Lesson, edges: Edges, rarity: Rarity, scope: Scope, labels: frozenset[str]) -> Heard:
    """Hear how a model that was not taught these labels takes their utterances."""
    gone = taken.only([row for row, label in enumerate(taken.labels) if label in labels])
    rest = taken.only([row for row, label in enumerate(taken.labels) if label not in labels])
    return _heard(teach(rest, rarity), rarity, rest, gone, edges, scope)


def _foreign(taken: Lesson, ours: Lesson) -> Lesson:
    """Choose what is foreign to a merchant among our own intents."""
    if taken.vectors is None or ours.vectors is None:
        return ours.only([])
    of: dict[str | None, list[float]] = {}
    for label, one in zip(ours.labels, nearest_of(ours.vectors, taken.vectors, len(ours.texts)), strict=True):
        of.setdefault(label, []).append(float(one))
    far = {label for label, those in of.items() if sum(those) / len(those) < _FOREIGN}
    return ours.only([row for row, label in enumerate(ours.labels) if label in far])


def _warmth(scores: Floats, right: NDArray[np.int64]) -> float:
    """Choose the warmth at which what is right is told to be as likely as it is."""
    rows = np.flatnonzero(right >= 0)

    def surprise(warmth: float) -> float:
        likely = likelihoods(scores[rows], warmth)[np.arange(len(rows)), right[rows]]
        return -float(np.log(np.maximum(likely, 1e-9)).mean())

    return min(_WARMTHS, key=surprise)
