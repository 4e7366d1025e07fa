"""Orders and checkpoints come in by the API, are kept before the answer, and reach the shipment."""

import pytest

ORDER = {
    "id": "9007199254740993",
    "number": "#1001",
    "placed_at": "2026-11-22T09:30:00+01:00",
    "currency": "EUR",
    "total": "38.00",
    "payment": "paid",
    "locale": "es",
    "customer": {"first_name": "Ana", "email": "Ana@Customer.Example"},
    "lines": [{"id": "1", "name": "Teapot", "quantity": 1, "unit_price": "38.00"}],
    "fulfilments": [{"created_at": "2026-11-22T16:00:00+01:00", "carrier": "Correos", "tracking_numbers": ["PQ 4711 ES"]}],
}
TRACKING = {
    "tracking_number": "PQ4711ES",
    "carrier": "correos",
    "checkpoints": [{"code": "OD10", "text": "En reparto", "occurred_at": "2026-11-23T08:12:00+01:00", "place": {"country": "ES"}}],
}


async def test_an_order_and_its_scan_become_a_shipment_with_a_status(installation):
    assert (
        await installation.client.put(
            "/api/v1/tracking/codes", json={"codes": {"OD10": "out_for_delivery"}}, headers=installation.entering()
        )
    ).json() == {"codes": {"OD10": "out_for_delivery"}}
    sent = await installation.post("/orders", ORDER)
    assert (sent.status_code, sent.json()) == (202, {"accepted": 1, "rejected": []})
    assert (await installation.post("/tracking", TRACKING)).status_code == 202
    await installation.work()
    [order] = (await installation.get("/orders", number="1001")).json()["orders"]
    assert order["external_id"] == "9007199254740993"
    assert isinstance(order["id"], str)
    assert order["customer"]["email"] == "ana@customer.example"
    assert (await installation.get(f"/orders/{order['id']}")).json() == order
    [shipment] = (await installation.get("/shipments", tracking_number="pq4711es")).json()["shipments"]
    assert (shipment["status"], shipment["order_id"]) == ("out_for_delivery", order["id"])
    whole = (await installation.get(f"/shipments/{shipment['id']}")).json()
    [scan] = whole["checkpoints"]
    assert (scan["carrier_code"], scan["counts"], scan["occurred_at"]["offset"]) == ("OD10", True, "+01:00")
    assert [s["id"] for s in (await installation.get("/shipments", order=order["id"])).json()["shipments"]] == [shipment["id"]]
    assert (await installation.get("/shipments", status="delivered")).json()["shipments"] == []


async def test_good_rows_are_kept_beside_bad_ones(installation):
    bad = {**ORDER, "placed_at": "yesterday"}
    sent = await installation.post("/orders", [{**ORDER, "id": "1"}, bad, {**ORDER, "id": "2"}])
    assert sent.status_code == 202
    assert sent.json()["accepted"] == 2
    [rejected] = sent.json()["rejected"]
    assert rejected["index"] == 1
    assert rejected["error"].startswith("placed_at")
    await installation.work()
    assert await installation.count("orders") == 2
    assert await installation.count("dead_letter") == 0


async def test_where_no_row_is_good_the_answer_is_a_problem(installation):
    sent = await installation.post("/orders", [{"id": "1"}, {"nonsense": True}])
    assert sent.status_code == 400
    assert sent.headers["content-type"].startswith("application/problem+json")
    assert [one["index"] for one in sent.json()["rejected"]] == [0, 1]
    assert await installation.count("inbox") == 0


async def test_the_first_order_of_a_merchant_reaches_a_worker_that_knows_no_connection_yet(installation):
    from datetime import UTC, datetime

    from doorstep.steps.batch import work_batch

    await installation.post("/orders", ORDER)
    outcome = await work_batch(installation.house.database, installation.house.directory, datetime.now(UTC), 500)
    assert (outcome.rows, outcome.dead) == (1, 0)


async def test_the_later_of_two_orders_without_a_time_of_change_wins(installation):
    await installation.post("/orders", ORDER)
    await installation.post("/orders", {**ORDER, "customer": {"email": "new@customer.example"}})
    await installation.post("/orders", ORDER)
    await installation.work()
    [order] = (await installation.get("/orders")).json()["orders"]
    assert order["customer"]["email"] == "ana@customer.example"


async def test_an_idempotency_key_keeps_once_and_answers_the_same(installation):
    key = {"idempotency-key": "one"}
    first = await installation.post("/orders", ORDER, **key)
    again = await installation.post("/orders", ORDER, **key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert await installation.count("inbox") == 1
    other = await installation.post("/orders", {**ORDER, "id": "2"}, **key)
    assert other.status_code == 409
    assert await installation.count("inbox") == 1
    assert (await installation.post("/orders", {**ORDER, "id": "2"}, installation.their_key, **key)).status_code == 202


async def test_an_idempotency_key_stays_free_after_an_error(installation):
    key = {"idempotency-key": "one"}
    assert (await installation.post("/consents", {"address": "nobody", "purpose": "marketing", "granted": True}, **key)).status_code == 400
    assert (
        await installation.post("/consents", {"address": "a@b.example", "purpose": "marketing", "granted": True}, **key)
    ).status_code == 201


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"id":"\\u0000"}', "application/json", 400),
        (b'{"id":"a\x00"}', "application/json", 400),
        (b"[" + b",".join([b"{}"] * 501) + b"]", "application/json", 400),
        (b" " * 5_000_001, "application/json", 413),
    ],
    ids=["kind", "nothing", "no row", "deep", "bytes", "zero written", "zero", "too many", "too large"],
)
@pytest.mark.parametrize("path", ["/orders", "/tracking"])
async def test_what_cannot_be_read_is_told_as_a_problem(installation, path, body, kind, status):
    answer = await installation.client.post(f"/api/v1{path}", content=body, headers={**installation.entering(), "content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]
    assert await installation.count("inbox") == 0


async def test_a_code_table_with_an_unknown_event_type_is_refused(installation):
    answer = await installation.client.put("/api/v1/tracking/codes", json={"codes": {"X": "teleported"}}, headers=installation.entering())
    assert answer.status_code == 400
    assert "teleported" in answer.json()["detail"]
    assert (await installation.get("/tracking/codes")).json() == {"codes": {}}


async def test_two_first_uses_at_once_make_one_connection(installation):
    import asyncio

    await asyncio.gather(*(installation.post("/orders", {**ORDER, "id": str(n)}) for n in range(8)))
    assert await installation.count("connection") == 1
    assert await installation.count("inbox") == 8
