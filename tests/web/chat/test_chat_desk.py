"""The chat at the desk: the line to embed, trying it there, and no other merchant's."""

import asyncio
import contextlib
import json
import re

import httpx
import pytest
from chat_house import BASE, events

from doorstep.steps.chat import Mark, Visitor
from doorstep.store import access
from doorstep.store.database import Database
from doorstep.web.chat.streaming import Hub


@pytest.fixture
async def desk(talk):
    """A logged-in owner of ours."""
    email = f"owner-{talk.ours[0]}@loom.example"
    async with talk.house.database.system() as tx:
        await access.add_user(tx, talk.ours[0], email, "correct horse battery", "owner")
    async with httpx.AsyncClient(base_url=BASE, trust_env=False, follow_redirects=True) as client:
        await client.get("/desk/login")
        answer = await client.post("/desk/login", data={"email": email, "password": "correct horse battery"})
        assert answer.status_code == 200
        yield client


async def test_a_connection_shows_the_line_to_embed_and_no_hook(talk, desk):
    page = (await desk.get(f"/desk/connections/{talk.ours[1]}")).text
    assert f"{BASE}/chat.js&#34; data-key=&#34;{talk.ours[2]}&#34;" in page
    assert "/hooks/web_chat/" not in page
    assert "customer_secret" in page
    assert "a-secret-that-shop" not in page


async def test_it_is_tried_on_a_page_of_the_desk_that_may_ask_us_and_nobody_else(talk, desk):
    answer = await desk.get(f"/desk/connections/{talk.ours[1]}/chat")
    assert re.search(rf'src="/chat\.js" data-key="{talk.ours[2]}"', answer.text)
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_another_merchants_chat_is_not_found(talk, desk):
    for path in ("", "/chat"):
        assert (await desk.get(f"/desk/connections/{talk.theirs[1]}{path}")).status_code == 404


async def test_a_site_that_is_no_address_is_refused(talk, desk):
    page = (await desk.get(f"/desk/connections/{talk.ours[1]}")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    for sites in ("http://shop.example", "shop.example", "https://*.shop.example", "https://a@shop.example", "javascript:alert(1)"):
        answer = await desk.post(f"/desk/connections/{talk.ours[1]}", data={"csrf": csrf, "set-allowed_origins": sites})
        assert answer.status_code == 422, sites
        assert "allowed_origins" in answer.text
    answer = await desk.post(
        f"/desk/connections/{talk.ours[1]}",
        data={"csrf": csrf, "set-allowed_origins": "https://shop.example", "set-customer_secret": "short"},
    )
    assert answer.status_code == 422


async def test_what_somebody_answers_at_the_desk_stands_in_the_chat(talk, desk):
    ana = await talk.visitor()
    await ana.write("Is anybody there?")
    await ana.said(2)
    (row,) = await talk.fetch("select conversation_id from conversation where merchant_id = $1", talk.ours[0])
    path = f"/desk/inbox/{row['conversation_id']}"
    page = (await desk.get(path)).text
    assert "Is anybody there?" in page
    given = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "once", "seen")}
    answer = await desk.post(f"{path}/answer", data={**given, "text": "Yes: Marta here."})
    assert answer.status_code == 200
    assert (await ana.said(3))[-1]["text"] == "Yes: Marta here."


@pytest.fixture
async def elsewhere(chat_database):
    """The listening pages of another web process."""
    database = await Database.open(chat_database, most=3)
    hub = Hub(database)
    hearing = asyncio.create_task(hub.hear())
    yield hub
    hearing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await hearing
    await database.close()


def listens(hub, merchant, name):
    """Let a page of a visitor listen."""
    return hub.add(Visitor(merchant_id=merchant[0], connection_id=merchant[1], name=name), Mark())


async def asked_by(talk, desk, visitor):
    """Let a visitor ask; return their conversation's path at the desk and the form's token."""
    await visitor.write("Is anybody there?")
    await visitor.said(2)
    (row,) = await talk.fetch(
        "select conversation_id from conversation where merchant_id = $1 and address = $2", talk.ours[0], visitor.name
    )
    path = f"/desk/inbox/{row['conversation_id']}"
    return path, re.search(r'name="csrf" value="([^"]+)"', (await desk.get(path)).text)[1]


async def test_that_somebody_answers_is_told_to_the_visitors_pages_in_every_process_and_to_nobody_else(talk, desk, elsewhere):
    ana, bo = await talk.visitor(), await talk.visitor()
    path, csrf = await asked_by(talk, desk, ana)
    told, others, strangers = (listens(elsewhere, *of) for of in ((talk.ours, ana.name), (talk.ours, bo.name), (talk.theirs, ana.name)))
    async with talk.client.stream("GET", f"/chat/{ana.key}/events", headers=ana.headers) as answer:

        async def heard():
            assert (await desk.post(f"{path}/typing", data={"csrf": csrf})).status_code == 204
            return not told.queue.empty()

        await talk.until(heard)
        here = [one for one in await events(answer, 2) if one["event"] == "typing"]
    assert here
    assert json.loads(here[0]["data"]) == {"who": "us"}
    assert told.queue.get_nowait() == b'event: typing\ndata: {"who":"us"}\n\n'
    assert others.queue.empty()
    assert strangers.queue.empty()
    assert await talk.fetch("select 1 from audit where merchant_id = $1 and action like '%typ%'", talk.ours[0]) == []


async def test_typing_is_told_again_after_the_connection_for_it_was_lost(talk, desk, elsewhere):
    ana = await talk.visitor()
    path, csrf = await asked_by(talk, desk, ana)
    told = listens(elsewhere, talk.ours, ana.name)

    async def heard():
        await desk.post(f"{path}/typing", data={"csrf": csrf})
        return not told.queue.empty()

    async def lost():
        return await talk.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'LISTEN %'"
        )

    await talk.until(heard)
    await talk.until(lost)
    while not told.queue.empty():
        told.queue.get_nowait()
    await talk.until(heard)


async def test_whoever_types_without_end_is_told_to_wait(talk, desk):
    ana = await talk.visitor()
    path, csrf = await asked_by(talk, desk, ana)
    for _ in range(70):
        if (answer := await desk.post(f"{path}/typing", data={"csrf": csrf})).status_code == 429:
            break
    assert answer.status_code == 429


async def test_the_inbox_has_its_script_and_may_ask_only_us(talk, desk):
    ana = await talk.visitor()
    path, _ = await asked_by(talk, desk, ana)
    answer = await desk.get(path)
    assert re.search(r'src="/look/inbox\.[0-9a-f]+\.js"', answer.text)
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
