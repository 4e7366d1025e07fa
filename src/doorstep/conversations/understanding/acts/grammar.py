"""The tables of a language → what its utterances are compared with: phrases in the form in which words are read."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import msgspec

from doorstep.conversations.understanding.patterns import utterances_of
from doorstep.domain.languages import LANGUAGES

#: Above the number of choices of any line.
_MOST = 5_000
#: Nobody says yes in a letter; what comes later is not read.
_LONGEST = 2_000

#: Words with the vowel signs of Devanagari and with apostrophes; a mark that ends a part; else one sign, of which only pictures count.
_QUOTES = "'\u2019\u02bc`"
_PIECES = re.compile(rf"[\w\u0900-\u0963\u0966-\u097f{_QUOTES}]+|[.,;:!?¿¡।…\n()\"\u201c\u201d«»\u2013\u2014]+|\S")
_MARKS = frozenset('.,;:!?¿¡।…\n()"\u201c\u201d«»\u2013\u2014')
_APOSTROPHES = str.maketrans("", "", _QUOTES)
#: Joiners, colours of skin and sexes of pictures: the thumb means the same in all of them.
_DRESSES = str.maketrans("", "", "\ufe0f\u200d\u2640\u2642" + "".join(map(chr, range(0x1F3FB, 0x1F400))))
_NASAL = str.maketrans("\N{DEVANAGARI SIGN CANDRABINDU}", "\N{DEVANAGARI SIGN ANUSVARA}", "\N{DEVANAGARI SIGN NUKTA}")

#: A phrase, word by word; "," stands where a mark has to.
Phrase = tuple[str, ...]
#: First word → the phrases that begin with it.
Phrases = dict[str, tuple[Phrase, ...]]


class Part(msgspec.Struct, frozen=True):
    """What stands between two marks."""

    #: Without case, accents and apostrophes.
    words: Phrase
    #: The same words with their accents: "sí" is yes, "si" is if.
    accented: Phrase
    #: The marks behind it, "" at the end.
    mark: str


class Grammar(msgspec.Struct, frozen=True):
    """What some languages say for each act: name of a table → its phrases."""

    tables: dict[str, Phrases]

    def of(self, name: str) -> Phrases:
        """Give the phrases of a table, {} where no language has it."""
        return self.tables.get(name, {})


def plain(word: str) -> str:
    """Leave out case, accents and apostrophes; the vowel signs of Devanagari stay."""
    letters = unicodedata.normalize("NFKD", word.casefold()).translate(_NASAL).translate(_APOSTROPHES)
    return "".join(letter for letter in letters if not unicodedata.combining(letter) or "\u0900" <= letter <= "\u097f")


def parts_of(text: str) -> tuple[Part, ...]:
    """Split an utterance at its marks."""
    found: list[Part] = []
    words: list[str] = []
    for piece in _PIECES.findall(text[:_LONGEST].translate(_DRESSES)):
        if piece[0] in _MARKS:
            if words or found:
                found.append(_part(words, piece))
            words = []
        elif piece[0].isalnum() or piece[0] in f"{_QUOTES}_" or unicodedata.category(piece[0]) in {"So", "Mn", "Mc"}:
            words.append(piece)
    if words:
        found.append(_part(words, ""))
    return tuple(found)


def _part(words: list[str], mark: str) -> Part:
    accented = tuple(unicodedata.normalize("NFC", word.casefold()).translate(_APOSTROPHES) for word in words)
    return Part(tuple(filter(None, map(plain, words))), tuple(filter(None, accented)), mark)


def _indexed(phrases: Iterable[Phrase]) -> Phrases:
    found: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(phrases):
        found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(rest) for first, rest in found.items()}


@lru_cache(maxsize=8)
def _table(language: str) -> dict[str, tuple[Phrase, ...]]:
    """Read the tables of one language."""
    raw = tomllib.loads((files(__package__) / f"{language}.toml").read_text(encoding="utf-8"))
    return {name: tuple(_phrases(lines, accented=name == "yes_begins")) for name, lines in raw.items()}


def _phrases(lines: str, *, accented: bool) -> Iterable[Phrase]:
    for line in lines.splitlines():
        for said in utterances_of(line.strip(), {}, _MOST) if line.strip() else ():
            row: list[str] = []
            for part in parts_of(said):
                row += [*(part.accented if accented else part.words), *([","] if part.mark else [])]
            if row:
                yield tuple(row)


@lru_cache(maxsize=16)
def grammar_of(language: str) -> Grammar:
    """Give what is said in a language and in English, which people mix into every other; in all of them where it is not known."""
    known = tuple(dict.fromkeys(("en", language))) if language in LANGUAGES else LANGUAGES
    tables: dict[str, list[Phrase]] = {}
    for one in known:
        for name, phrases in _table(one).items():
            if name.endswith("_here"):
                if one == language:
                    tables.setdefault(name.removesuffix("_here"), []).extend(phrases)
            else:
                tables.setdefault(name, []).extend(phrases)
    return Grammar({name: _indexed(phrases) for name, phrases in tables.items()})


def stands_in(words: Phrase, phrases: Phrases) -> bool:
    """Tell whether one of the phrases stands anywhere in the words."""
    return any(words[at : at + len(phrase)] == phrase for at, word in enumerate(words) for phrase in phrases.get(word, ()))


def begins(words: Phrase, phrases: Phrases) -> bool:
    """Tell whether the words begin with one of the phrases."""
    return bool(words) and any(words[: len(phrase)] == phrase for phrase in phrases.get(words[0], ()))


def covers(words: Phrase, phrases: Phrases, fill: Phrases) -> bool:
    """Tell whether the words are one or more of the phrases with nothing but fillers beside them."""
    reached = {(0, False)}
    for at, word in enumerate(words):
        for said in (False, True):
            if (at, said) in reached:
                reached.update((at + len(one), True) for one in phrases.get(word, ()) if words[at : at + len(one)] == one)
                reached.update((at + len(one), said) for one in fill.get(word, ()) if words[at : at + len(one)] == one)
    return (len(words), True) in reached
