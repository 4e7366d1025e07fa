"""Pieces, a language, the merchant's own words → the text that is said, each value as the language writes it."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

from doorstep.conversations.talks.book import Book
from doorstep.domain.actions.refusals import Concern
from doorstep.domain.actions.saying import concern_text, instead_text, refusal_text
from doorstep.domain.languages import language_of, stopped_once
from doorstep.domain.sentences import event_sentence, pitfall_told
from doorstep.domain.talking.memory import Offer
from doorstep.domain.talking.turns import Fact, Piece

#: A fact's name and value → the value as the customer's language writes it.
Write = Callable[[str, Fact], str]
#: Tables of words whose sentences belong together.
_LISTED = frozenset({"where", "confirm", "details", "case", "refund", "contact"})
_HOLE = re.compile(r"\{(\w+)\}")
#: Key → its forms: the first whose holes all have a fact is said, the last has none or only such as are always there.
Words = Mapping[str, str | list[str]]


@cache
def words_of(language: str) -> dict[str, str | list[str]]:
    """Read the words of a served language; once per process."""
    file = resources.files("doorstep.conversations.talks") / "words" / f"{language}.toml"
    tables = msgspec.toml.decode(file.read_text("utf-8"), type=dict[str, dict[str, str | list[str]]])
    return {f"{table}.{key}": forms for table, keys in tables.items() for key, forms in keys.items()}


def said(pieces: Sequence[Piece], tag: str, book: Book, write: Write) -> str:
    """Write what is said: sentences about one thing line by line, an empty line where another begins."""
    told, about = "", ""
    for piece in pieces:
        text = _said(piece, tag, book, write)
        if text:
            group = _group(piece)
            between = "\n" if group and group == about else "\n\n" if told else ""
            told = f"{told}{between}{text}"
            about = group
    return told


def _group(piece: Piece) -> str:
    """What a piece is about; "" it stands alone."""
    kind = piece.key.partition("/")[0].partition(".")[0]
    return "where" if kind in {"event", "pitfall"} else kind if kind in _LISTED else ""


def titled(offer: Offer, tag: str, book: Book) -> str:
    """Write the title of what is offered."""
    return _filled(offer.key, {}, tag, book, lambda _name, value: str(value)) if offer.key else offer.title


def _said(piece: Piece, tag: str, book: Book, write: Write) -> str:
    if piece.refusal is not None:
        told = (refusal_text(piece.refusal, tag, write), instead_text(piece.refusal, tag))
        return " ".join(one for one in told if one)
    if piece.text:
        return piece.text
    kind, slash, name = piece.key.partition("/")
    if not slash:
        return _filled(piece.key, piece.facts, tag, book, write)
    match kind:
        case "event":
            return event_sentence(name, tag)
        case "pitfall":
            return pitfall_told(name, tag).customer
        case "concern":
            return concern_text(Concern(name), tag)
        case _:
            raise LookupError(f"there are no words of the kind {kind!r}")


def _filled(key: str, facts: Mapping[str, Fact], tag: str, book: Book, write: Write) -> str:
    language = language_of(tag)
    own = book.words.get(language, {}).get(key)
    ours = words_of(language).get(key, words_of("en")[key])
    # A merchant's text that speaks of what this turn has not gives way to ours: nothing stays unsaid.
    for form in (*([own] if own else []), *([ours] if isinstance(ours, str) else ours)):
        holes = _HOLE.findall(form)
        if all(facts.get(hole) not in {None, ""} for hole in holes):
            return _with(form, {hole: write(hole, facts[hole]) for hole in holes})
    return ""


def _with(form: str, written: Mapping[str, str]) -> str:
    for hole, value in written.items():
        form = stopped_once(form, hole, value)
    return _HOLE.sub(lambda found: written[found[1]], form)
