"""Actions over the API: prepared, confirmed once, refused with a code; asked for a customer or for the merchant itself."""

import base64
import io

from PIL import Image

from doorstep.steps.work import utc_now

ORDER = {
    "id": "A-1",
    "number": "#A-1",
    "placed_at": "2026-11-22T09:30:00+01:00",
    "currency": "EUR",
    "total": "38.00",
    "payment": "paid",
    "customer": {"email": "ana@customer.example"},
    "lines": [{"id": "1", "name": "Teapot", "quantity": 2, "unit_price": "19.00"}],
}
CANCEL = {"action": "cancel_order", "order": "A-1", "reason": "ordered twice"}
ANA = {"email": "ana@customer.example"}


async def sold(installation) -> None:
    await installation.post("/orders", ORDER)
    await installation.work()


async def prepared(installation, action: dict, **more: object) -> dict:
    answer = await installation.post("/actions/prepare", {"action": action, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_action_is_prepared_confirmed_and_answered_the_same_again(installation):
    await sold(installation)
    shown = await prepared(installation, CANCEL, on_behalf_of=ANA)
    assert shown["needs_yes"]
    assert shown["plan"]["refund"] == {"amount_minor": 3800, "currency": "EUR"}
    yes = {"token": shown["token"], "on_behalf_of": ANA}
    first, second = (await installation.post("/actions/confirm", yes)).json(), (await installation.post("/actions/confirm", yes)).json()
    assert first["case"]["state"] == "closed"
    assert (second["again"], second["case"]["id"]) == (True, first["case"]["id"])
    [case] = (await installation.get("/cases")).json()["cases"]
    whole = (await installation.get(f"/cases/{case['id']}")).json()
    assert [step["state"] for step in whole["events"]] == ["passed_on", "closed"]


async def test_a_refusal_says_its_code_what_it_is_about_and_what_is_possible_instead(installation):
    await sold(installation)
    units = [{"line_id": "1", "quantity": 1, "reason": "taste.colour"}]
    answer = await installation.post("/actions/prepare", {"action": {"action": "open_return", "order": "A-1", "units": units}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {key: answer.json()[key] for key in ("code", "facts", "instead")} == {
        "code": "order_state",
        "facts": {"state": "pending"},
        "instead": ["cancel_order"],
    }
    assert answer.json()["sentence"] == (
        "Your order has not been sent yet, so this is too early. What you can do instead: cancel the order."
    )


async def test_for_a_customer_only_their_own_orders_can_be_acted_on(installation):
    await sold(installation)
    stranger = {"email": "eve@stranger.example"}
    foreign = await installation.post("/actions/prepare", {"action": CANCEL, "on_behalf_of": stranger})
    unknown = await installation.post("/actions/prepare", {"action": {**CANCEL, "order": "A-2"}, "on_behalf_of": stranger})
    assert foreign.json() == unknown.json()
    assert foreign.json()["code"] == "not_found"
    shown = await prepared(installation, CANCEL, on_behalf_of=ANA)
    stolen = await installation.post("/actions/confirm", {"token": shown["token"], "on_behalf_of": stranger})
    assert stolen.json()["code"] == "not_confirmed"


async def test_how_sure_it_is_who_asks_decides_what_may_be_asked(installation):
    await sold(installation)
    address = {"lines": ["Calle Mayor 1"], "city": "Madrid", "country": "ES"}
    action = {"action": "change_address", "order": "A-1", "address": address}
    answer = await installation.post("/actions/prepare", {"action": action, "on_behalf_of": {**ANA, "assurance": "link"}})
    assert (answer.json()["code"], answer.json()["needs"]) == ("identity", "knowledge")


async def test_what_needs_a_yes_is_not_done_without_one(installation):
    await sold(installation)
    answer = await installation.post("/actions", {"action": CANCEL})
    assert answer.json()["code"] == "not_confirmed"
    assert (await installation.get("/cases")).json()["cases"] == []


async def test_an_unknown_action_and_unknown_arguments_are_named(installation):
    for action, words in (({"action": "burn_order"}, "burn_order"), ({**CANCEL, "haste": True}, "haste"), ({"order": "A-1"}, "action")):
        answer = await installation.post("/actions/prepare", {"action": action})
        assert answer.status_code == 400
        assert words in answer.json()["detail"]


async def test_every_action_is_listed_with_the_schema_of_its_arguments(installation):
    listed = {one["action"]: one for one in (await installation.get("/actions")).json()["actions"]}
    assert len(listed) == 22
    assert listed["open_return"]["confirmed"]
    assert "units" in str(listed["open_return"]["arguments"])


async def test_a_shops_id_of_a_customer_names_nobody_where_there_are_several_shops(installation):
    await sold(installation)
    by_id = {"action": CANCEL, "on_behalf_of": {"customer": "c-1"}}
    assert (await installation.post("/actions/prepare", by_id)).json()["code"] == "not_found"
    async with installation.house.database.system() as tx:
        await tx.execute(
            "insert into connection (merchant_id, kind, provider, name, hook_token) values ($1, 'shop', 'generic', 'another', 'another')",
            installation.ours,
        )
    await installation.house.directory.refresh(installation.house.database, utc_now(), force=True)
    answer = await installation.post("/actions/prepare", by_id)
    assert answer.status_code == 400
    assert "several shops" in answer.json()["detail"]


async def test_a_photo_is_drawn_anew_and_anything_else_is_refused(installation):
    await sold(installation)
    [order] = (await installation.get("/orders")).json()["orders"]
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    path = f"/orders/{order['id']}/photos"
    taken = await installation.post(path, {"photo": base64.b64encode(drawn.getvalue()).decode()})
    assert taken.status_code == 201
    assert taken.json()["photo"]
    for wrong in (base64.b64encode(b"<svg onload=alert(1)>").decode(), "no base64"):
        assert (await installation.post(path, {"photo": wrong})).status_code == 400


async def test_rules_are_drafted_checked_and_put_into_force(installation):
    assert (await installation.get("/policy")).json()["version"] == 0
    wrong = await installation.post("/policy", {"policy": {"returning": {"ways": []}}})
    assert wrong.status_code == 400
    assert "returning" in wrong.json()["detail"]
    draft = (await installation.post("/policy", {"policy": {"returning": {"days": 45, "reason_needed": False}}})).json()
    assert (await installation.get("/policy")).json()["version"] == 0
    await installation.post(f"/policy/{draft['version']}/live", None)
    assert (await installation.get("/policy")).json()["policy"]["returning"]["days"] == 45
