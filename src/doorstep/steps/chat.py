"""Visitors of the chat on shops' pages: who they are, what they write → the inbox, what was said both ways → the transcript."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from typing_extensions import override

from doorstep.channels.web_chat.customers import Customer
from doorstep.channels.web_chat.writing import Written, packed
from doorstep.domain.messages import Choice, Link, Receipt
from doorstep.domain.people import Identity, IdentityKind
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import NotFoundError
from doorstep.steps.confirm import follow_up
from doorstep.store import chat, message_lists, people, receipts
from doorstep.store.chat import Listener
from doorstep.store.connections import Connection
from doorstep.store.database import Row, Tx
from doorstep.store.extras import extras_of
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer

PROVIDER = "web_chat"
#: What was said longer ago is not shown again.
_BACK = timedelta(days=90)
#: A message's row shows its new state so much later than the state says, at most.
_OVERLAP = timedelta(minutes=2)
#: Ids of messages that one call may speak of.
_MOST_SEEN = 50
_SEEN = frozenset({MessageState.READ, MessageState.CLICKED, MessageState.REPLIED})


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes in a chat: one browser, or one logged-in customer wherever they are."""

    merchant_id: int
    connection_id: int
    #: The address on the channel: 33 signs that nobody guesses.
    name: str
    #: Aware UTC; None: the shop does not vouch for them, so nothing ends.
    until: datetime | None = None


class SentFile(msgspec.Struct, frozen=True):
    """A file that a visitor sent."""

    name: str
    #: Bytes.
    size: int


#: Templates of what the assistant says.
_BY_MACHINE = frozenset({"conversation", "csat", "csat_thanks", "csat_sorry"})


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was said, as the page shows it."""

    #: "r7" of a visitor's words, a UUID of ours.
    id: str
    #: The visitor wrote it.
    mine: bool = False
    at: datetime
    text: str = ""
    choices: tuple[Choice, ...] = ()
    link: Link | None = None
    #: A visitor has seen it.
    seen: bool = False
    #: The assistant, a program, said it.
    machine: bool = False
    #: Name of the human who said it; "" untold, or no human of ours did.
    by: str = ""
    #: The page's own id.
    client_id: str = ""
    #: The choice made, and of which message of ours.
    choice: str = ""
    answers: str = ""
    files: tuple[SentFile, ...] = ()


class Mark(msgspec.Struct, frozen=True):
    """How far somebody has listened: the newest reply, and when the newest message changed."""

    reply_id: int = 0
    at_ms: int = 0

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Read what `__str__` wrote; anything else is the beginning."""
        reply_id, _, at_ms = text.partition(".")
        fits = all(part.isascii() and part.isdigit() and len(part) < 16 for part in (reply_id, at_ms))  # noqa: PLR2004 - what bigint and datetime hold
        return cls(int(reply_id), min(int(at_ms), 253_402_300_000_000)) if fits else cls()

    @override
    def __str__(self) -> str:
        """Write it for the page to give back."""
        return f"{self.reply_id}.{self.at_ms}"

    def listener(self, merchant_id: int, visitor: str, zone: datetime) -> Listener:
        """Say what is wanted from here on; what changed shortly before comes again."""
        since = datetime.fromtimestamp(self.at_ms / 1000, zone.tzinfo)
        return merchant_id, visitor, self.reply_id, since - _OVERLAP if self.at_ms else since


def chat_key(sealer: Sealer, connection: Connection) -> str:
    """Make the public key with which a page names the connection; it opens no hook."""
    return sealer.token("chat", str(connection.merchant_id), str(connection.connection_id))


def read_key(sealer: Sealer, key: str) -> tuple[int, int]:
    """Return merchant and connection of a public key.

    Raises:
        NotFoundError: it is none.
    """
    kind, *rest = sealer.read_token(key)
    if kind != "chat" or len(rest) != 2:  # noqa: PLR2004 - as made above
        raise NotFoundError("there is no such chat")
    return int(rest[0]), int(rest[1])


def new_visitor(merchant_id: int, connection_id: int) -> Visitor:
    """Make up a visitor that nobody guesses."""
    return Visitor(merchant_id=merchant_id, connection_id=connection_id, name=f"v{secrets.token_hex(16)}")


def visitor_of(sealer: Sealer, merchant_id: int, connection_id: int, customer: Customer) -> Visitor:
    """Name the visitor that a customer is on every device; without our key nobody can."""
    sealed = sealer.token("chat customer", str(merchant_id), str(connection_id), customer.customer_id)
    name = f"k{hashlib.blake2b(sealed.encode(), digest_size=16).hexdigest()}"
    return Visitor(merchant_id=merchant_id, connection_id=connection_id, name=name, until=customer.until)


def visitor_token(sealer: Sealer, visitor: Visitor) -> str:
    """Seal a visitor for the page to keep."""
    until = str(int(visitor.until.timestamp())) if visitor.until else ""
    return sealer.token("chat visitor", str(visitor.merchant_id), str(visitor.connection_id), visitor.name, until)


def read_visitor(sealer: Sealer, token: str, merchant_id: int, connection_id: int, now: datetime) -> Visitor | None:
    """Open a visitor's token; None: it is none, another chat's, or has ended."""
    try:
        parts = sealer.read_token(token)
    except NotFoundError:
        return None
    if len(parts) != 5 or parts[:3] != ("chat visitor", str(merchant_id), str(connection_id)):  # noqa: PLR2004 - as made above
        return None
    until = datetime.fromtimestamp(int(parts[4]), now.tzinfo) if parts[4] else None
    if until is not None and until < now:
        return None
    return Visitor(merchant_id=merchant_id, connection_id=connection_id, name=parts[3], until=until)


async def recognise(tx: Tx, visitor: Visitor, customer: Customer, now: datetime) -> int:
    """Note who a visitor is, as the shop signed it; return the customer's id.

    Where the shop's word joins people who stand apart here, the visitor is the first of them: only somebody at the desk merges.
    """
    names = [(IdentityKind.CHAT, visitor.name)]
    names += [(IdentityKind.EMAIL, customer.email)] if customer.email else []
    names += [(IdentityKind.PHONE, customer.phone)] if customer.phone else []
    found = await people.whose(tx, visitor.merchant_id, names)
    owner = next((found[name][0] for name in names if name in found and found[name][1]), None)
    how = "signed by the shop"
    shown = [Identity(kind=kind, value=value, source="page", first_at=now, verified_at=now, verified_how=how) for kind, value in names]
    return await people.learn(tx, visitor.merchant_id, owner, shown, now)


def arrival_of(visitor: Visitor, written: Written) -> Arrival:
    """Make what a visitor wrote an arrival of the connection, once for all."""
    return Arrival(
        merchant_id=visitor.merchant_id,
        connection_id=visitor.connection_id,
        delivery_key=hashlib.blake2b(written.once.encode(), digest_size=16, person=b"chat").digest(),
        url="",
        headers={"content-type": "application/json"},
        body=packed(written),
        received_at=written.at,
    )


async def seen(tx: Tx, visitor: Visitor, message_ids: Sequence[str], state: MessageState, now: datetime) -> int:
    """Note that the page has messages (`REACHED`) or the visitor has seen them (`READ`); return how many of them were theirs."""
    theirs = 0
    for text in list(message_ids)[:_MOST_SEEN]:
        message_id: UUID | None = receipts.uuid_of(text)
        row = await message_lists.to_whom(tx, visitor.merchant_id, message_id) if message_id else None
        if message_id is None or row is None or row["recipient"] != visitor.name or row["channel"] != ChannelKind.CHAT:
            continue
        theirs += 1
        receipt = Receipt(message_id=str(message_id), provider_id=None, state=state, provider_code="chat", at=now)
        noted = await receipts.note(tx, visitor.merchant_id, receipt, now)
        if noted is not None and noted[1]:
            await follow_up(tx, visitor.merchant_id, message_id, ChannelKind.CHAT, receipt, now)
    return theirs


async def listen(tx: Tx, listeners: Sequence[Listener], most: int, now: datetime) -> list[tuple[list[Line], Mark]]:
    """Read for each listener what is new, in the order in which it was said, and how far that is; nothing new: an empty mark."""
    lines: list[list[Line]] = [[] for _ in listeners]
    marks = [[0, 0] for _ in listeners]
    for row in await chat.written(tx, listeners, most):
        place = row["place"] - 1
        lines[place].append(_written(row))
        marks[place][0] = max(marks[place][0], row["reply_id"])
    for row in await chat.said(tx, listeners, now - _BACK, most):
        place = row["place"] - 1
        lines[place].append(_said(row))
        marks[place][1] = max(marks[place][1], int(row["state_at"].timestamp() * 1000))
    return [(sorted(said, key=lambda line: line.at)[-most:], Mark(*mark)) for said, mark in zip(lines, marks, strict=True)]


def _written(row: Row) -> Line:
    return Line(
        id=f"r{row['reply_id']}",
        mine=True,
        at=row["received_at"],
        text=row["text"],
        client_id=row["provider_id"].partition("/")[2],
        choice=row["choice"],
        answers=str(row["message_id"] or ""),
        files=tuple(msgspec.json.decode(one, type=SentFile) for one in row["files"]),
    )


def _said(row: Row) -> Line:
    extras = extras_of(row["extras"])
    return Line(
        id=str(row["message_id"]),
        at=row["created_at"],
        text=row["text"],
        choices=extras.choices,
        link=extras.link,
        seen=MessageState(row["state"]) in _SEEN,
        machine=row["template"] in _BY_MACHINE,
        by=row["agent"] or "",
    )
