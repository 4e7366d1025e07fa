"""Two merchants with a hand-over, an agent and a macro each, alike but for merchant_id → neither reads, takes, closes or rates the other's."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from test_strangers_tables import MINE, NOW, ROWS, STRANGER, _insert

from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, EntryKind
from doorstep.domain.vocabulary import ChannelKind
from doorstep.store import agents, conversations, handover_lists, handovers, macros, understood
from doorstep.store.database import Database, Tx
from doorstep.store.handover_lists import View
from doorstep.store.handovers import NewHandover
from doorstep.store.partitions import ensure_months

LONG_AGO, FAR = NOW.replace(year=2020), NOW.replace(year=2030)


@pytest.fixture(scope="module")
async def desks(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    """A database in which two merchants have a row in every table."""
    async with database_named("strangers_handovers") as opened:
        async with opened.system() as tx:
            await ensure_months(tx, NOW.date(), NOW.date())
            for table in ROWS:
                for merchant in (MINE, STRANGER):
                    await tx.execute(_insert(table), merchant)
        yield opened


async def _asked(tx: Tx, merchant: int) -> dict[str, object]:
    """What the store's readers say when they are asked for this merchant by id."""
    counted = await handover_lists.counts(tx, merchant, FAR)
    return {
        "handovers.one": await handovers.one(tx, merchant, 7),
        "handovers.one, locked": await handovers.one(tx, merchant, 7, lock=True),
        "handovers.open_of": await handovers.open_of(tx, merchant, 7),
        "handovers.of_conversation": await handovers.of_conversation(tx, merchant, 7),
        "handovers.held": await handovers.held(tx, merchant, [7]),
        "handovers.asked_how": await handovers.asked_how(tx, merchant, 7, LONG_AGO),
        "handovers.entries": await handovers.entries(tx, merchant, 7),
        "agents.every": await agents.every(tx, merchant),
        "agents.names": await agents.names(tx, merchant),
        "agents.one": await agents.one(tx, merchant, 7),
        "macros.every": await macros.every(tx, merchant),
        "macros.one": await macros.one(tx, merchant, 7),
        "handover_lists.page, mine": await handover_lists.page(tx, merchant, View.MINE, user_id=7),
        "handover_lists.page, narrowed": await handover_lists.page(tx, merchant, View.ALL, user_id=7, queue="support", language="es"),
        "handover_lists.of": await handover_lists.of(tx, merchant, [7]),
        "handover_lists.search, address": await handover_lists.search(tx, merchant, "+34600000001"),
        "handover_lists.search, order": await handover_lists.search(tx, merchant, "#1001"),
        "handover_lists.talks": await handover_lists.talks(tx, merchant, [7]),
        "handover_lists.counts": counted["all"] + counted["late"],
        "handover_lists.counts_of_queues": (await handover_lists.counts_of_queues(tx, merchant, ["support"]))["support"],
        "handover_lists.counts_of_agents": (await handover_lists.counts_of_agents(tx, merchant, [7]))[7],
        "handover_lists.languages": await handover_lists.languages(tx, merchant),
        "handover_lists.newest": await handover_lists.newest(tx, merchant, ["held"], 99, 9),
        "conversations.one, locked": await conversations.one(tx, merchant, 7, lock=True),
        "conversations.read": await conversations.read(tx, merchant, 7),
    }


async def test_every_reader_tells_a_stranger_nothing(desks: Database) -> None:
    async with desks.system() as tx:
        said = await _asked(tx, MINE)
    assert all(said.values()), [name for name, answer in said.items() if not answer]
    async with desks.for_merchant(STRANGER) as tx:
        heard = await _asked(tx, MINE)
        assert not any(heard.values()), [name for name, answer in heard.items() if answer]
        assert await handover_lists.page(tx, MINE, View.SNOOZED, user_id=7) == []
        assert await handover_lists.page(tx, MINE, View.CLOSED, user_id=7, after=(FAR, 99)) == []
        assert await handover_lists.lately_answered(tx, MINE, "support", NOW) == []
        assert await handover_lists.next_one(tx, MINE, [], []) is None
        assert await agents.next_one(tx, MINE, "", "", NOW) is None
        assert await conversations.last_by_hand(tx, MINE, ChannelKind.EMAIL, "ana@customer.example", LONG_AGO) is None
        assert await understood.turns(tx, MINE, 7) == []
        summed = await handover_lists.csat(tx, MINE, LONG_AGO)
        assert summed is not None
        assert summed["closed"] == 0


async def test_a_stranger_takes_gives_snoozes_answers_closes_rates_and_notes_nothing(desks: Database) -> None:
    async with desks.system() as tx:
        mine = await handovers.one(tx, MINE, 7)
        before = await tx.fetchval("select h::text from handover h where merchant_id = $1", MINE)
    assert mine is not None
    async with desks.for_merchant(STRANGER) as tx:
        assert await handovers.take(tx, MINE, 7, 7, NOW) is None
        assert await handovers.give(tx, MINE, 7, None, NOW) is None
        assert await handovers.move(tx, MINE, 7, "theirs", "", NOW, NOW) is None
        assert await handovers.snooze(tx, MINE, 7, FAR, NOW) is None
        assert await handovers.heard(tx, MINE, 7, FAR, NOW) is None
        assert await handovers.answered(tx, MINE, 7, 7, NOW) is None
        assert await handovers.close(tx, MINE, 7, CloseReason.SPAM, "user 7", NOW) is None
        await handovers.comment(tx, mine, "forged")
        await agents.set_presence(tx, STRANGER, 7, available=False)
        assert not await macros.write(tx, MINE, 7, "forged", {}, None, "")
        assert not await macros.drop(tx, MINE, 7)
        await macros.used(tx, MINE, 7)
    new = NewHandover(
        conversation_id=7,
        reason=HandoverReason.ASKED,
        summary="",
        order_id=None,
        language="",
        queue="q",
        priority=2,
        asked_at=NOW,
        due_at=NOW,
    )
    for forged in (
        lambda tx: handovers.open_one(tx, MINE, new, "talk"),
        lambda tx: handovers.rate(tx, mine, 1, NOW),
        lambda tx: handovers.note(tx, mine, EntryKind.NOTE, "user 7", "forged", NOW),
        lambda tx: agents.write(tx, MINE, 7, "forged", [], [], 1),
        lambda tx: agents.set_presence(tx, MINE, 7, available=False),
        lambda tx: macros.add(tx, MINE, "another", {}, None, ""),
    ):
        with pytest.raises(Exception, match="row-level security"):
            async with desks.for_merchant(STRANGER) as tx:
                await forged(tx)
    async with desks.system() as tx:
        assert await tx.fetchval("select h::text from handover h where merchant_id = $1", MINE) == before
        assert await tx.fetchval("select available from agent where merchant_id = $1", MINE)
        assert await tx.fetchval("select name || used from macro where merchant_id = $1", MINE) == "n0"
