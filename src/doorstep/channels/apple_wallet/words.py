"""The languages of Wallet orders: a key → its text in each of them."""

import tomllib
from functools import cache
from importlib.resources import files

from doorstep.channels.apple_wallet.passed import Tongues


@cache
def languages() -> dict[str, dict[str, str]]:
    """All languages we have, by their two letters: key → text."""
    folder = files(__package__) / "locales"
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def language_of(locale: str) -> str:
    """The language of a BCP 47 tag, if we have it; else English."""
    found = locale.replace("_", "-").partition("-")[0].lower()
    return found if found in languages() else "en"


def told(key: str) -> Tongues:
    """A text in every language."""
    return {language: texts[key] for language, texts in languages().items()}


class Strings:
    """Collects what one order says, so that each device reads it in its own language.

    The key of a text is the text itself in the order's language: a device whose language we do not have shows the key.
    """

    def __init__(self, locale: str) -> None:
        self._language = language_of(locale)
        self._said: dict[str, dict[str, str]] = {language: {} for language in languages()}

    def say(self, text: Tongues) -> str:
        """Take a text in and return its key."""
        key = text[self._language]
        for language, said in self._said.items():
            said[key] = text[language]
        return key

    @property
    def by_language(self) -> dict[str, dict[str, str]]:
        """Language → key → text; every language has the same keys."""
        return self._said
