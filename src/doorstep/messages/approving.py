"""A template's utility part → what a provider approves beforehand, and what may stand in its places."""

import re
from typing import Any

from doorstep.domain.languages import language_of
from doorstep.domain.plugins import Template as ToApprove
from doorstep.messages.choices import MOST
from doorstep.messages.engine import ends_twice
from doorstep.messages.filling import Template, template_of
from doorstep.messages.layout import Parts, words_of

#: Our languages as Meta writes them. Source: Meta's list of template languages, as known on 2026-11-29.
META_LANGUAGES = {"en": "en_US", "es": "es", "fr": "fr", "de": "de", "it": "it", "pt": "pt_BR", "hi": "hi"}
#: The page's kind → the folder that our own pages of this kind live in.
FOLDERS = {"parcel": "t", "order": "o", "orders": "n", "case": "o"}
#: Characters of a body, so that the longest values leave it under Meta's 1,024 and a button below it is seen.
BODY_LIMIT = 550
#: Characters of one value.
_VALUE_LIMIT = 120
_VALUE = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_WORD = re.compile(r"\w")

#: Before a template's slug in the name under which providers know it.
APPROVED_PREFIX = "doorstep_"


def approved_name(template: str) -> str:
    """Name a template as the provider knows it."""
    return f"{APPROVED_PREFIX}{template}"


def pieces_of(utility: str) -> list[str]:
    """Take a utility part apart: text, value, text, value, … text."""
    return _VALUE.split(" ".join(utility.split()))


def values_of(utility: str) -> list[tuple[Template, str]]:
    """Read a utility part's values, each with the text after it.

    Raises:
        BadTemplateError: one of them cannot be read.
    """
    pieces = pieces_of(utility)
    return [(template_of(f"{{{{{value}}}}}", html=False), after) for value, after in zip(pieces[1::2], pieces[2::2], strict=True)]


def value_text(filled: str, after: str) -> str:
    """Write a value as a provider takes it: one line, no runs of spaces, never empty; no full stop where the text `after` it has one.

    Source: Meta refuses empty parameters, line breaks, tabs and more than four spaces in a row (error 132018), as known on 2026-11-29.
    """
    text = " ".join(filled.split())
    if ends_twice(text, after):
        text = text.rstrip(".")
    return (text if len(text) <= _VALUE_LIMIT else f"{text[: _VALUE_LIMIT - 1].rstrip()}…") or "-"


def to_approve(name: str, parts: Parts, locale: str, page_base: str | None, sample: dict[str, Any]) -> ToApprove | None:
    """Write a utility part for approval, with a sample's values as examples; None: it has none.

    `page_base` is where customer pages live; without it no link button is asked for. The values stand in the order of
    `Rendered.approved.values`.
    """
    language = language_of(locale)
    if not parts.utility:
        return None
    pieces, words = pieces_of(parts.utility), words_of(language)
    body = "".join(f"{{{{{place // 2 + 1}}}}}" if place % 2 else piece for place, piece in enumerate(pieces))
    folder = FOLDERS.get(parts.link) if page_base else None
    return ToApprove(
        name=approved_name(name),
        language=META_LANGUAGES[language],
        body=body,
        examples=tuple(value_text(value.fill(sample), after) for value, after in values_of(parts.utility)),
        link_title=words[f"link_{parts.link}"] if folder else None,
        link_base=f"{page_base}/{folder}/" if folder else None,
        choices=tuple(words[f"choice_{slug}"] for slug in parts.choices[:MOST]),
    )


def utility_length(utility: str) -> int:
    """Count the characters of a utility part without its values, which `BODY_LIMIT` bounds."""
    return len("".join(pieces_of(utility)[::2]))


def utility_problems(utility: str) -> list[str]:
    """Say why a provider would refuse a utility part, one line each; [] for nothing.

    Source: Meta's rules for variables in templates (none at either end, none beside another), as known on 2026-11-29.
    """
    if "{%" in utility:
        return ["a text that is approved beforehand has no tags, only values"]
    pieces = pieces_of(utility)
    problems = []
    if len(pieces) > 1 and not all(_WORD.search(piece) for piece in (pieces[0], pieces[-1])):
        problems.append("a word must stand before the first value and one after the last")
    if not all(_WORD.search(piece) for piece in pieces[2:-1:2]):
        problems.append("a word must stand between two values")
    if utility_length(utility) > BODY_LIMIT:
        problems.append(f"a text that is approved beforehand has at most {BODY_LIMIT} characters")
    return problems
