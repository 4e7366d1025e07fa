"""Names and post codes are the same however they are spelt, and no other name is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.likeness import names_of, plain, postcode_key, same_name, same_postcode
from doorstep.domain.places import Address


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("noor rivera", "Noor Rivera"),
        ("RIVERA, Noor", "Noor Rivera"),
        ("Jose Munoz", "José Muñoz"),
        ("Juergen Grosse", "Juergen Große"),
        ("Lukasz Wojcik", "Łukasz Wójcik"),
        ("O'Neill Mary", "Mary O\N{RIGHT SINGLE QUOTATION MARK}Neill"),
        ("Mary ONeill", "Mary O'Neill"),
        ("Noor Rivera", "Noor María Rivera"),
        ("Jean Luc Petit", "Jean-Luc Petit"),
        ("JeanLuc Petit", "Jean-Luc Petit"),
        ("अनाया वर्मा", "अनाया वर्मा"),
    ],
)
def test_a_name_is_the_same_without_case_accents_and_order(told, kept):
    assert same_name(told, [None, kept])


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Noor", "Noor Rivera"),
        ("Rivera", "Noor Rivera"),
        ("Noor Noor", "Noor Rivera"),
        ("Noor Riverb", "Noor Rivera"),
        ("Noor Rivera Gomez", "Noor Rivera"),
        ("", "Noor Rivera"),
        ("Noor Rivera", ""),
        ("", ""),
        ("...", "!!!"),
    ],
)
def test_half_a_name_and_another_name_are_not(told, kept):
    assert not same_name(told, [kept])
    assert not same_name(told, [])


@given(st.text(max_size=40))
def test_every_name_is_like_itself_once_it_has_a_letter(name):
    assert same_name(name, [name]) == bool(plain(name))


def test_post_codes_are_compared_by_their_letters_and_digits():
    assert postcode_key(" sw1a 1aa ") == "SW1A1AA"
    assert same_postcode("SW1A-1AA", "sw1a1aa")
    assert not same_postcode("28004", "28005")
    assert not same_postcode("", None)
    assert not same_postcode("", "")
    assert not same_postcode("--", "28004")
    assert postcode_key("  ") is None


def test_the_buyer_and_whoever_is_on_the_label_know_the_order():
    assert names_of("Noor", "Rivera", Address(name="Ana Prats")) == ("Noor Rivera", "Ana Prats")
    assert names_of(None, None, None) == ()
