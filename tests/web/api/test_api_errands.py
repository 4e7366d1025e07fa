"""Errands through the API: listed, read, answered once, and only by whoever may."""

import pytest

from doorstep.steps.errands import take_up
from doorstep.steps.work import utc_now

ORDER = {"id": "1001", "number": "#1001", "placed_at": "2026-11-22T09:30:00+01:00", "customer": {"email": "ana@customer.example"}}


@pytest.fixture
async def errand(installation):
    """An invoice that the merchant's own systems were asked for, by a webhook."""
    await installation.post("/webhooks", {"url": "https://shop.example/hook"})
    await installation.post("/orders", ORDER)
    await installation.work()
    asked = await installation.post("/actions", {"action": {"action": "ask_invoice", "order": "1001", "made_out_to": "Brand SL"}})
    assert asked.status_code == 200
    house = installation.house
    await house.directory.refresh(house.database, utc_now(), force=True)
    async with house.database.system() as tx:
        await take_up(tx, house.directory, utc_now(), 50)
    [one] = (await installation.get("/errands")).json()["errands"]
    return one


async def test_an_errand_is_listed_with_all_that_is_to_be_done(installation, errand):
    assert (errand["to"], errand["kind"], errand["state"], errand["way"]) == ("shop", "invoice", "sent", "webhook")
    assert errand["body"] == {"order": "1001", "made_out_to": "Brand SL"}
    assert errand["rma"].startswith("O-")
    assert (await installation.get(f"/errands/{errand['id']}")).json() == errand
    assert (await installation.get("/errands", state="done")).json() == {"errands": [], "next": None}
    assert (await installation.get("/errands", state="lost")).status_code == 400


async def test_an_answer_moves_the_case_and_counts_once(installation, errand):
    path = f"/errands/{errand['id']}/answer"
    done = await installation.post(path, {"outcome": "done", "external_id": "inv-7"})
    assert done.status_code == 200
    assert (done.json()["state"], done.json()["external_id"]) == ("done", "inv-7")
    assert (await installation.get(f"/cases/{errand['case_id']}")).json()["state"] == "closed"
    assert (await installation.post(path, {"outcome": "done"})).json() == done.json()
    other = await installation.post(path, {"outcome": "refused", "reason": "never"})
    assert other.status_code == 409
    assert (await installation.get("/errands")).json()["errands"] == []
    assert [one["id"] for one in (await installation.get("/errands", state="done")).json()["errands"]] == [errand["id"]]


async def test_a_refusal_says_why(installation, errand):
    refused = await installation.post(f"/errands/{errand['id']}/answer", {"outcome": "refused", "reason": "not a business"})
    assert (refused.json()["state"], refused.json()["answer"]) == ("refused", "not a business")
    assert (await installation.get(f"/cases/{errand['case_id']}")).json()["state"] == "refused"


async def test_what_is_no_answer_is_refused(installation, errand):
    path = f"/errands/{errand['id']}/answer"
    for wrong in ({}, {"outcome": "perhaps"}, {"outcome": "done", "reason": "x" * 501}, {"outcome": "done", "more": 1}):
        assert (await installation.post(path, wrong)).status_code == 400
    assert (await installation.post("/errands/999999/answer", {"outcome": "done"})).status_code == 404
    assert (await installation.get("/errands/999999")).status_code == 404
    assert (await installation.get("/errands/x")).status_code == 404
