"""How asking goes, on a connection's page: what is missing, what was asked, what is left; a stranger sees nothing of it."""

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.steps.ask import Inquirer
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.web.desk import doors

_MADE = iter(range(1000))


@pytest.fixture(autouse=True)
def _full_buckets():
    for bucket in (doors._NETWORKS, doors._EMAILS):
        bucket._left.clear()


@pytest.fixture
async def shop(house):
    yield await fill(house.database, house.directory, f"asks{next(_MADE)}", "Asks & Co")
    await house.database.close()


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
