"""Every template, language and channel, with any facts; nobody's text ever breaks out."""

import json
import re
import time
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, OrderLine, Payment
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Address
from doorstep.domain.shipments import OpenPitfall, Piece
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, ChannelKind, Status
from doorstep.messages import TEMPLATES, BadTemplateError, Library, check_template, context_of, sample_facts
from doorstep.messages.library import PARTS

OURS = Library.of()
LOCALES = ("en", "es")
EVIL = "<script>alert('x')</script>\"'&</title>--><img src=x onerror=y>{{ 7 | times: 7 }}\r\nBcc: a@b"


def email(template, locale="en", facts=None):
    return OURS.render(template, ChannelKind.EMAIL, locale, context_of(facts or sample_facts(locale)))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_renders_in_every_language_on_every_channel(template, locale):
    for status in Status:
        for payment in (Payment.PAID, Payment.COD):
            for parcels in (0, 1, 2):
                context = context_of(sample_facts(locale, status=status, payment=payment, parcels=parcels))
                mail = OURS.render(template, ChannelKind.EMAIL, locale, context)
                sms = OURS.render(template, ChannelKind.SMS, locale, context)
                assert mail.subject
                assert "\n" not in mail.subject
                assert len(mail.text) > 200
                assert "<" not in mail.text
                assert "{{" not in mail.html + mail.text + sms.text
                assert "[[" not in mail.html + mail.text
                assert "LQ0" not in mail.html
                assert sms.text
                assert not sms.html
                assert OURS.render(template, ChannelKind.WEBHOOK, locale, context).html == ""


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_languages_differ_in_every_part(template):
    english, spanish = (email(template, locale) for locale in LOCALES)
    assert english.subject != spanish.subject
    assert english.text.splitlines()[0] != spanish.text.splitlines()[0]


def test_no_two_templates_share_a_headline():
    for locale in LOCALES:
        heads = [email(template, locale).text.splitlines()[0] for template in TEMPLATES]
        assert len(set(heads)) == len(heads)


def test_all_our_templates_take_the_fast_way():
    for template in TEMPLATES:
        for locale in LOCALES:
            email(template, locale)
            ready = OURS._ready[template, locale]
            assert all(one.fast is not None for one in (ready.subject, ready.html, ready.text, ready.sms))


def test_a_mail_is_small_before_its_items():
    for template in TEMPLATES:
        page = email(template).html
        bare = re.sub(r'<script.*?</script>|<tr><td width="64">.*?</tr>', "", page, flags=re.DOTALL)
        assert len(bare.encode()) < 9_300, template


def test_no_mail_fetches_anything_but_the_merchants_own():
    for template in TEMPLATES:
        fetched = html.fromstring(email(template).html).xpath("//@src | //link/@href")
        assert all(one.startswith("https://shop.example/") for one in fetched)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_can_be_read_aloud(template):
    page = html.fromstring(email(template, "es").html)
    assert page.get("lang") == "es"
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//title")[0].text
    assert all(image.get("alt") is not None for image in page.xpath("//img"))
    assert all(link.text_content().strip() or link.xpath(".//img/@alt") for link in page.xpath("//a"))


def evil_facts(text, locale="en"):
    facts = sample_facts(locale, payment=Payment.COD)
    line = OrderLine(
        line_id="1", name=text, sku=text, options={text: text}, image_url=f"https://x/{text}", product_url=f"javascript:{text}"
    )
    order = msgspec.structs.replace(
        facts.order,
        number=text,
        customer=Customer(first_name=text, last_name=text),
        lines=(line,),
        ship_to=Address(name=text, lines=(text,), city=text),
        cancel_reason=text,
    )
    parcels = tuple(
        msgspec.structs.replace(
            one,
            carrier_name=text,
            tracking_number=text,
            last_text=text,
            last_place=text,
            last_local=text,
            lines=(line,),
            folded=msgspec.structs.replace(one.folded, pieces=tuple(Piece(f"{text}{n}", text, Status.READY_FOR_PICKUP) for n in (1, 2))),
            point=PickupPoint(name=text, lines=(text,), code=text, hours_text=text),
            points=tuple((f"{text}{n}", PickupPoint(name=text, lines=(text,), code=text, hours_text=text)) for n in (1, 2)),
        )
        for one in facts.parcels
    )
    brand = msgspec.structs.replace(facts.brand, name=text, address=text, colour=text, logo_url=text)
    return msgspec.structs.replace(facts, order=order, parcels=parcels, brand=brand)


@pytest.mark.parametrize("template", TEMPLATES)
def test_hostile_text_stays_text(template):
    mail = email(template, facts=evil_facts(EVIL))
    page = html.fromstring(mail.html)
    assert page.xpath("//script/@type") == ["application/ld+json"]
    assert not page.xpath("//@onerror")
    assert not [link for link in page.xpath("//@href | //@src") if not link.startswith("https://")]
    assert "49" not in mail.text.split("7 | times")[0][-20:]
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


@given(st.text(min_size=1), st.sampled_from(TEMPLATES), st.sampled_from(LOCALES))
@settings(max_examples=60, deadline=None)
def test_any_text_in_any_place_leaves_the_page_with_the_same_elements(text, template, locale):
    hostile = email(template, locale, evil_facts(f"https://{text}", locale))
    assert _elements(hostile.html) == _elements(email(template, locale, evil_facts("https://x", locale)).html)
    markup = json.loads(re.search(r'ld\+json">(.*?)</script>', hostile.html, re.DOTALL)[1])
    assert markup["orderNumber"] == f"https://{text}"


def _elements(page):
    """The page's tags, without what stands in their attributes or between them."""
    bare = re.sub('".*?"', '""', re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL), flags=re.DOTALL)
    return re.findall("<[^<>]*>", bare)


money = st.none() | st.builds(Money, st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD", "USD", "CLP"]))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
texts = st.none() | st.text(max_size=20)
point = st.none() | st.builds(PickupPoint, name=texts, city=texts, code=texts, hours_text=texts)


@st.composite
def any_facts(draw):
    facts = sample_facts(
        draw(st.sampled_from([*LOCALES, "es-MX", "de", "ja", "xx-YY", "en-GB"])),
        status=draw(st.sampled_from(Status)),
        payment=draw(st.sampled_from(Payment)),
        parcels=draw(st.integers(0, 2)),
    )
    lines = tuple(
        OrderLine(line_id=str(number), name=draw(st.text(max_size=9)), quantity=draw(st.integers(0, 99)), unit_price=draw(money))
        for number in range(draw(st.integers(0, 40)))
    )
    start = draw(days)
    estimate = Estimate(
        from_on=start,
        to_on=draw(st.dates(start, date(2091, 1, 1))),
        from_time=draw(st.sampled_from([None, "09:00", "25:99"])),
        to_time=draw(st.sampled_from([None, "13:30", ""])),
    )
    order = msgspec.structs.replace(
        facts.order,
        lines=lines,
        total=draw(money),
        cod_due=draw(money),
        ship_to=draw(st.none() | st.builds(Address, texts, texts)),
        promise=None,
    )
    parcels = tuple(
        msgspec.structs.replace(
            one,
            folded=msgspec.structs.replace(
                one.folded,
                estimate=draw(st.none() | st.just(estimate)),
                event_type=draw(st.sampled_from(["delivered", "?"])),
                pieces=tuple(
                    Piece(str(number), "ups", status) for number, status in enumerate(draw(st.lists(st.sampled_from(Status), max_size=14)))
                ),
            ),
            point=draw(point),
            points=tuple((str(number), PickupPoint(name="x", code=draw(texts))) for number in range(draw(st.integers(0, 2)))),
            last_place=draw(texts),
            last_local=draw(st.sampled_from([None, "2026-11-24", "2026-11-24T10:00:00", "x"])),
        )
        for one in facts.parcels
    )
    return msgspec.structs.replace(facts, order=order, parcels=parcels)


@given(any_facts(), st.sampled_from(TEMPLATES))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_facts_render_and_both_ways_of_filling_in_agree(facts, template):
    context = context_of(facts)
    mail = OURS.render(template, ChannelKind.EMAIL, facts.locale, context)
    ready = OURS._ready[template, facts.locale]
    assert mail.html == ready.html.fill_slowly(context)
    assert mail.text == ready.text.fill_slowly(context)


def test_the_markup_describes_the_order_and_its_parcels():
    page = html.fromstring(email("shipped").html)
    markup = json.loads(page.xpath("//script")[0].text)
    assert markup["@type"] == "Order"
    assert markup["orderStatus"] == "https://schema.org/OrderInTransit"
    assert [one["trackingNumber"] for one in markup["orderDelivery"]] == ["DEMO0001", "DEMO0002"]
    assert markup["orderDelivery"][0]["expectedArrivalFrom"] == "2026-11-24T09:00"
    assert markup["acceptedOffer"][0]["price"] == "49.50"
    assert markup["merchant"]["name"] == "Lantern & Loom"


def test_a_message_names_the_problem_that_is_heard():
    facts = sample_facts(parcels=1)
    stands = tuple(
        OpenPitfall(kind, None, Actor.SHOP, b"", superseded_by=instead, muted=muted)
        for kind, instead, muted in (("missed_promise", "lost", False), ("damaged", "", True), ("lost", "", False))
    )
    parcel = facts.parcels[0]
    trouble = msgspec.structs.replace(parcel, folded=msgspec.structs.replace(parcel.folded, open_pitfalls=stands))
    assert context_of(msgspec.structs.replace(facts, parcels=(trouble,)))["parcel"]["problem"] == "lost"


def test_a_large_order_still_renders():
    facts = sample_facts()
    lines = tuple(
        OrderLine(line_id=str(one), name="Very long name of a thing " * 4, image_url="https://shop.example/" + "x" * 300)
        for one in range(900)
    )
    mail = email("order_confirmed", facts=msgspec.structs.replace(facts, order=msgspec.structs.replace(facts.order, lines=lines)))
    assert "and 870 more" in mail.html


def test_a_language_falls_back_to_its_root_and_then_to_english():
    context = context_of(sample_facts("es"))
    spanish, english = OURS.render("shipped", ChannelKind.EMAIL, "es", context), OURS.render("shipped", ChannelKind.EMAIL, "en", context)
    assert OURS.render("shipped", ChannelKind.EMAIL, "es-MX", context) == spanish
    assert OURS.render("shipped", ChannelKind.EMAIL, "fi", context) == english
    assert (OURS.locale_for("shipped", "es-MX"), OURS.locale_for("shipped", "fi")) == ("es", "en")


def test_a_mail_holds_the_picture_that_counts_opens_only_where_there_is_one():
    facts = sample_facts()
    counted = msgspec.structs.replace(facts, links=msgspec.structs.replace(facts.links, pixel="https://parcels.example/e/1.x.gif"))
    assert html.fromstring(email("shipped", facts=counted).html).xpath("//img[@width='1']/@src") == ["https://parcels.example/e/1.x.gif"]
    assert not html.fromstring(email("shipped").html).xpath("//img[@width='1']")


def test_an_unknown_template_is_bad():
    with pytest.raises(BadTemplateError, match="no template called 'nope'"):
        OURS.render("nope", ChannelKind.EMAIL, "en", {})


def test_a_merchant_replaces_small_parts_and_whole_bodies():
    context = context_of(sample_facts())
    own = Library.of(
        {
            ("shipped", "en", "subject"): "Off it goes: {{ order.number }}",
            ("delivered", "en", "html"): "<p>{{ customer.first_name }}</p>",
            (
                "delayed",
                "en",
                "mjml",
            ): "<mjml><mj-body><mj-section><mj-column><mj-text>{{ order.number }}</mj-text></mj-column></mj-section></mj-body></mjml>",
            ("welcome", "fr", "subject"): "Bienvenue {{ customer.first_name }}",
            ("welcome", "fr", "text"): "Bonjour",
        }
    )
    shipped = own.render("shipped", ChannelKind.EMAIL, "en", context)
    assert shipped.subject == "Off it goes: #1001"
    assert "Follow your parcel" in shipped.html
    assert own.render("delivered", ChannelKind.EMAIL, "en", context).html == "<p>Noor</p>"
    assert "#1001" in own.render("delayed", ChannelKind.EMAIL, "en", context).html
    assert own.render("welcome", ChannelKind.EMAIL, "fr", context).subject == "Bienvenue Noor"
    assert own.render("shipped", ChannelKind.EMAIL, "es", context) == OURS.render("shipped", ChannelKind.EMAIL, "es", context)


def test_a_bad_source_of_a_merchant_is_bad_only_when_it_is_used():
    own = Library.of({("shipped", "en", "subject"): "{{ order.number"})
    assert own.render("delivered", ChannelKind.EMAIL, "en", context_of(sample_facts())).subject
    with pytest.raises(BadTemplateError, match="line 1"):
        own.render("shipped", ChannelKind.EMAIL, "en", context_of(sample_facts()))


@pytest.mark.parametrize(
    ("part", "source", "problem"),
    [
        ("subject", "Order {{ order.number }}", None),
        ("html", "a\n{% if x %}", "line 2"),
        ("html", "{{ order.number | nope }}", "unknown filter"),
        ("text", "{{ customer.first_name | plus }}", "plus"),
        ("mjml", "<mjml><mj-body>", "MJML"),
        ("html", "{% include 'x' %}", "include"),
        ("html", "{{ customer.first_name | safe }}", "safe"),
        ("html", "x" * 100_001, "100,000"),
        ("nose", "x", "no part"),
    ],
)
def test_a_source_is_checked_before_it_is_saved(part, source, problem):
    found = check_template(part, source)
    assert found == [] if problem is None else problem in found[0]


def test_the_parts_a_merchant_may_replace_are_documented():
    words = (Path(__file__).parents[2] / "docs/how-to/write-a-template.md").read_text("utf-8")
    assert all(f"`{part}`" in words for part in PARTS)
    names = set(_names(context_of(sample_facts()), ""))
    assert sorted(name for name in names if f"`{name}`" not in words) == []


#: A list → what one of it is called in the documentation.
_EACH = {"lines": "line", "parcels": "parcel", "rows": "row", "others": "other", "places": "place", "parts": "part"}


def _names(value, before):
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{before}.{name}" if before else name
            if isinstance(inner, (dict, list)):
                yield from _names(inner, here if isinstance(inner, dict) else _EACH.get(name, name))
            else:
                yield here
    elif isinstance(value, list):
        for one in value:
            yield from _names(one, before)


def test_rendering_is_fast_enough_for_the_busiest_hour():
    context = context_of(sample_facts(parcels=1))
    email("shipped")
    fast = slow = 1e9
    ready = OURS._ready["shipped", "en"]
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(20):
            OURS.render("shipped", ChannelKind.EMAIL, "en", context)
        fast = min(fast, (time.perf_counter() - start) / 20)
        start = time.perf_counter()
        for one in (ready.subject, ready.text, ready.html):
            one.fill_slowly(context)
        slow = min(slow, time.perf_counter() - start)
    assert fast * 5 < slow


def test_what_mail_programs_are_told_is_ascii_in_short_lines_and_reads_the_same():
    name = 'Lámpara “Luz” 🎁 }, "x": {' + "\u2028"
    facts = sample_facts("es")
    lines = (msgspec.structs.replace(facts.order.lines[0], name=name), *facts.order.lines[1:])
    facts = msgspec.structs.replace(facts, order=msgspec.structs.replace(facts.order, lines=lines))
    written = context_of(facts)["json_ld"]
    assert written.isascii()
    assert max(map(len, written.split("\n"))) < 200
    assert json.loads(written)["acceptedOffer"][0]["itemOffered"]["name"] == name
