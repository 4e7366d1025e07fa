"""A customer asks for a human → the conversation with them is open for one, with what they said."""

from datetime import datetime

from doorstep.domain.actions.askers import Asker
from doorstep.domain.messages import Reply
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.announcing import announce_reply
from doorstep.steps.directory import Tenant
from doorstep.store import connections, conversations
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder


async def hand_over(tx: Tx, tenant: Tenant, asker: Asker, order: KeptOrder | None, summary: str, once: str, now: datetime) -> None:
    """Open the conversation on the address of whoever asks, by mail or telephone; whom nobody could answer is noted in the audit log."""
    merchant_id = tenant.merchant.merchant_id
    bought = order.order.customer if order else None
    reach = {
        ChannelKind.EMAIL: asker.email or (bought.email if bought else None),
        ChannelKind.SMS: asker.phone or (bought.phone if bought else None),
    }
    channel = next((kind for kind, address in reach.items() if address and kind in tenant.channels), None)
    if channel is None:
        await connections.audit(tx, merchant_id, asker.actor, "human asked for", f"order {order.order.number if order else 'none'}")
        return
    connection, address = tenant.channels[channel], reach[channel] or ""
    reply = Reply(channel=channel, provider_id=f"handover {once}", sender=address, to=tenant.brand.name, text=summary, at=now)
    talk = await conversations.hold(tx, merchant_id, channel, address, connection.connection_id, now)
    order_id = order.order_id if order else None
    kept = await conversations.keep(
        tx,
        merchant_id,
        connection.connection_id,
        reply,
        conversation_id=talk.conversation_id,
        keyword="",
        choice="",
        message_id=None,
        order_id=order_id,
        bound="the customer asked for a human",
        now=now,
    )
    await conversations.heard(tx, merchant_id, talk.conversation_id, now, customer_id=talk.customer_id, order_id=order_id, for_human=True)
    if kept is not None:
        await announce_reply(tx, tenant, talk.conversation_id, reply, kept, keyword="", choice="", order_id=order_id, now=now)
