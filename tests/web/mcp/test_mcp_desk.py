"""Assistants at the desk: switches, who was let in, what they asked for, and the buttons that turn them out."""

import re

import httpx
import pytest
from mcp_shops import BASE, assistant, proof, switch, token_for, told

from doorstep.steps import assistants as granting
from doorstep.steps.assistants import Let, Switches
from doorstep.steps.work import utc_now
from doorstep.store import access, assistants

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def desks(house, ours, theirs, site):
    """Logs somebody in at the desk."""
    opened = []
    async with house.database.system() as tx:
        for shop in (ours, theirs):
            await access.add_user(tx, shop.merchant_id, f"owner@{shop.slug}.example", PASSWORD, "owner")
            await access.add_user(tx, shop.merchant_id, f"support@{shop.slug}.example", PASSWORD, "support")

    async def log_in(email):
        client = httpx.AsyncClient(base_url=site)
        opened.append(client)
        assert (await client.post("/desk/login", data={"email": email, "password": PASSWORD})).status_code == 303
        return client

    yield log_in
    for client in opened:
        await client.aclose()


async def csrf_of(client):
    return {"csrf": re.search(r'name="csrf" value="([^"]+)"', (await client.get("/desk/assistants")).text)[1]}


async def let_in(house, shop):
    """A program that a customer let in by OAuth; its client id, and a token."""
    client = granting.new_client("Desk Helper", ("https://helper.example/back",))
    now = utc_now()
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await assistants.register(tx, shop.merchant_id, client, now)
        tenant = house.directory.tenant(shop.merchant_id)
        let = Let(name=client.name, scopes=("orders:read",), locale="en", until=now + granting.GRANT_LASTS, client_id=client.client_id)
        code = await granting.grant_by_code(tx, tenant, proof(), let, "c", client.redirects[0], now)
        found = await assistants.by_code(tx, shop.merchant_id, code, now)
        issued = await granting.exchange_code(tx, shop.merchant_id, found.grant, code, now)
    return client.client_id, issued.access


async def test_the_desk_lists_programs_customers_and_calls_and_turns_a_program_out(house, ours, desks):
    client_id, token = await let_in(house, ours)
    async with assistant("loom", token) as client:
        await told(client, "read_order", order="loom-4")
    owner = await desks("owner@loom.example")
    page = (await owner.get("/desk/assistants")).text
    for text in ("Desk Helper", "https://helper.example/back", "a…a@….example", "read_order", "not_found", f"{BASE}/mcp/loom"):
        assert text in page, text
    assert "ana@mail.example" not in page
    assert "assistant.read_order" not in (await owner.get("/desk/changes")).text
    done = await owner.post(f"/desk/assistants/clients/{client_id}/revoke", data=await csrf_of(owner))
    assert done.status_code == 303
    async with httpx.AsyncClient(base_url=BASE) as http:
        assert (await http.post("/mcp/loom", headers={"authorization": f"Bearer {token}"}, json={})).status_code == 401
    assert "Revoke assistant client" in (await owner.get("/desk/changes")).text


async def test_one_customers_assistant_is_ended_and_the_others_stay(house, ours, desks):
    gone, stays = await token_for(house, ours), await token_for(house, ours, "ben@mail.example")
    owner = await desks("owner@loom.example")
    async with house.database.system() as tx:
        grant = await tx.fetchval("select min(grant_id) from assistant_grant")
    assert (await owner.post(f"/desk/assistants/grants/{grant}/revoke", data=await csrf_of(owner))).status_code == 303
    assert (await owner.post(f"/desk/assistants/grants/{grant}/revoke", data=await csrf_of(owner))).status_code == 404
    async with httpx.AsyncClient(base_url=BASE) as http:
        answers = [(await http.post("/mcp/loom", headers={"authorization": f"Bearer {one}"}, json={})).status_code for one in (gone, stays)]
    assert answers[0] == 401
    assert answers[1] != 401


async def test_switches_are_kept_and_hold_at_once(house, ours, desks):
    owner = await desks("owner@loom.example")
    await owner.post("/desk/assistants", data=await csrf_of(owner) | {"on": ["customers", "shopping", "everything"]})
    await house.directory.refresh(house.database, utc_now(), force=True)
    merchant = house.directory.tenant(ours.merchant_id).merchant
    assert granting.switches_of(merchant) == Switches(customers=True, commit=False, shopping=True)
    async with assistant("loom/shopping") as client:
        assert len((await client.list_tools()).tools) == 4


async def test_support_sees_and_changes_nothing_and_a_stranger_finds_nothing(house, ours, desks):
    client_id, token = await let_in(house, ours)
    support, stranger = await desks("support@loom.example"), await desks("owner@vega.example")
    assert "Desk Helper" in (await support.get("/desk/assistants")).text
    assert "Desk Helper" not in (await stranger.get("/desk/assistants")).text
    async with house.database.system() as tx:
        grant = await tx.fetchval("select min(grant_id) from assistant_grant")
    for path in ("", f"/clients/{client_id}/revoke", f"/grants/{grant}/revoke"):
        assert (await support.post(f"/desk/assistants{path}", data=await csrf_of(stranger))).status_code == 403
        assert (await stranger.post(f"/desk/assistants{path}", data=await csrf_of(stranger))).status_code == (404 if path else 303)
    async with house.database.for_merchant(ours.merchant_id) as tx:
        assert await assistants.by_access(tx, ours.merchant_id, token, utc_now()) is not None


@pytest.mark.parametrize("kept", [None, "yes", {"commit": "yes"}, {"everything": True}, []])
async def test_settings_that_are_no_switches_count_as_the_usual(house, ours, kept):
    merchant = house.directory.tenant(ours.merchant_id).merchant
    merchant.settings["assistants"] = kept
    assert granting.switches_of(merchant) == Switches()


async def test_what_a_shop_closed_ends_for_those_let_in_before(house, ours):
    await switch(house, ours, commit=True)
    token = await token_for(house, ours)
    await switch(house, ours, commit=False)
    async with assistant("loom", token) as client:
        asked = await told(client, "prepare_change_profile", address={"lines": ["Calle Nueva 3"], "city": "Madrid", "country": "ES"})
    assert asked.get("status") in {"waiting_for_customer", "refused"}
    assert asked.get("status") != "waiting_for_commit"
