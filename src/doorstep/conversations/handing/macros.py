"""Answers that are used again and again + whom they go to → their text in the customer's language, and those that fit best first."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from doorstep.domain.talking.inbox import MacroAct
from doorstep.errors import BadInputError

#: What may stand in braces.
HOLES = ("customer", "order", "link", "agent", "brand")
_HOLE = re.compile(r"\{([a-z_]+)\}")
_WORD = re.compile(r"\w{3,}")


class Macro(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that agents use again and again."""

    macro_id: int
    name: str
    #: ISO 639-1 → text with holes.
    texts: dict[str, str]
    #: What it does beside; None: nothing.
    act: MacroAct | None = None
    #: Of MacroAct.MOVE: where to.
    queue: str = ""
    used: int = 0


def check_text(text: str) -> None:
    """Check a macro's text.

    Raises:
        BadInputError: a hole that nothing fills.
    """
    for hole in _HOLE.findall(text):
        if hole not in HOLES:
            raise BadInputError(f"{{{hole}}} is filled by nothing; there are {', '.join(f'{{{one}}}' for one in HOLES)}")


def text_in(macro: Macro, language: str, default: str) -> str:
    """Give its text in a language, else in the shop's, else in English, else whichever there is."""
    for wanted in (language, default, "en"):
        if text := macro.texts.get(wanted):
            return text
    return next(iter(macro.texts.values()), "")


def fill(text: str, holes: Mapping[str, str]) -> str:
    """Put into the holes what is known; one that is not known stays to be seen, so that nobody sends it unread."""
    return _HOLE.sub(lambda found: holes.get(found[1]) or found[0], text)


def holes_left(text: str) -> list[str]:
    """Name the holes that nothing has filled: such a text is not sent."""
    return [hole for hole in _HOLE.findall(text) if hole in HOLES]


def fitting(macros: Sequence[Macro], said: str, intent: str) -> list[Macro]:
    """Order macros by how many words their names and texts share with what the customer said and wants; then by how often they are used."""
    wanted = set(_WORD.findall(said.lower())) | set(_WORD.findall(intent.lower().replace(".", " ")))

    def rank(one: Macro) -> tuple[int, int, str]:
        words = set(_WORD.findall(one.name.lower()))
        texts = {word for text in one.texts.values() for word in _WORD.findall(text.lower())}
        return (-3 * len(wanted & words) - len(wanted & texts), -one.used, one.name)

    return sorted(macros, key=rank)
