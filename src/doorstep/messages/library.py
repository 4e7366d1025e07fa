"""Templates, the merchant's own and ours → a rendered message in the nearest language."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.messages import Choice, Rendered
from doorstep.domain.plugins import Template as ToApprove
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.approving import BODY_LIMIT, to_approve, utility_length, utility_problems
from doorstep.messages.context import context_of
from doorstep.messages.engine import BadTemplateError
from doorstep.messages.filling import Template, template_of
from doorstep.messages.layout import Parts, compile_mjml, html_source, parts_of, template_names, text_source, words_of
from doorstep.messages.samples import sample_facts
from doorstep.messages.scenes import facts_for
from doorstep.messages.segments import plain
from doorstep.messages.speaking import SPOKEN, Spoken, choices_of, spoken_of

#: Slugs of the templates that come with Doorstep.
TEMPLATES: tuple[str, ...] = template_names()
#: What a merchant may replace: small parts within our layout, or whole bodies.
PARTS = frozenset({"subject", "preheader", "headline", "intro", "sms", "html", "mjml", "text", "chat", "push", "utility"})
#: Parts that a tone may say in its own way.
_TONED = frozenset({"subject", "preheader", "headline", "intro", "sms", "chat", "push"})
#: How messages can sound.
TONES = ("plain", "warm")
_READ_FIRST = ("en", "es")
#: Template and language pairs a library keeps ready; a language tag comes from outside and may be anything.
_KEPT = 2000


class Ready(msgspec.Struct, frozen=True):
    """One template in one language, read and ready to fill in."""

    locale: str
    subject: Template
    html: Template
    text: Template
    sms: Template
    #: What a text message can be answered with, in the order of its numbers.
    sms_choices: tuple[Choice, ...]
    #: What all this was read from.
    parts: Parts


#: Where a text message names its answers: filled in when it is read, since they are the same for every customer.
_CHOICES = re.compile(r"\{\{-?\s*choices\s*-?\}\}")


class Library:
    """All templates of one merchant."""

    def __init__(self, overrides: Mapping[tuple[str, str, str], str], tone: str = "plain") -> None:
        self._overrides = dict(overrides)
        self._tone = tone
        self._ready: dict[tuple[str, str], Ready] = {}
        self._spoken: dict[tuple[str, str], Spoken] = {}

    @classmethod
    def of(cls, overrides: Mapping[tuple[str, str, str], str] | None = None, tone: str = "plain") -> "Library":
        """Build a library from (template, locale, part) → the merchant's own source, and one of `TONES`; see `PARTS`.

        The merchant's own words stand above a tone's. Merchants without any share one. Nothing is read before it is rendered;
        `check_template` checks a source on saving.
        """
        return cls(overrides, tone) if overrides else _OURS["warm" if tone == "warm" else "plain"]

    def render(self, template: str, kind: ChannelKind, locale: str, context: dict[str, Any]) -> Rendered:
        """Fill a template in for a channel, in the nearest language: es-MX, then es, then English.

        `context` is of `context_of`. A webhook gets the subject and text; a chat its text with answers and a link beside it; a
        notification its title as subject.

        Raises:
            BadTemplateError: there is no such template, or it cannot be read or filled in.
        """
        ready = self._ready.get((template, locale)) or self._read(template, locale)
        if kind is ChannelKind.SMS:
            return Rendered(text=_one_line(plain(ready.sms.fill(context))), choices=ready.sms_choices)
        if kind is not ChannelKind.EMAIL and kind in SPOKEN:
            return self._speaking(template, locale, ready).render(kind, context)
        subject = _one_line(ready.subject.fill(context))
        text = ready.text.fill(context)
        if kind is ChannelKind.WEBHOOK:
            return Rendered(subject=subject, text=text)
        page, pieced = ready.html.fill_pieced(context)
        return Rendered(subject=subject, text=text, html=page, pieced=pieced)

    def approvable(self, template: str, locale: str, page_base: str | None = None) -> ToApprove | None:
        """Write a template for a provider's approval, with made-up examples; None: nothing of it can be approved.

        `page_base` is where customer pages live; without it no link button is asked for.

        Raises:
            BadTemplateError: as `render`.
        """
        ready = self._ready.get((template, locale)) or self._read(template, locale)
        return to_approve(template, ready.parts, ready.locale, page_base, context_of(facts_for(template, ready.locale)))

    def parts(self, template: str, locale: str) -> Parts:
        """Tell what a template's parts are read from: the merchant's own words where there are any, else ours.

        Raises:
            BadTemplateError: as `render`.
        """
        return (self._ready.get((template, locale)) or self._read(template, locale)).parts

    def text_source(self, template: str, locale: str) -> str:
        """Write the source of a mail's plain text as our layout makes it of the parts.

        Raises:
            BadTemplateError: as `render`.
        """
        return text_source(self.parts(template, locale), language_of(_language(locale)))

    def lengths(self, template: str, locale: str, context: dict[str, Any]) -> dict[str, tuple[int, int]]:
        """Count the characters that parts with a limit take, filled in and before anything is cut: part → (taken, most).

        Raises:
            BadTemplateError: as `render`.
        """
        ready = self._ready.get((template, locale)) or self._read(template, locale)
        return self._speaking(template, locale, ready).lengths(context) | (
            {"utility": (utility_length(ready.parts.utility), BODY_LIMIT)} if ready.parts.utility else {}
        )

    def read_all(self) -> None:
        """Read every mail and text message of ours in the languages of most orders, a second's work, so that no message waits for it.

        The others are read one by one with their first message, some fifteen milliseconds each.
        """
        for template in TEMPLATES:
            for locale in _READ_FIRST:
                self._read(template, locale)

    def locale_for(self, template: str, locale: str) -> str:
        """Tell in which language a template would be rendered."""
        return (self._ready.get((template, locale)) or self._read(template, locale)).locale

    def _speaking(self, template: str, locale: str, ready: Ready) -> Spoken:
        spoken = self._spoken.get((template, locale))
        if spoken is None:
            spoken = spoken_of(template, ready.parts, ready.locale)
            if len(self._spoken) < _KEPT:
                self._spoken[template, locale] = spoken
        return spoken

    def _read(self, template: str, locale: str) -> Ready:
        for candidate in dict.fromkeys((locale, _language(locale), "en")):
            ready = self._read_in(template, candidate)
            if ready is not None:
                if len(self._ready) < _KEPT:
                    self._ready[template, locale] = ready
                return ready
        raise BadTemplateError(f"there is no template called {template[:60]!r}")

    def _read_in(self, template: str, locale: str) -> Ready | None:
        """Read a template in exactly this language; None: nobody wrote it."""
        own = {part: self._overrides[template, locale, part] for part in PARTS if (template, locale, part) in self._overrides}
        language = _language(locale)
        if not own and locale not in LANGUAGES:
            return None
        parts = self._toned(parts_of(template, language)) if language in LANGUAGES else None
        if parts is None and own and not own.keys() >= {"subject", "text"}:
            parts = self._toned(parts_of(template, "en"))
        if parts is None and not own:
            return None
        if parts is None:
            parts = Parts(subject=own["subject"], preheader="", headline="", intro=own["text"], sms=own["text"], blocks=())
        parts = msgspec.structs.replace(parts, **{name: text for name, text in own.items() if name in Parts.__struct_fields__})
        words = language_of(language)
        sms, sms_choices = _with_choices(parts, words)
        body = own.get("html") or (compile_mjml(own["mjml"]) if "mjml" in own else html_source(parts, words))
        return Ready(
            locale,
            template_of(parts.subject, html=False),
            template_of(body, html=True),
            template_of(own.get("text") or text_source(parts, words), html=False),
            template_of(sms, html=False),
            sms_choices,
            parts,
        )

    def _toned(self, parts: Parts | None) -> Parts | None:
        if parts is None or self._tone != "warm":
            return parts
        return msgspec.structs.replace(parts, **{name: text for name, text in parts.warm.items() if name in _TONED})


_OURS = {tone: Library({}, tone) for tone in TONES}


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()


def _with_choices(parts: Parts, language: str) -> tuple[str, tuple[Choice, ...]]:
    """Write a text message's answers where it names them: "Reply 1: Another day, 2: Pick-up point"."""
    choices = choices_of(parts.choices, language)
    if not _CHOICES.search(parts.sms):
        return parts.sms, ()
    told = ", ".join(f"{number}: {one.title}" for number, one in enumerate(choices, start=1))
    return _CHOICES.sub(f"{words_of(language)['sms_reply']} {told}" if told else "", parts.sms), choices


def _one_line(text: str) -> str:
    """Join lines: a line break in a subject would begin another header."""
    return " ".join(text.split())


def check_template(part: str, source: str, locales: Collection[str] = LANGUAGES) -> list[str]:
    """Say what is wrong with a source a merchant wants to save, one line each; [] for nothing. `part` is one of `PARTS`.

    It is filled in with a sample in each of `locales`.
    """
    if part not in PARTS:
        return [f"there is no part called {part[:60]!r}; there are: {', '.join(sorted(PARTS))}"]
    problems = utility_problems(source) if part == "utility" else []
    try:
        made = compile_mjml(source) if part == "mjml" else source
        template = template_of(made, html=part in {"html", "mjml"})
        for locale in locales:
            template.fill(context_of(sample_facts(locale)))
    except BadTemplateError as error:
        problems.append(str(error))
    return problems
