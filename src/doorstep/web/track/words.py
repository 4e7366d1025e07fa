"""A language tag → what customers read in it; a language we do not have falls back to the merchant's, then to English."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from doorstep.domain.languages import stopped_once


class Words(msgspec.Struct, frozen=True):
    """One language's texts, and the tag by which dates and amounts are written."""

    #: BCP 47, e.g. "es-MX".
    tag: str
    #: Section → key → text.
    texts: dict[str, dict[str, str | list[str]]]

    def __call__(self, name: str, **holes: object) -> str:
        """Look up "section.key" and fill its holes in."""
        section, _, key = name.partition(".")
        text = str(self.texts[section][key])
        for hole, value in holes.items():
            text = stopped_once(text, hole, value)
        return text.format_map(holes)

    def pair(self, section: str, key: str) -> tuple[str, str]:
        """Look up a text of two parts, a title and a sentence."""
        found = self.texts[section][key]
        return str(found[0]), str(found[1])

    @property
    def language(self) -> str:
        """The language alone, as the page's texts have it."""
        return self.tag.partition("-")[0]


def whole(date_text: str) -> str:
    """Let a date break over lines at its commas only: "November 22" stays together."""
    return ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in date_text.split(", "))


@cache
def languages() -> dict[str, dict[str, dict[str, str | list[str]]]]:
    """All languages we have, by their two letters."""
    folder = files(__package__) / "locales"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            portal = (folder / "portal" / entry.name).read_text("utf-8")
            found[entry.name.removesuffix(".toml")] = tomllib.loads(entry.read_text("utf-8")) | tomllib.loads(portal)
    return found


@cache
def language_names() -> tuple[tuple[str, str], ...]:
    """Every language we have, with its own name for itself."""
    return tuple((code, str(texts["language"])) for code, texts in languages().items())


def words_for(*wanted: str | None) -> Words:
    """Take the first tag whose language we have; English where there is none."""
    for tag in wanted:
        if tag and tag.replace("_", "-").split("-")[0].lower() in languages():
            return _words(tag.replace("_", "-")[:20])
    return _words("en")


@cache
def _words(tag: str) -> Words:
    language, _, rest = tag.partition("-")
    return Words(f"{language.lower()}-{rest}" if rest else language.lower(), languages()[language.lower()])
