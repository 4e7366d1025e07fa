from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.money import Money, exponent_of

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "CLP", "BHD", "KWD", "CLF", "XXX"])


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("-3", "USD", -300),
        (7, "USD", 700),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("1.234", "BHD", 1234),
        ("0.0001", "CLF", 1),
        ("1e3", "EUR", 100_000),
    ],
)
def test_an_amount_is_kept_in_the_minor_unit(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"), [("0.5", "JPY"), ("1.2345", "BHD"), ("12.505", "EUR"), ("1." + "0" * 40 + "1", "EUR"), ("1e-999999999", "EUR")]
)
def test_an_amount_finer_than_the_minor_unit_is_refused(text, currency):
    with pytest.raises(ValueError, match="decimals"):
        Money.of(text, currency)


@pytest.mark.parametrize("text", ["10000000000000", "1" + "0" * 60, "1e999999", "Infinity", "-Infinity"])
def test_an_amount_beyond_15_digits_is_refused(text):
    with pytest.raises(ValueError, match="amount"):
        Money.of(text, "EUR")


@pytest.mark.parametrize("text", ["", "twelve", "12,50", "NaN", "sNaN", "12.50 EUR", "0x10"])
def test_a_text_that_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="amount"):
        Money.of(text, "EUR")


@given(st.text(), CURRENCIES)
def test_any_text_is_an_exact_amount_or_refused(text, currency):
    try:
        money = Money.of(text, currency)
    except ValueError:
        return
    assert money.decimal == Decimal(text)


@given(st.decimals(allow_nan=True, allow_infinity=True), CURRENCIES)
def test_any_decimal_is_exact_or_refused(amount, currency):
    try:
        money = Money.of(str(amount), currency)
    except ValueError:
        return
    assert money.decimal == amount


@given(st.integers(-(10**15) + 1, 10**15 - 1), CURRENCIES)
def test_every_amount_reads_back_from_its_decimal(minor, currency):
    money = Money(minor, currency)
    assert Money.of(str(money.decimal), currency) == money


def test_a_currency_without_an_entry_has_two_decimals():
    assert [exponent_of(currency) for currency in ("EUR", "JPY", "BHD", "CLF")] == [2, 0, 3, 4]
