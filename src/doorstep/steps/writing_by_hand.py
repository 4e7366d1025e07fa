"""Somebody of the shop writes to an order's customer → one mail in the outbox, or why it cannot be."""

import secrets
from datetime import datetime

from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.directory import Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.saying import Hindrance, locale_of, may_say
from doorstep.store import messages
from doorstep.store.database import Tx
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder


async def write_to_customer(
    tx: Tx, tenant: Tenant, kept: KeptOrder, subject: str, text: str, actor: str, now: datetime
) -> Hindrance | None:
    """Queue a mail in somebody's own words to whoever bought an order; None: it waits in the outbox."""
    merchant_id, bought = tenant.merchant.merchant_id, kept.order.customer
    connection = tenant.channels.get(ChannelKind.EMAIL)
    if connection is None or not bought.email:
        return Hindrance.PAUSED
    to = bought.email.lower()
    if not await may_say(tx, merchant_id, ChannelKind.EMAIL, to):
        return Hindrance.SUPPRESSED
    new = NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=merchant_id,
            channel=ChannelKind.EMAIL,
            to=to,
            to_name=" ".join(part for part in (bought.first_name, bought.last_name) if part) or None,
            content=Rendered(subject=subject, text=text),
            locale=await locale_of(tx, tenant, to, kept.order_id),
            purpose=Purpose.TRANSACTIONAL,
            topic="replies",
            created_at=now,
            reply_to=tenant.brand.support_email,
            by_hand=True,
        ),
        connection_id=connection.connection_id,
        template="answer",
        trigger="case.more_asked",
        why_key=secrets.token_bytes(16),
        order_id=kept.order_id,
        shipment_ids=(),
        why=f"{actor} asked at the desk",
        due_at=now,
    )
    await messages.queue(tx, [new])
    return None
