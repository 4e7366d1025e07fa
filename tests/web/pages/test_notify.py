"""The JSON behind the button "notify me here": what is kept, what is refused, and that a stranger's page reaches nobody else."""

import re

import httpx
import pytest
from page_shops import BASE

from doorstep.channels.web_push.vapid import public_key
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.store import connections
from doorstep.web.track import notifying
from push_browser import Browser

FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SERVICE = "https://updates.push.services.mozilla.com/wpush/v2/"


async def connect(house, shop, **given):
    """Connect a shop to browsers; return the connection's public key."""
    plugin = plugin_named("channel", "web_push")
    kept = checked(plugin, {"subject": "mailto:tech@shop.example", **given})
    async with house.database.system() as tx:
        await tx.execute("delete from connection where merchant_id = $1 and provider = 'web_push'", shop.merchant_id)
        await tx.execute("delete from push_subscription where merchant_id = $1", shop.merchant_id)
        await tx.execute("delete from consent where merchant_id = $1 and channel = 'push'", shop.merchant_id)
        wanted = new_connection(shop.merchant_id, "channel", "web_push", "Browsers", kept)
        await connections.connect(tx, house.directory.sealer, wanted, secret_names(plugin))
    await house.directory.refresh(house.database, notifying.utc_now(), force=True)
    return public_key(kept)


@pytest.fixture
async def shop(client, house, ours):
    await connect(house, ours)
    yield ours
    async with house.database.system() as tx:
        await tx.execute("delete from connection where provider = 'web_push'")
        await tx.execute("delete from push_subscription")


def pages(shop):
    """The pages of order 1002, and of one of its parcels."""
    return f"/o/{shop.order_tokens[f'#{shop.slug}-1002']}", f"/t/{shop.parcel_tokens['A1001' + shop.slug.upper()]}"


async def rows(house, table="push_subscription", what="*"):
    async with house.database.system() as tx:
        return [dict(row) for row in await tx.fetch(f"select {what} from {table} order by merchant_id, 2")]


async def consents(house):
    async with house.database.system() as tx:
        return [dict(r) for r in await tx.fetch("select * from consent where channel = 'push' order by at, consent_id")]


async def test_a_page_offers_it_only_where_the_shop_sends_to_browsers(client, house, ours, theirs, shop):
    key = await connect(house, ours)
    for path in pages(ours):
        page = (await client.get(path)).text
        assert f'data-at="{path}/push"' in page
        assert f'data-key="{key}"' in page
        assert 'data-scope="/push/loom/"' in page
        assert '<door-push class="card" hidden' in page
        assert "Lantern &amp; Loom may notify me in this browser about this order." in page
    other = (await client.get(pages(theirs)[0])).text
    assert "door-push" not in other
    assert "notify." not in other
    loose = (await client.get(f"/t/{ours.parcel_tokens['LOOSELOOM']}")).text
    assert "door-push" not in loose


async def test_both_pages_of_an_order_carry_one_mark(client, shop):
    token = shop.order_tokens[f"#{shop.slug}-1001"]
    paths = (f"/t/{shop.parcel_tokens['A1001LOOM']}", f"/o/{token}", f"/o/{shop.order_tokens[f'#{shop.slug}-1002']}")
    marks = [re.search(r'data-mark="([^"]+)"', (await client.get(path)).text)[1] for path in paths]
    assert marks[0] == marks[1] != marks[2]
    assert token not in marks[0]


@pytest.mark.parametrize("which", [0, 1])
async def test_a_browser_is_kept_with_its_consent_and_let_go(client, house, shop, which):
    path = pages(shop)[which]
    browser = Browser(SERVICE + "one")
    answer = await client.post(f"{path}/push", json={**browser.subscription, "lang": "es-MX"}, headers=FIREFOX)
    assert (answer.status_code, answer.json()) == (200, {"on": True})
    [row] = await rows(house)
    number = "1002" if which == 0 else "1001"
    assert row["merchant_id"] == shop.merchant_id
    assert row["order_id"] == shop.order_ids[f"#{shop.slug}-{number}"]
    assert row["address"] == f"{shop.slug}-{number}@mail.example"
    assert (row["endpoint"], row["p256dh"], row["auth"]) == (browser.endpoint, browser.device.p256dh, browser.device.auth)
    assert (row["agent"], row["locale"]) == ("Firefox", "es-MX")
    [said] = await consents(house)
    assert (said["purpose"], said["granted"], said["source"], said["address"]) == ("transactional", True, "page", row["address"])
    assert (
        said["wording"]
        == "Lantern & Loom puede avisarme en este navegador sobre este pedido. Puedo desactivarlo aquí en cualquier momento."
    )
    assert "Firefox at updates.push.services.mozilla.com, from 127.0.0.1" in said["proof"]
    again = await client.post(f"{path}/push", json=browser.subscription)
    assert again.status_code == 200
    assert len(await rows(house)) == 1
    left = await client.request("DELETE", f"{path}/push", json={"endpoint": browser.endpoint})
    assert (left.status_code, left.json()) == (200, {"on": False})
    assert await rows(house) == []
    assert [one["granted"] for one in await consents(house)] == [True, True, False]


async def test_the_consent_stands_while_another_browser_is_told(client, house, shop):
    path = pages(shop)[0]
    one, two = Browser(SERVICE + "one"), Browser(SERVICE + "two")
    for browser in (one, two):
        await client.post(f"{path}/push", json=browser.subscription)
    await client.request("DELETE", f"{path}/push", json={"endpoint": one.endpoint})
    assert [one["granted"] for one in await consents(house)] == [True, True]
    await client.request("DELETE", f"{path}/push", json={"endpoint": "https://push.example/never"})
    assert [one["granted"] for one in await consents(house)] == [True, True]


async def test_a_renewed_subscription_takes_the_others_place(client, house, shop):
    path = pages(shop)[0]
    old, new = Browser(SERVICE + "old"), Browser(SERVICE + "new")
    await client.post(f"{path}/push", json=old.subscription)
    await client.post(f"{path}/push", json={**new.subscription, "replaces": old.endpoint})
    assert [row["endpoint"] for row in await rows(house)] == [new.endpoint]
    assert "renewed by the browser" in (await consents(house))[-1]["proof"]


async def test_the_wording_says_what_the_shop_tells_of(client, house, ours, shop):
    await connect(house, ours, tells="customer")
    assert "about this order and my later ones" in (await client.get(pages(ours)[0])).text
    await client.post(f"{pages(ours)[0]}/push", json=Browser(SERVICE + "one").subscription)
    assert "my later ones" in (await consents(house))[-1]["wording"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/1", "https://127.0.0.1/1", "https://10.0.0.8/1", "https://[::1]/1", "https://localhost/1", "https://db/1",
        "https://db.internal/1", "https://user:pw@push.example/1", "https://push.example:22/1", "ftp://push.example/1", "",
        "javascript:alert(1)", "https://push.example/" + "x" * 1500, "https://push.example/\n", "https://púsh.example/1", "https://2130706433/1",
        "https://169.254.169.254/latest", "https://", "https://[",
    ],
)  # fmt: skip
async def test_no_endpoint_leads_anywhere_but_to_a_public_push_service(client, house, shop, endpoint):
    answer = await client.post(f"{pages(shop)[0]}/push", json={**Browser("x").subscription, "endpoint": endpoint})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert await rows(house) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"endpoint": 7}', b'{"endpoint": "https://push.example/1"}', b"\xff",
     b'{"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}', b"[" * 2000],
)  # fmt: skip
async def test_what_is_no_subscription_is_refused(client, house, shop, body):
    for method in ("POST", "DELETE"):
        if method == "DELETE" and b"push.example" in body:
            continue
        answer = await client.request(method, f"{pages(shop)[0]}/push", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, method
    assert await rows(house) == []


async def test_only_our_own_pages_may_press_it(client, house, shop):
    path, body = f"{pages(shop)[0]}/push", Browser(SERVICE + "one").subscription
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://stranger.example"},
        {"origin": "null"},
    ):
        assert (await client.post(path, json=body, headers=headers)).status_code == 403
        assert (await client.request("DELETE", path, json={"endpoint": body["endpoint"]}, headers=headers)).status_code == 403
    assert (await client.post(path, data={"endpoint": body["endpoint"]})).status_code == 415
    assert (await client.post(path, json=body, headers={"origin": BASE, "sec-fetch-site": "same-origin"})).status_code == 200
    assert len(await rows(house)) == 1


async def test_it_is_neither_large_nor_pressed_without_end(client, house, shop):
    path = f"{pages(shop)[0]}/push"
    big = {**Browser(SERVICE + "one").subscription, "lang": "x" * 7000}
    assert (await client.post(path, json=big)).status_code == 413
    answers = [(await client.request("DELETE", path, json={"endpoint": "https://push.example/x"})).status_code for _ in range(40)]
    assert answers[0] == 200
    assert answers[-1] == 429
    late = await client.post(path, json=Browser(SERVICE + "one").subscription)
    assert int(late.headers["retry-after"]) > 0


async def test_ten_browsers_of_an_order_are_kept(client, house, shop):
    for number in range(12):
        await client.post(f"{pages(shop)[0]}/push", json=Browser(f"{SERVICE}{number}").subscription)
    assert {row["endpoint"] for row in await rows(house)} == {f"{SERVICE}{number}" for number in range(2, 12)}


async def test_a_strangers_token_reaches_only_its_own_order(client, house, ours, theirs, shop):
    await connect(house, theirs)
    browser = Browser(SERVICE + "shared")
    await client.post(f"{pages(ours)[0]}/push", json=browser.subscription)
    await client.post(f"{pages(theirs)[0]}/push", json=browser.subscription)
    left = await client.request("DELETE", f"{pages(theirs)[0]}/push", json={"endpoint": browser.endpoint})
    assert left.status_code == 200
    assert [row["merchant_id"] for row in await rows(house)] == [ours.merchant_id]
    other = f"/o/{ours.order_tokens[f'#{ours.slug}-1003']}/push"
    await client.request("DELETE", other, json={"endpoint": browser.endpoint})
    assert len(await rows(house)) == 1
    for path in (
        "/o/nobodys-token/push",
        "/t/nobodys-token/push",
        f"/t/{ours.order_tokens['#loom-1002']}/push",
        f"/o/{ours.parcel_tokens['A1001LOOM']}/push",
    ):
        answer = await client.post(path, json=browser.subscription)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert (await client.request("DELETE", path, json={"endpoint": browser.endpoint})).status_code == 404
    assert (await client.post(f"/t/{ours.parcel_tokens['LOOSELOOM']}/push", json=browser.subscription)).status_code == 404


async def test_a_shop_without_the_connection_keeps_nobody(client, house, theirs, shop):
    assert ChannelKind.PUSH not in house.directory.tenant(theirs.merchant_id).channels
    assert (await client.post(f"{pages(theirs)[0]}/push", json=Browser(SERVICE + "x").subscription)).status_code == 404


async def test_the_service_worker_may_do_little(client: httpx.AsyncClient):
    answer = await client.get("/push.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert 'fetch"' not in answer.text  # it answers no requests
