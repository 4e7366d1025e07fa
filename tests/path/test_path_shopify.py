"""From a Shopify order and a carrier's scans to the customer's mailbox and tracking page: everything real, nothing stood in for."""

import random
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from path_house import CREDENTIALS, House, Shop, carrier, fulfilment_of, now, order_of, shopify
from path_payloads import PAYLOADS, instants, moved, payload, tracking_in, under_way

CHROMIUM = "/usr/bin/chromium"
_NO_BROWSER = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")


async def _posted_again(shop: Shop, hooks: list[Any], seed: int) -> None:
    """Post everything again, some of it several times, in another order, under other delivery ids; nothing may change."""
    before, mails = await shop.picture(), len(shop.house.mailbox.letters)
    again = hooks * 2
    random.Random(seed).shuffle(again)
    for hook in again:
        headers = dict(hook.headers)
        if hook.provider == "shopify":
            headers["x-shopify-webhook-id"] = f"again-{random.Random(seed).random()}-{id(hook)}-{len(headers)}"
        answer = await shop.post(hook.provider, hook.body, headers)
        assert answer.status_code == 200
    await shop.house.drained()
    after = await shop.picture()
    assert {table: after[table] == before[table] for table in before} == dict.fromkeys(before, True)
    assert len(shop.house.mailbox.letters) == mails


@pytest.mark.parametrize(("slug", "locale"), list(zip(PAYLOADS, ("es", "en", "es", "en", "es"), strict=True)))
async def test_a_real_payload_told_scan_by_scan_reaches_the_customer_once_a_moment(
    house: House, sample: dict[str, Any], shared_data: Path, slug: str, locale: str
) -> None:
    whole = moved(slug, payload(shared_data, slug), now())
    tracking = tracking_in(slug, whole)
    first = instants(tracking)[0] - timedelta(hours=2)
    shop = await house.shop({slug: CREDENTIALS[slug]})
    placed = max(first - timedelta(hours=1), now() - timedelta(hours=40))
    order = order_of(sample, email_address=shop.customer, locale=locale, at=placed)
    sent = order | {
        "updated_at": (placed + timedelta(hours=1)).isoformat(),
        "fulfillments": [fulfilment_of(order, tracking.tracking_number, company=slug, at=placed + timedelta(hours=1))],
    }
    hooks = [shopify("orders/create", order), shopify("orders/updated", sent)]
    await shop.send(hooks[0])
    await shop.mails(1)
    await shop.send(hooks[1])
    await shop.mails(2)
    for body in under_way(slug, whole):
        hooks.append(carrier(slug, body))
        await shop.send(hooks[-1])
        await house.drained()

    told = await shop.told()
    mails = await shop.mails(len(told))
    assert told[:2] == ["order.placed", "order.packed"]
    assert told[-1] == "shipment.delivered"
    assert max(Counter(told).values()) == 1
    decided = await house.fetch("select outcome from decision where merchant_id = $1", shop.merchant.merchant_id)
    assert sum(row["outcome"] == "queued" for row in decided) == len(mails)
    assert not [row for row in decided if row["outcome"] == "waiting"]
    for mail in mails:
        _is_whole(mail, locale)
    assert len({mail["message-id"] for mail in mails}) == len(mails)
    page = await _page_of(mails[-1])
    assert page.status_code == 200, (page.url, page.text)
    assert tracking.tracking_number in page.text
    await _posted_again(shop, hooks, seed=len(slug))


def _is_whole(mail: Any, locale: str) -> None:
    """What every mail to a customer has."""
    assert mail["content-language"] == locale
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "#1001" in text
    assert f'lang="{locale}"' in html
    assert re.match(r"<http[^>]+/u/[^>]+>, <mailto:unsub@", str(mail["list-unsubscribe"]))
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<[0-9a-f-]{36}@shop-[^>]+\.example>", mail["message-id"])
    assert not re.search(r"{{|{%|\bNone\b|undefined", text)
    assert "{{" not in html


async def _page_of(mail: Any) -> httpx.Response:
    text = next(mail.iter_parts()).get_content()
    link = re.search(r"http://127\.0\.0\.1:\d+/[to]/[\w-]+", text)
    assert link is not None, text
    async with httpx.AsyncClient() as client:
        return await client.get(link[0])


@pytest.mark.parametrize("slug", PAYLOADS)
async def test_scans_of_years_ago_tell_nobody_anything(house: House, sample: dict[str, Any], shared_data: Path, slug: str) -> None:
    old = payload(shared_data, slug)
    shop = await house.shop({slug: CREDENTIALS[slug]})
    order = order_of(sample, email_address=shop.customer, locale="en", at=now())
    order["fulfillments"] = [fulfilment_of(order, tracking_in(slug, old).tracking_number, company=slug, at=now())]
    await shop.send(shopify("orders/create", order))
    await shop.mails(1)
    for body in under_way(slug, old):
        await shop.send(carrier(slug, body))
    await shop.mails(1)
    decisions = await shop.decisions()
    assert decisions["shipment.delivered"] == "too_old"
    assert {outcome for trigger, outcome in decisions.items() if trigger.startswith("shipment.")} <= {"too_old", "superseded", "no_journey"}
    counted = await house.value(
        "select sum(times) from skip_count where merchant_id = $1 and reason = 'too_old'", shop.merchant.merchant_id
    )
    assert counted >= 1


@pytest.mark.parametrize("slug", ["fedex", "usps", "dhl_parcel_de"])
async def test_scans_that_came_before_their_order_are_told_once_by_the_newest(
    house: House, sample: dict[str, Any], shared_data: Path, slug: str
) -> None:
    whole = moved(slug, payload(shared_data, slug), now())
    number = tracking_in(slug, whole).tracking_number
    shop = await house.shop({slug: CREDENTIALS[slug]})
    hooks = [carrier(slug, body) for body in under_way(slug, whole)]
    await shop.send(*hooks)
    await house.drained()
    assert not await shop.told()
    order = order_of(sample, email_address=shop.customer, locale="es", at=now() - timedelta(hours=3))
    order["fulfillments"] = [fulfilment_of(order, number, company=slug, at=now() - timedelta(hours=2))]
    hooks.append(shopify("orders/create", order))
    await shop.send(hooks[-1])
    await shop.mails(1)
    assert await shop.told() == ["shipment.delivered"]
    await _posted_again(shop, hooks, seed=3)


async def test_a_forged_cut_or_unsigned_webhook_changes_nothing(house: House, sample: dict[str, Any]) -> None:
    shop = await house.shop({"ups": CREDENTIALS["ups"]})
    true = shopify("orders/create", order_of(sample, email_address=shop.customer, locale="en", at=now()))
    for body, headers in (
        (true.body + b" ", true.headers),
        (true.body[:-1], true.headers),
        (true.body, {k: v for k, v in true.headers.items() if k != "x-shopify-hmac-sha256"}),
        (true.body, dict(true.headers) | {"x-shopify-hmac-sha256": "bm90aGluZw=="}),
    ):
        answer = await shop.post("shopify", body, headers)
        assert answer.status_code == 401, answer.text
    assert (await shop.post("ups", b"{}", {"credential": "another"})).status_code == 401
    assert await house.value("select count(*) from inbox where merchant_id = $1", shop.merchant.merchant_id) == 0


@pytest.mark.browser
@_NO_BROWSER
async def test_the_tracking_page_shows_the_status_in_a_browser(house: House, sample: dict[str, Any], shared_data: Path) -> None:
    from playwright.async_api import async_playwright

    whole = moved("usps", payload(shared_data, "usps"), now())
    shop = await house.shop({"usps": {}})
    order = order_of(sample, email_address=shop.customer, locale="es", at=now() - timedelta(hours=3))
    order["fulfillments"] = [
        fulfilment_of(order, tracking_in("usps", whole).tracking_number, company="USPS", at=now() - timedelta(hours=2))
    ]
    parts = under_way("usps", whole)
    await shop.send(shopify("orders/create", order))
    await shop.send(carrier("usps", parts[-2]))
    await house.drained()
    token = await house.value("select token from shipment where merchant_id = $1", shop.merchant.merchant_id)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(locale="es-ES")
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        answer = await page.goto(f"{house.base}/t/{token}")
        assert answer is not None
        assert answer.status == 200
        before = await page.inner_text("body")
        await shop.send(carrier("usps", parts[-1]))
        await house.drained()
        await page.goto(f"{house.base}/t/{token}")
        after = await page.inner_text("body")
        await browser.close()
    assert "reparto" in before.lower()
    assert "entregado" in after.lower()
    assert not problems
