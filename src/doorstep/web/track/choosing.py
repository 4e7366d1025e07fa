"""The link in a message → what its reader wants to get: topics, marketing, language; and out with one click (RFC 8058)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.messages import Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import orders, recipients
from doorstep.store.database import Tx
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, is_token
from doorstep.web.network import client_of
from doorstep.web.tenants import tenant_of
from doorstep.web.track.framing import dress, framed, words_of
from doorstep.web.track.words import Words, languages

#: Topics of the journeys that come with Doorstep, in the order of the page; a merchant's own follow.
_TOPICS = ("orders", "shipping", "delivery", "problems")
#: Channels on which an address is written to.
_BY_MAIL, _BY_TELEPHONE = (ChannelKind.EMAIL,), (ChannelKind.SMS, ChannelKind.WHATSAPP)
#: Suppressions that the customer's own yes lifts again; a bounce or a complaint it cannot.
_OWN_CHOICE = ("unsubscribed",)


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a link from a message was made for."""

    tenant: Tenant
    merchant_id: int
    #: E-mail address or E.164.
    address: str
    #: BCP 47, of the message.
    locale: str
    token: str

    @property
    def channel(self) -> ChannelKind:
        """The channel the address belongs to."""
        return ChannelKind.EMAIL if "@" in self.address else ChannelKind.SMS

    @property
    def channels(self) -> tuple[ChannelKind, ...]:
        """The channels on which this merchant writes to the address."""
        of_address = _BY_MAIL if "@" in self.address else _BY_TELEPHONE
        return tuple(one for one in of_address if one in self.tenant.policy.connected)


async def _reader(request: AnyRequest, token: str) -> Reader:
    if not is_token(token):
        raise NotFoundError("there is no such page")
    house = house_of(request)
    parts = house.directory.sealer.read_token(token)
    if len(parts) != 4 or parts[0] != "mail" or not parts[1].isdigit():  # noqa: PLR2004 - what, merchant, address, locale
        raise NotFoundError("there is no such page")
    tenant = await tenant_of(house, int(parts[1]))
    return Reader(tenant=tenant, merchant_id=int(parts[1]), address=parts[2], locale=parts[3], token=token)


def _words(request: AnyRequest, reader: Reader) -> Words:
    return words_of(request, reader.locale, reader.tenant.brand.default_locale)


def masked(address: str) -> str:
    """Show enough of an address for its owner to know it: "m…a@shop.example", "+34…67"."""
    name, at, domain = address.partition("@")
    if not at:
        return f"{address[:3]}…{address[-2:]}"
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{domain}"  # noqa: PLR2004


@get("/p/{token:str}", include_in_schema=False, opt={"public": True})
async def preference_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Show what this reader gets."""
    reader = await _reader(request, token)
    async with house_of(request).database.for_merchant(reader.merchant_id) as tx:
        chosen = await _chosen(tx, reader, utc_now())
    return _preferences(_words(request, reader), reader, chosen, saved=False)


@post("/p/{token:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def save_preferences(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Write down what this reader wants. The token itself is the proof that the form is theirs."""
    reader = await _reader(request, token)
    form = await request.form()
    wanted = {str(topic) for topic in form.getall("topic", [])}
    language = str(form.get("language", ""))
    words, now = _words(request, reader), utc_now()
    async with house_of(request).database.for_merchant(reader.merchant_id) as tx:
        before = await _chosen(tx, reader, now)
        for topic in _topics(reader.tenant):
            if (topic in wanted) != (topic in before["topics"]):
                await recipients.set_topic(tx, reader.merchant_id, reader.address, topic, now, on=topic in wanted)
        if form.get("channels") == "shown":
            await _set_channels(tx, request, reader, before["channels"], {str(one) for one in form.getall("channel", [])}, now)
        marketing = form.get("marketing") == "yes"
        if marketing != before["marketing"]:
            wording = words("preferences.marketing_wording", brand=reader.tenant.brand.name)
            await _set_marketing(tx, reader, now, source="preferences", wording=wording, granted=marketing)
        if _is_choice(language, reader, words, before):
            await recipients.choose_locale(tx, reader.merchant_id, reader.address, language, now)
            await orders.set_locale(tx, reader.merchant_id, reader.address, language)
        chosen = await _chosen(tx, reader, now)
    if language in languages():
        words, chosen["language"] = words_of(request, language), language
    return _preferences(words, reader, chosen, saved=True)


@get("/u/{token:str}", include_in_schema=False, opt={"public": True})
async def unsubscribe_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Ask. Opening the link changes nothing: mail scanners open every link."""
    reader = await _reader(request, token)
    return _unsubscribe(_words(request, reader), reader, done=False)


@post("/u/{token:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def unsubscribe(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Take the reader off marketing at once: no question, no redirect, no cookie. Any POST counts, whatever its body says."""
    reader = await _reader(request, token)
    async with house_of(request).database.for_merchant(reader.merchant_id) as tx:
        await _set_marketing(tx, reader, utc_now(), source="one_click", wording=None, granted=False)
    return _unsubscribe(_words(request, reader), reader, done=True)


def _is_choice(language: str, reader: Reader, words: Words, before: dict[str, Any]) -> bool:
    """Tell whether a language was chosen, not only left as the page stood because it has no words in the reader's own."""
    stood = before["language"] is None and language == words.language
    return language in languages() and not (stood and reader.locale.partition("-")[0].lower() != language)


async def _set_channels(tx: Tx, request: AnyRequest, reader: Reader, before: set[ChannelKind], wanted: set[str], now: datetime) -> None:
    """Write down on which channels this reader is told of their orders; only what changed."""
    proof = f"preferences page, from {client_of(request)}"
    said = [
        Consent(purpose=Purpose.TRANSACTIONAL, channel=one, granted=one in wanted, source="preferences", at=now, proof=proof)
        for one in reader.channels
        if (one in wanted) != (one in before)
    ]
    if said:
        await recipients.consent(tx, [(reader.merchant_id, reader.address, one) for one in said])


async def _set_marketing(tx: Tx, reader: Reader, now: datetime, *, source: str, wording: str | None, granted: bool) -> None:
    said = Consent(
        purpose=Purpose.MARKETING, channel=reader.channel, granted=granted, source=source, at=now, wording=wording if granted else None
    )
    await recipients.consent(tx, [(reader.merchant_id, reader.address, said)])
    if granted:
        await recipients.release(tx, reader.merchant_id, reader.channel, reader.address, _OWN_CHOICE)
    else:
        kept = Suppression(channel=reader.channel, address=reader.address, purpose=Purpose.MARKETING, reason="unsubscribed", at=now)
        await recipients.suppress(tx, reader.merchant_id, kept)


def _topics(tenant: Tenant) -> tuple[str, ...]:
    own = {journey.topic for journey in tenant.journeys.by_name.values()}
    return (*_TOPICS, *sorted(own - set(_TOPICS)))


async def _chosen(tx: Tx, reader: Reader, now: datetime) -> dict[str, Any]:
    """Tell which topics are on, whether marketing may come, and the language chosen before."""
    key = (reader.merchant_id, reader.address)
    standing = (await recipients.standing(tx, [key], now))[key]
    newest = _newest(standing.consents, Purpose.MARKETING, reader.channel)
    stopped = (reader.channel, Purpose.MARKETING) in standing.suppressed or (reader.channel, None) in standing.suppressed
    return {
        "topics": {topic for topic in _topics(reader.tenant) if topic not in standing.topics_off},
        "marketing": bool(newest and newest.granted) and not stopped,
        "language": standing.locale if standing.locale in languages() else None,
        "channels": {one for one in reader.channels if _is_on(standing.consents, one, reader.tenant)},
    }


def _newest(consents: Sequence[Consent], purpose: Purpose, channel: ChannelKind) -> Consent | None:
    fitting = [c for c in consents if c.purpose is purpose and c.channel in {None, channel}]
    return max(fitting, key=lambda c: (c.at, not c.granted), default=None)


def _is_on(consents: Sequence[Consent], channel: ChannelKind, tenant: Tenant) -> bool:
    """Say whether service messages may come by a channel: as was said, else as the merchant's rule is where nothing was."""
    said = _newest(consents, Purpose.TRANSACTIONAL, channel)
    return said.granted if said is not None else channel not in tenant.policy.ask_first


def _preferences(words: Words, reader: Reader, chosen: dict[str, Any], *, saved: bool) -> Response[str]:
    texts = words.texts["preferences"]
    topics = []
    for topic in _topics(reader.tenant):
        known = f"topic_{topic}" in texts
        label = words(f"preferences.topic_{topic}") if known else topic.replace("_", " ").capitalize()
        topics.append((topic, label, words(f"preferences.topic_{topic}_hint") if known else "", topic in chosen["topics"]))
    values: dict[str, Any] = {
        "topics": topics,
        "marketing": chosen["marketing"],
        "channels": [(one, words(f"preferences.by_{one}"), one in chosen["channels"]) for one in reader.channels],
        "chosen_language": chosen["language"] or words.language,
        "address": masked(reader.address),
        "token": reader.token,
        "saved": saved,
    }
    return framed("track/preferences.html", words, dress(reader.tenant), **values)


def _unsubscribe(words: Words, reader: Reader, *, done: bool) -> Response[str]:
    values: dict[str, Any] = {"address": masked(reader.address), "token": reader.token, "done": done}
    return framed("track/unsubscribe.html", words, dress(reader.tenant), **values)
