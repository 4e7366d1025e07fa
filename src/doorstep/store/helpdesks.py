"""Handovers as a helpdesk has them ↔ rows: linked, taken up when due, and what the helpdesk said, each once."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from doorstep.domain.helpdesks import Heard, HelpdeskFile
from doorstep.store.database import Row, Tx


class LinkState(StrEnum):
    """How a handover stands at a helpdesk."""

    #: It is not there yet.
    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"
    #: The helpdesk does not take it, or has it no more: it is for the merchant's people at the desk.
    FAILED = "failed"


class KeptLink(msgspec.Struct, frozen=True, kw_only=True):
    """A handover at a helpdesk as stored; the columns of `helpdesk_link`."""

    merchant_id: int
    link_id: int
    connection_id: int
    conversation_id: int
    handover_id: int
    key: str
    remote_id: str
    state: LinkState
    told_reply_id: int
    told_at: datetime
    deed: str
    upto_reply_id: int
    message_id: UUID | None
    noting: str
    agent: str
    why: str
    made_at: datetime
    look_at: datetime | None


class Wrote(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the customer wrote."""

    reply_id: int
    text: str
    sender_name: str
    at: datetime
    #: JSON of `domain.messages.Location`; None: no place came with it.
    place: str | None
    #: Those that are here; the bytes are read when they leave.
    files: tuple[HelpdeskFile, ...]
    #: Names of files that are not here.
    missing: tuple[str, ...]
    #: One of them may come yet: it lies with a provider and is being fetched.
    awaited: bool


class _File(msgspec.Struct):
    position: int
    name: str
    content_type: str
    size: int
    awaited: bool


_FILES = msgspec.json.Decoder(list[_File])
_COLUMNS = ", ".join(f"l.{field}" for field in KeptLink.__struct_fields__)
# Link handovers that are open and have no link yet, of these merchants through these connections.
_LINK = """
insert into helpdesk_link (merchant_id, connection_id, conversation_id, handover_id, key, made_at, told_at, look_at)
select h.merchant_id, k.connection_id, h.conversation_id, h.handover_id, 'doorstep-' || gen_random_uuid(), $3, $3, $3
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, connection_id)
join handover h on h.merchant_id = k.merchant_id and h.state <> 'closed'
where not exists (select from helpdesk_link l where l.merchant_id = h.merchant_id and l.handover_id = h.handover_id)
order by h.handover_id limit $4 on conflict do nothing
"""
# Links of which something is to be done or looked after, taken by this worker alone, the longest waiting first.
_DUE = f"select {_COLUMNS} from helpdesk_link l where l.look_at <= $1 order by l.look_at limit $2 for update of l skip locked"
# The link of what a helpdesk speaks of, by its own id or by our key; of several (one conversation for all of a customer's) the newest.
_OF = f"""
select {_COLUMNS} from helpdesk_link l
where l.merchant_id = $1 and l.connection_id = $2 and ((l.remote_id = $3 and l.remote_id <> '') or l.key = $4)
order by l.link_id desc limit 1
"""
# One link, for this transaction alone.
_LOCK = f"select {_COLUMNS} from helpdesk_link l where l.merchant_id = $1 and l.link_id = $2 for update of l"
# Write a locked link back.
_WRITE = """
update helpdesk_link set handover_id = $3, remote_id = $4, state = $5, told_reply_id = $6, told_at = $7, deed = $8, upto_reply_id = $9,
    message_id = $10, noting = $11, agent = $12, why = $13, look_at = $14
where merchant_id = $1 and link_id = $2
"""
# Something was said, or ended, in a conversation: have its links looked at now.
_WAKE = """
update helpdesk_link set look_at = $3
where conversation_id = $2 and merchant_id = $1 and state in ('opening', 'open') and message_id is null and look_at is distinct from $3
"""
# What became of these messages is known: have their links looked at now.
_LOOK_NOW = """
update helpdesk_link l set look_at = $3 from unnest($1::bigint[], $2::uuid[]) as k (merchant_id, message_id)
where l.message_id = k.message_id and l.merchant_id = k.merchant_id
"""
# The newest link of a conversation.
_OF_CONVERSATION = f"""
select {_COLUMNS} from helpdesk_link l where l.conversation_id = $2 and l.merchant_id = $1 order by l.link_id desc limit 1
"""
# What the customer wrote after a reply, the oldest first, with the files that came with it.
_WROTE = """
select r.reply_id, r.text, r.sender_name, r.received_at as at, r.place, (
    select coalesce(json_agg(json_build_object('position', f.position, 'name', f.name, 'content_type', f.content_type, 'size', f.size,
        'awaited', f.size = 0 and f.unfetched = '' and exists (
            select from file_due d where d.merchant_id = f.merchant_id and d.reply_id = f.reply_id and d.position = f.position
        )) order by f.position), '[]')::text
    from reply_file f where f.merchant_id = r.merchant_id and f.reply_id = r.reply_id
) as files
from reply r where r.merchant_id = $1 and r.conversation_id = $2 and r.reply_id > $3 order by r.reply_id limit $4
"""
# The newest reply of a conversation.
_LAST = "select coalesce(max(reply_id), 0) from reply where merchant_id = $1 and conversation_id = $2"
# The oldest answer that was written at our own desk after a time.
_ANSWERED_HERE = """
select message_id, created_at, text, why from message
where merchant_id = $1 and recipient = $2 and channel = $3 and created_at > $4 and month >= date_trunc('month', $4 at time zone 'UTC')::date
  and template = 'answer' and why not like '% in the helpdesk'
order by created_at, message_id limit 1
"""
# The bytes of files.
_CONTENT = """
select f.merchant_id, f.reply_id, f.position, f.content from unnest($1::bigint[], $2::bigint[], $3::int[]) as k (merchant_id, reply_id, position)
join reply_file f on f.merchant_id = k.merchant_id and f.reply_id = k.reply_id and f.position = k.position
"""
# Note what a helpdesk said; nothing comes back where it was noted before.
_HEARD = """
insert into helpdesk_word (merchant_id, connection_id, remote_id, link_id, kind, of, text, heard_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing returning remote_id
"""
_UNTOLD = "update helpdesk_word set untold = $4 where merchant_id = $1 and connection_id = $2 and remote_id = $3"
# Was this told to the customer, so that its files may be, too?
_TOLD = """
select true from helpdesk_word where merchant_id = $1 and connection_id = $2 and remote_id = $3 and kind = 'said' and untold = ''
"""
# Take the files that waited for what they belong to.
_FILES_OF = """
update helpdesk_word w set text = '' from (
    select merchant_id, connection_id, remote_id, text from helpdesk_word
    where connection_id = $2 and of = $3 and merchant_id = $1 and text <> '' order by remote_id for update
) f where w.merchant_id = f.merchant_id and w.connection_id = f.connection_id and w.remote_id = f.remote_id returning f.text
"""
# What the customer was not told and the agents do not know yet, the oldest first.
_TO_NOTE = """
select remote_id, untold from helpdesk_word where link_id = $2 and merchant_id = $1 and untold <> '' and noted_at is null order by heard_at limit 1
"""
_NOTED = "update helpdesk_word set noted_at = $4 where merchant_id = $1 and connection_id = $2 and remote_id = $3"


def _kept(row: Row) -> KeptLink:
    fields = {field: row[field] for field in KeptLink.__struct_fields__}
    return KeptLink(**(fields | {"state": LinkState(row["state"])}))


async def link(tx: Tx, connections: Sequence[tuple[int, int]], now: datetime, most: int) -> None:
    """Link open handovers that have no link yet, through (merchant, connection)."""
    await tx.execute(_LINK, [one[0] for one in connections], [one[1] for one in connections], now, most)


async def due(tx: Tx, now: datetime, most: int) -> list[KeptLink]:
    """Take the links that are due, of all merchants; they are this transaction's."""
    return [_kept(row) for row in await tx.fetch(_DUE, now, most)]


async def link_of(tx: Tx, merchant_id: int, connection_id: int, heard: Heard) -> KeptLink | None:
    """Find the link of what a helpdesk speaks of; None: it is none of our conversations."""
    row = await tx.fetchrow(_OF, merchant_id, connection_id, heard.remote_id, heard.key)
    return _kept(row) if row else None


async def lock(tx: Tx, merchant_id: int, link_id: int) -> KeptLink | None:
    """Read a link for this transaction alone; None: there is none such."""
    row = await tx.fetchrow(_LOCK, merchant_id, link_id)
    return _kept(row) if row else None


async def write(tx: Tx, kept: KeptLink) -> None:
    """Write a link of this transaction back."""
    await tx.execute(
        _WRITE,
        kept.merchant_id,
        kept.link_id,
        kept.handover_id,
        kept.remote_id,
        kept.state,
        kept.told_reply_id,
        kept.told_at,
        kept.deed,
        kept.upto_reply_id,
        kept.message_id,
        kept.noting,
        kept.agent[:200],
        kept.why[:500],
        kept.look_at,
    )


async def wake(tx: Tx, merchant_id: int, conversation_id: int, now: datetime) -> None:
    """Have a conversation's links looked at now: something was said in it, or a human has to look no more."""
    await tx.execute(_WAKE, merchant_id, conversation_id, now)


async def look_now(tx: Tx, keys: Sequence[tuple[int, UUID]], now: datetime) -> None:
    """Have the links that messages, by (merchant, message id), serve looked at now: what became of them is known."""
    ordered = sorted(keys)
    await tx.execute(_LOOK_NOW, [key[0] for key in ordered], [key[1] for key in ordered], now)


async def of_conversation(tx: Tx, merchant_id: int, conversation_id: int) -> KeptLink | None:
    """Read a conversation's newest link; None: it never went to a helpdesk."""
    row = await tx.fetchrow(_OF_CONVERSATION, merchant_id, conversation_id)
    return _kept(row) if row else None


async def wrote(tx: Tx, merchant_id: int, conversation_id: int, after: int, most: int) -> list[Wrote]:
    """List what the customer wrote after a reply, the oldest first."""
    return [_wrote(row) for row in await tx.fetch(_WROTE, merchant_id, conversation_id, after, most)]


def _wrote(row: Row) -> Wrote:
    files = _FILES.decode(row["files"])
    return Wrote(
        reply_id=row["reply_id"],
        text=row["text"],
        sender_name=row["sender_name"],
        at=row["at"],
        place=row["place"],
        files=tuple(
            HelpdeskFile(name=one.name, content_type=one.content_type, reply_id=row["reply_id"], position=one.position, size=one.size)
            for one in files
            if one.size
        ),
        missing=tuple(one.name for one in files if not one.size),
        awaited=any(one.awaited for one in files),
    )


async def last_reply(tx: Tx, merchant_id: int, conversation_id: int) -> int:
    """Return the id of a conversation's newest reply; 0: there is none."""
    found: int = await tx.fetchval(_LAST, merchant_id, conversation_id)
    return found


async def answered_here(tx: Tx, kept: KeptLink, channel: str, address: str) -> Row | None:
    """Find the oldest answer written at our own desk of which the helpdesk does not know: `message_id, created_at, text, why`."""
    return await tx.fetchrow(_ANSWERED_HERE, kept.merchant_id, address, channel, kept.told_at)


async def contents(tx: Tx, keys: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], bytes]:
    """Read files' bytes by (merchant, reply, position)."""
    rows = await tx.fetch(_CONTENT, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
    return {(row["merchant_id"], row["reply_id"], row["position"]): row["content"] for row in rows}


async def heard(tx: Tx, kept: KeptLink, what: Heard, text: str, now: datetime) -> bool:
    """Note that a helpdesk said something; False: it was noted before."""
    row = await tx.fetchval(
        _HEARD, kept.merchant_id, kept.connection_id, what.message_id, kept.link_id, what.kind, what.of, text[:2000], now
    )
    return row is not None


async def untold(tx: Tx, kept: KeptLink, remote_id: str, why: str) -> None:
    """Note why the customer was not told something: the agents are told so."""
    await tx.execute(_UNTOLD, kept.merchant_id, kept.connection_id, remote_id, why[:500])


async def is_told(tx: Tx, kept: KeptLink, remote_id: str) -> bool:
    """Tell whether the customer was told what has this id."""
    return await tx.fetchval(_TOLD, kept.merchant_id, kept.connection_id, remote_id) is True


async def files_of(tx: Tx, kept: KeptLink, remote_id: str) -> list[str]:
    """Take what is to be said of the files that came before what they belong to."""
    return [row["text"] for row in await tx.fetch(_FILES_OF, kept.merchant_id, kept.connection_id, remote_id)]


async def to_note(tx: Tx, kept: KeptLink) -> tuple[str, str] | None:
    """Find what the customer was not told and the agents do not know: its id, why not; None: nothing."""
    row = await tx.fetchrow(_TO_NOTE, kept.merchant_id, kept.link_id)
    return (row["remote_id"], row["untold"]) if row else None


async def noted(tx: Tx, kept: KeptLink, remote_id: str, now: datetime) -> None:
    """Note that the agents know that the customer was not told something."""
    await tx.execute(_NOTED, kept.merchant_id, kept.connection_id, remote_id, now)
