"""Fifty open inboxes and what happens meanwhile → each hears it, one reading for all of them; a stranger's inbox hears nothing."""

import asyncio
import contextlib

import pytest
from desk_inbox import wrote
from page_shops import fill

from doorstep.store import handover_lists, handovers
from doorstep.store.handovers import Look
from doorstep.web.desk.inbox_live import Desks, Ear

AGENTS = 50


@pytest.fixture
async def shop(house, request):
    return await fill(house.database, house.directory, "l" + request.node.name.replace("_", "")[-18:], "Live & Co")


@pytest.fixture
async def desks(house):
    """The open inboxes of a process of their own."""
    made = Desks(house.database, house.directory)
    running = [asyncio.create_task(one) for one in (made.run(), made.hear())]
    yield made
    for task in running:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def heard(ear, event):
    """Wait for an event of a kind; return its bytes."""
    async with asyncio.timeout(30):
        while True:
            piece = await ear.queue.get()
            if piece.startswith(f"event: {event}\n".encode()):
                return piece


async def test_fifty_inboxes_hear_it_by_one_reading_and_a_strangers_hears_nothing(desks, house, shop, theirs, monkeypatch):
    readings = []
    real = handover_lists.of

    async def counted(tx, merchant_id, ids):
        readings.append(merchant_id)
        return await real(tx, merchant_id, ids)

    ours = [Ear(shop.merchant_id, number, f"agent {number}", 0) for number in range(1, AGENTS + 1)]
    stranger = Ear(theirs.merchant_id, 1, "stranger", 0)
    for ear in (*ours, stranger):
        desks.add(ear)
    talk = await wrote(house, shop, "+34600888001", "Hello")
    async with asyncio.timeout(30):
        while ours[0].queue.empty():  # until the connection for notices is there
            async with house.database.for_merchant(shop.merchant_id) as tx:
                await handovers.tell(tx, shop.merchant_id, talk)
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    for ear in ours:
        while not ear.queue.empty():
            ear.queue.get_nowait()
    monkeypatch.setattr(handover_lists, "of", counted)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await handovers.tell(tx, shop.merchant_id, talk)
    for piece in await asyncio.gather(*(heard(ear, "lines") for ear in ours)):
        assert b"+34600888001" in piece
    assert readings == [shop.merchant_id]
    assert stranger.queue.empty()


async def test_who_looks_and_who_types_is_told_to_who_looks_at_the_same_and_to_no_stranger(desks, house, shop, theirs):
    talk = await wrote(house, shop, "+34600888002", "Hello")
    mine, elsewhere = Ear(shop.merchant_id, 1, "me", talk), Ear(shop.merchant_id, 2, "you", talk + 1)
    stranger = Ear(theirs.merchant_id, 3, "stranger", talk)
    for ear in (mine, elsewhere, stranger):
        desks.add(ear)
    look = Look(merchant_id=shop.merchant_id, conversation_id=talk, user_id=9, name="Marta", types=True)
    async with asyncio.timeout(30):
        while mine.queue.empty():
            async with house.database.for_merchant(shop.merchant_id) as tx:
                await handovers.tell_look(tx, look)
            await asyncio.sleep(0.2)
    assert b'[{"name":"Marta","types":true}]' in await heard(mine, "looks")
    assert desks.others(shop.merchant_id, talk, 1) == [("Marta", True)]
    assert desks.others(theirs.merchant_id, talk, 1) == desks.others(shop.merchant_id, talk, 9) == []
    assert stranger.queue.empty()
    assert elsewhere.queue.empty()


async def test_a_page_too_slow_to_follow_is_sent_away(desks, shop):
    slow = Ear(shop.merchant_id, 1, "slow", 0)
    for number in range(400):
        slow.put("counts", {"waiting": number})
    pieces = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
    assert None in pieces
    assert len(pieces) < 300
