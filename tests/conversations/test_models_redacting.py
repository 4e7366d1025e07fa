"""What is personal in a text becomes a typed placeholder and comes back as it was; amounts, days and the shop's own stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.models.context import Fact, FactKind, Known
from doorstep.conversations.models.redacting import Redactor


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my order #1001 is late", "my order [ORDER_1] is late"),
        ("order 1001?", "order [ORDER_1]?"),
        ("commande 4711", "commande [ORDER_1]"),
        ("where is 123456", "where is [ORDER_1]"),
        ("W1234567 please", "[ORDER_1] please"),
        ("1Z999AA10123456784", "[TRACKING_1]"),
        ("RR123456789ES is late", "[TRACKING_1] is late"),
        ("00340434161094021501", "[TRACKING_1]"),
        ("write to Ana.Prats+shop@customer.example.", "write to [EMAIL_1]."),
        ("call +34 600 123 456", "call [PHONE_1]"),
        ("ruf 0171 2345678 an", "ruf [PHONE_1] an"),
        ("my card is 4111 1111 1111 1111", "my card is [CARD_1]"),
        ("I live at 12 Baker Street, London", "I live at [ADDRESS_1], London"),
        ("Calle Mayor 5, 28004 Madrid", "[ADDRESS_1], [ORDER_1] Madrid"),
        ("Hauptstraße 12a", "[ADDRESS_1]"),
        ("12 rue de la Paix", "[ADDRESS_1]"),
        ("via Garibaldi, 7", "[ADDRESS_1]"),
        ("see https://shop.example/t/abcdef?x=1", "see [LINK_1]"),
    ],
)
def test_what_is_personal_is_hidden(text, hidden):
    redactor = Redactor()
    assert redactor.hide(text) == hidden
    assert redactor.show(hidden) == text


@pytest.mark.parametrize(
    "text",
    [
        "I paid 12345.50 EUR",
        "I paid €150000",
        "it cost 150000 €",
        "on 2026-12-08 at 14:00",
        "on 08.12.2026",
        "on 8/12/2026",
        "30 % of 12000 rupees",
        "two teapots, 500 ml",
    ],
)
def test_amounts_days_and_measures_stay(text):
    assert Redactor().hide(text) == text


def test_a_number_that_fails_the_check_digit_is_no_card():
    assert "CARD" not in Redactor().hide("4111 1111 1111 1112")


def test_what_is_known_of_the_customer_is_hidden_word_for_word_in_any_case():
    redactor = Redactor([Known(FactKind.NAME, "Ana Prats"), Known(FactKind.ADDRESS, "Cervantes 3")])
    assert (
        redactor.hide("ANA  PRATS of Cervantes 3; Anabel Pratsworth is another") == "[NAME_1] of [ADDRESS_1]; Anabel Pratsworth is another"
    )


def test_the_same_thing_has_the_same_placeholder_throughout():
    redactor = Redactor()
    assert redactor.fact(Fact(name="order", kind=FactKind.ORDER, value="1001")).value == "[ORDER_1]"
    assert redactor.hide("order #1001 and order 1002") == "order [ORDER_1] and order [ORDER_2]"


def test_what_the_shop_wrote_itself_is_left():
    own = Fact(name="contact", kind=FactKind.KNOWLEDGE, value="Call +34 912 345 678 or write to help@shop.example.")
    redactor = Redactor((), [own])
    assert redactor.fact(own) == own
    assert redactor.hide("You can call +34 912 345 678.") == "You can call +34 912 345 678."
    assert redactor.hide("Mine is +34 600 000 000.") == "Mine is [PHONE_1]."


def test_facts_that_come_later_are_hidden_from_then_on():
    redactor = Redactor()
    assert redactor.hide("Ana wrote") == "Ana wrote"
    redactor.learn([Fact(name="who", kind=FactKind.NAME, value="Ana")])
    assert redactor.hide("Ana wrote") == "[NAME_1] wrote"


def test_a_placeholder_that_nobody_gave_stays_as_it_is():
    assert Redactor().show("[EMAIL_3] and [WHATEVER_1]") == "[EMAIL_3] and [WHATEVER_1]"


def test_texts_inside_json_arguments_are_hidden_and_numbers_there_stay_numbers():
    redactor = Redactor()
    args = '{"case": 1234567, "order": "#1001", "on": "2026-12-08"}'
    hidden = redactor.hide_all({"function": {"arguments": args}})
    assert hidden == {"function": {"arguments": '{"case":1234567,"order":"[ORDER_1]","on":"2026-12-08"}'}}


_PARTS = st.sampled_from(
    [
        "order #1001 ",
        "ana@customer.example ",
        "+34 600 123 456 ",
        "4111111111111111 ",
        "12 Baker Street ",
        "[ORDER_1] ",
        "40 EUR ",
        "\n",
        "₹",
        "1Z999AA10123456784",
    ]
)


def test_what_stands_against_a_hidden_thing_is_hidden_in_the_same_go():
    assert Redactor().hide("1Z999AA10123456784+34 600 123 456") == "[TRACKING_1][PHONE_1]"


@given(st.lists(_PARTS | st.text(max_size=20), max_size=8).map("".join))
def test_hiding_twice_is_hiding_once_and_what_comes_back_is_what_was_there(text):
    redactor = Redactor([Known(FactKind.NAME, "Baker Street")])
    hidden = redactor.hide(text)
    assert redactor.hide(hidden) == hidden
    if "[ORDER_1]" not in text:
        assert _bare(redactor.show(hidden)) == _bare(text)


def _bare(text):
    """Without the signs in which two writings of the same number may differ."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
