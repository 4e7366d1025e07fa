"""Letting an assistant in and out: OAuth from end to end with the SDK's client, the customer's page, tokens that end, shops that let nobody."""

import html
import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from mcp_shops import ANA, BASE, BEN, assistant, cookie_for, switch, token_for, told

from doorstep.steps import assistants as granting
from doorstep.steps.assistants import Scope
from doorstep.steps.importing_knowledge import bring_in, read_document
from doorstep.steps.work import utc_now
from doorstep.store import access, assistants

#: Where a program on the customer's own machine waits.
CALLBACK = "http://127.0.0.1:7777/callback"
METADATA = {"redirect_uris": [CALLBACK], "client_name": "Desk Helper", "grant_types": ["authorization_code", "refresh_token"]}


class Storage:
    """What a program remembers."""

    def __init__(self) -> None:
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class Program:
    """A program that has itself let in, and the customer's browser it opens."""

    def __init__(self, browser: httpx.AsyncClient, *, ticked: tuple[str, ...] = (), do: str = "allow") -> None:
        self.browser, self.ticked, self.do = browser, ticked, do
        self.storage, self.page, self.came_back = Storage(), "", {}

    async def opens(self, url: str) -> None:
        """Open the browser: the customer reads the page and answers."""
        answer = await self.browser.get(url.removeprefix(BASE))
        assert answer.status_code == 302
        where = answer.headers["location"].removeprefix(BASE)
        page = await self.browser.get(where)
        self.page = page.text
        assert page.status_code == 200, page.headers.get("location")
        answer = await self.browser.post(where, data={"do": self.do, "may": list(self.ticked)})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(CALLBACK)
        self.came_back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def hears(self) -> AuthorizationCodeResult:
        if "error" in self.came_back:
            raise PermissionError(self.came_back["error"])
        return AuthorizationCodeResult(code=self.came_back["code"], state=self.came_back["state"], iss=self.came_back["iss"])

    def auth(self, slug: str = "loom") -> OAuthClientProvider:
        metadata = OAuthClientMetadata.model_validate(METADATA)
        return OAuthClientProvider(f"{BASE}/mcp/{slug}", metadata, self.storage, self.opens, self.hears)


async def reads(auth: OAuthClientProvider, number: str = "loom-1") -> dict:
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(f"{BASE}/mcp/loom", http_client=http)) as client,
    ):
        return await told(client, "read_order", order=number)


async def test_a_program_has_itself_let_in_reads_refreshes_and_is_turned_out(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    program = Program(browser, ticked=(Scope.PREPARE.value,))
    assert (await reads(program.auth()))["number"] == "#loom-1"
    page = html.unescape(program.page)
    assert "Let Desk Helper act for you?" in page
    assert "You will be led back to 127.0.0.1." in page
    assert "a…a@….example" in page
    assert program.storage.client.token_endpoint_auth_method == "none"
    assert program.storage.client.client_secret is None
    first = program.storage.tokens
    assert first.scope == "orders:read actions:prepare"

    async with house.database.system() as tx:
        await tx.execute("update assistant_grant set access_expires_at = now() - interval '1 second'")
    refreshing = program.auth()
    async with httpx.AsyncClient(base_url=BASE) as http:
        body = {"grant_type": "refresh_token", "refresh_token": first.refresh_token, "client_id": program.storage.client.client_id}
        second = (await http.post("/mcp/loom/token", data=body)).json()
    assert second["refresh_token"] != first.refresh_token
    program.storage.tokens = first.model_copy(update={"access_token": second["access_token"], "refresh_token": second["refresh_token"]})
    assert (await reads(refreshing))["number"] == "#loom-1"

    async with httpx.AsyncClient(base_url=BASE) as http:  # the first refresh token was copied: all of it ends
        copied = await http.post("/mcp/loom/token", data=body)
        assert (copied.status_code, copied.json()["error"]) == (400, "invalid_grant")
        answer = await http.post("/mcp/loom", headers={"authorization": f"Bearer {second['access_token']}"}, json={})
    assert answer.status_code == 401


async def test_a_customer_who_is_not_signed_in_is_led_to_the_code_and_back(house, ours, browser):
    async with httpx.AsyncClient(base_url=BASE) as http:
        client = (await http.post("/mcp/loom/register", json=METADATA)).json()
    query = {"client_id": client["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "code_challenge": "c" * 43, "state": "s"}
    away = await browser.get("/mcp/loom/authorize", params=query | {"code_challenge_method": "S256"})
    page = await browser.get(away.headers["location"].removeprefix(BASE))
    assert page.status_code == 303
    form = await browser.get(page.headers["location"])
    back = html.unescape(re.search(r'name="back" value="([^"]+)"', form.text)[1])
    assert back.startswith("/me/loom/assistant/allow?ask=")
    answer = await browser.post("/me/loom", data={"contact": ANA, "back": back})
    handle = re.search(r'name="handle" value="([^"]+)"', answer.text)[1]
    async with house.database.system() as tx:
        text = await tx.fetchval("select text from message where template = 'one_time_code'")
    code = re.search(r"\b(\d{6})\b", text)[1]
    typed = await browser.post("/me/loom/code", data={"handle": handle, "code": code, "back": back})
    assert typed.headers["location"] == back
    assert "act for you" in (await browser.get(back)).text


async def test_a_customer_who_answers_no_lets_nobody_in(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    program = Program(browser, do="deny")
    with pytest.raises(BaseException) as caught:
        await reads(program.auth())
    assert "access_denied" in repr(caught.value) or caught.group_contains(PermissionError, match="access_denied")
    async with house.database.system() as tx:
        assert await tx.fetchval("select count(*) from assistant_grant") == 0


async def test_a_code_is_exchanged_once_by_its_program_with_its_proof(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    async with httpx.AsyncClient(base_url=BASE) as http:
        ours_, other = [(await http.post("/mcp/loom/register", json=METADATA)).json()["client_id"] for _ in range(2)]
        challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of the verifier below: RFC 7636, appendix B
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        query = {"client_id": ours_, "redirect_uri": CALLBACK, "response_type": "code", "code_challenge_method": "S256"}
        away = await browser.get("/mcp/loom/authorize", params=query | {"code_challenge": challenge})
        where = away.headers["location"].removeprefix(BASE)
        back = await browser.post(where, data={"do": "allow"})
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": ours_, "code_verifier": verifier}
        for wrong in ({"client_id": other}, {"code_verifier": "x" * 43}, {"redirect_uri": "https://evil.example/"}, {"code": "made-up"}):
            assert (await http.post("/mcp/loom/token", data=body | wrong)).status_code == 400
        first = await http.post("/mcp/loom/token", data=body)
        assert (first.status_code, first.json()["scope"]) == (200, "orders:read")
        assert (await http.post("/mcp/loom/token", data=body)).json()["error"] == "invalid_grant"
        done = await http.post("/mcp/loom/revoke", data={"token": first.json()["access_token"], "client_id": ours_})
        assert done.status_code == 200
        gone = await http.post("/mcp/loom", headers={"authorization": f"Bearer {first.json()['access_token']}"}, json={})
    assert gone.status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        {"redirect_uris": ["http://evil.example/"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["data:text/html,x"]},
        {"redirect_uris": ["https://a.example/#part"]},
        {"redirect_uris": ["https://user@a.example/"]},
        {"redirect_uris": []},
        {"redirect_uris": ["https://a.example/"] * 6},
        {"grant_types": ["client_credentials"]},
        {"redirect_uris": "https://a.example/"},
    ],
)
async def test_a_program_that_would_lead_customers_astray_is_not_registered(said):
    async with httpx.AsyncClient(base_url=BASE) as http:
        answer = await http.post("/mcp/loom/register", json=METADATA | said)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}


async def test_programs_register_a_few_times_an_hour(ours):
    async with httpx.AsyncClient(base_url=BASE) as http:
        answers = [(await http.post("/mcp/loom/register", json=METADATA)).status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]


async def test_an_answer_to_a_redirect_of_another_program_leads_nowhere(ours, browser):
    async with httpx.AsyncClient(base_url=BASE) as http:
        client = (await http.post("/mcp/loom/register", json=METADATA)).json()["client_id"]
    query = {"client_id": client, "response_type": "code", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    for wrong in ({"redirect_uri": "https://evil.example/"}, {"client_id": "dc_nobody", "redirect_uri": CALLBACK}):
        assert (await browser.get("/mcp/loom/authorize", params=query | wrong)).status_code == 400
    plain = await browser.get("/mcp/loom/authorize", params=query | {"redirect_uri": CALLBACK, "code_challenge_method": "plain"})
    assert "error=invalid_request" in plain.headers["location"]


async def test_a_token_holds_until_its_day_or_until_its_customer_ends_it(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    made = await browser.post("/me/loom/assistant", data={"name": "Kitchen radio", "days": "7", "may": "actions:prepare"})
    token = re.search(r">(da_[^<]+)<", made.text)[1]
    assert (await browser.get("/me/loom/assistant")).text.count(token) == 0
    async with assistant("loom", token) as client:
        assert (await told(client, "read_order", order="loom-1"))["number"] == "#loom-1"
    page = await browser.get("/me/loom/assistant")
    assert "Kitchen radio" in page.text
    grant = re.search(r'name="revoke" value="(\d+)"', page.text)[1]

    async with httpx.AsyncClient(base_url=BASE, cookies=await cookie_for(house, ours, BEN)) as other:  # a stranger ends nothing
        await other.post("/me/loom/assistant", data={"revoke": grant})
        assert "Kitchen radio" not in (await other.get("/me/loom/assistant")).text
    async with httpx.AsyncClient(base_url=BASE) as http:
        bearer = {"authorization": f"Bearer {token}"}
        assert (await http.post("/mcp/loom", headers=bearer, json={})).status_code != 401
        await browser.post("/me/loom/assistant", data={"revoke": grant})
        gone = await http.post("/mcp/loom", headers=bearer, json={})
        assert gone.status_code == 401
        assert 'error="invalid_token"' in gone.headers["www-authenticate"]
        old = await token_for(house, ours, days=0)
        assert (await http.post("/mcp/loom", headers={"authorization": f"Bearer {old}"}, json={})).status_code == 401


@pytest.mark.parametrize("form", [{"name": "", "days": "7"}, {"name": "x", "days": "3650"}, {"name": "x"}])
async def test_a_token_without_a_name_or_of_another_length_is_not_made(house, ours, browser, form):
    browser.cookies.update(await cookie_for(house, ours))
    answer = await browser.post("/me/loom/assistant", data=form)
    assert answer.status_code == 422
    assert "da_" not in answer.text


async def test_nobody_makes_a_token_for_whom_it_is_not_sure_that_they_are_the_customer(house, ours, browser):
    answer = await browser.post("/me/loom/assistant", data={"name": "x", "days": "7"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/me/loom?back=")
    foreign = {"origin": "https://evil.example"}
    browser.cookies.update(await cookie_for(house, ours))
    for path in ("/me/loom/assistant", "/me/loom/assistant/allow?ask=x", "/me/loom/assistant/yes?ask=x"):
        assert (await browser.post(path, data={"name": "x", "days": "7"}, headers=foreign)).status_code == 403


async def test_tokens_are_kept_as_hashes(house, ours):
    token = await token_for(house, ours)
    async with house.database.system() as tx:
        row = await tx.fetchrow("select row_to_json(g)::text as all, access_hash from assistant_grant g")
    assert token not in row["all"]
    assert row["access_hash"] == access.token_hash(token)


async def test_who_is_not_let_in_learns_where_to_ask(house, ours):
    async with httpx.AsyncClient(base_url=BASE) as http:
        answer = await http.post("/mcp/loom", json={})
        assert answer.status_code == 401
        where = re.search(r'resource_metadata="([^"]+)"', answer.headers["www-authenticate"])[1]
        resource = (await http.get(where.removeprefix(BASE))).json()
        server = (await http.get("/.well-known/oauth-authorization-server/mcp/loom")).json()
        assert (await http.get("/.well-known/oauth-protected-resource/mcp/nobody")).status_code == 404
        assert (await http.post("/mcp/nobody", json={})).status_code == 404
    assert resource["authorization_servers"] == [server["issuer"]] == [f"{BASE}/mcp/loom"]
    assert resource["scopes_supported"] == ["orders:read", "actions:prepare"]
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert server["token_endpoint_auth_methods_supported"] == ["none"]


async def test_a_shop_that_lets_no_assistants_in_has_no_such_pages(house, ours, browser):
    token = await token_for(house, ours)
    await switch(house, ours, customers=False)
    browser.cookies.update(await cookie_for(house, ours))
    async with httpx.AsyncClient(base_url=BASE) as http:
        assert (await http.post("/mcp/loom", headers={"authorization": f"Bearer {token}"}, json={})).status_code == 404
        assert (await http.post("/mcp/loom/register", json=METADATA)).status_code == 404
        assert (await http.get("/.well-known/oauth-protected-resource/mcp/loom")).status_code == 404
    assert (await browser.get("/me/loom/assistant")).status_code == 404
    assert "/me/loom/assistant" not in (await browser.get("/me/loom")).text


async def test_pages_of_other_sites_and_too_many_calls_are_turned_away(house, ours):
    bearer = {"authorization": f"Bearer {await token_for(house, ours)}"}
    async with httpx.AsyncClient(base_url=BASE) as http:
        assert (await http.post("/mcp/loom", headers=bearer | {"origin": "https://evil.example"}, json={})).status_code == 403
        answers = [(await http.post("/mcp/loom", headers=bearer, json={})).status_code for _ in range(125)]
    assert 429 in answers[-6:]
    assert 429 not in answers[:100]


async def test_shopping_tools_are_for_anybody_where_the_shop_opened_them(house, ours):
    async with httpx.AsyncClient(base_url=BASE) as http:
        assert (await http.post("/mcp/loom/shopping", json={})).status_code == 404
    await switch(house, ours, shopping=True)
    async with assistant("loom/shopping") as client:
        names = {one.name for one in (await client.list_tools()).tools}
        figures = await told(client, "delivery_performance", by="lane")
        rules = await told(client, "return_rules", language="de")
        wrong = await told(client, "delivery_performance", by="customer")
        nowhere = await told(client, "delivery_estimate", country="XX")
        no = await told(client, "read_order", order="loom-1")
        human = await told(client, "talk_to_human", summary="spam")
    assert names == {"delivery_performance", "delivery_estimate", "ask_shop", "return_rules"}
    assert (figures["shop"], figures["whole"], figures["by_lane"]) == ("Loom", None, [])  # one parcel is too few to be told
    assert any("days after the day on which the goods arrived" in line for line in rules["rules"])
    assert (wrong["status"], nowhere["status"]) == ("failed", "failed")
    assert (no["code"], human["code"]) == ("scope", "scope")
    assert "mail.example" not in json.dumps([figures, rules])
    async with house.database.system() as tx:
        assert await tx.fetchval("select count(*) from audit where action like 'assistant%'") == 0


async def test_what_the_shop_says_is_quoted_with_its_source_or_it_does_not_say(house, ours, theirs):
    text = b"# Shipping\n\n## Where we ship\n\nWe ship to Spain and Portugal only. Delivery to the islands costs 12 euros."
    document = read_document(text, "shipping.md", language="en", url="https://loom.example/shipping")
    await bring_in(house.database, ours.merchant_id, [document], "test", utc_now())
    for shop in (ours, theirs):
        await switch(house, shop, shopping=True)
    async with assistant("loom/shopping") as client:
        found = await told(client, "ask_shop", question="Do you ship to Portugal?")
        wrong = await told(client, "ask_shop", question="")
    async with assistant("vega/shopping") as client:
        silent = await told(client, "ask_shop", question="Do you ship to Portugal?")
    assert "We ship to Spain and Portugal only." in found["says"]
    assert (found["url"], found["as_of"]) == ("https://loom.example/shipping", utc_now().date().isoformat())
    assert (silent["says"], silent["why"]) == (None, "empty")
    assert wrong["status"] == "failed"


async def test_an_estimate_says_from_how_much_it_was_learnt(house, ours):
    await switch(house, ours, shopping=True)
    async with assistant("loom/shopping") as client:
        found = await told(client, "delivery_estimate", country="ES", postcode="28004")
    assert found["from_on"] <= found["to_on"]
    assert 0 < found["chance"] <= 1


async def test_what_ended_long_ago_is_forgotten(house, ours):
    await token_for(house, ours)
    now = utc_now()
    async with house.database.system() as tx:
        await assistants.register(tx, ours.merchant_id, granting.new_client("Never used", (CALLBACK,)), now - timedelta(days=3))
        await assistants.sweep(tx, now)
        assert await tx.fetchval("select count(*) from assistant_client") == 0
        assert await tx.fetchval("select count(*) from assistant_grant") == 1
        await assistants.sweep(tx, now + timedelta(days=60))
        assert await tx.fetchval("select count(*) from assistant_grant") == 0
