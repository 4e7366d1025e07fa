"""Keywords of opting out, in and asking for help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.keywords import confirmation, keyword_of
from doorstep.conversations.words import words
from doorstep.domain.languages import LANGUAGES


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP",
        " Stop. ",
        "S.T.O.P",
        "stop!!!",
        "Stop all",
        "opt-out",
        "opt out",
        "UNSUBSCRIBE",
        "Baja",
        "ALTO",
        "No más",
        "Arrêt",
        "ARRÊTER",
        "Abmelden",
        "kündigen",
        "SAIR",
        "basta",
        "“Stop”",
        "stop 🙏",
        "बंद",
        "बंद करो",
        "बंद।",
        "रोकें",
        "रोकेँ",
        "स्टॉप",
        "Band karo",
        "rokein",
    ],
)
def test_a_word_that_ends_it_is_stop(text):
    assert keyword_of(text) == "stop"


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("start", "start"),
        ("YES", "start"),
        ("unstop", "start"),
        ("Alta", "start"),
        ("help", "help"),
        ("INFO?", "help"),
        ("Ayuda", "help"),
        ("HILFE", "help"),
        ("aide", "help"),
        ("começar", "start"),
        ("शुरू", "start"),
        ("शुरू करें!", "start"),
        ("shuru karo", "start"),
        ("मदद", "help"),
        ("मदद?", "help"),
        ("Madad", "help"),
        ("aiuto", "help"),
        ("ajuda", "help"),
    ],
)
def test_other_words_start_it_or_ask_for_help(text, keyword):
    assert keyword_of(text) == keyword


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "stop texting me",
        "when does it stop",
        "please help me with my order",
        "baja la caja en casa",
        "non-stop",
        "band",
        "मदद करने वाला कोई नहीं",
        "पार्सल बंद डिब्बे में आया",
        "?",
        "no",
        "stop" * 20,
    ],
)
def test_a_longer_message_is_no_keyword(text):
    assert keyword_of(text) == ""


@pytest.mark.parametrize("text", ["बाद", "बद", "बूँद", "बाँध", "मादा", "रोका", "रेकी", "शोर", "सहयता"])
def test_another_vowel_is_another_word(text):
    assert keyword_of(text) == ""


@given(st.text())
def test_any_text_has_an_answer(text):
    assert keyword_of(text) in {"stop", "start", "help", ""}


@pytest.mark.parametrize("locale", ["en", "es-MX", "de_AT", "fr", "it", "pt-BR", "hi-IN", "ja", ""])
@pytest.mark.parametrize("keyword", ["stop", "start", "help"])
def test_each_keyword_is_confirmed_once_with_the_brands_name(keyword, locale):
    text = confirmation(keyword, "Shop {x}", locale, "help@shop.example")
    assert text.startswith("Shop {x}")
    assert ("help@shop.example" in text) is (keyword == "help")
    assert len(text) <= 160


@pytest.mark.parametrize(("locale", "said"), [("it", "Rispondi"), ("pt-BR", "Responda"), ("pt", "SAIR"), ("hi-IN", "भेजें"), ("ja", "Reply")])
def test_a_confirmation_is_in_the_language_of_its_tag(locale, said):
    assert said in confirmation("start", "Shop", locale, "")


@pytest.mark.parametrize("locale", ["it", "pt"])
@pytest.mark.parametrize("keyword", ["stop", "start", "help"])
def test_italian_and_portuguese_confirmations_need_no_costly_letters(keyword, locale):
    assert set(confirmation(keyword, "", locale, "")) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZùàèéì :,.")


def test_nothing_is_confirmed_where_there_is_no_keyword():
    assert confirmation("", "Shop", "en", "x") == ""


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_sentence_about_a_brand_that_ends_in_a_full_stop_ends_twice(locale):
    said = [confirmation(keyword, "Acme Inc.", locale, "Acme Inc.") for keyword in ("stop", "start", "help")]
    said += [words(name, locale, "Acme Inc.", "Another day.") for name in ("who", "found", "noted", "human")]
    assert not [one for one in said if ".." in one]
    assert any("Acme Inc. " in one or one.endswith("Acme Inc.") for one in said) or locale == "hi"
