"""What was meant, what was understood → how often that is right, and what is taken for what."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from doorstep.conversations.understanding.boundary import correlation
from doorstep.conversations.understanding.model import Reading

#: Labels of utterances that a model should refuse.
OUTSIDE = frozenset({"NO_NODES_DETECTED", "oos"})
_OUTSIDE = "out of scope"
#: From here on an utterance is taken.
ACCEPTED = 0.5
_FIRST = 3

#: Their label → the labels of ours that count as right for it.
Meanings = Mapping[str, frozenset[str]]


class Case(msgspec.Struct, frozen=True):
    """One utterance, what it means and what a model made of it."""

    text: str
    #: Labels that are right; empty: it should be refused.
    right: frozenset[str]
    #: What it is called where it comes from.
    called: str
    reading: Reading

    @property
    def inside(self) -> bool:
        """Whether a model should take it."""
        return bool(self.right)

    @property
    def accepted(self) -> bool:
        """Whether the model takes it."""
        return self.reading.in_scope >= ACCEPTED

    @property
    def hit(self) -> bool:
        """Whether the likeliest label is right, taken or not."""
        return self.reading.first in self.right


class Confusion(msgspec.Struct, frozen=True):
    """One label that was taken for another."""

    meant: str
    understood: str
    times: int
    example: str


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """How right a model is. Shares are from 0 to 1; None: nothing to measure it on."""

    n: int
    #: Of those inside: the likeliest label is right, whether or not the threshold takes it.
    in_scope_accuracy: float | None
    #: Of those inside: one of the three likeliest labels is right.
    top3: float | None
    #: Of those outside: refused.
    out_of_scope_recall: float | None
    #: Matthews' correlation over all labels and "out of scope", at the model's own threshold.
    mcc: float
    #: How well `in_scope` tells inside from outside, whatever the threshold.
    auroc: float | None


class Further(msgspec.Struct, frozen=True, kw_only=True):
    """What else is told to people."""

    inside: int
    #: Of those inside: the likeliest label is right and the threshold takes it.
    accepted_and_right: float | None
    #: Of those outside: refused at the threshold that keeps nine of ten inside.
    recall_at_90: float | None
    confusions: tuple[Confusion, ...]


def measure(cases: Sequence[Case]) -> Measured:
    """Compare what was understood with what was meant."""
    inside = [case for case in cases if case.inside]
    outside = [case for case in cases if not case.inside]
    return Measured(
        n=len(cases),
        in_scope_accuracy=_share([case.hit for case in inside]),
        top3=_share([any(one.intent in case.right for one in case.reading.intents[:_FIRST]) for case in inside]),
        out_of_scope_recall=_share([not case.accepted for case in outside]),
        mcc=round(_correlation(cases), 4),
        auroc=auroc([case.reading.in_scope for case in inside], [case.reading.in_scope for case in outside]),
    )


def further(cases: Sequence[Case], most: int = 15) -> Further:
    """Tell what else people want to know, the commonest confusions first."""
    inside = [case for case in cases if case.inside]
    outside = [case.reading.in_scope for case in cases if not case.inside]
    kept = float(np.quantile([case.reading.in_scope for case in inside], 0.1)) if inside else 0.0
    pairs: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for case in cases:
        if case.inside and not (case.hit and case.accepted):
            pair = (case.called, case.reading.first or "nothing") if case.accepted else (case.called, _OUTSIDE)
        elif not case.inside and case.accepted:
            pair = (_OUTSIDE, case.reading.first)
        else:
            continue
        pairs[pair] += 1
        examples.setdefault(pair, case.text)
    return Further(
        inside=len(inside),
        accepted_and_right=_share([case.hit and case.accepted for case in inside]),
        recall_at_90=_share([one < kept for one in outside]) if inside else None,
        confusions=tuple(Confusion(*pair, times, examples[pair]) for pair, times in pairs.most_common(most)),
    )


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """Give the share of pairs in which the one inside scores higher; a tie counts half. None: one side is empty."""
    if not inside or not outside:
        return None
    every = np.array([*inside, *outside])
    _, place, times = np.unique(every, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    above = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return round(float(above) / len(inside) / len(outside), 4)


def _correlation(cases: Sequence[Case]) -> float:
    names: dict[str, int] = {}
    place = names.setdefault
    of_ours = {ours: case.called for case in cases for ours in case.right}
    meant = np.array([place(case.called, len(names)) if case.inside else -1 for case in cases])
    said = np.array([place(_called(case, of_ours), len(names)) if case.accepted else -1 for case in cases])
    return correlation(meant, said)


def _called(case: Case, of_ours: Mapping[str, str]) -> str:
    """Say what was understood in the words of what was meant; what these have no word for is a wrong of its own."""
    return case.called if case.hit else of_ours.get(case.reading.first, f"ours: {case.reading.first}")


def _share(those: Sequence[bool]) -> float | None:
    return round(sum(those) / len(those), 4) if those else None
