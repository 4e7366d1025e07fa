"""A merchant's talks → what is wrong with them, before they go live: every path ends, every refusal has an answer, every word is there."""

import re
from collections.abc import Iterator

from doorstep.conversations.talks.acting import MADE
from doorstep.conversations.talks.book import Book, Talk, house
from doorstep.conversations.talks.filling import ASKED
from doorstep.conversations.talks.saying import words_of
from doorstep.conversations.talks.telling import TELLERS
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.actions.saying import words_of as action_words
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.intents import Intent

_HOLE = re.compile(r"\{(\w*)\}")
#: Characters of one text of a merchant's.
_LONGEST = 1000
#: Of a title that can be chosen. Source: WhatsApp's reply buttons, Meta's messaging API v23.0, as known on 2026-11-29.
_LONGEST_TITLE = 20


def faults(book: Book) -> list[str]:
    """Say all that is wrong, each in a sentence; [] nothing is."""
    return [
        *(f"{talk.slug}: {fault}" for talk in book.talks.values() for fault in _of_talk(talk, book)),
        *_of_intents(book),
        *_of_words(book),
    ]


def _of_talk(talk: Talk, book: Book) -> Iterator[str]:
    yield from _of_needs(talk)
    yield from _of_actions(talk)
    for intent in talk.intents:
        if intent not in set(Intent):
            yield f"there is no intent {intent!r}"
    for slug in talk.next:
        if slug not in book.talks:
            yield f"it offers {slug!r} next, and there is no such talk"
    for teller in talk.tells:
        if teller not in TELLERS:
            yield f"there is nothing that tells {teller!r}"
    if not (talk.tells or talk.actions or talk.knowledge or talk.handover):
        yield "it neither tells, does nor looks up anything, and hands over to nobody: it would never end"
    if f"talk.{talk.slug}" not in words_of("en"):
        yield "it has no title, so nothing can offer it"


def _of_needs(talk: Talk) -> Iterator[str]:
    for need in (*talk.needs, *talk.may):
        if need not in ASKED:
            yield f"nobody knows how to ask for {need!r}"
        elif need in talk.needs and f"ask.{need}" not in words_of("en"):
            yield f"no words ask for {need!r}"


def _of_actions(talk: Talk) -> Iterator[str]:
    for kind in talk.actions:
        if kind not in MADE:
            yield f"the action {kind} cannot be made from what a talk asks for"
        elif f"done.{kind}" not in words_of("en"):
            yield f"nothing is said once {kind} is done"
        elif DECLARATIONS[kind].confirmed and not any(key.startswith(f"confirm.{kind}") for key in words_of("en")):
            yield f"no words ask for the yes to {kind}"


def _of_intents(book: Book) -> Iterator[str]:
    answered = [intent for talk in book.talks.values() for intent in talk.intents]
    for intent in Intent:
        if answered.count(intent) != 1:
            yield f"{intent} is answered by {answered.count(intent)} talks instead of one"
    for choice, slug in book.choices.items():
        if slug not in book.talks:
            yield f"the choice {choice!r} leads to {slug!r}, and there is no such talk"
    for language in LANGUAGES:
        missing = {*RefusalCode} - action_words(language).refusals.keys()
        for code in sorted(missing):
            yield f"the refusal {code} has no sentence in {language}"


def _of_words(book: Book) -> Iterator[str]:
    """What a merchant wrote must speak of the same things as ours, and fit."""
    for language, texts in book.words.items():
        if language not in LANGUAGES:
            yield f"{language!r} is no language that customers are answered in"
            continue
        for key, text in texts.items():
            yield from of_text(language, key, text)


def of_text(language: str, key: str, text: str) -> Iterator[str]:
    """Say what is wrong with one text of a merchant's own, in a served language."""
    ours = words_of(language).get(key)
    if ours is None:
        yield f"{language}: there are no words called {key!r}"
        return
    known = holes_of(ours)
    for hole in sorted(set(_HOLE.findall(text)) - known):
        named = ", ".join(f"{{{one}}}" for one in sorted(known)) or "nothing to fill in"
        yield f"{language} {key}: {{{hole}}} stands for nothing here; there is {named}"
    if not text.strip() or len(text) > longest_of(key):
        yield f"{language} {key}: write 1 to {longest_of(key)} characters"
    if any(not sign.isprintable() and (sign != "\n" or is_title(key)) for sign in text):
        yield f"{language} {key}: it holds a sign that cannot be printed{', or breaks the line' if is_title(key) else ''}"


def holes_of(forms: str | list[str]) -> set[str]:
    """Name what words may speak of."""
    return {hole for form in ([forms] if isinstance(forms, str) else forms) for hole in _HOLE.findall(form)}


def is_title(key: str) -> bool:
    """Tell whether words are the title of something that can be chosen."""
    return key.startswith(("title.", "talk."))


def longest_of(key: str) -> int:
    """How many characters words may have."""
    return _LONGEST_TITLE if is_title(key) else _LONGEST


def untouched() -> list[str]:
    """Check the house's own talks."""
    return faults(house())
