"""Handovers whose agents work in a helpdesk → one deed after the other there, and what became of it. docs/rules/helpdesks.md.

A conversation has one deed in the outbox at a time, so that the customer's words arrive in their order; what is to be done next follows from
what stands: a lost notice is made good by the next look.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from doorstep.domain.helpdesks import HelpdeskDeed, HelpdeskOrder
from doorstep.domain.talking.inbox import EntryKind
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import DoorstepError
from doorstep.helpdesks import helpdesks as plugins
from doorstep.messages.notices.helpdesks import helpdesk_failed
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.helpdesk_orders import Talk, answered_here, desk_url, message_of, noting, opening, saying, talk_of, turning
from doorstep.steps.pausing import Notice, tell_owners_of
from doorstep.store import errands, handovers, helpdesks, messages
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.helpdesks import KeptLink, LinkState

_LOG = structlog.get_logger()
#: The mail that a merchant's people get of a handover that the helpdesk does not take.
FAILED = "helpdesk.failed"
#: What is being sent this moment is looked at again after this.
_SOON = timedelta(minutes=2)
#: A conversation of which nobody says anything is looked at again after this.
_IDLE = timedelta(minutes=5)
#: Words wait so long for the files that came with them.
_FILES_WITHIN, _FILES_AGAIN = timedelta(minutes=1), timedelta(seconds=5)
#: Things written that one call carries.
_MOST_WORDS = 5
_ENDED_BADLY = frozenset({MessageState.BOUNCED, MessageState.REFUSED, MessageState.CANCELLED, MessageState.UNKNOWN})
_replace = msgspec.structs.replace


def helpdesk_in_use(tenant: Tenant) -> Connection | None:
    """Find the helpdesk in which a merchant's agents work: the newest that is connected and not paused; None: they work at our desk."""
    found = [one for one in tenant.connections.values() if one.kind == "helpdesk" and one.active and one.provider in plugins()]
    return max(found, key=lambda one: one.connection_id, default=None)


async def take_up_helpdesks(tx: Tx, directory: Directory, now: datetime, most: int) -> int:
    """Link new handovers and look after those that are due; return how many links were looked after."""
    used = [(one.merchant_id, one.connection_id) for tenant in directory.tenants() if (one := helpdesk_in_use(tenant)) is not None]
    if used:
        await helpdesks.link(tx, used, now, most)
    due = await helpdesks.due(tx, now, most)
    for kept in due:
        tenant = directory.tenant(kept.merchant_id)
        if tenant is None:  # unreadable: its settings, or younger than our directory
            await helpdesks.write(tx, _replace(kept, look_at=now + _SOON))
            continue
        try:
            async with tx.transaction():
                await _look(tx, directory, tenant, kept, now)
        except DoorstepError as error:
            _LOG.warning("helpdesk_link_put_off", merchant=kept.merchant_id, link=kept.link_id, why=str(error))
            await helpdesks.write(tx, _replace(kept, look_at=now + _SOON))
    return len(due)


async def _look(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptLink, now: datetime) -> None:
    connection = tenant.connections.get(kept.connection_id)
    handover = await handovers.one(tx, kept.merchant_id, kept.handover_id)
    talk = await talk_of(tx, kept, handover) if handover else None
    if talk is None:  # forgotten at the customer's wish
        await helpdesks.write(tx, _replace(kept, state=LinkState.CLOSED, deed="", message_id=None, look_at=None))
        return
    if connection is None:
        await _fail(tx, directory, tenant, talk, "the connection was removed", now)
        return
    ended = await _ended(tx, directory, tenant, talk, now)
    if ended is None:
        await helpdesks.write(tx, _replace(kept, look_at=now + _SOON))
    elif ended.state is not LinkState.FAILED:
        await _go_on(tx, directory, tenant, _replace(talk, kept=ended), connection, now)


async def _ended(tx: Tx, directory: Directory, tenant: Tenant, talk: Talk, now: datetime) -> KeptLink | None:
    """Take what became of the deed that is under way; None: nothing yet."""
    kept = talk.kept
    if kept.message_id is None:
        return kept
    message = await errands.message_of(tx, kept.merchant_id, kept.message_id)
    if message is not None and message.state is MessageState.REACHED:
        return await _done(tx, kept, message.provider_id, now)
    if message is not None and message.state not in _ENDED_BADLY:
        return None
    why = message.text or message.state if message else "its message is gone"
    if kept.deed in {HelpdeskDeed.OPEN, HelpdeskDeed.SAY}:
        return await _fail(tx, directory, tenant, talk, why, now)
    _LOG.warning("helpdesk_deed_refused", merchant=kept.merchant_id, link=kept.link_id, deed=kept.deed, why=why)
    return await _done(tx, kept, "", now)  # a note or a state that it does not take is nobody's loss


async def _done(tx: Tx, kept: KeptLink, remote_id: str, now: datetime) -> KeptLink:
    free = _replace(kept, deed="", message_id=None, noting="", upto_reply_id=0)
    match kept.deed:
        case HelpdeskDeed.OPEN:
            return _replace(free, state=LinkState.OPEN, remote_id=remote_id or kept.remote_id, told_reply_id=kept.upto_reply_id)
        case HelpdeskDeed.SAY:
            return _replace(free, told_reply_id=kept.upto_reply_id)
        case HelpdeskDeed.NOTE:
            await helpdesks.noted(tx, kept, kept.noting, now)
            return free  # of an answer at our own desk `told_at` has moved on already
        case _:
            return _replace(free, state=LinkState.CLOSED)


async def _fail(tx: Tx, directory: Directory, tenant: Tenant, talk: Talk, why: str, now: datetime) -> KeptLink:
    """Leave the handover to the merchant's people at our desk, where it stands anyway, and tell them."""
    kept = _replace(talk.kept, state=LinkState.FAILED, deed="", message_id=None, why=why, look_at=None)
    await helpdesks.write(tx, kept)
    if not talk.handover.open:
        return kept
    connection = tenant.connections.get(kept.connection_id)
    name = connection.name if connection else "the helpdesk"
    await handovers.note(tx, talk.handover, EntryKind.NOTE, "rule", f"{name} does not take it: {why}", now)
    url = desk_url(directory, kept.conversation_id)
    notice = Notice(
        trigger=FAILED,
        template="helpdesk_failed",
        content=helpdesk_failed(tenant.merchant.name, name, why, url, tenant.brand.default_locale),
        why="owners are told when a handover does not get to where agents work",
    )
    await tell_owners_of(tx, tenant, ("handover", kept.handover_id), notice, now)
    return kept


async def _go_on(tx: Tx, directory: Directory, tenant: Tenant, talk: Talk, connection: Connection, now: datetime) -> None:
    """Do what is to be done next."""
    kept, handover = talk.kept, talk.handover
    if kept.state is LinkState.OPENING:
        if not handover.open:  # settled before it went anywhere
            await helpdesks.write(tx, _replace(kept, state=LinkState.CLOSED, look_at=None))
            return
        upto = await helpdesks.last_reply(tx, kept.merchant_id, kept.conversation_id)
        newest = await helpdesks.wrote(tx, kept.merchant_id, kept.conversation_id, upto - 1, 1)
        order = await opening(tx, directory, tenant, talk, newest, now)
        talk = _replace(talk, kept=_replace(kept, told_at=now))
        await _queue(tx, talk, connection, order, "open", now, upto=upto)
        return
    if (untold := await helpdesks.to_note(tx, kept)) is not None:
        await _queue(tx, talk, connection, noting(tenant, talk, *untold), f"note {untold[0]}", now, noted=untold[0])
        return
    if kept.state is LinkState.CLOSED:
        await helpdesks.write(tx, _replace(kept, look_at=None))
        return
    wrote = await helpdesks.wrote(tx, kept.merchant_id, kept.conversation_id, kept.told_reply_id, _MOST_WORDS)
    if handover.closed_at is not None:  # what came afterwards is for whoever has the word then
        wrote = [one for one in wrote if one.at <= handover.closed_at]
    here = [one for place, one in enumerate(wrote) if not any(w.awaited and now - w.at < _FILES_WITHIN for w in wrote[: place + 1])]
    if here:
        upto = here[-1].reply_id
        await _queue(tx, talk, connection, saying(directory, tenant, talk, here), f"say {upto}", now, upto=upto)
    elif wrote:
        await helpdesks.write(tx, _replace(kept, look_at=now + _FILES_AGAIN))
    elif (answer := await helpdesks.answered_here(tx, kept, talk.row["channel"], talk.row["address"])) is not None:
        talk = _replace(talk, kept=_replace(kept, told_at=answer["created_at"]))
        await _queue(tx, talk, connection, answered_here(tenant, talk, answer), f"answer {answer['message_id']}", now)
    elif not handover.open:
        await _queue(tx, talk, connection, turning(tenant, talk, HelpdeskDeed.CLOSE), f"close {handover.handover_id}", now)
    else:
        await helpdesks.write(tx, _replace(kept, look_at=now + _IDLE))


async def _queue(
    tx: Tx, talk: Talk, connection: Connection, order: HelpdeskOrder, once: str, now: datetime, *, upto: int = 0, noted: str = ""
) -> None:
    """Put a deed into the outbox; the sender says when its end is known."""
    new = message_of(order, talk, connection, once, now)
    await messages.queue(tx, [new])
    message_id = UUID(new.message.message_id)
    under_way = _replace(talk.kept, deed=order.deed, message_id=message_id, upto_reply_id=upto, noting=noted, look_at=now + _SOON)
    await helpdesks.write(tx, under_way)


class AtHelpdesk(msgspec.Struct, frozen=True, kw_only=True):
    """Where a conversation is at a helpdesk, for whoever looks at our desk."""

    #: The connection's name.
    name: str
    #: The helpdesk's id of it; "": it is not there yet.
    remote_id: str
    #: The page on which the agents see it; "": not known.
    url: str
    state: LinkState
    #: Who has it there; "": nobody, or untold.
    agent: str
    #: Why the helpdesk does not take it; "": it does.
    why: str


async def helpdesk_of(tx: Tx, tenant: Tenant, conversation_id: int) -> AtHelpdesk | None:
    """Tell where a conversation was handed to last; None: to no helpdesk."""
    kept = await helpdesks.of_conversation(tx, tenant.merchant.merchant_id, conversation_id)
    if kept is None:
        return None
    connection = tenant.connections.get(kept.connection_id)
    plugin = plugins().get(connection.provider) if connection else None
    url = plugin.page(kept.remote_id, connection.settings) if plugin and connection and kept.remote_id else ""
    name = connection.name if connection else "a helpdesk that was removed"
    return AtHelpdesk(name=name, remote_id=kept.remote_id, url=url, state=kept.state, agent=kept.agent, why=kept.why)
