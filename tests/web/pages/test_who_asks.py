"""Showing who one is on the pages: find, ask for a code, type it, see one's orders, sign out; strangers and guessers get one and the same page."""

import re
import time
from contextlib import aclosing
from html import unescape

import httpx
import msgspec
import pytest
from desk_clients import entered
from litestar import Litestar
from page_shops import BASE, NOW

from apps import app_over
from doorstep.domain.actions.kinds import Assurance
from doorstep.steps.guessing import LIMITS, Act
from doorstep.steps.work import utc_now
from doorstep.store import connections, orders
from doorstep.web.look.asking import AnyRequest
from doorstep.web.track import asker as asking
from doorstep.web.track import guarding

NOBODY = "nobody@mail.example"


@pytest.fixture(autouse=True)
async def _no_codes(house):
    async with house.database.system() as tx:
        for table in ("one_time_code", "customer_session", "alarm"):
            await tx.execute(f"delete from {table}")
        await tx.execute("delete from message where template in ('one_time_code', 'guessing')")


def browser(app: Litestar, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Another browser, somewhere else."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url=BASE)


async def sent(house, shop):
    """(address, code) of each code that left, oldest first."""
    async with house.database.system() as tx:
        rows = await tx.fetch(
            "select recipient, text from message where merchant_id = $1 and template = 'one_time_code' order by created_at",
            shop.merchant_id,
        )
    return [(row["recipient"], re.search(r"[0-9]{6}", row["text"])[0]) for row in rows]


def handle_of(answer):
    return re.search(r'name="handle" value="([^"]+)"', answer.text)[1]


def shape(answer):
    """A page without what was typed and what is random."""
    text = re.sub(r'value="[^"]*"', "", answer.text)
    return answer.status_code, re.sub(r"\S*…\S*", "…", text), sorted(set(answer.headers) - {"content-length"})


async def ask(client, contact="", slug="loom", headers=None, **more):
    return await client.post(f"/me/{slug}", data={"contact": contact, **more}, headers=headers or {})


async def type_in(client, handle, code, slug="loom", **more):
    return await client.post(f"/me/{slug}/code", data={"handle": handle, "code": code, **more})


async def sign_in(client, house, shop, email):
    answer = await ask(client, email, shop.slug)
    (*_, (_, code)) = await sent(house, shop)
    return await type_in(client, handle_of(answer), code, shop.slug)


async def test_an_address_a_code_and_ones_own_orders(client, house, ours):
    page = await client.get("/me/loom")
    assert page.status_code == 200
    assert 'name="contact"' in page.text
    answer = await ask(client, " Loom-1002@Mail.example ")
    assert answer.status_code == 200
    assert "l…2@….example" in answer.text
    assert "loom-1002@" not in answer.text.lower()
    assert 'autocomplete="one-time-code"' in answer.text
    ((to, code),) = await sent(house, ours)
    assert to == "loom-1002@mail.example"
    done = await type_in(client, handle_of(answer), code)
    assert (done.status_code, done.headers["location"]) == (303, "/me/loom")
    mine = await client.get("/me/loom")
    assert f"/o/{ours.order_tokens['#loom-1002']}" in mine.text
    assert "#loom-1001" not in mine.text
    assert "l…2@….example" in mine.text
    left = await client.post("/me/loom/leave")
    assert "You are signed out" in left.text
    assert "#loom-1002" not in (await client.get("/me/loom")).text


async def test_the_cookie_is_for_these_pages_alone_and_no_script_reads_it(client, house, ours):
    done = await sign_in(client, house, ours, "loom-1002@mail.example")
    cookies = done.headers.get_list("set-cookie")
    assert {re.search(r"Path=([^;]+)", one)[1] for one in cookies} == {"/me/loom", "/find/loom", "/o", "/t"}
    for one in cookies:
        assert "HttpOnly" in one
        assert "samesite=lax" in one.lower()
        assert "Secure" not in one  # this house answers by http
        assert "loom-1002" not in one


async def test_behind_https_the_cookie_is_secure(house, ours):
    secure = msgspec.structs.replace(house, settings=msgspec.structs.replace(house.settings, base_url="https://doorstep.example"))
    async with browser(app_over(secure)) as client:
        done = await sign_in(client, secure, ours, "loom-1002@mail.example")
    assert all("Secure" in one for one in done.headers.get_list("set-cookie"))


async def test_who_does_not_exist_gets_the_same_page_after_the_same_steps_of_time(client, house, ours):
    async def timed(**typed):
        started = time.perf_counter()
        answer = await ask(client, **typed)
        return answer, time.perf_counter() - started

    known, known_s = await timed(contact="loom-1001@mail.example")
    unknown, unknown_s = await timed(contact=NOBODY)
    elsewhere, elsewhere_s = await timed(contact="vega-1001@mail.example")
    assert shape(known) == shape(unknown) == shape(elsewhere)
    assert len(handle_of(known)) == len(handle_of(unknown))
    named, named_s = await timed(contact="", name="Noor Rivera", postcode="28004")  # several people: no code
    wrong, wrong_s = await timed(contact="", name="Noor Nobody", postcode="28004")
    assert shape(named) == shape(wrong)
    assert min(known_s, unknown_s, elsewhere_s, named_s, wrong_s) >= 0.25
    assert [to for to, _ in await sent(house, ours)] == ["loom-1001@mail.example"]
    tried = [await type_in(client, handle_of(one), "000000") for one in (known, unknown, elsewhere)]
    assert shape(tried[0]) == shape(tried[1]) == shape(tried[2])
    assert "holds no longer" in tried[0].text


async def test_a_wrong_code_and_one_used_before_say_the_same(client, house, ours):
    answer = await ask(client, "loom-1001@mail.example")
    ((_, code),) = await sent(house, ours)
    wrong = await type_in(client, handle_of(answer), f"{(int(code) + 1) % 1_000_000:06}")
    assert (await type_in(client, handle_of(answer), code)).status_code == 303
    again = await type_in(client, handle_of(answer), code)
    assert shape(wrong) == shape(again)
    assert wrong.status_code == 200


async def test_a_code_for_one_customer_opens_nothing_of_anothers(client, app, house, ours):
    await sign_in(client, house, ours, "loom-1002@mail.example")
    for number, own in (("#loom-1002", True), ("#loom-1001", False)):
        answer = await client.get("/me/loom", params={"order": ours.order_tokens[number]})
        assert (answer.status_code == 303) is own  # whose order it is not has to show it


async def test_another_customer_in_the_same_browser_takes_the_place_of_the_first(client, house, ours):
    await sign_in(client, house, ours, "loom-1002@mail.example")
    first = client.cookies.get(f"doorstep_me_{ours.merchant_id}", path="/me/loom")
    await sign_in(client, house, ours, "loom-1001@mail.example")
    page = await client.get("/me/loom")
    assert "#loom-1001" in page.text
    assert "#loom-1002" not in page.text
    client.cookies.clear()
    client.cookies.set(f"doorstep_me_{ours.merchant_id}", first, path="/me/loom")
    assert 'name="contact"' in (await client.get("/me/loom")).text


async def test_a_session_of_one_shop_is_none_at_another(client, house, ours, theirs):
    await sign_in(client, house, ours, "loom-1002@mail.example")
    value = client.cookies.get(f"doorstep_me_{ours.merchant_id}", path="/me/loom")
    client.cookies.clear()
    client.cookies.set(f"doorstep_me_{theirs.merchant_id}", value, path="/me/vega")
    assert 'name="contact"' in (await client.get("/me/vega")).text
    other = await client.get("/me/vega", params={"order": ours.order_tokens["#loom-1002"]})
    assert other.status_code == 404


async def test_number_and_address_sign_in_for_that_order_alone(client, house, ours):
    answer = await client.post("/find/loom", data={"number": "loom-1001", "email": "loom-1001@mail.example"})
    assert answer.status_code == 303
    page = await client.get("/me/loom")
    assert "for the order you know" in page.text
    assert "#loom-1001" in page.text


async def test_number_name_and_post_code_do_as_well_and_no_two_of_them(client, ours):
    whole = {"number": "loom-1004", "name": "rivera noor", "postcode": "28 004"}
    answer = await client.post("/find/loom", data=whole)
    assert answer.headers["location"] == f"/o/{ours.order_tokens['#loom-1004']}"
    for gone in ("name", "postcode"):
        answer = await client.post("/find/loom", data={key: value for key, value in whole.items() if key != gone})
        assert answer.status_code == 200
        assert "Please fill in all three fields" in answer.text
    wrong = await client.post("/find/loom", data=whole | {"postcode": "28005"})
    assert "could not find" in wrong.text
    assert shape(wrong) == shape(await client.post("/find/loom", data=whole | {"number": "loom-9999"}))


async def test_finding_an_order_that_a_better_session_reaches_leaves_that_session(client, house, ours):
    await sign_in(client, house, ours, "loom-1001@mail.example")
    await client.post("/find/loom", data={"number": "loom-1001", "email": "loom-1001@mail.example"})
    assert "l…1@….example" in (await client.get("/me/loom")).text


async def test_an_order_by_its_link_can_be_shown_to_be_ones_own(client, house, ours):
    token = ours.order_tokens["#loom-1005"]
    back = f"/o/{token}/return"
    page = await client.get("/me/loom", params={"order": token, "back": back})
    assert "l…5@….example" in page.text
    assert "loom-1005@mail.example" not in page.text
    answer = await client.post("/me/loom", data={"order": token, "back": back, "by": "email"})
    ((to, code),) = await sent(house, ours)
    assert to == "loom-1005@mail.example"
    done = await type_in(client, handle_of(answer), code, order=token, back=back)
    assert done.headers["location"] == back


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/o/../desk", "/desk", "javascript:alert(1)", "/o/x?y=//evil"])
async def test_nobody_is_led_elsewhere_afterwards(client, house, ours, back):
    answer = await ask(client, "loom-1002@mail.example")
    ((_, code),) = await sent(house, ours)
    done = await type_in(client, handle_of(answer), code, back=back)
    assert done.headers["location"] == "/me/loom"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}])
async def test_no_other_site_asks_types_or_signs_out_with_a_visitors_browser(client, house, ours, headers):
    assert (await ask(client, "loom-1001@mail.example", headers=headers)).status_code == 403
    for path in ("/me/loom/code", "/me/loom/leave"):
        assert (await client.post(path, data={}, headers=headers)).status_code == 403
    assert await sent(house, ours) == []


async def test_asking_for_codes_is_slowed_by_person_and_by_network_and_says_for_how_long(client, app, house, ours):
    for contact in ("loom-1001@mail.example", NOBODY):  # whether or not they exist
        for _ in range(3):
            assert (await ask(client, contact)).status_code == 200
        slow = await ask(client, contact)
        assert slow.status_code == 429
        assert int(slow.headers["retry-after"]) > 0
        assert "Too many attempts" in slow.text
    async with browser(app, "198.51.100.9") as other:
        for n in range(LIMITS[Act.CODE].network):
            assert (await ask(other, f"{n}@mail.example")).status_code == 200
        assert (await ask(other, "last@mail.example")).status_code == 429


async def test_the_slow_page_is_in_the_readers_language(client):
    for _ in range(4):
        answer = await ask(client, NOBODY, headers={"accept-language": "es-MX"})
    assert answer.status_code == 429
    assert "Demasiados intentos" in answer.text


async def test_typing_codes_is_slowed_over_all_processes_and_shown_to_the_owner_alone(client, app, house, ours):
    answer = await ask(client, "loom-1001@mail.example")
    ((_, code),) = await sent(house, ours)
    tried = []
    for n in range(LIMITS[Act.TYPE].network + 3):
        guarding._HERE._left.clear()  # as if in another process
        tried.append((await type_in(client, handle_of(answer), f"{n:06}")).status_code)
    assert tried.count(429) == 3
    assert (await type_in(client, handle_of(answer), code)).status_code == 429
    async with aclosing(await entered(app, ours.owner)) as owner:
        page = (await owner.get("/desk/changes")).text
        assert "Somebody guesses at orders or codes" in page
        assert "127.0.0.1" in page
        assert "refused today" in (await owner.get("/desk")).text
    async with aclosing(await entered(app, ours.member)) as member:
        page = (await member.get("/desk/changes")).text
        assert "Somebody guesses" not in page


async def test_a_stranger_at_another_desk_sees_no_alarm_of_ours(client, app, ours, theirs):
    for _ in range(4):
        await ask(client, NOBODY)
    async with aclosing(await entered(app, theirs.owner)) as stranger:
        assert "Somebody guesses" not in (await stranger.get("/desk/changes")).text
        assert "Somebody guesses" not in (await stranger.get("/desk")).text


async def test_a_curious_agent_at_the_desk_reads_no_code(client, app, house, ours):
    await ask(client, "loom-1001@mail.example")
    ((_, code),) = await sent(house, ours)
    async with house.database.system() as tx:
        message_id = await tx.fetchval("select message_id from message where template = 'one_time_code'")
    async with aclosing(await entered(app, ours.owner)) as owner:
        for path in ("/desk/messages", f"/desk/messages/{message_id}", f"/desk/messages/{message_id}/shown"):
            assert code not in (await owner.get(path)).text
        assert "••••••" in (await owner.get(f"/desk/messages/{message_id}")).text


async def asker_at(app, house, shop, client, path, order=None, *, parcel=False):
    """Who asks, as a page at a path would be told."""
    headers = [(b"cookie", f"doorstep_me_{shop.merchant_id}={client.cookies.get(f'doorstep_me_{shop.merchant_id}', path='/o')}".encode())]
    request = AnyRequest({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "litestar_app": app})
    tenant = house.directory.tenant(shop.merchant_id)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = (await orders.by_token(tx, shop.order_tokens[order])) if order else None
        return await asking.asker_of(request, tenant, tx, kept, parcel=parcel)


async def test_a_link_lets_its_order_a_session_its_customer_and_a_parcels_link_nothing_of_the_order(client, app, house, ours):
    await client.get("/me/loom")
    nobody = await asker_at(app, house, ours, client, "/me/loom")
    assert (nobody.assurance, nobody.orders, nobody.email) == (Assurance.NONE, (), "")
    linked = await asker_at(app, house, ours, client, "/o/x", "#loom-1001")
    assert (linked.assurance, linked.orders) == (Assurance.LINK, (ours.order_ids["#loom-1001"],))
    parcel = await asker_at(app, house, ours, client, "/t/x", "#loom-1001", parcel=True)
    assert (parcel.assurance, parcel.orders, parcel.email) == (Assurance.LINK, (), "")
    await sign_in(client, house, ours, "loom-1001@mail.example")
    own = await asker_at(app, house, ours, client, "/o/x", "#loom-1001")
    assert (own.assurance, own.email) == (Assurance.CODE, "loom-1001@mail.example")
    hers = await asker_at(app, house, ours, client, "/o/x", "#loom-1002")
    assert (hers.assurance, hers.email, hers.orders) == (Assurance.LINK, "", (ours.order_ids["#loom-1002"],))


@pytest.mark.parametrize(
    "form", [{}, {"contact": "\0"}, {"contact": "x" * 9000}, {"name": "a", "postcode": "-"}, {"contact": "@"}, {"by": "x"}]
)
async def test_any_form_is_answered(client, form):
    assert (await client.post("/me/loom", data=form)).status_code == 200
    assert (await client.post("/me/loom/code", data=form)).status_code == 200
    assert (await client.post("/me/loom", data=form | {"order": "nope"})).status_code == 404


async def test_unknown_shops_have_no_such_page(client):
    for path in ("/me/nope", "/me/nope?order=x"):
        assert (await client.get(path)).status_code == 404
    for path in ("/me/nope", "/me/nope/code", "/me/nope/leave"):
        assert (await client.post(path, data={})).status_code == 404


async def test_the_whole_way_says_the_same_in_every_language(client, house, ours):
    for language in ("en", "es", "fr", "de", "it", "pt", "hi"):
        async with house.database.system() as tx:
            await tx.execute("delete from one_time_code")
            await tx.execute("delete from attempt")
        guarding._HERE._left.clear()
        answer = await client.post(f"/me/loom?lang={language}", data={"contact": "loom-1003@mail.example"})
        (*_, (_, code)) = await sent(house, ours)
        assert f'lang="{language}"' in answer.text
        done = await client.post(f"/me/loom/code?lang={language}", data={"handle": handle_of(answer), "code": code})
        assert done.headers["location"] == f"/me/loom?lang={language}"
        assert "#loom-1003" in (await client.get(done.headers["location"])).text
    assert NOW


async def test_what_needs_more_than_a_link_leads_to_a_code_and_back_and_then_opens(client, house, ours):
    at = f"/o/{ours.order_tokens['#loom-1002']}/delivery"
    listed = (await client.get(at)).text
    assert "do=redirect" in listed
    wanted = re.search(r'href="([^"]*do=redirect[^"]*)"', listed)[1].replace("&amp;", "&")
    first = await client.get(f"{wanted}&lang=de")
    assert first.status_code == 303
    assert first.headers["location"].startswith("/me/loom?order=")
    page = await client.get(first.headers["location"])
    assert 'lang="de"' in page.text
    hidden = {name: unescape(value) for name, value in re.findall(r'name="(order|back)" value="([^"]*)"', page.text)}
    answer = await client.post("/me/loom", data=hidden | {"by": "email"})
    ((_, code),) = await sent(house, ours)
    done = await type_in(client, handle_of(answer), code, **hidden)
    assert done.headers["location"].startswith(wanted)
    opened = await client.get(done.headers["location"])
    assert opened.status_code == 200
    assert 'name="postcode"' in opened.text
    await client.post("/me/loom/leave")
    assert (await client.get(wanted)).status_code == 303


async def test_somebody_elses_session_adds_nothing_to_a_link(client, house, ours):
    await sign_in(client, house, ours, "loom-1001@mail.example")
    answer = await client.get(f"/o/{ours.order_tokens['#loom-1002']}/delivery?do=redirect&shipment=B1002LOOM")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/me/loom?order=")


async def settle(house, shop, settings):
    async with house.database.system() as tx:
        kept = await connections.merchant_to_change(tx, shop.merchant_id)
        await connections.set_merchant(tx, msgspec.structs.replace(kept, settings=settings))
    await house.directory.refresh(house.database, utc_now(), force=True)


@pytest.fixture
async def changing(house, ours):
    """A merchant whose settings are as they were afterwards."""
    async with house.database.system() as tx:
        before = (await connections.merchant_to_change(tx, ours.merchant_id)).settings
    yield ours
    await settle(house, ours, before)


@pytest.fixture
async def apart(house, changing):
    await settle(house, changing, {"identity": {"parcels_apart": True}})
    return changing


async def test_a_parcels_page_that_stands_alone_gives_no_link_of_its_order_away(client, house, apart):
    token, paths = apart.order_tokens["#loom-1002"], [f"/t/{apart.parcel_tokens[one]}" for one in ("A1002LOOM", "B1002LOOM")]
    for path in paths:
        stranger = (await client.get(path, headers={"user-agent": "iPhone"})).text
        assert token not in stranger
        assert "/me/loom" in stranger
    await sign_in(client, house, apart, "loom-1001@mail.example")
    assert token not in (await client.get(paths[0])).text  # another customer is a stranger, too
    await client.post("/me/loom/leave")
    await sign_in(client, house, apart, "loom-1002@mail.example")
    assert f"/o/{token}" in (await client.get(paths[0])).text


async def test_else_a_parcels_page_leads_to_its_order(client, ours):
    assert f"/o/{ours.order_tokens['#loom-1002']}" in (await client.get(f"/t/{ours.parcel_tokens['A1002LOOM']}")).text


async def test_an_owner_chooses_at_the_desk_how_sure_the_shop_wants_to_be(app, house, changing):
    async with aclosing(await entered(app, changing.owner)) as owner:
        page = (await owner.get("/desk/settings")).text
        form = {name: unescape(value) for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"[^>]*required', page)}
        form["csrf"] = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        for chosen in ({"name_and_postcode": "yes"}, {"parcels_apart": "yes"}, {}):
            answer = await owner.post("/desk/settings", data=form | chosen)
            assert answer.status_code == 303, answer.text
            async with house.database.system() as tx:
                kept = await connections.merchant_to_change(tx, changing.merchant_id)
            assert kept.settings.get("identity", {}) == dict.fromkeys(chosen, True)
