"""The customer pages as answers: what they say, to whom, and what they never do."""

import re
import time

import pytest
from page_shops import HOSTILE, NOW

from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.messages import tag_to_speak
from doorstep.steps.marks import news_token, ref_of
from doorstep.store import orders, recipients
from doorstep.web.track.parcels import event_text
from doorstep.web.track.words import languages, words_for


def mail_token(house, shop, address, locale="en"):
    return house.directory.sealer.token("mail", str(shop.merchant_id), address, locale)


async def test_the_tracking_page_tells_the_status_the_window_and_every_scan_in_words(client, ours):
    answer = await client.get(f"/t/{ours.parcel_tokens['A1001LOOM']}")
    assert answer.status_code == 200
    text = answer.text
    assert "<h1>Out for delivery today</h1>" in text
    assert "2:00\N{NO-BREAK SPACE}PM–6:00\N{NO-BREAK SPACE}PM" in text  # noqa: RUF001 - a span is written so
    assert text.count("<time ") == 6
    assert "Frankfurt, Germany" in text
    assert "“The shipment has been picked up”" in text
    assert "Oak desk lamp" in text
    assert "help@loom.example" in text


async def test_no_page_is_kept_indexed_framed_or_given_away_as_referrer(client, ours):
    headers = (await client.get(f"/o/{ours.order_tokens['#loom-1001']}")).headers
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_the_order_page_shows_every_parcel_and_what_is_still_being_prepared(client, ours):
    text = (await client.get(f"/o/{ours.order_tokens['#loom-1002']}")).text
    assert "<h1>1 of 2 parcels delivered</h1>" in text
    assert "A1002LOOM" in text
    assert "B1002LOOM" in text
    assert "Still being prepared" in text
    assert "Beeswax candles" in text.split("Still being prepared")[1]


async def test_an_order_without_a_parcel_is_being_prepared_and_a_cancelled_one_says_so(client, ours):
    assert "We are preparing your order" in (await client.get(f"/o/{ours.order_tokens['#loom-1003']}")).text
    assert "This order was cancelled" in (await client.get(f"/o/{ours.order_tokens['#loom-1008']}")).text


async def test_the_page_speaks_the_orders_language_unless_asked_for_another(client, ours):
    token = ours.order_tokens["#loom-1004"]
    spanish = (await client.get(f"/o/{token}")).text
    assert '<html lang="es">' in spanish
    assert "En camino" in spanish
    assert "Estaba previsto" in spanish  # the promise is over and nothing came: said, not hidden
    assert '<html lang="en">' in (await client.get(f"/o/{token}?lang=en")).text
    assert '<html lang="es">' in (await client.get(f"/o/{token}?lang=xx")).text


async def test_the_page_speaks_the_language_its_customer_chose_and_no_strangers(client, house, ours, theirs):
    address = await _address(house, ours, "#loom-1001")
    token = ours.order_tokens["#loom-1001"]
    for shop, spoken in ((theirs, "en"), (ours, "es")):
        async with house.database.for_merchant(shop.merchant_id) as tx:
            await recipients.choose_locale(tx, shop.merchant_id, address, "es", NOW)
        assert f'<html lang="{spoken}">' in (await client.get(f"/o/{token}")).text
    assert tag_to_speak("es", "es-MX") == "es-MX"  # the order may also know the region
    assert tag_to_speak("es", "en-US") == "es"
    async with house.database.for_merchant(ours.merchant_id) as tx:
        await recipients.choose_locale(tx, ours.merchant_id, address, "en", NOW)


async def _address(house, shop, number):
    async with house.database.system() as tx:
        found = await orders.by_token(tx, shop.order_tokens[number])
    return found.order.customer.email


async def test_a_code_nobody_knows_is_shown_in_the_carriers_own_words(client, ours):
    text = (await client.get(f"/t/{ours.parcel_tokens['A1004LOOM']}?lang=en")).text
    assert "ZN-77 Sonderstatus" in text


async def test_a_problem_says_who_must_act_and_what_to_do(client, ours):
    text = (await client.get(f"/t/{ours.parcel_tokens['A1006LOOM']}")).text
    assert "The next step is yours." in text
    assert "The address needs a correction" in text
    assert "To pay on delivery: €236.90" in text


async def test_a_parcel_on_its_way_back_shows_the_steps_of_a_return(client, ours):
    text = (await client.get(f"/t/{ours.parcel_tokens['A1007LOOM']}")).text
    assert "Return started" in text
    assert "Out for delivery<" not in text


async def test_a_delivered_order_says_until_when_it_can_be_returned(client, ours):
    text = (await client.get(f"/t/{ours.parcel_tokens['A1005LOOM']}?lang=en")).text
    assert "You can return this order until" in text
    assert "€18.90" in text  # the refund


async def test_a_shipment_without_an_order_has_a_page_too(client, ours):
    answer = await client.get(f"/t/{ours.parcel_tokens['LOOSELOOM']}")
    assert answer.status_code == 200
    assert "On its way" in answer.text


@pytest.mark.parametrize(
    "path", ["/t/nope", "/o/nope", "/t/%00", "/t/%F0%9F%93%A6", "/p/nope", "/u/nope", "/find/nope", "/t/" + "a" * 3000, "/p/YWJj"]
)
async def test_an_unknown_address_gets_a_friendly_404(client, path):
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "We cannot find this page" in answer.text


async def test_hostile_names_places_and_carrier_texts_stay_text(client, theirs):
    pages = [f"/t/{theirs.parcel_tokens['A1001VEGA']}", f"/o/{theirs.order_tokens['#vega-1001']}", "/find/vega"]
    for path in pages:
        text = (await client.get(path)).text
        assert HOSTILE not in text
        assert "<img src=x" not in text
        assert "<script>" not in text
    assert "&lt;script&gt;alert" in (await client.get(pages[0])).text


async def test_no_page_needs_anything_inline(client, ours):
    for path in (f"/t/{ours.parcel_tokens['A1001LOOM']}", f"/o/{ours.order_tokens['#loom-1002']}", "/find/loom"):
        text = (await client.get(path)).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)


async def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(client, ours):
    text = (await client.get(f"/t/{ours.parcel_tokens['A1001LOOM']}")).text
    addresses = re.findall(r'(?:href|src)="(/look/[^"]+)"', text)
    assert len(addresses) >= 4
    for address in addresses:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in (await client.get("/look/page.00000000.css")).headers["cache-control"]
    assert (await client.get("/look/..%2Fserving.py")).status_code == 404


async def test_a_tracking_page_with_its_files_weighs_less_than_50_kb(client, ours):
    path = f"/t/{ours.parcel_tokens['A1001LOOM']}"
    page = await client.get(path)
    files = re.findall(r'(?:href|src)="(/look/[^"]+)"', page.text)
    weight = len(page.content) + sum([len((await client.get(one)).content) for one in set(files)])
    assert weight < 50_000


async def find(client, number, email, **headers):
    started = time.perf_counter()
    answer = await client.post("/find/loom", data={"number": number, "email": email}, headers=headers)
    return answer, time.perf_counter() - started


async def test_number_and_address_that_belong_together_lead_to_the_order(client, ours):
    answer, _ = await find(client, "#loom-1001", " Loom-1001@Mail.example ")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/o/{ours.order_tokens['#loom-1001']}"


async def test_whether_an_order_exists_cannot_be_told_from_the_answer_or_its_time(client, ours):
    exists, exists_s = await find(client, "loom-1001", "x@mail.example")
    nowhere, nowhere_s = await find(client, "loom-9999", "x@mail.example")
    other, other_s = await find(client, "vega-1001", "vega-1001@mail.example")

    def shape(answer):
        return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)

    assert shape(exists) == shape(nowhere) == shape(other)
    assert exists.status_code == 200
    assert "could not find an order" in exists.text
    assert min(exists_s, nowhere_s, other_s) >= 0.25


async def test_guessing_is_stopped_by_number_by_address_and_by_network(client, ours):
    for _ in range(5):
        answer, _ = await find(client, "loom-1001", "y@mail.example")
        assert answer.status_code == 200
    answer, _ = await find(client, "loom-1001", "z@mail.example")
    assert answer.status_code == 429
    answer, _ = await find(client, "loom-1002", "y@mail.example")
    assert answer.status_code == 429
    right, _ = await find(client, "loom-1001", "loom-1001@mail.example")
    assert right.status_code == 429  # the right answer too, or the limit would say which is right


async def test_a_form_from_another_site_cannot_guess_with_the_visitors_browser(client, ours):
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        answer, _ = await find(client, "loom-1001", "loom-1001@mail.example", **headers)
        assert answer.status_code == 403
    answer, _ = await find(client, "loom-1001", "loom-1001@mail.example", **{"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "form", [{}, {"number": "\0", "email": "\0@"}, {"number": "1" * 9000, "email": "a@b"}, {"number": "١٢", "email": "ü@ü"}]
)
async def test_any_form_is_answered(client, form):
    answer = await client.post("/find/loom", data=form)
    assert answer.status_code == 200


async def standing(house, shop, address):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await recipients.standing(tx, [(shop.merchant_id, address)], NOW))[shop.merchant_id, address]


async def test_opening_the_unsubscribe_link_changes_nothing(client, house, ours):
    token = mail_token(house, ours, "loom-1002@mail.example")
    for _ in range(3):
        answer = await client.get(f"/u/{token}")
        assert answer.status_code == 200
        assert "<form" in answer.text
    kept = await standing(house, ours, "loom-1002@mail.example")
    assert not kept.consents
    assert not kept.suppressed


async def test_one_click_unsubscribes_from_marketing_only_without_redirect_or_cookie(client, house, ours):
    address = "loom-1003@mail.example"
    token = mail_token(house, ours, address, "es")
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"}
    answer = await client.post(f"/u/{token}", content="List-Unsubscribe=One-Click", headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "Te has dado de baja" in answer.text
    assert f"/p/{token}" in answer.text
    kept = await standing(house, ours, address)
    assert kept.suppressed == [(ChannelKind.EMAIL, Purpose.MARKETING)]
    assert [(c.purpose, c.granted, c.source) for c in kept.consents] == [(Purpose.MARKETING, False, "one_click")]
    assert (await client.post(f"/u/{token}", files={"List-Unsubscribe": (None, "One-Click")})).status_code == 200


async def test_a_customer_chooses_topics_marketing_and_language(client, house, ours):
    address = "loom-1009@mail.example"
    token = mail_token(house, ours, address)
    assert (await client.get(f"/p/{token}")).text.count(" checked") == 6
    form = {"topic": ["orders", "problems"], "marketing": "yes", "language": "es"}
    answer = await client.post(f"/p/{token}", data=form)
    assert "Guardado" in answer.text
    kept = await standing(house, ours, address)
    assert kept.topics_off == {"shipping", "delivery", "returns"}
    assert kept.consents[0].granted
    assert "Lantern & Loom" in kept.consents[0].wording
    async with house.database.for_merchant(ours.merchant_id) as tx:
        found = await orders.look_up(tx, ours.merchant_id, "loom-1009", address)
    assert found.order.locale == "es"
    await client.post(f"/u/{token}")
    assert 'name="marketing" value="yes">' in (await client.get(f"/p/{token}")).text
    await client.post(f"/p/{token}", data=form)  # a yes of the customer's own lifts the suppression again
    assert not (await standing(house, ours, address)).suppressed


async def test_a_link_made_for_one_merchant_chooses_nothing_at_another(client, house, ours, theirs):
    await client.post(f"/u/{mail_token(house, ours, 'both@mail.example')}")
    assert (await standing(house, ours, "both@mail.example")).suppressed
    assert not (await standing(house, theirs, "both@mail.example")).suppressed


def test_every_language_has_every_text_with_the_same_holes():
    english = languages()["en"]
    assert {"en", "es"} <= set(languages())
    for texts in languages().values():
        assert texts.keys() == english.keys()
        for section in english.keys() - {"language"}:
            assert texts[section].keys() == english[section].keys()
            for key, text in english[section].items():
                assert sorted(re.findall(r"{\w+}", str(text))) == sorted(re.findall(r"{\w+}", str(texts[section][key]))), (section, key)


def test_problems_with_other_words_on_the_way_are_in_the_catalogue():
    for tongue in languages().values():
        assert set(tongue["underway"]) <= set(PITFALL_KINDS)


def test_a_language_we_do_not_have_falls_back():
    assert words_for("ja", "es-MX").tag == "es-MX"
    assert words_for("ja", None).tag == "en"
    assert event_text("delivered", words_for("es")) != event_text("delivered", words_for("en"))


def news_path(house, shop, *numbers, of=None):
    orders_of = of or shop
    return f"/n/{news_token(house.directory.sealer, shop.merchant_id, [orders_of.order_ids[number] for number in numbers])}"


async def test_the_page_of_a_digest_shows_how_each_of_its_orders_stands(client, house, ours):
    answer = await client.get(news_path(house, ours, "#loom-1001", "#loom-1002"))
    assert answer.status_code == 200
    assert "<h1>How your orders stand</h1>" in answer.text
    for number in ("#loom-1001", "#loom-1002"):
        assert f'href="/o/{ours.order_tokens[number]}"' in answer.text
    assert "Out for delivery today" in answer.text
    assert "Delivered" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "Cómo van tus pedidos" in (await client.get(f"{news_path(house, ours, '#loom-1001', '#loom-1002')}?lang=es")).text


async def test_the_page_of_a_digest_about_one_order_is_that_orders_own(client, house, ours):
    answer = await client.get(news_path(house, ours, "#loom-1001"))
    assert (answer.status_code, answer.headers["location"]) == (302, f"/o/{ours.order_tokens['#loom-1001']}")


async def test_the_page_of_a_digest_shows_no_other_merchants_order_and_takes_no_other_seal(client, house, ours, theirs):
    number = next(iter(theirs.order_ids))
    assert (await client.get(news_path(house, ours, number, of=theirs))).status_code == 404
    for token in (mail_token(house, ours, "a@b.example"), "x" * 40, house.directory.sealer.token("news", str(ours.merchant_id))):
        assert (await client.get(f"/n/{token}")).status_code == 404


async def test_whoever_follows_a_digest_is_noted_as_from_any_message(client, house, ours):
    path = f"{news_path(house, ours, '#loom-1001', '#loom-1002')}?m={ref_of(ours.message_id)}"
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert (await client.get(path, headers={"user-agent": agent})).status_code == 200
    async with house.database.system() as tx:
        urls = [row["url"] for row in await tx.fetch("select url from click where merchant_id = $1", ours.merchant_id)]
    assert any(url.startswith("/n/") for url in urls)
