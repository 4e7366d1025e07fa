"""The seed files → the utterances that the understanding is taught with, always the same and in the same order.

`<language>/<group>.toml` holds per intent one text, an utterance or a pattern (see `patterns`) per line; `<language>/words.toml`
the lists that patterns name, `<language>/noise.toml` how people type (see `noise`); `elsewhere.toml` what no customer of a shop means, which sets where its understanding ends.
"""

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from doorstep.conversations.understanding.patterns import utterances_of
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.intents import Intent
from doorstep.errors import BadInputError

#: Utterances that one line is written out to at most: a pattern of a thousand may not outweigh twenty lines that people wrote.
MOST_OF_A_LINE = 6
_WORDS = "words.toml"
#: Files of a language that hold no seeds.
_OTHERS = (_WORDS, "noise.toml")
_INTENTS = frozenset(one.value for one in Intent)


class Seed(NamedTuple):
    """One utterance and what is meant by it."""

    text: str
    intent: Intent
    #: ISO 639-1; "hi" also for Hindi in Latin letters.
    language: str


class Elsewhere(NamedTuple):
    """One utterance that no shop's customer means."""

    text: str
    language: str


def _lines(text: str) -> tuple[str, ...]:
    stripped = (line.strip() for line in text.splitlines())
    return tuple(line for line in stripped if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _files() -> tuple[tuple[str, str, str], ...]:
    """Read every file of seeds: (language, file name, text), in order."""
    found = []
    for language in LANGUAGES:
        folder = files(__package__) / language
        for entry in sorted(folder.iterdir(), key=lambda one: one.name):
            if entry.name.endswith(".toml"):
                found.append((language, entry.name, entry.read_text(encoding="utf-8")))
    found.append(("", "elsewhere.toml", (files(__package__) / "elsewhere.toml").read_text(encoding="utf-8")))
    return tuple(found)


def _lists(language: str) -> dict[str, tuple[str, ...]]:
    for one, name, text in _files():
        if one == language and name == _WORDS:
            return {key: _lines(words) for key, words in tomllib.loads(text).items()}
    return {}


@lru_cache(maxsize=4)
def seeds(most: int = MOST_OF_A_LINE) -> tuple[Seed, ...]:
    """Give all seeds: each line as at most `most` utterances, none twice.

    Raises:
        BadInputError: A file names an intent that there is not, or holds a line that cannot be read; and nothing else.
    """
    found: dict[Seed, None] = {}
    for language in LANGUAGES:
        words = _lists(language)
        for one, name, text in _files():
            if one != language or name in _OTHERS:
                continue
            for named, lines in tomllib.loads(text).items():
                if named not in _INTENTS:
                    raise BadInputError(f"{language}/{name} has seeds for {named!r}, which is no intent")
                intent = Intent(named)
                found.update((Seed(said, intent, language), None) for line in _lines(lines) for said in utterances_of(line, words, most))
    return tuple(found)


@lru_cache(maxsize=1)
def elsewhere() -> tuple[Elsewhere, ...]:
    """Give what no shop's customer means: it only tells where the understanding ends, and is no intent."""
    table = tomllib.loads(_files()[-1][2])
    return tuple(
        Elsewhere(said, language) for language, lines in table.items() for line in _lines(lines) for said in utterances_of(line, {}, 4)
    )


def digest() -> str:
    """Give the fingerprint of all seeds and of what lies elsewhere; a model tells by it whether it was taught with them."""
    total = hashlib.sha256()
    for said in seeds():
        total.update("\x1f".join(said).encode() + b"\n")
    for other in elsewhere():
        total.update("\x1f".join(other).encode() + b"\n")
    return total.hexdigest()
