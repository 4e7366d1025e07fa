"""A language tag → what the chat says by itself in it."""

import tomllib
from functools import cache
from importlib.resources import files

from doorstep.domain.languages import LANGUAGES, language_of


@cache
def languages() -> dict[str, dict[str, str]]:
    """All texts by language."""
    folder = files(__package__) / "locales"
    return {one: tomllib.loads((folder / f"{one}.toml").read_text("utf-8")) for one in LANGUAGES}


def words(tag: str, brand_name: str) -> dict[str, str]:
    """Give the texts in the nearest language; {n}, a number, is left for the page."""
    # Not str.format: a brand's name may hold braces.
    return {name: text.replace("{brand}", brand_name) for name, text in languages()[language_of(tag)].items()}
