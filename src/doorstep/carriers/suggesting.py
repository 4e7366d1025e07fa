"""A carrier's words in any of nine languages → the event types they may stand for, each with its confidence. Never applied by itself."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import msgspec

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.tracking import MOST_WORDS

#: Words that may stand between two words of a phrase.
_BETWEEN = 4
#: From so many letters on a word of a phrase also begins longer words.
_STEM = 4
#: Suggestions made for one text.
_MOST = 3
#: How often a suggestion was right, by the share of the text's words that its phrase makes up; `doorstep evaluate texts` prints how
#: often it is (measured 2026-11-22: 0.88, 0.81, 0.43 on 812 texts of known codes).
_BY_SHARE = ((0.6, 0.88), (0.3, 0.8), (0.0, 0.43))
#: Less where the phrase is one word of several, where the text holds a word that turns or softens what is said and the phrase does not,
#: and where a phrase of another event type has as many words.
_ONE_WORD, _IN_DOUBT, _RIVALLED = 0.75, 0.6, 0.5
_DOUBTS = frozenset(
    [
        "not",
        "no",
        "unable",
        "cannot",
        "may",
        "will",
        "wrong",
        "without",
        "nicht",
        "noch",
        "kein",
        "keine",
        "konnte",
        "wird",
        "ohne",
        "pas",
        "non",
        "sera",
        "no",
        "sin",
        "sera",
        "nao",
        "sem",
        "sera",
        "niet",
        "geen",
        "zonder",
        "wordt",
        "nie",
        "bez",
        "bedzie",
        "не",
        "без",
        "буде",
    ]
)
#: Below it nothing is suggested.
_LEAST = 0.2


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One event type that a text may stand for."""

    event_type: str
    #: 0 to 1: how often a suggestion like this is right.
    confidence: float
    #: The language of the phrase that was found, BCP 47.
    language: str
    #: That phrase, as our list has it.
    phrase: str


class _Phrase(msgspec.Struct, frozen=True):
    event_type: str
    language: str
    text: str
    words: tuple[str, ...]
    without: tuple[str, ...]


def plain_words(text: str) -> list[str]:
    """Split a text into words without accents and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[:MOST_WORDS]).casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"[^\W\d_]+", bare.replace("ł", "l").replace("ø", "o"))


@cache
def phrases() -> tuple[_Phrase, ...]:
    """Read the list of phrases, words.toml."""
    table: dict[str, dict[str, list[str]]] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
    return tuple(
        _Phrase(
            event_type,
            language,
            phrase,
            tuple(word for part in phrase.split() if not part.startswith("!") for word in plain_words(part)),
            tuple(word for part in phrase.split() if part.startswith("!") for word in plain_words(part)),
        )
        for event_type, languages in table.items()
        if event_type in EVENT_TYPES
        for language, those in languages.items()
        for phrase in those
    )


@cache
def _by_beginning() -> dict[str, list[_Phrase]]:
    """Find phrases by how their first word begins."""
    found: dict[str, list[_Phrase]] = {}
    for phrase in phrases():
        found.setdefault(phrase.words[0][:_STEM], []).append(phrase)
    return found


def suggest(text: str) -> tuple[Suggestion, ...]:
    """Suggest what a carrier's words may mean, the likeliest first; () where no phrase is found."""
    words = plain_words(text)
    best: dict[str, _Phrase] = {}
    near = {word[:_STEM]: None for word in words}
    for phrase in (phrase for beginning in near for phrase in _by_beginning().get(beginning, ())):
        if _occurs(phrase, words) and _weight(phrase) > _weight(best.get(phrase.event_type)):
            best[phrase.event_type] = phrase
    ranked = sorted(best.values(), key=lambda phrase: (*_weight(phrase), phrase.event_type), reverse=True)
    made = [
        Suggestion(
            event_type=phrase.event_type,
            confidence=_confidence(phrase, words, rivalled=any(len(r.words) >= len(phrase.words) for r in ranked if r is not phrase)),
            language=phrase.language,
            phrase=" ".join(phrase.words),
        )
        for phrase in ranked[:_MOST]
    ]
    return tuple(one for one in made if one.confidence >= _LEAST)


def _weight(phrase: _Phrase | None) -> tuple[int, int]:
    return (len(phrase.words), sum(map(len, phrase.words))) if phrase else (0, 0)


def _confidence(phrase: _Phrase, words: list[str], *, rivalled: bool) -> float:
    share = len(phrase.words) / len(words)
    sure = next(often for least, often in _BY_SHARE if share >= least)
    if len(phrase.words) == 1 < len(words):
        sure *= _ONE_WORD
    if not _DOUBTS.isdisjoint(words) and _DOUBTS.isdisjoint(phrase.words):
        sure *= _IN_DOUBT
    return round(sure * _RIVALLED if rivalled else sure, 2)


def _occurs(phrase: _Phrase, words: list[str]) -> bool:
    if any(_begins(word, unwanted) for unwanted in phrase.without for word in words):
        return False
    return any(_follows(phrase.words, words, at) for at, word in enumerate(words) if _begins(word, phrase.words[0]))


def _follows(wanted: tuple[str, ...], words: list[str], at: int) -> bool:
    for word in wanted[1:]:
        near = range(at + 1, min(at + 2 + _BETWEEN, len(words)))
        found = next((place for place in near if _begins(words[place], word)), None)
        if found is None:
            return False
        at = found
    return True


def _begins(word: str, stem: str) -> bool:
    return word.startswith(stem) if len(stem) >= _STEM else word == stem
