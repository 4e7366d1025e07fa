"""A customer writes in the chat → the turn is answered once, what was asked for is done, a human has the word when one is wanted."""

import asyncio
from datetime import timedelta

import msgspec
from steps_shop import NOON, Shop, converse, fulfilment, order

from doorstep.conversations.understanding.acts import acts_in
from doorstep.conversations.understanding.acts.grammar import grammar_of
from doorstep.conversations.understanding.building import builtin
from doorstep.conversations.understanding.encoder import encoder
from doorstep.conversations.understanding.intents import builtin_intents
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.messages import Reply
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.steps.connect import new_connection
from doorstep.steps.converse import Talkers
from doorstep.steps.work import get_ready_to_talk
from doorstep.store import connections

VISITOR = "v" + "0" * 32


async def _chat(shop: Shop) -> int:
    async with shop.database.system() as tx:
        chat = new_connection(shop.merchant_id, "channel", "web_chat", "Chat", {"page_secret": "s"})
        connection_id = await connections.connect(tx, shop.directory.sealer, chat, frozenset())
    await shop.directory.refresh(shop.database, NOON, force=True)
    return connection_id


async def _write(shop: Shop, connection_id: int, text: str, once: str, *, choice: str = "") -> str:
    """Write as a visitor in that minute and give what is said back."""
    now = NOON + timedelta(minutes=int(once))
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    reply = Reply(channel=ChannelKind.CHAT, sender=VISITOR, to="shop", text=text, provider_id=f"{VISITOR}/{once}", at=now, choice=choice)
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, tenant.connections[connection_id], [reply], now)
    await converse(shop, now)
    rows = await shop.rows(
        "select text from message where merchant_id = $1 and recipient = $2 order by message_id desc limit 1", shop.merchant_id, VISITOR
    )
    return str(rows[0]["text"]) if rows else ""


async def test_a_stranger_learns_nothing_until_number_and_address_fit(shop: Shop) -> None:
    await shop.arrive(facts=[order("10001", fulfilment("f", "1Z5R89390357567127"))])
    kept = (await shop.rows("select number from orders where merchant_id = $1", shop.merchant_id))[0]
    chat = await _chat(shop)
    assert "order number" in await _write(shop, chat, "where is my parcel?", "1")
    told = await _write(shop, chat, f"{kept['number']} and somebody@else.example", "2")
    assert "cannot find" in told
    assert "1Z5R" not in told
    unknown = await _write(shop, chat, "order 99887766 and somebody@else.example", "3")
    assert "cannot find" in unknown


async def test_a_turn_is_answered_once_however_often_it_is_taken_up(shop: Shop) -> None:
    chat = await _chat(shop)
    await _write(shop, chat, "hello", "1")
    await _write(shop, chat, "hello", "1")
    await converse(shop, NOON)
    said = await shop.rows("select message_id from message where merchant_id = $1 and recipient = $2", shop.merchant_id, VISITOR)
    turns = await shop.rows("select state, intent, said from turn where merchant_id = $1", shop.merchant_id)
    assert len(said) == 1
    assert [(one["state"], msgspec.json.decode(one["said"])) for one in turns] == [("answered", ["say.hello"])]


async def test_who_waits_for_a_turn_is_told_of_it_at_once(shop: Shop) -> None:
    chat = await _chat(shop)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    talkers = Talkers(shop.database, shop.directory)
    hearing, waiting = asyncio.create_task(talkers.hear()), asyncio.create_task(talkers.wait(60))
    for once in range(100):  # the first may come before anybody listens
        said = Reply(channel=ChannelKind.CHAT, sender=f"v{once:032}", to="shop", text="hello", provider_id=f"{once}", at=NOON)
        async with shop.database.system() as tx:
            await answer(tx, shop.directory, tenant, tenant.connections[chat], [said], NOON)
        if (await asyncio.wait([waiting], timeout=0.1))[0]:
            break
    assert waiting.done()
    assert await converse(shop, NOON, 200) == once + 1
    assert await talkers.take_up(NOON) == 0  # others were quicker
    hearing.cancel()
    await asyncio.wait([hearing])


async def test_a_human_who_is_asked_for_has_the_word_and_the_machine_is_silent(shop: Shop) -> None:
    chat = await _chat(shop)
    assert "team" in await _write(shop, chat, "I want to talk to a human agent", "1")
    await _write(shop, chat, "where is my parcel?", "2")
    said = await shop.rows("select message_id from message where merchant_id = $1 and recipient = $2", shop.merchant_id, VISITOR)
    handed = await shop.rows("select reason, state from handover where merchant_id = $1", shop.merchant_id)
    assert len(said) == 1
    assert [(one["reason"], one["state"]) for one in handed] == [("asked", "waiting")]


def test_a_worker_that_is_ready_reads_nothing_more_in_for_the_first_customer() -> None:
    get_ready_to_talk()
    read_in = [one.cache_info().misses for one in (builtin, encoder, grammar_of)]
    for language in LANGUAGES:
        builtin_intents().read("where is my parcel?", language)
        acts_in("yes please", language)
    assert [one.cache_info().misses for one in (builtin, encoder, grammar_of)] == read_in
    assert min(read_in) >= 1
