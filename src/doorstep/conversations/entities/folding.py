"""A customer's text → the same in plain letters and digits, with the way back to where each part stands in the original."""

import unicodedata
from datetime import date
from typing import TypedDict, Unpack

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.talking.understood import Entity, EntityKind

#: Longer texts are not read to their end: nobody names an order behind this.
MOST = 20_000
#: As much as grammars of days, addresses and quantities read.
MOST_GRAMMAR = 2_000

#: Code points from here on are left as they are, save the wide forms.
_BEYOND = 0x2100
_WIDE = range(0xFF01, 0xFF5F)
_SPELT = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{ACUTE ACCENT}": "'",
    "`": "'",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    # Devanagari: one way of writing nasals, no nukta, no joiners.
    "\N{DEVANAGARI SIGN CANDRABINDU}": "\N{DEVANAGARI SIGN ANUSVARA}",
    "\N{DEVANAGARI SIGN NUKTA}": "",
    "\N{DEVANAGARI LETTER DDDHA}": "\N{DEVANAGARI LETTER DDA}",
    "\N{DEVANAGARI LETTER RHA}": "\N{DEVANAGARI LETTER DDHA}",
    "\N{DEVANAGARI LETTER ZA}": "\N{DEVANAGARI LETTER JA}",
    "\N{DEVANAGARI LETTER FA}": "\N{DEVANAGARI LETTER PHA}",
    "\N{DEVANAGARI LETTER QA}": "\N{DEVANAGARI LETTER KA}",
    "\N{ZERO WIDTH SPACE}": "",
    "\N{ZERO WIDTH NON-JOINER}": "",
    "\N{ZERO WIDTH JOINER}": "",
    "\N{SOFT HYPHEN}": "",
}


def _plain(letter: str) -> str:
    """Give what one character is read as."""
    if letter in _SPELT:
        return _SPELT[letter]
    if letter.isspace():
        return "\n" if letter in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if ord(letter) in _WIDE:
        return chr(ord(letter) - 0xFEE0).lower()
    if 0x0300 <= ord(letter) < 0x0370:  # noqa: PLR2004 - the block of combining accents
        return ""
    if ord(letter) >= _BEYOND:
        return letter
    low = letter.lower()[:1]
    base = unicodedata.normalize("NFD", low)[:1]
    return _SPELT.get(base, base)


class _Table(dict[int, str]):
    """Code point → what it is read as, worked out once each."""

    def __missing__(self, point: int) -> str:
        plain = _plain(chr(point))
        if point < _BEYOND:
            self[point] = plain
        return plain


_TABLE = _Table()


class Told(TypedDict, total=False):
    """What an entity says beside its place; see `Entity`."""

    value: str
    first_on: date | None
    last_on: date | None
    address: Address | None
    amount: Money | None
    quantity: int
    confidence: float


class Folded(msgspec.Struct, frozen=True):
    """A text, and the same in lower case without accents, with ASCII digits."""

    text: str
    plain: str
    #: Place in `plain` → place in `text`, one more than `plain` has; None: they are the same.
    at: tuple[int, ...] | None = None

    def entity(self, kind: EntityKind, start: int, end: int, **told: Unpack[Told]) -> Entity:
        """Make an entity of [start, end) of `plain`."""
        if self.at is not None:
            start, end = self.at[start], self.at[end]
        return Entity(kind=kind, text=self.text[start:end], start=start, end=end, **told)

    def original(self, start: int, end: int) -> str:
        """Give [start, end) of `plain` as it was written."""
        return self.text[start:end] if self.at is None else self.text[self.at[start] : self.at[end]]


def fold(text: str) -> Folded:
    """Read a text plainly; what stands behind `MOST` characters is left away."""
    text = text[:MOST]
    plain = text.translate(_TABLE)
    if len(plain) == len(text) and not any(len(_TABLE[ord(one)]) != 1 for one in set(text)):
        return Folded(text, plain)
    at: list[int] = []
    for place, letter in enumerate(text):
        at.extend([place] * len(_TABLE[ord(letter)]))
    return Folded(text, plain, (*at, len(text)))


def free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    """Tell whether nothing that was taken before lies in [start, end)."""
    return all(end <= other_start or other_end <= start for other_start, other_end in taken)


def word_set(table: str) -> frozenset[str]:
    """Make a set of the words of a table."""
    return frozenset(table.split())
