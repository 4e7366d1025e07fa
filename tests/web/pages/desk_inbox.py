"""Customers who write now to a made-up shop, and hand-overs of what they wrote, through the real steps."""

from datetime import timedelta

import msgspec
from page_shops import PASSWORD

from doorstep.conversations.handing.routing import Handing
from doorstep.domain.messages import Reply
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import MacroAct
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps import handing_over
from doorstep.steps.answer import answer
from doorstep.steps.work import utc_now
from doorstep.store import access, connections, conversations, handovers, macros, orders

SMS, MAIL = ChannelKind.SMS, ChannelKind.EMAIL


async def wrote(house, shop, sender, text, *, name="", choice="", minutes=0, channel=SMS):
    """Take in what a customer writes now, or wrote some minutes ago, where no talk answers; return the conversation's id."""
    now = utc_now() - timedelta(minutes=minutes)
    await house.directory.refresh(house.database, now, force=True)
    tenant = house.directory.tenant(shop.merchant_id)
    tenant = msgspec.structs.replace(tenant, book=msgspec.structs.replace(tenant.book, on=False))
    connection = house.directory.connection(shop.merchant_id, shop.connection_ids["console"])
    reply = Reply(
        channel=channel,
        sender=sender,
        sender_name=name,
        to="us",
        text=text,
        choice=choice,
        provider_id=f"{sender} {now.isoformat()} {text[:20]}",
        at=now,
    )
    async with house.database.system() as tx:
        await answer(tx, house.directory, tenant, connection, [reply], now)
        talk = await conversations.hold(tx, shop.merchant_id, channel, sender, connection.connection_id, now)
        await handovers.tell(tx, shop.merchant_id, talk.conversation_id)
    return talk.conversation_id


async def again(house, shop, conversation_id, reason, *, summary="", intent="", language="en", order=None, minutes=0):
    """Have the hand-over of a conversation be this one instead of the usual one."""
    now = utc_now() - timedelta(minutes=minutes)
    tenant = house.directory.tenant(shop.merchant_id)
    async with house.database.system() as tx:
        await tx.execute("delete from handover where merchant_id = $1 and conversation_id = $2", shop.merchant_id, conversation_id)
        talk = await conversations.read(tx, shop.merchant_id, conversation_id)
        return await handing_over.hand_to_human(
            tx,
            tenant,
            talk,
            reason=HandoverReason(reason),
            summary=summary,
            order_id=order,
            language=language,
            now=now,
            intent=intent,
        )


async def handing(house, shop, **settings):
    """Write a merchant's hand-over settings."""
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await connections.merchant_to_change(tx, shop.merchant_id)
        one = msgspec.convert(settings, Handing, strict=False)
        await connections.set_merchant(tx, msgspec.structs.replace(kept, settings={**kept.settings, "handing": msgspec.to_builtins(one)}))
    await house.directory.refresh(house.database, utc_now(), force=True)


async def macro(house, shop, name, text, act=None, **texts):
    """Keep a macro."""
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await macros.add(tx, shop.merchant_id, name, {"en": text, **texts}, MacroAct(act) if act else None, "")


async def colleague(house, shop, name):
    """Let a colleague in; return the e-mail address and the user's id."""
    email = f"{name}@{shop.slug}.example"
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return email, await access.add_user(tx, shop.merchant_id, email, PASSWORD, "support")


async def buyer(house, shop, number):
    """Tell an order's id, and its customer's e-mail address."""
    async with house.database.for_merchant(shop.merchant_id) as tx:
        (kept,) = await orders.of_number(tx, shop.merchant_id, number, 1)
    return kept.order_id, kept.order.customer.email
