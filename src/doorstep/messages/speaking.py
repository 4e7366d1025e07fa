"""A template's parts in one language → what chats and notifications carry: text, answers, a link, and the approved twin."""

from functools import cache
from typing import Any

import msgspec

from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.messages import Approved, Choice, Link, Rendered
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.approving import FOLDERS, META_LANGUAGES, approved_name, value_text, values_of
from doorstep.messages.choices import MOST
from doorstep.messages.filling import Template, template_of
from doorstep.messages.layout import Parts, words_of

#: Characters of a chat's text. Source: a button template of Messenger holds 640, a reply of WhatsApp 1,024, as known on 2026-11-29.
CHAT_LIMIT = 600
#: Characters of a notification's title and of what stands below it, as phones show them closed.
TITLE_LIMIT, PUSH_LIMIT = 60, 170
#: What is rendered here; every other channel has its own way in `library`.
SPOKEN = frozenset({ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.CHAT, ChannelKind.INAPP, ChannelKind.PUSH, ChannelKind.WALLET})
_NOTICES = frozenset({ChannelKind.PUSH, ChannelKind.WALLET})
_WITH_APPROVAL = frozenset({ChannelKind.WHATSAPP, ChannelKind.MESSENGER})


class Spoken(msgspec.Struct, frozen=True):
    """One template in one language, ready for every channel that is not paper."""

    name: str
    #: The template's language as Meta writes it; "" where it is none of ours.
    meta_language: str
    headline: Template
    chat: Template
    push: Template
    #: The utility part's values, in order, with the text after each; None: it has no such part.
    values: tuple[tuple[Template, str], ...] | None
    choices: tuple[Choice, ...]
    #: "parcel", "order", "orders", "case", or "".
    link: str
    #: Its titles by the page's kind.
    titles: dict[str, str]

    def render(self, kind: ChannelKind, context: dict[str, Any]) -> Rendered:
        """Fill in for one of `SPOKEN`.

        Raises:
            BadTemplateError: a part cannot be filled in.
        """
        if kind in _NOTICES:
            subject = cut(_one_line(self.headline.fill(context)), TITLE_LIMIT)
            return Rendered(subject=subject, text=cut(_one_line(self.push.fill(context)), PUSH_LIMIT), link=self._link(context))
        return Rendered(
            text=cut(_paragraphs(self.chat.fill(context)), CHAT_LIMIT),
            choices=self.choices,
            link=self._link(context),
            approved=self._approved(context) if kind in _WITH_APPROVAL else None,
        )

    def lengths(self, context: dict[str, Any]) -> dict[str, tuple[int, int]]:
        """Count what stands in a chat and in a notification before it is cut: part → (characters, most).

        Raises:
            BadTemplateError: a part cannot be filled in.
        """
        return {
            "chat": (len(_paragraphs(self.chat.fill(context))), CHAT_LIMIT),
            "headline": (len(_one_line(self.headline.fill(context))), TITLE_LIMIT),
            "push": (len(_one_line(self.push.fill(context))), PUSH_LIMIT),
        }

    def _link(self, context: dict[str, Any]) -> Link | None:
        """Lead to the parcel's page, or to the order's where that is wanted, more than one parcel is told of, or there is no other."""
        parcel, order = context["parcel"], context["links"]["order"]
        own = parcel["url"] if parcel else None
        if not self.link:
            return None
        if self.link == "case" and context["links"]["case"]:
            return Link(title=self.titles["case"], url=context["links"]["case"])
        if order and (not own or self.link != "parcel" or context["several"]):
            return Link(title=self.titles["orders" if self.link == "orders" else "order"], url=order)
        return Link(title=self.titles["parcel"], url=own) if own else None

    def _approved(self, context: dict[str, Any]) -> Approved | None:
        """Write the approved twin's values; None: there is none, or its button has no page of ours to lead to."""
        if self.values is None or not self.meta_language:
            return None
        end = None
        if self.link:
            end = self._link_end(context)
            if not end:
                return None
        return Approved(
            name=approved_name(self.name),
            language=self.meta_language,
            values=tuple([value_text(one.fill(context), after) for one, after in self.values]),
            link_end=end,
        )

    def _link_end(self, context: dict[str, Any]) -> str:
        """What follows the folder in the address of the page that the approved button leads to; "": it is no page of ours."""
        parcel, links, folder = context["parcel"], context["links"], FOLDERS[self.link]
        if self.link == "case":
            return str(links["case"] or "").rpartition(f"/{folder}/")[2]
        url = (parcel["url"] if parcel else None) if self.link == "parcel" else links["order"]
        before, _, end = (url or "").rpartition("/")
        return end if before.rpartition("/")[2] == folder else ""


def spoken_of(name: str, parts: Parts, locale: str) -> Spoken:
    """Read a template's parts.

    Raises:
        BadTemplateError: one of them cannot be read.
    """
    words, language = words_of(language_of(locale)), locale.replace("_", "-").partition("-")[0].lower()
    return Spoken(
        name,
        META_LANGUAGES[language] if language in LANGUAGES else "",
        template_of(parts.headline or parts.subject, html=False),
        template_of(parts.chat or "\n\n".join(part for part in (parts.headline, parts.intro) if part), html=False),
        template_of(parts.push or parts.preheader or parts.intro, html=False),
        tuple(values_of(parts.utility)) if parts.utility else None,
        choices_of(parts.choices, locale),
        parts.link,
        {kind: words[f"link_{kind}"] for kind in FOLDERS},
    )


@cache
def choices_of(slugs: tuple[str, ...], locale: str) -> tuple[Choice, ...]:
    """Title answers in a language."""
    words = words_of(language_of(locale))
    return tuple(Choice(choice_id=slug, title=words[f"choice_{slug}"]) for slug in slugs[:MOST])


def cut(text: str, most: int) -> str:
    """Shorten a text to at most so many characters, at a word's end where one is near."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    at_word = kept.rpartition(" ")[0]
    return f"{(at_word if len(at_word) > most // 2 else kept).rstrip(' ,;:.')}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(text: str) -> str:
    """Leave out space that nobody sees; at most one empty line stays between two others."""
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    return "\n".join([line for place, line in enumerate(lines) if line or lines[place - 1]])
