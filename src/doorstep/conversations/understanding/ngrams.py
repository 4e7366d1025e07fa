"""A text → the hashes of its words, pairs of words and runs of 2 to 5 letters, and how much each weighs; the same on any machine."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from doorstep.conversations.romanised import romanised

#: Characters of a text that are looked at: a message longer than that says what it wants before.
MOST_CHARACTERS = 600
#: Hashes are spread over so many buckets.
BUCKETS = 1 << 15
_NUMBER = re.compile(r"\d[\d.,/:-]*\d|\d")
#: Vowel signs of Devanagari are no letters to Python, and half of a word.
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0963\u0971-\u097f])+")
_APOSTROPHES = re.compile(r"(?<=\w)['`\u2019\u00b4](?=\w)")
#: From so many figures on a number is an order's or a parcel's rather than a count.
_LONG = 4
_LENGTHS = (2, 3, 4, 5)
#: An odd multiplier, so that no letter's place is lost modulo 2**32 (Knuth's 2**32 / golden ratio).
_FACTOR = np.uint32(2654435761)


class Counted(NamedTuple):
    """What a text consists of: distinct buckets, rising, and how often each was hit."""

    buckets: NDArray[np.int64]
    times: NDArray[np.float32]


def _figures(found: re.Match[str]) -> str:
    return " 00 " if sum(map(str.isdigit, found.group())) >= _LONG else " 0 "


def folded(text: str) -> str:
    """Write a text without case, accents, signs and figures, in Latin letters: words apart by one space, a number as "0", a long one as "00"."""
    plain = unicodedata.normalize("NFKD", romanised(text[:MOST_CHARACTERS])).lower()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _NUMBER.sub(_figures, _APOSTROPHES.sub("", plain))
    return " ".join(_WORD.findall(plain))


def counted(text: str, buckets: int = BUCKETS) -> Counted:
    """Count the n-grams of a text by the bucket into which each falls; a text without letters or figures has none."""
    plain = folded(text)
    if not plain:
        return Counted(np.empty(0, np.int64), np.empty(0, np.float32))
    words = plain.split(" ")
    hashes = [crc32(f"w {word}".encode()) for word in words]
    hashes += [crc32(f"p {first} {second}".encode()) for first, second in zip(["", *words], [*words, ""], strict=True)]
    runs = _runs(plain)
    every = np.concatenate([np.array(hashes, np.uint32), *runs])
    # The high bits of a product depend on all bits of its factor, the low ones do not.
    mixed = (every * _FACTOR) >> np.uint32(32 - (buckets - 1).bit_length())
    found, times = np.unique(mixed.astype(np.int64), return_counts=True)
    return Counted(found, times.astype(np.float32))


def _runs(plain: str) -> Sequence[NDArray[np.uint32]]:
    """Hash all runs of letters at once: each is the sum of its letters, each times a power of the factor that tells its place."""
    letters = np.frombuffer(f" {plain} ".encode("utf-32-le"), np.uint32)
    hashes = np.zeros(letters.size, np.uint32)
    found: list[NDArray[np.uint32]] = []
    power = np.uint32(1)
    with np.errstate(over="ignore"):
        for place in range(max(_LENGTHS)):
            if letters.size <= place:
                break
            power = np.uint32(int(power) * 31 * 1_000_003 & 0xFFFFFFFF)
            hashes = hashes[: letters.size - place] + (letters[place:] + np.uint32(7)) * power
            if place + 1 in _LENGTHS:
                found.append(hashes ^ np.uint32(place * 0x9E3779B9 & 0xFFFFFFFF))
    return found
