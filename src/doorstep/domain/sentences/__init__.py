"""An event type, a pitfall, a next step, a language tag → the sentence in that language, in English where nobody wrote it.

English and Spanish stand in the rows themselves. Every other language is a module here, named after it, with `EVENTS` (event type →
sentence), `PITFALLS` (kind → title, customer's sentence) and `STEPS` (next step → sentence).
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.languages import language_of
from doorstep.domain.pitfalls import PITFALL_KINDS, NextStep, Told

#: Languages whose sentences stand in the rows.
_IN_ROWS = frozenset({"en", "es"})


@cache
def _written(language: str, table: str) -> dict[str, Any]:
    """Read one table of a language; {} where it is not there."""
    if language in _IN_ROWS or find_spec(f"{__name__}.{language}") is None:
        return {}
    found: dict[str, Any] = getattr(import_module(f"{__name__}.{language}"), table, {})
    return found


def event_sentence(slug: str, tag: str) -> str:
    """Say what happened, to a customer.

    Raises:
        KeyError: there is no such event type.
    """
    language, event = language_of(tag), EVENT_TYPES[slug]
    return event.es if language == "es" else _written(language, "EVENTS").get(slug) or event.en


def pitfall_told(kind: str, tag: str) -> Told:
    """Say what is wrong; what the desk reads is English where the language stands in no row.

    Raises:
        KeyError: there is no such kind.
    """
    language, row = language_of(tag), PITFALL_KINDS[kind]
    if language == "es":
        return row.es
    title, customer = _written(language, "PITFALLS").get(kind, ("", ""))
    return Told(title, customer, row.en.support) if title and customer else row.en


def step_sentence(step: NextStep, tag: str) -> str:
    """Say what whoever must act had best do."""
    language = language_of(tag)
    return step.sentence_es if language == "es" else _written(language, "STEPS").get(step.value) or step.sentence


def untranslated(language: str) -> tuple[str, ...]:
    """Name what a served language still says in English: "event in_transit", "pitfall lost", "step wait"; () for a whole one."""
    if language in _IN_ROWS:
        return ()
    tables = (("event", "EVENTS", EVENT_TYPES), ("pitfall", "PITFALLS", PITFALL_KINDS), ("step", "STEPS", [one.value for one in NextStep]))
    return tuple(
        f"{noun} {one}" for noun, table, every in tables for one in every if not all(_written(language, table).get(one, ()) or ("",))
    )
