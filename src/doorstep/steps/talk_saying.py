"""A turn → the message that answers it, in the customer's language, as their channel carries it."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.conversations.talks.book import Book
from doorstep.conversations.talks.fitting import Titled, fitted
from doorstep.conversations.talks.saying import said, titled
from doorstep.domain.languages import language_of
from doorstep.domain.messages import Choice, Link
from doorstep.domain.money import Money
from doorstep.domain.talking.memory import Memory, Offer
from doorstep.domain.talking.told import Span
from doorstep.domain.talking.turns import Fact, Piece, Turned
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.wording import day_text, fact_text, moment_text, money_text, short_day_text, window_text

#: Talks that most customers come for, and a human.
_STARTS = ("where", "return", "human")
#: Channels whose messages have a button for a page; in the others its address stands in the text.
_LINKED = frozenset({ChannelKind.CHAT, ChannelKind.INAPP})


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it is said."""

    text: str
    choices: tuple[Choice, ...] = ()
    link: Link | None = None


def writer(tag: str, zone: str) -> Callable[[str, Fact], str]:
    """Make what writes facts as a language does; moments by the clock of a zone."""

    def write(_name: str, value: Fact) -> str:
        match value:
            case Money():
                return money_text(value, tag)
            case Span():
                begins, _, ends = value.window.partition("-")
                return window_text(
                    Estimate(from_on=value.from_on, to_on=value.to_on, from_time=begins or None, to_time=ends or None, source=value.source),
                    tag,
                )
            case datetime():
                return moment_text(value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"), tag)
            case date():
                return day_text(value, tag)
            case _:
                return fact_text(value, tag)

    return write


def spoken(turned: Turned, book: Book, tag: str, zone: str, channel: ChannelKind) -> Spoken:
    """Write an answer."""
    text = said(turned.pieces, tag, book, writer(tag, zone))
    offered = [
        Titled(choice_id=choice_id(turned.memory, place, one), title=_title(one, tag, book), about=one.about)
        for place, one in enumerate(turned.offers)
    ]
    link = None
    if turned.link and channel in _LINKED:
        link = Link(title=titled(Offer(value="", key="title.page"), tag, book), url=turned.link)
    elif turned.link:
        text = f"{text}\n\n{turned.link}"
    by_number = said([Piece(key="ask.by_number")], tag, book, writer(tag, zone))
    fit, choices = fitted(text, offered, channel, by_number)
    return Spoken(text=fit, choices=choices, link=link)


def _title(offer: Offer, tag: str, book: Book) -> str:
    """Write what is offered; a day as people write one."""
    kind, _, day = offer.value.partition(".")
    return short_day_text(date.fromisoformat(day), tag) if kind == "day" and not offer.key else titled(offer, tag, book)


def starts(book: Book, tag: str) -> tuple[Choice, ...]:
    """Give what may be chosen before a first word; talks that are switched off are left out, and where the machine is, all are."""
    known = [slug for slug in _STARTS if book.on and (talk := book.talks.get(slug)) is not None and talk.enabled]
    offers = [Offer(value=f"talk.{slug}", key=f"talk.{slug}") for slug in known]
    return tuple(Choice(choice_id=one.value, title=titled(one, tag, book)) for one in offers)


def choice_id(memory: Memory, place: int, offer: Offer) -> str:
    """Name a choice: talks by their slug, which stays; all else by its place in this very answer, so that an old menu names nothing."""
    return offer.value if offer.value.startswith("talk.") else f"{memory.serial}.{place}"


def tag_of(language: str, locale: str) -> str:
    """Give the tag in which to answer: the language the customer writes, with the region of their order where it is the same."""
    return locale if not language or language_of(locale) == language else language
