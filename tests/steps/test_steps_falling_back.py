"""A message fails, or nothing is heard of it → the same told on the next channel, once; never two where nothing speaks for it."""

from datetime import timedelta

import msgspec
import pytest
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import MessageState, Remedy, Skip
from doorstep.steps.confirm import confirm
from doorstep.steps.fall_back import fall_back
from doorstep.steps.send import Ended, send_wave
from doorstep.store import messages
from doorstep.store.database import Database

BOTH = {"email": EMAIL, "twilio": TWILIO}
#: Texts first, so that there is a channel that reports what it reached, and one behind it.
SMS_FIRST = {"journeys": {"out_for_delivery": {"channels": ["sms", "email"], "fallback_s": 3600}}}


async def out_for_delivery(database: Database, **settings) -> Shop:
    shop = await open_shop(database, channels=BOTH, settings=settings or SMS_FIRST)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone="+34600000001")])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    assert await shop.sent("sms") == ["shipment.out_for_delivery"]
    return shop


async def the_text(shop: Shop):
    (row,) = await shop.rows("select message_id, month from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    return row["message_id"]


async def told(shop: Shop, state: MessageState, now=NOON, **rest) -> None:
    """The text's provider says so."""
    receipt = Receipt(message_id=str(await the_text(shop)), provider_id=None, state=state, **rest)
    connection = shop.directory.connection(shop.merchant_id, shop.connected["twilio"])
    async with shop.database.system() as tx:
        await confirm(tx, shop.directory, connection, [receipt], now)


async def sent_off(shop: Shop, now=NOON) -> None:
    """Every message due is with its provider."""
    leased = await shop.lease(now, 50)
    async with shop.database.system() as tx:
        for one in leased:
            await messages.finish(tx, one, Receipt(message_id=None, provider_id="p", state=MessageState.SENT), now)


async def later(shop: Shop, now) -> int:
    async with shop.database.system() as tx:
        return await fall_back(tx, shop.directory, now, 50)


async def mails(shop: Shop) -> list[str]:
    return [one for one in await shop.sent("email") if one == "shipment.out_for_delivery"]


async def test_a_text_that_is_not_reached_in_time_is_told_by_mail_once(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    assert await later(shop, NOON + HOUR - timedelta(seconds=1)) == 0
    assert await later(shop, NOON + HOUR) == 1
    assert await mails(shop) == ["shipment.out_for_delivery"]
    assert await later(shop, NOON + 9 * HOUR) == 0
    (row,) = await shop.rows(
        "select why from message where merchant_id = $1 and channel = 'email' and template = 'out_for_delivery'", shop.merchant_id
    )
    assert "sms came first: nothing was heard of it in time" in row["why"]
    (decision,) = await shop.rows(
        "select message_id from decision where merchant_id = $1 and trigger = 'shipment.out_for_delivery'", shop.merchant_id
    )
    (mail,) = await shop.rows(
        "select message_id from message where merchant_id = $1 and channel = 'email' and template = 'out_for_delivery'", shop.merchant_id
    )
    assert decision["message_id"] == mail["message_id"]


@pytest.mark.parametrize("state", [MessageState.REACHED, MessageState.READ, MessageState.CLICKED, MessageState.REPLIED])
async def test_a_text_that_arrived_has_nothing_behind_it(database: Database, state: MessageState) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await told(shop, state)
    assert await later(shop, NOON + 9 * HOUR) == 0
    assert await mails(shop) == []


async def test_a_click_by_a_machine_is_no_proof_that_it_arrived(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await told(shop, MessageState.CLICKED, machine=True)
    await later(shop, NOON + HOUR)
    assert await mails(shop) == ["shipment.out_for_delivery"]


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (MessageState.BOUNCED, Remedy.SUPPRESS),
        (MessageState.REFUSED, Remedy.SWITCH),
        (MessageState.REFUSED, Remedy.FIX),
        (MessageState.REFUSED, None),
    ],
)
async def test_a_text_that_fails_is_told_by_mail_at_once(database: Database, state: MessageState, remedy: Remedy | None) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await told(shop, state, remedy=remedy, provider_code="30003")
    assert await later(shop, NOON) == 1
    assert await mails(shop) == ["shipment.out_for_delivery"]
    await told(shop, MessageState.REACHED)  # late, and noted, and changes nothing
    assert await later(shop, NOON + 9 * HOUR) == 0
    assert len(await mails(shop)) == 1


async def test_a_fault_of_the_provider_is_tried_once_more_on_the_same_channel_later(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await told(shop, MessageState.REFUSED, remedy=Remedy.RETRY)
    assert await later(shop, NOON + timedelta(minutes=29)) == 0
    await later(shop, NOON + timedelta(minutes=30))
    assert await shop.sent("sms") == ["shipment.out_for_delivery"] * 2
    assert await mails(shop) == []


async def test_without_a_waiting_time_silence_changes_nothing(database: Database) -> None:
    shop = await out_for_delivery(database, journeys={"out_for_delivery": {"channels": ["sms", "email"], "fallback_s": 0}})
    await sent_off(shop)
    assert await later(shop, NOON + 48 * HOUR) == 0
    await told(shop, MessageState.BOUNCED, now=NOON + HOUR)
    await later(shop, NOON + HOUR)
    assert await mails(shop) == ["shipment.out_for_delivery"]


async def test_what_never_left_gives_way_and_does_not_leave_any_more(database: Database) -> None:
    shop = await out_for_delivery(database)
    await later(shop, NOON + HOUR)
    assert await mails(shop) == ["shipment.out_for_delivery"]
    (row,) = await shop.rows("select state, provider_text from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    assert (row["state"], row["provider_text"]) == ("cancelled", "another channel was tried instead")
    assert {one.message.channel for one in await shop.lease(NOON + HOUR, 50)} == {"email"}


async def test_a_text_that_is_being_sent_this_moment_is_waited_for(database: Database) -> None:
    shop = await out_for_delivery(database)
    leased = [one for one in await shop.lease(NOON + HOUR, 50) if one.message.channel == "sms"]
    await later(shop, NOON + HOUR)
    assert await mails(shop) == []
    async with database.system() as tx:
        await messages.finish(tx, leased[0], Receipt(message_id=None, provider_id="p", state=MessageState.SENT), NOON + HOUR)
    await later(shop, NOON + HOUR + timedelta(minutes=2))
    assert await mails(shop) == ["shipment.out_for_delivery"]


async def test_what_is_no_longer_so_is_not_told_again(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await shop.arrive(trackings=[said("N1", "delivered", NOON + HOUR / 2)], now=NOON + HOUR / 2)
    await later(shop, NOON + HOUR)
    assert await mails(shop) == []


async def test_a_refusal_on_the_wire_suppresses_and_falls_back(database: Database) -> None:
    shop = await out_for_delivery(database)
    (leased,) = [one for one in await shop.lease(NOON, 50) if one.message.channel == "sms"]
    refused = Receipt(
        message_id=leased.message.message_id,
        provider_id=None,
        state=MessageState.REFUSED,
        provider_code="21211",
        suppress="refused",
        remedy=Remedy.SUPPRESS,
    )
    await send_wave(database, shop.directory, [Ended(leased, refused)], NOON, 0)
    await later(shop, NOON)
    assert await mails(shop) == ["shipment.out_for_delivery"]
    assert await shop.rows("select reason from suppression where merchant_id = $1", shop.merchant_id) == [{"reason": "refused"}]


async def test_nothing_stands_behind_a_message_where_no_other_channel_is_connected(database: Database) -> None:
    shop = await open_shop(database)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone="+34600000001")])
    assert await shop.rows("select 1 from fallback where merchant_id = $1", shop.merchant_id) == []


async def test_two_workers_take_one_up_once(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    async with database.system() as first:
        assert await fall_back(first, shop.directory, NOON + HOUR, 50) == 1
        async with database.system() as second:
            assert await fall_back(second, shop.directory, NOON + HOUR, 50) == 0
    assert len(await mails(shop)) == 1


async def test_where_no_channel_is_left_open_the_reason_is_counted(database: Database) -> None:
    shop = await out_for_delivery(database)
    await sent_off(shop)
    await shop.arrive(
        facts=[order("1", fulfilment("f", "N1"), phone="+34600000001", email=None, updated_at=NOON + HOUR / 4)], now=NOON + HOUR / 4
    )
    await later(shop, NOON + HOUR)
    assert (await shop.skips())["shipment.out_for_delivery", Skip.NO_ADDRESS] == 1
    assert msgspec.to_builtins(await mails(shop)) == []


async def test_what_stands_behind_a_message_is_let_go_when_nothing_failed(database: Database) -> None:
    shop = await out_for_delivery(database, journeys={"out_for_delivery": {"channels": ["sms", "email"], "fallback_s": 0}})
    await sent_off(shop)
    kept = "select 1 from fallback where merchant_id = $1"
    assert await shop.rows(kept, shop.merchant_id)
    assert await later(shop, NOON + 100 * HOUR) > 0
    assert await shop.rows(kept, shop.merchant_id) == []
    assert await mails(shop) == []
