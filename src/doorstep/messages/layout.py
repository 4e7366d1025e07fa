"""A template's parts + layout blocks + words → one MJML and one text source → HTML that still holds its Liquid."""

import html
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

import mrml
import msgspec

from doorstep.messages.engine import BadTemplateError

#: Liquid in a source: a value or a tag.
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
#: A place in a layout that is filled when the template is read, not for every message.
_SLOT = re.compile(r"\[\[(\w+)\]\]")
#: How a piece of Liquid travels through the MJML compiler: a word that is text, attribute and colour alike.
_STAND_IN = re.compile(r"LQ(\d{4})QL")
#: Blocks that draw, so that plain text has nothing of them.
_PICTURES = frozenset({"steps"})
_BETWEEN_TAGS = re.compile(r">\s+<")
#: For Outlook 2003 and for one mail program that has long read the rule beside it.
_OLDEST = re.compile(r"<!--\[if lte mso 11\]>.*?<!\[endif\]-->|<style media=[^>]*>\.moz.*?</style>", re.DOTALL)
_TWICE = re.compile(r"background:([^;\"]+);background-color:\1(?=[;\"])")
_AROUND_SIGNS = re.compile(r" ?([{};,]|(?<=[a-z]):(?= )) ?")
#: A line may end wherever space stands within a tag.
_IN_TAG = re.compile(r"<(html|meta|style|table|div|p|a|img) ")
_STYLE = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)


class Parts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is special to one template in one language; plain text with Liquid in it."""

    subject: str
    #: What a mailbox shows beside the subject.
    preheader: str
    headline: str
    #: Paragraphs, an empty line between them.
    intro: str
    sms: str
    #: What a chat reads (WhatsApp, Messenger, the site's chat, the brand's app): at most 600 characters whatever is filled in, no
    #: address, since the link is a button there. "": the headline and the intro.
    chat: str = ""
    #: What a notification says below its title (the headline); "": the preheader.
    push: str = ""
    #: The same for providers that approve a text beforehand: values with filters, no tags, a word before the first value and one after the last.
    utility: str = ""
    #: Answers that are offered, by slug, in order; their titles are the layout's words `choice_<slug>`. The English file speaks for all.
    choices: tuple[str, ...] = ()
    #: The page that its button leads to: "parcel", "order", "orders" (all that a digest tells of), "case", or "" for none; the English file speaks for all.
    link: str = "parcel"
    #: The same parts in a warmer tone: "headline", "intro", "sms", "chat", "push", "subject", "preheader".
    warm: dict[str, str] = {}
    #: Blocks of the layout below the intro, in order.
    blocks: tuple[str, ...] = ("window", "button", "steps", "parcels", "items", "address")


def html_source(parts: Parts, locale: str) -> str:
    """Lay a template out and compile its MJML; the result is HTML with Liquid in it."""
    words = words_of(locale)
    filled = {
        "subject": _written(parts.subject),
        "preheader": _written(parts.preheader),
        "headline": _written(parts.headline),
        "intro": "".join(f"<p>{_written(' '.join(one.split()))}</p>" for one in parts.intro.split("\n\n") if one.strip()),
        "lang": locale,
        "blocks": "".join(layout_file(f"{name}.html").strip() for name in parts.blocks),
    }
    return compile_mjml(_slotted(_slotted(layout_file("shell.mjml"), filled), words, escape=True))


def text_source(parts: Parts, locale: str) -> str:
    """Lay a template out as plain text with Liquid in it."""
    filled = {
        "headline": parts.headline.strip(),
        "intro": "\n\n".join(" ".join(one.split()) for one in parts.intro.split("\n\n") if one.strip()),
        "blocks": "".join(layout_file(f"{name}.txt") for name in parts.blocks if name not in _PICTURES),
    }
    return _slotted(_slotted(layout_file("shell.txt"), filled), words_of(locale))


@lru_cache(maxsize=1024)
def compile_mjml(source: str) -> str:
    """Turn MJML with Liquid in it into HTML with the same Liquid in it.

    Raises:
        BadTemplateError: the MJML cannot be read.
    """
    pieces: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        pieces.append(found.group())
        return f"LQ{len(pieces) - 1:04d}QL"

    if _STAND_IN.search(source):
        raise BadTemplateError("LQ0000QL and its like are reserved")
    try:
        made = mrml.to_html(_LIQUID.sub(stand_in, source)).content
    except OSError as error:
        raise BadTemplateError(f"the MJML cannot be read: {str(error).splitlines()[0][:200]}") from error
    return _STAND_IN.sub(lambda found: pieces[int(found.group(1))], _smaller(made))


def _smaller(made: str) -> str:
    """Leave out space that no mail program shows, and end lines within tags: a mail of short lines need not be encoded."""
    made = _STYLE.sub(lambda found: f"{found.group(1)}{_smaller_css(found.group(2))}{found.group(3)}", made)
    return _IN_TAG.sub(r"<\1\n", _TWICE.sub(r"background:\1", _BETWEEN_TAGS.sub("><", _OLDEST.sub("", made))))


def _smaller_css(css: str) -> str:
    tight = _AROUND_SIGNS.sub(r"\1", " ".join(css.split())).replace(";}", "}")
    return tight if '"' in tight or "'" in tight else tight.replace(" ", "\n")


def _written(text: str) -> str:
    """Write a part's plain text as HTML; its Liquid stays as it is and is escaped when filled in."""
    pieces, end = [], 0
    for found in _LIQUID.finditer(text):
        pieces += [html.escape(text[end : found.start()], quote=False), found.group()]
        end = found.end()
    return "".join((*pieces, html.escape(text[end:], quote=False))).strip()


def _slotted(source: str, filled: Mapping[str, str], *, escape: bool = False) -> str:
    def fill(found: re.Match[str]) -> str:
        word = filled.get(found.group(1))
        return found.group() if word is None else _written(word) if escape else word

    return _SLOT.sub(fill, source)


@cache
def layout_file(name: str) -> str:
    """Read a file of the layout; once per process."""
    return (resources.files("doorstep.messages") / "templates" / "layout" / name).read_text("utf-8")


@cache
def words_of(language: str) -> dict[str, str]:
    """Read the layout's own words in a language, English ones where it has none; once per process."""
    english = msgspec.toml.decode(layout_file("en.toml"), type=dict[str, str])
    if language == "en" or not is_written("layout", language):
        return english
    return {**english, **msgspec.toml.decode(layout_file(f"{language}.toml"), type=dict[str, str])}


def is_written(template: str, language: str) -> bool:
    """Tell whether a template of ours (or the "layout") is there in a language."""
    return (resources.files("doorstep.messages") / "templates" / template / f"{language}.toml").is_file()


@cache
def parts_of(template: str, locale: str) -> Parts | None:
    """Read a template that comes with Doorstep; None: not in this language. Once per process."""
    if not is_written(template, locale):
        return None
    file = resources.files("doorstep.messages") / "templates" / template / f"{locale}.toml"
    parts = msgspec.toml.decode(file.read_bytes(), type=Parts)
    english = parts_of(template, "en") if locale != "en" else None
    return msgspec.structs.replace(parts, choices=english.choices, link=english.link) if english is not None else parts


@cache
def template_names() -> tuple[str, ...]:
    """Name the templates that come with Doorstep."""
    folder = resources.files("doorstep.messages") / "templates"
    return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir() and one.name != "layout"))
