"""Suggestions from carriers' words: right in every language, unsure where words turn what is said, never more than a suggestion."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.carriers.suggesting import phrases, plain_words, suggest
from doorstep.domain.event_types import EVENT_TYPES


@pytest.mark.parametrize(
    ("text", "event_type", "language"),
    [
        ("Parcel is OUT for Delivery", "out_for_delivery", "en"),
        ("Das Paket wurde beim Nachbarn abgegeben", "delivered_neighbour", "de"),
        ("Votre colis est retenu en douane", "customs_held", "fr"),
        ("Destinatario ausente", "attempt_failed_not_home", "es"),
        ("Objeto saiu para entrega ao destinatário", "out_for_delivery", "pt"),
        ("Spedizione danneggiata", "damaged", "it"),
        ("Ligt klaar bij het afhaalpunt", "ready_for_pickup", "nl"),
        ("Przesyłka przekazana kurierowi do doręczenia", "out_for_delivery", "pl"),
        ("Відправлення вручено", "delivered", "uk"),
    ],
)
def test_words_are_understood_whatever_their_case_and_accents(text, event_type, language):
    first = suggest(text)[0]
    assert (first.event_type, first.language) == (event_type, language)


def test_the_phrase_with_more_words_wins():
    assert suggest("Delivered to neighbour")[0].event_type == "delivered_neighbour"
    assert suggest("Could not be delivered")[0].event_type == "attempt_failed"


def test_a_word_that_turns_what_is_said_makes_it_less_sure():
    assert suggest("arrived at the depot")[0].confidence > suggest("not arrived at the depot")[0].confidence


def test_a_word_in_a_long_sentence_is_less_sure_than_alone():
    long = "The sender was told that the goods are damaged and asked to send pictures of them and of the box within five days"
    assert suggest("Damaged")[0].confidence > suggest(long)[0].confidence


def test_nothing_is_suggested_where_no_phrase_is_found():
    assert suggest("Pallet re-slotted, bay 7") == ()
    assert suggest("") == ()


def test_every_phrase_belongs_to_an_event_type_and_suggests_it_or_says_more():
    import tomllib
    from importlib.resources import files

    table = tomllib.loads((files("doorstep.carriers") / "words.toml").read_text(encoding="utf-8"))
    assert set(table) <= set(EVENT_TYPES)
    assert {phrase.event_type for phrase in phrases()} == set(table)
    for phrase in phrases():
        assert suggest(" ".join(phrase.words)), phrase


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_gets_at_most_three_suggestions_that_exist(text):
    made = suggest(text)
    assert len(made) <= 3
    assert all(one.event_type in EVENT_TYPES and 0 < one.confidence <= 1 for one in made)
    assert plain_words(" ".join(plain_words(text)))[:10] == plain_words(text)[:10]
