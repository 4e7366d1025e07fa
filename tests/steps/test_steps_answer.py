"""A text of one word → obeyed, and confirmed once: not again within a day, not where the provider has answered, not by two workers."""

import asyncio
from datetime import timedelta

import pytest
from steps_shop import NOON, TWILIO, Shop, open_shop

from doorstep.domain.messages import Reply
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.answer import answer
from doorstep.store.database import Database

PHONE = "+34612345678"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def texting(database: Database) -> Shop:
    return await open_shop(database, channels={"twilio": TWILIO})


async def say(shop: Shop, text: str, number: int, *, now=NOON, sender: str = PHONE, **more) -> None:
    """Take one text in, as the worker does."""
    reply = Reply(channel=ChannelKind.SMS, sender=sender, to="+15005550006", text=text, provider_id=f"SM{number}", at=now, **more)
    tenant = shop.directory.tenant(shop.merchant_id)
    connection = shop.directory.connection(shop.merchant_id, shop.connected["twilio"])
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, connection, [reply], now)


async def suppressed(shop: Shop) -> bool:
    return bool(await shop.rows("select 1 from suppression where merchant_id = $1 and address = $2", shop.merchant_id, PHONE))


async def test_stop_said_again_within_a_day_is_confirmed_once_and_the_next_day_again(texting: Shop) -> None:
    for number in range(4):
        await say(texting, "STOP", number, now=NOON + number * MINUTE)
    assert await texting.sent("sms") == ["reply.stop"]
    assert await suppressed(texting)
    await say(texting, "STOP", 9, now=NOON + timedelta(days=1, minutes=5))
    assert await texting.sent("sms") == ["reply.stop", "reply.stop"]


async def test_a_stop_after_a_start_is_confirmed_again(texting: Shop) -> None:
    for number, text in enumerate(("stop", "start", "start", "alto", "baja")):
        await say(texting, text, number, now=NOON + number * MINUTE)
    assert await texting.sent("sms") == ["reply.stop", "reply.start", "reply.stop"]
    assert await suppressed(texting)


async def test_help_is_answered_each_time_and_changes_nothing(texting: Shop) -> None:
    for number in range(2):
        await say(texting, "Hilfe!", number, now=NOON + number * MINUTE)
    assert await texting.sent("sms") == ["reply.help", "reply.help"]
    assert not await suppressed(texting)


@pytest.mark.parametrize("keyword", ["stop", "start", "help"])
async def test_what_the_provider_has_answered_is_obeyed_and_not_answered_twice(texting: Shop, keyword: str) -> None:
    await say(texting, "stop", 1)
    await say(texting, "any words", 2, now=NOON + MINUTE, keyword=keyword, confirmed=True)
    assert await texting.sent("sms") == ["reply.stop"]
    assert await suppressed(texting) is (keyword != "start")
    kept = await texting.rows("select keyword from reply where merchant_id = $1 order by reply_id", texting.merchant_id)
    assert [row["keyword"] for row in kept] == ["stop", keyword]


async def test_two_workers_with_two_stops_of_one_person_confirm_once(texting: Shop) -> None:
    await asyncio.gather(*(say(texting, "STOP", number) for number in range(6)))
    assert await texting.sent("sms") == ["reply.stop"]


async def test_the_confirmation_of_one_person_silences_nobody_elses(database: Database, texting: Shop) -> None:
    other = await open_shop(database, channels={"twilio": TWILIO})
    await say(texting, "STOP", 1)
    await say(texting, "STOP", 2, sender="+34612345679")
    await say(other, "STOP", 3)
    assert len(await texting.sent("sms")) == 2
    assert await other.sent("sms") == ["reply.stop"]


async def test_many_changes_of_mind_are_each_confirmed_once(texting: Shop) -> None:
    words = ["stop", "stop", "start", "stop", "start", "start", "start", "stop", "stop"]
    for number, word in enumerate(words):
        await say(texting, word, number, now=NOON + number * MINUTE)
    changes = [word for place, word in enumerate(words) if place == 0 or words[place - 1] != word]
    assert await texting.sent("sms") == [f"reply.{word}" for word in changes]
    assert await suppressed(texting)
