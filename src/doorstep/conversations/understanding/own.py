"""The model that Doorstep comes with, a merchant's own utterances → a model that corrects it, and what it gets right that the other did not."""

from collections.abc import Sequence

import msgspec
import numpy as np

from doorstep.conversations.understanding.encoder import WIDTH, EncoderPort
from doorstep.conversations.understanding.fuse import fused
from doorstep.conversations.understanding.learning import PENALTY, Lesson, fingerprint, lesson
from doorstep.conversations.understanding.linear import Weights
from doorstep.conversations.understanding.measuring import Confusion
from doorstep.conversations.understanding.model import About, Model, Way, opinions
from doorstep.conversations.understanding.ridge import fit_counts, fit_vectors, rows_of, targets
from doorstep.errors import BadInputError

#: Utterances of one merchant that are learnt from; the time grows with their cube.
MOST_UTTERANCES = 2500
#: Scores of a corrected model are likelihoods plus corrections: this warm, a likelihood from which the model below is sure of a label
#: (`intents.SURE_PLUS`, `SURE_CORE`) stays about that, whatever the other seventy labels are.
_WARMTH_PLUS, _WARMTH_CORE = 0.1, 0.12
_LISTED = 200


class Said(msgspec.Struct, frozen=True):
    """One utterance of a merchant's customers, and what it means."""

    text: str
    #: An intent of ours, or a label of the merchant's own.
    label: str


class Differing(msgspec.Struct, frozen=True):
    """An utterance that both models take differently."""

    text: str
    label: str
    before: str
    after: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """How a draft does on the merchant's utterances, each left out while it is asked after."""

    utterances: int
    #: Shares of them that are understood as they are labelled, by the built-in model and by the draft.
    right_before: float
    right_after: float
    #: Of the draft, the commonest first.
    confusions: tuple[Confusion, ...]
    differing: tuple[Differing, ...]


class Trained(msgspec.Struct, frozen=True, eq=False):
    """A draft with its judgement."""

    model: Model
    judged: Judged


def train_on(below: Model, said: Sequence[Said], encoder: EncoderPort | None) -> Trained:
    """Correct a model by a merchant's own utterances.

    Ridge regression learns what is missing to the likelihoods of the model below: far from these utterances it corrects nothing, so
    few of them spoil nothing, and what each would have been taken for without itself is known exactly.

    Raises:
        BadInputError: There are none, or too many; and nothing else.
    """
    if len(said) > MOST_UTTERANCES:
        raise BadInputError(f"at most {MOST_UTTERANCES} utterances can be learnt from; these are {len(said)}")
    taken = lesson([one.text for one in said], [one.label for one in said], encoder, below)
    named = below.about.labels
    labels = (*named, *sorted({one.label for one in said} - set(named)))
    base = opinions(below, below.hear_in(taken.texts, taken.vectors), taken.vectors, len(labels))
    wanted = targets(taken.labels, labels)
    missing = wanted._replace(wanted=wanted.wanted - base)
    counts = fit_counts(
        rows_of([(text.buckets, below.rarity.row(text)) for text in taken.counted], len(below.rarity.weights)), missing, PENALTY
    )
    vectors = None if taken.views is None else fit_vectors(taken.views, missing, PENALTY)
    left_out = _given(counts.left_out), None if vectors is None else _given(vectors.left_out)
    after = base + fused(*left_out)
    nothing = np.zeros((WIDTH + len(named), len(labels)))
    model = Model(
        about=About(
            labels=labels,
            core=Way(below.about.core.scope, _WARMTH_CORE),
            plus=Way(below.about.plus.scope, _WARMTH_PLUS),
            taught_with=fingerprint(taken),
            corrects=True,
            upon=below.about.taught_with,
        ),
        rarity=below.rarity,
        counts=Weights.of(counts.weights),
        vectors=Weights.of(nothing if vectors is None else vectors.weights),
        known=np.empty((0, WIDTH), np.float32) if taken.vectors is None else taken.vectors,
        strange=np.empty((0, WIDTH), np.float32),
        upon=below,
    )
    return Trained(model, _judged(taken, [labels[at] for at in base.argmax(axis=1)], [labels[at] for at in after.argmax(axis=1)]))


def _given(scores: "np.ndarray[tuple[int, int], np.dtype[np.float64]] | None") -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    if scores is None:
        raise BadInputError("these are too many utterances to judge")
    return scores.astype(np.float32)


def _judged(taken: Lesson, before: Sequence[str], after: Sequence[str]) -> Judged:
    rows = [(text, label or "", old, new) for text, label, old, new in zip(taken.texts, taken.labels, before, after, strict=True)]
    pairs: dict[tuple[str, str], list[str]] = {}
    for text, label, _, new in rows:
        if new != label:
            pairs.setdefault((label, new), []).append(text)
    commonest = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_LISTED]
    return Judged(
        utterances=len(rows),
        right_before=round(sum(label == old for _, label, old, _ in rows) / len(rows), 4),
        right_after=round(sum(label == new for _, label, _, new in rows) / len(rows), 4),
        confusions=tuple(Confusion(meant, understood, len(those), those[0]) for (meant, understood), those in commonest),
        differing=tuple(Differing(text, label, old, new) for text, label, old, new in rows if old != new)[:_LISTED],
    )
