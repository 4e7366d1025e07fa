"""A message as typed in haste → the same with slips mended, for the encoder: it reads whole words, and one that it never saw tells it nothing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

#: Shorter words are one slip from too many others; from the second length on, two slips are mended.
_SHORTEST, _LONG = 4, 7
#: How often a word must be said in the seeds to be what another stands for: the shorter, the likelier the other is a word by itself.
_OFTEN: Mapping[int, int] = {3: 60, 4: 30, 5: 8}
_RARELY = 3
#: Endings without which a word is looked for as well: "parcels", "parcel's".
_ENDINGS = ("'s", "\u2019s", "s", "es", "d", "ed", "ing", "n", "en", "e")
_STEM = 3
_LONGEST = 24
#: A word runs over an apostrophe ("don't"); what touches a figure or an @ is a number, an address or a name.
_WORD = re.compile(r"(?<![\w@./#-])[^\W\d_]+(?:['\u2019][^\W\d_]+)?(?![\w@#])")
_TWO = 2
#: File of the words beside the model that Doorstep comes with.
WORDS = "words.tsv"


def plain(word: str) -> str:
    """Write a word small and without accents; Devanagari stays as it is."""
    if any("\u0900" <= letter <= "\u097f" for letter in word):
        return word
    apart = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Give the words of a text, small."""
    return [found.group().lower() for found in _WORD.finditer(text)]


def _shorter(word: str) -> Iterator[str]:
    """Yield the word, and the word without each of its letters."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def slips(one: str, other: str, most: int = _TWO) -> int:
    """Count the letters that are missing, too many, wrong or swapped with their neighbour; `most` + 1: more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        two_before, before, row = before, row, [at]
        for to, beside in enumerate(other, 1):
            least = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != beside))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == beside:
                least = min(least, two_before[to - 2] + 1)
            row.append(least)
    return min(row[-1], most + 1)


class Near(NamedTuple):
    """A word of ours beside one that was typed: the least comes first."""

    slips: int
    #: Whether its letters are others, not only in another order: "wnat" is "want" rather than "what".
    of_others: bool
    #: Whether their first letters differ: people slip there least.
    begins_otherwise: bool
    #: Minus how often it is said.
    rarely: int
    word: str


class Speller:
    """Words that customers say, how often, and which of them a misspelt one stands for."""

    def __init__(self, often: Mapping[str, int]) -> None:
        self._often: dict[str, tuple[int, str]] = {}
        for word, times in often.items():
            kept = self._often.get(plain(word), (0, ""))
            self._often[plain(word)] = max(kept, (times, word))
        self._near: dict[str, list[str]] = {}
        for word, (times, _) in self._often.items():
            if _SHORTEST <= len(word) <= _LONGEST and times >= _RARELY:
                for shorter in _shorter(word):
                    self._near.setdefault(shorter, []).append(word)

    def knows(self, typed: str) -> bool:
        """Tell whether a plain word is one of ours, or one of ours with an ending."""
        stems = (typed.removesuffix(ending) for ending in _ENDINGS if typed.endswith(ending) and len(typed) >= _STEM + len(ending))
        return typed in self._often or any(stem in self._often for stem in stems)

    def mended(self, word: str) -> str:
        """Give the word of ours that a word which there is not stands for; itself where none is near."""
        typed = plain(word)
        if not _SHORTEST - 1 <= len(typed) <= _LONGEST or self.knows(typed):
            return word
        least = _OFTEN.get(len(typed), _RARELY)
        most = _TWO if len(typed) >= _LONG else 1
        beside = {other for shorter in _shorter(typed) for other in self._near.get(shorter, ())}
        found = [
            Near(apart, sorted(other) != sorted(typed), other[0] != typed[0], -self._often[other][0], other)
            for other in beside
            if self._often[other][0] >= least and (apart := slips(typed, other)) <= most
        ]
        return self._often[min(found).word][1] if found else word

    def mend(self, text: str, exists: Callable[[Sequence[str]], Sequence[bool]]) -> str:
        """Mend each word of a text that does not exist; a name within it, written with a capital, stays."""
        found = list(_WORD.finditer(text))
        if not found:
            return text
        known = exists([one.group() for one in found])
        parts, at = [], 0
        for one, there in zip(found, known, strict=True):
            word = one.group()
            named = word[0].isupper() and not word.isupper() and one.start() > 0
            parts += [text[at : one.start()], word if there or named else self.mended(word)]
            at = one.end()
        return "".join([*parts, text[at:]])


def counted_words(said: Sequence[str], others: Sequence[str]) -> dict[str, int]:
    """Count in how many utterances each word is said; one of texts from elsewhere only counts 0: it exists, and nothing is mended to it."""
    times = Counter(word for text in said for word in dict.fromkeys(words_of(text)))
    return dict(sorted({**dict.fromkeys((word for text in others for word in words_of(text)), 0), **times}.items()))


def written(often: Mapping[str, int]) -> str:
    """Write words and how often they are said, one a line."""
    return "".join(f"{word}\t{times}\n" for word, times in often.items())


@lru_cache(maxsize=1)
def speller() -> Speller:
    """Give the one of the seeds' words, read once per process."""
    lines = (files(__package__) / "builtin" / WORDS).read_text(encoding="utf-8").splitlines()
    return Speller({word: int(times) for word, _, times in (line.partition("\t") for line in lines)})
