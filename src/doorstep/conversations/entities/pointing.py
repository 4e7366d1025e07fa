"""Text of a customer, names of a catalogue → words that can be compared: canonical, without plural, in Latin letters, digits apart from units."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from doorstep.conversations.entities.folding import MOST_GRAMMAR, fold
from doorstep.conversations.romanised import romanised
from doorstep.domain.languages import LANGUAGES


class Word(NamedTuple):
    """One word."""

    #: In plain letters, as written.
    plain: str
    #: Canonical and without plural: what is compared.
    stem: str
    start: int
    end: int
    #: A sign stands between the word before and this one; "." one that ends a sentence.
    broken: str = ""
    #: Written in capitals.
    upper: bool = False
    #: A letter follows or precedes it without a space: "8gb".
    glued: bool = False


Phrases = frozenset[tuple[str, ...]]


class References(NamedTuple):
    """The words of one language by which things are pointed at; by the names of the tables."""

    language: str
    phrases: dict[str, Phrases]
    #: Words with which phrases of each table begin.
    firsts: dict[str, frozenset[str]]
    #: Longest phrase of each table, in words.
    longest: dict[str, int]
    #: Word → size: "small", "medium", "large".
    sizes: dict[str, str]
    #: Word → number.
    numbers: dict[str, int]


class Canonical(NamedTuple):
    """What is the same in all languages."""

    words: dict[str, str]
    #: First stem of a name → the names that begin with it, the longest first, each with all that may stand for it.
    synonyms: dict[str, list[tuple[tuple[str, ...], Phrases]]]
    modifiers: frozenset[str]
    scales: tuple[tuple[tuple[str, ...], ...], ...]


_WORD = re.compile(r"(?<=\d)[\"\u201d\u2033]|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[.,]\d+)?|(?:[^\W\d_]|[\u0900-\u0963\u0971-\u097f])+|%")
_POSSESSIVE = re.compile(r"'s\b")
_SENTENCE_END = re.compile(r"[.!?;\n।]")
_BREAK = re.compile(r"[,:()\[\]{}/|>]")
_SHORTEST_PLURAL = 4


@lru_cache(maxsize=1)
def canonical() -> Canonical:
    """Read what is the same in all languages."""
    table = tomllib.loads((files(__package__) / "references" / "canonical.toml").read_text("utf-8"))
    words = {fold(word).plain: name for name, others in table["words"].items() for word in others}
    stems = _Stems(words)
    synonyms: dict[str, list[tuple[tuple[str, ...], Phrases]]] = {}
    for names in table["synonyms"].values():
        group = frozenset(tuple(stems.of(one) for one in name.split()) for name in names)
        for phrase in group:
            synonyms.setdefault(phrase[0], []).append((phrase, group))
    for lot in synonyms.values():
        lot.sort(key=lambda pair: -len(pair[0]))
    modifiers = frozenset(stems.of(one) for one in table["modifiers"]["words"])
    scales = tuple(tuple(tuple(one.stem for one in words_of(value, stems)) for value in row) for row in table["scales"].values())
    return Canonical(words, synonyms, modifiers, scales)


class _Stems:
    """Makes stems of words."""

    def __init__(self, words: dict[str, str]) -> None:
        self._words = words

    def of(self, word: str) -> str:
        """Give what a word in plain letters is compared as."""
        if word in self._words:
            return self._words[word]
        word = romanised(word)
        if len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "us", "is")):
            if word.endswith("ies"):
                word = f"{word[:-3]}y"
            elif word.endswith(("ses", "xes", "ches", "shes")):
                word = word[:-2]
            elif word.endswith("lves"):
                word = f"{word[:-3]}f"
            else:
                word = word[:-1]
        return self._words.get(word, word)


@lru_cache(maxsize=1)
def _stems() -> _Stems:
    return _Stems(canonical().words)


def stem(word: str) -> str:
    """Give what a word in plain letters is compared as."""
    return _stems().of(word)


@lru_cache(maxsize=1024)  # a shop's names come again and again
def words_of(text: str, stems: _Stems | None = None) -> tuple[Word, ...]:
    """Read the words of a text; digits and letters are words apart ("8gb" is two)."""
    stems = stems or _stems()
    folded = fold(text[:MOST_GRAMMAR])
    plain = _POSSESSIVE.sub("  ", folded.plain)
    found: list[Word] = []
    last = 0
    for match in _WORD.finditer(plain):
        between = plain[last : match.start()]
        word = match[0].replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", match[0]) else match[0].replace(",", ".")
        broken = "." if _SENTENCE_END.search(between) else "," if _BREAK.search(between) else ""
        glued = (bool(found) and not between and found[-1].end == match.start()) or plain[match.end() : match.end() + 1].isalpha()
        upper = folded.original(match.start(), match.end()).isupper()
        found.append(Word(word, stems.of(word), match.start(), match.end(), broken, upper, glued))
        last = match.end()
    return tuple(found)


@lru_cache(maxsize=8)
def references(language: str) -> References:
    """Read the words of a language; English stands in for one that is not served."""
    name = language if language in LANGUAGES else "en"
    table = tomllib.loads((files(__package__) / "references" / f"{name}.toml").read_text("utf-8"))
    phrases = {
        kind: frozenset(tuple(_WORD.findall(fold(one).plain.replace("'", " "))) for one in rows)
        for kind, rows in table.items()
        if isinstance(rows, list)
    }
    firsts = {kind: frozenset(one[0] for one in rows if one) for kind, rows in phrases.items()}
    longest = {kind: max(map(len, rows), default=0) for kind, rows in phrases.items()}
    sizes = {fold(word).plain: size for size, words in table["sizes"].items() for word in words if len(word) > 1}
    numbers = {fold(word).plain: int(number) for number, words in table["numbers"].items() for word in words}
    return References(name, phrases, firsts, longest, sizes, numbers)


def phrase_at(words: tuple[Word, ...], at: int, kind: str, told: References) -> int:
    """Tell how many words of a phrase of a table begin at a place; 0: none does."""
    if at >= len(words) or words[at].plain not in told.firsts.get(kind, ()):
        return 0
    for count in range(min(told.longest.get(kind, 0), len(words) - at), 0, -1):
        if tuple(one.plain for one in words[at : at + count]) in told.phrases[kind]:
            return count
    return 0


def phrases_in(words: tuple[Word, ...], kind: str, told: References) -> list[tuple[int, int]]:
    """Give where phrases of a table stand: [first word, behind the last)."""
    found = []
    at = 0
    while at < len(words):
        count = phrase_at(words, at, kind, told)
        if count:
            found.append((at, at + count))
        at += count or 1
    return found


def is_a(word: Word, kinds: tuple[str, ...], told: References) -> bool:
    """Tell whether a word by itself stands in one of the tables."""
    return any((word.plain,) in told.phrases.get(kind, ()) for kind in kinds)
