"""A group of turns that went badly → what is proposed for it."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from doorstep.conversations.knowledge.words import folded
from doorstep.conversations.learning.grouping import Group, Looked
from doorstep.conversations.learning.naming import name_of
from doorstep.domain.talking.learning import Change, ChangeKind, Kind

#: Phrases that are learnt at once, examples that are shown, conversations to look at.
_MOST_PHRASES, _MOST_EXAMPLES, _MOST_TALKS = 20, 5, 10
#: Signs of a phrase, a title.
_LONGEST_PHRASE, _LONGEST_TITLE = 300, 120


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed for a group."""

    #: Tells it from others, week after week.
    key: str
    kind: Kind
    name: str
    size: int
    examples: tuple[str, ...]
    change: Change


def proposed(group: Group, others: Sequence[str]) -> Proposed:
    """Propose a change for a group; `others` are the texts of all other turns that were looked at."""
    texts = [one.text for one in group.turns]
    name = name_of(texts, others)
    about = group.turns[0].label or Counter(one.intent for one in group.turns).most_common(1)[0][0]
    return Proposed(
        key=f"{group.kind}:{about}:{folded(name)}"[:200],
        kind=group.kind,
        name=name,
        size=len(group.turns),
        examples=tuple(dict.fromkeys(texts))[:_MOST_EXAMPLES],
        change=_change(group.turns, name),
    )


def _change(turns: Sequence[Looked], name: str) -> Change:
    talks = tuple(dict.fromkeys(one.conversation_id for one in turns))[:_MOST_TALKS]
    first = turns[0]
    if first.label:
        phrases = tuple(dict.fromkeys(one.text for one in turns if len(one.text) <= _LONGEST_PHRASE))[:_MOST_PHRASES]
        return Change(kind=ChangeKind.PHRASES, label=first.label, phrases=phrases, conversations=talks)
    answered = next((one for one in turns if one.answer), None)
    if answered is not None or first.kind is Kind.UNANSWERED:
        told = answered or first
        title = first.text if len(first.text) <= _LONGEST_TITLE else name
        return Change(kind=ChangeKind.KNOWLEDGE, title=title, draft=told.answer, language=told.language, conversations=talks)
    return Change(kind=ChangeKind.LOOK, conversations=talks)
