"""What owners and customers are told outside of every journey (a pause, guessing, a code) → the message, in their language; no template has a part in it."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from doorstep.domain.languages import language_of, stopped_once
from doorstep.domain.messages import Rendered


class Paused(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that was paused because it cannot be used as it is set up."""

    #: The merchant's name.
    shop: str
    #: The connection's name at the desk, and its provider's.
    name: str
    provider: str
    #: What rests meanwhile: "carrier" (it is not asked), "channel" (its messages wait), "webhook", "shop", "helpdesk" or "model" (it is not asked).
    rests: str
    #: Our own words for what is wrong; English, without personal data.
    why: str
    #: The connection's page at the desk.
    url: str


def paused_notice(paused: Paused, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    words = _words(language_of(locale))
    holes = {name: " ".join(str(value).split()) for name, value in msgspec.structs.asdict(paused).items()}
    holes["effect"] = _filled(words[f"effect_{paused.rests}"], holes)
    return Rendered(subject=_filled(words["subject"], holes), text=_filled(words["text"], holes))


def _filled(source: str, holes: dict[str, str]) -> str:
    for hole, value in holes.items():
        source = stopped_once(source, hole, value)
    return source.format_map(holes)


@cache
def _words(name: str) -> dict[str, str]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A connection whose mailbox cannot be read."""

    #: The merchant's name.
    shop: str
    #: The connection's name at the desk, and its provider's.
    name: str
    provider: str
    #: Its login, address or folder is refused; else it does not answer.
    refused: bool
    #: Our own words for what is wrong; English, without personal data.
    why: str
    #: Since when, as a text.
    since: str
    #: The connection's page at the desk.
    url: str


def unread_notice(unread: Unread, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    words = _words(f"mailbox_{language_of(locale)}")
    holes = {name: " ".join(str(value).split()) for name, value in msgspec.structs.asdict(unread).items()}
    holes["remedy"] = words["remedy_refused" if unread.refused else "remedy_away"]
    return Rendered(subject=_filled(words["subject"], holes), text=_filled(words["text"], holes))


class TemplatesPaused(msgspec.Struct, frozen=True, kw_only=True):
    """Templates by which nothing is sent any more, though it was."""

    #: The merchant's name.
    shop: str
    #: The connection's name at the desk, and its provider's.
    name: str
    provider: str
    #: (Name and language of a template, why), in order.
    templates: tuple[tuple[str, str], ...]
    #: The page at the desk where they stand.
    url: str


def templates_notice(paused: TemplatesPaused, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    words = _words(f"approval_{language_of(locale)}")
    holes = {name: " ".join(value.split()) for name, value in msgspec.structs.asdict(paused).items() if isinstance(value, str)}
    holes["templates"] = "\n".join(f"    {' '.join(which.split())}: {' '.join(why.split())}" for which, why in paused.templates)
    return Rendered(subject=_filled(words["subject"], holes), text=_filled(words["text"], holes))


class Guessed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody tries to find out what is not theirs."""

    #: The merchant's name.
    shop: str
    #: Tries refused so far today, and of how many networks, orders and people.
    times: int
    subjects: int
    #: The page at the desk that lists them.
    url: str


def guessing_notice(guessed: Guessed, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    words = _words(f"guessing_{language_of(locale)}")
    holes = {name: " ".join(str(value).split()) for name, value in msgspec.structs.asdict(guessed).items()}
    return Rendered(subject=_filled(words["subject"], holes), text=_filled(words["text"], holes))


def code_notice(brand: str, code: str, minutes: int, locale: str, *, host: str = "", text: bool = False) -> Rendered:
    """Write the message that brings a customer a one-time code, as a mail or as a `text` message.

    A text that names the page's `host` ends so that telephones offer the code there and on no other page. Source: WICG,
    "Origin-bound one-time codes delivered via SMS" (wicg.github.io/sms-one-time-codes), draft of 2021-02-19: the last line is
    "@host #code"; read 2026-11-29. The code stands in no subject: lists of messages are read by others, too.
    """
    words = _words(f"code_{language_of(locale)}")
    holes = {"brand": " ".join(brand.split()), "code": code, "minutes": str(minutes)}
    if text:
        bound = f"\n\n@{host} #{code}" if host else ""
        return Rendered(text=_filled(words["sms"], holes) + bound)
    return Rendered(subject=_filled(words["subject"], holes), text=_filled(words["text"], holes))
