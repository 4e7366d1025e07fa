"""A question + the passages that may answer it → the sentences that do, word for word, with source and date; or that none does."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from doorstep.conversations.knowledge.passages import sentences
from doorstep.conversations.knowledge.retrieving import Found
from doorstep.conversations.knowledge.words import Named, named

#: Below it nothing is quoted. Chosen on questions to two invented shops in seven languages (docs/rules/knowledge.md): the least score at
#: which nothing was quoted to those that the shops do not answer.
THRESHOLD = 0.35
#: A passage of so few words is quoted whole.
_WHOLE_WORDS = 60
#: Words of a quote out of a longer one.
_MOST_WORDS = 60
#: A sentence that is at least so good as the best one beside it belongs to the answer.
_BELONGS = 0.8
#: A sentence of fewer words leans on the one before it.
_LEANS = 6
#: Another passage is told of as well where it is at least so likely as the quoted one.
_ALSO, _MOST_ALSO = 0.6, 2


class Silence(StrEnum):
    """Why nothing is quoted."""

    #: The shop has told us nothing yet.
    EMPTY = "empty"
    #: Nothing it told us is near enough to the question.
    NOT_NEAR = "not_near"
    #: What would answer was valid until a day that is over.
    EXPIRED = "expired"


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop says to a question, in its own words."""

    #: Whole sentences of the article, in their order, unchanged; lines are parted by \\n, items of lists begin with "- ".
    text: str
    #: The article's title, and the headings above the quote, the outermost first.
    title: str
    path: tuple[str, ...]
    #: Where a customer can read it; "": nowhere.
    url: str
    #: The article's language, BCP 47; "": not told.
    language: str
    #: The day on which the shop last gave us this text.
    as_of: date
    valid_until: date | None
    article_id: int
    #: Of the passage in its article.
    place: int
    #: How likely it answers, 0 to 1.
    score: float
    #: Headings of other passages that may answer too, the likeliest first.
    also: tuple[str, ...] = ()


class NoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The shop has not told us."""

    why: Silence
    #: Of the passage that came nearest: its article and place there, None: there is none; the article's title and the heading next to it.
    article_id: int | None = None
    place: int | None = None
    title: str = ""
    heading: str = ""
    #: EXPIRED: the day that is over.
    valid_until: date | None = None
    #: How likely it would have answered, 0 to 1.
    score: float = 0.0


def answer(question: str, found: Sequence[Found]) -> Quoted | NoAnswer:
    """Quote the likeliest passage that is valid, if it is likely enough."""
    if not found:
        return NoAnswer(why=Silence.EMPTY)
    valid = [one for one in found if not one.expired and one.score >= THRESHOLD]
    if not valid:
        gone = next((one for one in found if one.expired and one.score >= THRESHOLD), None)
        return _none(Silence.EXPIRED, gone) if gone else _none(Silence.NOT_NEAR, found[0])
    best, *others = valid
    source, passage = best.entry.source, best.entry.passage
    headings = dict.fromkeys(heading_of(one) for one in others if one.score >= _ALSO * best.score)
    return Quoted(
        text=excerpt(question, best),
        title=source.title,
        path=passage.path,
        url=source.url,
        language=source.language,
        as_of=source.as_of,
        valid_until=source.valid_until,
        article_id=source.article_id,
        place=best.entry.place,
        score=best.score,
        also=tuple(one for one in headings if one != heading_of(best))[:_MOST_ALSO],
    )


def _none(why: Silence, nearest: Found) -> NoAnswer:
    source = nearest.entry.source
    return NoAnswer(
        why=why,
        article_id=source.article_id,
        place=nearest.entry.place,
        title=source.title,
        heading=heading_of(nearest),
        valid_until=source.valid_until,
        score=nearest.score,
    )


def heading_of(found: Found) -> str:
    """Name a passage by the heading next to it."""
    path = found.entry.passage.path
    return path[-1] if path else found.entry.source.title


def excerpt(question: str, found: Found) -> str:
    """Choose the sentences of a passage that answer: all of a short one, else the best with those beside it that belong to it."""
    text = found.entry.passage.text
    if len(text.split()) <= _WHOLE_WORDS:
        return text
    lines = [sentences(line) for line in text.split("\n")]
    flat = [(row, sentence) for row, line in enumerate(lines) for sentence in line]
    asked = named(question)
    worth = [near + _names(asked, sentence) for near, (_, sentence) in zip(found.sentences, flat, strict=True)]
    best = max(range(len(flat)), key=worth.__getitem__)
    first = last = best
    words = _size(flat[best][1])
    while first > 0 and _leans(flat[first][1], flat[first - 1][1]):
        first -= 1
        words += _size(flat[first][1])
    while last + 1 < len(flat):
        after = flat[last + 1][1]
        listed = after.startswith("- ") and (flat[last][1].endswith(":") or flat[last][1].startswith("- "))
        if not listed and (words + _size(after) > _MOST_WORDS or worth[last + 1] < _BELONGS * worth[best]):
            break
        last += 1
        words += _size(after)
    return _joined(flat[first : last + 1])


def _names(asked: Named, sentence: str) -> float:
    """Tell how much of what is asked a sentence names, 0 to 1."""
    wanted = asked.concepts | asked.stems
    said = named(sentence)
    return len(wanted & (said.concepts | said.stems | said.beside)) / len(wanted) if wanted else 0.0


def _leans(sentence: str, before: str) -> bool:
    return _size(sentence) < _LEANS or sentence.startswith("- ") or before.endswith(":")


def _size(text: str) -> int:
    return len(text.split())


def _joined(chosen: Sequence[tuple[int, str]]) -> str:
    rows: dict[int, list[str]] = {}
    for row, sentence in chosen:
        rows.setdefault(row, []).append(sentence)
    return "\n".join(" ".join(parts) for parts in rows.values())
