"""What a text consists of, as the core model sees it."""

import numpy as np

from doorstep.conversations.understanding.ngrams import BUCKETS, MOST_CHARACTERS, counted, folded


def test_case_accents_signs_and_figures_make_no_difference() -> None:
    assert folded("Où est ma COMMANDE #4711-99?!") == "ou est ma commande 00"
    assert folded("it's 3 days late") == "its 0 days late"


def test_vowel_signs_of_devanagari_stay_within_their_words() -> None:
    assert len(folded("मेरा पार्सल कहाँ है").split()) == 4


def test_the_same_text_gives_the_same_buckets_on_every_machine() -> None:
    found = counted("where is my order")
    # Written down once: a model is worth nothing where texts are counted otherwise.
    assert (len(found.buckets), int(found.buckets.sum()) % 1_000_003) == (73, 245_024)
    assert found.buckets.max() < BUCKETS
    assert np.all(np.diff(found.buckets) > 0)


def test_a_text_without_letters_has_nothing() -> None:
    for text in ("", "   ", "?!", "👍"):
        assert counted(text).buckets.size == 0


def test_one_slip_leaves_most_of_a_text_as_it_was() -> None:
    right, wrong = (set(counted(text).buckets.tolist()) for text in ("where is my package", "where is my pakcage"))
    assert len(right & wrong) / len(right | wrong) > 0.4


def test_a_huge_text_is_cut() -> None:
    start = "where is my order " * 60
    assert counted(start + "x" * 50_000).buckets.tolist() == counted(start[:MOST_CHARACTERS]).buckets.tolist()
