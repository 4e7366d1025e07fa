"""The desk's pages about a merchant's language model: connected by a form, its turns and cost shown, a stranger sees none of it."""

import re

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.conversations.models import Context, Fact, FactKind, Outcome, ToolAnswer
from doorstep.steps.modelling import ask_model
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.web.desk.model_turns import ENDED, cost
from model_server import calls, endpoint, says

_MADE = iter(range(1000))


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"models{next(_MADE)}", "Models & Co")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def connect(owner, base, **given):
    fields = {"base_url": base, "api_key": "sk-secret", "model": "small<b>", "may": "act", "price_in": "1", "price_out": "2", **given}
    form = {
        "kind": "model",
        "provider": "openai_compatible",
        "name": "My model",
        **{f"set-{name}": value for name, value in fields.items()},
    }
    return await owner.post("/desk/connections/new", data=owner.csrf | form)


async def ask(house, shop, *, now=None):
    now = now or utc_now()
    await house.directory.refresh(house.database, now, force=True)
    tenant = house.directory.tenant(shop.merchant_id)
    context = Context(
        utterance="Where is <script>alert(1)</script> order #5150?",
        language="en",
        today=now.date(),
        shop="Models & Co",
        facts=(Fact(name="status", kind=FactKind.STATUS, value="The parcel is on its way."),),
    )

    async def guards(_):
        return ToolAnswer(ok=False, outcome="not_found")

    async with Wire(allow_private=True) as wire:
        return await ask_model(house.database, house.directory, wire, tenant, context, guards, now)


async def test_a_model_is_connected_by_the_form_that_its_record_makes(owner, house, shop):
    page = await owner.get("/desk/connections")
    assert "/desk/connections/new?kind=model&amp;provider=openai_compatible" in page.text
    form = (await owner.get("/desk/connections/new?kind=model&provider=openai_compatible")).text
    assert re.search(r'name="set-api_key" type="password"', form)
    refused = await connect(owner, "https://models.example/v1", may="everything")
    assert refused.status_code == 422
    assert "may: phrase, choose or act" in refused.text
    made = (await connect(owner, "https://models.example/v1")).headers["location"]
    shown = (await owner.get(made)).text
    assert "sk-secret" not in shown
    assert "/hooks/" not in shown
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await tx.fetchrow("select settings::text as plain, secrets from connection where kind = 'model'")
        (one,) = [c for c in await connections.connections(tx, house.directory.sealer, shop.merchant_id) if c.kind == "model"]
    assert "sk-secret" not in kept["plain"] + str(kept["secrets"])
    assert one.settings["api_key"] == "sk-secret"


async def test_its_turns_and_what_they_cost_are_shown_with_nothing_personal(owner, house, shop):
    async with endpoint(calls(("read_order", {"order": "[ORDER_1]"})), says("It is on its way."), says("You get 500 EUR.")) as theirs:
        made = (await connect(owner, theirs.base)).headers["location"]
        assert (await ask(house, shop)).text == "It is on its way."
        assert await ask(house, shop) is None
    listed = (await owner.get(f"/desk/model-turns?connection={made.rpartition('/')[2]}")).text
    assert "Cost today: 0.0033 EUR" in listed
    assert "It wrote what no fact of the turn says" in listed
    first, second = sorted(int(one) for one in re.findall(r'href="/desk/model-turns/(\d+)"', listed))
    page = (await owner.get(f"/desk/model-turns/{first}")).text
    assert "The same comes out" in page
    assert "<script>alert" not in page
    assert "small&lt;b&gt;" in page
    assert "5150" not in page
    assert "read_order" in page
    assert "amount" in (await owner.get(f"/desk/model-turns/{second}")).text


async def test_a_turn_in_which_nothing_was_asked_says_so(owner, house, shop):
    await connect(owner, "http://127.0.0.1:1/v1", budget_day="0")
    assert await ask(house, shop) is None
    async with house.database.for_merchant(shop.merchant_id) as tx:
        number = await tx.fetchval("select max(model_turn_id) from model_turn")
    page = await owner.get(f"/desk/model-turns/{number}")
    assert page.status_code == 200
    assert "The budget was spent" in page.text
    assert "nothing was asked in this turn" in page.text


async def test_a_stranger_and_marketing_see_no_turn(app, owner, house, shop):
    await connect(owner, "http://127.0.0.1:1/v1")
    assert await ask(house, shop) is None
    async with house.database.for_merchant(shop.merchant_id) as tx:
        number = await tx.fetchval("select max(model_turn_id) from model_turn")
        connection = await tx.fetchval("select connection_id from connection where kind = 'model'")
    theirs = await fill(house.database, house.directory, f"models{next(_MADE)}", "Strangers")
    stranger = await entered(app, theirs.owner)
    assert (await stranger.get(f"/desk/model-turns/{number}")).status_code == 404
    assert (await stranger.get(f"/desk/model-turns?connection={connection}")).status_code == 404
    assert (await stranger.get("/desk/model-turns?connection=x")).status_code == 400
    await stranger.aclose()


async def test_the_hook_of_a_model_answers_nobody(client, owner, house, shop):
    await connect(owner, "https://models.example/v1")
    async with house.database.for_merchant(shop.merchant_id) as tx:
        token = await tx.fetchval("select hook_token from connection where kind = 'model'")
    for method in ("get", "post"):
        assert (await getattr(client, method)(f"/hooks/openai_compatible/{token}")).status_code == 404


def test_every_outcome_has_its_words_and_costs_are_written_as_small_as_they_are():
    assert set(ENDED) == set(Outcome)
    assert [cost(1_100, "EUR"), cost(0, "EUR"), cost(2_500_000, "EUR"), cost(3_000_000, "JPY")] == [
        "0.0011 EUR",
        "0.00 EUR",
        "2.50 EUR",
        "3 JPY",
    ]
