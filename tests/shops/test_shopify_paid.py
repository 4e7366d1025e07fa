"""What was paid for a line: discounts off, taxes on top, never a guess."""

from typing import Any

from doorstep.domain.money import Money
from doorstep.shops.shopify.payments import line_paid

PRICE = Money(5000, "USD")


def line(**more: Any) -> dict[str, Any]:
    return {"quantity": 2, **more}


def test_its_share_of_the_discounts_is_taken_off() -> None:
    off = [{"amount": "25.00", "amount_set": {"presentment_money": {"amount": "25.00", "currency_code": "USD"}}}, {"amount": "5.00"}]
    assert line_paid(line(discount_allocations=off), {"taxes_included": True}, PRICE, 2) == Money(7000, "USD")


def test_taxes_come_on_top_only_where_the_price_does_not_hold_them() -> None:
    taxed = line(tax_lines=[{"price": "8.25"}])
    assert line_paid(taxed, {"taxes_included": False}, PRICE, 2) == Money(10825, "USD")
    assert line_paid(taxed, {"taxes_included": True}, PRICE, 2) == Money(10000, "USD")


def test_what_cannot_be_read_in_the_currency_of_the_price_is_no_guess() -> None:
    strange = [{"amount_set": {"presentment_money": {"amount": "5.00", "currency_code": "EUR"}}}]
    assert line_paid(line(discount_allocations=strange), {}, PRICE, 2) is None
    assert line_paid(line(discount_allocations=[{"amount": "much"}]), {}, PRICE, 2) is None
    assert line_paid(line(), {}, PRICE, 2) is None
    assert line_paid(line(discount_allocations=[{"amount": "5.00"}]), {}, None, 2) is None


def test_more_off_than_it_cost_is_nothing() -> None:
    assert line_paid(line(discount_allocations=[{"amount": "500.00"}]), {}, PRICE, 2) == Money(0, "USD")
