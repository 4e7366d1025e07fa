"""Words that a talk says ↔ a form: each with ours, its holes explained, what it reads like, and what is wrong with it."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.conversations.talks.book import Book
from doorstep.conversations.talks.checking import holes_of, is_title, longest_of, of_text
from doorstep.conversations.talks.saying import said, words_of
from doorstep.conversations.talks.showing import HOLES, facts_of, said_by
from doorstep.domain.talking.turns import Piece
from doorstep.steps.talk_saying import writer
from doorstep.web.look.asking import clean_lines, clean_text

_PREFIX = "part-"
#: What is read of one field: more than may be kept, so that too much is said to be too much.
_MOST_READ = 1200
_MARK = 16
_WIDE = 70


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One text of the form."""

    #: Its key; "say.hello".
    key: str
    #: Its key as part of a name in HTML.
    part: str
    title: bool
    most: int
    rows: int
    #: Ours; said where nothing is written, or where what is written speaks of what is not known.
    ours: tuple[str, ...]
    #: Hole → what stands there.
    holes: dict[str, str]
    typed: str
    #: The merchant's own text is kept already.
    own: bool
    #: Fingerprint of what is kept: what somebody else changed meanwhile is not written over.
    was: str
    #: With made-up facts.
    says: str
    problems: tuple[str, ...]
    #: Other talks that say it, too.
    also: tuple[str, ...]


def typed_in(form: FormMultiDict, keys: Sequence[str]) -> dict[str, str]:
    """Read what was typed for these keys; what the form does not bring is left out."""
    found: dict[str, str] = {}
    for key in keys:
        value = form.get(_PREFIX + part_of(key))
        if isinstance(value, str):
            found[key] = clean_text(value, _MOST_READ) if is_title(key) else clean_lines(value, _MOST_READ)
    return found


def changed_in(form: FormMultiDict, typed: Mapping[str, str]) -> dict[str, str]:
    """Pick what was changed in the form, by the marks that came with it."""
    return {key: text for key, text in typed.items() if mark_of(text) != form.get(f"was-{part_of(key)}")}


def foreign(form: FormMultiDict, changed: Mapping[str, str], kept: Mapping[str, str]) -> list[str]:
    """Name what somebody else has changed since the form was made."""
    return [key for key in changed if mark_of(kept.get(key, "")) != form.get(f"was-{part_of(key)}")]


def problems_of(language: str, typed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Say what is wrong with each text; an empty one takes ours, which is right."""
    found = {key: tuple(of_text(language, key, text)) for key, text in typed.items() if text}
    return {key: wrong for key, wrong in found.items() if wrong}


def fields_of(keys: Sequence[str], language: str, book: Book, typed: Mapping[str, str], slug: str, zone: str, brand: str) -> list[Field]:
    """Make the fields of a form; `book` says what is kept, `typed` what stands in the form instead."""
    kept, problems = book.words.get(language, {}), problems_of(language, typed)
    trying = msgspec.structs.replace(book, words={language: {key: text for key, text in {**kept, **typed}.items() if text}})
    return [_field(key, language, trying, kept, typed, problems.get(key, ()), slug, zone, brand) for key in keys]


def _field(  # noqa: PLR0913, PLR0917 - what a field shows
    key: str,
    language: str,
    book: Book,
    kept: Mapping[str, str],
    typed: Mapping[str, str],
    problems: tuple[str, ...],
    slug: str,
    zone: str,
    brand: str,
) -> Field:
    forms = words_of(language).get(key, words_of("en")[key])
    ours = (forms,) if isinstance(forms, str) else tuple(forms)
    text = typed.get(key, kept.get(key, ""))
    return Field(
        key=key,
        part=part_of(key),
        title=is_title(key),
        most=longest_of(key),
        rows=1 if is_title(key) else 2 if len(text or ours[0]) <= 2 * _WIDE else 4,
        ours=ours,
        holes={hole: HOLES.get(hole, "") for hole in sorted(holes_of(forms))},
        typed=text,
        own=bool(kept.get(key)),
        was=mark_of(kept.get(key, "")),
        says="" if problems else said([Piece(key=key, facts=facts_of(key, brand))], language, book, writer(language, zone)),
        problems=problems,
        also=tuple(one for one in said_by(key) if one != slug),
    )


def part_of(key: str) -> str:
    """Write a key as part of a name in HTML, where a full stop would begin a class."""
    return key.replace(".", "-", 1)


def mark_of(text: str) -> str:
    """Give the fingerprint of a text."""
    return hashlib.blake2b(text.encode(), digest_size=_MARK).hexdigest()
