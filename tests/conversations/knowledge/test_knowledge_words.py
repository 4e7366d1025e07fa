"""What a text is found by: the same in seven languages."""

import pytest

from doorstep.conversations.knowledge.words import folded, named, turns, words


@pytest.mark.parametrize(
    ("said", "concepts"),
    [
        ("How long does shipping take?", {"delivery", "time"}),
        ("¿Cuánto tarda el envío?", {"delivery", "time"}),
        ("Quels sont les délais de livraison ?", {"delivery", "time"}),
        ("Wie lange dauert der Versand?", {"delivery", "time"}),
        ("Quanto tempo ci vuole per la consegna?", {"delivery", "time"}),
        ("Qual é o prazo de entrega?", {"delivery", "time"}),
        ("डिलीवरी में कितने दिन लगते हैं?", {"delivery", "time"}),
        ("Versandkosten", {"delivery", "cost"}),
        ("Can I pay cash on delivery?", {"cod"}),
        ("¿Puedo pagar contra reembolso?", {"payment", "cod"}),
        ("Do you have a student discount?", {"discount", "groups"}),
        ("Enviáis a Alemania", {"delivery", "country", "country DE", "country EU"}),
        ("tell me a joke", set()),
    ],
)
def test_concepts_are_the_same_in_every_language(said, concepts):
    assert named(said).concepts == concepts


def test_what_is_said_by_a_phrase_is_not_said_again_by_its_words():
    assert "delivery" not in named("cash on delivery").concepts
    assert "present" not in named("gift card").concepts


def test_words_that_tell_nothing_are_no_stems():
    assert named("do you have the Alba lamp").stems == {"alba", "lamp"}
    assert named("What do you have, please?").stems == set()


def test_accents_capitals_and_joined_words_do_not_matter():
    assert folded("Ça coûte À Straße") == "ca coute a strasse"
    assert words("pick-up, l\u2019été: 30 °C!") == ["pick-up", "l'ete", "30", "c"]


def test_what_makes_another_question_of_one_is_named_apart():
    assert {"groups", "jobs", "crypto"} <= turns()
    assert "delivery" not in turns()
