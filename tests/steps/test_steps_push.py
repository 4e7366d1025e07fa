"""Browsers that subscribed on an order's page → told through a real push service on the loopback; those that are gone are forgotten."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from steps_shop import EMAIL, HOUR, NOON, Shop, fulfilment, open_shop, order, said

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.steps.confirm import confirm
from doorstep.steps.reach import reach
from doorstep.steps.send import call, call_all, send_wave
from doorstep.steps.wire import Wire
from doorstep.store import orders, push
from doorstep.store.database import Database
from push_browser import Browser
from push_service import PushService, push_service

ANA, PHONE = "ana@customer.example", "+34612345678"
PUSH = {"subject": "mailto:tech@shop.example"}
BY_PUSH = {"journeys": {"shipped": {"channels": ["push", "email"], "digest_s": 0}}}


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as opened:
        yield opened


async def selling(database: Database, **given: str) -> Shop:
    return await open_shop(database, channels={"email": EMAIL, "web_push": {**PUSH, **given}}, settings=BY_PUSH)


async def bought(shop: Shop, number: str = "1001", **who: Any) -> int:
    """Let an order come in that is sent under a number of the same digits; return its id."""
    await shop.arrive(facts=[order(number, fulfilment("f", f"N{number}"), **who)])
    [row] = await shop.rows("select order_id from orders where merchant_id = $1 and external_id = $2", shop.merchant_id, number)
    return int(row["order_id"])


async def shipped(shop: Shop, number: str = "1001") -> None:
    await shop.arrive(trackings=[said(f"N{number}", "picked_up", NOON)])


async def subscribe(shop: Shop, order_id: int, *browsers: Browser, address: str = ANA) -> None:
    async with shop.database.system() as tx:
        for one in browsers:
            new = push.Subscription(address=address, order_id=order_id, device=one.device, agent="Firefox", locale="en")
            await push.keep(tx, shop.merchant_id, new, NOON)


async def reached(shop: Shop, order_id: int) -> tuple[str | None, list[str]]:
    """Under which address and at which endpoints an order's customer is told."""
    async with shop.database.system() as tx:
        kept = (await orders.read(tx, [(shop.merchant_id, order_id)]))[shop.merchant_id, order_id]
        [found] = await reach(tx, [(shop.merchant_id, kept, False)], shop.directory, NOON)
    return found.addresses.get(ChannelKind.PUSH), [device.endpoint for device in found.devices.get(ChannelKind.PUSH, ())]


async def send(shop: Shop, now: Any = NOON) -> None:
    """Let one worker send what is due."""
    async with Wire(allow_private=True) as wire:
        leased = await send_wave(shop.database, shop.directory, [], now)
        ended = await call_all(leased, shop.directory, wire, now)
        await send_wave(shop.database, shop.directory, ended, now, 0)


async def kept(shop: Shop) -> list[dict[str, Any]]:
    return await shop.rows(
        "select endpoint, order_id, last_ok_at, failures from push_subscription where merchant_id = $1 order by endpoint", shop.merchant_id
    )


async def test_a_browser_is_told_of_its_order_and_reads_it(database: Database, service: PushService) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    phone, laptop = Browser(service.endpoint("phone")), Browser(service.endpoint("laptop"))
    await subscribe(shop, order_id, phone, laptop)
    await shipped(shop)
    assert await shop.sent("push") == ["shipment.shipped"]
    await send(shop)
    by_path = {one.path: one for one in service.pushed}
    assert by_path.keys() == {"/push/phone", "/push/laptop"}
    told = json.loads(phone.read(by_path["/push/phone"].body))
    assert told["title"]
    assert "GLS" in told["body"]
    assert told["url"].startswith("https://doorstep.example/")
    assert json.loads(laptop.read(by_path["/push/laptop"].body)) == told
    [row] = await shop.rows("select state, provider_text, recipient from message where channel = 'push'")
    assert row == {"state": "sent", "provider_text": "2 of 2 browsers told", "recipient": ANA}
    assert [one["last_ok_at"] for one in await kept(shop)] == [NOON, NOON]


async def test_without_a_browser_it_goes_by_mail(database: Database) -> None:
    shop = await selling(database)
    await bought(shop)
    await shipped(shop)
    assert await shop.sent("push") == []
    assert "shipment.shipped" in await shop.sent("email")


async def test_a_browser_that_is_gone_is_forgotten_and_the_mail_goes_in_its_place(database: Database, service: PushService) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    await subscribe(shop, order_id, Browser(service.endpoint("phone")))
    service.answers["/push/phone"] = 410
    await shipped(shop)
    await send(shop)
    [row] = await shop.rows("select state from message where channel = 'push'")
    assert row["state"] == "refused"
    assert await kept(shop) == []
    assert await reached(shop, order_id) == (None, [])
    due = await shop.rows("select tried from fallback where merchant_id = $1 and due_at <= $2", shop.merchant_id, NOON)
    assert [one["tried"] for one in due] == [["push"]]
    assert await shop.rows("select 1 from suppression") == []


async def test_a_strangers_dead_endpoint_holds_up_nobody_elses_browser(database: Database, service: PushService) -> None:
    shop = await selling(database)
    async with push_service() as dead, Wire(allow_private=True, failures_to_open=2) as wire:
        for number in range(6):
            address = f"customer{number}@customer.example"
            order_id = await bought(shop, str(2000 + number), email=address)
            at = service if number == 5 else dead
            dead.answers[f"/push/{number}"] = 503
            await subscribe(shop, order_id, Browser(at.endpoint(str(number))), address=address)
            await shipped(shop, str(2000 + number))
        leased = await send_wave(shop.database, shop.directory, [], NOON)
        pushes = sorted((one for one in leased if one.message.channel is ChannelKind.PUSH), key=lambda one: one.message.to)
        ended = [await call(one, shop.directory, wire, NOON) for one in pushes]
    assert [bool(one.receipt) for one in ended] == [False] * 5 + [True]
    assert ["rests" in one.detail for one in ended] == [False, False, True, True, True, False]
    assert [one.path for one in service.pushed] == ["/push/5"]


async def test_one_that_is_gone_leaves_the_others(database: Database, service: PushService) -> None:
    shop, other = await selling(database), await selling(database)
    order_id, theirs = await bought(shop), await bought(other)
    gone = Browser(service.endpoint("gone"))
    await subscribe(shop, order_id, gone, Browser(service.endpoint("phone")))
    await subscribe(other, theirs, gone)
    service.answers["/push/gone"] = 404
    await shipped(shop)
    await send(shop)
    assert [one["endpoint"] for one in await kept(shop)] == [service.endpoint("phone")]
    assert [one["endpoint"] for one in await kept(other)] == [service.endpoint("gone")]


async def test_a_receipt_that_comes_later_forgets_as_well(database: Database, service: PushService) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    await subscribe(shop, order_id, Browser(service.endpoint("phone")))
    await shipped(shop)
    await send(shop)
    [row] = await shop.rows("select message_id from message where channel = 'push'")
    connection = shop.directory.connection(shop.merchant_id, shop.connected["web_push"])
    said_later = Receipt(message_id=str(row["message_id"]), provider_id=None, state=MessageState.SENT, gone=(service.endpoint("phone"),))
    async with database.system() as tx:
        await confirm(tx, shop.directory, connection, [said_later], NOON)
    assert await kept(shop) == []


async def test_a_browser_is_told_of_its_own_order_unless_the_shop_says_all(database: Database) -> None:
    for tells, second in (("order", []), ("customer", ["https://push.example/phone"])):
        shop = await selling(database, tells=tells)
        one, two = await bought(shop, "1001"), await bought(shop, "1002")
        await subscribe(shop, one, Browser("https://push.example/phone"))
        assert await reached(shop, one) == (ANA, ["https://push.example/phone"])
        assert (await reached(shop, two))[1] == second


async def test_a_browser_subscribed_for_two_orders_is_told_once(database: Database) -> None:
    shop = await selling(database, tells="customer")
    one, two = await bought(shop, "1001"), await bought(shop, "1002")
    phone = Browser("https://push.example/phone")
    await subscribe(shop, one, phone)
    await subscribe(shop, two, phone)
    assert await reached(shop, two) == (ANA, [phone.endpoint])


async def test_the_address_is_the_mail_or_else_the_phone(database: Database) -> None:
    shop = await selling(database)
    both, calls = await bought(shop, "1001", phone=PHONE), await bought(shop, "1002", email=None, phone=PHONE)
    await subscribe(shop, both, Browser("https://push.example/a"))
    await subscribe(shop, calls, Browser("https://push.example/b"), address=PHONE)
    assert await reached(shop, both) == (ANA, ["https://push.example/a"])
    assert await reached(shop, calls) == (PHONE, ["https://push.example/b"])
    await subscribe(shop, both, Browser("https://push.example/c"), address="somebody@else.example")
    assert await reached(shop, both) == (ANA, ["https://push.example/a"])


async def test_the_ten_newest_are_told(database: Database) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    for number in range(12):
        await subscribe(shop, order_id, Browser(f"https://push.example/{number}"))
    assert await reached(shop, order_id) == (ANA, [f"https://push.example/{number}" for number in range(11, 1, -1)])
    assert len(await kept(shop)) == push.MOST_DEVICES


async def test_a_service_that_never_answers_well_is_asked_no_more(database: Database, service: PushService) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    await subscribe(shop, order_id, Browser(service.endpoint("phone")))
    service.answers["/push/phone"] = 503
    await shipped(shop)
    await send(shop)
    assert [one["failures"] for one in await kept(shop)] == [1]
    async with database.system() as tx:
        await tx.execute("update push_subscription set failures = $1", push.MOST_FAILURES - 1)
    assert (await reached(shop, order_id))[1] != []
    async with database.system() as tx:
        await push.failed(tx, shop.merchant_id, [service.endpoint("phone")])
    assert await reached(shop, order_id) == (None, [])
    del service.answers["/push/phone"]
    await send(shop, NOON + HOUR)
    assert [one["failures"] for one in await kept(shop)] == [0]


async def test_a_merchant_without_the_connection_is_asked_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await open_shop(database)
    order_id = await bought(shop)
    await subscribe(shop, order_id, Browser("https://push.example/a"))

    async def never(*_: object) -> dict[object, object]:
        pytest.fail("a statement too many")

    monkeypatch.setattr(push, "devices", never)
    assert await reached(shop, order_id) == (None, [])


async def test_a_browser_switched_off_meanwhile_is_not_told(database: Database, service: PushService) -> None:
    shop = await selling(database)
    order_id = await bought(shop)
    phone, laptop = Browser(service.endpoint("phone")), Browser(service.endpoint("laptop"))
    await subscribe(shop, order_id, phone, laptop)
    await shipped(shop)
    async with database.system() as tx:
        assert await push.remove(tx, shop.merchant_id, order_id, laptop.endpoint) == ANA
    await send(shop)
    assert [one.path for one in service.pushed] == ["/push/phone"]
    assert [one["endpoint"] for one in await kept(shop)] == [phone.endpoint]
