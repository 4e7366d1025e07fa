"""A template, a language, what is typed into its parts → what is wrong with it, how long it is, and how each channel shows it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.domain.messages import Rendered
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages import PARTS, BadTemplateError, Facts, Library, Segments, check_template, context_of, sample_shortened, segments_of
from doorstep.messages.choices import TITLE_LIMIT
from doorstep.messages.engine import SOURCE_LIMIT
from doorstep.store.connections import Merchant

#: Part → its name at the desk, what it is, and how many lines its field has; in the order of the page.
FIELDS = {
    "subject": ("Subject", "Of the mail.", 2),
    "preheader": ("Preheader", "What a mailbox shows beside the subject.", 2),
    "headline": ("Headline", "At the top of the mail; the title of a notification.", 2),
    "intro": ("Text of the mail", "An empty line begins a new paragraph. Dates, buttons and goods follow below by themselves.", 6),
    "sms": ("Text message", "Every part is paid for; links are written short.", 4),
    "chat": ("Chats", "WhatsApp, Messenger and the chat on your site. The link is a button below; write no address.", 5),
    "push": ("Notification", "Below the headline.", 3),
    "utility": ("Approved text", "For WhatsApp and Messenger outside an open conversation; approved beforehand.", 4),
    "text": ("Whole mail, plain text", "In place of what the parts above make.", 8),
    "mjml": ("Whole mail, MJML", "In place of our layout. Headline and text above are then used in chats only.", 8),
    "html": ("Whole mail, HTML", "In place of our layout and of the MJML.", 8),
}
#: Those that replace a whole body.
WHOLE = ("text", "mjml", "html")
#: Channel → its name at the desk, in the order of the page.
CHANNELS = {
    ChannelKind.EMAIL: "E-mail",
    ChannelKind.SMS: "Text message",
    ChannelKind.WHATSAPP: "WhatsApp",
    ChannelKind.MESSENGER: "Messenger",
    ChannelKind.CHAT: "Chat on the site",
    ChannelKind.PUSH: "Notification",
}
_CHATS = (ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.CHAT)


class Draft(msgspec.Struct, frozen=True):
    """What stands in the form: (part → source), "" where ours is used."""

    template: str
    #: BCP 47, as settings name it.
    language: str
    typed: dict[str, str]

    def over(self, merchant: Merchant) -> Merchant:
        """Return the merchant with this wording in place of its own."""
        kept = {key: text for key, text in own_of(merchant).items() if not key.startswith(f"{self.template}/{self.language}/")}
        kept |= {f"{self.template}/{self.language}/{part}": text for part, text in self.typed.items() if text}
        settings = {name: value for name, value in merchant.settings.items() if name != "templates"}
        return msgspec.structs.replace(merchant, settings=settings | ({"templates": kept} if kept else {}))


class PartShown(msgspec.Struct, frozen=True, kw_only=True):
    """One part, for the form."""

    part: str
    label: str
    hint: str
    rows: int
    typed: str
    ours: str
    problems: list[str]
    #: How long it is and what bounds it; "" nothing to say.
    says: str
    #: Names what was kept when the form was made: who saves over something newer is told.
    was: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's rendering."""

    channel: ChannelKind
    title: str
    made: Rendered = Rendered()
    cost: Segments | None = None
    approved: str = ""
    #: Below it: lengths and limits.
    notes: list[str] = []
    error: str = ""


def own_of(merchant: Merchant) -> dict[str, str]:
    """A merchant's own wording: "template/language/part" → source."""
    kept: dict[str, str] = merchant.settings.get("templates", {})
    return kept


def own_parts(merchant: Merchant, template: str, language: str) -> dict[str, str]:
    """A merchant's own wording of one template in one language: part → source."""
    kept = own_of(merchant)
    return {part: kept[key] for part in FIELDS if (key := f"{template}/{language}/{part}") in kept}


def typed_in(form: FormMultiDict) -> dict[str, str]:
    """Take every part's source from a form, lines kept; one that is not in it is left out."""
    found = {}
    for part in FIELDS:
        value = form.get(f"part-{part}")
        if isinstance(value, str):
            text = value.encode("utf-8", "ignore").decode().replace("\0", "").replace("\r\n", "\n")[: SOURCE_LIMIT + 1]
            found[part] = text if text.strip() else ""
    return found


def mark_of(text: str) -> str:
    """Name a source briefly."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else ""


def problems_of(draft: Draft, locales: tuple[str, ...]) -> dict[str, list[str]]:
    """Say what is wrong with what is typed, by part; parts that are well are left out."""
    found = {part: check_template(part, text, locales) for part, text in draft.typed.items() if text and part in PARTS}
    return {part: problems for part, problems in found.items() if problems}


def ours_of(library: Library, template: str, language: str) -> dict[str, str]:
    """What each part says where a shop has no words of its own."""
    parts = library.parts(template, language)
    named = {part: getattr(parts, part) for part in FIELDS if part in parts.__struct_fields__}
    # What is used where a template has no words for it.
    named["chat"] = named["chat"] or "\n\n".join(part for part in (parts.headline, parts.intro) if part)
    named["push"] = named["push"] or parts.preheader or parts.intro
    return {part: text.strip() for part, text in named.items()} | {"text": library.text_source(template, language).strip()}


def parts_shown(
    draft: Draft, ours: Mapping[str, str], problems: Mapping[str, list[str]], says: Mapping[str, str], kept: Mapping[str, str]
) -> list[PartShown]:
    """Lay the form's parts out."""
    return [
        PartShown(
            part=part,
            label=label,
            hint=hint,
            rows=rows,
            typed=draft.typed.get(part, ""),
            ours=ours.get(part, ""),
            problems=problems.get(part, []),
            says=says.get(part, ""),
            was=mark_of(kept.get(part, "")),
        )
        for part, (label, hint, rows) in FIELDS.items()
    ]


def cards_of(library: Library, template: str, facts: Facts, base_url: str) -> tuple[list[Card], dict[str, str]]:
    """Render a template on every channel; and say of each part how long it is. A text message shows its links short, at `base_url`."""
    context = context_of(facts)
    contexts = {ChannelKind.SMS: context_of(sample_shortened(facts, base_url))}
    lengths = _lengths(library, template, facts.locale, context)
    cards = [
        _measured(_card(library, template, facts.locale, kind, title, contexts.get(kind, context)), lengths)
        for kind, title in CHANNELS.items()
    ]
    return cards, _says(cards, lengths)


def _measured(card: Card, lengths: Mapping[str, tuple[int, int]]) -> Card:
    """Say below a card how long its parts are."""
    told = {ChannelKind.PUSH: (("Title", "headline"), ("Text", "push")), **dict.fromkeys(_CHATS, (("Text", "chat"),))}
    notes = [f"{name}: {_left(*lengths[part])}" for name, part in told.get(card.channel, ()) if part in lengths and not card.error]
    return msgspec.structs.replace(card, notes=[*notes, *card.notes])


def _lengths(library: Library, template: str, locale: str, context: dict[str, Any]) -> dict[str, tuple[int, int]]:
    try:
        return library.lengths(template, locale, context)
    except BadTemplateError:  # the cards tell why
        return {}


def _says(cards: list[Card], lengths: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    says = {part: _left(taken, most) for part, (taken, most) in lengths.items()}
    if says.get("headline"):
        says["headline"] = f"As a notification's title: {says['headline']}"
    by_channel = {card.channel: card for card in cards if not card.error}
    if (mail := by_channel.get(ChannelKind.EMAIL)) is not None:
        says["subject"] = f"{len(mail.made.subject)} characters; many mailboxes show about 60 of them"
    if (text := by_channel.get(ChannelKind.SMS)) is not None and text.cost is not None:
        says["sms"] = cost_text(text.cost)
    return says


def _left(taken: int, most: int) -> str:
    if taken > most:
        return f"{taken} of {most} characters: the last {taken - most} are cut off"
    return f"{taken} of {most} characters, {most - taken} left"


def cost_text(cost: Segments) -> str:
    """Say what a text message costs."""
    units = "septets" if cost.encoding == "GSM-7" else "units"
    return f"{cost.parts} {'part' if cost.parts == 1 else 'parts'} · {cost.encoding} · {cost.units} {units}"


def _card(library: Library, template: str, locale: str, kind: ChannelKind, title: str, context: dict[str, Any]) -> Card:
    card = Card(channel=kind, title=title)
    try:
        made = library.render(template, kind, locale, context)
        approved = _approved(library, template, locale, made)
    except BadTemplateError as error:
        return msgspec.structs.replace(card, error=str(error))
    cost = segments_of(made.text) if kind is ChannelKind.SMS else None
    return msgspec.structs.replace(card, made=made, cost=cost, approved=approved, notes=_notes(kind, made))


def _notes(kind: ChannelKind, made: Rendered) -> list[str]:
    if kind not in _CHATS:
        return []
    titles = [*([made.link.title] if made.link else []), *(one.title for one in made.choices)]
    return [f"Button “{title}”: {_left(len(title), TITLE_LIMIT)}" for title in titles]


def _approved(library: Library, template: str, locale: str, made: Rendered) -> str:
    """Fill in the text that is approved beforehand; "" where there is none."""
    told = library.approvable(template, locale) if made.approved is not None else None
    body = told.body if told is not None else ""
    for place, value in enumerate(made.approved.values if made.approved is not None else (), start=1):
        body = body.replace(f"{{{{{place}}}}}", value)
    return body
