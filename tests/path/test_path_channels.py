"""What comes back from mail servers, Twilio, the merchant's endpoint and people: states only forward, wishes obeyed, nothing sent twice."""

import asyncio
import secrets
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from path_house import House, Shop, Webhook, fulfilment_of, now, order_of, shopify, until
from path_providers import Called, provider
from standardwebhooks import Webhook as StandardWebhook
from test_path_lives import scans

from doorstep.channels.twilio.signatures import signature

TOKEN = "0123456789abcdef0123456789abcdef"
PHONE = "+34612345678"
#: Every moment of this shop's parcels goes by SMS, at any hour.
SMS_FIRST = {
    "journeys": {name: {"channels": ["sms", "email"]} for name in ("out_for_delivery", "failed_attempt", "ready_for_pickup")},
    "policy": {"any_hour": ["email", "sms"]},
}


def _twilio(call: Called) -> tuple[int, Any]:
    return 201, {"sid": f"SM{secrets.token_hex(16)}", "status": "queued"}


def _settings(base: str) -> dict[str, str]:
    return {"account_sid": "AC" + "0" * 32, "auth_token": TOKEN, "from_number": "+12025550123", "base_url": base}


def _callback(shop: Shop, query: str, **fields: str) -> Webhook:
    """Sign a form as Twilio does."""
    url = shop.hook("twilio") + (f"?{query}" if query else "")
    return Webhook(
        "twilio",
        urlencode(fields).encode(),
        {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature(TOKEN, url, fields.items()), "query": query},
    )


async def _call_back(shop: Shop, query: str = "", **fields: str) -> httpx.Response:
    hook = _callback(shop, query, **fields)
    url = shop.hook("twilio") + (f"?{query}" if query else "")
    return await shop.house.client.post(url, content=hook.body, headers=dict(hook.headers))


async def _sent_by_sms(house: House, sample: dict[str, Any], shop: Shop, number: str) -> dict[str, Any]:
    order = order_of(sample, email_address=shop.customer, locale="es", at=now() - timedelta(hours=20), phone=PHONE)
    order["fulfillments"] = [fulfilment_of(order, number, company="UPS", at=now() - timedelta(hours=19))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    await shop.send(scans(number, ("out_for_delivery", now() - timedelta(hours=1))))
    await house.drained()
    return order


async def test_sms_leave_by_twilio_and_their_receipts_only_move_forward(house: House, sample: dict[str, Any]) -> None:
    async with provider(_twilio) as twilio:
        shop = await house.shop({"generic": {}}, channels={"twilio": _settings(twilio.base)}, settings=SMS_FIRST)
        await _sent_by_sms(house, sample, shop, "BYSMS000001")
        (call,) = twilio.calls
        assert call.form["To"] == PHONE
        assert call.form["From"] == "+12025550123"
        assert "#1001" in call.form["Body"]
        query = call.form["StatusCallback"].partition("?")[2]
        sid = await house.value("select provider_id from message where merchant_id = $1 and channel = 'sms'", shop.merchant.merchant_id)
        for status in ("sent", "delivered", "sent", "queued", "delivered"):
            answer = await _call_back(shop, query, MessageSid=sid, MessageStatus=status, To=PHONE)
            assert answer.status_code == 200
            assert "<Response/>" in answer.text
        await house.drained()
        rows = await house.fetch("select state from message where merchant_id = $1 and channel = 'sms'", shop.merchant.merchant_id)
        assert [row["state"] for row in rows] == ["reached"]
        forged = await shop.house.client.post(
            f"{shop.hook('twilio')}?{query}", content=b"MessageSid=SM1&MessageStatus=failed", headers={"x-twilio-signature": "AAAA"}
        )
        assert forged.status_code == 401


async def test_stop_suppresses_and_confirms_once_and_start_releases(house: House, sample: dict[str, Any]) -> None:
    async with provider(_twilio) as twilio:
        ours = _settings(twilio.base) | {"opt_out": "doorstep"}
        shop = await house.shop({"generic": {}}, channels={"twilio": ours}, settings=SMS_FIRST)
        stop = {"MessageSid": "SM" + "1" * 32, "From": PHONE, "To": "+12025550123", "Body": " Stop. ", "NumMedia": "0"}
        for _ in range(3):
            assert (await _call_back(shop, **stop)).status_code == 200
        await house.drained()
        assert len(twilio.calls) == 1, "one confirmation"
        await _sent_by_sms(house, sample, shop, "STOPPED0001")
        assert len(twilio.calls) == 1, "nothing by SMS after STOP"
        assert (await shop.told())[-1] == "shipment.out_for_delivery"
        by = await house.value(
            "select channel from message where merchant_id = $1 and trigger = 'shipment.out_for_delivery'", shop.merchant.merchant_id
        )
        assert by == "email", "the next channel of the step takes it"
        await _call_back(shop, MessageSid="SM" + "2" * 32, From=PHONE, To="+12025550123", Body="START", NumMedia="0")
        await house.drained()
        assert len(twilio.calls) == 2
        await shop.send(scans("STOPPED0001", ("attempt_failed_not_home", now() - timedelta(minutes=20))))
        await house.drained()
        assert len(twilio.calls) == 3
        assert twilio.calls[-1].form["To"] == PHONE


async def test_twilio_hanging_up_leaves_the_message_unknown_until_a_receipt_tells(house: House, sample: dict[str, Any]) -> None:
    async with provider(lambda _: None) as twilio:
        shop = await house.shop({"generic": {}}, channels={"twilio": _settings(twilio.base)}, settings=SMS_FIRST)
        await _sent_by_sms(house, sample, shop, "HUNGUP00001")
        (call,) = twilio.calls
        state = "select state from message where merchant_id = $1 and channel = 'sms'"
        assert await house.value(state, shop.merchant.merchant_id) == "unknown"
        query = call.form["StatusCallback"].partition("?")[2]
        answer = await _call_back(shop, query, MessageSid="SM" + "3" * 32, MessageStatus="delivered", To=PHONE)
        assert answer.status_code == 200, answer.text
        await house.drained()
        assert await house.value(state, shop.merchant.merchant_id) == "reached"
        assert len(twilio.calls) == 1


async def test_the_merchants_own_endpoint_hears_of_each_moment_once_and_410_disables_it(house: House, sample: dict[str, Any]) -> None:
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    answers = iter([(200, {}), (200, {})])
    async with provider(lambda _: next(answers, (410, {}))) as endpoint:
        shop = await house.shop({"generic": {}}, channels={"webhook": {"url": f"{endpoint.base}/hook", "secret": secret}})
        order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=20))
        first = shopify("orders/create", order)
        await shop.send(first, first)
        await house.drained()
        sent = order | {
            "updated_at": now().isoformat(),
            "fulfillments": [fulfilment_of(order, "HOOKED00001", company="UPS", at=now() - timedelta(hours=3))],
        }
        await shop.send(shopify("orders/updated", sent), shopify("orders/updated", sent))
        await house.drained()
        await shop.send(scans("HOOKED00001", ("picked_up", now() - timedelta(hours=2))))

        async def paused() -> bool:
            query = "select state from connection where merchant_id = $1 and provider = 'webhook'"
            return bool(await house.value(query, shop.merchant.merchant_id) == "paused")

        await until(paused)
        told = [StandardWebhook(secret).verify(call.body, call.headers) for call in endpoint.calls]
        assert [one["type"] for one in told] == ["order.placed", "order.packed", "shipment.shipped"]
        assert len({call.headers["webhook-id"] for call in endpoint.calls}) == 3
        assert told[-1]["data"]["shipment"]["tracking_number"] == "HOOKED00001"
        await shop.send(scans("HOOKED00001", ("out_for_delivery", now() - timedelta(hours=1))))
        await asyncio.sleep(7)
        assert len(endpoint.calls) == 3
        assert (await shop.told())[-1] == "shipment.out_for_delivery"


async def test_an_endpoint_in_trouble_is_tried_again_under_the_same_id(house: House, sample: dict[str, Any]) -> None:
    answers = iter([(500, {}), (200, {})])
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    async with provider(lambda _: next(answers)) as endpoint:
        shop = await house.shop(channels={"webhook": {"url": f"{endpoint.base}/hook", "secret": secret}})
        await shop.send(shopify("orders/create", order_of(sample, email_address=shop.customer, locale="en", at=now())))

        async def twice() -> bool:
            return len(endpoint.calls) == 2

        await until(twice, seconds=20)
        await house.drained()
        assert len({call.headers["webhook-id"] for call in endpoint.calls}) == 1
        states = await house.fetch("select state from message where merchant_id = $1 and channel = 'webhook'", shop.merchant.merchant_id)
        assert [row["state"] for row in states] == ["reached"]


async def test_a_bounce_suppresses_the_address_it_names_and_a_made_up_one_does_not(house: House, sample: dict[str, Any]) -> None:
    shop = await house.shop({"generic": {}})
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=5))
    await shop.send(shopify("orders/create", order))
    (mail,) = await shop.mails(1)
    ident = str(mail["x-doorstep-message"])
    domain = mail["message-id"].strip("<>").partition("@")[2]
    await shop.send(
        Webhook("email", _bounce(shop.customer, domain, "01a00000-0000-7000-8000-000000000000"), {"content-type": "message/rfc822"})
    )
    await house.drained()
    count = "select count(*) from suppression where merchant_id = $1"
    assert await house.value(count, shop.merchant.merchant_id) == 0
    for _ in range(2):
        await shop.send(Webhook("email", _bounce(shop.customer, domain, ident), {"content-type": "message/rfc822"}))
    await house.drained()
    assert await house.value(count, shop.merchant.merchant_id) == 1
    assert await house.value("select state from message where message_id = $1::uuid", ident) == "bounced"
    stamp = now().isoformat()
    await shop.send(shopify("orders/cancelled", order | {"cancelled_at": stamp, "updated_at": stamp}))
    await shop.mails(1)
    assert (await shop.decisions())["order.cancelled"] == "suppressed"


def _bounce(address: str, domain: str, ident: str) -> bytes:
    return f"""From: MAILER-DAEMON@mx.example
To: bounces+{ident}@{domain}
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Message-ID: <{secrets.token_hex(8)}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mailbox does not exist.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

From: orders@{domain}
To: {address}
Message-ID: <{ident}@{domain}>
X-Doorstep-Message: {ident}

--b--
""".replace("\n", "\r\n").encode()


async def test_one_click_and_the_unsubscribe_mail_end_marketing_and_nothing_else(house: House, sample: dict[str, Any]) -> None:
    marketing = {"journeys": {"shipped": {"purpose": "marketing"}}}
    shop = await house.shop({"generic": {}}, settings=marketing)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=5), buyer_accepts_marketing=True)
    order["fulfillments"] = [fulfilment_of(order, "UNSUBBED001", company="UPS", at=now() - timedelta(hours=3))]
    await shop.send(shopify("orders/create", order))
    (mail,) = await shop.mails(1)
    link = str(mail["list-unsubscribe"]).partition(">")[0].strip("<")
    answer = await house.client.post(
        link, content=b"List-Unsubscribe=One-Click", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 200, (answer.text, link)
    await shop.send(scans("UNSUBBED001", ("picked_up", now() - timedelta(hours=2))))
    await shop.mails(1)
    assert (await shop.decisions())["shipment.shipped"] in {"suppressed", "no_consent"}
    await shop.send(scans("UNSUBBED001", ("delivered", now() - timedelta(hours=1))))
    await shop.mails(2)


@pytest.mark.parametrize("body", [b"", b"\x00", b"{}", b"[]", b'{"id": "\\u0000"}', b"\xff" * 100, b'{"a":' * 5000])
async def test_any_bytes_at_a_hook_end_in_a_dead_letter_and_stop_nobody(house: House, sample: dict[str, Any], body: bytes) -> None:
    shop = await house.shop({"generic": {}})
    answer = await shop.post("generic", body, {"content-type": "application/json"})
    assert answer.status_code in {200, 400}
    await shop.send(shopify("orders/create", order_of(sample, email_address=shop.customer, locale="en", at=now())))
    await shop.mails(1)
    rows = await house.fetch("select error from dead_letter where merchant_id = $1", shop.merchant.merchant_id)
    assert Counter(row["error"] for row in rows) in (Counter({"BadInputError": 1}), Counter())
