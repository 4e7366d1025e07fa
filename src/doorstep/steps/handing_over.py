"""A human is wanted → the conversation is handed over: routed, due by a time, told of; what the customer writes then is for them."""

from datetime import datetime

from doorstep.conversations.handing.expecting import expect, expected_words, usual_minutes
from doorstep.conversations.handing.hours import after_open_minutes
from doorstep.conversations.handing.routing import Wanted, route
from doorstep.conversations.handing.rules import may_resume
from doorstep.domain.actions.askers import Asker
from doorstep.domain.messages import Reply
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, EntryKind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.announcing import announce_reply
from doorstep.steps.directory import Tenant
from doorstep.steps.handover_news import HANDOVER_CLOSED, HANDOVER_OPENED, announce
from doorstep.steps.saying import locale_of
from doorstep.store import agents, connections, conversations, handover_lists, handovers, helpdesks, orders
from doorstep.store.conversations import Conversation
from doorstep.store.database import Tx
from doorstep.store.handovers import NewHandover
from doorstep.store.orders import KeptOrder


async def hand_to_human(  # noqa: PLR0913 - what a hand-over is made of
    tx: Tx,
    tenant: Tenant,
    conversation: Conversation,
    *,
    reason: HandoverReason,
    summary: str,
    order_id: int | None,
    language: str,
    now: datetime,
    intent: str = "",
    turn_id: int | None = None,
    actor: str = "talk",
    gives_out: bool = True,
) -> int:
    """Hand a conversation over and return the hand-over's id; one that is open keeps its first reason and gets this one beside it.

    `gives_out`: where conversations are given out in turn, somebody is given it; False: whoever asks takes it themselves.
    """
    merchant_id, handing = tenant.merchant.merchant_id, tenant.handing
    order_id = order_id or conversation.order_id
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id)) if order_id else None
    wanted = Wanted(
        reason=reason,
        intent=intent,
        language=language,
        value=kept.order.total if kept else None,
        earlier_orders=kept.order.customer.earlier_orders if kept else None,
    )
    routed = route(wanted, handing)
    new = NewHandover(
        conversation_id=conversation.conversation_id,
        reason=reason,
        summary=summary,
        order_id=order_id,
        turn_id=turn_id,
        intent=intent,
        language=language,
        skill=routed.skill,
        queue=routed.queue.name,
        priority=routed.priority,
        asked_at=now,
        due_at=after_open_minutes(handing.hours_of(routed.queue.name), now, routed.queue.first_minutes),
    )
    one, is_new = await handovers.open_one(tx, merchant_id, new, actor)
    if is_new:
        await announce(tx, tenant, HANDOVER_OPENED, one, now)
        if gives_out and handing.assign == "round_robin":
            await _give_out(tx, merchant_id, one, now)
    return one.handover_id


async def _give_out(tx: Tx, merchant_id: int, one: handovers.Handover, now: datetime) -> None:
    """Give it to whoever is there, can take it, and was given nothing for longest; with nobody there, it waits."""
    user_id = await agents.next_one(tx, merchant_id, one.language, one.skill, now)
    if user_id is not None:
        await handovers.give(tx, merchant_id, one.handover_id, user_id, now)
        await handovers.note(tx, one, EntryKind.GIVEN, "rule", f"{user_id}", now)


async def language_at(tx: Tx, tenant: Tenant, address: str, order_id: int | None) -> str:
    """Tell the language (ISO 639-1) in which somebody is written to."""
    return (await locale_of(tx, tenant, address, order_id)).replace("_", "-").partition("-")[0].lower()


async def when_answered(tx: Tx, tenant: Tenant, handover_id: int, locale: str, now: datetime) -> str:
    """Say to the customer when a human answers: by the queue's hours and promise, and no sooner than it lately took."""
    merchant_id, handing = tenant.merchant.merchant_id, tenant.handing
    one = await handovers.one(tx, merchant_id, handover_id)
    queue = one.queue if one else handing.queues[0].name
    lately = await handover_lists.lately_answered(tx, merchant_id, queue, now)
    return expected_words(expect(handing, queue, now, usual_minutes(handing, queue, lately)), locale, now)


async def heard_by_human(tx: Tx, tenant: Tenant, conversation_id: int, now: datetime) -> bool:
    """Have whoever has a conversation hear that the customer wrote; False: no human has it, and a machine may answer.

    Where the merchant's rule says so, a hand-over that nobody took in time ends here, and the machine has the word again.
    """
    merchant_id, handing = tenant.merchant.merchant_id, tenant.handing
    one = await handovers.open_of(tx, merchant_id, conversation_id)
    if one is None:
        return False
    if may_resume(one.state, one.touched_at, handing.rules, now):
        closed = await handovers.close(tx, merchant_id, one.handover_id, CloseReason.RESUMED, "rule", now)
        if closed is not None:
            await announce(tx, tenant, HANDOVER_CLOSED, closed, now)
        return False
    due_at = after_open_minutes(handing.hours_of(one.queue), now, handing.queue(one.queue).next_minutes)
    await handovers.heard(tx, merchant_id, conversation_id, due_at, now)
    await helpdesks.wake(tx, merchant_id, conversation_id, now)
    return True


async def pass_on(
    tx: Tx, tenant: Tenant, conversation: Conversation, reply: Reply, reason: HandoverReason, order_id: int | None, now: datetime
) -> int | None:
    """Give a reply that no machine answers to a human; None: a human has the conversation already."""
    if await heard_by_human(tx, tenant, conversation.conversation_id, now):
        return None
    language = await language_at(tx, tenant, conversation.address, order_id)
    return await hand_to_human(
        tx, tenant, conversation, reason=reason, summary=reply.text[:500], order_id=order_id, language=language, now=now, actor="rule"
    )


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
        customer_id=talk.customer_id,
        about=order_id,
        for_human=True,
        now=now,
    )
    language = await language_at(tx, tenant, address, order_id)
    await hand_to_human(
        tx, tenant, talk, reason=HandoverReason.ASKED, summary=summary, order_id=order_id, language=language, now=now, actor=asker.actor
    )
    if kept is not None:
        await announce_reply(tx, tenant, talk.conversation_id, reply, kept, keyword="", choice="", order_id=order_id, now=now)
