"""Replies → kept once; stop, start and help obeyed and confirmed."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from doorstep.conversations.keywords import confirmation, keyword_of
from doorstep.domain.messages import Message, Rendered, Reply, Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import NotFoundError
from doorstep.steps.compose import new_message_id
from doorstep.steps.directory import Directory, Tenant
from doorstep.store import messages, recipients, replies
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.messages import NewMessage

#: What a customer's own word can lift again; a bounce or a complaint it cannot.
_OWN_WORDS = ("stop", "unsubscribed")


async def answer(tx: Tx, directory: Directory, tenant: Tenant, connection: Connection, got: Sequence[Reply], now: datetime) -> None:
    """Take replies in; one already kept changes nothing."""
    for reply in got:
        if reply.channel is ChannelKind.EMAIL:
            await _by_mail(tx, directory, tenant, connection, reply, now)
            continue
        keyword = reply.keyword or keyword_of(reply.text)
        if await replies.keep(tx, tenant.merchant.merchant_id, connection.connection_id, reply, keyword, now) and keyword:
            await _obey(tx, tenant, connection, reply, keyword, now)


async def _by_mail(tx: Tx, directory: Directory, tenant: Tenant, connection: Connection, reply: Reply, now: datetime) -> None:
    """Keep a mail; one to the unsubscribe address carries the token of whom it is about, and only the token counts."""
    merchant_id = tenant.merchant.merchant_id
    if not await replies.keep(tx, merchant_id, connection.connection_id, reply, reply.keyword, now) or reply.keyword != "stop":
        return
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


async def _obey(tx: Tx, tenant: Tenant, connection: Connection, reply: Reply, keyword: str, now: datetime) -> None:
    merchant_id = tenant.merchant.merchant_id
    if keyword == "stop":
        kept = Suppression(channel=reply.channel, address=reply.sender, purpose=None, reason="stop", at=now)
        await recipients.suppress(tx, merchant_id, kept)
    elif keyword == "start":
        await recipients.release(tx, merchant_id, reply.channel, reply.sender, _OWN_WORDS)
    if keyword in {"stop", "start"}:
        said = [
            Consent(
                purpose=purpose, channel=reply.channel, granted=keyword == "start", source="stop_word", at=now, wording=reply.text[:200]
            )
            for purpose in ((Purpose.TRANSACTIONAL, Purpose.MARKETING) if keyword == "stop" else (Purpose.TRANSACTIONAL,))
        ]
        await recipients.consent(tx, [(merchant_id, reply.sender, one) for one in said])
    await messages.queue(tx, [_confirmation(tenant, connection, reply, keyword, now)])


def _confirmation(tenant: Tenant, connection: Connection, reply: Reply, keyword: str, now: datetime) -> NewMessage:
    brand = tenant.brand
    contact = brand.support_email or brand.support_url or brand.name
    text = confirmation(keyword, brand.name, brand.default_locale, contact)
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=tenant.merchant.merchant_id,
            channel=reply.channel,
            to=reply.sender,
            content=Rendered(subject=brand.name, text=text),
            locale=brand.default_locale,
            purpose=Purpose.TRANSACTIONAL,
            topic="replies",
            created_at=now,
        ),
        connection_id=connection.connection_id,
        template=f"keyword_{keyword}",
        trigger=f"reply.{keyword}",
        why_key=hashlib.blake2b(f"{connection.connection_id}\x1f{reply.provider_id}".encode(), digest_size=16).digest(),
        order_id=None,
        shipment_ids=(),
        why=f"the customer wrote {keyword.upper()}",
        due_at=now,
    )
