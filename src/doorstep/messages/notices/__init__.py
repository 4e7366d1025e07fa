"""A paused connection or template → the mail that its merchant's owners get, in their shop's language; customers' templates have no part in it."""

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
    #: What rests meanwhile: "carrier" (it is not asked), "channel" (its messages wait), "webhook" or "shop".
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
