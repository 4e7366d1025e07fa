"""Replies → kept once, bound to message, order and customer; stop, start and help obeyed; choices noted; who is unknown is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from doorstep.conversations.keywords import confirmation, is_everyday, keyword_of
from doorstep.conversations.words import words
from doorstep.domain.messages import Receipt, Reply, Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import NotFoundError
from doorstep.steps.announcing import announce_reply
from doorstep.steps.asking_how import take_rating
from doorstep.steps.confirm import follow_up
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.handing_over import heard_by_human, pass_on
from doorstep.steps.saying import locale_of, may_say, said_back
from doorstep.steps.whose_reply import Whose, sender_of, whose
from doorstep.store import conversations, message_lists, messages, receipts, recipients, turns
from doorstep.store.connections import Connection
from doorstep.store.conversations import Conversation
from doorstep.store.database import Tx
from doorstep.store.extras import extras_of

#: What a customer's own word can lift again; a bounce or a complaint it cannot.
_OWN_WORDS = ("stop", "unsubscribed")
_WITHOUT_KEYWORDS = frozenset({ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.INAPP})
#: Who cannot be told is asked so often at most, and not again so soon.
_MOST_ASKED, _ASK_AGAIN = 2, timedelta(days=7)
#: A STOP after a STOP within so long brings no second confirmation. Source: 47 CFR 64.1200(a)(12) allows one, as known on 2026-11-29.
_ONE_CONFIRMATION = timedelta(days=1)
_CONFIRMATIONS = ("reply.stop", "reply.start")


async def answer(tx: Tx, directory: Directory, tenant: Tenant, connection: Connection, got: Sequence[Reply], now: datetime) -> None:
    """Take replies in; one already kept changes nothing."""
    merchant_id = tenant.merchant.merchant_id
    for reply in map(_storable, got):
        talk = await conversations.hold(tx, merchant_id, reply.channel, sender_of(reply), connection.connection_id, now)
        known, handed = await conversations.before(tx, merchant_id, talk.conversation_id, connection.connection_id, reply.provider_id)
        if known:
            continue
        keyword = reply.keyword or await _keyword_in(tx, merchant_id, reply)
        if keyword:
            await _keyword(tx, directory, tenant, connection, talk, reply, keyword, now)
        else:
            await _take(tx, tenant, connection, talk, reply, now, handed=handed)


def _storable(reply: Reply) -> Reply:
    """Leave out what no database keeps: null bytes and halves of characters. Texts of customers hold whatever their programs send."""
    kept = {name: _plain(getattr(reply, name)) for name in ("text", "choice", "sender_name", "provider_id")}
    files = tuple(replace(one, name=_plain(one.name), content_type=_plain(one.content_type)) for one in reply.attachments)
    return replace(reply, **kept, attachments=files)


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


async def _keyword_in(tx: Tx, merchant_id: int, reply: Reply) -> str:
    """Find the keyword that a reply is; "" for anything else, and where words end nothing: a mail has a link for it, a chat is simply closed.

    The title of a button is our own word ("Cancel" on it ends no subscription), and a yes begins again only what was stopped.
    """
    if reply.channel in _WITHOUT_KEYWORDS or reply.choice:
        return ""
    keyword = keyword_of(reply.text)
    everyday = keyword == "start" and is_everyday(reply.text)
    return "" if everyday and await may_say(tx, merchant_id, reply.channel, sender_of(reply)) else keyword


async def _take(tx: Tx, tenant: Tenant, connection: Connection, talk: Conversation, reply: Reply, now: datetime, *, handed: bool) -> None:
    """Keep what a person said, bound as far as it is sure, and say what follows; `handed`: a human was asked for in this talk before."""
    merchant_id = tenant.merchant.merchant_id
    found = await whose(tx, merchant_id, talk, reply, now)
    message_id = UUID(found.bound.message_id) if found.bound.message_id else None
    reply_id = await conversations.keep(
        tx,
        merchant_id,
        connection.connection_id,
        reply,
        conversation_id=talk.conversation_id,
        keyword="",
        choice=found.bound.choice or reply.choice,
        message_id=message_id,
        order_id=found.bound.order_id,
        bound=found.bound.how,
        customer_id=found.customer_id,
        about=found.order_id,
        now=now,
    )
    if message_id is not None:
        await _replied(tx, merchant_id, message_id, reply, now)
    if reply_id is not None:
        choice = found.bound.choice or reply.choice
        await announce_reply(tx, tenant, talk.conversation_id, reply, reply_id, keyword="", choice=choice, order_id=found.order_id, now=now)
        if handed and await take_rating(tx, tenant, connection, talk, reply, choice, now):
            return
        if not tenant.book.on:
            await pass_on(tx, tenant, talk, reply, HandoverReason.NO_ANSWER, found.order_id, now)
            await _respond(tx, tenant, connection, talk, reply, found, now)
        elif not (handed and await heard_by_human(tx, tenant, talk.conversation_id, now)):
            await turns.add(tx, merchant_id, talk.conversation_id, reply_id, found.order_id, reply.at or now, now)


async def _replied(tx: Tx, merchant_id: int, message_id: UUID, reply: Reply, now: datetime) -> None:
    receipt = Receipt(message_id=str(message_id), provider_id=None, state=MessageState.REPLIED, provider_code="reply", at=reply.at or now)
    if await receipts.note(tx, merchant_id, receipt, now) is not None:
        await follow_up(tx, merchant_id, message_id, reply.channel, receipt, now)


async def _respond(tx: Tx, tenant: Tenant, connection: Connection, talk: Conversation, reply: Reply, found: Whose, now: datetime) -> None:
    """Say what a machine may say: that a choice was noted, that the order was found, or ask which it is about."""
    merchant_id = tenant.merchant.merchant_id
    locale = await locale_of(tx, tenant, talk.address, found.order_id)
    brand = tenant.brand.name
    if found.bound.choice and found.bound.message_id:
        row = await message_lists.to_whom(tx, merchant_id, UUID(found.bound.message_id))
        offered = {one.choice_id: one.title for one in extras_of(row["extras"]).choices} if row else {}
        text = words("noted", locale, brand, offered.get(found.bound.choice, ""))
        why = f"the customer chose {found.bound.choice}"
    elif found.said_who:
        text, why = words("found", locale, brand), "the customer told which order it is"
    elif reply.text.strip() and found.customer_id is None and found.order_id is None and not found.strange and _may_ask(talk, now):
        text, why = words("who", locale, brand), "nobody is known under this address"
        await conversations.asked(tx, merchant_id, talk.conversation_id, now)
    else:
        return
    if await may_say(tx, merchant_id, reply.channel, sender_of(reply)):
        await messages.queue(tx, [said_back(tenant, connection, reply, locale, text, "conversation", why, found.order_id, now)])


def _may_ask(talk: Conversation, now: datetime) -> bool:
    return talk.asked < _MOST_ASKED and (talk.asked_at is None or now - talk.asked_at > _ASK_AGAIN)


async def _keyword(
    tx: Tx, directory: Directory, tenant: Tenant, connection: Connection, talk: Conversation, reply: Reply, keyword: str, now: datetime
) -> None:
    """Keep and obey a keyword; a mail to the unsubscribe address carries the token of whom it is about, and only the token counts."""
    merchant_id = tenant.merchant.merchant_id
    reply_id = await conversations.keep(
        tx,
        merchant_id,
        connection.connection_id,
        reply,
        conversation_id=talk.conversation_id,
        keyword=keyword,
        choice="",
        message_id=None,
        order_id=None,
        bound="",
        customer_id=talk.customer_id,
        about=talk.order_id,
        now=now,
    )
    if reply_id is not None:
        if keyword == "help":
            await pass_on(tx, tenant, talk, reply, HandoverReason.ASKED, talk.order_id, now)
        await announce_reply(
            tx, tenant, talk.conversation_id, reply, reply_id, keyword=keyword, choice=reply.choice, order_id=talk.order_id, now=now
        )
    if reply.channel is ChannelKind.EMAIL:
        await _by_token(tx, directory, merchant_id, reply, now)
    else:
        await _obey(tx, tenant, connection, talk, reply, keyword, now)


async def _by_token(tx: Tx, directory: Directory, merchant_id: int, reply: Reply, now: datetime) -> None:
    try:
        kind, owner, address, *_ = directory.sealer.read_token(reply.text.strip())
    except (NotFoundError, ValueError):
        return
    if kind == "mail" and owner == str(merchant_id):
        await unsubscribe(tx, merchant_id, address, "unsubscribe_mail", now)


async def unsubscribe(tx: Tx, merchant_id: int, address: str, source: str, now: datetime) -> None:
    """End marketing to an address; messages about its own orders go on."""
    said = Consent(purpose=Purpose.MARKETING, granted=False, source=source, at=now)
    await recipients.consent(tx, [(merchant_id, address, said)])
    channel = ChannelKind.EMAIL if "@" in address else ChannelKind.SMS
    kept = Suppression(channel=channel, address=address, purpose=Purpose.MARKETING, reason="unsubscribed", at=now)
    await recipients.suppress(tx, merchant_id, kept)


async def _obey(tx: Tx, tenant: Tenant, connection: Connection, talk: Conversation, reply: Reply, keyword: str, now: datetime) -> None:
    merchant_id = tenant.merchant.merchant_id
    if keyword in {"stop_marketing", "start_marketing"}:
        await _marketing(tx, merchant_id, reply, keyword, now)
        return
    if keyword == "stop":
        kept = Suppression(channel=reply.channel, address=reply.sender, purpose=None, reason="stop", at=now)
        await recipients.suppress(tx, merchant_id, kept)
    elif keyword == "start":
        await recipients.release(tx, merchant_id, reply.channel, reply.sender, _OWN_WORDS)
    if keyword in {"stop", "start"}:
        said = [
            Consent(
                purpose=purpose,
                channel=reply.channel,
                granted=keyword == "start",
                source="stop_word",
                at=now,
                wording=reply.text[:200],
                proof=f"message {reply.provider_id} to {reply.to}"[:300],
            )
            for purpose in ((Purpose.TRANSACTIONAL, Purpose.MARKETING) if keyword == "stop" else (Purpose.TRANSACTIONAL,))
        ]
        await recipients.consent(tx, [(merchant_id, reply.sender, one) for one in said])
    if reply.confirmed or await _confirmed_before(tx, merchant_id, reply, keyword, now):
        return
    locale = await recipients.chosen_locale(tx, merchant_id, [talk.address]) or tenant.brand.default_locale
    brand = tenant.brand
    text = confirmation(keyword, brand.name, locale, brand.support_email or brand.support_url or brand.name)
    await messages.queue(
        tx, [said_back(tenant, connection, reply, locale, text, f"keyword_{keyword}", f"the customer wrote {keyword.upper()}", None, now)]
    )


async def _marketing(tx: Tx, merchant_id: int, reply: Reply, keyword: str, now: datetime) -> None:
    """Obey a switch in the provider's own settings: marketing ends, or may be sent again where a consent stands; nothing is answered."""
    if keyword == "start_marketing":
        await recipients.release(tx, merchant_id, reply.channel, reply.sender, ("unsubscribed",))
        return
    kept = Suppression(channel=reply.channel, address=reply.sender, purpose=Purpose.MARKETING, reason="unsubscribed", at=now)
    await recipients.suppress(tx, merchant_id, kept)


async def _confirmed_before(tx: Tx, merchant_id: int, reply: Reply, keyword: str, now: datetime) -> bool:
    """Tell whether the same wish was confirmed lately, and not its contrary since."""
    trigger = f"reply.{keyword}"
    if trigger not in _CONFIRMATIONS:
        return False
    last = await message_lists.last_told(tx, merchant_id, reply.channel, reply.sender, _CONFIRMATIONS, now - _ONE_CONFIRMATION)
    return last == trigger
