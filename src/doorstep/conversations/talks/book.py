"""`book.toml` and a merchant's own changes → the talks as values; which one answers an intent or a choice."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from doorstep.domain.actions.kinds import ActionKind, OrderState
from doorstep.domain.talking.handovers import HandoverReason


class Talk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One situation: what starts it, what it needs, what it does or tells, what comes next."""

    #: Its name; the key it stands under.
    slug: str = ""
    #: One English sentence, for the desk and for models.
    about: str
    #: `Intent`s that it answers.
    intents: tuple[str, ...] = ()
    #: Slots in the order in which they are asked for.
    needs: tuple[str, ...] = ()
    #: Slots that are taken where they are told, and not asked for.
    may: tuple[str, ...] = ()
    #: Slots that are given from the start.
    sets: dict[str, Any] = {}
    #: Tried in this order.
    actions: tuple[ActionKind, ...] = ()
    #: How far an order is for which it makes sense, where its actions do not say so; empty: any.
    fits: tuple[OrderState, ...] = ()
    #: Names of functions in `telling`.
    tells: tuple[str, ...] = ()
    #: The shop's knowledge is asked.
    knowledge: bool = False
    #: Talks that are offered after its answer.
    next: tuple[str, ...] = ()
    #: A human takes over after what it told; None: none does.
    handover: HandoverReason | None = None
    #: The merchant has switched it off: a human answers instead.
    enabled: bool = True


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a merchant has changed of the talks."""

    #: The machine answers at all; False: every word is a human's.
    on: bool = True
    #: Slugs of talks that are switched off.
    off: tuple[str, ...] = ()
    #: Language → key of the words → the merchant's own text.
    words: dict[str, dict[str, str]] = {}
    #: Talk → the talks it offers next.
    next: dict[str, tuple[str, ...]] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    choices: dict[str, str]
    talks: dict[str, Talk]


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """All talks of one merchant."""

    talks: dict[str, Talk]
    #: Slug of a choice of our messages → talk.
    choices: dict[str, str]
    #: Language → key → the merchant's own words.
    words: dict[str, dict[str, str]] = {}
    #: The machine answers at all.
    on: bool = True

    def answering(self, intent: str) -> Talk | None:
        """The talk that answers an intent; None: none does."""
        return next((one for one in self.talks.values() if intent in one.intents), None)


@cache
def house() -> Book:
    """Read the house's own definitions; once per process."""
    read = msgspec.toml.decode((resources.files(__package__) / "book.toml").read_text("utf-8"), type=_File)
    talks = {slug: msgspec.structs.replace(talk, slug=slug) for slug, talk in read.talks.items()}
    return Book(talks=talks, choices=read.choices)


def book_of(changes: Changes | None = None) -> Book:
    """Give the talks as a merchant wants them."""
    book = house()
    if changes is None:
        return book
    return msgspec.structs.replace(
        book, talks={slug: _changed(talk, changes) for slug, talk in book.talks.items()}, words=changes.words, on=changes.on
    )


def _changed(talk: Talk, changes: Changes) -> Talk:
    following: Mapping[str, tuple[str, ...]] = changes.next
    return msgspec.structs.replace(talk, enabled=talk.slug not in changes.off, next=following.get(talk.slug, talk.next))
