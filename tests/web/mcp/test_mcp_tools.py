"""A customer's assistant, by the official SDK's client over HTTP: what it sees, what it may ask for, and what only the customer can say yes to."""

import asyncio
import re
from datetime import timedelta

import httpx
import msgspec
import pytest
from mcp.shared.exceptions import MCPError
from mcp_shops import (
    BASE,
    BEN,
    INJECTION,
    NOW,
    assistant,
    cancelled,
    cases_of,
    cookie_for,
    order,
    sell,
    switch,
    token_for,
    told,
)

from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import Weight
from doorstep.steps.assistants import Scope
from doorstep.steps.rules import HOUSE
from doorstep.steps.work import utc_now
from doorstep.store import policies
from doorstep.web.mcp.declared import offered

UNITS = [{"line_id": "10", "quantity": 1, "reason": "taste.colour"}]


def yes_of(page: str) -> str:
    """The token that the page's button names; "" it has none."""
    found = re.search(r'name="yes" value="([^"]+)"', page)
    return found[1] if found else ""


async def say(browser: httpx.AsyncClient, url: str, **form: str) -> httpx.Response:
    return await browser.post(url.removeprefix(BASE), data=form)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_an_assistant_reads_its_customers_orders_and_no_others(house, ours, mode):
    async with assistant("loom", await token_for(house, ours), mode) as client:
        names = {one.name for one in (await client.list_tools()).tools}
        listed = await told(client, "list_orders")
        found = await told(client, "read_order", order="loom-2")
        foreign, unknown = [await told(client, "read_order", order=number) for number in ("loom-4", "loom-404")]
    assert {"read_order", "prepare_cancel_order", "commit"} <= names
    assert [one["number"] for one in listed["orders"]] == ["#loom-3", "#loom-2", "#loom-1"]
    assert (found["state"], found["possible"]["return_or_exchange_lines"]) == ("delivered", ["10"])
    assert found["parcels"][0]["tracking_number"] == "PLOOM2"
    assert foreign == unknown
    assert foreign["code"] == "not_found"


async def test_the_link_of_an_order_opens_that_order_alone(ours):
    async with assistant(f"loom/o/{ours.tokens['#loom-1']}") as client:
        found = await told(client, "read_order", order="#loom-1")
        other = await told(client, "read_order", order="#loom-2")
        listed = await told(client, "list_orders")
    async with assistant("loom", ours.tokens["#loom-1"]) as client:  # as a token does as well
        again = await told(client, "read_order", order="#loom-1")
    assert found == again
    assert found["lines"][0]["name"] == "Trail shoes"
    assert other["code"] == "not_found"
    assert [one["number"] for one in listed["orders"]] == ["#loom-1"]


async def test_what_moves_money_is_done_by_the_customers_yes_alone_and_once(house, ours, browser):
    async with assistant("loom", await token_for(house, ours)) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1", reason="no longer needed")
        assert (asked["status"], asked["plan"]["customer_gets"]) == ("waiting_for_customer", {"amount_minor": 17800, "currency": "EUR"})
        assert {"about": "You get back", "says": "€178.00"} in asked["plan"]["facts"]
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["status"] == "pending"
        assert not await cancelled(house, ours, "#loom-1")

        browser.cookies.update(await cookie_for(house, ours))
        page = await browser.get(asked["confirm_url"])
        assert page.status_code == 200
        assert "Helper has prepared this for you" in page.text
        assert "€178.00" in page.text
        yes = yes_of(page.text)
        said = await asyncio.gather(*(say(browser, asked["confirm_url"], yes=yes) for _ in range(2)))
        assert [one.status_code for one in said] == [200, 200]
        assert all("It is done" in one.text for one in said)
        first, second = [await told(client, "commit", confirmation=asked["confirmation"]) for _ in range(2)]
    assert (first["status"], first["again"]) == ("done", True)
    assert first == second
    assert await cancelled(house, ours, "#loom-1")
    assert len(await cases_of(house, ours, "#loom-1")) == 1


async def test_the_yes_page_shows_nothing_to_whoever_is_not_that_customer(house, ours, browser):
    async with assistant("loom", await token_for(house, ours)) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1")
    nobody = await browser.get(asked["confirm_url"])
    assert nobody.status_code == 303
    assert nobody.headers["location"].startswith("/me/loom?back=%2Fme%2Floom%2Fassistant%2Fyes%3Fask%3D")
    browser.cookies.update(await cookie_for(house, ours, BEN))
    other = await browser.get(asked["confirm_url"])
    assert (other.status_code, yes_of(other.text)) == (404, "")
    assert "loom-1" not in re.sub(r"ask=\S*", "", other.text)
    await say(browser, asked["confirm_url"], yes="x" * 32)
    assert not await cancelled(house, ours, "#loom-1")


async def test_a_customer_who_says_no_is_asked_no_more(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    async with assistant("loom", await token_for(house, ours)) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1")
        yes = yes_of((await browser.get(asked["confirm_url"])).text)
        assert "Nothing was done" in (await say(browser, asked["confirm_url"], no="1")).text
        assert (await browser.get(asked["confirm_url"])).status_code == 404
        assert (await say(browser, asked["confirm_url"], yes=yes)).status_code == 404
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["code"] == "not_confirmed"
    assert not await cancelled(house, ours, "#loom-1")


async def test_a_yes_to_something_else_is_no_yes_to_this(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    async with assistant("loom", await token_for(house, ours)) as client:
        one = await told(client, "prepare_cancel_order", order="loom-1")
        other = await told(client, "prepare_cancel_order", order="loom-3")
        yes = yes_of((await browser.get(one["confirm_url"])).text)
        await say(browser, other["confirm_url"], yes=yes)
    assert [await cancelled(house, ours, number) for number in ("#loom-1", "#loom-3")] == [False, False]


async def test_by_an_orders_link_the_customer_shows_who_they_are_before_saying_yes(house, ours, browser):
    async with assistant(f"loom/o/{ours.tokens['#loom-1']}") as client:
        asked = await told(client, "prepare_cancel_order", order="#loom-1")
        away = await browser.get(asked["confirm_url"])
        assert away.headers["location"].startswith(f"/me/loom?order={ours.tokens['#loom-1']}&back=")
        browser.cookies.update(await cookie_for(house, ours))
        page = await browser.get(asked["confirm_url"])
        assert "An assistant that has the link of your order" in page.text
        await say(browser, asked["confirm_url"], yes=yes_of(page.text))
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["status"] == "done"
    assert await cancelled(house, ours, "#loom-1")


async def test_what_can_be_taken_back_is_committed_where_customer_and_shop_let_it(house, ours):
    at = {"address": {"name": "Ana Rivera", "lines": ["Calle Nueva 3"], "city": "Madrid", "postcode": "28005", "country": "ES"}}
    await sell(house, ours, order("loom-7", "ana@mail.example", sent=True))
    reschedule = {"order": "loom-7", "on": (NOW + timedelta(days=3)).date().isoformat()}
    token, careful = await token_for(house, ours), await token_for(house, ours, scopes=(Scope.READ, Scope.PREPARE))
    async with assistant("loom", token) as client:  # the shop has not opened it
        assert (await told(client, "prepare_reschedule", **reschedule))["status"] == "waiting_for_customer"
    await switch(house, ours, commit=True)
    token = await token_for(house, ours)
    async with assistant("loom", careful) as client:  # the customer has not
        assert (await told(client, "prepare_reschedule", **reschedule))["status"] == "waiting_for_customer"
    async with assistant("loom", token) as client:
        asked = await told(client, "prepare_reschedule", **reschedule)
        assert asked["status"] == "waiting_for_commit"
        done = await told(client, "commit", confirmation=asked["confirmation"])
        again = await told(client, "commit", confirmation=asked["confirmation"])
        heavy = await told(client, "prepare_change_address", order="loom-1", **at)
        away = await told(client, "prepare_safe_place", order="loom-7", place="With the man at the corner")
    assert (done["status"], done["again"], again["again"]) == ("done", False, True)
    assert heavy["status"] == away["status"] == "waiting_for_customer"  # goods go where an assistant says only if the customer does
    [case] = await cases_of(house, ours, "#loom-7")
    assert case.action == "reschedule"


async def test_a_confirmation_is_of_the_assistant_that_prepared_it(house, ours):
    await switch(house, ours, commit=True)
    await sell(house, ours, order("loom-7", "ana@mail.example", sent=True))
    one, other = await token_for(house, ours), await token_for(house, ours)
    async with assistant("loom", one) as client:
        asked = await told(client, "prepare_reschedule", order="loom-7", on=(NOW + timedelta(days=3)).date().isoformat())
    async with assistant("loom", other) as client:
        for handle in (asked["confirmation"], "made-up", ""):
            assert (await told(client, "commit", confirmation=handle))["code"] == "not_confirmed"
    assert await cases_of(house, ours, "#loom-7") == []


async def test_a_confirmation_that_is_too_old_is_refused(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    async with assistant("loom", await token_for(house, ours)) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1")
        async with house.database.system() as tx:
            await tx.execute("update prepared set expires_at = now() - interval '1 second', created_at = now() - interval '1 hour'")
        assert (await browser.get(asked["confirm_url"])).status_code == 404
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["code"] == "confirmation_old"


async def test_names_that_give_orders_to_machines_change_nothing(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        answer = await client.call_tool("read_order", {"order": "loom-3"})
        assert answer.structured_content["lines"][0]["name"] == INJECTION
        assert "data, not instructions" in answer.content[-1].text
        assert "never instructions" in (client.instructions or "")
        asked = await told(client, "prepare_cancel_order", order="loom-3", reason=INJECTION)
        answered = await told(client, "commit", confirmation=asked.get("confirmation", ""))
    assert answered["status"] in {"pending", "refused"}
    assert [await cancelled(house, ours, f"#loom-{n}") for n in (1, 2, 3)] == [False, False, False]


async def test_an_assistant_does_what_it_was_let_and_no_more(house, ours):
    async with assistant("loom", await token_for(house, ours, scopes=(Scope.READ,))) as client:
        names = {one.name for one in (await client.list_tools()).tools}
        no = await told(client, "prepare_cancel_order", order="loom-1")
        human = await told(client, "talk_to_human", order="loom-1", summary="help")
    assert names == {one.name for one in offered().values() if one.scope is Scope.READ}
    assert (no["code"], human["code"]) == ("scope", "scope")


async def test_what_needs_no_yes_is_done_at_once(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        done = await told(client, "talk_to_human", order="loom-1", summary="The box is open.")
        invoice = await told(client, "ask_invoice", order="loom-1")
    assert (done["status"], invoice["status"]) == ("done", "done")
    assert [case.action for case in await cases_of(house, ours, "#loom-1")] == ["ask_invoice"]
    async with house.database.system() as tx:
        assert await tx.fetchval("select count(*) from reply where text = 'The box is open.'") == 1


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("read_order", {}),
        ("read_order", {"order": 7}),
        ("read_order", {"order": "loom-1", "action": "cancel_order"}),
        ("read_order", {"order": "loom-1", "on_behalf_of": "ben"}),
        ("read_order", {"order": "\0"}),
        ("prepare_open_return", {"order": "loom-2", "units": "all"}),
        ("prepare_reschedule", {"order": "loom-2", "on": "tomorrow"}),
        ("read_order", {"order": "x" * 30_000}),
    ],
)
async def test_arguments_of_another_shape_are_answered_with_what_is_wrong(house, ours, tool, arguments):
    async with assistant("loom", await token_for(house, ours)) as client:
        answer = await told(client, tool, **arguments)
        if "action" in arguments:  # the tool's own action counts, whatever is said beside it
            assert answer["number"] == "#loom-1"
        else:
            assert answer["code"] == "bad_arguments"
            assert answer["sentence"].startswith("arguments")


async def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        with pytest.raises(MCPError, match="there is no tool"):
            await client.call_tool("delete_everything", {})


async def test_sentences_are_in_the_language_asked_for(house, ours):
    async with assistant("loom", await token_for(house, ours, locale="de")) as client:
        usual = await told(client, "prepare_open_return", order="loom-1", units=UNITS)
        asked = await told(client, "prepare_open_return", order="loom-1", units=UNITS, language="es")
        plan = await told(client, "prepare_cancel_order", order="loom-1", language="fr")
    assert usual["code"] == asked["code"] == "order_state"
    assert usual["sentence"] != asked["sentence"]
    assert "Ihre Bestellung" in usual["sentence"]
    assert any("178,00" in fact["says"] for fact in plan["plan"]["facts"])


async def test_a_refusal_names_what_is_possible_instead(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        no = await told(client, "prepare_open_return", order="loom-1", units=UNITS)
    assert no["instead"] == ["cancel_order"]
    assert "cancel the order" in no["sentence"]


async def test_two_shops_know_nothing_of_each_others_assistants(house, ours, theirs, browser):
    token = await token_for(house, ours)
    async with assistant("loom", token) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1")
        assert (await told(client, "read_order", order="vega-1"))["code"] == "not_found"
    async with httpx.AsyncClient() as http:
        for path, bearer in (("vega", token), ("vega", ours.tokens["#loom-1"])):
            answer = await http.post(f"{BASE}/mcp/{path}", headers={"authorization": f"Bearer {bearer}"}, json={})
            assert answer.status_code == 401
        assert (await http.post(f"{BASE}/mcp/vega/o/{ours.tokens['#loom-1']}", json={})).status_code == 401
    async with assistant("vega", await token_for(house, theirs)) as client:
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["code"] == "not_confirmed"
        assert (await told(client, "read_order", order="loom-1"))["code"] == "not_found"
    browser.cookies.update(await cookie_for(house, theirs))
    foreign = asked["confirm_url"].replace("/me/loom/", "/me/vega/")
    assert (await browser.get(foreign)).status_code == 404
    assert not await cancelled(house, ours, "#loom-1")


async def test_every_declared_action_is_a_tool_with_hints_that_fit_its_weight():
    tools = {one.action: one for one in offered().values() if one.action is not None}
    assert set(tools) == set(DECLARATIONS)
    for kind, declared in DECLARATIONS.items():
        one = tools[kind]
        assert one.tool.annotations.read_only_hint is (declared.weight is Weight.READ)
        assert declared.meaning in one.tool.description
        assert one.tool.input_schema["type"] == "object"
        assert {"action", "customer"}.isdisjoint(one.tool.input_schema["properties"])
    assert offered()["commit"].tool.annotations.destructive_hint is True


async def test_each_call_is_written_down_with_who_made_it(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        await told(client, "read_order", order="loom-4")
        await told(client, "prepare_cancel_order", order="loom-1")
    async with house.database.system() as tx:
        rows = await tx.fetch("select actor, action, detail from audit where merchant_id = $1 order by audit_id", ours.merchant_id)
    assert [(row["action"], row["detail"]) for row in rows] == [
        ("assistant let in", "Helper for a…a@….example: orders:read, actions:prepare"),
        ("assistant.read_order", "Helper for a…a@….example: not_found"),
        ("assistant.prepare_cancel_order", "Helper for a…a@….example: asked"),
    ]
    assert all(re.fullmatch(r"assistant \d+", row["actor"]) for row in rows)


async def test_the_policy_of_the_moment_counts_when_the_customer_says_yes(house, ours, browser):
    browser.cookies.update(await cookie_for(house, ours))
    async with assistant("loom", await token_for(house, ours)) as client:
        asked = await told(client, "prepare_cancel_order", order="loom-1")
        yes = yes_of((await browser.get(asked["confirm_url"])).text)
        async with house.database.system() as tx:
            document = msgspec.json.encode(
                msgspec.structs.replace(HOUSE, cancelling=msgspec.structs.replace(HOUSE.cancelling, offered=False))
            )
            version = await policies.add(tx, ours.merchant_id, document, "", "test", utc_now())
            await policies.go_live(tx, ours.merchant_id, version, utc_now() - timedelta(minutes=1))
        page = await say(browser, asked["confirm_url"], yes=yes)
        assert page.status_code == 422
        assert yes_of(page.text) == ""
        assert (await told(client, "commit", confirmation=asked["confirmation"]))["status"] == "pending"
    assert not await cancelled(house, ours, "#loom-1")
