"""A merchant made a moment ago: its pages are there at once, and guesses at others cost no look into the database each."""

import pytest
from page_shops import PASSWORD

from doorstep.steps.directory import Directory
from doorstep.store import access, connections
from doorstep.web import tenants


class Counting(Directory):
    """A directory that counts how often it was told to read at once."""

    forced = 0

    async def refresh(self, database, now, *, force=False):
        self.forced += force
        await super().refresh(database, now, force=force)


async def made(house, slug):
    async with house.database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug.title(), {}, {})
        await access.add_user(tx, merchant_id, f"owner@{slug}.example", PASSWORD, "owner")
    return merchant_id


async def test_the_pages_of_a_merchant_made_a_moment_ago_are_there(client, house):
    assert (await client.get("/find/loom")).status_code == 200
    merchant_id = await made(house, "fresh")
    assert (await client.get("/find/fresh")).status_code == 200
    token = house.directory.sealer.token("mail", str(merchant_id), "a@mail.example", "en")
    assert (await client.get(f"/p/{token}")).status_code == 200
    other = await made(house, "fresher")
    token = house.directory.sealer.token("mail", str(other), "a@mail.example", "en")
    assert (await client.get(f"/u/{token}")).status_code == 200


async def test_the_desk_of_a_merchant_made_a_moment_ago_opens(client, house):
    assert (await client.get("/find/loom")).status_code == 200
    await made(house, "freshest")
    answer = await client.post("/desk/login", data={"email": "owner@freshest.example", "password": PASSWORD})
    assert answer.status_code == 303
    assert (await client.get("/desk")).status_code == 200


async def test_guesses_at_merchants_do_not_make_the_directory_read_every_time(house):
    directory = Counting(house.directory.sealer, house.directory.base_url)
    from doorstep.web.house import House

    counted = House(settings=house.settings, database=house.database, directory=directory, receiver=house.receiver)
    for guess in range(50):
        with pytest.raises(tenants.NotFoundError):
            await tenants.tenant_by_slug(counted, f"guess-{guess}")
    assert directory.forced <= 4
