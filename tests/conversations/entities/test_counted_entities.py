"""Amounts of money and numbers of pieces in customers' words."""

from datetime import date

import pytest

from doorstep.conversations.entities import entities_in
from doorstep.domain.money import Money
from doorstep.domain.talking.understood import EntityKind


def read(text: str, language: str = "en", currency: str = ""):
    return entities_in(text, language=language, today=date(2026, 11, 30), region="US", currency=currency)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$20", Money(2000, "USD")),
        ("I paid 20 dollars", Money(2000, "USD")),
        ("20 euros", Money(2000, "EUR")),
        ("1.299,00 €", Money(129900, "EUR")),
        ("₹1,299", Money(129900, "INR")),
        ("₹1,29,900", Money(12990000, "INR")),
        ("Rs. 499 only", Money(49900, "INR")),
        ("£12.5", Money(1250, "GBP")),
        ("R$ 89,90", Money(8990, "BRL")),
        ("1 299,50 EUR", Money(129950, "EUR")),
        ("¥1200", Money(1200, "JPY")),
        ("12'000 CHF", Money(1200000, "CHF")),
        ("499 रुपये", Money(49900, "INR")),
    ],
)
def test_an_amount_is_read_to_the_minor_unit(text, amount):
    assert [one.amount for one in read(text) if one.kind is EntityKind.AMOUNT] == [amount]


def test_a_dollar_is_the_merchants_where_it_has_one():
    (found,) = read("$20", currency="CAD")
    assert found.amount == Money(2000, "CAD")
    (other,) = read("$20", currency="EUR")
    assert other.amount == Money(2000, "USD")


@pytest.mark.parametrize("text", ["20", "order 20.50", "20%", "size 42", "100 cotton"])
def test_a_number_without_a_currency_is_no_amount(text):
    assert not [one for one in read(text) if one.kind is EntityKind.AMOUNT]


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("two of them", "en", 2),
        ("return 3 of these", "en", 3),
        ("both are broken", "en", 2),
        ("quantity 4 please", "en", 4),
        ("x3", "en", 3),
        ("les deux", "fr", 2),
        ("je veux renvoyer 2 articles", "fr", 2),
        ("beide", "de", 2),
        ("zwei Stück davon", "de", 2),
        ("los dos", "es", 2),
        ("tres unidades", "es", 3),
        ("tutti e due", "it", 2),
        ("due pezzi", "it", 2),
        ("os dois", "pt", 2),
        ("duas unidades", "pt", 2),
        ("dono wapas karna hai", "hi", 2),
        ("दो पीस", "hi", 2),
    ],
)
def test_a_number_of_pieces_is_read_in_words_and_digits(text, language, count):
    assert [one.quantity for one in read(text, language) if one.kind is EntityKind.QUANTITY] == [count]
