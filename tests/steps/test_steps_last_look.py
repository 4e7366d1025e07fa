"""Messages that lie in the outbox while something is said, or the hour turns → taken back, put off, or let out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, fulfilled, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt, Reply, Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.steps.answer import answer, unsubscribe
from doorstep.steps.fall_back import fall_back
from doorstep.steps.send import Ended, send_wave
from doorstep.store import messages, recipients
from doorstep.store.database import Database

ANA, PHONE = "ana@customer.example", "+34612345678"
BY_TEXT = {"journeys": {"failed_attempt": {"channels": ["sms"]}}}
OFFER = {"journeys": {"order_confirmed": {"purpose": "marketing"}}}
YES = Consent(purpose=Purpose.MARKETING, granted=True, source="shop", at=NOON - HOUR)
#: Eight in the evening in Madrid, when texts rest, and nine in the morning after it.
EVENING = datetime.fromisoformat("2026-11-18T19:00:00Z")
MORNING = datetime.fromisoformat("2026-11-19T08:00:00Z")


async def attempted(database: Database, at: datetime = NOON, **opened: Any) -> Shop:
    """A text about a failed attempt waits in the outbox."""
    shop = await open_shop(database, **{"channels": {"twilio": TWILIO}, "settings": BY_TEXT, **opened})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone=PHONE)], now=at)
    await shop.arrive(trackings=[said("N1", "attempt_failed", at)], now=at)
    assert await shop.sent("sms") == ["shipment.failed_attempt"]
    return shop


async def leaving(shop: Shop, now: datetime = NOON) -> list[messages.Leased]:
    return await send_wave(shop.database, shop.directory, [], now)


async def wrote(shop: Shop, text: str, now: datetime = NOON) -> None:
    """The customer writes back."""
    reply = Reply(channel=ChannelKind.SMS, sender=PHONE, to="+15005550006", text=text, provider_id=f"{text} {now}", at=now)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.system() as tx:
        await answer(tx, shop.directory, tenant, tenant.channels[ChannelKind.SMS], [reply], now)


async def the_text(shop: Shop) -> dict[str, Any]:
    found = await shop.rows(
        "select state, provider_code, provider_text from message where merchant_id = $1 and trigger = 'shipment.failed_attempt' order by created_at",
        shop.merchant_id,
    )
    return found[0]


async def test_a_stop_reaches_what_lies_in_the_outbox_and_is_confirmed(database: Database) -> None:
    shop = await attempted(database)
    await wrote(shop, "STOP")
    assert [one.trigger for one in await leaving(shop)] == ["reply.stop"]
    assert await the_text(shop) == {
        "state": "cancelled",
        "provider_code": "suppressed",
        "provider_text": "taken back before it left: sms suppressed",
    }
    assert (await shop.skips())["shipment.failed_attempt", "suppressed"] == 1
    (attempt,) = await shop.rows("select outcome from send_attempt where merchant_id = $1 and outcome is not null", shop.merchant_id)
    assert attempt["outcome"] == "cancelled"


async def test_a_welcome_back_does_not_follow_a_second_stop(database: Database) -> None:
    shop = await attempted(database)
    for minutes, text in enumerate(("STOP", "START", "STOP")):
        await wrote(shop, text, NOON + timedelta(minutes=minutes))
    assert [one.trigger for one in await leaving(shop, NOON + timedelta(minutes=3))] == ["reply.stop", "reply.stop"]


async def test_what_is_taken_back_is_told_on_the_next_channel_that_is_open(database: Database) -> None:
    settings = {"journeys": {"failed_attempt": {"channels": ["sms", "email"]}}}
    shop = await attempted(database, channels={"email": EMAIL, "twilio": TWILIO}, settings=settings)
    await leaving(shop)  # the order's own mails
    async with shop.database.system() as tx:
        await tx.execute("update outbox set lease_until = null where merchant_id = $1", shop.merchant_id)
        await tx.execute("update message set state = 'queued', rank = 0 where merchant_id = $1", shop.merchant_id)
    await wrote(shop, "STOP")
    await leaving(shop)
    async with shop.database.system() as tx:
        assert await fall_back(tx, shop.directory, NOON, 50) == 1
    assert (await shop.sent("email")).count("shipment.failed_attempt") == 1
    assert ("shipment.failed_attempt", "suppressed") not in await shop.skips()


@pytest.mark.parametrize("said_no", ["consent", "unsubscribed", "complained", "topic"])
async def test_an_offer_does_not_leave_once_its_reader_said_no(database: Database, said_no: str) -> None:
    shop = await open_shop(database, settings=OFFER)
    await shop.arrive(facts=[order("1", consents=(YES,))])
    async with database.system() as tx:
        if said_no == "consent":
            no = Consent(purpose=Purpose.MARKETING, granted=False, source="api", at=NOON)
            await recipients.consent(tx, [(shop.merchant_id, ANA, no)])
        elif said_no == "unsubscribed":
            await unsubscribe(tx, shop.merchant_id, ANA, "one_click", NOON)
        elif said_no == "topic":
            await recipients.set_topic(tx, shop.merchant_id, ANA, "orders", NOON, on=False)
        else:
            kept = Suppression(channel=ChannelKind.EMAIL, address=ANA, purpose=None, reason="complained", at=NOON)
            await recipients.suppress(tx, shop.merchant_id, kept)
    assert await leaving(shop) == []
    (reason,) = await shop.skips()
    assert reason[1] == {"consent": "no_consent", "topic": "opted_out"}.get(said_no, "suppressed")


async def test_a_no_of_somebody_else_or_to_something_else_lets_it_leave(database: Database) -> None:
    shop = await attempted(database)
    async with database.system() as tx:
        await recipients.set_topic(tx, shop.merchant_id, PHONE, "orders", NOON, on=False)
        await unsubscribe(tx, shop.merchant_id, PHONE, "preferences", NOON)
        await unsubscribe(tx, shop.merchant_id + 1, PHONE, "preferences", NOON)
    assert [one.trigger for one in await leaving(shop)] == ["shipment.failed_attempt"]


async def test_a_text_that_comes_to_its_turn_in_the_quiet_hours_waits_for_the_morning(database: Database) -> None:
    shop = await attempted(database)
    assert await leaving(shop, EVENING) == []
    assert await the_text(shop) == {"state": "queued", "provider_code": "", "provider_text": "quiet hours in Europe/Madrid"}
    assert await leaving(shop, MORNING - timedelta(seconds=1)) == []
    assert [one.attempt for one in await leaving(shop, MORNING)] == [2]


async def test_a_text_that_its_provider_put_off_into_the_night_waits_for_the_morning(database: Database) -> None:
    shop = await attempted(database)
    (leased,) = await leaving(shop)
    await send_wave(database, shop.directory, [Ended(leased, None, EVENING, "busy")], NOON, 0)
    assert await leaving(shop, EVENING) == []
    assert len(await leaving(shop, MORNING)) == 1


async def test_a_text_that_would_be_two_days_old_in_the_morning_is_not_kept(database: Database) -> None:
    shop = await attempted(database, settings={**BY_TEXT, "policy": {"quiet": {"days_off": [3, 4]}}})
    assert await leaving(shop, EVENING) == []
    assert (await the_text(shop))["provider_code"] == "too_old"


async def test_what_waited_is_asked_about_again_before_it_leaves(database: Database) -> None:
    overtaken = await attempted(database)
    cancelled, late = [await attempted(database, directory=overtaken.directory) for _ in range(2)]
    await overtaken.arrive(trackings=[said("N1", "delivered", NOON)], now=NOON)
    gone = order("1", fulfilment("f", "N1"), phone=PHONE, cancelled_at=NOON, updated_at=NOON)
    await cancelled.arrive(facts=[gone], now=NOON)
    left = await leaving(overtaken, NOON + HOUR)
    assert [one.message.merchant_id for one in left] == [late.merchant_id]
    assert (await the_text(overtaken))["provider_code"] == "superseded"
    assert (await the_text(cancelled))["provider_code"] == "order_cancelled"


async def test_a_merchant_of_whom_a_worker_has_not_heard_yet_loses_nothing_that_waited(database: Database) -> None:
    ours, theirs = await attempted(database), await attempted(database)
    assert [one.message.merchant_id for one in await leaving(ours, NOON + HOUR)] == [ours.merchant_id, theirs.merchant_id]


async def test_a_delivery_that_was_taken_back_while_it_waited_may_be_told_yet(database: Database) -> None:
    shop = await open_shop(database)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    async with database.system() as tx:
        await tx.execute("update shipment set track = null where merchant_id = $1", shop.merchant_id)
    assert "shipment.delivered" not in [one.trigger for one in await leaving(shop, NOON + HOUR)]
    assert ("shipment.delivered", "") not in await shop.decisions()


# The caps count what left, when it left.


CAPPED = {**OFFER, "policy": {"per_day": {"marketing": 1}, "per_week": {"marketing": 3}}}


async def offered(shop: Shop, number: str, now: datetime, **rest: Any) -> None:
    await shop.arrive(facts=[order(number, consents=(YES,), placed_at=now, updated_at=now, **rest)], now=now)


async def offers(shop: Shop) -> int:
    return (await shop.sent("email")).count("order.placed") + (await shop.sent("sms")).count("order.placed")


async def test_an_offer_that_waits_to_leave_counts_however_long(database: Database) -> None:
    shop = await open_shop(database, settings=CAPPED)
    await offered(shop, "1", NOON)
    await offered(shop, "2", NOON + 25 * HOUR)
    assert await offers(shop) == 1
    (leased,) = await leaving(shop, NOON + 26 * HOUR)
    await send_wave(database, shop.directory, [Ended(leased, Receipt(message_id=None, provider_id="p", state=MessageState.SENT))], NOON, 0)
    await offered(shop, "3", NOON + 49 * HOUR)
    assert await offers(shop) == 1
    await offered(shop, "4", NOON + 51 * HOUR)
    assert await offers(shop) == 2


async def test_an_offer_that_came_back_was_not_had(database: Database) -> None:
    shop = await open_shop(database, settings=CAPPED)
    await offered(shop, "1", NOON)
    (leased,) = await leaving(shop)
    refused = Receipt(message_id=None, provider_id=None, state=MessageState.REFUSED)
    await send_wave(database, shop.directory, [Ended(leased, refused)], NOON, 0)
    await offered(shop, "2", NOON + HOUR)
    assert await offers(shop) == 2


async def test_offers_by_mail_and_by_text_count_together(database: Database) -> None:
    settings = {
        "journeys": {"order_confirmed": {"purpose": "marketing", "channels": ["sms", "email"]}},
        "policy": {"per_day": {"marketing": 2}},
    }
    shop = await open_shop(database, channels={"email": EMAIL, "twilio": TWILIO}, settings=settings)
    await offered(shop, "1", NOON, phone=PHONE)
    async with database.system() as tx:
        kept = Suppression(channel=ChannelKind.SMS, address=PHONE, purpose=None, reason="refused", at=NOON)
        await recipients.suppress(tx, shop.merchant_id, kept)
    await offered(shop, "2", NOON + HOUR, phone=PHONE)
    await offered(shop, "3", NOON + 2 * HOUR, phone=PHONE)
    assert (await shop.sent("sms"), await shop.sent("email")) == (["order.placed"], ["order.placed"])
    assert await shop.skips() == {("order.placed", "capped"): 1}


# What is written down of a yes, a no, and why nothing is to be sent.


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", [True, False])
async def test_of_a_yes_and_a_no_of_one_second_the_no_stays(database: Database, together: bool, first: bool) -> None:
    shop = await open_shop(database, settings=OFFER)
    words = [(shop.merchant_id, ANA, Consent(purpose=Purpose.MARKETING, granted=yes, source="api", at=NOON)) for yes in (first, not first)]
    async with database.system() as tx:
        for some in [words] if together else [words[:1], words[1:]]:
            await recipients.consent(tx, some)
        (kept,) = await recipients.consents_of(tx, shop.merchant_id, [ANA])
    assert kept["granted"] is False


async def test_a_bounce_takes_the_place_of_a_stop_which_the_customer_could_take_back(database: Database) -> None:
    shop = await attempted(database)
    for reason, stands in (("stop", "stop"), ("bounced", "bounced"), ("stop", "bounced")):
        async with database.system() as tx:
            kept = Suppression(channel=ChannelKind.SMS, address=PHONE, purpose=None, reason=reason, at=NOON)
            await recipients.suppress(tx, shop.merchant_id, kept)
            (row,) = await recipients.suppressions(tx, shop.merchant_id)
        assert row.reason == stands
    await wrote(shop, "START")
    assert await leaving(shop) == []


async def test_a_message_packed_for_somebody_who_is_told_by_nobody_is_not_asked_about(database: Database) -> None:
    """Webhooks are for the merchant's own systems: no wish of a customer stops them."""
    url = {"url": "https://hooks.shop.example/x", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    shop = await open_shop(database, channels={"webhook": url})
    await shop.arrive(facts=[order("1"), fulfilled("1", fulfilment("f", "N1"))])
    async with database.system() as tx:
        for topic in ("orders", "webhook"):
            await recipients.set_topic(tx, shop.merchant_id, ANA, topic, NOON, on=False)
    assert {one.message.channel for one in await leaving(shop, NOON + 12 * HOUR)} == {ChannelKind.WEBHOOK}
