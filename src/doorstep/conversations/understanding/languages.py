"""A short text → the language that it is written in, among the served ones, and how sure that is.

Words and groups of three letters, each with its weight for every language (`languages.tsv`, made of the seeds by `weights_of`).
Hindi is told in Devanagari and in Latin letters. Another script, or words that no served language knows, are "".
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from doorstep.domain.languages import LANGUAGES

#: Letters of words; what holds a digit, an @ or a dot within is a number or an address and tells no language.
_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?¿¡…\"'\u2019`\u201c\u201d«»()[]-\u2013\u2014*/\\।"
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
#: A feature rarer than this in the seeds is chance.
_RAREST = 3
#: Two figures after the point are enough, as whole numbers.
_SCALE = 20
_FARTHEST = 90
#: Groups of letters overlap each other and the word: each counts for less than a word.
_GROUP_SHARE = 0.35
#: The sum of so many dependent signs is surer than it should be.
_TEMPERATURE = 1.6
#: English words stand in every language ("order status" is none of them): it is ahead by this.
_ENGLISH_AHEAD = 1.6
#: Who writes French says "non" in French, though Italians say it more often: the language of the talk is ahead by this.
_SPOKEN_AHEAD = 4.0
#: Words that are written in every language tell none.
_EVERYWHERE = frozenset(
    [
        "ok",
        "okay",
        "okey",
        "oki",
        "okk",
        "no",
        "email",
        "e-mail",
        "mail",
        "online",
        "paypal",
        "visa",
        "mastercard",
        "whatsapp",
        "sms",
        "t-shirt",
        "stop",
    ]
)
#: Of the words, so many at least must be known in the language; fewer, and it is another one.
_KNOWN = 0.34
_FEW_WORDS = 2
_LONGEST = 400


def words_of(text: str) -> tuple[str, ...]:
    """Give the words that can tell a language, in lower case with their accents."""
    found = []
    for piece in _WORD.findall(text[:_LONGEST].casefold()):
        word = piece.strip(_EDGES).replace("\u2019", "'")
        if word and not any(letter.isdigit() or letter in "@/_#" for letter in word) and any(map(str.isalpha, word)):
            found.append(word)
    return tuple(found)


def _groups(word: str) -> Iterable[str]:
    padded = f" {word} "
    return (padded[at : at + 3] for at in range(len(padded) - 2))


def weights_of(said: Iterable[tuple[str, str]]) -> str:
    """Make the table of weights of texts and their languages: per line a feature and a whole number per language."""
    counts: dict[str, Counter[str]] = {one: Counter() for one in LANGUAGES}
    for text, language in said:
        for word in words_of(text):
            if not _DEVANAGARI.search(word):
                counts[language][f"{word} "] += 1
                counts[language].update(_groups(word))
    words = {
        one: sum(count for feature, count in counted.items() if feature[0] != " " and feature[-1] == " ") for one, counted in counts.items()
    }
    lines = []
    for feature in sorted(set().union(*counts.values())):
        total = sum(counted[feature] for counted in counts.values())
        if total < _RAREST:
            continue
        logs = [math.log((counts[one][feature] + 0.1) / (words[one] + 1)) for one in LANGUAGES]
        middle = sum(logs) / len(logs)
        row = [max(-_FARTHEST, min(_FARTHEST, round((log - middle) * _SCALE))) for log in logs]
        lines.append("\t".join((feature, *map(str, row))))
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=1)
def _weights() -> dict[str, tuple[int, ...]]:
    text = (files(__package__) / "languages.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.split("\n") if line)
    return {row[0]: tuple(map(int, row[1:])) for row in rows}


def _foreign_script(words: tuple[str, ...]) -> bool:
    """Tell whether most letters are neither Latin nor Devanagari."""
    letters = [letter for word in words for letter in word if letter.isalpha()]
    known = sum(
        1 for letter in letters if letter < "\u0250" or _DEVANAGARI.match(letter) or unicodedata.name(letter, "").startswith("LATIN")
    )
    return known * 2 < len(letters)


def language_in(text: str, spoken: str = "") -> tuple[str, float]:
    """Tell the language: ISO 639-1 of a served one and how sure it is, 0 to 1; ("", 0.0) for another, or too little to tell.

    `spoken`: the language of the talk so far, which a short text may leave open; "" none.
    """
    words = words_of(text)
    if spoken:
        words = tuple(word for word in words if word not in _EVERYWHERE)
    if not words or _foreign_script(words):
        return "", 0.0
    if sum(1 for word in words if _DEVANAGARI.search(word)) * 2 >= len(words):
        return "hi", 1.0
    told = _scores(words)
    scores = [score + (_SPOKEN_AHEAD if language == spoken and any(told) else 0.0) for score, language in zip(told, LANGUAGES, strict=True)]
    best = max(range(len(LANGUAGES)), key=scores.__getitem__)
    total = sum(math.exp((score - scores[best]) / _TEMPERATURE) for score in scores)
    known = _share_known(words, best)
    if len(words) > _FEW_WORDS and known < _KNOWN:
        return "", 0.0
    confidence = 1 / total if any(told) else 0.0
    if confidence <= 1 / len(LANGUAGES) + 0.01:
        return "", 0.0
    return LANGUAGES[best], round(confidence * (0.5 + 0.5 * min(1.0, known * 1.5)), 3)


def _scores(words: tuple[str, ...]) -> list[float]:
    """Sum the weights of the words and of their groups, per language."""
    weights = _weights()
    scores = [_ENGLISH_AHEAD if one == "en" and any(f"{word} " in weights for word in words) else 0.0 for one in LANGUAGES]
    for word in words:
        for at, weight in enumerate(weights.get(f"{word} ", ())):
            scores[at] += weight / _SCALE
        for group in _groups(word):
            for at, weight in enumerate(weights.get(group, ())):
                scores[at] += weight * _GROUP_SHARE / _SCALE
    return scores


def _share_known(words: tuple[str, ...], language: int) -> float:
    """Give the share of the words that the language is known to have."""
    weights = _weights()
    return sum(1 for word in words if weights.get(f"{word} ", (-1,) * len(LANGUAGES))[language] > 0) / len(words)
