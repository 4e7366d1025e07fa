"""The desk's gallery: a language, a tone, a channel, a made-up order → every message as its customer would see it."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from babel import Locale
from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.languages import LANGUAGES
from doorstep.domain.messages import Rendered
from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.sentences import pitfall_told
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import NotFoundError
from doorstep.messages import (
    MANNERS,
    TEMPLATES,
    TONES,
    BadTemplateError,
    Library,
    Segments,
    context_of,
    facts_for,
    sample_shortened,
    segments_of,
)
from doorstep.steps.directory import Tenant, library_of
from doorstep.web.desk.doors import desk_page, tenant_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.rendering import MESSAGE_CSP, html
from doorstep.web.look.saying import plain

#: The channels shown, in the order of the page, by their names.
_CHANNELS = {
    ChannelKind.EMAIL: "E-mail",
    ChannelKind.SMS: "Text message",
    ChannelKind.WHATSAPP: "WhatsApp",
    ChannelKind.MESSENGER: "Messenger",
    ChannelKind.CHAT: "Chat on the site",
    ChannelKind.PUSH: "Notification",
}
_MANNERS = dict(zip(MANNERS, ("An ordinary order", "As long as it gets", "Written from right to left"), strict=True))
#: The template that tells of a problem.
_TELLS = "delivery_problem"
_OF = {"moments": "Moments", "problems": "Problems"}


class Asked(msgspec.Struct, frozen=True):
    """What to show, as the address says."""

    language: str
    tone: str
    manner: str
    channel: ChannelKind
    of: str

    def query(self, **changed: object) -> str:
        """Write it as an address does."""
        return urlencode(msgspec.structs.asdict(self) | changed)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One message on one channel."""

    title: str
    about: str
    channel: ChannelKind
    #: Where it is shown on every channel, and where its mail is; "" for no mail.
    href: str
    mail: str = ""
    made: Rendered = Rendered()
    cost: Segments | None = None
    #: The text that the provider approves, filled in; "" none.
    approved: str = ""
    #: What is wrong with the merchant's own source; "" nothing.
    error: str = ""


class Teller(msgspec.Struct, frozen=True):
    """Whose words, and in which way."""

    asked: Asked
    tenant: Tenant
    library: Library
    #: Where customer pages live.
    base_url: str

    def shown(self, template: str, pitfall: str, channel: ChannelKind, title: str, about: str) -> Shown:
        """Render one message; a source that cannot be filled in is told in its place."""
        asked = self.asked
        where = asked.query(pitfall=pitfall)
        card = Shown(title=title, about=about, channel=channel, href=f"/desk/gallery/{template}?{where}")
        try:
            made = self.render(template, pitfall, channel)
            approved = self._approved(template, made)
        except BadTemplateError as error:
            return msgspec.structs.replace(card, error=str(error))
        mail = f"/desk/gallery/{template}/shown?{where}" if channel is ChannelKind.EMAIL else ""
        cost = segments_of(made.text) if channel is ChannelKind.SMS else None
        return msgspec.structs.replace(card, mail=mail, made=made, cost=cost, approved=approved)

    def render(self, template: str, pitfall: str, channel: ChannelKind) -> Rendered:
        """Fill the sample in.

        Raises:
            BadTemplateError: the merchant's own source cannot be read or filled in.
        """
        facts = facts_for(template, self.asked.language, self.asked.manner, pitfall)
        lines = tuple(msgspec.structs.replace(line, image_url=None) for line in facts.order.lines)  # nobody has taken these pictures
        facts = msgspec.structs.replace(
            facts,
            brand=self.tenant.brand,
            order=msgspec.structs.replace(facts.order, lines=lines),
            one_way=self.tenant.is_one_way(facts.order.customer.phone),
        )
        if channel is ChannelKind.SMS:
            facts = sample_shortened(facts, self.base_url)
        return self.library.render(template, channel, self.asked.language, context_of(facts))

    def _approved(self, template: str, made: Rendered) -> str:
        told = self.library.approvable(template, self.asked.language) if made.approved is not None else None
        body = told.body if told is not None else ""
        for place, value in enumerate(made.approved.values if made.approved is not None else (), start=1):
            body = body.replace(f"{{{{{place}}}}}", value)
        return body


def _asked(request: AnyRequest, tenant: Tenant) -> Asked:
    """Read the address; what is not known there is as this merchant's customers have it."""
    given = {name: clean_text(request.query_params.get(name), 20) for name in Asked.__struct_fields__}
    language = tenant.brand.default_locale[:2].lower()
    return Asked(
        language=_one_of(given["language"], LANGUAGES, language if language in LANGUAGES else "en"),
        tone=_one_of(given["tone"], TONES, tenant.brand.tone if tenant.brand.tone in TONES else "plain"),
        manner=_one_of(given["manner"], MANNERS, "ordinary"),
        channel=ChannelKind(_one_of(given["channel"], tuple(_CHANNELS), ChannelKind.WHATSAPP)),
        of=_one_of(given["of"], tuple(_OF), "moments"),
    )


def _one_of(given: str, known: tuple[str, ...], usual: str) -> str:
    return given if given in known else usual


def _teller(request: AnyRequest) -> tuple[Tenant, Teller]:
    tenant = tenant_of(request)
    asked = _asked(request, tenant)
    return tenant, Teller(asked, tenant, library_of(tenant.merchant, asked.tone), house_of(request).directory.base_url)


@get("/gallery", include_in_schema=False)
async def gallery(request: AnyRequest) -> Response[str]:
    """Show every moment, or every problem, on one channel."""
    tenant, teller = _teller(request)
    asked = teller.asked
    if asked.of == "problems":
        told = [(_TELLS, kind, pitfall_told(kind, asked.language).title, "") for kind in PITFALL_KINDS]
    else:
        told = [(template, "", plain(template), _about(tenant, template)) for template in TEMPLATES]
    cards = [teller.shown(template, kind, asked.channel, title, about) for template, kind, title, about in told]
    return desk_page(request, "gallery.html", cards=cards, **_frame(asked))


@get("/gallery/{template:str}", include_in_schema=False)
async def one_message_everywhere(request: AnyRequest, template: FromPath[str]) -> Response[str]:
    """Show one message on every channel."""
    tenant, teller = _teller(request)
    pitfall = _known(request, template)
    title = pitfall_told(pitfall, teller.asked.language).title if pitfall else plain(template)
    cards = [teller.shown(template, pitfall, channel, name, "") for channel, name in _CHANNELS.items()]
    values: dict[str, Any] = {"title": title, "about": _about(tenant, template), "which": template, "pitfall": pitfall}
    return desk_page(request, "gallery_one.html", cards=cards, **values, **_frame(teller.asked))


@get("/gallery/{template:str}/shown", include_in_schema=False)
async def mail_of_gallery(request: AnyRequest, template: FromPath[str]) -> Response[str]:
    """Serve a sample's HTML for the frame: no script runs in it and it has no origin."""
    pitfall = _known(request, template)
    try:
        made = _teller(request)[1].render(template, pitfall, ChannelKind.EMAIL)
    except BadTemplateError as error:
        raise NotFoundError("this message cannot be shown") from error
    return html(made.html, csp=MESSAGE_CSP)


def _known(request: AnyRequest, template: str) -> str:
    """Check a template, and give the problem that is asked for; "" none."""
    pitfall = clean_text(request.query_params.get("pitfall"), 60)
    if template not in TEMPLATES or (pitfall and pitfall not in PITFALL_KINDS):
        raise NotFoundError("there is no such message")
    return pitfall


def _about(tenant: Tenant, template: str) -> str:
    return " ".join(one.about for one in tenant.journeys.by_name.values() if one.template == template)


def _frame(asked: Asked) -> dict[str, Any]:
    choices = {
        "of": ("Show", _OF),
        "channel": ("Channel", _CHANNELS),
        "language": ("Language", {code: str(Locale(code).get_display_name(code)).capitalize() for code in LANGUAGES}),
        "tone": ("Tone", {tone: tone.capitalize() for tone in TONES}),
        "manner": ("Sample", _MANNERS),
    }
    return {"asked": asked, "choices": choices, "chosen": msgspec.structs.asdict(asked), "back": asked.query()}
