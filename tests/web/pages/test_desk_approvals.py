"""Approved templates at the desk: how each stands, asked about now, handed in; a stranger reaches nothing of it."""

from datetime import timedelta

import pytest
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, NOW, fill

from doorstep.domain.messages import TemplateNews
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.templates import take_news
from doorstep.steps.work import utc_now
from doorstep.store import connections, desk, templates

_MADE = iter(range(1000))
GIVEN = {"phone_number_id": "1", "waba_id": "2", "access_token": "the-token", "app_secret": "the-secret", "verify_token": "the-word"}


async def opened(house):
    """A shop with WhatsApp, and that connection."""
    shop = await fill(house.database, house.directory, f"approves{next(_MADE)}", "Approves & Co")
    plugin = plugin_named("channel", "whatsapp")
    made = new_connection(shop.merchant_id, "channel", "whatsapp", "Our WhatsApp", checked(plugin, GIVEN))
    async with house.database.system() as tx:
        number = await connections.connect(tx, house.directory.sealer, made, secret_names(plugin))
        one = await connections.one(tx, house.directory.sealer, shop.merchant_id, number)
    await house.directory.refresh(house.database, NOW, force=True)
    return shop, one


@pytest.fixture
async def shop(house):
    return await opened(house)


async def tell(house, one, *news, at=NOW):
    async with house.database.system() as tx:
        await take_news(tx, house.directory, one, news, at)


async def test_the_page_says_how_each_template_stands_and_why(app, house, shop):
    shop, one = shop
    owner = await entered(app, shop.owner)
    page = (await owner.get("/desk/approvals")).text
    assert "Our WhatsApp" in page
    assert "not asked about yet" in page
    assert "No other template is known" in page
    assert "Hand in all that need it" in page
    utility = {"category": "utility", "status": "approved"}
    await tell(
        house, one, TemplateNews(name="doorstep_shipped", language="en_US", **utility), TemplateNews(name="b", language="es", **utility)
    )
    await tell(house, one, TemplateNews(name="b", language="es", category="marketing"))
    await tell(house, one, TemplateNews(name="c", language="es", status="rejected", reason=HOSTILE))
    page = (await owner.get("/desk/approvals")).text
    for said in ("doorstep_shipped", "en_US", "Approved", "Marketing", "Paused", "made it a marketing template", "Rejected"):
        assert said in page
    assert HOSTILE not in page
    assert "the-token" not in page
    async with house.database.system() as tx:
        of = (one.merchant_id, one.connection_id)
        await templates.line_up(tx, [of], NOW)
        await templates.done(tx, of, NOW, NOW + timedelta(hours=1), NOW, "WhatsApp answered 401, error 190")
    assert "The last time came to nothing: WhatsApp answered 401" in (await owner.get("/desk/approvals")).text
    await owner.aclose()


async def test_asking_now_makes_it_this_connections_turn_and_is_noted(app, house, shop):
    shop, one = shop
    now = utc_now()  # the desk asks the clock, which goes on while a suite runs
    async with house.database.system() as tx:
        of = (one.merchant_id, one.connection_id)
        await templates.line_up(tx, [of], now + timedelta(hours=1))
    member, owner = await entered(app, shop.member), await entered(app, shop.owner)
    assert (await member.post(f"/desk/approvals/{one.connection_id}/ask", data={"csrf": await csrf_of(member)})).status_code == 403
    assert "Ask now" not in (await member.get("/desk/approvals")).text
    answer = await owner.post(f"/desk/approvals/{one.connection_id}/ask", data={"csrf": await csrf_of(owner)})
    assert answer.headers["location"] == "/desk/approvals?done=asked"
    assert "asked about now" in (await owner.get(answer.headers["location"])).text
    async with house.database.system() as tx:
        assert (await templates.due(tx, *of)).due_at < now + timedelta(minutes=30)
        assert "ask_approvals" in {row["action"] for row in await desk.changes(tx, shop.merchant_id)}
    await member.aclose()
    await owner.aclose()


async def test_a_connection_that_approves_nothing_and_one_that_is_not_there_are_not_asked(app, house, shop):
    shop, _ = shop
    owner = await entered(app, shop.owner)
    csrf = {"csrf": await csrf_of(owner)}
    for number in (shop.connection_ids["console"], shop.connection_ids["ups"], 2**60, 0):
        assert (await owner.post(f"/desk/approvals/{number}/ask", data=csrf)).status_code == 404
    page = (await owner.get("/desk/approvals")).text
    assert "console of" not in page
    await owner.aclose()


async def stand(house, one):
    async with house.database.system() as tx:
        return {(k.name, k.language): k for k in await templates.of(tx, one.merchant_id, one.connection_id)}


async def test_one_message_is_handed_in_in_the_language_that_was_chosen(app, house, shop):
    shop, one = shop
    owner = await entered(app, shop.owner)
    path, csrf = f"/desk/approvals/{one.connection_id}/hand-in", {"csrf": await csrf_of(owner)}
    page = (await owner.get("/desk/approvals?language=es")).text
    assert "not handed in" in page
    assert "Ours, in Spanish" in page
    answer = await owner.post(path, data=csrf | {"template": "shipped", "language": "es"})
    assert answer.headers["location"] == "/desk/approvals?language=es&done=handed_in"
    ((key, kept),) = (await stand(house, one)).items()
    assert (key, kept.status, kept.category) == (("doorstep_shipped", "es"), "asked", "utility")
    async with house.database.system() as tx:
        (document,) = await templates.asked(tx, one.merchant_id, one.connection_id)
        assert (await templates.due(tx, one.merchant_id, one.connection_id)).listed_at is None
        changes = [(row["action"], row["detail"]) for row in await desk.changes(tx, shop.merchant_id)]
    assert templates.hash_of(document) == kept.body_hash
    assert "{{1}}" in document.body
    assert document.link_base
    assert ("hand_in", f"connection {one.connection_id}, es: shipped") in changes
    page = (await owner.get(answer.headers["location"])).text
    assert "Handed in; look again" in page
    assert "Asked" in page
    for wrong in ({"template": "no_such"}, {"template": HOSTILE}):
        assert (await owner.post(path, data=csrf | wrong)).status_code == 404
    assert len(await stand(house, one)) == 1
    await owner.aclose()


async def test_all_that_need_it_are_handed_in_and_what_is_under_way_is_left_alone(app, house, shop):
    shop, one = shop
    owner = await entered(app, shop.owner)
    path, csrf = f"/desk/approvals/{one.connection_id}/hand-in", {"csrf": await csrf_of(owner)}
    assert (await owner.post(path, data=csrf | {"language": "tlh"})).headers["location"] == "/desk/approvals?language=en&done=handed_in"
    first = await stand(house, one)
    assert len(first) > 15
    assert {kept.status for kept in first.values()} == {"asked"}
    assert (await owner.post(path, data=csrf)).headers["location"].endswith("done=nothing")
    news = [TemplateNews(name=name, language=language, status="approved", category="utility") for name, language in first]
    await tell(house, one, *news)
    assert (await owner.post(path, data=csrf)).headers["location"].endswith("done=nothing")
    # What the provider made marketing, and what says something else by now, is offered again.
    await tell(house, one, TemplateNews(name="doorstep_shipped", language="en_US", category="marketing"))
    async with house.database.system() as tx:
        await tx.execute(
            "update approved_template set body_hash = 'old' where merchant_id = $1 and name = 'doorstep_delivered'", one.merchant_id
        )
    assert "its text has changed since" in (await owner.get("/desk/approvals")).text
    await owner.post(path, data=csrf)
    asked = {name for (name, _), kept in (await stand(house, one)).items() if kept.status == "asked"}
    assert asked == {"doorstep_shipped", "doorstep_delivered"}
    await owner.aclose()


async def test_a_stranger_and_a_member_hand_in_nothing(app, house, shop):
    shop, one = shop
    other, _ = await opened(house)
    for email, status in ((other.owner, 404), (shop.member, 403)):
        client = await entered(app, email)
        answer = await client.post(
            f"/desk/approvals/{one.connection_id}/hand-in", data={"csrf": await csrf_of(client), "template": "shipped"}
        )
        assert answer.status_code == status
        await client.aclose()
    assert await stand(house, one) == {}


async def test_a_stranger_sees_and_asks_nothing_of_it(app, house, shop):
    _, one = shop
    await tell(house, one, TemplateNews(name="our_secret_template", language="es", status="approved"))
    other, _ = await opened(house)
    stranger = await entered(app, other.owner)
    assert "our_secret_template" not in (await stranger.get("/desk/approvals")).text
    csrf = {"csrf": await csrf_of(stranger)}
    assert (await stranger.post(f"/desk/approvals/{one.connection_id}/ask", data=csrf)).status_code == 404
    async with house.database.system() as tx:
        assert await templates.due(tx, one.merchant_id, one.connection_id) is None
    await stranger.aclose()
