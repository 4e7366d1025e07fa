"""A text by each provider, over a real socket and the real worker: taken, reached, bounced, refused, answered; a provider down, slow, muddled."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from path_house import House, Shop, fulfilment_of, now, order_of, shopify, until
from path_providers import Provider, provider
from path_texts import PHONE, PROVIDERS, Hooked, Texts
from test_path_channels import SMS_FIRST
from test_path_lives import scans


@pytest.fixture(params=sorted(PROVIDERS))
def texts(request: pytest.FixtureRequest) -> Texts:
    """Each provider in turn."""
    return PROVIDERS[request.param]


async def _opened(house: House, texts: Texts, at: Provider) -> Shop:
    return await house.shop({"generic": {}}, channels={texts.slug: texts.settings(at.base)}, settings=SMS_FIRST)


async def _parcel(house: House, sample: dict[str, Any], shop: Shop, number: str, *, drained: bool = True) -> None:
    """Let a parcel come to the moment that is told by text."""
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=20), phone=PHONE)
    order["fulfillments"] = [fulfilment_of(order, number, company="UPS", at=now() - timedelta(hours=19))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    await shop.send(scans(number, ("out_for_delivery", now() - timedelta(hours=1))))
    if drained:
        await house.drained()


async def _hook(house: House, hooked: Hooked) -> httpx.Response:
    answer = await house.client.request(hooked.method, hooked.url, content=hooked.body, headers=dict(hooked.headers))
    assert answer.status_code == 200, (answer.text, house.log.read_text()[-1500:])
    return answer


async def _states(house: House, shop: Shop) -> list[str]:
    rows = await house.fetch(
        "select state from message where merchant_id = $1 and channel = 'sms' order by message_id", shop.merchant.merchant_id
    )
    return [row["state"] for row in rows]


async def _suppressed(house: House, shop: Shop) -> list[tuple[str, str]]:
    rows = await house.fetch("select address, reason from suppression where merchant_id = $1", shop.merchant.merchant_id)
    return [(row["address"], row["reason"]) for row in rows]


async def _no_dead_letters(house: House, shop: Shop) -> None:
    rows = await house.fetch("select error, detail from dead_letter where merchant_id = $1", shop.merchant.merchant_id)
    assert [dict(row) for row in rows] == []


async def test_a_text_is_reached_however_slow_its_provider_and_however_often_it_says_so(
    house: House, sample: dict[str, Any], texts: Texts
) -> None:
    async with provider(lambda _: texts.taken()) as world:
        world.slow_s, world.times = 1.5, 2
        shop = await _opened(house, texts, world)
        await _parcel(house, sample, shop, "TEXTED00001")
        (call,) = world.calls
        assert texts.to(call) == PHONE
        assert b"1001" in call.body
        assert await _states(house, shop) == ["sent"]
        for status in ("sent", "reached", "reached", "sent"):
            await _hook(house, texts.status(shop, call, status))
        await house.drained()
        assert await _states(house, shop) == ["reached"]
        assert len(world.calls) == 1
        await _no_dead_letters(house, shop)


async def test_a_dead_number_that_a_receipt_tells_of_is_not_texted_again(house: House, sample: dict[str, Any], texts: Texts) -> None:
    async with provider(lambda _: texts.taken()) as world:
        shop = await _opened(house, texts, world)
        await _parcel(house, sample, shop, "BOUNCED0001")
        (call,) = world.calls
        for _ in range(2):
            await _hook(house, texts.status(shop, call, "bounced"))
        await house.drained()
        assert await _states(house, shop) == ["bounced"]
        assert await _suppressed(house, shop) == [(PHONE, "bounced")]
        await shop.send(scans("BOUNCED0001", ("attempt_failed_not_home", now() - timedelta(minutes=20))))
        await house.drained()
        assert len(world.calls) == 1

        async def told_by_mail() -> bool:
            return any(str(mail["subject"]).startswith("We missed you") for mail in house.mailbox.to(shop.customer))

        await until(told_by_mail)  # what the lost text told may come by mail, too, unless the parcel has moved on by then
        await _no_dead_letters(house, shop)


async def test_a_number_that_the_provider_refuses_is_refused_and_not_texted_again(
    house: House, sample: dict[str, Any], texts: Texts
) -> None:
    async with provider(lambda _: texts.dead()) as world:
        shop = await _opened(house, texts, world)
        await _parcel(house, sample, shop, "REFUSED0001")
        assert await _states(house, shop) == ["refused"]
        (suppressed,) = await _suppressed(house, shop)
        assert suppressed[0] == PHONE
        told = await house.value("select provider_text from message where merchant_id = $1 and channel = 'sms'", shop.merchant.merchant_id)
        assert PHONE not in told
        assert PHONE[1:] not in told
        assert len(world.calls) == 1


async def test_a_provider_that_is_down_is_called_again_and_one_that_answers_garbage_is_not(
    house: House, sample: dict[str, Any], texts: Texts
) -> None:
    answers = iter([(503, b"<html>down</html>"), (200, b"<html>\xff garbage")])
    async with provider(lambda _: next(answers)) as world:
        shop = await _opened(house, texts, world)
        await _parcel(house, sample, shop, "GARBAGE0001", drained=False)

        async def twice() -> bool:
            return len(world.calls) == 2

        await until(twice, seconds=20)
        await house.drained()
        assert await _states(house, shop) == [texts.after_garbage]
        await _hook(house, texts.status(shop, world.calls[-1], "reached"))
        await house.drained()
        assert await _states(house, shop) == ["reached"]
        assert len(world.calls) == 2


async def test_a_customer_answers_and_stop_is_confirmed_once_by_the_same_provider(
    house: House, sample: dict[str, Any], texts: Texts
) -> None:
    async with provider(lambda _: texts.taken()) as world:
        shop = await _opened(house, texts, world)
        for words, ident in (("where is it?", "in-1"), ("Stop", "in-2"), ("Stop", "in-2"), ("STOP.", "in-3")):
            hooked = texts.text(shop, words, ident)
            await _hook(house, hooked)
            await house.drained()
        told = await house.fetch(
            "select trigger, recipient from message where merchant_id = $1 order by message_id", shop.merchant.merchant_id
        )
        assert [tuple(row) for row in told] == [("reply.conversation", PHONE), ("reply.stop", PHONE)]  # who are you?, and one confirmation
        assert [texts.to(call) for call in world.calls] == [PHONE, PHONE]
        assert await _suppressed(house, shop) == [(PHONE, "stop")]
        rows = await house.fetch(
            "select sender, text, keyword from reply where merchant_id = $1 order by reply_id", shop.merchant.merchant_id
        )
        assert [tuple(row) for row in rows] == [(PHONE, "where is it?", ""), (PHONE, "Stop", "stop"), (PHONE, "STOP.", "stop")]
        forged = Hooked(hooked.method, hooked.url.replace("in-3", "in-4"), hooked.body.replace(b"in-3", b"in-4"), hooked.headers)
        answer = await house.client.request(forged.method, forged.url, content=forged.body, headers=dict(forged.headers))
        assert answer.status_code == 401
        await _parcel(house, sample, shop, "STOPPED0002")
        assert len(world.calls) == 2
        await _no_dead_letters(house, shop)


async def test_a_provider_that_hangs_up_leaves_the_text_unknown_until_a_receipt_tells(
    house: House, sample: dict[str, Any], texts: Texts
) -> None:
    async with provider(lambda _: None) as world:
        shop = await _opened(house, texts, world)
        await _parcel(house, sample, shop, "HUNGUP00002")
        (call,) = world.calls
        assert await _states(house, shop) == ["unknown"]
        await _hook(house, texts.status(shop, call, "reached"))
        await house.drained()
        assert await _states(house, shop) == ["reached"]
        assert len(world.calls) == 1


async def test_who_opted_out_at_the_provider_before_comes_back_with_start(house: House, sample: dict[str, Any]) -> None:
    twilio = PROVIDERS["twilio"]
    answers = iter([(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"})])
    async with provider(lambda _: next(answers, twilio.taken())) as world:
        shop = await _opened(house, twilio, world)
        await _parcel(house, sample, shop, "CAMEBACK001")
        assert await _states(house, shop) == ["refused"]
        assert await _suppressed(house, shop) == [(PHONE, "stop")]
        await _hook(house, twilio.text(shop, "START", "in-1"))
        await house.drained()
        assert await _suppressed(house, shop) == []
        await shop.send(scans("CAMEBACK001", ("attempt_failed_not_home", now() - timedelta(minutes=20))))
        await house.drained()
        assert [twilio.to(call) for call in world.calls] == [PHONE] * 3
