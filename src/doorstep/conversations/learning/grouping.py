"""Turns that went badly, each with its vector → groups of what means the same; the same turns in any order make the same groups."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.knowledge.words import folded, words
from doorstep.domain.talking.learning import Kind

#: Likeness from which two turns are of one group: cosine of what they mean, a little more where intent or words are the same.
NEAR = 0.68
_SAME_INTENT, _SAME_WORDS = 0.06, 0.2
#: Turns of one kind that are grouped; the newest.
MOST = 1500


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One turn that went badly, personal data hidden."""

    turn_id: int
    conversation_id: int
    kind: Kind
    text: str
    #: ISO 639-1; "" not known.
    language: str = ""
    #: What was understood; "" nothing.
    intent: str = ""
    #: CORRECTED: what the customer chose.
    label: str = ""
    #: What a human answered then, personal data hidden; "" none did.
    answer: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Turns of one kind that mean the same, the one in their middle first."""

    kind: Kind
    turns: tuple[Looked, ...]


class Near(msgspec.Struct, frozen=True):
    """Texts as they are compared: vectors of length 1, a row each, or none where there is no encoder; and their words."""

    vectors: NDArray[np.float32] | None
    words: tuple[frozenset[str], ...]
    intents: tuple[str, ...]


def near(texts: Sequence[str], intents: Sequence[str], vectors: NDArray[np.float32] | None) -> Near:
    """Prepare texts for comparing."""
    return Near(vectors, tuple(frozenset(words(folded(text))) for text in texts), tuple(intents))


def likeness(ours: Near, theirs: Near) -> NDArray[np.float32]:
    """Tell how alike each of ours is to each of theirs; without vectors by words alone."""
    shared = np.array([[_jaccard(a, b) for b in theirs.words] for a in ours.words], np.float32).reshape(len(ours.words), len(theirs.words))
    if ours.vectors is None or theirs.vectors is None:
        return shared
    same = np.array([[bool(a) and a == b for b in theirs.intents] for a in ours.intents], np.float32).reshape(shared.shape)
    found: NDArray[np.float32] = ours.vectors @ theirs.vectors.T + _SAME_INTENT * same + _SAME_WORDS * shared
    return found


def _jaccard(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def grouped(turns: Sequence[Looked], compared: Near, least: int = 2) -> list[Group]:
    """Group turns of one kind (and, where they have one, one label); a group needs turns of `least` conversations. The largest first.

    Whoever has most alike is the middle of the first group, then whoever has most among those that are left.
    """
    order = sorted(range(len(turns)), key=lambda place: turns[place].turn_id)[-MOST:]
    left = set(order)
    if not left:
        return []
    alike = likeness(compared, compared) >= NEAR
    for place in order:
        alike[place, place] = True
        for other in order:
            if turns[place].label != turns[other].label:
                alike[place, other] = False
    found = []
    while left:
        rest = sorted(left)
        sums = alike[np.ix_(rest, rest)].sum(axis=1)
        middle = min(zip(rest, sums.tolist(), strict=True), key=lambda one: (-one[1], turns[one[0]].text, turns[one[0]].turn_id))[0]
        members = [middle, *(place for place in rest if place != middle and alike[middle, place])]
        left.difference_update(members)
        ordered = [turns[middle], *sorted((turns[place] for place in members[1:]), key=lambda one: one.turn_id)]
        if len({one.conversation_id for one in ordered}) >= least:
            found.append(Group(kind=ordered[0].kind, turns=tuple(ordered)))
    return sorted(found, key=lambda group: (-len(group.turns), group.turns[0].text))
