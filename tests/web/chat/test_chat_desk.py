"""The chat at the desk: the line to embed, trying it there, and no other merchant's."""

import re

import httpx
import pytest
from chat_house import BASE

from doorstep.store import access


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
    path = f"/desk/conversations/{row['conversation_id']}"
    page = (await desk.get(path)).text
    assert "Is anybody there?" in page
    given = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "once")}
    answer = await desk.post(f"{path}/answer", data={**given, "text": "Yes: Marta here."})
    assert answer.status_code == 200
    assert (await ana.said(3))[-1]["text"] == "Yes: Marta here."
