"""A problem from the customer's page to the desk and back: told, shown, muted, closed."""

import re

import pytest
from desk_clients import csrf_of, entered

from doorstep.store import pitfalls


@pytest.fixture
async def member(app, house, ours):
    """Somebody of ours at the desk who may not change settings."""
    opened = await entered(app, ours.member)
    yield opened
    await opened.aclose()


async def delivered(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = await tx.fetchrow(
            "select shipment_id, token from shipment where merchant_id = $1 and status = 'delivered' order by shipment_id limit 1",
            shop.merchant_id,
        )
        return row["shipment_id"], row["token"]


async def lives(house, shop, shipment_id):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await pitfalls.of_shipments(tx, shop.merchant_id, [shipment_id])


async def test_a_customer_tells_on_the_page_and_reads_what_happens_next(client, house, ours):
    shipment_id, token = await delivered(house, ours)
    page = (await client.get(f"/t/{token}?lang=en")).text
    assert "Something wrong with this parcel?" in page
    assert "<script>" not in page
    answer = await client.post(f"/t/{token}/problem?lang=en", data={"kind": "missing_item", "note": "The cup"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/t/{token}?lang=en#problems")
    again = await client.post(f"/t/{token}/problem", data={"kind": "missing_item", "note": "The cup"})
    assert again.status_code == 303
    told = [row for row in await lives(house, ours, shipment_id) if row["kind"] == "missing_item"]
    assert [(row["severity"], row["note"], row["closed_at"]) for row in told] == [("high", "The cup", None)]
    page = (await client.get(f"/t/{token}?lang=en")).text
    assert "You told us that something is missing" in page
    assert "missing_item" not in page
    assert "Nos dijiste que falta algo" in (await client.get(f"/t/{token}?lang=es")).text


async def test_the_form_takes_nothing_but_its_own_kinds_and_only_under_a_known_link(client, house, ours):
    _, token = await delivered(house, ours)
    assert (await client.post(f"/t/{token}/problem", data={"kind": "lost"})).status_code == 400
    assert (await client.post(f"/t/{token}/problem", data={})).status_code == 400
    assert (await client.post(f"/t/{'x' * 22}/problem", data={"kind": "not_received"})).status_code == 404


async def test_telling_too_often_is_refused_kindly(client, house, theirs):
    _, token = await delivered(house, theirs)
    answers = [(await client.post(f"/t/{token}/problem", data={"kind": "wrong_item"})).status_code for _ in range(8)]
    assert answers[0] == 303
    assert answers[-1] == 429


async def test_an_agent_tells_mutes_shows_and_closes_with_a_note(member, house, ours):
    shipment_id, _ = await delivered(house, ours)
    form = {"csrf": await csrf_of(member)}
    told = await member.post(f"/desk/shipments/{shipment_id}/pitfalls", data=form | {"kind": "wrong_item", "note": "Blue, not red"})
    assert told.headers["location"] == f"/desk/shipments/{shipment_id}#problems"
    row = next(row for row in await lives(house, ours, shipment_id) if row["kind"] == "wrong_item")
    page = (await member.get(f"/desk/shipments/{shipment_id}")).text
    assert "Picked wrong: send the right item" in page
    assert "Blue, not red" in page
    listed = (await member.get("/desk/pitfalls?kind=wrong_item&severity=high")).text
    assert f"/desk/shipments/{shipment_id}#problems" in listed
    assert f"/desk/shipments/{shipment_id}#problems" not in (await member.get("/desk/pitfalls?kind=wrong_item&severity=low")).text
    for muted in ("1", "0"):
        assert (await member.post(f"/desk/pitfalls/{row['pitfall_id']}/mute", data=form | {"muted": muted})).status_code == 303
        now = next(one for one in await lives(house, ours, shipment_id) if one["pitfall_id"] == row["pitfall_id"])
        assert now["muted"] is (muted == "1")
    await member.post(f"/desk/pitfalls/{row['pitfall_id']}/close", data=form | {"note": "Sent the red one"})
    closed = next(one for one in await lives(house, ours, shipment_id) if one["pitfall_id"] == row["pitfall_id"])
    assert (closed["closed_why"], closed["note"]) == ("agent", "Blue, not red\nSent the red one")
    again = await member.post(f"/desk/pitfalls/{row['pitfall_id']}/close", data=form | {"note": "Twice"})
    assert again.status_code == 303
    assert "Sent the red one" in (await member.get(f"/desk/shipments/{shipment_id}")).text


async def test_a_problem_that_an_agent_closed_stays_closed_for_this_occurrence(member, house, ours):
    async with house.database.for_merchant(ours.merchant_id) as tx:
        row = (await pitfalls.page(tx, ours.merchant_id))[0]
    form = {"csrf": await csrf_of(member)}
    await member.post(f"/desk/pitfalls/{row['pitfall_id']}/close", data=form | {"note": "Settled by phone"})
    await member.post(f"/desk/shipments/{row['shipment_id']}/pitfalls", data=form | {"kind": "not_received"})
    kept = {one["pitfall_id"]: one for one in await lives(house, ours, row["shipment_id"])}
    assert kept[row["pitfall_id"]]["closed_why"] == "agent"


async def test_what_waiting_makes_dear_cannot_be_muted(member):
    page = (await member.get("/desk/settings")).text
    offered = set(re.findall(r'name="muted_pitfalls" value="(\w+)"', page))
    assert "stalled_in_transit" in offered
    assert "duties_due" not in offered


async def test_of_what_stands_at_once_the_customer_reads_one_and_the_desk_the_chain(client, member, ours):
    page = (await client.get(f"/t/{ours.parcel_tokens['A1006LOOM']}?lang=en")).text
    assert "The address needs a correction" in page
    assert "Nobody could take the parcel" not in page
    for path in ("/desk/pitfalls?kind=attempt_failed", f"/desk/shipments/{ours.parcel_ids['A1006LOOM']}"):
        assert "Part of: The address needs a correction" in (await member.get(path)).text
    assert "Part of:" not in (await member.get("/desk/pitfalls?kind=address_problem")).text
    listed = (await member.get("/desk/shipments?problems=1")).text
    assert "Address problem" in listed
    assert "Attempt failed" not in listed
