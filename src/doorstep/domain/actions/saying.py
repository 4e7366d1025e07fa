"""A refusal, a concern, a wish, a language tag → the sentence a customer reads, in English where nobody wrote it.

The words stand in `words/<language>.toml`. A sentence may have several forms: the first whose holes all have a fact is said, the last has none.
A form of its own for one value of a fact is called "<code>.<value>": "order_state.delivered".
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib import resources

import msgspec

from doorstep.domain.actions.kinds import ActionKind
from doorstep.domain.actions.refusals import Concern, Refusal, RefusalCode
from doorstep.domain.languages import language_of, stopped_once

#: A fact's name and value → the value as the customer's language writes it.
Write = Callable[[str, str | int | date], str]
_HOLE = re.compile(r"\{(\w+)\}")
_Facts = Mapping[str, str | int | date]
#: Of what may be done instead, so much is told.
_MOST_INSTEAD = 3
_CODES = frozenset(one.value for one in RefusalCode)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All sentences of one language."""

    #: `RefusalCode` → its forms.
    refusals: dict[str, str | list[str]]
    #: Name of `Assurance` → what would make sure who asks.
    needs: dict[str, str]
    #: `Concern` → why a human decides, as the customer reads it: nobody is suspected to their face.
    concerns: dict[str, str]
    #: `ActionKind` → what may be done instead, to stand in `lead`.
    instead: dict[str, str]
    #: `ActionKind` → what was asked for, for a list or a mail.
    wishes: dict[str, str | list[str]]
    #: Reason's code → why goods go back, or an order is cancelled.
    reasons: dict[str, str]


def as_it_is(_name: str, value: str | int | date) -> str:
    """Write a fact as it is."""
    return str(value)


def refusal_text(refusal: Refusal, tag: str, write: Write = as_it_is) -> str:
    """Say why something may not be done, and what would make sure who asks where that is the reason."""
    said = _said("refusals", refusal.code, refusal.facts, tag, write)
    needs = words_of(tag).needs.get(refusal.needs.name.lower()) if refusal.needs is not None else None
    return f"{said} {needs}" if needs else said


def instead_text(refusal: Refusal, tag: str) -> str:
    """Say what is possible instead; "" where there is nothing but what is said already."""
    words = words_of(tag).instead
    found = [words[kind] for kind in refusal.instead if kind in words][:_MOST_INSTEAD]
    if not found:
        return ""
    told = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {words['or']} {found[-1]}"
    return words["lead"].format(what=told)


def reason_text(decision: str, tag: str, write: Write = as_it_is) -> str:
    """Say why a case was refused: a code's sentence, a code and words ("window: …"), or the words of whoever decided as they are."""
    code, _, rest = decision.partition(":")
    code, rest = code.strip(), rest.strip()
    if code not in _CODES:
        return decision.strip()
    said = _said("refusals", code, {}, tag, write)
    return f"{said} {rest}" if rest else said


def concern_text(concern: Concern, tag: str) -> str:
    """Say why a human decides."""
    return words_of(tag).concerns[concern]


def cause_text(code: str, tag: str, own: Mapping[str, str] | None = None) -> str:
    """Say a reason of the customer's by its code: in the merchant's `own` words (language → words) where there are any, in ours, else the code itself."""
    told = own.get(language_of(tag)) or own.get("en") if own else None
    return told or words_of(tag).reasons.get(code.replace(" ", "_")) or code.rpartition(".")[2].replace("_", " ").capitalize()


def wish_text(kind: ActionKind, wanted: Mapping[str, object], tag: str, write: Write = as_it_is) -> str:
    """Say in a few words what was asked for about an order or a parcel under way; `wanted` are the action's arguments as JSON types."""
    return _said("wishes", kind, _plain(wanted), tag, write)


def _plain(wanted: Mapping[str, object]) -> dict[str, str | int | date]:
    """Take the arguments that can be told: days as days, an address in one line, a yes or no as a word."""
    found: dict[str, str | int | date] = {}
    for name, value in wanted.items():
        if isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, Mapping):
            lines = value.get("lines")
            parts = [*(lines if isinstance(lines, (list, tuple)) else ()), value.get("postcode"), value.get("city")]
            found[name] = ", ".join(str(part) for part in parts if part)
        elif isinstance(value, str) and name in {"on", "until"}:
            found[name] = day_in(value) or value
        elif isinstance(value, (str, int)) and value != "":
            found[name] = value
    return found


def day_in(text: str) -> date | None:
    """Read "2026-12-01"; None: it is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _said(table: str, key: str, facts: _Facts, tag: str, write: Write) -> str:
    own: dict[str, str | list[str]] = getattr(words_of(tag), table)
    named = next((f"{key}.{value}" for value in facts.values() if f"{key}.{value}" in own), key)
    forms = own[named]
    for form in [forms] if isinstance(forms, str) else forms:
        holes = _HOLE.findall(form)
        if all(facts.get(hole) not in {None, ""} for hole in holes):
            return _filled(form, {hole: _written(hole, facts[hole], write) for hole in holes})
    raise LookupError(f"{named} has no form without holes")


def _written(name: str, value: str | int | date, write: Write) -> str:
    day = day_in(value) if isinstance(value, str) and name.endswith("_on") else None
    return write(name, day if day is not None else value)


def _filled(form: str, values: Mapping[str, str]) -> str:
    for hole, value in values.items():
        form = stopped_once(form, hole, value)
    return _HOLE.sub(lambda found: values[found[1]], form)


def words_of(tag: str) -> Words:
    """Give the sentences of a tag's language."""
    return _read(language_of(tag))


@cache
def _read(language: str) -> Words:
    """Read a language; once per process."""
    file = resources.files("doorstep.domain.actions") / "words" / f"{language}.toml"
    return msgspec.toml.decode(file.read_text("utf-8"), type=Words)
