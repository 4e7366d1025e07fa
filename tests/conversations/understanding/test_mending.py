"""Slips in what customers write are mended before the encoder reads it."""

from importlib.resources import files

import pytest

from doorstep.conversations.understanding.building import words
from doorstep.conversations.understanding.encoder import encoder
from doorstep.conversations.understanding.spelling import WORDS, Speller, slips, speller

OURS = Speller({"order": 900, "orders": 100, "want": 300, "what": 400, "delivery": 200, "devolución": 50, "steak": 0})


def mended(text: str) -> str:
    port = encoder()
    assert port is not None
    return speller().mend(text, port.exists)


def test_the_words_are_those_of_the_seeds_that_are_here() -> None:
    # Make them anew: python -m doorstep.conversations.understanding.building
    assert (files("doorstep.conversations.understanding") / "builtin" / WORDS).read_text(encoding="utf-8") == words()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats the statsu of my delviery", "whats the status of my delivery"),
        ("ich möchte meine bestelung stonieren", "ich möchte meine bestellung stornieren"),
        ("quiero canclar mi peddio", "quiero cancelar mi pedido"),
        ("je veux anuler ma comande", "je veux annuler ma commande"),
        ("i wnat a refnud", "i want a refund"),
    ],
)
def test_a_slip_is_mended_in_any_language(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order 10045?",
        "my name is Ordre Smit",
        "write to odrer@example.com",
        "the code is ODRER1 or #odrer",
        "मेरा ऑर्डर कहाँ है",
        "",
        "?!",
        "asdf qwer",
    ],
)
def test_numbers_names_addresses_and_what_is_near_to_nothing_stay(text: str) -> None:
    assert mended(text) == text


def test_a_word_that_there_is_stays_also_where_nobody_asks_a_shop_so() -> None:
    assert OURS.mended("steak") == "steak"
    assert OURS.mend("wand orders", lambda found: [word == "wand" for word in found]) == "wand orders"


def test_swapped_letters_count_before_wrong_ones_and_common_words_before_rare() -> None:
    assert OURS.mended("wnat") == "want"
    assert OURS.mended("ordr") == "order"
    assert OURS.mended("devolucoin") == "devolución"


def test_short_words_want_one_slip_and_long_ones_two() -> None:
    assert OURS.mended("oxdxr") == "oxdxr"
    assert OURS.mended("deelivry") == "delivery"
    assert [slips("order", one) for one in ("order", "odrer", "oder", "ordxr", "xdrer", "abcde")] == [0, 1, 1, 1, 2, 3]
