"""What a chat, a notification and a text message carry beside their text: answers, a link, a text that was approved beforehand."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.pitfalls import PITFALL_KINDS, NextStep
from doorstep.domain.sentences import event_sentence, pitfall_told, step_sentence
from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages import Library, check_template, context_of, facts_for, segments_of
from doorstep.messages.approving import pieces_of, utility_problems, value_text
from doorstep.messages.segments import plain
from doorstep.messages.speaking import cut

OURS = Library.of()


def made(template, kind, locale="en", *, library=OURS, **parts):
    return library.render(template, kind, locale, context_of(msgspec.structs.replace(facts_for(template, locale), **parts)))


def test_a_chat_offers_answers_with_titles_and_leads_to_the_parcels_page():
    said = made("failed_attempt", ChannelKind.WHATSAPP, "es-MX")
    assert [(one.choice_id, one.title) for one in said.choices] == [
        ("reschedule", "Otro día"),
        ("pickup_point", "Punto de recogida"),
        ("help", "Necesito ayuda"),
    ]
    assert (said.link.title, said.link.url) == ("Ver tu paquete", "https://parcels.example/t/DEMO0001")
    assert said.subject == said.html == ""


def test_a_message_of_several_parcels_or_of_none_leads_to_the_orders_page():
    facts = facts_for("shipped", "en", "long")
    several = OURS.render("shipped", ChannelKind.CHAT, "en", context_of(facts))
    assert several.link.url == "https://parcels.example/o/sample"
    assert several.link.title == "See your order"
    assert made("shipped", ChannelKind.CHAT, parcels=(), told=None).link.url == "https://parcels.example/o/sample"
    links = msgspec.structs.replace(facts.links, order=None)
    assert OURS.render("shipped", ChannelKind.CHAT, "en", context_of(msgspec.structs.replace(facts, parcels=(), links=links))).link is None


def test_the_approved_twin_has_the_values_in_the_order_of_its_places():
    twin = made("failed_attempt", ChannelKind.WHATSAPP).approved
    told = OURS.approvable("failed_attempt", "en", "https://parcels.example")
    assert (twin.name, twin.language, twin.link_end) == ("doorstep_failed_attempt", "en_US", "DEMO0001")
    assert (told.name, told.language) == (twin.name, twin.language)
    assert twin.values == ("#1001", "Sample Post") == told.examples
    assert told.body.startswith("Your order {{1}} could not be handed over by {{2}}.")
    assert (told.link_title, told.link_base) == ("See your parcel", "https://parcels.example/t/")
    assert told.choices == ("Another day", "Pick-up point", "I need help")
    assert OURS.approvable("refunded", "pt-BR").link_base is None
    assert made("order_confirmed", ChannelKind.MESSENGER).approved.link_end == "sample"


def test_the_same_text_is_approved_in_both_tones():
    warm = Library.of(tone="warm")
    assert warm.approvable("delivered", "es") == OURS.approvable("delivered", "es")
    assert made("delivered", ChannelKind.CHAT, library=warm).text != made("delivered", ChannelKind.CHAT).text


def test_a_button_that_can_only_lead_to_our_pages_is_not_promised_for_another():
    facts = facts_for("delivered", "en")
    foreign = msgspec.structs.replace(facts.parcels[0], page_url=None)
    said = made("delivered", ChannelKind.WHATSAPP, parcels=(foreign,))
    assert said.link.url == "https://post.example/track/DEMO0001"
    assert said.approved is None
    elsewhere = msgspec.structs.replace(facts.parcels[0], page_url="https://elsewhere.example/x/1")
    assert made("delivered", ChannelKind.WHATSAPP, parcels=(elsewhere,)).approved is None


def test_only_channels_that_approve_texts_get_one():
    assert made("delivered", ChannelKind.CHAT).approved is None
    assert made("delivered", ChannelKind.INAPP).approved is None
    assert made("delivered", ChannelKind.PUSH).choices == ()


@pytest.mark.parametrize(
    ("utility", "wrong"),
    [
        ("Order {{ order.number }} is there.", 0),
        ("Nothing to fill in.", 0),
        ("{{ order.number }} is there.", 1),
        ("Your order is {{ order.number }}.", 1),
        ("Order {{ order.number }}: {{ parcel.carrier }} has it.", 1),
        ("Order {{ order.number }}{% if parcel %} x{% endif %} there.", 1),
        ("Order {{ order.number }} " + "is there " * 70, 1),
    ],
)
def test_what_a_provider_would_refuse_is_told_before_it_is_saved(utility, wrong):
    assert len(utility_problems(utility)) == len(check_template("utility", utility)) == wrong


@given(st.text(), st.sampled_from(["", ". Then", ", then"]))
def test_any_value_is_fit_for_a_place(text, after):
    value = value_text(text, after)
    assert 0 < len(value) <= 120
    assert value == value.strip()
    assert not any(sign in value for sign in "\n\r\t\v\f\u2028")
    assert "     " not in value


@pytest.mark.parametrize(
    ("value", "after", "told"),
    [("24 nov.", ". Then", "24 nov"), ("24 nov.", ", then", "24 nov."), ("24 nov.", "...", "24 nov."), ("24", ". Then", "24")],
)
def test_a_value_before_a_full_stop_has_none_of_its_own(value, after, told):
    assert value_text(value, after) == told


@given(st.text(), st.integers(2, 80))
def test_a_text_is_cut_to_its_length_and_says_so(text, most):
    short = cut(text, most)
    assert len(short) <= most
    assert short == text if len(text) <= most else short.endswith("…")


def test_a_text_message_numbers_its_answers_where_it_can_be_answered():
    said = made("failed_attempt", ChannelKind.SMS)
    assert "Reply 1: Another day, 2: Pick-up point, 3: I need help." in said.text
    assert [one.choice_id for one in said.choices] == ["reschedule", "pickup_point", "help"]
    named = made("failed_attempt", ChannelKind.SMS, one_way=True)
    assert "Reply 1" not in named.text
    assert "What happens next: https://" in named.text
    assert made("delivered", ChannelKind.SMS).choices == ()


def test_a_merchants_own_words_stand_above_a_tone_and_may_name_the_answers():
    own = Library.of(
        {
            ("delivered", "en", "chat"): "There it is: {{ order.number }}",
            ("delivered", "en", "sms"): "There! {{choices}}",
            ("delivered", "en", "push"): "Ding dong",
            ("greeting", "fi", "subject"): "Hei",
            ("greeting", "fi", "text"): "Terve  {{ customer.first_name }}",
        },
        tone="warm",
    )
    assert made("delivered", ChannelKind.MESSENGER, library=own).text == "There it is: #1001"
    assert made("delivered", ChannelKind.SMS, library=own).text == "There! Reply 1: I don't have it, 2: I need help"
    assert made("delivered", ChannelKind.PUSH, library=own).text == "Ding dong"
    assert made("delivered", ChannelKind.PUSH, library=own).subject == "Your parcel is there, enjoy!"
    hello = own.render("greeting", ChannelKind.WHATSAPP, "fi", context_of(facts_for("delivered", "fi")))
    assert (hello.text, hello.approved) == ("Terve Noor", None)


def test_our_chats_take_the_fast_way():
    for template in ("delivered", "ready_for_pickup", "cod_reminder"):
        for tone in ("plain", "warm"):
            library = Library.of(tone=tone)
            made(template, ChannelKind.WHATSAPP, library=library)
            spoken = library._spoken[template, "en"]
            assert all(one.fast is not None for one in (spoken.headline, spoken.chat, spoken.push, *(value for value, _ in spoken.values)))


def test_a_text_message_loses_accents_only_where_that_makes_it_cheaper():
    assert plain("Tu código: 4711, mañana a las 9") == "Tu codigo: 4711, mañana a las 9"
    assert segments_of(plain("Il est en chemin: œuvre, forêt, ça")).encoding == "GSM-7"
    assert plain("código نور") == "código نور"
    assert plain("“código” 🌸") == '"código" 🌸'
    assert plain("Grüße, ñandú") == "Grüße, ñandu"


def test_sentences_are_found_by_tag_and_else_in_english():
    assert event_sentence("delivered", "es-MX") == EVENT_TYPES["delivered"].es
    assert event_sentence("delivered", "ja") == EVENT_TYPES["delivered"].en
    assert pitfall_told("lost", "es") == PITFALL_KINDS["lost"].es
    assert pitfall_told("lost", "ja") == PITFALL_KINDS["lost"].en
    assert step_sentence(NextStep.WAIT, "es") == NextStep.WAIT.sentence_es
    assert step_sentence(NextStep.WAIT, "ja") == NextStep.WAIT.sentence
    for slug in EVENT_TYPES:
        assert event_sentence(slug, "fr")
    for kind in PITFALL_KINDS:
        assert pitfall_told(kind, "hi").support == PITFALL_KINDS[kind].en.support


def test_pieces_stand_in_turns():
    assert pieces_of("A {{ x }} b {{ y | default: 'z' }} c") == ["A ", " x ", " b ", " y | default: 'z' ", " c"]
