"""What Apple Wallet asks of us, as a telephone and as strangers of every kind."""

import io
import json
import zipfile
from datetime import timedelta
from email.utils import format_datetime

import pytest
import structlog
from wallet_shops import BASE, NOW

from doorstep.steps.wallet import identifier_of
from doorstep.store import connections, wallet
from doorstep.web.track import passing
from doorstep.web.wallet import complaining
from doorstep.web.wallet.complaining import without_names

PHONE = "5d41402abc4b2a76b9719d911017c592"
PUSH = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
IPHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"}


def document(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return json.loads(archive.read("order.json"))


async def added(client, shop):
    """Open the order's page and take the order into Wallet: what the package says of how to ask."""
    answer = await client.get(f"/o/{shop.page}/wallet", headers=IPHONE)
    assert answer.status_code == 200, answer.text
    told = document(answer.content)
    assert told["webServiceURL"] == f"{BASE}/wallet"
    assert told["orderTypeIdentifier"] == shop.order_type
    return told["orderIdentifier"], {"authorization": f"AppleOrder {told['authenticationToken']}"}


def place(shop, name, device=PHONE):
    return f"/wallet/v1/devices/{device}/registrations/{shop.order_type}/{name}"


async def registered(client, shop, device=PHONE, push=PUSH):
    name, token = await added(client, shop)
    answer = await client.post(place(shop, name, device), headers=token, json={"pushToken": push})
    assert answer.status_code == 201
    return name, token


async def held(shop):
    rows = await shop.rows("select merchant_id, device, push_token from wallet_device order by merchant_id, device")
    return [(row["merchant_id"], row["device"], row["push_token"]) for row in rows]


async def test_a_telephone_adds_an_order_hears_of_it_and_removes_it(client, ours):
    name, token = await registered(client, ours)
    assert await held(ours) == [(ours.merchant_id, PHONE, PUSH)]
    again = await client.post(place(ours, name), headers=token, json={"pushToken": "A" * 64})
    assert (again.status_code, await held(ours)) == (200, [(ours.merchant_id, PHONE, "A" * 64)])

    before = document((await client.get(f"/wallet/v1/orders/{ours.order_type}/{name}", headers=token)).content)
    assert before["fulfillments"][0]["status"] == "processing"
    await ours.scanned("out_for_delivery")
    [message] = await ours.rows("select order_id from message where channel = 'wallet'")
    assert message["order_id"] == ours.order_id
    listed = await client.get(f"/wallet/v1/devices/{PHONE}/registrations/{ours.order_type}")
    assert listed.json()["orderIdentifiers"] == [name]
    after = document((await client.get(f"/wallet/v1/orders/{ours.order_type}/{name}", headers=token)).content)
    assert after["fulfillments"][0]["status"] == "outForDelivery"
    assert after["updatedAt"] > before["updatedAt"]
    assert after["createdAt"] == before["createdAt"]

    for _ in range(2):
        assert (await client.delete(place(ours, name), headers=token)).status_code == 200
    assert await held(ours) == []
    assert (await client.get(f"/wallet/v1/devices/{PHONE}/registrations/{ours.order_type}")).status_code == 204


async def test_what_has_not_changed_is_not_sent_again(client, ours):
    name, token = await added(client, ours)
    where = f"/wallet/v1/orders/{ours.order_type}/{name}"
    first = await client.get(where, headers=token)
    assert first.headers["content-type"] == "application/vnd.apple.order"
    assert first.headers["cache-control"] == "private, no-cache"
    for asked in ({"if-modified-since": first.headers["last-modified"]}, {"if-none-match": f'"x", W/{first.headers["etag"]}'}):
        answer = await client.get(where, headers=token | asked)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first.headers["etag"]
    earlier = format_datetime(NOW - timedelta(days=2), usegmt=True)
    for asked in (
        {"if-modified-since": earlier},
        {"if-modified-since": "yesterday"},
        {"if-none-match": '"other"', "if-modified-since": first.headers["last-modified"]},
    ):
        assert (await client.get(where, headers=token | asked)).status_code == 200
    await ours.scanned("out_for_delivery")
    changed = await client.get(where, headers=token | {"if-modified-since": first.headers["last-modified"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_a_list_names_what_changed_since_the_last_one_and_misses_nothing_written_late(client, ours):
    name, _ = await registered(client, ours)
    where = f"/wallet/v1/devices/{PHONE}/registrations/{ours.order_type}"
    first = (await client.get(where)).json()
    again = await client.get(where, params={"ordersModifiedSince": first["lastModified"]})
    assert again.json()["orderIdentifiers"] == [name]  # so fresh that another may still be written with an older date
    async with ours.house.database.system() as tx:
        await tx.execute("update wallet_order set updated_at = updated_at - interval '5 minutes'")
    settled = (await client.get(where)).json()
    assert (await client.get(where, params={"ordersModifiedSince": settled["lastModified"]})).status_code == 204
    late = {"ordersModifiedSince": str(int(settled["lastModified"]) - 1)}
    assert (await client.get(where, params=late)).json() == settled
    for wrong in ("yesterday", "-1", "9" * 13, "１"):  # noqa: RUF001 - a digit of another script
        assert (await client.get(where, params={"ordersModifiedSince": wrong})).status_code == 400
    assert (await client.get(where, params={"ordersModifiedSince": "9" * 12})).status_code == 400


# --- strangers


async def tries(client, shop, name, headers, order_type=None):
    """Every call that needs the order's token."""
    order_type = order_type or shop.order_type
    device = f"/wallet/v1/devices/stranger/registrations/{order_type}/{name}"
    return [
        await client.post(device, headers=headers, json={"pushToken": PUSH}),
        await client.delete(place(shop, name).replace(shop.order_type, order_type), headers=headers),
        await client.get(f"/wallet/v1/orders/{order_type}/{name}", headers=headers),
    ]


async def test_no_other_token_type_or_name_opens_an_order_and_all_are_refused_alike(client, ours, theirs):
    name, token = await registered(client, ours)
    other, theirs_token = await registered(client, theirs, "their-phone", "B" * 64)
    before, sealer = await held(ours), ours.house.directory.sealer
    value = token["authorization"].removeprefix("AppleOrder ")
    refused = [
        *await tries(client, ours, name, theirs_token),  # another order's token
        *await tries(client, ours, name, token, theirs.order_type),  # another merchant's order type identifier
        *await tries(client, ours, other, token),  # another merchant's order
        *await tries(client, theirs, other, token),
        *await tries(client, theirs, name, token),
        *await tries(client, ours, name, {}),
        *await tries(client, ours, name, {"authorization": value}),
        *await tries(client, ours, name, {"authorization": f"Bearer {value}"}),
        *await tries(client, ours, name, {"authorization": f"AppleOrder {value[:-1]}"}),
        *await tries(client, ours, name, {"authorization": f"AppleOrder {name}"}),
        *await tries(client, ours, "7.9", token),
        *await tries(client, ours, "x" * 2000, token),
        *await tries(client, ours, identifier_of(sealer, ours.merchant_id, ours.order_id + 999), token),
        *await tries(client, ours, identifier_of(sealer, 999, ours.order_id), token),
        *await tries(client, ours, identifier_of(sealer, theirs.merchant_id, ours.order_id), token),
        *await tries(client, ours, name, token, "order.com.nobody"),
    ]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.text for answer in refused}) == 1
    assert all(answer.headers["www-authenticate"] == "AppleOrder" for answer in refused)
    assert await held(ours) == before


async def test_an_order_that_is_gone_is_refused_as_one_that_never_was(client, ours):
    name, token = await added(client, ours)
    async with ours.house.database.system() as tx:
        await tx.execute("delete from orders where order_id = $1", ours.order_id)
    assert {answer.status_code for answer in (await tries(client, ours, name, token))[::2]} == {401}
    assert await held(ours) == []


async def test_a_device_learns_its_own_orders_of_one_order_type_only(client, ours, theirs):
    name, _ = await registered(client, ours)
    other, _ = await registered(client, theirs)  # the same telephone
    for shop, expected in ((ours, name), (theirs, other)):
        answer = await client.get(f"/wallet/v1/devices/{PHONE}/registrations/{shop.order_type}")
        assert answer.json()["orderIdentifiers"] == [expected]
    for path in (
        "stranger/registrations/order.com.ours",
        f"{PHONE}/registrations/order.com.nobody",
        f"{'x' * 300}/registrations/order.com.ours",
    ):
        assert (await client.get(f"/wallet/v1/devices/{path}")).status_code == 204
    async with ours.house.database.system() as tx:  # it holds ours under a type that the shop no longer has
        await tx.execute("update wallet_device set order_type = 'order.com.old' where merchant_id = $1", ours.merchant_id)
    assert (await client.get(f"/wallet/v1/devices/{PHONE}/registrations/{ours.order_type}")).status_code == 204


async def test_a_type_two_merchants_share_leads_each_device_to_both_and_no_order_to_the_wrong_one(client, ours, theirs):
    async with ours.house.database.system() as tx:
        await tx.execute(
            "update connection set settings = settings::jsonb || '{\"order_type_identifier\": \"order.com.ours\"}' where provider = 'apple_wallet'"
        )
    await ours.house.directory.refresh(ours.house.database, NOW, force=True)
    theirs.order_type = ours.order_type
    name, token = await registered(client, ours)
    other, other_token = await registered(client, theirs)
    answer = await client.get(f"/wallet/v1/devices/{PHONE}/registrations/{ours.order_type}")
    assert set(answer.json()["orderIdentifiers"]) == {name, other}
    assert {one.status_code for one in await tries(client, ours, name, other_token)} == {401}
    assert {one.status_code for one in await tries(client, theirs, other, token)} == {401}


async def test_row_level_security_stands_behind_the_devices(client, ours, theirs):
    await registered(client, ours)
    async with ours.house.database.for_merchant(theirs.merchant_id) as tx:
        assert await wallet.held(tx, [(ours.merchant_id, ours.order_id)]) == {}
        assert await wallet.register(tx, ours.merchant_id, ours.order_id, "x", "t", "x", NOW) is None
        assert not await wallet.unregister(tx, ours.merchant_id, ours.order_id, PHONE)
        await wallet.forget(tx, ours.merchant_id, [PUSH])
    assert len(await held(ours)) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"pushToken": 7}', b'{"pushToken": "short"}', b'{"pushToken": "../../../../../../../x"}', b"\xff", b"[" * 5000],
)
async def test_a_body_that_cannot_be_read_registers_nothing(client, ours, body):
    name, token = await added(client, ours)
    assert (await client.post(place(ours, name), headers=token, content=body)).status_code == 400
    assert await held(ours) == []


async def test_a_large_body_is_refused(client, ours):
    name, token = await added(client, ours)
    assert (await client.post(place(ours, name), headers=token, content=b"x" * 70_000)).status_code == 413
    assert (await client.post("/wallet/v1/log", content=b"x" * 70_000)).status_code == 413


async def test_a_device_calls_itself_something_short_and_printable(client, ours):
    name, token = await added(client, ours)
    for device in ("x" * 201, "%00", "%C3%A4"):
        assert (await client.post(place(ours, name, device), headers=token, json={"pushToken": PUSH})).status_code == 400


# --- the log


async def test_complaints_are_logged_without_names_and_kept_nowhere(client, ours):
    tables = "select (select count(*) from wallet_device) + (select count(*) from inbox) + (select count(*) from audit) as n"
    before = await ours.rows(tables)
    said = f"Get {BASE}/wallet/v1/orders/order.com.ours/Q{'a1' * 40} as ana@customer.example, +34 600 000 001, device {PHONE}: 401"
    with structlog.testing.capture_logs() as logs:
        answer = await client.post("/wallet/v1/log", json={"logs": [said, *["more"] * 50]})
    assert answer.status_code == 200
    lines = [line["said"] for line in logs if line["event"] == "wallet_complained"]
    assert len(lines) == 10
    assert lines[0] == "Get <name> as <address>, <number>, device <name>: 401"
    assert await ours.rows(tables) == before


@pytest.mark.parametrize("line", ["", "x" * 10_000, "\ud800", "a\nb\x00c", "é" * 50])
def test_any_complaint_is_one_short_line(line):
    said = without_names(line)
    assert len(said) <= 200
    assert "\n" not in said
    assert "\x00" not in said


async def test_complaints_are_few(client):
    assert (await client.post("/wallet/v1/log", json={"logs": []})).status_code == 200
    for _ in range(10):
        complaining._NETWORKS.take("127.0.0.1")
    assert (await client.post("/wallet/v1/log", json={"logs": []})).status_code == 429
    assert (await client.post("/wallet/v1/log", content=b"{")).status_code == 429


@pytest.mark.parametrize("body", [b"", b"{", b'{"logs": "x"}', b'{"logs": [7]}', b"\xff"])
async def test_a_complaint_that_cannot_be_read_is_refused(client, ours, body):
    assert (await client.post("/wallet/v1/log", content=body)).status_code == 400


# --- the connection


async def test_while_the_connection_is_paused_devices_are_told_to_come_back(client, ours):
    name, token = await registered(client, ours)
    async with ours.house.database.system() as tx:
        await connections.pause(tx, ours.merchant_id, ours.wallet_id, "by hand")
    await ours.house.directory.refresh(ours.house.database, NOW, force=True)
    for answer in await tries(client, ours, name, token):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3600")
    assert len(await held(ours)) == 1


async def test_settings_that_cannot_be_used_pause_the_connection(client, ours):
    async with ours.house.database.system() as tx:
        await tx.execute(
            "update connection set settings = settings::jsonb || '{\"intermediate\": \"nonsense\"}' where provider = 'apple_wallet'"
        )
    await ours.house.directory.refresh(ours.house.database, NOW, force=True)
    answer = await client.get(f"/o/{ours.page}/wallet", headers=IPHONE)
    assert answer.status_code == 503
    [row] = await ours.rows("select state, paused_why from connection where provider = 'apple_wallet'")
    assert row["state"] == "paused"
    assert "intermediate certificate" in row["paused_why"]
    assert "/wallet" not in (await client.get(f"/o/{ours.page}", headers=IPHONE)).text


# --- the page


async def test_the_page_offers_wallet_to_apples_devices_only(client, ours, without):
    for agent, offered in (
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", True),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9)", False),
        ("", False),
    ):
        text = (await client.get(f"/o/{ours.page}", headers={"user-agent": agent})).text
        assert (f'href="/o/{ours.page}/wallet"' in text) is offered
        assert ("Add to Apple Wallet" in text) is offered
        assert "wallet" not in (await client.get(f"/o/{without.page}", headers={"user-agent": agent})).text.lower()
    spanish = (await client.get(f"/o/{ours.page}?lang=es", headers=IPHONE)).text
    assert "Añadir a Apple Wallet" in spanish


async def test_the_parcels_page_offers_its_order(client, ours):
    [row] = await ours.rows("select token from shipment where merchant_id = $1", ours.merchant_id)
    assert f'href="/o/{ours.page}/wallet"' in (await client.get(f"/t/{row['token']}", headers=IPHONE)).text


async def test_the_file_has_its_type_and_a_name_and_no_cache_gives_it_to_others(client, ours):
    headers = (await client.get(f"/o/{ours.page}/wallet", headers=IPHONE)).headers
    assert headers["content-type"] == "application/vnd.apple.order"
    assert headers["content-disposition"] == 'inline; filename="1001-a.order"'
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-content-type-options"] == "nosniff"


async def test_there_is_no_file_for_strangers_or_shops_without_wallet(client, ours, without):
    for path in ("nonsense", "a" * 22, without.page, "%00", "x" * 1500):
        assert (await client.get(f"/o/{path}/wallet", headers=IPHONE)).status_code == 404


async def test_one_network_has_so_many_orders_signed_and_no_more(client, ours):
    assert (await client.get(f"/o/{ours.page}/wallet", headers=IPHONE)).status_code == 200
    for _ in range(30):
        passing._NETWORKS.take("127.0.0.1")
    assert (await client.get(f"/o/{ours.page}/wallet", headers=IPHONE)).status_code == 503
