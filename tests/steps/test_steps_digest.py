"""What there is to tell one person within a short time is told in one message, of whatever orders; and nothing of it is lost."""

import asyncio
from datetime import timedelta

import pytest
from steps_shop import EMAIL, HOUR, NOON, TWILIO, Shop, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt, Suppression
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.steps.confirm import confirm
from doorstep.steps.decide import decide_waiting
from doorstep.steps.fall_back import fall_back
from doorstep.steps.last_look import last_look
from doorstep.steps.marks import read_news
from doorstep.store import message_lists, messages, recipients
from doorstep.store.database import Database

MINUTE = timedelta(minutes=1)
ANA = "ana@customer.example"
QUIET = {"journeys": {"packed": {"enabled": False}, "order_confirmed": {"enabled": False}}}
PHONE = "+34600000001"


async def two_orders(database: Database, *, more=(), settings=None, **rest) -> Shop:
    """A shop with two orders under way, N1 and N2, of which nothing is told yet."""
    shop = await open_shop(database, settings=QUIET | (settings or {}), **rest)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), phone=PHONE), order("2", fulfilment("f", "N2"), phone=PHONE), *more])
    return shop


async def told(shop: Shop) -> list[dict]:
    return await shop.rows(
        "select message_id, channel, recipient, template, trigger, order_id, shipment_ids, subject, text, why, locale from message"
        " where merchant_id = $1 order by created_at, message_id",
        shop.merchant_id,
    )


async def test_news_of_two_orders_within_the_window_is_one_message_that_names_both(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    await shop.arrive(trackings=[said("N2", "picked_up", NOON)], now=NOON + 5 * MINUTE)
    assert await told(shop) == []
    assert await shop.wait_until(NOON + 10 * MINUTE - timedelta(seconds=1)) == 0
    assert await shop.wait_until(NOON + 10 * MINUTE) == 2
    (one,) = await told(shop)
    assert (one["template"], one["recipient"], one["order_id"]) == ("digest", ANA, None)
    assert len(one["shipment_ids"]) == 2
    assert one["subject"] == "News about your orders (#1, #2)"
    assert "out_for_delivery, shipped" in one["why"]
    for said_of_it in ("Your parcel arrives today (#1)", "Your parcel is on its way (#2)"):
        assert said_of_it in one["text"]
    for parcel in await shop.parcels():
        assert f"https://doorstep.example/t/{parcel.token}?m=" in one["text"]
    outcomes = await shop.rows(
        "select trigger, outcome, message_id from decision where merchant_id = $1 and message_id is not null", shop.merchant_id
    )
    assert sorted(row["outcome"] for row in outcomes) == ["digested", "queued"]
    assert {row["message_id"] for row in outcomes} == {one["message_id"]}
    assert await shop.wait_until(NOON + 9 * HOUR) == 0


async def test_the_page_it_leads_to_is_of_these_orders_and_each_order_lists_the_message(database: Database) -> None:
    shop = await two_orders(database, more=[order("3", email="bo@customer.example")])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "out_for_delivery", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    (one,) = await told(shop)
    token = one["text"].split("/n/")[1].split()[0].partition("?m=")[0]
    ids = [
        row["order_id"] for row in await shop.rows("select order_id from orders where merchant_id = $1 order by order_id", shop.merchant_id)
    ]
    assert read_news(shop.directory.sealer, token) == (shop.merchant_id, tuple(ids[:2]))
    async with shop.database.system() as tx:
        listed = [[row["message_id"] for row in await message_lists.of_order(tx, shop.merchant_id, order_id)] for order_id in ids]
    assert listed == [[one["message_id"]], [one["message_id"]], []]


async def test_whoever_has_one_order_under_way_hears_at_once(database: Database) -> None:
    shop = await two_orders(database, more=[order("3", fulfilment("f", "N3"), email="bo@customer.example")])
    await shop.arrive(trackings=[said("N3", "out_for_delivery", NOON)])
    assert [(one["template"], one["recipient"]) for one in await told(shop)] == [("out_for_delivery", "bo@customer.example")]


async def test_an_order_that_has_arrived_keeps_nobody_waiting(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    await shop.arrive(trackings=[said("N2", "out_for_delivery", NOON + HOUR)], now=NOON + HOUR)
    assert [one["template"] for one in await told(shop)] == ["delivered", "out_for_delivery"]


async def test_what_turns_out_to_be_alone_is_told_in_its_own_words(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    (one,) = await told(shop)
    assert one["template"] == "out_for_delivery"
    assert one["order_id"] is not None


async def test_several_moments_of_one_order_are_one_message_about_that_order(database: Database) -> None:
    shop = await open_shop(database, settings=QUIET)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    (one,) = await told(shop)
    assert (one["template"], one["subject"]) == ("digest", "News about your order (#1)")
    assert one["order_id"] is not None


async def test_what_has_passed_meanwhile_is_not_told(database: Database) -> None:
    shop = await open_shop(database, settings={"journeys": {"order_confirmed": {"enabled": False}}})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1")), order("2", fulfilment("f", "N2"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    (one,) = await told(shop)
    assert "Your parcel is on its way (#1)" in one["text"]
    assert "packed (#1)" not in one["text"]
    assert "(#2)" in one["text"]
    assert ("order.packed", "superseded") in await shop.skips()


@pytest.mark.parametrize(
    "other",
    [{"email": "bo@customer.example"}, {"locale": "es"}, {"email": None}],
    ids=["another address", "another language", "no address"],
)
async def test_nothing_is_told_together_to_two_people_or_in_two_languages(database: Database, other: dict) -> None:
    shop = await open_shop(database, settings=QUIET)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1")), order("2", fulfilment("f", "N2"), **other)])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "out_for_delivery", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    assert {one["template"] for one in await told(shop)} == {"out_for_delivery"}
    assert len(await told(shop)) == (1 if other.get("email", ANA) is None else 2)


async def test_another_merchants_news_is_never_told_with_ours(database: Database) -> None:
    shops = [await two_orders(database) for _ in range(2)]
    for shop in shops:
        await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    await shops[1].wait_until(NOON + 10 * MINUTE)
    for shop in shops:
        (one,) = await told(shop)
        assert one["template"] == "out_for_delivery"


async def test_two_workers_share_nobodys_news(database: Database) -> None:
    shop = await two_orders(database)
    for number in ("N1", "N2"):
        await shop.arrive(trackings=[said(number, "out_for_delivery", NOON)], now=NOON)

    async def one_worker() -> int:
        async with shop.database.system() as tx:
            taken = await decide_waiting(tx, shop.directory, NOON + HOUR, 1)
            await asyncio.sleep(0.05)  # the other one looks while these are taken
            return taken

    assert sorted(await asyncio.gather(one_worker(), one_worker())) == [0, 2]
    assert [one["template"] for one in await told(shop)] == ["digest"]


async def test_what_asks_for_an_answer_has_a_message_of_its_own(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "attempt_failed_not_home", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    assert sorted(one["template"] for one in await told(shop)) == ["failed_attempt", "shipped"]


async def test_a_gate_that_is_closed_stops_all_of_it_and_counts_each(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    async with shop.database.system() as tx:
        await recipients.suppress(
            tx, shop.merchant_id, Suppression(channel=ChannelKind.EMAIL, address=ANA, purpose=None, reason="bounced", at=NOON)
        )
    await shop.wait_until(NOON + 10 * MINUTE)
    assert await told(shop) == []
    skips = await shop.skips()
    assert (skips["shipment.out_for_delivery", "suppressed"], skips["shipment.shipped", "suppressed"]) == (1, 1)


async def test_a_topic_that_is_off_is_left_out_and_the_rest_is_told(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    async with shop.database.system() as tx:
        await recipients.set_topic(tx, shop.merchant_id, ANA, "shipping", NOON, on=False)
    await shop.wait_until(NOON + 10 * MINUTE)
    assert [one["template"] for one in await told(shop)] == ["out_for_delivery"]
    assert (await shop.skips())["shipment.shipped", "opted_out"] == 1


@pytest.mark.parametrize(
    "broken",
    [{"digest/en/subject": "{{ nobody | no_filter }}"}, {"shipped/en/push": "{{ nobody | no_filter }}"}],
    ids=["the digest's words", "one of its parts"],
)
async def test_words_that_cannot_be_read_keep_nothing_else_back(database: Database, broken: dict) -> None:
    shop = await two_orders(database, settings={"templates": broken})
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    assert sorted(one["template"] for one in await told(shop)) == ["out_for_delivery", "shipped"]


async def test_a_digest_that_fails_is_told_on_the_next_channel_whole(database: Database) -> None:
    by_text = {"channels": ["sms", "email"]}
    journeys = QUIET["journeys"] | {"out_for_delivery": by_text, "shipped": by_text}
    shop = await two_orders(database, settings={"journeys": journeys}, channels={"email": EMAIL, "twilio": TWILIO})
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    (text,) = await told(shop)
    assert (text["channel"], text["template"]) == ("sms", "digest")
    assert "#1: Your parcel arrives today. #2: Your parcel is on its way." in text["text"]
    (link,) = await shop.rows("select code, leads_to, token from short_link where merchant_id = $1", shop.merchant_id)
    assert text["text"].endswith(f" https://doorstep.example/s/{link['code']}")
    assert (link["leads_to"], len(read_news(shop.directory.sealer, link["token"])[1])) == ("news", 2)
    async with shop.database.system() as tx:
        for one in await messages.lease(tx, NOON + HOUR, NOON + 2 * HOUR, 9):
            await messages.finish(tx, one, Receipt(message_id=None, provider_id="p", state=MessageState.SENT), NOON)
        receipt = Receipt(message_id=str(text["message_id"]), provider_id=None, state=MessageState.BOUNCED)
        await confirm(tx, shop.directory, shop.directory.connection(shop.merchant_id, shop.connected["twilio"]), [receipt], NOON + HOUR)
    async with shop.database.system() as tx:
        assert await fall_back(tx, shop.directory, NOON + HOUR, 9) == 1
    mail = next(one for one in await told(shop) if one["channel"] == "email")
    assert mail["template"] == "digest"
    assert "(#1)" in mail["text"]
    assert "(#2)" in mail["text"]
    assert "sms came first" in mail["why"]
    outcomes = await shop.rows(
        "select distinct message_id from decision where merchant_id = $1 and message_id is not null", shop.merchant_id
    )
    assert [row["message_id"] for row in outcomes] == [mail["message_id"]]


@pytest.mark.parametrize(
    ("topic", "left", "gone"),
    [("shipping", "out_for_delivery", "shipment.shipped"), ("delivery", "shipped", "shipment.out_for_delivery")],
    ids=["of the second", "of the first"],
)
async def test_a_topic_switched_off_while_a_digest_lies_in_the_outbox_is_not_told_and_the_rest_is(
    database: Database, topic: str, left: str, gone: str
) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    async with shop.database.system() as tx:
        await recipients.set_topic(tx, shop.merchant_id, ANA, topic, NOON, on=False)
    assert await looked(shop, NOON + HOUR) == []
    assert await shop.wait_until(NOON + HOUR) == 2
    assert await standing(shop) == [("digest", "cancelled"), (left, "queued")]
    assert (gone, "opted_out") in await shop.outcomes()


async def test_what_has_passed_while_a_digest_lies_in_the_outbox_is_not_told_and_the_rest_is(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    await shop.arrive(trackings=[said("N1", "delivered", NOON + HOUR)], now=NOON + HOUR)
    assert len(await looked(shop, NOON + 15 * MINUTE, give_back=True)) == 1
    assert [one.template for one in await looked(shop, NOON + HOUR)] == ["delivered"]
    assert await shop.wait_until(NOON + HOUR) == 2
    assert await standing(shop) == [("delivered", "sending"), ("digest", "cancelled"), ("shipped", "queued")]
    assert ("shipment.out_for_delivery", "superseded") in await shop.outcomes()


async def looked(shop: Shop, now, *, give_back: bool = False) -> list[messages.Leased]:
    """Lease what is due and let the last look see it."""
    async with shop.database.system() as tx:
        leased = await last_look(tx, shop.directory, await messages.lease(tx, now, now + HOUR, 9), now)
        if give_back:
            for one in leased:
                await messages.put_off(tx, one, now, "a test gives it back", now)
    return leased


async def standing(shop: Shop) -> list[tuple[str, str]]:
    found = await shop.rows("select template, state from message where merchant_id = $1", shop.merchant_id)
    return sorted((row["template"], row["state"]) for row in found)


async def test_a_digest_whose_address_is_stopped_in_the_outbox_does_not_leave(database: Database) -> None:
    shop = await two_orders(database)
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON), said("N2", "picked_up", NOON)])
    await shop.wait_until(NOON + 10 * MINUTE)
    async with shop.database.system() as tx:
        kept = Suppression(channel=ChannelKind.EMAIL, address=ANA, purpose=None, reason="bounced", at=NOON)
        await recipients.suppress(tx, shop.merchant_id, kept)
    assert await looked(shop, NOON + HOUR) == []
    assert await shop.wait_until(NOON + 9 * HOUR) == 0
