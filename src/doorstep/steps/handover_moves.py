"""What somebody does with a hand-over at the desk or by the API → its row, the note of it, the merchant's systems told, the customer asked."""

from datetime import datetime

from doorstep.conversations.handing.hours import after_open_minutes
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, EntryKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.asking_how import ask_how
from doorstep.steps.directory import Tenant
from doorstep.steps.handing_over import hand_to_human, language_at
from doorstep.steps.handover_news import HANDOVER_CLOSED, announce
from doorstep.store import agents, conversations, handover_lists, handovers, helpdesks
from doorstep.store.database import Tx
from doorstep.store.handovers import Handover

#: Characters of a note.
LONGEST_NOTE = 4000


async def read(tx: Tx, merchant_id: int, handover_id: int) -> Handover:
    """Hold a hand-over for this transaction.

    Raises:
        NotFoundError: there is none such.
    """
    one = await handovers.one(tx, merchant_id, handover_id, lock=True)
    if one is None:
        raise NotFoundError("there is no such hand-over")
    return one


def _changed(one: Handover | None, why: str) -> Handover:
    if one is None:
        raise ConflictError(why)
    return one


async def take(tx: Tx, merchant_id: int, handover_id: int, user_id: int, now: datetime) -> Handover:
    """Take it.

    Raises:
        NotFoundError: there is none such.
        ConflictError: a colleague has it, or it is closed.
    """
    was = await read(tx, merchant_id, handover_id)
    taken = await handovers.take(tx, merchant_id, handover_id, user_id, now)
    if taken is None and was.assignee is not None and was.open:
        names = await agents.names(tx, merchant_id)
        raise ConflictError(f"{names.get(was.assignee, 'somebody')} has it already")
    taken = _changed(taken, "it is closed already")
    if was.assignee != user_id:
        await handovers.note(tx, taken, EntryKind.TAKEN, f"user {user_id}", "", now)
    return taken


async def take_next(tx: Tx, merchant_id: int, user_id: int, now: datetime) -> Handover | None:
    """Take the most urgent one that somebody speaks the language of and has the skill for; None: nobody waits."""
    agent = await agents.one(tx, merchant_id, user_id)
    if agent is None:
        return None
    handover_id = await handover_lists.next_one(tx, merchant_id, agent.languages, agent.skills)
    return await take(tx, merchant_id, handover_id, user_id, now) if handover_id is not None else None


async def take_over(tx: Tx, tenant: Tenant, conversation_id: int, user_id: int, now: datetime) -> Handover:
    """Take a conversation that nobody handed over: from now on the machine is silent in it.

    Raises:
        NotFoundError: there is no such conversation.
        ConflictError: a colleague has it.
    """
    merchant_id = tenant.merchant.merchant_id
    there = await handovers.open_of(tx, merchant_id, conversation_id)
    if there is not None:
        return await take(tx, merchant_id, there.handover_id, user_id, now)
    talk = await conversations.read(tx, merchant_id, conversation_id)
    if talk is None:
        raise NotFoundError("there is no such conversation")
    handover_id = await hand_to_human(
        tx,
        tenant,
        talk,
        reason=HandoverReason.TAKEN,
        summary="",
        order_id=talk.order_id,
        language=await language_at(tx, tenant, talk.address, talk.order_id),
        now=now,
        actor=f"user {user_id}",
        gives_out=False,
    )
    return await take(tx, merchant_id, handover_id, user_id, now)


async def give(tx: Tx, merchant_id: int, handover_id: int, to: int | None, actor: str, now: datetime) -> Handover:
    """Give it to somebody, or (None) back to its queue.

    Raises:
        NotFoundError: there is none such.
        BadInputError: they answer no customers here.
        ConflictError: it is closed.
    """
    was = await read(tx, merchant_id, handover_id)
    name = ""
    if to is not None:
        known = {one.user_id: one for one in await agents.every(tx, merchant_id)}
        if to not in known:
            raise BadInputError("choose somebody who answers customers here")
        name = known[to].shown
    given = _changed(await handovers.give(tx, merchant_id, handover_id, to, now), "it is closed already")
    if was.assignee != to:
        await handovers.note(tx, given, EntryKind.RELEASED if to is None else EntryKind.GIVEN, actor, name, now)
    return given


async def move(tx: Tx, tenant: Tenant, handover_id: int, queue: str, actor: str, now: datetime) -> Handover:
    """Move it to another queue, where somebody else takes it.

    Raises:
        NotFoundError: there is none such.
        BadInputError: there is no such queue.
        ConflictError: it is closed.
    """
    merchant_id, handing = tenant.merchant.merchant_id, tenant.handing
    await read(tx, merchant_id, handover_id)
    if queue not in {one.name for one in handing.queues}:
        raise BadInputError("there is no such queue")
    due_at = after_open_minutes(handing.hours_of(queue), now, handing.queue(queue).first_minutes)
    moved = _changed(await handovers.move(tx, merchant_id, handover_id, queue, "", due_at, now), "it is closed already")
    await handovers.note(tx, moved, EntryKind.MOVED, actor, handing.queue(queue).title, now)
    return moved


async def snooze(tx: Tx, merchant_id: int, handover_id: int, until: datetime, actor: str, now: datetime) -> Handover:
    """Put it off until a time, or until the customer writes.

    Raises:
        NotFoundError: there is none such.
        BadInputError: the time has passed.
        ConflictError: it is closed.
    """
    await read(tx, merchant_id, handover_id)
    if until <= now:
        raise BadInputError("choose a time to come")
    put_off = _changed(await handovers.snooze(tx, merchant_id, handover_id, until, now), "it is closed already")
    await handovers.note(tx, put_off, EntryKind.SNOOZED, actor, until.strftime("%Y-%m-%d %H:%M"), now)
    return put_off


async def close(tx: Tx, tenant: Tenant, handover_id: int, reason: CloseReason, actor: str, now: datetime) -> Handover:
    """Close it, tell the merchant's own systems, and ask the customer how it was.

    Raises:
        NotFoundError: there is none such.
        ConflictError: it is closed already.
    """
    merchant_id = tenant.merchant.merchant_id
    await read(tx, merchant_id, handover_id)
    closed = _changed(await handovers.close(tx, merchant_id, handover_id, reason, actor, now), "it is closed already")
    await announce(tx, tenant, HANDOVER_CLOSED, closed, now)
    await helpdesks.wake(tx, merchant_id, closed.conversation_id, now)
    await ask_how(tx, tenant, closed, now)
    return closed


async def note_on(tx: Tx, merchant_id: int, conversation_id: int, text: str, actor: str, now: datetime) -> None:
    """Note something for colleagues; the customer never sees it.

    Raises:
        BadInputError: there is no text, or too much of it.
        NotFoundError: there is no such conversation.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise BadInputError(f"write a note of at most {LONGEST_NOTE} characters")
    if await conversations.one(tx, merchant_id, conversation_id) is None:
        raise NotFoundError("there is no such conversation")
    there = await handovers.open_of(tx, merchant_id, conversation_id)
    await handovers.jot(tx, merchant_id, conversation_id, there.handover_id if there else None, EntryKind.NOTE, actor, text, now)
    await handovers.tell(tx, merchant_id, conversation_id)


async def answered(tx: Tx, tenant: Tenant, conversation_id: int, user_id: int, now: datetime) -> Handover:
    """Note that somebody answered by hand: they have the conversation, and the machine is silent until they are done.

    Raises:
        NotFoundError: there is no such conversation.
    """
    merchant_id = tenant.merchant.merchant_id
    if await handovers.open_of(tx, merchant_id, conversation_id) is None:
        await take_over(tx, tenant, conversation_id, user_id, now)
    done = await handovers.answered(tx, merchant_id, conversation_id, user_id, now)
    await helpdesks.wake(tx, merchant_id, conversation_id, now)
    return _changed(done, "it was closed at this very moment")
