"""The language of a short text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.understanding.languages import language_in, weights_of, words_of
from doorstep.conversations.understanding.noise import copies
from doorstep.conversations.understanding.seeds import seeds
from doorstep.domain.languages import LANGUAGES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my order", "en"),
        ("yes", "en"),
        ("thanks", "en"),
        ("hola", "es"),
        ("gracias", "es"),
        ("¿dónde está mi pedido?", "es"),
        ("donde esta mi pedido", "es"),
        ("bonjour", "fr"),
        ("je n'ai rien recu", "fr"),
        ("où en est ma commande", "fr"),
        ("wo ist mein Paket", "de"),
        ("danke", "de"),
        ("dov'è il mio ordine", "it"),
        ("grazie mille", "it"),
        ("cadê meu pedido", "pt"),
        ("nao recebi nada ainda", "pt"),
        ("mera order kahan hai", "hi"),
        ("refund kab milega", "hi"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("order #48213 कब आएगा", "hi"),
    ],
)
def test_a_short_text_tells_its_language(text, language):
    assert language_in(text)[0] == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "48213",
        "#10432",
        "a@b.example",
        "👍",
        "???",
        "где мой заказ",
        "我的包裹在哪里",
        "أين طلبي",
        "gdzie jest moja paczka",
        "kde je moje zásilka",
    ],
)
def test_too_little_or_another_language_is_none(text):
    assert language_in(text) == ("", 0.0)


def test_nearly_all_seeds_are_told_and_their_misspelt_copies_too():
    for language in LANGUAGES:
        known = [seed for seed in seeds() if seed.language == language][::25]
        typed = [copy for seed in known for copy in copies(seed, 1)]
        for said, least in ((known, 0.95), (typed, 0.92)):
            told = sum(language_in(one.text)[0] == language for one in said)
            assert told >= least * len(said), (language, told, len(said))


def test_longer_is_surer():
    assert language_in("wo ist mein Paket denn jetzt")[1] > language_in("Status")[1]


def test_the_table_is_made_of_what_is_said():
    table = weights_of([("hund hund hund", "de"), ("dog dog dog", "en"), ("मेरा", "hi"), ("once", "es")])
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in table.splitlines()}
    assert int(rows["hund "][LANGUAGES.index("de")]) > 0 > int(rows["hund "][LANGUAGES.index("en")])
    assert "once " not in rows
    assert words_of("Order 48213 for a@b.example, PLEASE!") == ("order", "for", "please")


@given(st.text(max_size=80))
def test_any_text_has_a_served_language_or_none(text):
    language, confidence = language_in(text)
    assert language in ("", *LANGUAGES)
    assert 0 <= confidence <= 1
    assert (language == "") == (confidence == 0)
