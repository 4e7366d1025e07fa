"""A helpdesk at the desk: connected by a form, its hook shown, tested; and where a conversation was handed to, in the inbox."""

import re
from datetime import UTC, datetime

import pytest
from desk_clients import csrf_of, entered
from desk_inbox import again, wrote
from page_shops import fill

from doorstep.store import connections, helpdesks

_MADE = iter(range(1000))
NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
CHATWOOT = {"account_id": "12", "inbox_id": "67", "api_access_token": "an-access-token", "base_url": "https://desk.shop.example"}


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"helpdesk{next(_MADE)}", "Help & Desk")


@pytest.fixture
async def desk(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def connect(desk, provider, **settings):
    given = {"kind": "helpdesk", "provider": provider, "name": f"Our {provider}"} | {
        f"set-{name}": value for name, value in settings.items()
    }
    return await desk.post("/desk/connections/new", data={**desk.csrf, **given})


async def linked(house, shop, conversation_id, connection_id, **changes):
    """Have a conversation's handover be at a helpdesk, as a worker leaves it."""
    async with house.database.system() as tx:
        await helpdesks.link(tx, [(shop.merchant_id, connection_id)], NOW, 50)
        await tx.execute(
            "update helpdesk_link set remote_id = $3, state = $4, agent = $5, why = $6 where merchant_id = $1 and conversation_id = $2",
            shop.merchant_id,
            conversation_id,
            *(changes.get(name, "") for name in ("remote_id", "state", "agent", "why")),
        )


async def test_a_helpdesk_is_connected_by_its_declared_settings_and_its_hook_is_shown(desk, house, shop):
    page = (await desk.get("/desk/connections")).text
    assert "Helpdesks" in page
    form = (await desk.get("/desk/connections/new?kind=helpdesk&provider=chatwoot")).text
    assert all(f'name="set-{name}"' in form for name in CHATWOOT)
    missing = await connect(desk, "chatwoot", account_id="12")
    assert missing.status_code == 422
    assert "inbox_id" in missing.text
    made = await connect(desk, "chatwoot", **CHATWOOT)
    assert made.status_code == 303
    page = (await desk.get(made.headers["location"])).text
    assert re.search(r"/hooks/chatwoot/[\w-]{20,}", page)
    assert "an-access-token" not in page
    assert "Nobody is written to" in page  # it can be tested
    async with house.database.for_merchant(shop.merchant_id) as tx:
        [kept] = [one for one in await connections.connections(tx, house.directory.sealer, shop.merchant_id) if one.kind == "helpdesk"]
    assert kept.settings["api_access_token"] == "an-access-token"


async def test_zendesk_is_connected_before_its_secret_is_known_and_the_secret_is_added(desk):
    made = await connect(desk, "zendesk", subdomain="shop", email="agent@shop.example", api_token="a-token")
    page = made.headers["location"]
    added = await desk.post(page, data={**desk.csrf, "name": "Zendesk", "set-subdomain": "shop", "set-signing_secret": "s3cret"})
    assert added.status_code == 303
    assert "kept; type to replace it" in (await desk.get(page)).text


async def test_the_inbox_says_where_a_conversation_was_handed_to_and_who_has_it(desk, house, shop):
    connection_id = int((await connect(desk, "chatwoot", **CHATWOOT)).headers["location"].rpartition("/")[2])
    talk = await wrote(house, shop, "+34600000901", "Where is it?")
    await again(house, shop, talk, "asked")
    assert "at-helpdesk" not in (await desk.get(f"/desk/inbox/{talk}")).text
    await linked(house, shop, talk, connection_id, remote_id="", state="opening")
    assert "On its way to Our chatwoot." in (await desk.get(f"/desk/inbox/{talk}")).text
    await linked(house, shop, talk, connection_id, remote_id="123", state="open", agent="Marta <b>")
    page = (await desk.get(f"/desk/inbox/{talk}")).text
    assert 'href="https://desk.shop.example/app/accounts/12/conversations/123"' in page
    assert "where Marta &lt;b&gt; has it" in page
    await linked(house, shop, talk, connection_id, remote_id="123", state="failed", why="Chatwoot has no conversation 123 any more")
    assert "does not take it: Chatwoot has no conversation 123 any more" in (await desk.get(f"/desk/inbox/{talk}")).text


async def test_a_stranger_sees_nothing_of_where_it_was_handed_to(desk, house, shop, app):
    other = await fill(house.database, house.directory, f"helpdesk{next(_MADE)}", "Another")
    connection_id = int((await connect(desk, "chatwoot", **CHATWOOT)).headers["location"].rpartition("/")[2])
    talk = await wrote(house, shop, "+34600000902", "Where is it?")
    await again(house, shop, talk, "asked")
    await linked(house, shop, talk, connection_id, remote_id="123", state="open")
    stranger = await entered(app, other.owner)
    assert (await stranger.get(f"/desk/inbox/{talk}")).status_code == 404
    assert (await stranger.get(f"/desk/connections/{connection_id}")).status_code == 404
    await stranger.aclose()
