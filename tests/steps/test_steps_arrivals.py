"""Parcels of one order that arrive one after another → told of the first, and when all are there; of each arrival once."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from steps_shop import HOUR, NOON, Shop, fulfilled, fulfilment, link, open_shop, order, said, scan, tracking

from doorstep.steps.advance import Seen, advance
from doorstep.steps.decide import decide
from doorstep.store.database import Database

MINUTE = timedelta(minutes=1)
NUMBERS = ("N1", "N2", "N3")
PARTLY, DELIVERED = "order.partly_delivered", "shipment.delivered"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)


@pytest.fixture(params=["shipments", "pieces", "parts"])
async def sent(request: pytest.FixtureRequest, shop: Shop) -> Shop:
    """An order in three parcels that are on their way: as three shipments of the shop, as three pieces of one, or as parts of a waybill."""
    if request.param == "shipments":
        await shop.arrive(facts=[order("1", *(fulfilment(f"f{number}", number) for number in NUMBERS))])
        first = [said(number, "picked_up", NOON - 9 * HOUR) for number in NUMBERS]
    elif request.param == "parts":
        await shop.arrive(facts=[order("1", fulfilment("f", "W1"))])
        links = [link(number, "part") for number in NUMBERS]
        first = [tracking("W1", scan("W1", "picked_up", NOON - 9 * HOUR), links=links)]
    else:
        await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
        links = [link("N2", "parcel"), link("N3", "parcel")]
        first = [tracking(number, scan(number, "picked_up", NOON - 9 * HOUR), links=links) for number in NUMBERS]
    await shop.arrive(trackings=first)
    await shop.wait_until(NOON)
    return shop


def there(*numbers: str, at=NOON - HOUR):
    return [said(number, "delivered", at) for number in numbers]


async def told(shop: Shop) -> list[str]:
    return [trigger for trigger in await shop.sent() if trigger in {PARTLY, DELIVERED}]


async def text_of(shop: Shop, trigger: str) -> str:
    [row] = await shop.rows(
        "select subject, text from message where merchant_id = $1 and channel = 'email' and trigger = $2", shop.merchant_id, trigger
    )
    return f"{row['subject']}\n{row['text']}"


@pytest.mark.parametrize("turn", list(itertools.permutations(NUMBERS)), ids="".join)
async def test_days_apart_the_first_is_told_the_second_is_not_and_the_last_completes_the_order(sent: Shop, turn: tuple[str, ...]) -> None:
    for day, number in enumerate(turn):
        now = NOON + timedelta(days=day)
        for _ in range(2):  # every webhook comes twice
            await sent.arrive(trackings=there(number, at=now - HOUR), now=now)
        await sent.wait_until(now + 2 * HOUR)
    assert await told(sent) == [PARTLY, DELIVERED]
    partly = await text_of(sent, PARTLY)
    assert partly.startswith("1 of 3 parcels delivered")
    assert "1 of the 3 parcels of your order is there. The other 2: " in partly
    assert all(f"GLS {number}, on its way" in partly for number in turn[1:])
    assert f"GLS {turn[0]}, " not in partly
    assert "All 3 parcels of your order are there." in await text_of(sent, DELIVERED)


@pytest.mark.parametrize("turn", list(itertools.permutations(NUMBERS)), ids="".join)
async def test_minutes_apart_only_the_whole_is_told(sent: Shop, turn: tuple[str, ...]) -> None:
    for place, number in enumerate(turn):
        now = NOON + place * 9 * MINUTE
        await sent.arrive(trackings=there(number), now=now)
        await sent.wait_until(now)
    await sent.wait_until(NOON + 2 * HOUR)
    assert await told(sent) == [DELIVERED]
    assert ("order.partly_delivered", "superseded") in await sent.outcomes()
    assert "All 3 parcels" in await text_of(sent, DELIVERED)


async def test_all_at_once_only_the_whole_is_told_and_a_part_is_not_even_decided(sent: Shop) -> None:
    await sent.arrive(trackings=there(*NUMBERS))
    await sent.wait_until(NOON + 2 * HOUR)
    assert await told(sent) == [DELIVERED]
    assert PARTLY not in {trigger for trigger, _ in await sent.outcomes()}


async def test_two_at_once_are_told_as_two(sent: Shop) -> None:
    await sent.arrive(trackings=there("N1", "N3"))
    await sent.wait_until(NOON + HOUR)
    assert await told(sent) == [PARTLY]
    text = await text_of(sent, PARTLY)
    assert "2 of the 3 parcels of your order are there. The other one: GLS N2, on its way." in text


async def test_a_part_that_waited_tells_how_things_stand_when_it_leaves(sent: Shop) -> None:
    await sent.arrive(trackings=there("N1"))
    await sent.arrive(trackings=[said("N2", "out_for_delivery", NOON + MINUTE)], now=NOON + 2 * MINUTE)
    await sent.arrive(trackings=there("N3", at=NOON), now=NOON + 3 * MINUTE)
    await sent.wait_until(NOON + HOUR)
    assert "The other one: GLS N2, out for delivery." in await text_of(sent, PARTLY)


async def test_without_its_journey_only_the_whole_is_told(database: Database) -> None:
    shop = await open_shop(database, settings={"journeys": {"partly_delivered": {"enabled": False}}})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=there("N1"))
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == []
    assert (await shop.skips())[PARTLY, "no_journey"] == 1
    await shop.arrive(trackings=there("N2", at=NOON + HOUR), now=NOON + 2 * HOUR)
    await shop.wait_until(NOON + 4 * HOUR)
    assert await told(shop) == [DELIVERED]


async def test_a_merchant_may_have_every_parcel_told(database: Database) -> None:
    every = {"partly_delivered": {"enabled": False}, "delivered": {"when": {"occurrence": ["", "part"]}}}
    shop = await open_shop(database, settings={"journeys": every})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    for day, number in enumerate(("N1", "N2")):
        await shop.arrive(trackings=there(number, at=NOON + timedelta(days=day)), now=NOON + timedelta(days=day))
        await shop.wait_until(NOON + timedelta(days=day, hours=1))
    assert await told(shop) == [DELIVERED, DELIVERED]
    first = (await shop.rows("select text from message where trigger = $1 order by created_at limit 1", DELIVERED))[0]["text"]
    assert first.startswith("Your parcel has arrived")
    assert "1 of the 2 parcels of your order are there." in first


async def test_the_desk_is_told_why_a_parcel_of_several_made_no_message(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=there("N1"))
    [row] = await shop.rows("select occurrence, outcome, detail from decision where trigger = $1", DELIVERED)
    assert row == {"occurrence": "part", "outcome": "no_journey", "detail": "1 of the order's 2 parcels are there"}


async def test_a_cancelled_label_and_a_parcel_that_goes_back_are_waited_for_no_more(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", *(fulfilment(f"f{number}", number) for number in NUMBERS))])
    back = tracking("N3", scan("N3", "refused", NOON - 8 * HOUR), scan("N3", "return_started", NOON - 7 * HOUR))
    await shop.arrive(trackings=[said("N2", "order_cancelled", NOON - 8 * HOUR), back])
    await shop.arrive(trackings=there("N1"))
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [DELIVERED]
    assert "1 of the 2 parcels of your order are there." in await text_of(shop, DELIVERED)


@pytest.mark.parametrize(("parts", "at_once"), [(["P1"], [DELIVERED]), (["P1", "P2"], [])])
async def test_a_waybill_that_speaks_for_several_parts_is_told_after_the_wait(shop: Shop, parts: list[str], at_once: list[str]) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "W1"))])
    links = [link(number, "part") for number in parts]
    await shop.arrive(trackings=[tracking("W1", scan("W1", "delivered", NOON - HOUR), links=links)])
    assert await told(shop) == at_once
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [DELIVERED]


async def test_a_lost_parcel_is_waited_for_no_more(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N2", "lost", NOON - 2 * HOUR)])
    await shop.arrive(trackings=there("N1"))
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [DELIVERED]


async def test_an_arrival_is_told_though_the_rest_is_cancelled_while_it_waits(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=there("N1"))
    await shop.arrive(facts=[fulfilled("1", fulfilment("g", "N2", active=False, updated_at=NOON))], now=NOON + MINUTE)
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [PARTLY]
    assert "Everything that was still on its way to you is there." in await text_of(shop, PARTLY)


async def test_a_piece_that_arrives_when_the_other_has_gone_back_is_told(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", "N2"))])
    both = [
        tracking("N1", scan("N1", "picked_up", NOON - 90 * HOUR), links=[link("N2", "parcel")]),
        said("N2", "picked_up", NOON - 90 * HOUR),
    ]
    await shop.arrive(trackings=both)
    back = tracking("N2", scan("N2", "refused", NOON - 80 * HOUR), scan("N2", "returned_to_sender", NOON - 50 * HOUR))
    await shop.arrive(trackings=[back])
    await shop.arrive(trackings=there("N1"))
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [PARTLY]
    assert "The other one: GLS N2, back with us." in await text_of(shop, PARTLY)


async def test_what_is_taken_back_while_it_waits_is_not_told_and_the_true_arrival_is(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "delivered", NOON - HOUR, code="DL")])
    undone = tracking("N1", scan("N1", "event_retracted", NOON - 30 * MINUTE, code="VOID", retracts="DL"))
    await shop.arrive(trackings=[undone], now=NOON + MINUTE)
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == []
    later = NOON + 24 * HOUR
    await shop.arrive(trackings=there("N1", at=later), now=later)
    await shop.wait_until(later + HOUR)
    assert await told(shop) == [PARTLY]


async def test_a_whole_that_is_taken_back_while_it_waits_is_not_told_and_the_true_one_is(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[*there("N1"), said("N2", "delivered", NOON - HOUR, code="DL")])
    undone = tracking("N2", scan("N2", "event_retracted", NOON - 30 * MINUTE, code="VOID", retracts="DL"))
    await shop.arrive(trackings=[undone], now=NOON + MINUTE)
    await shop.wait_until(NOON + HOUR)
    assert "1 of the 2 parcels of your order are there." in await text_of(shop, DELIVERED)
    later = NOON + 24 * HOUR
    await shop.arrive(trackings=there("N2", at=later), now=later)
    await shop.wait_until(later + HOUR)
    assert await told(shop) == [DELIVERED, DELIVERED]


async def test_a_shipment_told_as_a_part_completes_its_order_once_another_turns_out_to_be_a_piece_of_it(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", "N2"))])
    await shop.arrive(trackings=[said("N2", "picked_up", NOON - 9 * HOUR), *there("N1")])
    await shop.wait_until(NOON + HOUR)
    await shop.arrive(trackings=[tracking("N1", links=[link("N2", "parcel")])], now=NOON + 2 * HOUR)
    assert len(await shop.parcels()) == 1
    later = NOON + 24 * HOUR
    await shop.arrive(trackings=there("N2", at=later), now=later)
    await shop.wait_until(later + HOUR)
    assert await told(shop) == [PARTLY, DELIVERED]


async def test_a_delivery_that_speaks_for_pieces_unheard_of_waits_whether_they_come_to_light(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    links = [link("N2", "parcel")]
    await shop.arrive(trackings=[tracking("N1", scan("N1", "delivered", NOON - HOUR), links=links)])
    assert await told(shop) == []
    await shop.arrive(trackings=[said("N2", "out_for_delivery", NOON - HOUR)], now=NOON + 5 * MINUTE)
    await shop.wait_until(NOON + 15 * MINUTE)
    assert await told(shop) == []
    await shop.arrive(trackings=there("N2", at=NOON), now=NOON + 20 * MINUTE)
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [DELIVERED]
    assert "Both parcels of your order are there." in await text_of(shop, DELIVERED)


async def test_a_delivery_that_speaks_for_pieces_nobody_ever_scans_is_told(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[tracking("N1", scan("N1", "delivered", NOON - HOUR), links=[link("N2", "parcel")])])
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [DELIVERED]


async def test_two_parcels_that_arrive_at_once_at_two_workers_complete_their_order(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", *(fulfilment(f"f{number}", number) for number in NUMBERS))])
    await shop.arrive(trackings=there("N1", at=NOON - 30 * HOUR), now=NOON - 29 * HOUR)
    await shop.wait_until(NOON - 20 * HOUR)
    assert await told(shop) == [PARTLY]
    [second] = there("N2")
    seen = [Seen(merchant_id=shop.merchant_id, inbox_id=1, received_at=NOON, tracking=second)]
    async with shop.database.system() as tx:
        await decide(tx, await advance(tx, seen, NOON), shop.directory, NOON)
        other = asyncio.create_task(shop.arrive(trackings=there("N3")))  # at another worker, before this one's is there to be seen
        await asyncio.wait({other}, timeout=1)
    await other
    await shop.wait_until(NOON + HOUR)
    assert await told(shop) == [PARTLY, DELIVERED]


async def test_the_merchants_own_systems_hear_of_every_parcel(database: Database) -> None:
    shop = await open_shop(database, channels={"webhook": {"url": "https://erp.example/in", "secret": "whsec_" + "A" * 32}})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=there("N1"))
    await shop.arrive(trackings=there("N2", at=NOON), now=NOON + MINUTE)
    assert [trigger for trigger in await shop.sent("webhook") if "delivered" in trigger] == [PARTLY, DELIVERED, DELIVERED]


async def test_a_strangers_parcels_complete_nobody_elses_order(database: Database, shop: Shop) -> None:
    stranger = await open_shop(database, directory=shop.directory)
    for one in (shop, stranger):
        await one.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=there("N1"))
    await stranger.arrive(trackings=there("N1", "N2"))
    for one in (shop, stranger):
        await one.wait_until(NOON + HOUR)
    assert await told(shop) == [PARTLY]
    assert await told(stranger) == [DELIVERED]


# -- delivered in part, under one number ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", list(itertools.permutations((0, 1, 2))), ids=str)
async def test_what_was_delivered_in_part_is_told_as_such_and_as_delivered_when_the_rest_is(shop: Shop, turn: tuple[int, ...]) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said("N1", "picked_up", NOON - 9 * HOUR)])
    await shop.wait_until(NOON)
    part, tour = said("N1", "delivered_partial", NOON - HOUR), said("N1", "out_for_delivery", NOON - 2 * HOUR)
    for one in (*(part, tour, part)[turn[0] :], part, tour):
        await shop.arrive(trackings=[one])
    await shop.wait_until(NOON + 2 * HOUR)
    assert (await told(shop), (await shop.parcel("N1")).folded.delivered_at) == ([], None)
    assert "Part of the shipment is still on its way" in await text_of(shop, "shipment.problem")
    rest = [said("N1", "out_for_delivery", NOON + 20 * HOUR), said("N1", "delivered", NOON + 23 * HOUR), part]
    for at in turn:
        await shop.arrive(trackings=[rest[at]], now=NOON + 24 * HOUR)
    await shop.wait_until(NOON + 26 * HOUR)
    assert await told(shop) == [DELIVERED]
    assert (await shop.parcel("N1")).folded.delivered_at == NOON + 23 * HOUR


async def test_a_delivery_that_waits_is_not_told_when_it_turns_out_to_be_one_of_a_part(shop: Shop) -> None:
    await shop.arrive(
        facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))], trackings=[said("N1", "picked_up", NOON - 9 * HOUR)]
    )
    await shop.wait_until(NOON)
    await shop.arrive(trackings=[said("N1", "delivered", NOON - HOUR)])
    await shop.arrive(trackings=[said("N1", "delivered_partial", NOON - HOUR + 2 * MINUTE)])
    await shop.wait_until(NOON + 2 * HOUR)
    assert await told(shop) == []
