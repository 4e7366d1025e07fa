"""The talks → docs/reference/talks.md, one talk as text, and all words of a language as TOML."""

from collections.abc import Iterator, Mapping

import msgspec

from doorstep.conversations.talks.book import Book, Talk, house
from doorstep.conversations.talks.changing import title_of
from doorstep.conversations.talks.checking import holes_of
from doorstep.conversations.talks.saying import words_of
from doorstep.conversations.talks.showing import HOLES, every_talk, words_said_by
from doorstep.domain.talking.intents import MEANINGS, Intent

_INTRODUCTION = """\
# Talks

{count} talks answer {intents} things that customers may want. [rules/talks.md](../rules/talks.md) tells how a turn is taken; what a merchant
changes of it is told in [let-talks-answer](../how-to/let-talks-answer.md). This page is generated from `conversations/talks/book.toml`.

- **needs** are asked for in this order, unless they are known or told already; **may** are taken where they are told, and not asked for.
- **actions** are tried in this order; the first that the guards allow is shown, and done after a yes.
- **next** is offered afterwards, the first three that make sense for the order.
"""


def talks_markdown() -> str:
    """Write the page of all talks."""
    book = house()
    parts = [_INTRODUCTION.format(count=len(book.talks), intents=len(Intent))]
    for title, talks in every_talk(book).items():
        parts += [f"## {title}\n", *(line for talk in talks for line in _section(talk, book))]
    return "\n".join([*parts, *_holes()])


def _section(talk: Talk, book: Book) -> Iterator[str]:
    yield f"### `{talk.slug}`: {title_of(talk.slug)}\n"
    yield f"{talk.about}\n"
    yield "| | |\n|---|---|"
    for name, values in _rows(talk, book):
        yield f"| {name} | {values} |"
    yield ""


def _rows(talk: Talk, book: Book) -> Iterator[tuple[str, str]]:
    chosen = [choice for choice, slug in book.choices.items() if slug == talk.slug]
    yield "intents", "<br>".join(f"`{one}`: {MEANINGS[Intent(one)]}" for one in talk.intents) or "none of its own"
    if chosen:
        yield "buttons below messages", _slugs(chosen)
    yield "needs", _slugs(talk.needs) or "nothing"
    if talk.may:
        yield "may", _slugs(talk.may)
    if talk.fits:
        yield "fits orders that are", _slugs(talk.fits)
    if talk.tells:
        yield "tells", _slugs(talk.tells)
    if talk.knowledge:
        yield "looks up", "the shop's own knowledge"
    if talk.actions:
        yield "actions", _slugs(talk.actions)
    if talk.next:
        yield "next", _slugs(talk.next)
    yield "hands over", f"always, as `{talk.handover}`" if talk.handover else "no"


def _holes() -> Iterator[str]:
    yield "## What words may speak of\n"
    yield "| in braces | stands for |\n|---|---|"
    for hole, meaning in HOLES.items():
        yield f"| `{{{hole}}}` | {meaning} |"
    yield ""


def _slugs(slugs: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{slug}`" for slug in slugs)


def talk_text(talk: Talk, book: Book, language: str = "en") -> str:
    """Write one talk to be read at a terminal."""
    lines = [f"{talk.slug}: {title_of(talk.slug)}{'' if talk.enabled else ' (off: a person answers)'}", talk.about, ""]
    lines += [f"{name + ':':<24}{values.replace('`', '').replace('<br>', chr(10) + ' ' * 24)}" for name, values in _rows(talk, book)]
    own, ours = book.words.get(language, {}), words_of(language)
    for title, keys in words_said_by(talk).items():
        lines += ["", title]
        for key in keys:
            forms = own.get(key) or ours[key]
            said = forms if isinstance(forms, str) else " | ".join(forms)
            lines.append(f"  {key}{' (own)' if key in own else ''}: {said}")
    return "\n".join(lines)


def words_toml(language: str, own: Mapping[str, str]) -> str:
    """Write all words of a language, with what may stand in braces beside them."""
    lines = [
        f"# What talks say in {language}. Of several forms the first is said whose braces can all be filled. What stands in braces stays as it is."
    ]
    table = ""
    for key, ours in words_of(language).items():
        of, _, name = key.partition(".")
        if of != table:
            lines += ["", f"[{of}]"]
            table = of
        holes = ", ".join(f"{{{hole}}} {HOLES.get(hole, '')}" for hole in sorted(holes_of(ours)))
        lines += [f"# {holes}"] if holes else []
        lines.append(f"{name} = {msgspec.json.encode(own.get(key, ours)).decode()}")
    return "\n".join(lines) + "\n"
