"""A yes said twice, links that were followed by people and by programs; never by opening a page, never for another shop."""

import re
from datetime import timedelta

import msgspec
import pytest
from page_shops import NOW

from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import Purpose
from doorstep.errors import ConflictError
from doorstep.steps.marks import redirect_token, ref_of
from doorstep.steps.opting_in import ask, wants_confirming
from doorstep.steps.work import utc_now

ADDRESS = "noor@customer.example"
SAID = Consent(purpose=Purpose.MARKETING, granted=True, source="api", at=NOW, wording="News <b>by mail</b>")
PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "accept-language": "en"}


async def rows(house, query, *given):
    async with house.database.system() as tx:
        return [dict(row) for row in await tx.fetch(query, *given)]


async def asked(house, shop, address=ADDRESS, locale=None):
    """Ask and return the link that was mailed."""
    await house.directory.refresh(house.database, utc_now(), force=True)
    tenant = house.directory.tenant(shop.merchant_id)
    async with house.database.system() as tx:
        await ask(tx, house.directory, tenant, address, SAID, locale, utc_now())
    (*_, sent) = await rows(
        house, "select text from message where merchant_id = $1 and template = 'confirm_consent' order by created_at", shop.merchant_id
    )
    return re.search(r"https?://[^/\s]+(/y/\S+)", sent["text"])[1]


async def given(house, shop):
    return await rows(
        house, "select source, granted, wording, proof from consent where merchant_id = $1 and address = $2", shop.merchant_id, ADDRESS
    )


async def test_a_yes_counts_once_its_owner_says_it_again_and_opening_the_link_says_nothing(client, house, ours):
    link = await asked(house, ours)
    for _ in range(3):  # scanners open every link
        page = await client.get(link)
        assert page.status_code == 200
        assert "News &lt;b&gt;by mail&lt;/b&gt;" in page.text
    assert await given(house, ours) == []
    done = await client.post(link)
    assert "Thank you" in done.text
    assert ADDRESS not in done.text
    (consent,) = await given(house, ours)
    assert (consent["source"], consent["granted"], consent["wording"]) == ("double_opt_in", True, SAID.wording)
    assert "first by api on" in consent["proof"]
    await client.post(link)
    assert len(await given(house, ours)) == 1


async def test_a_link_of_one_shop_confirms_nothing_at_another_and_none_can_be_made_up(client, house, ours, theirs):
    before = await given(house, ours)
    await client.post(await asked(house, theirs))
    assert await given(house, ours) == before
    assert len(await given(house, theirs)) == 1
    sealer = house.directory.sealer
    for token in (
        sealer.token("optin", str(ours.merchant_id), "999999"),
        sealer.token("mail", str(ours.merchant_id), "1"),
        sealer.token("optin", "x", "1"),
        "A" * 60,
    ):
        assert (await client.get(f"/y/{token}")).status_code == 404
        assert (await client.post(f"/y/{token}")).status_code == 404


async def test_nobody_is_asked_more_than_twice_a_day(house, ours):
    address = "asked.often@customer.example"
    for _ in range(2):
        await asked(house, ours, address)
    with pytest.raises(ConflictError, match="twice within a day"):
        await asked(house, ours, address)


async def test_the_question_is_put_in_the_language_of_whom_it_asks(client, house, ours):
    link = await asked(house, ours, "hindi@customer.example", "hi")
    assert '<html lang="hi">' in (await client.get(link)).text


async def message_of(house, shop):
    """One that nobody has followed or answered yet: many tests share the shop's."""
    (row, *_) = await rows(
        house,
        "select message_id from message m where merchant_id = $1 and order_id is not null and state in ('queued', 'sent')"
        " and not exists (select from click c where c.merchant_id = m.merchant_id and c.message_id = m.message_id) order by created_at limit 1",
        shop.merchant_id,
    )
    await rows(
        house, "update message set created_at = $2 where message_id = $1 returning 1", row["message_id"], utc_now() - timedelta(hours=1)
    )
    return str(row["message_id"])


async def clicks(house, message_id):
    return await rows(house, "select url, machine, times from click where message_id = $1::text::uuid order by machine, url", message_id)


async def test_a_link_followed_by_a_person_moves_its_message_and_one_by_a_program_does_not(client, house, ours):
    message_id = await message_of(house, ours)
    token = ours.order_tokens["#loom-1001"]
    for headers in (
        {"user-agent": "Barracuda Scanner", "accept-language": "en"},
        {**PERSON, "sec-purpose": "prefetch"},
        {"user-agent": PERSON["user-agent"]},
    ):
        assert (await client.get(f"/o/{token}?m={ref_of(message_id)}", headers=headers)).status_code == 200
    (state,) = await rows(house, "select state from message where message_id = $1::text::uuid", message_id)
    assert state["state"] != "clicked"
    assert (await client.get(f"/o/{token}?m={ref_of(message_id)}", headers=PERSON)).status_code == 200
    assert await rows(house, "select state from message where message_id = $1::text::uuid", message_id) == [{"state": "clicked"}]
    assert [(one["machine"], one["times"]) for one in await clicks(house, message_id)] == [(False, 1), (True, 3)]


async def test_a_mark_that_is_wrong_or_anothers_costs_no_page_and_notes_nothing(client, house, ours, theirs):
    message_id = await message_of(house, theirs)
    token = ours.order_tokens["#loom-1002"]
    for mark in (ref_of(message_id), "x", "A" * 22, "%00", "é"):
        assert (await client.get(f"/o/{token}?m={mark}", headers=PERSON)).status_code == 200
    assert await clicks(house, message_id) == []


async def test_the_redirect_leads_where_a_message_pointed_and_nowhere_else(client, house, ours):
    message_id = await message_of(house, ours)
    sealer = house.directory.sealer
    good = redirect_token(sealer, ours.merchant_id, message_id, "https://carrier.example/N1?a=1&b=2")
    answer = await client.get(f"/c/{good}", headers=PERSON, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://carrier.example/N1?a=1&b=2")
    assert answer.headers["referrer-policy"] == "no-referrer"
    for bad in (
        redirect_token(sealer, ours.merchant_id, message_id, "javascript:alert(1)"),
        good[:-4] + "AAAA",
        "https://evil.example",
        "x" * 70,
    ):
        answer = await client.get(f"/c/{bad}", headers=PERSON, follow_redirects=False)
        assert answer.status_code == 404
        assert "location" not in answer.headers


async def test_the_picture_of_a_mail_notes_that_it_was_shown_and_always_answers(client, house, ours):
    message_id = await message_of(house, ours)
    for name in (
        f"{ours.merchant_id}.{ref_of(message_id)}.gif",
        "x.gif",
        f"0.{ref_of(message_id)}.gif",
        f"{10**30}.{ref_of(message_id)}.gif",
        "².",
    ):
        answer = await client.get(f"/e/{name}", headers=PERSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.headers["cache-control"] == "no-store"
    noted = await rows(house, "select state, machine from receipt where message_id = $1::text::uuid and state = 'read'", message_id)
    assert noted == [{"state": "read", "machine": False}]


async def test_a_reader_chooses_by_which_channels_they_hear_of_their_orders(client, house, ours):
    await house.directory.refresh(house.database, utc_now(), force=True)
    connected = house.directory.tenant(ours.merchant_id).policy.connected
    assert "email" in connected
    address = "choosy@customer.example"
    token = house.directory.sealer.token("mail", str(ours.merchant_id), address, "en")
    page = (await client.get(f"/p/{token}")).text
    assert '<input type="checkbox" name="channel" value="email" checked>' in page
    assert 'value="sms"' not in page  # the address of this link takes no texts
    topics = {"topic": ["orders", "shipping", "delivery", "problems"], "language": "en"}
    await client.post(f"/p/{token}", data=topics)  # a form that does not show channels changes none
    await client.post(f"/p/{token}", data={**topics, "channels": "shown", "channel": "email"})
    query = "select purpose, channel, granted, source from consent where merchant_id = $1 and address = $2"
    assert await rows(house, query, ours.merchant_id, address) == []
    saved = (await client.post(f"/p/{token}", data={**topics, "channels": "shown", "channel": "fax"})).text
    assert '<input type="checkbox" name="channel" value="email">' in saved
    assert await rows(house, query, ours.merchant_id, address) == [
        {"purpose": "transactional", "channel": "email", "granted": False, "source": "preferences"}
    ]
    await client.post(f"/p/{token}", data={**topics, "channels": "shown", "channel": "email"})
    assert [one["granted"] for one in await rows(house, f"{query} order by at", ours.merchant_id, address)] == [False, True]


async def test_where_the_law_wants_it_a_yes_without_its_proof_is_asked_for_again(house, ours):
    await house.directory.refresh(house.database, utc_now(), force=True)
    tenant = house.directory.tenant(ours.merchant_id)
    query = "select email, document->'ship_to'->>'country' as country from orders where merchant_id = $1 and number = '#loom-1001'"
    (row,) = await rows(house, query, ours.merchant_id)
    strict = msgspec.structs.replace(tenant, policy=msgspec.structs.replace(tenant.policy, confirm_in=frozenset({row["country"]})))
    lax = msgspec.structs.replace(tenant, policy=msgspec.structs.replace(tenant.policy, confirm_in=frozenset({"XX"})))
    service = msgspec.structs.replace(SAID, purpose=Purpose.TRANSACTIONAL)
    proven = msgspec.structs.replace(SAID, proof="the form of 2 March, confirmed by link")
    no = msgspec.structs.replace(SAID, granted=False)
    async with house.database.system() as tx:
        assert await wants_confirming(tx, strict, row["email"], SAID)
        for tenant_, address, said in ((lax, row["email"], SAID), (strict, "nobody@x.example", SAID), (strict, row["email"], service)):
            assert not await wants_confirming(tx, tenant_, address, said)
        assert not await wants_confirming(tx, strict, row["email"], proven)
        assert not await wants_confirming(tx, strict, row["email"], no)
