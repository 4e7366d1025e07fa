"""The desk's unknown codes: what a code means is said, shown, written out and taken back; a stranger and a member do not."""

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.domain.tracking import Checkpoint
from doorstep.steps.work import utc_now
from doorstep.store import access, checkpoints

_MADE = iter(range(1000))


@pytest.fixture
async def shop(house):
    made = await fill(house.database, house.directory, f"codes{next(_MADE)}", "Codes & Co")
    unread = Checkpoint(
        event_type="unknown", occurred_at=None, carrier="gls", carrier_code="Z<9>", carrier_text="At “home”", tracking_number="N1"
    )
    async with house.database.system() as tx:
        await checkpoints.count_unknown(tx, [(made.merchant_id, unread)], utc_now())
    return made


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def say(client, **fields):
    given = {"carrier": "gls", "code": "Z<9>", "text": "At “home”", "event_type": "delivered", **fields}
    return await client.post("/desk/unknown/map", data={**client.csrf, **given})


async def test_an_owner_says_what_a_code_means_and_takes_it_back(owner, house, shop):
    page = await owner.get("/desk/unknown")
    assert "Z&lt;9&gt;" in page.text
    form = await owner.get("/desk/unknown/map", params={"carrier": "gls", "code": "Z<9>", "text": "At “home”"})
    assert '<option value="delivered">' in form.text
    assert "Every merchant" not in form.text
    assert (await say(owner)).headers["location"] == "/desk/unknown?done=mapped"
    page = await owner.get("/desk/unknown?done=mapped")
    assert "Mapped here" in page.text
    out = (await owner.get("/desk/unknown/mapped.json")).json()
    assert out["code_mappings"][0]["carrier_code"] == "Z<9>"
    async with house.database.for_merchant(shop.merchant_id) as tx:
        mapping_id = await tx.fetchval("select mapping_id from code_mapping")
    assert (await owner.post(f"/desk/unknown/mapped/{mapping_id}/back", data=owner.csrf)).status_code == 303
    assert "Mapped here" not in (await owner.get("/desk/unknown")).text


async def test_a_form_without_a_meaning_is_shown_again_with_what_is_wrong(owner):
    answer = await say(owner, event_type="")
    assert answer.status_code == 422
    assert "Choose what it means." in answer.text


async def test_everywhere_is_for_operators_whatever_the_form_says(owner, house, shop):
    async def stands_everywhere():
        async with house.database.for_merchant(shop.merchant_id) as tx:
            return await tx.fetchval("select bool_or(everywhere) from code_mapping")

    await say(owner, scope="everywhere")
    assert not await stands_everywhere()
    async with house.database.system() as tx:
        await access.set_operator(tx, shop.owner, operator=True)
    await say(owner, scope="everywhere")
    assert await stands_everywhere()


async def test_a_member_and_a_stranger_change_nothing(app, house, shop, owner):
    await say(owner)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        mapping_id = await tx.fetchval("select mapping_id from code_mapping")
    stranger = await fill(house.database, house.directory, f"codes{next(_MADE)}", "Strangers")
    for email, status in ((shop.member, 403), (stranger.owner, 404)):
        client = await entered(app, email)
        csrf = {"csrf": await csrf_of(client)}
        assert (await client.post(f"/desk/unknown/mapped/{mapping_id}/back", data=csrf)).status_code == status
        if status == 404:
            assert "Z&lt;9&gt;" not in (await client.get("/desk/unknown")).text
            assert (await client.get("/desk/unknown/mapped.json")).json()["code_mappings"] == []
        await client.aclose()
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert await tx.fetchval("select removed_at is null from code_mapping")
