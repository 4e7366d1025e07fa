"""What was said in chats: two merchants whose visitors, replies and files go by the same names → each reads its own, a stranger nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from doorstep.domain.messages import Attachment, Message, Receipt, Rendered, Reply
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.steps.message_ids import new_message_id
from doorstep.store import chat, conversations, messages, receipts
from doorstep.store.database import Database, Tx
from doorstep.store.messages import NewMessage
from doorstep.store.partitions import ensure_months

MINE, STRANGER = 1, 2
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LONG_AGO = NOW.replace(year=2020)


async def _fill(tx: Tx, merchant: int, visitor: str = "v1") -> None:
    talk = await conversations.hold(tx, merchant, ChannelKind.CHAT, visitor, 7, NOW)
    reply = Reply(
        channel=ChannelKind.CHAT,
        sender=visitor,
        to="chat",
        text=f"written to {merchant}",
        provider_id=f"{visitor}/a",
        at=NOW,
        attachments=(Attachment(name="n.png", content_type="image/png", content=f"of {merchant}".encode()),),
    )
    await conversations.keep(
        tx,
        merchant,
        7,
        reply,
        conversation_id=talk.conversation_id,
        keyword="",
        choice="",
        message_id=None,
        order_id=None,
        bound="",
        customer_id=None,
        about=None,
        now=NOW,
    )
    for state in (MessageState.SENT, MessageState.QUEUED, MessageState.REFUSED):
        await _say(tx, merchant, visitor, f"{state} by {merchant}", state)


async def _say(tx: Tx, merchant: int, visitor: str, text: str, state: MessageState) -> None:
    message = Message(
        message_id=new_message_id(NOW),
        merchant_id=merchant,
        channel=ChannelKind.CHAT,
        to=visitor,
        content=Rendered(text=text),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="replies",
        created_at=NOW,
    )
    new = NewMessage(
        message=message, connection_id=7, template="t", trigger="r", why_key=b"w", order_id=None, shipment_ids=(), why="y", due_at=NOW
    )
    await messages.queue(tx, [new])
    if state is not MessageState.QUEUED:
        await receipts.note(tx, merchant, Receipt(message_id=message.message_id, provider_id=None, state=state, at=NOW), NOW)


@pytest.fixture(scope="module")
async def talked(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    async with database_named("chat_lines") as opened:
        async with opened.system() as tx:
            await ensure_months(tx, NOW.date(), NOW.date())
            for merchant in (MINE, STRANGER):
                await tx.execute(
                    "insert into merchant (merchant_id, slug, name) overriding system value values ($1, $2, 'n')", merchant, f"m{merchant}"
                )
                await _fill(tx, merchant)
            await _fill(tx, MINE, "v2")
        yield opened


async def test_each_merchants_visitor_reads_what_was_said_there_and_has_left(talked: Database) -> None:
    listeners = [(MINE, "v1", 0, LONG_AGO), (STRANGER, "v1", 0, LONG_AGO), (MINE, "nobody", 0, LONG_AGO)]
    async with talked.system() as tx:
        written = [(row["place"], row["text"]) for row in await chat.written(tx, listeners, 9)]
        said = [(row["place"], row["text"]) for row in await chat.said(tx, listeners, LONG_AGO, 9)]
    assert written == [(1, "written to 1"), (2, "written to 2")]
    assert said == [(1, "sent by 1"), (2, "sent by 2")]


async def test_only_what_is_new_is_read(talked: Database) -> None:
    async with talked.system() as tx:
        (row,) = await chat.written(tx, [(MINE, "v1", 0, LONG_AGO)], 9)
        assert not await chat.written(tx, [(MINE, "v1", row["reply_id"], LONG_AGO)], 9)
        assert not await chat.said(tx, [(MINE, "v1", 0, NOW)], LONG_AGO, 9)
        assert not await chat.said(tx, [(MINE, "v1", 0, LONG_AGO)], NOW, 9)
        assert not await chat.said(tx, [(MINE, "v1", 0, LONG_AGO)], LONG_AGO, 0)


async def test_a_stranger_reads_nothing_of_mine(talked: Database) -> None:
    async with talked.for_merchant(STRANGER) as tx:
        assert not await chat.written(tx, [(MINE, "v1", 0, LONG_AGO)], 9)
        assert not await chat.said(tx, [(MINE, "v1", 0, LONG_AGO)], LONG_AGO, 9)


async def test_a_file_is_its_own_visitors_at_its_own_merchants(talked: Database) -> None:
    async with talked.system() as tx:
        (mine,) = await chat.written(tx, [(MINE, "v1", 0, LONG_AGO)], 9)
        found = await chat.file(tx, MINE, "v1", mine["reply_id"], 0)
        assert found is not None
        assert found["content"] == b"of 1"
        for merchant, visitor, position in ((STRANGER, "v1", 0), (MINE, "v2", 0), (MINE, "v1", 1)):
            assert await chat.file(tx, merchant, visitor, mine["reply_id"], position) is None
    async with talked.for_merchant(STRANGER) as tx:
        assert await chat.file(tx, MINE, "v1", mine["reply_id"], 0) is None
