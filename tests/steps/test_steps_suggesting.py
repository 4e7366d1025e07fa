"""A human has the word → what our talk would say and do stands ready, and nothing is counted, kept or said by looking."""

import pytest
from steps_shop import NOON, Shop, fulfilment, order
from test_steps_converse import VISITOR, _chat, _write

from doorstep.domain.actions.kinds import ActionKind
from doorstep.steps.suggesting import Suggested, suggest
from doorstep.store import conversations

NUMBER = "1Z5R89390357567127"


async def _handed(shop: Shop, *, known: bool = True) -> int:
    """Let somebody show who they are and ask for a human."""
    await shop.arrive(facts=[order("10001", fulfilment("f", NUMBER))])
    kept = (await shop.rows("select number, email from orders where merchant_id = $1", shop.merchant_id))[0]
    chat = await _chat(shop)
    if known:
        await _write(shop, chat, "where is my parcel?", "1")
        assert NUMBER in await _write(shop, chat, f"{kept['number']} {kept['email']}", "2")
    await _write(shop, chat, "I want to talk to a human agent", "3")
    return chat


async def _suggested(shop: Shop) -> Suggested:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    talk_id = (
        await shop.rows("select conversation_id from conversation where merchant_id = $1 and address = $2", shop.merchant_id, VISITOR)
    )[0]["conversation_id"]
    async with shop.database.system() as tx:
        talk = await conversations.one(tx, shop.merchant_id, talk_id)
        assert talk is not None
        last = (await conversations.replies(tx, shop.merchant_id, talk_id, 1))[0]
        return await suggest(shop.database, tx, shop.directory, tenant, talk, last, NOON)


async def _all(shop: Shop) -> list[list[tuple[object, ...]]]:
    """Everything that a turn could have changed."""
    tables = ("turn", "talk", "message", "cases", "prepared", "unanswered", "attempt", "handover")
    found = []
    for table in tables:
        exists = await shop.rows("select to_regclass($1) is not null as there", table)
        if exists[0]["there"]:
            found.append([tuple(row.values()) for row in await shop.rows(f"select t::text from {table} t order by 1")])
    return found


async def test_the_talks_answer_stands_ready_and_nothing_changes_by_looking(shop: Shop) -> None:
    chat = await _handed(shop)
    await _write(shop, chat, "where is my parcel?", "4")
    before = await _all(shop)
    came = await _suggested(shop)
    assert NUMBER in came.text
    assert came.intent.startswith("track.")
    assert await _all(shop) == before


async def test_what_the_talk_would_do_is_told_and_not_begun(shop: Shop) -> None:
    chat = await _handed(shop)
    await _write(shop, chat, "Can you deliver it on Friday instead?", "4")
    before = await _all(shop)
    came = await _suggested(shop)
    assert (came.action, came.text) == (ActionKind.RESCHEDULE, "")
    assert await _all(shop) == before


async def test_who_is_not_known_is_asked_and_learns_nothing(shop: Shop) -> None:
    chat = await _handed(shop, known=False)
    await _write(shop, chat, "where is my parcel?", "4")
    came = await _suggested(shop)
    assert "order number" in came.text
    assert NUMBER not in came.text


@pytest.mark.parametrize("text", ["hello", "thank you so much", "I want to talk to a person", ""])
async def test_what_a_human_says_in_their_own_words_is_not_suggested(shop: Shop, text: str) -> None:
    chat = await _handed(shop)
    await _write(shop, chat, text, "4")
    assert not (await _suggested(shop)).text
