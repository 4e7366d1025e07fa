"""The template editor: own wording seen before it is kept, kept part by part, tried on oneself alone; hostile sources stay in their frame."""

import html
import math
import re

import pytest
from desk_clients import csrf_of, entered
from page_shops import BASE, HOSTILE, fill

from doorstep.messages import Library
from doorstep.messages.shortening import SAMPLE
from doorstep.messages.spending import ROUNDS_LIMIT, TOGETHER_LIMIT, Purse
from doorstep.steps.connect import new_connection
from doorstep.steps.work import utc_now
from doorstep.store import connections, message_lists, message_rows, recipients
from doorstep.store import templates as approved
from doorstep.web.desk import templates
from doorstep.web.network import Buckets

_MADE = iter(range(1000))
FIELD = 'id="part-{}"'


@pytest.fixture(autouse=True)
def _no_rests():
    templates._RESTS.clear()


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"word{next(_MADE)}", "Own & Words")


@pytest.fixture
async def desk(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


def typed(client, page="", **parts):
    """A form as the page holds it, with these parts typed."""
    was = dict(re.findall(r'name="(was-[a-z]+)" value="([^"]*)"', page))
    return {"csrf": client.csrf, "language": "en"} | was | {f"part-{part}": text for part, text in parts.items()}


async def saved(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await connections.merchants(tx, [shop.merchant_id]))[shop.merchant_id].settings.get("templates", {})


async def opened(client, path="/desk/templates/shipped?language=en"):
    return (await client.get(path)).text


def shown(page):
    """What the previews say, read as a browser would."""
    return html.unescape(page[page.index('id="previews"') :])


async def test_every_part_is_ours_until_the_shop_has_its_own(desk, house, shop):
    page = await opened(desk)
    for part in ("subject", "preheader", "headline", "intro", "sms", "chat", "push", "utility", "html", "mjml", "text"):
        assert FIELD.format(part) in page, part
    assert 'placeholder="{{ brand.name }}' in page or "placeholder=" in page
    answer = await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="Off goes {{ order.number }}", chat=""))
    assert answer.status_code == 303
    assert await saved(house, shop) == {"shipped/en/sms": "Off goes {{ order.number }}"}
    page = await opened(desk)
    assert "Off goes {{ order.number }}</textarea>" in page
    assert "shipped/en/sms: own wording" in page
    assert shop.owner in page[page.index('id="versions"') :]
    assert 'href="/desk/templates/shipped?language=en">en</a> (1)' in (await desk.get("/desk/templates")).text


async def test_a_part_goes_back_to_ours_and_what_else_is_typed_stays(desk, house, shop):
    page = await opened(desk)
    await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="Mine", subject="Also mine"))
    page = await opened(desk)
    answer = await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="Mine", subject="Half typed") | {"ours": "sms"})
    assert answer.status_code == 200
    assert await saved(house, shop) == {"shipped/en/subject": "Also mine"}
    assert "Half typed</textarea>" in answer.text
    assert "shipped/en/sms: back to ours; before: Mine" in await opened(desk)


async def test_what_is_wrong_is_told_at_its_part_and_nothing_is_kept(desk, house, shop):
    page = await opened(desk)
    wrong = typed(desk, page, sms="{{ order.number", utility="{{ order.number }} alone", chat="Fine")
    answer = await desk.post("/desk/templates/shipped", data=wrong)
    assert answer.status_code == 422
    says = dict(re.findall(r'id="says-([a-z]+)" data-live>(.*?)</div>', answer.text))
    assert 'class="wrong">line 1' in says["sms"]
    assert "a word must stand before the first value" in says["utility"]
    assert "wrong" not in says["chat"]
    assert "Fine</textarea>" in answer.text
    assert await saved(house, shop) == {}


async def test_nobody_saves_over_what_somebody_else_has_just_written(desk, app, house, shop):
    page = await opened(desk)
    await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="First"))
    answer = await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="Second", chat="Chat"))
    assert answer.status_code == 422
    assert "somebody else changed this meanwhile" in answer.text
    assert await saved(house, shop) == {"shipped/en/sms": "First"}
    assert (await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="", chat="Chat"))).status_code == 303
    assert await saved(house, shop) == {"shipped/en/sms": "First", "shipped/en/chat": "Chat"}


async def test_the_preview_keeps_nothing_and_shows_a_real_order_on_every_channel(desk, house, shop):
    form = typed(desk, sms="Off: {{ order.number }} ł", headline="H" * 70, chat="Chat {{ order.number }}")
    page = (await desk.post("/desk/templates/shipped/preview", data=form)).text
    newest = f"#{shop.slug}-1009"
    assert f"Shown with order {newest}" in page
    assert f"Chat {newest}" in shown(page)
    assert "1 part · GSM-7" in re.search(r'id="says-sms".*?</div>', page)[0]
    assert "70 of 60 characters: the last 10 are cut off" in page
    assert re.search(r"Chat #\S+</p>", page)
    assert re.search(r'id="says-chat" data-live><p class="soft">\d+ of 600 characters, \d+ left', page)
    chosen = (await desk.post("/desk/templates/shipped/preview", data=form | {"order": f"{shop.slug}-1002"})).text
    assert f"Chat #{shop.slug}-1002" in shown(chosen)
    nowhere = (await desk.post("/desk/templates/shipped/preview", data=form | {"order": "nonsense"})).text
    assert "You have no order nonsense: shown with a made-up one" in nowhere
    unicode = (await desk.post("/desk/templates/shipped/preview", data=typed(desk, sms="Привет " * 20))).text
    assert "3 parts · UCS-2 · 139 units" in unicode
    for order in (newest, "nonsense"):  # links are counted as they leave: short, at our own address
        form = typed(desk, sms="{{ parcel.url }} {{ links.order }}") | {"order": order}
        page = (await desk.post("/desk/templates/shipped/preview", data=form)).text
        link = f"{house.directory.base_url}/s/{SAMPLE}"
        assert f"{link} {link}" in page
        assert f"1 part · GSM-7 · {2 * len(link) + 1} septets" in page
    assert await saved(house, shop) == {}


async def test_our_words_can_be_taken_to_start_from(desk, house, shop):
    page = (await desk.post("/desk/templates/shipped/preview", data=typed(desk, chat="Mine") | {"take": "sms"})).text
    ours = re.search(r'<textarea id="part-sms"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]
    assert "{{ brand.name }}" in ours
    assert "Mine</textarea>" in page
    assert await saved(house, shop) == {}


async def test_answers_tell_how_much_room_their_buttons_have(desk):
    page = html.unescape(await opened(desk, "/desk/templates/failed_attempt?language=en"))
    assert page.count("Button “Another day”: 11 of 20 characters, 9 left") == 3
    assert len(re.findall(r"Text: \d+ of 600 characters", page)) == 3
    assert re.search(r"Title: \d+ of 60 characters", page)
    assert re.search(r"Text: \d+ of 170 characters", page)


async def test_hostile_sources_stay_in_a_frame_without_scripts_and_within_the_engines_limits(desk):
    evil = f"<html><body>{HOSTILE}<script>top.location='https://evil.example'</script></body></html>"
    answer = await desk.post("/desk/templates/shipped/preview", data=typed(desk, html=evil, chat=HOSTILE, subject=HOSTILE))
    assert HOSTILE not in answer.text
    assert "<script>top" not in answer.text
    assert re.search(r'<iframe srcdoc="[^"<]*&lt;script&gt;top[^"]*" title="[^"]+" sandbox="">', answer.text)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-src 'self'" in policy
    endless = f"{{% for a in (1..{ROUNDS_LIMIT}) %}}{{% for b in (1..{ROUNDS_LIMIT}) %}}x{{% endfor %}}{{% endfor %}}"
    answer = await desk.post("/desk/templates/shipped/preview", data=typed(desk, sms=endless, html="x" * 100_001))
    assert answer.status_code == 200
    assert len(answer.text) < 1_000_000
    for part in ("sms", "html"):
        assert 'class="wrong">' in re.search(rf'id="says-{part}".*?</div>', answer.text)[0], part


async def test_a_preview_made_to_waste_time_goes_round_no_more_often_than_all_parts_together_may(desk, monkeypatch):
    gone, pay = [], Purse.pay

    def counted(purse, units):
        pay(purse, units)
        gone.append(units)

    monkeypatch.setattr(Purse, "pay", counted)
    endless = "{% for a in (1..9999) %}{% if order.number == a %}{% endif %}{% endfor %}"
    parts = ("subject", "preheader", "headline", "intro", "sms", "chat", "push", "text", "html")
    answer = await desk.post("/desk/templates/shipped/preview", data=typed(desk, **{part: f"{part} {endless}" for part in parts}))
    assert answer.status_code == 200
    assert "all parts together take too long" in answer.text
    assert max(gone) > 9999  # a loop alone is let through
    assert sum(gone) <= 2 * TOGETHER_LIMIT  # once to check, once to show


async def test_previews_are_not_made_faster_than_anybody_types(desk, monkeypatch):
    monkeypatch.setattr(templates, "_PREVIEWS", Buckets(2, 1000))
    codes = [(await desk.post("/desk/templates/shipped/preview", data=typed(desk))).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_a_source_that_takes_long_is_paid_for_with_a_rest(desk, monkeypatch):
    monkeypatch.setattr(templates, "_SLOW_S", 0.0)
    assert (await desk.post("/desk/templates/shipped/preview", data=typed(desk, sms="x"))).status_code == 200
    assert len(templates._RESTS) == 1
    templates._RESTS.update(dict.fromkeys(templates._RESTS, math.inf))
    page = await desk.post("/desk/templates/shipped/preview", data=typed(desk, sms="x" * 30_000))
    assert "That was too fast" in page.text
    assert "<iframe" not in page.text
    assert "x" * 30_000 in page.text
    assert (await desk.post("/desk/templates/nonsense/preview", data=typed(desk))).status_code == 404


async def test_a_test_goes_to_ones_own_address_is_marked_and_counts_for_no_order(desk, house, shop):
    page = await opened(desk)
    answer = await desk.post(
        "/desk/templates/shipped/test", data=typed(desk, page, subject="Mine {{ order.number }}") | {"channel": "email"}
    )
    assert answer.status_code == 200
    assert "The test is on its way" in answer.text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = (await message_lists.page(tx, shop.merchant_id, most=1))[0]
        kept, _, _ = await message_lists.one(tx, shop.merchant_id, row["message_id"])
        content = message_rows.message_of(kept).content
        assert await tx.fetchval("select count(*) from decision where trigger = 'test'") == 0
        assert await tx.fetchval("select count(*) from outbox where message_id = $1", row["message_id"]) == 1
        counted = (await recipients.standing(tx, [(shop.merchant_id, shop.owner)], utc_now()))[shop.merchant_id, shop.owner]
        audited = await tx.fetchval("select detail from audit where action = 'test_template' order by audit_id desc limit 1")
    assert (row["recipient"], row["trigger"], row["order_id"], row["shipment_ids"]) == (shop.owner, "test", None, [])
    assert content.subject == f"[TEST] Mine #{shop.slug}-1009"
    assert content.text.startswith("TEST\n")
    assert re.search(r"<body[^>]*><p [^>]*>TEST: nobody but you", content.html)
    assert (counted.day, counted.week) == ({}, {})
    assert audited == f"shipped/en by email, message {row['message_id']}"
    assert await saved(house, shop) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"channel": "sms", "phone": "12", "mine": "yes"}, "Write your own telephone number"),
        ({"channel": "sms", "phone": "+34 600 000 001"}, "Say that +34600000001 is your own number"),
        ({"channel": "push"}, "Choose a connected channel"),
        ({"channel": "email", "part-sms": "{{ x"}, "Nothing was sent"),
    ],
)
async def test_a_test_goes_nowhere_else(desk, house, shop, given, said):
    answer = await desk.post("/desk/templates/shipped/test", data=typed(desk) | given)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert all(row["trigger"] != "test" for row in await message_lists.page(tx, shop.merchant_id))


async def test_tests_are_few(desk, house, shop):
    form = typed(desk) | {"channel": "sms", "phone": "+34 600 000 001", "mine": "yes"}
    codes = [(await desk.post("/desk/templates/shipped/test", data=form)).status_code for _ in range(templates._TESTS + 1)]
    assert codes == [200] * templates._TESTS + [422]
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = (await message_lists.page(tx, shop.merchant_id, most=1))[0]
        kept, _, _ = await message_lists.one(tx, shop.merchant_id, row["message_id"])
        links = await tx.fetch("select code, marks from short_link where message_id = $1", row["message_id"])
    assert row["recipient"] == "+34600000001"
    text = message_rows.message_of(kept).content.text
    assert text.startswith("TEST: ")
    assert [(f"/s/{one['code']}" in text, one["marks"]) for one in links] == [(True, False)]  # it leads on, and is noted nowhere


async def test_how_it_stands_at_a_provider_is_told_and_that_a_changed_text_must_be_handed_in_again(desk, house, shop):
    settings = {"phone_number_id": "1", "waba_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"}
    async with house.database.for_merchant(shop.merchant_id) as tx:
        new = new_connection(shop.merchant_id, "channel", "whatsapp", "Our WhatsApp", settings)
        made = await connections.connect(tx, house.directory.sealer, new, frozenset({"access_token", "app_secret"}))
    await house.directory.refresh(house.database, utc_now(), force=True)
    assert "Our WhatsApp</dt><dd>Not handed in yet" in await opened(desk)
    ours = Library.of().approvable("shipped", "en", BASE)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await approved.ask(tx, shop.merchant_id, made, ours, utc_now())
        stands = approved.KeptTemplate(name=ours.name, language="en_US", status="approved", category="utility", at=utc_now())
        await approved.keep(tx, shop.merchant_id, made, [stands])
    page = await opened(desk)
    assert "Approved</span>" in page[page.index('id="approval"') :]
    assert "Its text was changed" not in page
    changed = typed(desk, utility="Your order {{ order.number }} left us today, at last")
    assert "Its text was changed" in (await desk.post("/desk/templates/shipped/preview", data=changed)).text
    assert "Not handed in yet" in await opened(desk, "/desk/templates/shipped?language=es")


async def test_a_member_previews_and_keeps_nothing_and_a_stranger_sees_nothing(desk, app, house, shop, theirs):
    page = await opened(desk)
    await desk.post("/desk/templates/shipped", data=typed(desk, page, sms="Hooray it sails"))
    member = await entered(app, shop.member)
    member.csrf = await csrf_of(member)
    assert (await member.post("/desk/templates/shipped/preview", data=typed(member, sms="x"))).status_code == 200
    for path in ("", "/test"):
        assert (await member.post(f"/desk/templates/shipped{path}", data=typed(member, sms="x"))).status_code == 403
    stranger = await entered(app, theirs.owner)
    stranger.csrf = await csrf_of(stranger)
    for text in (
        await opened(stranger),
        (await stranger.get("/desk/templates")).text,
        (await stranger.post("/desk/templates/shipped/preview", data=typed(stranger) | {"order": f"{shop.slug}-1001"})).text,
    ):
        assert "Hooray" not in text
        assert f"#{shop.slug}-1001" not in text
    for client in (member, stranger):
        await client.aclose()
    assert await saved(house, shop) == {"shipped/en/sms": "Hooray it sails"}
