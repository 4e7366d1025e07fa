"""The desk as answers: who gets in, who may change what, and that a stranger sees nothing."""

import re
from urllib.parse import quote_plus

import httpx
import pytest
from page_shops import BASE, HOSTILE, PASSWORD

from doorstep.store import access, connections, desk
from doorstep.web.desk import ROUTES


async def log_in(client, email, password=PASSWORD, **headers):
    return await client.post("/desk/login", data={"email": email, "password": password}, headers=headers)


@pytest.fixture
async def desks(app, house):
    """Makes a logged-in client: `await desks("owner@loom.example")`."""
    opened = []

    async def make(email):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url=BASE)
        opened.append(client)
        answer = await log_in(client, email)
        assert answer.status_code == 303
        return client

    yield make
    for client in opened:
        await client.aclose()


async def csrf_of(client):
    return re.search(r'name="csrf" value="([^"]+)"', (await client.get("/desk")).text)[1]


def paths(shop):
    """Every page of the desk for a shop's own rows."""
    return [
        "/desk",
        "/desk/shipments",
        "/desk/shipments?problems=1",
        "/desk/shipments?status=delivered",
        f"/desk/shipments?q={shop.slug}-1003",
        f"/desk/shipments?q={shop.slug}-1001@mail.example",
        f"/desk/shipments/{next(iter(shop.parcel_ids.values()))}",
        *[f"/desk/orders/{order_id}" for order_id in shop.order_ids.values()],
        "/desk/gallery",
        "/desk/gallery?of=problems&channel=sms&language=es&tone=warm&manner=long",
        "/desk/gallery/failed_attempt?manner=rtl",
        "/desk/gallery/delivery_problem?pitfall=lost",
        "/desk/gallery/shipped/shown",
        "/desk/templates",
        "/desk/templates/shipped",
        "/desk/inbox",
        *[f"/desk/inbox?view={view}" for view in ("waiting", "mine", "snoozed", "closed", "everything")],
        f"/desk/inbox?q={shop.email}",
        *[f"/desk/inbox/{talk_id}" for talk_id in shop.talk_ids.values()],
        "/desk/macros",
        "/desk/handing",
        "/desk/talks",
        "/desk/talks/where",
        "/desk/talks/words?language=en",
        "/desk/talks/try",
        "/desk/understanding?try=where+is+it&label=track.where",
        f"/desk/customers?q={shop.email}",
        *[f"/desk/customers/{customer_id}" for customer_id in shop.customer_ids.values()],
        "/desk/knowledge",
        "/desk/knowledge?q=how+long+does+delivery+take&language=en",
        "/desk/knowledge/new",
        "/desk/learning",
        "/desk/talks/figures",
        "/desk/talks/figures.csv",
        "/desk/messages",
        "/desk/messages?state=sent",
        f"/desk/messages/{shop.message_id}",
        f"/desk/messages/{shop.message_id}/shown",
        "/desk/pitfalls",
        "/desk/reasons",
        "/desk/unknown",
        "/desk/unknown/map?carrier=gls&code=X&text=Held",
        "/desk/letters",
        "/desk/approvals",
        "/desk/suppressions",
        "/desk/connections",
        f"/desk/connections/{shop.connection_ids['ups']}",
        "/desk/connections/new?kind=channel&provider=email",
        "/desk/keys",
        "/desk/assistants",
        "/desk/brand",
        "/desk/settings",
        "/desk/users",
        "/desk/changes",
    ]


async def test_the_owner_sees_every_page(desks, ours):
    client = await desks(ours.owner)
    for path in paths(ours):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers.get("content-security-policy", "") if path.endswith(".csv") else answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy or path.endswith("/shown") or "/templates/" in path or "/talks/" in path
        assert answer.headers["cache-control"] == "no-store"


async def test_nothing_is_shown_without_a_session(client, ours):
    for path in paths(ours):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login"), path
    assert (await client.get("/desk", headers={"cookie": "doorstep_desk=forged"})).status_code == 303
    assert (await client.post("/desk/letters/replay", data={"which": "all"})).headers["location"] == "/desk/login"


async def test_a_stranger_from_another_merchant_sees_none_of_our_rows_on_any_route(desks, ours, theirs):
    stranger = await desks(theirs.owner)
    secrets_of_ours = ("loom", "LOOM", ours.message_id, *ours.order_tokens.values(), *ours.parcel_tokens.values())
    for path in paths(ours):
        answer = await stranger.get(path)
        assert answer.status_code in {200, 404}, path
        if re.search(r"/\d+$|/[0-9a-f-]{36}", path):
            assert answer.status_code == 404, path
        typed = path.partition("q=")[2] or "\0"
        text = answer.text.replace(typed, "").replace(quote_plus(typed), "")
        for secret in secrets_of_ours:
            assert secret not in text, (path, secret)


async def test_a_stranger_changes_nothing_of_ours(desks, house, ours, theirs):
    stranger = await desks(theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    ups = ours.connection_ids["ups"]
    assert (await stranger.post(f"/desk/connections/{ups}", data=csrf | {"name": "taken"})).status_code == 404
    assert (await stranger.post(f"/desk/connections/{ups}/state", data=csrf | {"state": "paused"})).status_code == 404
    await stranger.post(f"/desk/keys/{ours.key_id}/revoke", data=csrf)
    await stranger.post("/desk/letters/replay", data=csrf | {"which": str(ours.inbox_id)})
    parcel = next(iter(ours.parcel_ids.values()))
    said = await stranger.post(f"/desk/shipments/{parcel}/pitfalls", data=csrf | {"kind": "not_received"})
    assert said.status_code == 404
    async with house.database.for_merchant(ours.merchant_id) as tx:
        assert (await connections.one(tx, house.directory.sealer, ours.merchant_id, ups)).name == "ups of loom"
        assert all(row["revoked_at"] is None for row in await access.keys(tx, ours.merchant_id) if row["key_id"] == ours.key_id)
        assert await tx.fetchval("select count(*) from dead_letter where inbox_id = $1", ours.inbox_id) == 1


def posts():
    """Every route of the desk that takes a POST."""
    return sorted(route.path.removeprefix("/desk") for route in ROUTES[0].routes if "POST" in route.methods and route.path != "/desk/login")


def test_every_change_is_listed_here_so_that_none_escapes_the_next_test():
    assert posts() == [
        "/approvals/{connection_id:int}/ask",
        "/approvals/{connection_id:int}/hand-in",
        "/assistants",
        "/assistants/clients/{client_id:str}/revoke",
        "/assistants/grants/{grant_id:int}/revoke",
        "/brand",
        "/cases/{case_id:int}/approve",
        "/cases/{case_id:int}/ask",
        "/cases/{case_id:int}/cancel",
        "/cases/{case_id:int}/close",
        "/cases/{case_id:int}/errands/{errand_id:int}",
        "/cases/{case_id:int}/inspect",
        "/cases/{case_id:int}/note",
        "/cases/{case_id:int}/override",
        "/cases/{case_id:int}/part",
        "/cases/{case_id:int}/photos",
        "/cases/{case_id:int}/received",
        "/cases/{case_id:int}/refuse",
        "/cases/{case_id:int}/settle",
        "/connections/new",
        "/connections/{connection_id:int}",
        "/connections/{connection_id:int}/hook",
        "/connections/{connection_id:int}/secret",
        "/connections/{connection_id:int}/state",
        "/connections/{connection_id:int}/test",
        "/customers/changes/{change_id:int}/back",
        "/customers/{customer_id:int}/merge",
        "/customers/{customer_id:int}/split",
        "/handing",
        "/handing/agents/{user_id:int}",
        "/inbox/next",
        "/inbox/presence",
        "/inbox/{conversation_id:int}/answer",
        "/inbox/{conversation_id:int}/close",
        "/inbox/{conversation_id:int}/give",
        "/inbox/{conversation_id:int}/note",
        "/inbox/{conversation_id:int}/snooze",
        "/inbox/{conversation_id:int}/take",
        "/inbox/{conversation_id:int}/typing",
        "/keys",
        "/keys/{key_id:int}/revoke",
        "/knowledge/fetch",
        "/knowledge/new",
        "/knowledge/unanswered/{unanswered_id:int}/settle",
        "/knowledge/upload",
        "/knowledge/{article_id:int}",
        "/knowledge/{article_id:int}/remove",
        "/learning",
        "/learning/{proposal_id:int}/accept",
        "/learning/{proposal_id:int}/dismiss",
        "/letters/replay",
        "/logout",
        "/macros",
        "/macros/{macro_id:int}",
        "/macros/{macro_id:int}/drop",
        "/orders/{order_id:int}/ask",
        "/orders/{order_id:int}/ask/confirm",
        "/performance/keys",
        "/performance/keys/{key_id:str}/withdraw",
        "/performance/settings",
        "/pitfalls/{pitfall_id:int}/close",
        "/pitfalls/{pitfall_id:int}/mute",
        "/policy/edit",
        "/policy/{number:int}/live",
        "/replies/{reply_id:int}/files/{position:int}/fetch",
        "/settings",
        "/shipments/{shipment_id:int}/pitfalls",
        "/suppressions",
        "/suppressions/import",
        "/suppressions/lift",
        "/talks/machine",
        "/talks/try",
        "/talks/versions/{number:int}/drop",
        "/talks/versions/{number:int}/live",
        "/talks/words",
        "/talks/words/preview",
        "/talks/{slug:str}/next",
        "/talks/{slug:str}/preview",
        "/talks/{slug:str}/switch",
        "/talks/{slug:str}/words",
        "/templates/{template:str}",
        "/templates/{template:str}/preview",
        "/templates/{template:str}/test",
        "/understanding/drop",
        "/understanding/phrases",
        "/understanding/train",
        "/understanding/{number:int}/live",
        "/unknown/map",
        "/unknown/mapped/{mapping_id:int}/back",
        "/users",
        "/users/password",
        "/users/{user_id:int}/password",
        "/users/{user_id:int}/role",
        "/users/{user_id:int}/state",
    ]


@pytest.mark.parametrize("path", posts())
async def test_a_form_without_the_sessions_token_is_refused(desks, ours, theirs, path):
    owner = await desks(ours.owner)
    address = "/desk" + re.sub(r"{[^}]+}", "1", path)
    foreign = await csrf_of(await desks(theirs.owner))
    for form in ({}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": foreign}, {"csrf": "ü"}):
        assert (await owner.post(address, data=form)).status_code == 403


async def test_a_member_sees_and_replays(desks, theirs):
    member = await desks(theirs.member)
    for path in paths(theirs):
        assert (await member.get(path)).status_code == (403 if path == "/desk/keys" else 200), path
    assert theirs.slug + "-ups-hook-token" not in (await member.get("/desk/connections")).text
    answer = await member.post("/desk/letters/replay", data={"csrf": await csrf_of(member), "which": str(theirs.inbox_id)})
    assert answer.headers["location"] == "/desk/letters?replayed=1"


async def test_hostile_texts_stay_text_at_the_desk(desks, theirs):
    owner = await desks(theirs.owner)
    for path in paths(theirs):
        if not path.endswith("/shown"):
            text = (await owner.get(path)).text
            assert HOSTILE not in text
            assert "<script" not in re.sub(r'<script type="module" src="/look/(?:preview|inbox)\.[0-9a-f]{8}\.js"></script>', "", text)
    shown = await owner.get(f"/desk/messages/{theirs.message_id}/shown")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "script-src" not in shown.headers["content-security-policy"]  # default-src 'none' holds


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, ours):
    wrong, unknown = await log_in(client, ours.owner, "no"), await log_in(client, "nobody@nowhere.example", "no")
    assert wrong.status_code == unknown.status_code == 401
    assert re.sub(r'value="[^"]*"', "", wrong.text) == re.sub(r'value="[^"]*"', "", unknown.text)
    assert "set-cookie" not in wrong.headers


async def test_passwords_cannot_be_tried_for_ever_nor_from_another_site(client, ours):
    assert (await log_in(client, ours.owner, **{"sec-fetch-site": "cross-site"})).status_code == 403
    for _ in range(8):
        assert (await log_in(client, ours.member, "no")).status_code == 401
    assert (await log_in(client, ours.member)).status_code == 429


async def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_ends_with_the_log_out(client, ours):
    answer = await log_in(client, ours.owner)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # this installation speaks plain http
    kept = client.cookies.get("doorstep_desk")
    await client.post("/desk/logout", data={"csrf": await csrf_of(client)})
    assert (await client.get("/desk", headers={"cookie": f"doorstep_desk={kept}"})).status_code == 303


async def test_a_connection_is_made_from_the_plug_ins_settings_and_its_secret_is_never_shown(desks, house, ours):
    owner = await desks(ours.owner)
    csrf = {"csrf": await csrf_of(owner)}
    form = csrf | {"kind": "channel", "provider": "twilio", "name": "Texts"}
    answer = await owner.post("/desk/connections/new", data=form | {"set-auth_token": "s3cret-token"})
    assert answer.status_code == 422
    assert "Account SID" in answer.text
    assert "s3cret-token" not in answer.text
    answer = await owner.post("/desk/connections/new", data=form | {"set-account_sid": "AC1", "set-auth_token": "s3cret-token"})
    assert answer.status_code == 303
    path = answer.headers["location"]
    text = (await owner.get(path)).text
    assert "s3cret-token" not in text
    assert f"{BASE}/hooks/twilio/" in text
    await owner.post(path, data=csrf | {"name": "Texts 2", "set-account_sid": "AC2", "set-auth_token": ""})
    async with house.database.for_merchant(ours.merchant_id) as tx:
        kept = await connections.one(tx, house.directory.sealer, ours.merchant_id, int(path.rpartition("/")[2]))
        audited = [(row["action"], row["email"]) for row in await desk.changes(tx, ours.merchant_id)]
    assert (kept.name, kept.settings["account_sid"], kept.settings["auth_token"]) == ("Texts 2", "AC2", "s3cret-token")
    assert ("connect", ours.owner) in audited
    assert ("change_connection", ours.owner) in audited
    await owner.post(f"{path}/state", data=csrf | {"state": "paused"})
    assert "paused at the desk" in (await owner.get("/desk/connections")).text
    await owner.post(f"{path}/state", data=csrf | {"state": "active"})
    assert "paused at the desk" not in (await owner.get("/desk/connections")).text


async def test_a_key_is_shown_once_works_and_is_revoked(desks, house, ours):
    owner = await desks(ours.owner)
    csrf = {"csrf": await csrf_of(owner)}
    assert (await owner.post("/desk/keys", data=csrf | {"name": "none"})).status_code == 400
    made = await owner.post("/desk/keys", data=csrf | {"name": "Till", "scope": ["orders:write", "everything"]})
    key = re.search(r"<code>([\w-]{40,})</code>", made.text)[1]
    assert key not in (await owner.get("/desk/keys")).text
    async with house.database.system() as tx:
        found = await access.key_of(tx, key)
    assert found.scopes == {"orders:write"}
    await owner.post(f"/desk/keys/{found.key_id}/revoke", data=csrf)
    async with house.database.system() as tx:
        assert await access.key_of(tx, key) is None


@pytest.mark.parametrize(
    "path",
    [
        "/desk/orders/99999999999999999999999",
        "/desk/orders/0",
        "/desk/orders/x",
        "/desk/shipments/-1",
        "/desk/messages/none",
        "/desk/messages/01a2019e-996d-7d6d-ad2b-3c661a0ab6ba",
        "/desk/connections/99999999999999999999999",
        "/desk/connections/new?kind=carrier&provider=none",
        "/desk/connections/new?kind=x",
    ],
)
async def test_what_is_not_there_is_a_4xx(desks, ours, path):
    assert 400 <= (await (await desks(ours.owner)).get(path)).status_code < 500


@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "before=99999999999999999999", "before=x", "status=x", "q=" + "a" * 5000])
async def test_any_search_is_answered(desks, ours, query):
    owner = await desks(ours.owner)
    assert (await owner.get(f"/desk/shipments?{query}")).status_code == 200
    assert (await owner.get(f"/desk/messages?{query}")).status_code == 200
    assert (await owner.get(f"/desk/letters?{query}")).status_code == 200
