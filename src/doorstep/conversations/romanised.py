"""Hindi in Devanagari → the same as people type it in Latin letters, so that both ways of writing are learnt and read as one.

The sentence encoder knows no Devanagari, and most people write Hindi in Latin letters: what was learnt from these is then known of both.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

_WORD = re.compile(r"[\u0900-\u0963\u0966-\u097f]+")
_VIRAMA, _NUKTA = "\N{DEVANAGARI SIGN VIRAMA}", "\N{DEVANAGARI SIGN NUKTA}"
_NASALS = {"\N{DEVANAGARI SIGN ANUSVARA}", "\N{DEVANAGARI SIGN CANDRABINDU}"}
_LABIALS = frozenset("pbm")
_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह",
        [
            "k",
            "kh",
            "g",
            "gh",
            "n",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "l",
            "l",
            "w",
            "sh",
            "sh",
            "s",
            "h",
        ],
        strict=True,
    )
)
#: With a dot below they sound otherwise; people type "thoda" for थोड़ा.
_DOTTED = {"क": "q", "ज": "z", "फ": "f", "ड": "d", "ढ": "dh"}
_VOWELS = dict(zip("अआइईउऊऋएऐओऔऑऍ", ["a", "aa", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e"], strict=True))
_SIGNS = dict(zip("ािीुूृेैोौॉॅ", ["a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e"], strict=True))
#: After another vowel these glide: "aayega", "gayi".
_GLIDES = {"आ": "a", "ए": "ye", "ई": "yi", "ऐ": "yai"}


class _Sound(NamedTuple):
    """A consonant, or none, and the vowel that follows it."""

    consonant: str
    vowel: str
    #: The vowel is not written, and falls silent in places.
    inherent: bool = False
    nasal: bool = False


def romanised(text: str) -> str:
    """Write the words of a text that are in Devanagari in Latin letters; the rest stays as it is."""
    return _WORD.sub(lambda found: _word(found.group()), text) if _WORD.search(text) else text


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    table = tomllib.loads((files(__package__) / "romanised.toml").read_text("utf-8"))
    return {_plain(word): latin for rows in table.values() for latin, words in rows.items() for word in words.split()}


def _plain(word: str) -> str:
    """Write a word without the dots below, and each nasal the same way."""
    signs = unicodedata.normalize("NFD", word).replace(_NUKTA, "")
    return signs.replace("\N{DEVANAGARI SIGN CANDRABINDU}", "\N{DEVANAGARI SIGN ANUSVARA}")


@lru_cache(maxsize=8192)
def _word(word: str) -> str:
    known = _known().get(_plain(word))
    if known is not None:
        return known
    return "".join(_written(_spoken(_sounds(unicodedata.normalize("NFD", word)))))


def _sounds(word: str) -> list[_Sound]:
    found: list[_Sound] = []
    for place, sign in enumerate(word):
        dotted = word[place + 1 : place + 2] == _NUKTA
        last = found[-1] if found else None
        if sign in _CONSONANTS:
            consonant = _DOTTED.get(sign, _CONSONANTS[sign]) if dotted else _CONSONANTS[sign]
            found.append(_Sound(consonant, "a", inherent=True))
        elif sign in _VOWELS:
            glides = last is not None and bool(last.vowel)
            found.append(_Sound("", _GLIDES.get(sign, _VOWELS[sign]) if glides else _VOWELS[sign]))
        elif last is not None and sign in _SIGNS:
            found[-1] = last._replace(vowel=_SIGNS[sign], inherent=False)
        elif last is not None and sign == _VIRAMA:
            found[-1] = last._replace(vowel="", inherent=False)
        elif last is not None and sign in _NASALS:
            found[-1] = last._replace(nasal=True, inherent=False)
        elif sign.isdecimal():
            found.append(_Sound(str(unicodedata.decimal(sign)), ""))
    return found


def _spoken(sounds: list[_Sound]) -> list[_Sound]:
    """Leave out the vowels that are not spoken: at the end, and between two syllables that have one."""
    spoken = list(sounds)
    for at in range(len(spoken) - 1, 0, -1):
        if not spoken[at].inherent:
            continue
        behind = spoken[at + 1] if at + 1 < len(spoken) else None
        between = behind is not None and bool(behind.consonant) and bool(behind.vowel) and bool(spoken[at - 1].vowel)
        if behind is None or between:
            spoken[at] = spoken[at]._replace(vowel="")
    return spoken


def _written(sounds: list[_Sound]) -> list[str]:
    found = []
    for at, sound in enumerate(sounds):
        behind = sounds[at + 1].consonant if at + 1 < len(sounds) else ""
        nasal = ("m" if behind[:1] in _LABIALS and behind else "n") if sound.nasal else ""
        found.append(f"{sound.consonant}{sound.vowel}{nasal}")
    return found
