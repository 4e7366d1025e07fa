"""A paused connection or template → the mail that its merchant's owners get, in their shop's language; customers' templates have no part in it."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from doorstep.domain.languages import language_of
from doorstep.domain.messages import Rendered


class Paused(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that was paused because it cannot be used as it is set up."""

    #: The merchant's name.
    shop: str
    #: The connection's name at the desk, and its provider's.
    name: str
    provider: str
    #: What rests meanwhile: "carrier" (it is not asked), "channel" (its messages wait), "webhook" or "shop".
    rests: str
    #: Our own words for what is wrong; English, without personal data.
    why: str
    #: The connection's page at the desk.
    url: str


def paused_notice(paused: Paused, locale: str) -> Rendered:
    """Write the notice in the language of a tag, in English where we have no other."""
    language = language_of(locale)
    words = _words(language)
    holes = {name: " ".join(str(value).split()) for name, value in msgspec.structs.asdict(paused).items()}
    holes["effect"] = words[f"effect_{paused.rests}"].format_map(holes)
    return Rendered(subject=words["subject"].format_map(holes), text=words["text"].format_map(holes))


@cache
def _words(language: str) -> dict[str, str]:
    file = files(__package__) / f"{language}.toml"
    return tomllib.loads((file if file.is_file() else files(__package__) / "en.toml").read_text("utf-8"))


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
    words = _unread_words(language_of(locale))
    holes = {name: " ".join(str(value).split()) for name, value in msgspec.structs.asdict(unread).items()}
    holes["remedy"] = words["remedy_refused" if unread.refused else "remedy_away"]
    return Rendered(subject=words["subject"].format_map(holes), text=words["text"].format_map(holes))


@cache
def _unread_words(language: str) -> dict[str, str]:
    found = files(__package__) / f"mailbox_{language}.toml"
    return tomllib.loads((found if found.is_file() else files(__package__) / "mailbox_en.toml").read_text("utf-8"))


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
    language = locale.replace("_", "-").partition("-")[0].lower()
    words = _approval_words(language)
    holes = {name: " ".join(value.split()) for name, value in msgspec.structs.asdict(paused).items() if isinstance(value, str)}
    holes["templates"] = "\n".join(f"    {' '.join(which.split())}: {' '.join(why.split())}" for which, why in paused.templates)
    return Rendered(subject=words["subject"].format_map(holes), text=words["text"].format_map(holes))


@cache
def _approval_words(language: str) -> dict[str, str]:
    found = files(__package__) / f"approval_{language}.toml"
    chosen = found if language.isalpha() and found.is_file() else files(__package__) / "approval_en.toml"
    return tomllib.loads(chosen.read_text("utf-8"))
