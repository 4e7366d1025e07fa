"""Every template, language, channel and tone with the oddest orders: within the limits, and nothing left unsaid or half said."""

import itertools
import re
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from messages_odd_cases import in_days, odd_cases

from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Payment, Promise
from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.domain.sentences import untranslated
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import ChannelKind, Precision, ZoneSource
from doorstep.messages import CHOICES, MANNERS, TEMPLATES, TONES, Library, context_of, facts_for, sample_shortened, segments_of
from doorstep.messages.approving import BODY_LIMIT, utility_problems
from doorstep.messages.choices import MOST, TITLE_LIMIT
from doorstep.messages.layout import is_written, parts_of, words_of
from doorstep.messages.scenes_case import is_about_a_case

WRITTEN = [language for language in LANGUAGES if is_written("layout", language)]
MISSING = [language for language in LANGUAGES if language not in WRITTEN]
SHORT = (ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.CHAT, ChannelKind.INAPP, ChannelKind.PUSH, ChannelKind.WALLET)
#: What a hole leaves behind that nobody filled.
LEFT = re.compile(r"\{\{|\}\}|\{%|\[\[|\bNone\b|\bnil\b|\(\s*\)|  | [,.;!?](?!\.)|\.\.(?!\.)(?<!\.\.\.)|#\s")
#: Two full stops that are no ellipsis.
TWICE = re.compile(r"(?<!\.)\.\.(?!\.)")
#: French puts a space before some marks, so there only what no language writes is looked for.
LEFT_FRENCH = re.compile(r"\{\{|\}\}|\{%|\[\[|\bNone\b|\(\s*\)|  | [,.](?!\.)")


def change(facts, **parts):
    return msgspec.structs.replace(facts, **parts)


def nameless(facts):
    """Nothing is known that need not be."""
    order = change(facts.order, customer=Customer(), ship_to=None, total=None, cod_due=None, promise=None, refunds=())
    parcels = tuple(
        change(
            one,
            point=None,
            last_text=None,
            last_place=None,
            last_local=None,
            folded=change(one.folded, estimate=None, event_type="unknown", open_pitfalls=()),
        )
        for one in facts.parcels
    )
    return change(facts, order=order, parcels=parcels)


def emoji(facts):
    brand = change(facts.brand, name="Blüte 🌸 & Söhne")
    order = change(facts.order, number="🎁-77", customer=Customer(first_name="👩🏽‍🚀 Zoë"))
    return change(facts, brand=brand, order=order)


def without_parcels(facts):
    return change(facts, parcels=(), told=None)


def dinars(facts):
    order = change(
        facts.order,
        payment=Payment.COD,
        total=Money(1_234_567, "KWD"),
        cod_due=Money(1_234_567, "KWD"),
        promise=Promise(date(2026, 12, 30), date(2027, 1, 2)),
    )
    return change(facts, order=order)


def yen(facts):
    return change(facts, order=change(facts.order, payment=Payment.COD, total=Money(84_500, "JPY"), cod_due=Money(84_500, "JPY")))


ODD = {one.__name__: one for one in (nameless, emoji, without_parcels, dinars, yen)}
#: Templates that no parcel moves; the others are never sent without one, `shipped` and `packed` apart.
OF_ORDERS = {"order_confirmed", "order_cancelled", "payment_confirmed", "refunded", "shipped", "packed"} | {
    template for template in TEMPLATES if is_about_a_case(template)
}


def every_order(template, language):
    for manner in MANNERS:
        yield manner, facts_for(template, language, manner)
    for name, odd in ODD.items():
        if odd is not without_parcels or template in OF_ORDERS:
            yield name, odd(facts_for(template, language))
    yield from odd_cases(facts_for(template, language))
    if template in {"delivery_problem", "problem_escalated"}:
        for kind in PITFALL_KINDS:
            yield kind, facts_for(template, language, "long", kind)


def clean(text, language):
    return not (LEFT_FRENCH if language in {"fr", "hi"} else LEFT).search(text)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_message_keeps_the_limits_of_its_channel(template, language, tone):
    library = Library.of(tone=tone)
    for name, facts in every_order(template, language):
        context = context_of(facts)
        for kind in SHORT:
            made = library.render(template, kind, language, context)
            assert made.text
            assert not made.html
            assert clean(made.text, language), (name, kind, made.text)
            assert "http" not in made.text
            assert clean(made.subject, language), (name, made.subject)
            if kind in {ChannelKind.PUSH, ChannelKind.WALLET}:
                assert 0 < len(made.subject) <= 60, (name, made.subject)
                assert len(made.text) <= 170, (name, made.text)
                assert "\n" not in made.subject + made.text
                assert made.choices == ()
            else:
                assert len(made.text) <= 600
                assert not made.text.endswith("…"), (name, len(made.text), made.text)
                assert [one.choice_id for one in made.choices] == list(parts_of(template, language).choices)
            assert (made.link is None) == (not parts_of(template, language).link)
            if made.approved is not None:
                told = library.approvable(template, language)
                assert len(made.approved.values) == len(told.examples)
                body = told.body
                for place, value in enumerate(made.approved.values, start=1):
                    assert value
                    assert not re.search(r"[\n\r\t]| {5}", value)
                    body = body.replace(f"{{{{{place}}}}}", value)
                assert len(body) <= BODY_LIMIT, (name, len(body), body)
                assert clean(body, language), (name, body)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("language", [language for language in WRITTEN if language != "hi"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_text_message_is_short_and_cheap(template, language, tone):
    library = Library.of(tone=tone)
    for name, facts in every_order(template, language):
        short = sample_shortened(facts, "https://parcels.example")
        made = library.render(template, ChannelKind.SMS, language, context_of(short)).text
        assert clean(made, language), (name, made)
        cost = segments_of(made)
        if name not in {"emoji", "rtl"}:
            assert cost.encoding == "GSM-7", (name, made)
            assert cost.parts <= (3 if name == "long" or name in PITFALL_KINDS else 2), (name, cost, made)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_and_subject_is_whole(template, language, tone):
    for name, facts in every_order(template, language):
        made = Library.of(tone=tone).render(template, ChannelKind.EMAIL, language, context_of(facts))
        assert made.subject
        assert clean(made.subject, language), (name, made.subject)
        assert not re.search(r"\{\{|\[\[|\bNone\b|\(\s*\)", made.text), (name, made.text)


def in_month(facts, year, month):
    """Every date in that month: the window (a day, one with hours, a span), the promise, the deadline, the last scan, the refund."""
    day = date(year, month, 24)
    one_day, span = Estimate(from_on=day, to_on=day), Estimate(from_on=day, to_on=day + timedelta(days=2))
    with_hours = Estimate(from_on=day, to_on=day, from_time="09:00", to_time="13:00")
    refunds = tuple(change(one, at=datetime(year, month, 24, 13, tzinfo=UTC)) for one in facts.order.refunds)
    for estimate, local in ((one_day, f"{day}"), (with_hours, f"{day}T13:05:00"), (span, f"{day}")):
        parcels = tuple(
            change(
                one,
                last_local=local,
                point=one.point and change(one.point, collect_by=OccurredAt(local, None, ZoneSource.ASSUMED, Precision.MINUTE)),
                folded=change(one.folded, estimate=estimate),
            )
            for one in facts.parcels
        )
        order = change(facts.order, promise=Promise(estimate.from_on, estimate.to_on), refunds=refunds)
        yield in_days(change(facts, brand=change(facts.brand, name="Lantern & Loom Inc."), order=order, parcels=parcels), day)


@pytest.mark.parametrize("tag", [*WRITTEN, "es-MX", "es-US", "pt-PT", "fr-CA", "de-AT", "en-AU", "it-CH"])
def test_no_sentence_of_any_month_ends_twice(tag):
    kinds = (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.WHATSAPP, ChannelKind.PUSH)
    for tone, template, month in itertools.product(TONES, TEMPLATES, range(1, 13)):
        library = Library.of(tone=tone)
        body = library.approvable(template, tag).body
        for facts in in_month(facts_for(template, tag), 2026, month):
            context = context_of(facts)
            for kind in kinds:
                made = library.render(template, kind, tag, context)
                told = "" if made.approved is None else body
                for place, value in enumerate(made.approved.values if made.approved else (), start=1):
                    told = told.replace(f"{{{{{place}}}}}", value)
                page = re.sub(r"<[^>]*>", "", made.html)
                for text in (made.subject, made.text, told, page):
                    assert not TWICE.search(text), (template, kind, month, text)


@pytest.mark.parametrize("language", WRITTEN)
def test_titles_fit_every_button(language):
    words = words_of(language)
    titles = [words[f"choice_{slug}"] for slug in CHOICES]
    assert all(0 < len(title) <= TITLE_LIMIT for title in (*titles, words["link_parcel"], words["link_order"]))
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", WRITTEN)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_language_offers_the_same_and_may_be_approved(template, language):
    parts, english = parts_of(template, language), parts_of(template, "en")
    assert (parts.choices, parts.link, parts.blocks) == (english.choices, english.link, english.blocks)
    assert set(parts.choices) <= set(CHOICES)
    assert len(parts.choices) <= MOST
    assert parts.chat
    assert parts.push
    assert parts.utility
    assert parts.warm
    assert utility_problems(parts.utility) == []


def test_every_choice_is_offered_somewhere():
    assert {slug for template in TEMPLATES for slug in parts_of(template, "en").choices} == set(CHOICES)


@pytest.mark.xfail(bool(MISSING), reason=f"not written yet: {', '.join(MISSING)}", strict=True)
def test_every_served_language_is_whole():
    left = {
        language: [*(one for one in ("layout", *TEMPLATES) if not is_written(one, language)), *untranslated(language)]
        for language in LANGUAGES
    }
    assert {language: what[:9] for language, what in left.items() if what} == {}
    english = words_of("en")
    for language in set(LANGUAGES) - {"en"}:
        assert len([key for key in english if words_of(language)[key] == english[key]]) <= 4  # "Total" is the same in some


def test_a_language_not_written_yet_is_told_in_english_and_a_tag_finds_its_language():
    assert [language_of(tag) for tag in ("es-MX", "pt_BR", "PT", "hi-IN", "ja", "", "english")] == [
        "es",
        "pt",
        "pt",
        "hi",
        "en",
        "en",
        "en",
    ]
    assert {words_of("hi")[key] for key in ("track",)}
    for language in MISSING:
        assert Library.of().locale_for("delivered", language) == "en"
