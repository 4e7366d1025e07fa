"""Moments through the real path, past gates that are closed → no message, and a reason that is counted, kept and shown."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, fulfilled, fulfilment, open_shop, order, said, scan, tracking

from doorstep.domain.messages import Receipt, Reply, Suppression
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Skip
from doorstep.settings import Settings
from doorstep.steps.answer import answer
from doorstep.steps.receive import Receiver
from doorstep.steps.send import call_all, send_wave
from doorstep.steps.wire import Wire
from doorstep.store import decisions, receipts, recipients
from doorstep.store.database import Database
from doorstep.web.app import make_app
from doorstep.web.house import House

ANA = "ana@customer.example"
PHONE = "+34612345678"
MINUTE = timedelta(minutes=1)
#: A quarter past eleven at night in Madrid, and nine in the morning after it.
NIGHT = datetime(2026, 11, 18, 22, 15, tzinfo=UTC)
MORNING = datetime(2026, 11, 19, 8, tzinfo=UTC)
MARKETING = {"journeys": {"order_confirmed": {"purpose": "marketing"}}}
BY_TEXT = {"journeys": {"failed_attempt": {"channels": ["sms"]}}}


@pytest.fixture(scope="module")
async def house(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    """A database for all tests here; each opens a shop of its own in it."""
    async with database_named("steps_gates") as opened:
        yield opened


async def shown(shop: Shop) -> dict[tuple[str, str], int]:
    """What the desk shows: (trigger, reason) → times."""
    async with shop.database.system() as tx:
        rows = await decisions.skips(tx, shop.merchant_id, NOON.date())
    assert [row["times"] for row in rows] == sorted((row["times"] for row in rows), reverse=True)
    return {(row["trigger"], row["reason"]): row["times"] for row in rows}


async def decided(shop: Shop) -> dict[tuple[str, str], int]:
    """(trigger, reason) → decisions that stand at it."""
    found = await shop.rows(
        "select trigger, outcome, count(*) as times from decision where merchant_id = $1 and outcome = any($2) group by 1, 2",
        shop.merchant_id,
        [str(reason) for reason in Skip],
    )
    return {(row["trigger"], row["outcome"]): row["times"] for row in found}


async def suppress(shop: Shop, address: str = ANA, channel: ChannelKind = ChannelKind.EMAIL, purpose: Purpose | None = None) -> None:
    async with shop.database.system() as tx:
        kept = Suppression(channel=channel, address=address, purpose=purpose, reason="bounced", at=NOON)
        await recipients.suppress(tx, shop.merchant_id, kept)


def consent(granted: bool, at: datetime = NOON, purpose: Purpose = Purpose.MARKETING) -> Consent:
    return Consent(purpose=purpose, granted=granted, source="shop", at=at)


# Every reason there is.


async def _no_journey(shop: Shop) -> str:
    await shop.arrive(facts=[order()])
    return "order.placed"


async def _superseded(shop: Shop) -> str:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[tracking("N1", scan("N1", "picked_up", NOON - HOUR), scan("N1", "out_for_delivery", NOON))])
    return "shipment.shipped"


async def _too_old(shop: Shop) -> str:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[said("N1", "delivered", NOON - 96 * HOUR)])
    return "shipment.delivered"


async def _no_order(shop: Shop) -> str:
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    return "shipment.delivered"


async def _no_address(shop: Shop) -> str:
    await shop.arrive(facts=[order(email=None)])
    return "order.placed"


async def _suppressed(shop: Shop) -> str:
    await suppress(shop)
    await shop.arrive(facts=[order()])
    return "order.placed"


async def _capped(shop: Shop) -> str:
    await shop.arrive(facts=[order("1"), order("2")])
    return "order.placed"


async def _digested(shop: Shop) -> str:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + HOUR)
    return "shipment.shipped"


async def _opted_out(shop: Shop) -> str:
    async with shop.database.system() as tx:
        await recipients.set_topic(tx, shop.merchant_id, ANA, "orders", NOON, on=False)
    await shop.arrive(facts=[order()])
    return "order.placed"


async def _order_cancelled(shop: Shop) -> str:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"), cancelled_at=NOON, updated_at=NOON)])
    await shop.wait_until(NOON + HOUR)
    return "shipment.shipped"


async def _not_approved(shop: Shop) -> str:
    await shop.arrive(facts=[order(email=None, phone="+34600000001")])
    return "order.placed"


WHATSAPP = {
    "phone_number_id": "106540352242922",
    "waba_id": "1",
    "access_token": "a-token",
    "app_secret": "a-secret",
    "verify_token": "a-verify-token",
}
Scenario = tuple[Callable[[Shop], Awaitable[str]], Mapping[str, Any], Mapping[str, Mapping[str, str]]]
_MAIL: Mapping[str, Mapping[str, str]] = {"email": EMAIL}
_PACKED_OFF = {"packed": {"enabled": False}}
SCENARIOS: dict[Skip, Scenario] = {
    Skip.NO_JOURNEY: (_no_journey, {"journeys": {"order_confirmed": {"enabled": False}}}, _MAIL),
    Skip.SUPERSEDED: (_superseded, {}, _MAIL),
    Skip.TOO_OLD: (_too_old, {}, _MAIL),
    Skip.NO_ORDER: (_no_order, {}, _MAIL),
    Skip.NO_ADDRESS: (_no_address, {}, _MAIL),
    Skip.NO_CHANNEL: (_no_journey, {}, {}),
    Skip.NO_CONSENT: (_no_journey, MARKETING, _MAIL),
    Skip.SUPPRESSED: (_suppressed, {}, _MAIL),
    Skip.CAPPED: (_capped, {"policy": {"per_day": {"transactional": 1}}}, _MAIL),
    Skip.DIGESTED: (_digested, {"journeys": _PACKED_OFF}, _MAIL),
    Skip.OPTED_OUT: (_opted_out, {}, _MAIL),
    Skip.ORDER_CANCELLED: (_order_cancelled, {"journeys": _PACKED_OFF}, _MAIL),
    Skip.NOT_APPROVED: (_not_approved, {"policy": {"ask_first": []}}, {"whatsapp": WHATSAPP}),
    Skip.BAD_TEMPLATE: (_no_journey, {"templates": {"order_confirmed/en/intro": "{% if %}"}}, _MAIL),
}


def test_every_reason_has_its_scenario() -> None:
    assert set(SCENARIOS) == set(Skip)


@pytest.mark.parametrize("reason", list(Skip), ids=str)
async def test_every_message_not_sent_is_counted_once_with_its_reason_and_shown(house: Database, reason: Skip) -> None:
    scenario, settings, channels = SCENARIOS[reason]
    shop = await open_shop(house, settings=settings, channels=channels)
    trigger = await scenario(shop)
    counted = await shown(shop)
    assert counted[trigger, reason] == 1
    assert await scenario(shop) == trigger  # everything said again changes nothing
    assert await shown(shop) == counted
    assert await decided(shop) == {key: times for key, times in counted.items() if key[1] != Skip.NO_ORDER}
    queued = await shop.rows("select count(*) as n from decision where merchant_id = $1 and outcome = 'queued'", shop.merchant_id)
    assert len(await shop.sent()) == queued[0]["n"]
    assert await shop.rows("select 1 from action_due where merchant_id = $1", shop.merchant_id) == []


async def test_a_merchant_is_shown_its_own_reasons_and_those_of_the_days_asked_for(house: Database) -> None:
    ours, theirs = await open_shop(house, channels={}), await open_shop(house, channels={})
    await ours.arrive(facts=[order("1"), order("2")], now=NOON)
    await theirs.arrive(facts=[order("1")], now=NOON)
    await ours.arrive(facts=[order("3", placed_at=NOON)], now=NOON + 24 * HOUR)
    async with house.system() as tx:
        days = [(NOON + n * 24 * HOUR).date() for n in range(3)]
        times = [[row["times"] for row in await decisions.skips(tx, ours.merchant_id, day)] for day in days]
        assert [row["times"] for row in await decisions.skips(tx, theirs.merchant_id, days[0])] == [1]
    assert times == [[3], [1], []]


async def test_the_order_shows_why_nothing_was_sent(house: Database) -> None:
    shop = await open_shop(house)
    await _suppressed(shop)
    (kept,) = await shop.rows("select order_id from orders where merchant_id = $1", shop.merchant_id)
    async with house.system() as tx:
        (row,) = await decisions.of_order(tx, shop.merchant_id, kept["order_id"])
    assert (row["trigger"], row["outcome"], row["message_id"]) == ("order.placed", "suppressed", None)


# Suppression.


async def test_a_suppressed_address_leaves_the_other_channel_open(house: Database) -> None:
    shop = await open_shop(house, channels={"email": EMAIL, "twilio": TWILIO})
    await suppress(shop)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone=PHONE)])
    await shop.arrive(trackings=[said("N1", "attempt_failed", NOON)])
    assert await shop.sent("email") == []
    assert await shop.sent("sms") == ["shipment.failed_attempt"]
    (row,) = await shop.rows("select why from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    assert "email suppressed" in row["why"]
    await suppress(shop, PHONE, ChannelKind.SMS)
    await shop.arrive(facts=[order("2", fulfilment("g", "N2"), phone=PHONE)])
    await shop.arrive(trackings=[said("N2", "attempt_failed", NOON)])
    assert (await shown(shop))["shipment.failed_attempt", "suppressed"] == 1


async def test_a_suppression_for_marketing_or_of_somebody_else_stops_no_service_message(house: Database) -> None:
    shop, other = await open_shop(house), await open_shop(house)
    await suppress(shop, purpose=Purpose.MARKETING)
    await suppress(shop, "bo@customer.example")
    await suppress(other)
    await shop.arrive(facts=[order()])
    assert await shop.sent() == ["order.placed"]
    assert await shown(shop) == {}


async def test_a_suppression_lifted_lets_the_next_message_through_and_not_the_one_before(house: Database) -> None:
    shop = await open_shop(house)
    await _suppressed(shop)
    async with house.system() as tx:
        await recipients.release(tx, shop.merchant_id, ChannelKind.EMAIL, ANA, ["bounced"])
    await shop.arrive(facts=[order(), order("2")])
    assert await shop.sent() == ["order.placed"]
    assert await shown(shop) == {("order.placed", "suppressed"): 1}


# Consent.


async def test_marketing_leaves_with_a_yes_only_and_carries_the_way_out(house: Database) -> None:
    shop = await open_shop(house, settings=MARKETING)
    await shop.arrive(facts=[order("1", consents=(consent(True),))])
    (row,) = await shop.rows("select purpose, unsubscribe_url from message where merchant_id = $1", shop.merchant_id)
    assert row["purpose"] == "marketing"
    assert row["unsubscribe_url"].startswith("https://doorstep.example/u/")
    assert await shown(shop) == {}


async def test_the_newest_word_counts_in_whichever_order_they_arrive(house: Database) -> None:
    yes, no = consent(True, NOON - HOUR), consent(False, NOON)
    for words in itertools.permutations((yes, no)):
        shop = await open_shop(house, settings=MARKETING)
        await shop.arrive(facts=[order("1", consents=words)])
        assert await shown(shop) == {("order.placed", "no_consent"): 1}
        assert await shop.sent() == []


async def test_who_withdraws_consent_to_service_messages_gets_none(house: Database) -> None:
    shop = await open_shop(house)
    await shop.arrive(facts=[order("1", consents=(consent(False, purpose=Purpose.TRANSACTIONAL),))])
    assert await shown(shop) == {("order.placed", "no_consent"): 1}


@pytest.mark.parametrize("token", ["suppression", "stranger", "forged", "cut"])
async def test_only_a_mails_own_token_unsubscribes(house: Database, token: str) -> None:
    shop = await open_shop(house, settings=MARKETING)
    sealer, mine = shop.directory.sealer, str(shop.merchant_id)
    right = sealer.token("mail", mine, ANA, "en")
    wrong = {
        "suppression": sealer.token("suppression", mine, "email", ANA, ""),
        "stranger": sealer.token("mail", str(shop.merchant_id + 1), ANA, "en"),
        "forged": "A" * len(right),
        "cut": right[:-4],
    }[token]
    for number, sent in (("1", wrong), ("2", right)):
        reply = Reply(channel=ChannelKind.EMAIL, sender="x", to="y", text=sent, provider_id=number, keyword="stop", at=NOON)
        async with house.system() as tx:
            tenant = shop.directory.tenant(shop.merchant_id)
            assert tenant is not None
            await answer(tx, shop.directory, tenant, tenant.channels[ChannelKind.EMAIL], [reply], NOON)
        await shop.arrive(facts=[order(number, email=ANA, consents=(consent(True, NOON - HOUR),))])
    assert await shop.sent() == ["order.placed"]  # the first: the wrong token changed nothing
    assert await shown(shop) == {("order.placed", "suppressed"): 1}


# Quiet hours.


async def _text_at_night(house: Database, **address: Any) -> Shop:
    shop = await open_shop(house, channels={"twilio": TWILIO}, settings={**BY_TEXT, "policy": {"zone": "America/New_York"}})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone=PHONE, **address)], now=NIGHT - HOUR)
    await shop.arrive(trackings=[said("N1", "attempt_failed", NIGHT - HOUR)], now=NIGHT)
    return shop


async def test_a_text_at_night_waits_for_the_customers_morning_and_is_no_skip(house: Database) -> None:
    shop = await _text_at_night(house)
    assert await shop.sent("sms") == []
    assert (await shop.decisions())["shipment.failed_attempt", "1"] == "waiting"
    (row,) = await shop.rows("select due_at from action_due where merchant_id = $1", shop.merchant_id)
    assert row["due_at"] == MORNING
    await shop.wait_until(MORNING - MINUTE)
    assert await shop.sent("sms") == []
    await shop.wait_until(MORNING)
    await shop.wait_until(MORNING + MINUTE)
    assert await shop.sent("sms") == ["shipment.failed_attempt"]
    assert (await shop.decisions())["shipment.failed_attempt", "1"] == "queued"
    assert ("shipment.failed_attempt", "waiting") not in await shown(shop)


async def test_a_gate_that_closed_during_the_night_is_counted_in_the_morning(house: Database) -> None:
    shop = await _text_at_night(house)
    await suppress(shop, PHONE, ChannelKind.SMS)
    await shop.wait_until(MORNING)
    assert (await shown(shop))["shipment.failed_attempt", "suppressed"] == 1
    assert await shop.sent("sms") == []


async def test_what_happened_during_the_night_overtakes_what_waits(house: Database) -> None:
    shop = await _text_at_night(house)
    await shop.arrive(trackings=[said("N1", "delivered", NIGHT + HOUR)], now=NIGHT + HOUR)
    await shop.wait_until(MORNING)
    assert (await shown(shop))["shipment.failed_attempt", "superseded"] == 1
    assert await shop.sent("sms") == []


async def test_marketing_waits_for_the_morning_even_by_mail_and_service_mail_does_not(house: Database) -> None:
    shop = await open_shop(house, settings={**MARKETING, "policy": {"zone": "Europe/Madrid"}})
    await shop.arrive(facts=[order("1", consents=(consent(True),))], now=NIGHT)
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1"))], now=NIGHT)
    assert await shop.sent() == ["order.packed"]
    await shop.wait_until(MORNING)
    assert sorted(await shop.sent()) == ["order.packed", "order.placed"]


# Caps.


async def test_a_cap_holds_within_one_batch_for_each_customer_alone(house: Database) -> None:
    shop = await open_shop(house, settings={"policy": {"per_day": {"transactional": 2}}})
    await shop.arrive(facts=[*(order(str(n)) for n in range(5)), order("9", email="bo@customer.example")])
    told = await shop.rows("select recipient, count(*) as n from message where merchant_id = $1 group by 1 order by 1", shop.merchant_id)
    assert [(row["recipient"], row["n"]) for row in told] == [(ANA, 2), ("bo@customer.example", 1)]
    assert await shown(shop) == {("order.placed", "capped"): 3}


async def test_a_cap_counts_what_left_before_until_a_day_has_passed(house: Database) -> None:
    shop = await open_shop(house, settings={"policy": {"per_day": {"transactional": 2}, "per_week": {"transactional": 3}}})
    for hours, number in ((0, "1"), (1, "2"), (2, "3"), (25, "4"), (26, "5"), (170, "6")):
        at = NOON + hours * HOUR
        await shop.arrive(facts=[order(number, placed_at=at, updated_at=at)], now=at)
    told = await shop.rows("select created_at from message where merchant_id = $1 order by 1", shop.merchant_id)
    assert [(row["created_at"] - NOON) // HOUR for row in told] == [0, 1, 25, 170]
    assert await shown(shop) == {("order.placed", "capped"): 2}


async def test_a_cap_on_marketing_leaves_service_messages_alone(house: Database) -> None:
    shop = await open_shop(house, settings=MARKETING)
    await shop.arrive(facts=[order(n, consents=(consent(True, NOON - HOUR),)) for n in ("1", "2")])
    await shop.arrive(facts=[fulfilled(n, fulfilment("f", f"N{n}")) for n in ("1", "2")])
    await shop.wait_until(NOON + HOUR)
    assert sorted(await shop.sent()) == ["order.packed", "order.placed"]
    assert await shown(shop) == {("order.placed", "capped"): 1, ("order.packed", "digested"): 1}


async def test_a_cap_on_marketing_holds_however_many_workers_compose_at_once(house: Database) -> None:
    for _ in range(3):
        shop = await open_shop(house, settings=MARKETING)
        orders = [order(str(n), consents=(consent(True, NOON - n * MINUTE),)) for n in range(6)]  # the same yes would be waited for
        await asyncio.gather(*(shop.arrive(facts=[one]) for one in orders))
        assert await shop.sent() == ["order.placed"]
        assert await shown(shop) == {("order.placed", "capped"): 5}


async def test_two_batches_of_marketing_to_the_same_people_in_another_order_do_not_wait_for_each_other_for_ever(house: Database) -> None:
    shop = await open_shop(house, settings=MARKETING)
    batches = [
        [order(f"{n}-{who}", email=f"{who}@customer.example", consents=(consent(True, NOON - n * MINUTE),)) for who in "abcdef"]
        for n in range(4)
    ]
    await asyncio.gather(*(shop.arrive(facts=batch[:: -1 if n % 2 else 1]) for n, batch in enumerate(batches)))
    told = await shop.rows("select recipient, count(*) as n from message where merchant_id = $1 group by 1", shop.merchant_id)
    assert sorted((row["recipient"][0], row["n"]) for row in told) == [(who, 1) for who in "abcdef"]


# The language.


async def locales(shop: Shop) -> list[str]:
    """The languages of the messages, oldest first."""
    found = await shop.rows("select locale from message where merchant_id = $1 order by created_at", shop.merchant_id)
    return [row["locale"] for row in found]


async def prefer(shop: Shop, tmp_path: Path, language: str, locale: str = "en", address: str = ANA, **form: str) -> None:
    """Save the preferences page that a message's link leads to."""
    settings = Settings(data_dir=tmp_path, base_url="https://doorstep.example")
    opened = House(settings=settings, database=shop.database, directory=shop.directory, receiver=Receiver(shop.database))
    token = shop.directory.sealer.token("mail", str(shop.merchant_id), address, locale)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(opened)), base_url="https://doorstep.example") as client:
        answer = await client.post(
            f"/p/{token}", data={"topic": ["orders", "shipping", "delivery", "problems"], "language": language, **form}
        )
        assert answer.status_code == 200
        assert f'lang="{language}" selected' in (await client.get(f"/p/{token}")).text


async def test_a_language_chosen_holds_for_later_orders_whatever_they_say(house: Database, tmp_path: Path) -> None:
    shop, other = await open_shop(house), await open_shop(house)
    await shop.arrive(facts=[order("1")])
    (row,) = await shop.rows("select unsubscribe_url from message where merchant_id = $1", shop.merchant_id)
    assert row["unsubscribe_url"].endswith(shop.directory.sealer.token("mail", str(shop.merchant_id), ANA, "en"))
    await prefer(shop, tmp_path, "es")
    later = [
        order("2", locale="en"),
        order("3", locale=None),
        order("4", locale="es-MX"),
        order("5", locale="en", email="bo@customer.example"),
    ]
    for position, one in enumerate(later):
        await shop.arrive(facts=[one], now=NOON + (position + 1) * MINUTE)
    assert await locales(shop) == ["en", "es", "es", "es-MX", "en"]
    await other.arrive(facts=[order("1")])
    assert await locales(other) == ["en"]
    await prefer(shop, tmp_path, "en", "es")
    await shop.arrive(facts=[order("6", locale="es")], now=NOON + HOUR)
    assert (await locales(shop))[-1] == "en"


async def test_a_language_chosen_by_mail_holds_for_texts_to_the_same_customer(house: Database, tmp_path: Path) -> None:
    shop = await open_shop(house, channels={"twilio": TWILIO}, settings=BY_TEXT)
    await prefer(shop, tmp_path, "es")
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone=PHONE)])
    await shop.arrive(trackings=[said("N1", "attempt_failed", NOON)])
    assert await locales(shop) == ["es"]


async def test_a_page_saved_without_words_in_the_readers_language_chooses_none(house: Database, tmp_path: Path) -> None:
    shop = await open_shop(house)
    await prefer(shop, tmp_path, "en", locale="ja", marketing="yes")
    assert await shop.rows("select 1 from chosen_locale where merchant_id = $1", shop.merchant_id) == []
    await shop.arrive(facts=[order("1", locale="es")])
    assert await locales(shop) == ["es"]


# Several parcels of an order.


@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "one-after-another"])
async def test_two_parcels_of_an_order_become_one_message_about_both(house: Database, together: bool) -> None:
    shop = await open_shop(house, settings={"journeys": _PACKED_OFF})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    scans = [said("N1", "picked_up", NOON), said("N2", "picked_up", NOON)]
    if together:
        await shop.arrive(trackings=scans)
    else:
        await shop.arrive(trackings=scans[:1])
        await shop.arrive(trackings=scans[1:], now=NOON + 5 * MINUTE)
    assert "shipment.shipped" not in await shop.sent()
    await shop.wait_until(NOON + 10 * MINUTE)
    await shop.wait_until(NOON + HOUR)
    told = await shop.rows(
        "select message_id, shipment_ids, text from message where merchant_id = $1 and trigger = 'shipment.shipped'", shop.merchant_id
    )
    assert len(told) == 1
    assert set(told[0]["shipment_ids"]) == {one.shipment_id for one in await shop.parcels()}
    assert "N1" in told[0]["text"]
    assert "N2" in told[0]["text"]
    kept = await shop.rows(
        "select outcome, message_id from decision where merchant_id = $1 and trigger = 'shipment.shipped' order by 1", shop.merchant_id
    )
    assert [row["outcome"] for row in kept] == ["digested", "queued"]
    assert {row["message_id"] for row in kept} == {told[0]["message_id"]}
    assert (await shown(shop))["shipment.shipped", "digested"] == 1


async def test_a_parcel_alone_is_told_at_once_and_a_late_one_by_itself(house: Database) -> None:
    shop = await open_shop(house)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    assert (await shop.sent()).count("shipment.shipped") == 1
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"), updated_at=NOON + HOUR)], now=NOON + HOUR)
    await shop.arrive(trackings=[said("N2", "picked_up", NOON + HOUR)], now=NOON + HOUR)
    await shop.wait_until(NOON + 2 * HOUR)
    assert (await shop.sent()).count("shipment.shipped") == 2
    assert ("shipment.shipped", "digested") not in await shown(shop)


async def test_parcels_whose_message_may_not_leave_are_each_counted(house: Database) -> None:
    shop = await open_shop(house, settings={"journeys": _PACKED_OFF})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON), said("N2", "picked_up", NOON)])
    await suppress(shop)
    await shop.wait_until(NOON + HOUR)
    assert (await shown(shop))["shipment.shipped", "suppressed"] == 2
    assert ("shipment.shipped", "digested") not in await shown(shop)


# Templates and channels.


@pytest.mark.parametrize(
    "source",
    ["{% if %}", "{{ order.number | no_such_filter }}", "{% for i in (1..100000000) %}x{% endfor %}"],
    ids=["syntax", "filter", "endless"],
)
async def test_a_template_that_cannot_be_filled_in_costs_only_its_own_message_and_says_why(house: Database, source: str) -> None:
    shop = await open_shop(house, settings={"templates": {"order_confirmed/en/intro": source}})
    await shop.arrive(facts=[order("1"), order("2", locale="es")])
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1"))])
    assert sorted(await shop.sent()) == ["order.packed", "order.placed"]
    assert await shown(shop) == {("order.placed", "bad_template"): 1}
    (row,) = await shop.rows("select detail from decision where merchant_id = $1 and outcome = 'bad_template'", shop.merchant_id)
    assert row["detail"]
    assert ANA not in row["detail"]


async def test_a_paused_channel_is_no_channel_and_a_resumed_one_is_used_again(house: Database) -> None:
    shop = await open_shop(house)
    await shop.pause("email")
    await shop.arrive(facts=[order("1")])
    assert await shown(shop) == {("order.placed", "no_channel"): 1}
    async with house.system() as tx:
        await tx.execute("update connection set state = 'active', paused_why = null where merchant_id = $1", shop.merchant_id)
    await shop.directory.refresh(house, NOON, force=True)
    await shop.arrive(facts=[order("1"), order("2")])
    assert await shop.sent() == ["order.placed"]
    assert await shown(shop) == {("order.placed", "no_channel"): 1}


# Called again or not.


async def test_a_mail_whose_outcome_a_receipt_left_open_is_not_sent_a_second_time(house: Database) -> None:
    shop = await open_shop(house)
    await shop.arrive(facts=[order("1")])
    (row,) = await shop.rows("select message_id from message where merchant_id = $1", shop.merchant_id)
    left_open = Receipt(message_id=str(row["message_id"]), provider_id=None, state=MessageState.UNKNOWN)
    async with house.system() as tx:
        await receipts.note(tx, shop.merchant_id, left_open, NOON)
    held = [one for one in await shop.lease(most=500) if one.message.merchant_id == shop.merchant_id]
    async with Wire(allow_private=True) as wire:
        (ended,) = await call_all(held, shop.directory, wire, NOON)
    assert ended.receipt is not None
    assert ended.receipt.state is MessageState.UNKNOWN
    await send_wave(house, shop.directory, [ended], NOON, 0)
    assert await shop.rows("select 1 from outbox where merchant_id = $1", shop.merchant_id) == []


@pytest.mark.parametrize(("senders", "offers"), [("ES=Teapots, *=+447700900123", False), ("GB=Teapots, *=+34600111222", True)])
async def test_a_text_offers_answers_only_where_its_sender_takes_them(house: Database, senders: str, offers: bool) -> None:
    shop = await open_shop(house, channels={"twilio": {**TWILIO, "senders": senders}}, settings=BY_TEXT)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"), phone="+34612345678")], trackings=[said("N1", "attempt_failed", NOON)])
    [told] = await shop.rows("select text from message where merchant_id = $1 and channel = 'sms'", shop.merchant_id)
    assert ("Reply 1" in told["text"]) is offers
    assert ("What happens next" in told["text"]) is not offers
