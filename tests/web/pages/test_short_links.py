"""A short link followed by people and by programs, by strangers, too late, at another's host, by who guesses."""

import re
from datetime import timedelta

import httpx
import pytest
from page_shops import BASE, NOW, order, scan, way
from page_shops import START as WAY

from doorstep.domain.orders import Customer
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.vocabulary import Lead
from doorstep.messages.shortening import code_of
from doorstep.steps.advance import Seen, advance
from doorstep.steps.decide import decide
from doorstep.steps.marks import ref_of
from doorstep.steps.order import Told, take_orders
from doorstep.steps.work import utc_now
from doorstep.store import access, connections, short_links
from doorstep.web.network import Buckets
from doorstep.web.track import shortened

PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "accept-language": "en"}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _full_buckets():
    as_if_in_another_process()


def as_if_in_another_process():
    for bucket in (shortened._NETWORKS, shortened._SITES):
        bucket._left.clear()


async def rows(house, query, *given):
    async with house.database.system() as tx:
        return [dict(row) for row in await tx.fetch(query, *given)]


async def message_of(house, shop):
    """A message of the shop, an hour old."""
    (row, *_) = await rows(
        house,
        "select message_id, month from message where merchant_id = $1 and order_id is not null order by message_id limit 1",
        shop.merchant_id,
    )
    await rows(house, "update message set created_at = $2 where message_id = $1 returning 1", row["message_id"], utc_now() - HOUR)
    return row


async def linked(house, shop, code, lead=Lead.PARCEL, token=None, *, marks=True, made_at=None):
    """Write a short link down; return the path at which it is followed, and its message."""
    message = await message_of(house, shop)
    token = shop.parcel_tokens["A1001" + shop.slug.upper()] if token is None else token
    link = short_links.ShortLink(code=code_of(code), leads_to=lead, token=token, marks=marks)
    async with house.database.system() as tx:
        await tx.execute("delete from short_link where code = $1", link.code)
        await tx.execute("delete from click where message_id = $1", message["message_id"])
        await tx.execute("delete from receipt where message_id = $1 and state = 'clicked'", message["message_id"])
        await short_links.keep(tx, [(shop.merchant_id, str(message["message_id"]), message["month"], link)], made_at or utc_now())
    return f"/s/{link.code}", str(message["message_id"])


async def tracking(house, shop, mode):
    await rows(
        house,
        "update merchant set brand = (brand::jsonb || jsonb_build_object('tracking', $2::text))::json where merchant_id = $1 returning 1",
        shop.merchant_id,
        mode,
    )
    await house.directory.refresh(house.database, utc_now(), force=True)


async def clicks(house, message_id):
    found = await rows(house, "select url, machine, times from click where message_id = $1::text::uuid order by machine, url", message_id)
    return [(one["url"], one["machine"], one["times"]) for one in found]


async def at(client, path, host=None, **headers):
    return await client.get(path, headers=PERSON | ({"host": host} if host else {}) | headers, follow_redirects=False)


async def test_a_text_of_the_real_steps_leads_to_its_parcel_and_notes_who_followed(client, house, ours):
    await house.directory.refresh(house.database, utc_now(), force=True)
    then = (NOW - timedelta(days=1)).replace(hour=11, minute=0, second=0)
    by_phone = order("loom-7001", parcels=(("TEXTED7001", {}),), customer=Customer(first_name="Noor", phone="+34600000077"))
    parcel = way("TEXTED7001", *WAY[:3], scan("out_for_delivery", 1, "08:00", "Madrid", "With the courier"))
    async with house.database.system() as tx:
        told = Told(merchant_id=ours.merchant_id, connection_id=ours.connection_ids["generic"], fact=OrderSeen(by_phone))
        happenings = await take_orders(tx, [told], then)
        happenings += await advance(tx, [Seen(merchant_id=ours.merchant_id, inbox_id=1, received_at=then, tracking=parcel)], then)
        await decide(tx, happenings, house.directory, then)
    (row, *_) = await rows(
        house, "select message_id, text from message where channel = 'sms' and recipient = '+34600000077' order by message_id"
    )
    path = re.search(rf"{re.escape(BASE)}(/s/\w+)", row["text"])[1]
    scanned = await client.get(path, headers={"user-agent": "Twitterbot/1.0", "accept-language": "en"}, follow_redirects=True)
    assert scanned.status_code == 200
    page = await client.get(path, headers=PERSON, follow_redirects=True)
    assert page.status_code == 200
    assert "loom-7001" in page.text
    assert [one[1:] for one in await clicks(house, str(row["message_id"]))] == [(False, 1), (True, 1)]
    (state,) = await rows(house, "select state from message where message_id = $1", row["message_id"])
    assert state["state"] == "clicked"


async def test_a_link_leads_on_with_its_mark_and_notes_nothing_by_itself(client, house, ours):
    path, message_id = await linked(house, ours, 1)
    answer = await at(client, path)
    token = ours.parcel_tokens["A1001LOOM"]
    assert (answer.status_code, answer.headers["location"]) == (302, f"/t/{token}?m={ref_of(message_id)}")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert (await at(client, f"{path}?lang=es")).headers["location"].endswith("&lang=es")
    for odd in ("%C3%B1", "%D9%A1", "%00", "a%0d%0aset-cookie:b"):
        assert (await at(client, f"{path}?lang={odd}")).headers["location"] == f"/t/{token}?m={ref_of(message_id)}"
    assert "evil" not in (await at(client, f"{path}?lang=//evil.example&m=evil&to=https://evil.example")).headers["location"]
    assert await clicks(house, message_id) == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
async def test_what_is_no_visit_notes_nothing(client, house, ours, method):
    path, message_id = await linked(house, ours, 2, Lead.CARRIER)
    await tracking(house, ours, "all")
    answer = await client.request(method, path, headers=PERSON, follow_redirects=True)
    assert "location" not in answer.headers
    await tracking(house, ours, "clicks")
    assert await clicks(house, message_id) == []


@pytest.mark.parametrize(
    ("mode", "marks", "noted"), [("none", True, False), ("clicks", False, False), ("clicks", True, True), ("all", True, True)]
)
async def test_a_merchant_who_notes_nothing_gets_no_mark_and_the_link_leads_on(client, house, ours, mode, marks, noted):
    path, message_id = await linked(house, ours, 3, Lead.ORDER, ours.order_tokens["#loom-1001"], marks=marks)
    await tracking(house, ours, mode)
    page = await client.get(path, headers=PERSON, follow_redirects=True)
    await tracking(house, ours, "clicks")
    assert page.status_code == 200
    assert "loom-1001" in page.text
    assert bool(await clicks(house, message_id)) == noted


@pytest.mark.parametrize(
    ("mode", "marks", "noted"), [("none", True, False), ("clicks", True, False), ("all", False, False), ("all", True, True)]
)
async def test_a_carriers_page_is_the_one_its_own_folder_names_and_noted_only_where_all_is(client, house, ours, mode, marks, noted):
    path, message_id = await linked(house, ours, 4, Lead.CARRIER, marks=marks)
    await tracking(house, ours, mode)
    answer = await at(client, path)
    await at(client, path, **{"user-agent": "WhatsApp/2.24"})
    await tracking(house, ours, "clicks")
    assert answer.status_code == 302
    assert re.match(r"https://www\.dhl\.de/\S*A1001LOOM", answer.headers["location"])
    found = await clicks(house, message_id)
    assert found == ([(answer.headers["location"], False, 1), (answer.headers["location"], True, 1)] if noted else [])


async def test_preferences_are_those_of_the_messages_recipient_and_visits_to_them_are_not_noted(client, house, ours):
    for lead, begins in ((Lead.PREFERENCES, "/p/"), (Lead.UNSUBSCRIBE, "/u/")):
        path, message_id = await linked(house, ours, 5, lead, "")
        target = (await at(client, path)).headers["location"]
        assert target.startswith(begins)
        (row,) = await rows(house, "select recipient, locale from message where message_id = $1::text::uuid", message_id)
        sealed = house.directory.sealer.read_token(target.removeprefix(begins))
        assert sealed == ("mail", str(ours.merchant_id), row["recipient"], row["locale"])
        assert (await client.get(path, headers=PERSON, follow_redirects=True)).status_code == 200
        assert await clicks(house, message_id) == []


async def test_a_link_of_one_merchant_never_leads_to_anothers_page(client, house, ours, theirs):
    for lead, token in ((Lead.PARCEL, theirs.parcel_tokens["A1001VEGA"]), (Lead.ORDER, theirs.order_tokens["#vega-1001"])):
        path, _ = await linked(house, ours, 6, lead, token)
        answer = await at(client, path)
        assert (answer.status_code, "location" in answer.headers) == (410, False)


async def test_at_another_merchants_own_host_a_link_is_as_unknown_as_any(client, house, ours, theirs):
    path, _ = await linked(house, ours, 7)
    async with house.database.system() as tx:
        await connections.set_host(tx, theirs.merchant_id, "parcels.vega.example")
        await connections.set_host(tx, ours.merchant_id, "parcels.loom.example")
    await house.directory.refresh(house.database, utc_now(), force=True)
    try:
        refused, unknown = [await at(client, one, "parcels.vega.example") for one in (path, f"/s/{code_of(987654321)}")]
        assert (refused.status_code, unknown.status_code) == (404, 404)
        assert refused.text == unknown.text
        assert 'href="/find/vega"' in refused.text
        for host in ("parcels.loom.example", "PARCELS.LOOM.EXAMPLE:443", None):
            assert (await at(client, path, host)).status_code == 302
    finally:
        async with house.database.system() as tx:
            await connections.set_host(tx, theirs.merchant_id, None)
            await connections.set_host(tx, ours.merchant_id, None)
        await house.directory.refresh(house.database, utc_now(), force=True)


async def test_the_address_that_links_are_written_with_serves_everybody_whosever_host_it_is(client, house, ours, theirs):
    path, _ = await linked(house, ours, 8)
    async with house.database.system() as tx:
        await connections.set_host(tx, theirs.merchant_id, "127.0.0.1")
    await house.directory.refresh(house.database, utc_now(), force=True)
    try:
        assert (await at(client, path)).status_code == 302
    finally:
        async with house.database.system() as tx:
            await connections.set_host(tx, theirs.merchant_id, None)
        await house.directory.refresh(house.database, utc_now(), force=True)


async def test_a_link_that_ended_says_so_under_its_brand_and_how_to_go_on(client, house, ours):
    for code, made_at, token in ((9, utc_now() - timedelta(days=181), None), (10, None, "no-such-parcel")):
        path, message_id = await linked(house, ours, code, token=token, made_at=made_at)
        answer = await at(client, path)
        assert answer.status_code == 410
        assert "This link leads nowhere any more" in answer.text
        assert 'href="/find/loom"' in answer.text
        assert "Lantern &amp; Loom" in answer.text
        assert await clicks(house, message_id) == []
    assert "Dieser Link führt nirgends mehr hin" in (await at(client, path, **{"accept-language": "de"})).text


async def test_a_link_lives_no_longer_than_its_message(client, house, ours):
    message = await message_of(house, ours)
    link = short_links.ShortLink(code=code_of(11), leads_to=Lead.PARCEL, token=ours.parcel_tokens["A1001LOOM"], marks=True)
    async with house.database.system() as tx:
        await tx.execute("delete from short_link where code = $1", link.code)
        await short_links.keep(tx, [(ours.merchant_id, "01a1ee50-4380-7000-8000-0000000000aa", message["month"], link)], utc_now())
    assert (await at(client, f"/s/{link.code}")).status_code == 410


@pytest.mark.parametrize("code", ["x", "A" * 10, "A" * 12, "0" * 11, "AAAAAAAAA%2F", "%00AAAAAAAAAA", "\u0391" * 11, "https:evil.example"])
async def test_anything_else_gets_a_friendly_page_and_is_no_guess(client, house, code):
    for _ in range(25):
        answer = await at(client, f"/s/{code}")
        assert (answer.status_code, "location" in answer.headers) == (404, False)
        assert "We cannot find this page" in answer.text
    assert await rows(house, "select key from attempt") == []


async def test_guesses_are_counted_over_all_processes_and_links_that_lead_somewhere_are_not(client, house, ours):
    path, _ = await linked(house, ours, 12)
    for number in range(20):
        as_if_in_another_process()
        assert (await at(client, path)).status_code == 302
        assert (await at(client, f"/s/{code_of(10**9 + number)}")).status_code == 404
    for _ in range(2):
        answer = await at(client, path)
        assert (answer.status_code, "location" in answer.headers) == (429, False)
        assert "try again in an hour" in answer.text
        as_if_in_another_process()
    async with house.database.system() as tx:
        await tx.execute("update attempt set at = at - interval '4 minutes'")
    assert (await at(client, path)).status_code == 302


async def test_guesses_from_many_networks_of_one_site_are_counted_together(app, client, house, ours):
    path, _ = await linked(house, ours, 13)
    await house.directory.refresh(house.database, utc_now(), force=True)

    async def ask(address, asked):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as one:
            return (await at(one, asked)).status_code

    said = [await ask(f"2001:db8:7:{number:x}::1", f"/s/{code_of(10**10 + number)}") for number in range(62)]
    assert said == [404] * 60 + [429] * 2
    assert await ask("2001:db8:7:ffff::1", path) == 429
    assert await ask("2001:db8:8::1", path) == 302
    as_if_in_another_process()
    assert await ask("2001:db8:7:ffff::1", path) == 429


async def test_asking_whether_an_attempt_is_left_takes_none(database):
    async with database.system() as tx:
        for _ in range(3):
            assert await access.may_attempt(tx, 0, {"a": 2, "b": 1}, HOUR, NOW)
        assert await access.attempt(tx, 0, {"a": 2, "b": 1}, HOUR, NOW)
        assert await access.may_attempt(tx, 0, {"a": 2}, HOUR, NOW)
        assert not await access.may_attempt(tx, 0, {"a": 2, "b": 1}, HOUR, NOW)
        assert await access.may_attempt(tx, 0, {"a": 2, "b": 1}, HOUR, NOW + HOUR)
        assert await access.may_attempt(tx, 5, {"b": 1}, HOUR, NOW)


def test_waiting_takes_no_token_and_tells_as_long_as_taking_would():
    bucket = Buckets(2, 10)
    assert [bucket.wait("a", now=0.0) for _ in range(5)] == [0.0] * 5
    assert [bucket.take("a", now=0.0), bucket.take("a", now=0.0)] == [0.0, 0.0]
    assert bucket.wait("a", now=1.0) == pytest.approx(4.0)
    assert bucket.take("a", now=1.0) == pytest.approx(4.0)
    assert bucket.wait("a", now=5.0) == 0.0
