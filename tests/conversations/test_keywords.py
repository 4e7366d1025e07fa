"""Keywords of opting out, in and asking for help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.keywords import confirmation, keyword_of


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
        "?",
        "no",
        "stop" * 20,
    ],
)
def test_a_longer_message_is_no_keyword(text):
    assert keyword_of(text) == ""


@given(st.text())
def test_any_text_has_an_answer(text):
    assert keyword_of(text) in {"stop", "start", "help", ""}


@pytest.mark.parametrize("locale", ["en", "es-MX", "de_AT", "fr", "it", "pt-BR", "ja", ""])
@pytest.mark.parametrize("keyword", ["stop", "start", "help"])
def test_each_keyword_is_confirmed_once_with_the_brands_name(keyword, locale):
    text = confirmation(keyword, "Shop {x}", locale, "help@shop.example")
    assert text.startswith("Shop {x}")
    assert ("help@shop.example" in text) is (keyword == "help")
    assert len(text) <= 160


def test_nothing_is_confirmed_where_there_is_no_keyword():
    assert confirmation("", "Shop", "en", "x") == ""
