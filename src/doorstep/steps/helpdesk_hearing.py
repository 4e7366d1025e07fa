"""What a helpdesk said → told to the customer once, by the channel they wrote on; its closing closes here, its reopening opens again."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.helpdesks import Heard, HeardKind, HelpdeskLink
from doorstep.domain.talking.inbox import CloseReason, EntryKind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.handing_over import hand_to_human
from doorstep.steps.handover_moves import close
from doorstep.steps.saying import LONGEST, Hindrance, say
from doorstep.store import conversations, handovers, helpdesks
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.helpdesks import KeptLink, LinkState

#: What the agents read where the customer could not be told.
_WHY = {
    Hindrance.PAUSED: "the connection through which they wrote is paused or removed",
    Hindrance.SUPPRESSED: "they asked not to be written to, or their address does not take messages",
    Hindrance.WINDOW_CLOSED: "their messenger takes a free text only so long after they wrote last, and that time is over",
}
#: Parts of one answer at most; a longer one is cut. They leave one after the other, so that they arrive in order.
_MOST_PARTS, _APART = 5, timedelta(seconds=3)
_replace = msgspec.structs.replace


async def hear(tx: Tx, tenant: Tenant, connection: Connection, said: Sequence[Heard], now: datetime) -> None:
    """Take in what a helpdesk said; of conversations that are not ours nothing is done, and what was heard before changes nothing."""
    for one in said:
        found = await helpdesks.link_of(tx, connection.merchant_id, connection.connection_id, one)
        kept = await _held(tx, found, now) if found else None
        if kept is None:
            continue
        if kept.state is LinkState.OPENING and not kept.remote_id:  # it speaks before we know that it was made
            kept = _replace(kept, remote_id=one.remote_id)
            await helpdesks.write(tx, kept)
        match one.kind:
            case HeardKind.SAID | HeardKind.NOTED:
                await _said(tx, tenant, connection, kept, one, now)
            case HeardKind.FILE:
                await _file(tx, tenant, connection, kept, one, now)
            case HeardKind.ASSIGNED:
                await helpdesks.write(tx, _replace(kept, agent=one.agent))
            case HeardKind.RESOLVED:
                await _resolved(tx, tenant, connection, kept, now)
            case HeardKind.REOPENED:
                await _reopened(tx, tenant, connection, kept, now)


async def _held(tx: Tx, found: KeptLink, now: datetime) -> KeptLink | None:
    """Hold the conversation, its hand-over and the link until this transaction ends, in the order in which a reply of the customer's does."""
    talk = await conversations.one(tx, found.merchant_id, found.conversation_id)
    if talk is None:
        return None
    await conversations.hold(tx, found.merchant_id, ChannelKind(talk["channel"]), talk["address"], talk["connection_id"], now)
    await handovers.one(tx, found.merchant_id, found.handover_id, lock=True)
    return await helpdesks.lock(tx, found.merchant_id, found.link_id)


async def _said(tx: Tx, tenant: Tenant, connection: Connection, kept: KeptLink, one: Heard, now: datetime) -> None:
    """Tell the customer what an agent wrote to them, once; what agents write to each other is noted at our desk."""
    if not await helpdesks.heard(tx, kept, one, "", now):
        return
    who = f"{one.agent or 'An agent'} ({connection.name})"
    if one.kind is HeardKind.NOTED:
        await handovers.jot(tx, kept.merchant_id, kept.conversation_id, kept.handover_id, EntryKind.NOTE, who, one.text, now)
        return
    waiting = await helpdesks.files_of(tx, kept, one.message_id)
    text = "\n\n".join(part for part in (one.text.strip(), *(_named(file) for file in one.files), *waiting) if part)
    await _tell(tx, tenant, kept, one.message_id, text, who, now)


async def _file(tx: Tx, tenant: Tenant, connection: Connection, kept: KeptLink, one: Heard, now: datetime) -> None:
    """Tell the customer of a file once what it belongs to was told to them; until then it waits."""
    told = await helpdesks.is_told(tx, kept, one.of)
    text = "\n\n".join(_named(file) for file in one.files)
    if await helpdesks.heard(tx, kept, one, "" if told else text, now) and told:
        await _tell(tx, tenant, kept, one.message_id, text, f"{one.agent or 'An agent'} ({connection.name})", now)


def _named(file: HelpdeskLink) -> str:
    return f"{file.name}: {file.url}"


async def _tell(tx: Tx, tenant: Tenant, kept: KeptLink, remote_id: str, text: str, who: str, now: datetime) -> None:
    why = "it has no text and no file" if not text else await _say(tx, tenant, kept, remote_id, text, who, now)
    if why:
        await helpdesks.untold(tx, kept, remote_id, why)
        await helpdesks.write(tx, kept if kept.message_id else _replace(kept, look_at=now))
    else:
        await handovers.answered(tx, kept.merchant_id, kept.conversation_id, None, now)


async def _say(tx: Tx, tenant: Tenant, kept: KeptLink, remote_id: str, text: str, who: str, now: datetime) -> str:
    """Queue an answer in as many messages as it takes; return why the customer cannot be told, "" where they are."""
    talk = await conversations.one(tx, kept.merchant_id, kept.conversation_id)
    if talk is None:
        return "the conversation is gone"
    for place, part in enumerate(_parts(text)):
        once = f"helpdesk {kept.connection_id} {remote_id} {place}"
        try:
            said = await say(tx, tenant, talk, part, who, once, now + place * _APART, where="in the helpdesk")
        except BadInputError as error:
            return str(error)
        if isinstance(said, Hindrance):
            return _WHY[said]
    return ""


def _parts(text: str) -> Iterator[str]:
    """Cut a long text between lines, else words, so that each part may be sent."""
    for _ in range(_MOST_PARTS):
        if len(text) <= LONGEST:
            yield text
            return
        end = max(text.rfind("\n", LONGEST // 2, LONGEST), 0) or max(text.rfind(" ", LONGEST // 2, LONGEST), 0) or LONGEST
        yield text[:end].strip()
        text = text[end:].strip()


async def _resolved(tx: Tx, tenant: Tenant, connection: Connection, kept: KeptLink, now: datetime) -> None:
    """Close the handover here, as it is there."""
    await helpdesks.write(tx, _replace(kept, state=LinkState.CLOSED, look_at=kept.look_at if kept.message_id else now))
    with suppress(ConflictError, NotFoundError):  # it was closed here before
        await close(tx, tenant, kept.handover_id, CloseReason.SOLVED, f"helpdesk {connection.connection_id}", now)


async def _reopened(tx: Tx, tenant: Tenant, connection: Connection, kept: KeptLink, now: datetime) -> None:
    """Hand the conversation over again, to whom it was; where a human has it anyway, nothing is new but the state there."""
    if kept.state is not LinkState.CLOSED:
        return
    before = await handovers.one(tx, kept.merchant_id, kept.handover_id)
    talk = await conversations.one(tx, kept.merchant_id, kept.conversation_id)
    if before is None or talk is None or await handovers.open_of(tx, kept.merchant_id, kept.conversation_id) is not None:
        return
    channel = ChannelKind(talk["channel"])
    conversation = await conversations.hold(tx, kept.merchant_id, channel, talk["address"], talk["connection_id"], now)  # held already
    handover_id = await hand_to_human(
        tx,
        tenant,
        conversation,
        reason=before.reason,
        summary=before.summary,
        order_id=before.order_id,
        language=before.language,
        now=now,
        intent=before.intent,
        actor=f"helpdesk {connection.connection_id}",
    )
    upto = await helpdesks.last_reply(tx, kept.merchant_id, kept.conversation_id)
    opened = _replace(kept, state=LinkState.OPEN, handover_id=handover_id, told_reply_id=max(upto, kept.told_reply_id), look_at=now)
    await helpdesks.write(tx, opened)
