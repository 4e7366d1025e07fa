"""A handover, its conversation and what was said → what is done at the helpdesk, as a message in the outbox."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.helpdesks import HelpdeskDeed, HelpdeskFile, HelpdeskOrder, HelpdeskPerson, HelpdeskWords
from doorstep.domain.messages import Location, Message, Rendered
from doorstep.domain.orders import Customer
from doorstep.domain.people import IdentityKind
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.store import conversations, helpdesks, orders
from doorstep.store.connections import Connection
from doorstep.store.database import Row, Tx
from doorstep.store.handovers import Handover
from doorstep.store.helpdesks import KeptLink, Wrote
from doorstep.store.messages import Leased, NewMessage
from doorstep.store.orders import KeptOrder

#: What carries a deed at a helpdesk.
TRIGGER = "helpdesk"
#: Of what was said before, so much is told: turns of each side, since then.
_TURNS, _SINCE = 30, timedelta(days=14)
#: Characters of one turn in what was said before, and of all of it.
_LONGEST_TURN, _LONGEST = 1_500, 20_000
#: Files of one thing written that go along, bytes of one, and of all in one call. Source: Chatwoot takes 40 MB a file unless told
#: otherwise, Zendesk 50 MB; kept below what a call carries within its time, as known on 2026-11-30.
_MOST_FILES, _LARGEST, _LARGEST_TOGETHER = 10, 10_000_000, 20_000_000
#: Orders that are named where it is not known which one it is about.
_MOST_ORDERS = 5
_ENCODE = msgspec.json.Encoder()
_ORDER = msgspec.json.Decoder(HelpdeskOrder)
_PLACE = msgspec.json.Decoder(Location)
_replace = msgspec.structs.replace


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A handover with all that is told of it."""

    kept: KeptLink
    handover: Handover
    #: A row of `conversations.one`.
    row: Row
    #: What it is about; None: that is not known.
    order: KeptOrder | None


async def talk_of(tx: Tx, kept: KeptLink, handover: Handover) -> Talk | None:
    """Read what a handover is about; None: its conversation is gone."""
    row = await conversations.one(tx, kept.merchant_id, kept.conversation_id)
    if row is None:
        return None
    order_id = handover.order_id or row["order_id"]
    key = (kept.merchant_id, order_id or 0)
    return Talk(kept=kept, handover=handover, row=row, order=(await orders.read(tx, [key])).get(key) if order_id else None)


def desk_url(directory: Directory, conversation_id: int) -> str:
    """The conversation's page at our desk."""
    return f"{directory.base_url}/desk/inbox/{conversation_id}"


async def opening(tx: Tx, directory: Directory, tenant: Tenant, talk: Talk, wrote: Sequence[Wrote], now: datetime) -> HelpdeskOrder:
    """Say what begins a conversation there: for the agents what it is about and what was said so far, then the customer's newest words."""
    kept, handover = talk.kept, talk.handover
    number = talk.order.order.number if talk.order else ""
    summary = " ".join(handover.summary.split())
    subject = f"{number}: {summary}" if number else summary
    newest = wrote[-1:]
    return HelpdeskOrder(
        deed=HelpdeskDeed.OPEN,
        key=kept.key,
        person=_person(tenant, talk, newest),
        subject=(subject or f"A customer of {tenant.brand.name}")[:150],
        note=await _told_so_far(tx, directory, talk, now),
        note_key=f"{kept.key}-note",
        words=_words(kept, newest, directory),
        tags=tuple(
            "".join(sign if sign.isalnum() else "_" for sign in one.lower()) for one in (handover.reason, handover.queue) if one.strip()
        ),
        priority=handover.priority,
    )


def saying(directory: Directory, tenant: Tenant, talk: Talk, wrote: Sequence[Wrote]) -> HelpdeskOrder:
    """Say what adds the customer's further words."""
    return HelpdeskOrder(
        deed=HelpdeskDeed.SAY,
        key=talk.kept.key,
        person=_person(tenant, talk, wrote),
        remote_id=talk.kept.remote_id,
        words=_words(talk.kept, wrote, directory),
    )


def noting(tenant: Tenant, talk: Talk, about: str, untold: str) -> HelpdeskOrder:
    """Say what tells the agents that the customer was not told something."""
    digest = hashlib.blake2b(about.encode(), digest_size=8).hexdigest()
    return HelpdeskOrder(
        deed=HelpdeskDeed.NOTE,
        key=talk.kept.key,
        person=_person(tenant, talk, ()),
        remote_id=talk.kept.remote_id,
        note=f"Not sent to the customer: {untold}",
        note_key=f"{talk.kept.key}-{digest}",
    )


def answered_here(tenant: Tenant, talk: Talk, answer: Row) -> HelpdeskOrder:
    """Say what tells the agents there that somebody answered at our own desk."""
    who = answer["why"].removesuffix(" answered at the desk").partition("@")[0]
    return HelpdeskOrder(
        deed=HelpdeskDeed.NOTE,
        key=talk.kept.key,
        person=_person(tenant, talk, ()),
        remote_id=talk.kept.remote_id,
        note=f"{who} answered at Doorstep:\n\n{answer['text']}",
        note_key=f"{talk.kept.key}-{answer['message_id'].hex}",
    )


def turning(tenant: Tenant, talk: Talk, deed: HelpdeskDeed) -> HelpdeskOrder:
    """Say what closes a conversation there, or opens it again."""
    return HelpdeskOrder(deed=deed, key=talk.kept.key, person=_person(tenant, talk, ()), remote_id=talk.kept.remote_id)


def message_of(order: HelpdeskOrder, talk: Talk, connection: Connection, once: str, now: datetime) -> NewMessage:
    """Put a deed into the outbox; `once` tells it from all others of this link."""
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=connection.merchant_id,
            channel=ChannelKind.HELPDESK,
            to=connection.provider,
            content=Rendered(subject=f"{order.deed} at {connection.name}"),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic=order.deed,
            created_at=now,
            body=_ENCODE.encode(order),
        ),
        connection_id=connection.connection_id,
        template=TRIGGER,
        trigger=TRIGGER,
        why_key=hashlib.blake2b(f"{TRIGGER}\x1f{talk.kept.link_id}\x1f{once}".encode(), digest_size=16).digest(),
        order_id=talk.order.order_id if talk.order else None,
        shipment_ids=(),
        why="helpdesk: the merchant's agents work there",
        due_at=now,
    )


async def with_files(tx: Tx, leased: Sequence[Leased]) -> list[Leased]:
    """Give what leaves for a helpdesk the bytes of its files; others are left as they are."""
    found = {one.message.message_id: _ORDER.decode(one.message.body) for one in leased if one.message.channel is ChannelKind.HELPDESK}
    owners = {one.message.message_id: one.message.merchant_id for one in leased}
    keys = [(owners[name], file.reply_id, file.position) for name, order in found.items() for words in order.words for file in words.files]
    if not keys:
        return list(leased)
    bytes_of = await helpdesks.contents(tx, keys)
    given = {}
    for name, order in found.items():
        words = tuple(
            _replace(
                one,
                files=tuple(_replace(file, content=bytes_of.get((owners[name], file.reply_id, file.position), b"")) for file in one.files),
            )
            for one in order.words
        )
        given[name] = _ENCODE.encode(_replace(order, words=words))
    return [
        _replace(one, message=_replace(one.message, body=given[one.message.message_id])) if one.message.message_id in given else one
        for one in leased
    ]


def _person(tenant: Tenant, talk: Talk, wrote: Sequence[Wrote]) -> HelpdeskPerson:
    """Tell who the customer is: the address they wrote from, and the name they gave; of an order only the name."""
    row, kept = talk.row, talk.kept
    whose = f"customer-{row['customer_id']}" if row["customer_id"] else f"conversation-{kept.conversation_id}"
    channel, address = ChannelKind(row["channel"]), row["address"]
    bought = talk.order.order.customer if talk.order else Customer()
    named = " ".join(part for part in (bought.first_name, bought.last_name) if part)
    return HelpdeskPerson(
        key=f"doorstep-{tenant.merchant.merchant_id}-{whose}",
        name=(next((one.sender_name for one in reversed(wrote) if one.sender_name), "") or named)[:200],
        email=address if channel is ChannelKind.EMAIL else "",
        phone=address if address.startswith("+") else "",
        language=talk.handover.language,
    )


def _words(kept: KeptLink, wrote: Sequence[Wrote], directory: Directory) -> tuple[HelpdeskWords, ...]:
    found, together = [], 0
    for one in wrote:
        files: list[HelpdeskFile] = []
        left_out = list(one.missing)
        for file in one.files:
            if len(files) < _MOST_FILES and file.size <= _LARGEST and together + file.size <= _LARGEST_TOGETHER:
                files.append(file)
                together += file.size
            else:
                left_out.append(file.name)
        lines = [one.text.strip()]
        if one.place:
            place = _PLACE.decode(one.place)
            lines.append(f"[{' '.join(part for part in (place.name, place.address) if part)} {place.latitude}, {place.longitude}]")
        lines += [f"[{name}: {desk_url(directory, kept.conversation_id)}]" for name in left_out]
        text = "\n".join(line for line in lines if line) or ("" if files else "[no text]")
        found.append(HelpdeskWords(key=f"doorstep-{kept.link_id}-{one.reply_id}", text=text, files=tuple(files)))
    return tuple(found)


async def _numbers(tx: Tx, talk: Talk) -> list[str]:
    """Name the newest orders that were placed with the address that wrote."""
    address = talk.row["address"]
    kind = IdentityKind.EMAIL if talk.row["channel"] == ChannelKind.EMAIL else IdentityKind.PHONE if address.startswith("+") else None
    if kind is None:
        return []
    return [one.order.number for one in await orders.of_contact(tx, talk.kept.merchant_id, kind, address, _MOST_ORDERS)]


async def _told_so_far(tx: Tx, directory: Directory, talk: Talk, now: datetime) -> str:
    """Write for the agents what it is about, and what both sides said, the oldest first."""
    kept, handover, row = talk.kept, talk.handover, talk.row
    reasons = ", ".join(one.replace("_", " ") for one in (handover.reason, *handover.also))
    lines = [f"Handed over by Doorstep: {reasons}", f"Channel: {row['channel']}, {row['address']}"]
    if talk.order:
        lines.append(f"Order: {talk.order.order.number}")
    elif numbers := await _numbers(tx, talk):
        lines.append(f"Orders with this address: {', '.join(numbers)}")
    if handover.language:
        lines.append(f"Language: {handover.language}")
    if handover.intent:
        lines.append(f"About: {handover.intent.replace('_', ' ')}")
    lines += [f"At Doorstep: {desk_url(directory, kept.conversation_id)}", "", handover.summary.strip(), "", "What was said:"]
    since = now - _SINCE
    theirs = await conversations.replies(tx, kept.merchant_id, kept.conversation_id, _TURNS)
    ours = await conversations.told(tx, kept.merchant_id, ChannelKind(row["channel"]), row["address"], since, _TURNS)
    said = [(one["received_at"], "Customer", one["text"], one["files"]) for one in theirs if one["received_at"] > since]
    said += [(one["created_at"], "Shop", one["text"] or one["subject"], ()) for one in ours]
    turns = []
    for at, who, text, files in sorted(said, key=lambda turn: turn[0])[-_TURNS:]:
        named = "".join(f" [{name}]" for name in files)
        turns.append(f"{at:%d %b %H:%M} {who}: {' '.join(text.split())[:_LONGEST_TURN]}{named}")
    while turns and sum(len(turn) + 1 for turn in turns) > _LONGEST:
        turns.pop(0)
    return "\n".join([*lines, *turns])
