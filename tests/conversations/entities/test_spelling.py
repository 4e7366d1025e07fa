"""Words typed in haste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.entities import mend
from doorstep.conversations.entities.spelling import Lexicon, mended, one_slip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ordr", "order"),
        ("tmrw", "tomorrow"),
        ("2moro", "tomorrow"),
        ("plz", "please"),
        ("delivry", "delivery"),
        ("packege", "package"),
        ("adress", "address"),
        ("exchnage", "exchange"),
        ("comande", "commande"),
        ("bestelung", "bestellung"),
        ("roder", "order"),
    ],
)
def test_a_slip_is_mended(typed, meant):
    assert mended(typed) == meant


@pytest.mark.parametrize("word", ["older", "border", "former", "order", "w2378156", "the", "skirt", "mars", "retour", ""])
def test_a_proper_word_stays(word):
    assert mended(word) == word


def test_a_text_is_mended_word_by_word():
    assert mend("wer is my ordr plz") == "where is my order please"


def test_what_is_a_slip_from_two_words_is_neither():
    assert Lexicon(["monday", "sonday"]).nearest("onday") is None
    assert Lexicon(["return", "returm"]).nearest("returk") is None


@given(st.text(alphabet="abcd", max_size=7), st.text(alphabet="abcd", max_size=7))
def test_a_slip_is_one_whichever_word_was_typed(one, other):
    if one != other:
        assert one_slip(one, other) == one_slip(other, one)


@given(st.text(alphabet="abcdefgh", min_size=5, max_size=9), st.data())
def test_each_slip_within_a_long_word_is_found(word, data):
    place = data.draw(st.integers(1, len(word) - 1))
    missing = word[:place] + word[place + 1 :]
    doubled = word[:place] + word[place] + word[place:]
    lexicon = Lexicon([word])
    assert lexicon.nearest(missing) == word
    assert lexicon.nearest(doubled) == word
