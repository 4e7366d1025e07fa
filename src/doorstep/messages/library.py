"""Templates, the merchant's own and ours → a rendered message in the nearest language."""

from collections.abc import Mapping
from typing import Any

import msgspec

from doorstep.domain.messages import Rendered
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.context import context_of
from doorstep.messages.engine import BadTemplateError
from doorstep.messages.filling import Template, template_of
from doorstep.messages.layout import Parts, compile_mjml, html_source, parts_of, template_names, text_source
from doorstep.messages.samples import sample_facts
from doorstep.messages.segments import plain

#: Slugs of the templates that come with Doorstep.
TEMPLATES: tuple[str, ...] = template_names()
#: What a merchant may replace: small parts within our layout, or whole bodies.
PARTS = frozenset({"subject", "preheader", "headline", "intro", "sms", "html", "mjml", "text"})
_LANGUAGES = ("en", "es")
#: Template and language pairs a library keeps ready; a language tag comes from outside and may be anything.
_KEPT = 2000


class Ready(msgspec.Struct, frozen=True):
    """One template in one language, read and ready to fill in."""

    locale: str
    subject: Template
    html: Template
    text: Template
    sms: Template


class Library:
    """All templates of one merchant."""

    def __init__(self, overrides: Mapping[tuple[str, str, str], str]) -> None:
        self._overrides = dict(overrides)
        self._ready: dict[tuple[str, str], Ready] = {}

    @classmethod
    def of(cls, overrides: Mapping[tuple[str, str, str], str] | None = None) -> "Library":
        """Build a library from (template, locale, part) → the merchant's own source; see `PARTS`.

        Merchants without any share one. Nothing is read before it is rendered; `check_template` checks a source on saving.
        """
        return cls(overrides) if overrides else _OURS

    def render(self, template: str, kind: ChannelKind, locale: str, context: dict[str, Any]) -> Rendered:
        """Fill a template in for a channel, in the nearest language: es-MX, then es, then English.

        `context` is of `context_of`. A webhook gets the subject and text.

        Raises:
            BadTemplateError: there is no such template, or it cannot be read or filled in.
        """
        ready = self._ready.get((template, locale)) or self._read(template, locale)
        if kind is ChannelKind.SMS:
            return Rendered(text=_one_line(plain(ready.sms.fill(context))))
        subject = _one_line(ready.subject.fill(context))
        text = ready.text.fill(context)
        if kind is ChannelKind.WEBHOOK:
            return Rendered(subject=subject, text=text)
        page, pieced = ready.html.fill_pieced(context)
        return Rendered(subject=subject, text=text, html=page, pieced=pieced)

    def read_all(self) -> None:
        """Read every template of ours in every language it is written in, a second's work, so that no message waits for its first."""
        for template in TEMPLATES:
            for locale in _LANGUAGES:
                self._read(template, locale)

    def locale_for(self, template: str, locale: str) -> str:
        """Tell in which language a template would be rendered."""
        return (self._ready.get((template, locale)) or self._read(template, locale)).locale

    def _read(self, template: str, locale: str) -> Ready:
        for candidate in dict.fromkeys((locale, locale.split("-", maxsplit=1)[0], "en")):
            ready = self._read_in(template, candidate)
            if ready is not None:
                if len(self._ready) < _KEPT:
                    self._ready[template, locale] = ready
                return ready
        raise BadTemplateError(f"there is no template called {template[:60]!r}")

    def _read_in(self, template: str, locale: str) -> Ready | None:
        """Read a template in exactly this language; None: nobody wrote it."""
        own = {part: self._overrides[template, locale, part] for part in PARTS if (template, locale, part) in self._overrides}
        language = locale.split("-", maxsplit=1)[0]
        if not own and locale not in _LANGUAGES:
            return None
        parts = parts_of(template, language) if language in _LANGUAGES else None
        if parts is None and own and not own.keys() >= {"subject", "text"}:
            parts = parts_of(template, "en")
        if parts is None and not own:
            return None
        if parts is None:
            parts = Parts(subject=own["subject"], preheader="", headline="", intro=own["text"], sms=own["text"], blocks=())
        parts = msgspec.structs.replace(parts, **{name: text for name, text in own.items() if name in Parts.__struct_fields__})
        words = language if language in _LANGUAGES else "en"
        body = own.get("html") or (compile_mjml(own["mjml"]) if "mjml" in own else html_source(parts, words))
        return Ready(
            locale,
            template_of(parts.subject, html=False),
            template_of(body, html=True),
            template_of(own.get("text") or text_source(parts, words), html=False),
            template_of(parts.sms, html=False),
        )


_OURS = Library({})


def _one_line(text: str) -> str:
    """Join lines: a line break in a subject would begin another header."""
    return " ".join(text.split())


def check_template(part: str, source: str) -> list[str]:
    """Say what is wrong with a source a merchant wants to save, one line each; [] for nothing. `part` is one of `PARTS`."""
    if part not in PARTS:
        return [f"there is no part called {part[:60]!r}; there are: {', '.join(sorted(PARTS))}"]
    problems = []
    try:
        made = compile_mjml(source) if part == "mjml" else source
        template = template_of(made, html=part in {"html", "mjml"})
        for locale in _LANGUAGES:
            template.fill(context_of(sample_facts(locale)))
    except BadTemplateError as error:
        problems.append(str(error))
    return problems
