"""How asking goes, on a connection's page: what is missing, what was asked, what is left; a stranger sees nothing of it."""

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.steps.ask import Inquirer
from doorstep.steps.pausing import pause
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.store import connections

_MADE = iter(range(1000))


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"asks{next(_MADE)}", "Asks & Co")


async def test_the_page_says_what_asking_lacks_and_then_how_it_goes(app, house, shop):
    owner = await entered(app, shop.owner)
    path = f"/desk/connections/{shop.connection_ids['ups']}"
    page = (await owner.get(path)).text
    assert "Asking UPS" in page
    assert "client_id, client_secret are missing" in page
    given = {"name": "ups", "set-client_id": "us", "set-client_secret": "hush-hush", "set-base_url": "https://ups.invalid"}
    saved = await owner.post(path, data={"csrf": await csrf_of(owner), **given})
    assert saved.status_code == 303
    async with Wire() as wire:
        await Inquirer(house.database, house.directory, wire).take_up(utc_now())
    page = (await owner.get(path)).text
    assert "hush-hush" not in page
    assert "are missing" not in page
    assert "0 numbers asked" in page
    assert "20 of 20" in page
    await owner.aclose()


async def test_a_stranger_sees_nothing_of_it(app, house, shop):
    other = await fill(house.database, house.directory, f"asks{next(_MADE)}", "Others")
    stranger = await entered(app, other.owner)
    assert (await stranger.get(f"/desk/connections/{shop.connection_ids['ups']}")).status_code == 404
    await stranger.aclose()


async def test_a_channel_has_nothing_of_it(app, house, shop):
    owner = await entered(app, shop.owner)
    for provider, connection_id in shop.connection_ids.items():
        assert ("Asking " in (await owner.get(f"/desk/connections/{connection_id}")).text) == (provider == "ups")
    await owner.aclose()


async def test_a_pause_says_why_who_knows_of_it_and_is_ended_there(app, house, shop):
    owner = await entered(app, shop.owner)
    member = await entered(app, shop.member)
    of = (shop.merchant_id, shop.connection_ids["ups"])
    path = f"/desk/connections/{of[1]}"
    assert 'id="paused"' not in (await owner.get(path)).text
    async with house.database.system() as tx:
        assert await pause(tx, house.directory, of, "UPS answered 401: it refuses the credential", utc_now())
    for page in (path, "/desk/connections", "/desk/"):
        told = (await owner.get(page)).text
        assert "it refuses the credential" in told
        assert "Its owners were told by e-mail on" in told
    assert 'value="active">Resume</button>' not in (await member.get(path)).text
    await owner.post(f"{path}/state", data={"csrf": await csrf_of(owner), "state": "active"})
    assert 'id="paused"' not in (await owner.get(path)).text
    async with house.database.system() as tx:
        for mailer, _ in await connections.active_channels(tx, shop.merchant_id):
            await connections.pause(tx, shop.merchant_id, mailer, "paused by a test")
        await pause(tx, house.directory, of, "UPS answered 401: it refuses the credential", utc_now())
    assert "Nobody was told by e-mail: no e-mail connection is in use" in (await owner.get(path)).text
    await owner.aclose()
    await member.aclose()
