"""At the desk for a customer: shown first, then done; by the same guards, and against the policy by who may, with a reason."""

import re

import pytest
from desk_cases import PIXEL, reprice
from desk_clients import csrf_of, entered
from page_shops import NOW, PASSWORD, fill

from doorstep.domain.actions.kinds import CaseState
from doorstep.store import access, cases, desk
from doorstep.web.desk.roles import Role


@pytest.fixture
async def shop(house, request):
    slug = "b" + re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-18:]
    made = await fill(house.database, house.directory, slug, "On behalf")
    async with house.database.system() as tx:
        for role in (Role.OPERATIONS, Role.READ_ONLY):
            await access.add_user(tx, made.merchant_id, f"{role}@{slug}.example", PASSWORD, role)
    await house.directory.refresh(house.database, NOW, force=True)
    return made


@pytest.fixture
async def clients(app, shop):
    """Makes a client of an address, with its session's token."""
    opened = []

    async def make(email):
        client = await entered(app, email)
        client.csrf = {"csrf": await csrf_of(client)}
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


def path_of(shop, number):
    return f"/desk/orders/{shop.order_ids[f'#{shop.slug}-{number}']}"


async def confirm(client, path, page, **more):
    hidden = dict(re.findall(r'<input type="hidden" name="(what|token|override)" value="([^"]*)"', page.partition("/ask/confirm")[2]))
    return await client.post(f"{path}/ask/confirm", data=client.csrf | hidden | more)


async def kept_of(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await cases.page(tx, shop.merchant_id)


async def test_a_return_is_shown_first_then_opened_once_and_leads_to_its_case(clients, house, shop):
    agent, path = await clients(shop.member), path_of(shop, "1002")
    assert f'{path}/ask"' in (await agent.get(path)).text
    form = (await agent.get(f"{path}/ask")).text
    assert "Oak desk lamp" in form
    assert "taste.colour" in form
    typed = {"what": "return", "units-1": "1", "reason-1": "taste.colour", "comment": "said so on the telephone"}
    page = await agent.post(f"{path}/ask", data=agent.csrf | typed)
    assert page.status_code == 200
    assert "89.00 EUR" in page.text
    assert await kept_of(house, shop) == []
    done = await confirm(agent, path, page.text)
    assert done.status_code == 303
    [kept] = await kept_of(house, shop)
    assert done.headers["location"] == f"/desk/cases/{kept.case_id}?done=opened"
    assert (await confirm(agent, path, page.text)).headers["location"] == done.headers["location"]
    assert len(await kept_of(house, shop)) == 1
    assert kept.case.rma in (await agent.get(path)).text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        noted = [row["detail"] for row in await desk.changes(tx, shop.merchant_id) if row["action"] == "act_for_customer"]
        [event] = (await cases.events(tx, shop.merchant_id, [kept.case_id]))[kept.case_id]
    assert noted == [f"return, order #{shop.slug}-1002, {kept.case.rma}"]
    assert event.actor.startswith("user ")


async def test_what_the_guards_refuse_is_said_and_what_was_typed_stays(clients, house, shop):
    agent, path = await clients(shop.member), path_of(shop, "1002")
    for typed, status, said in (
        ({"what": "return", "units-1": "9", "comment": "as told"}, 409, "can be chosen there"),
        ({"what": "return", "comment": "as told"}, 409, "Choose at least one unit"),
        ({"what": "return", "units-1": "one", "comment": "as told"}, 422, "whole numbers"),
        ({"what": "return", "units-1": "1", "comment": "as told"}, 409, "Choose a reason"),
        ({"what": "claim", "claim": "damaged", "units-1": "1", "comment": "as told"}, 409, "asks for a photo"),
        ({"what": "claim", "claim": "burnt", "comment": "as told"}, 422, "what is wrong"),
        ({"what": "cancel", "comment": "as told"}, 409, "The order is"),
        ({"what": "reschedule", "on": "soon", "comment": "as told"}, 422, "Choose a day"),
        ({"what": "safe_place", "place": "", "comment": "as told"}, 422, "where it may be left"),
    ):
        answer = await agent.post(f"{path}/ask", data=agent.csrf | typed)
        assert answer.status_code == status, typed
        assert said in answer.text, typed
        assert ">as told</textarea>" in answer.text
        assert "Against the policy" not in answer.text
    assert (await agent.post(f"{path}/ask", data=agent.csrf | {"what": "steal"})).status_code == 400
    assert await kept_of(house, shop) == []


async def test_a_photo_that_the_customer_mailed_makes_a_claim_whole(clients, house, shop):
    agent, path = await clients(shop.member), path_of(shop, "1005")
    await reprice(house, shop, "1005", 1_000)
    typed = {"what": "claim", "claim": "damaged", "units-1": "1", "remedy": "refund"}
    first = await agent.post(f"{path}/ask", data=agent.csrf | typed | {"units-1": "7"}, files=[("photo", ("a.png", PIXEL, "image/png"))])
    assert (first.status_code, "1 kept already" in first.text) == (409, True)
    kept = re.search(r'name="photos" value="([^"]+)"', first.text)[1]
    assert "asks for a photo" in (await agent.post(f"{path}/ask", data=agent.csrf | typed | {"photos": "somebody-elses"})).text
    page = await agent.post(f"{path}/ask", data=agent.csrf | typed | {"photos": kept})
    assert page.status_code == 200, page.text
    done = await confirm(agent, path, page.text)
    assert done.status_code == 303
    assert "/photos/" in (await agent.get(done.headers["location"])).text
    [case] = await kept_of(house, shop)
    assert case.case.photos == (kept,)


async def test_who_may_gives_what_the_policy_refuses_and_says_why(clients, house, shop):
    agent, boss = await clients(shop.member), await clients(f"operations@{shop.slug}.example")
    path = path_of(shop, "1005")
    typed = {"what": "claim", "claim": "damaged", "units-1": "1", "remedy": "refund"}
    assert (await agent.post(f"{path}/ask", data=agent.csrf | typed | {"override": "a regular"})).status_code == 403
    refused = await boss.post(f"{path}/ask", data=boss.csrf | typed)
    assert (refused.status_code, "say why, at the end of the form" in refused.text) == (409, True)
    page = await boss.post(f"{path}/ask", data=boss.csrf | typed | {"override": "a regular"})
    assert page.status_code == 200
    assert "a regular" in page.text
    assert (await confirm(boss, path, page.text, override="")).status_code == 409
    assert (await confirm(agent, path, page.text)).status_code == 403
    done = await confirm(boss, path, page.text)
    assert done.status_code == 303
    [kept] = await kept_of(house, shop)
    assert kept.case.state is CaseState.APPROVED
    async with house.database.for_merchant(shop.merchant_id) as tx:
        steps = (await cases.events(tx, shop.merchant_id, [kept.case_id]))[kept.case_id]
        noted = [row["detail"] for row in await desk.changes(tx, shop.merchant_id) if row["action"] == "act_for_customer"]
    assert "against the policy: a regular" in [one.why for one in steps]
    assert noted[0].endswith("against the policy: a regular")


async def test_no_reason_helps_against_what_is(clients, shop):
    boss, path = await clients(f"operations@{shop.slug}.example"), path_of(shop, "1002")
    typed = {"what": "return", "units-1": "9", "override": "a regular"}
    answer = await boss.post(f"{path}/ask", data=boss.csrf | typed)
    assert answer.status_code == 409
    assert "say why, at the end" not in answer.text


async def test_an_order_that_has_not_left_is_cancelled_or_sent_elsewhere(clients, house, shop):
    agent, path = await clients(shop.member), path_of(shop, "1003")
    there = {"what": "address", "name": "Noor", "street": "Calle Mayor 1", "city": "Madrid", "postcode": "28013", "country": "es"}
    page = await agent.post(f"{path}/ask", data=agent.csrf | there)
    assert page.status_code == 200, page.text
    assert (await confirm(agent, path, page.text)).status_code == 303
    cancel = await agent.post(f"{path}/ask", data=agent.csrf | {"what": "cancel", "comment": "twice"})
    assert cancel.status_code == 200, cancel.text
    assert (await confirm(agent, path, cancel.text)).status_code == 303
    assert {one.case.state for one in await kept_of(house, shop)} == {CaseState.CLOSED}


async def test_a_parcel_under_way_comes_another_day_or_to_another_place(clients, house, shop):
    from datetime import timedelta

    agent, path = await clients(shop.member), path_of(shop, "1004")
    day = (NOW + timedelta(days=3)).date().isoformat()
    for typed in ({"what": "reschedule", "on": day}, {"what": "safe_place", "place": "behind the shed"}):
        page = await agent.post(f"{path}/ask", data=agent.csrf | typed)
        assert page.status_code == 200, page.text
        assert (await confirm(agent, path, page.text)).status_code == 303
    assert {one.case.state for one in await kept_of(house, shop)} == {CaseState.PASSED_ON}


async def test_who_only_reads_and_a_stranger_do_nothing(clients, house, shop, theirs):
    reader, stranger, path = await clients(f"read_only@{shop.slug}.example"), await clients(theirs.owner), path_of(shop, "1002")
    await reprice(house, shop, "1002", 8_900)
    typed = {"what": "return", "units-1": "1", "reason-1": "taste.colour"}
    assert (await reader.post(f"{path}/ask", data=reader.csrf | typed)).status_code == 403
    assert "<form method" not in (await reader.get(f"{path}/ask")).text.partition('<main id="main">')[2]
    for answer in (
        await stranger.get(f"{path}/ask"),
        await stranger.post(f"{path}/ask", data=stranger.csrf | typed),
        await stranger.post(f"{path}/ask/confirm", data=stranger.csrf | {"what": "return", "token": "abc"}),
    ):
        assert answer.status_code == 404
    assert await kept_of(house, shop) == []
