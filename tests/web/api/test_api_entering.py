"""Scopes, rates, pages, problems, webhooks and the document of the API."""

import asyncio

import pytest

from doorstep.store import access
from doorstep.web.api.examples import EXAMPLES
from doorstep.web.api.scopes import SCOPES, new_key

ORDER = {"id": "1", "placed_at": "2026-11-22T09:30:00+01:00"}


async def key_with(installation, scopes, rate=10_000.0):
    key = new_key()
    async with installation.house.database.system() as tx:
        number = await access.add_key(tx, installation.ours, key, "narrow", scopes, rate)
    return key, number


async def test_every_operation_asks_for_its_own_scope(installation):
    document = (await installation.client.get("/api/v1/openapi.json")).json()
    narrow, _ = await key_with(installation, [])
    for path, item in document["paths"].items():
        for method in item:
            answer = await installation.client.request(
                method, path.replace("{", "").replace("}", ""), headers=installation.entering(narrow)
            )
            if "/app/" in path:  # for the brand's app: its customer's token enters there, and no key does
                assert answer.status_code == 401, path
                continue
            assert answer.status_code == (200 if path.endswith("/me") else 403), path
            assert path.endswith("/me") or any(scope in answer.json()["detail"] for scope in SCOPES)


async def test_a_revoked_key_enters_no_more(installation):
    key, number = await key_with(installation, ["orders:read"])
    assert (await installation.get("/orders", key)).status_code == 200
    async with installation.house.database.system() as tx:
        from doorstep.steps.work import utc_now

        await access.revoke_key(tx, installation.ours, number, utc_now())
    assert (await installation.get("/orders", key)).status_code == 401


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(installation):
    key, _ = await key_with(installation, ["orders:read"], rate=2)
    answers = [await installation.get("/me", key) for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    assert (await installation.get("/me")).status_code == 200


async def test_pages_follow_each_other_without_gap_or_repeat(installation):
    await installation.post("/orders", [{**ORDER, "id": str(n)} for n in range(7)])
    await installation.work()
    seen, cursor = [], None
    for _ in range(4):
        page = (await installation.get("/orders", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [order["external_id"] for order in page["orders"]]
        cursor = page["next"]
    assert cursor is None
    assert sorted(seen) == [str(n) for n in range(7)]


@pytest.mark.parametrize("path", ["/orders", "/shipments", "/messages", "/unknown-codes", "/dead-letters", "/suppressions"])
@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "b3JkZXJzHzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"])
async def test_a_cursor_of_somebodys_making_is_refused(installation, path, cursor):
    answer = await installation.get(path, cursor=cursor)
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("thing", ["orders", "shipments", "messages"])
@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "9223372036854775807", "%00", "ffffffff-ffff-7fff-bfff-ffffffffffff", "é"])
async def test_an_id_of_nothing_is_not_found(installation, thing, number):
    answer = await installation.client.get(f"/api/v1/{thing}/{number}", headers=installation.entering())
    assert answer.status_code == (400 if number == "%00" else 404)
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_what_is_not_there_or_not_allowed_is_a_problem(installation):
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/orders", 405), ("GET", "/api/v1/orders/1/2", 404)):
        answer = await installation.client.request(method, path, headers=installation.entering())
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, "application/problem+json")
    wrong = await installation.post("/suppressions", {"channel": "pigeon", "address": "a@b.example"})
    assert wrong.status_code == 400
    assert wrong.json()["errors"]


async def test_a_webhooks_secret_is_shown_once_even_under_an_idempotency_key(installation):
    made = await installation.post("/webhooks", {"url": "https://shop.example/hook"}, **{"idempotency-key": "w"})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    again = await installation.post("/webhooks", {"url": "https://shop.example/hook"}, **{"idempotency-key": "w"})
    assert again.json() == made.json()
    listed = await installation.get("/webhooks")
    assert [one["url"] for one in listed.json()["webhooks"]] == ["https://shop.example/hook"]
    assert secret not in listed.text
    async with installation.house.database.system() as tx:
        kept = await tx.fetchrow("select c.settings::text, c.secrets, i.response from connection c, idempotency i")
    assert secret.encode() not in kept["secrets"] + kept["response"]
    assert secret not in kept["settings"]
    gone = await installation.client.delete(f"/api/v1/webhooks/{made.json()['id']}", headers=installation.entering())
    assert gone.status_code == 204
    assert (await installation.get("/webhooks")).json() == {"webhooks": []}


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example",
        "https://",
        "https://u:p@shop.example/",
        "https://[x/",
        "javascript:alert(1)",
        "https://a b.example/",
    ],
)
async def test_a_webhook_goes_only_to_an_https_address(installation, url):
    assert (await installation.post("/webhooks", {"url": url})).status_code == 400


async def test_a_merchant_lifts_its_own_suppressions_and_never_a_persons(installation):
    own = (await installation.post("/suppressions", {"channel": "email", "address": "Gone@Customer.Example"})).json()
    assert own["address"] == "gone@customer.example"
    async with installation.house.database.system() as tx:
        await tx.execute("insert into suppression values ($1, 'sms', '+34600111222', '', 'stop', now())", installation.ours)
    listed = (await installation.get("/suppressions")).json()["suppressions"]
    stop = next(one for one in listed if one["reason"] == "stop")
    client = installation.client
    assert (await client.delete(f"/api/v1/suppressions/{own['id']}", headers=installation.entering())).status_code == 204
    assert (await client.delete(f"/api/v1/suppressions/{own['id']}", headers=installation.entering())).status_code == 404
    assert (await client.delete(f"/api/v1/suppressions/{stop['id']}", headers=installation.entering())).status_code == 409


async def test_one_key_used_twice_at_the_same_moment_has_one_effect(installation):
    answers = await asyncio.gather(*(installation.post("/orders", ORDER, **{"idempotency-key": "same"}) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert await installation.count("inbox") == 1


async def test_the_document_is_whole(installation):
    answer = await installation.client.get("/api/v1/openapi.json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    operations = {o["operationId"]: o for item in document["paths"].values() for o in item.values()}
    assert operations.keys() == EXAMPLES.keys()
    for name, operation in operations.items():
        assert operation["description"], name
        assert {"400", "401", "403", "429", "503"} <= operation["responses"].keys(), name
        if body := operation.get("requestBody"):
            assert body["content"]["application/json"]["example"], name
        for status, response in operation["responses"].items():
            good = "text/event-stream" if name == "streamAppMessages" else "application/json"
            kind = good if status.startswith("2") else "application/problem+json"
            assert status == "204" or list(response["content"]) == [kind], (name, status)


async def test_the_examples_of_bodies_are_accepted(installation):
    await installation.post(
        "/tracking", {"tracking_number": "EXAMPLE1", "checkpoints": [{"code": "X", "occurred_at": "2026-11-22T10:00:00Z"}]}
    )
    await installation.work()
    shipment = (await installation.get("/shipments", tracking_number="EXAMPLE1")).json()["shipments"][0]["id"]
    document = (await installation.client.get("/api/v1/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if (body := operation.get("requestBody")) and "/app/" not in path:
                example = body["content"]["application/json"]["example"]
                address = path.replace("{shipment_id}", shipment)
                answer = await installation.client.request(method, address, json=example, headers=installation.entering())
                refused = answer.status_code == 422 and "code" in answer.json()  # read as it stands, and about an order that is not there
                assert answer.status_code < 300 or refused or "{" in address, (path, answer.text)
    await installation.work()
    assert await installation.count("dead_letter") == 0


async def test_the_page_of_the_document_loads_nothing(installation):
    page = await installation.client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "sendOrders" in page.text
    for loading in ("<script", "<link", "<img", "@import", "url("):
        assert loading not in page.text
