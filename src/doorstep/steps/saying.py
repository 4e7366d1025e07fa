"""A text back to whoever wrote → a message by the same channel: a machine's short word, or a human's answer within the provider's window."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from doorstep.channels import channels
from doorstep.domain.messages import Choice, Message, Rendered, Reply
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError, ConflictError
from doorstep.steps.directory import Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.store import conversations, idempotency, message_lists, messages, orders, recipients
from doorstep.store.connections import Connection
from doorstep.store.database import Row, Tx
from doorstep.store.messages import NewMessage

#: Where choices are shown as such; elsewhere a question in words must do.
_WITH_CHOICES = frozenset({ChannelKind.CHAT, ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.INAPP})
#: Characters of one answer; what a channel takes of them is for its provider to say.
LONGEST = 4000


class Hindrance(StrEnum):
    """Why an address cannot be answered now."""

    #: The connection through which it wrote is paused or removed.
    PAUSED = "paused"
    #: The address is not written to.
    SUPPRESSED = "suppressed"
    #: The provider takes free text only so long after the customer wrote.
    WINDOW_CLOSED = "window_closed"


def said_back(  # noqa: PLR0913, PLR0917 - what a message is made of
    tenant: Tenant,
    connection: Connection,
    reply: Reply,
    locale: str,
    text: str,
    template: str,
    why: str,
    order_id: int | None,
    now: datetime,
) -> NewMessage:
    """Write one text back to where a reply came from."""
    keyword = template.removeprefix("keyword_")
    window_s = _window_s(connection)
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=tenant.merchant.merchant_id,
            channel=reply.channel,
            to=reply.sender,
            content=Rendered(subject=tenant.brand.name, text=text),
            locale=locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="replies",
            created_at=now,
            in_reply_to=reply.provider_id,
            window_until=(reply.at or now) + timedelta(seconds=window_s) if window_s else None,
        ),
        connection_id=connection.connection_id,
        template=template,
        trigger=f"reply.{keyword}",
        why_key=hashlib.blake2b(f"{connection.connection_id}\x1f{reply.provider_id}".encode(), digest_size=16).digest(),
        order_id=order_id,
        shipment_ids=(),
        why=why,
        due_at=now,
    )


async def said_unasked(  # noqa: PLR0913 - what a message is made of
    tx: Tx,
    tenant: Tenant,
    talk: Row,
    text: str,
    choices: tuple[Choice, ...],
    locale: str,
    *,
    template: str,
    once: str,
    why: str,
    order_id: int | None,
    shipment_id: int | None = None,
    now: datetime,
) -> NewMessage:
    """Write into a conversation (a row of `conversations.one`) what is said without being asked: below what the customer wrote last, and `once`."""
    last = next(iter(await conversations.replies(tx, tenant.merchant.merchant_id, talk["conversation_id"], 1)), None)
    content = Rendered(
        subject=await _subject_in(tx, tenant, talk, last),
        text=text,
        choices=choices if ChannelKind(talk["channel"]) in _WITH_CHOICES else (),
    )
    once = f"{template} {once}"
    return _into(
        tenant, talk, last, content, locale, template=template, once=once, why=why, order_id=order_id, shipment_id=shipment_id, now=now
    )


def _into(  # noqa: PLR0913 - what a message is made of
    tenant: Tenant,
    talk: Row,
    last: Row | None,
    content: Rendered,
    locale: str,
    *,
    template: str,
    once: str,
    why: str,
    order_id: int | None,
    now: datetime,
    shipment_id: int | None = None,
    by_hand: bool = False,
) -> NewMessage:
    """Write into a conversation, below what the customer wrote `last`."""
    connection = tenant.connections[talk["connection_id"]]
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=tenant.merchant.merchant_id,
            channel=ChannelKind(talk["channel"]),
            to=talk["address"],
            to_name=(last["sender_name"] or None) if last else None,
            content=content,
            locale=locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="replies",
            created_at=now,
            reply_to=tenant.brand.support_email,
            in_reply_to=last["provider_id"] if last else None,
            window_until=window_until(connection, talk["last_in_at"]),
            by_hand=by_hand,
        ),
        connection_id=connection.connection_id,
        template=template,
        trigger=f"reply.{template}",
        why_key=hashlib.blake2b(once.encode(), digest_size=16).digest(),
        order_id=order_id,
        shipment_ids=(shipment_id,) if shipment_id else (),
        why=why,
        due_at=now,
    )


async def _subject_in(tx: Tx, tenant: Tenant, talk: Row, last: Row | None) -> str:
    if last is None or ChannelKind(talk["channel"]) is not ChannelKind.EMAIL:
        return tenant.brand.name
    return await reply_subject(tx, tenant, last["message_id"])


def _window_s(connection: Connection) -> int | None:
    plugin = channels().get(connection.provider)
    return plugin.window_s if plugin else None


def window_until(connection: Connection, last_in_at: datetime | None) -> datetime | None:
    """Tell until when the provider takes free text to somebody who wrote last at that time; None: it asks for no such thing."""
    window_s = _window_s(connection)
    return last_in_at + timedelta(seconds=window_s) if window_s and last_in_at else None


async def may_say(tx: Tx, merchant_id: int, channel: ChannelKind, address: str) -> bool:
    """Say whether this address may be answered: whoever said stop hears nothing more."""
    return not {(channel, None), (channel, Purpose.TRANSACTIONAL)} & set(await recipients.suppressed(tx, merchant_id, address))


async def locale_of(tx: Tx, tenant: Tenant, address: str, order_id: int | None) -> str:
    """Tell in which language to answer: the one they chose, else their order's, else the shop's."""
    chosen = await recipients.chosen_locale(tx, tenant.merchant.merchant_id, [address])
    return chosen or await order_locale(tx, tenant, order_id)


async def order_locale(tx: Tx, tenant: Tenant, order_id: int | None) -> str:
    """Tell an order's language; the shop's where there is no order, or it says none."""
    merchant_id = tenant.merchant.merchant_id
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id)) if order_id else None
    return (kept.order.locale if kept else None) or tenant.brand.default_locale


async def hindrance(tx: Tx, tenant: Tenant, talk: Row, now: datetime) -> Hindrance | None:
    """Tell why nobody can answer in a conversation (a row of `conversations.one`) now; None: somebody can."""
    connection = tenant.connections.get(talk["connection_id"])
    if connection is None or not connection.active:
        return Hindrance.PAUSED
    if not await may_say(tx, tenant.merchant.merchant_id, ChannelKind(talk["channel"]), talk["address"]):
        return Hindrance.SUPPRESSED
    until = window_until(connection, talk["last_in_at"])
    plugin = channels().get(connection.provider)
    if until is not None and until <= now and not (plugin and plugin.direct and plugin.direct(connection.settings)):
        return Hindrance.WINDOW_CLOSED
    return None


async def say(
    tx: Tx, tenant: Tenant, talk: Row, text: str, actor: str, once: str, now: datetime, *, where: str = "at the desk"
) -> Hindrance | bool:
    """Answer in a conversation by hand, through the connection by which the customer wrote last.

    `once` names the form that was filled in: sent twice, it answers once. `where` the human sits, for whoever looks the message up. True: the answer waits in the outbox; False: it was sent before.

    Raises:
        BadInputError: there is no text, too much of it, or nobody has written yet.
        ConflictError: this very form was sent before with another text.
    """
    merchant_id, conversation_id = tenant.merchant.merchant_id, talk["conversation_id"]
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise BadInputError(f"write an answer of at most {LONGEST} characters")
    last = next(iter(await conversations.replies(tx, merchant_id, conversation_id, 1)), None)
    if last is None:
        raise BadInputError("nobody has written here yet")
    if (hindered := await hindrance(tx, tenant, talk, now)) is not None:
        return hindered
    key = f"answer {conversation_id} {once}"
    try:
        if await idempotency.begin(tx, merchant_id, key, hashlib.blake2b(text.encode(), digest_size=32).digest(), now) is not None:
            return False
    except ConflictError as error:
        raise ConflictError("this form was sent before with another text; the conversation shows what was sent") from error
    content = Rendered(subject=await _subject_in(tx, tenant, talk, last), text=text)
    locale = await locale_of(tx, tenant, talk["address"], talk["order_id"])
    why, order_id = f"{actor} answered {where}", talk["order_id"]
    answer = _into(tenant, talk, last, content, locale, template="answer", once=key, why=why, order_id=order_id, now=now, by_hand=True)
    await messages.queue(tx, [answer])
    await idempotency.answer(tx, merchant_id, key, 200, b"")
    return True


async def reply_subject(tx: Tx, tenant: Tenant, message_id: UUID | None) -> str:
    """Name the mail of ours that was answered, else the shop."""
    found = await message_lists.one(tx, tenant.merchant.merchant_id, message_id) if message_id else None
    subject = (found[0]["subject"] if found else "") or tenant.brand.name
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"
