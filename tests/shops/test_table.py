"""Rows of a table → the order form, and faults back to row and column."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.money import Money
from doorstep.domain.orders import Order
from doorstep.errors import BadInputError
from doorstep.shops.generic import read_order
from doorstep.shops.generic.table import COLUMNS, Row, RowFault, fault_at, form_of, read_header

FIRST = {"order_id": "1", "placed_at": "2026-11-20 10:00:00 +0100"}


def rows(*cells: dict[str, str]) -> list[Row]:
    return [Row(at + 2, {**(FIRST if at == 0 else {"order_id": "1"}), **one}) for at, one in enumerate(cells)]


def order(*cells: dict[str, str]) -> Order:
    form = form_of(rows(*cells))
    assert not isinstance(form, RowFault)
    return read_order(form)


def fault(*cells: dict[str, str]) -> RowFault:
    form = form_of(rows(*cells))
    if isinstance(form, RowFault):
        return form
    with pytest.raises(BadInputError) as refused:
        read_order(form)
    return fault_at(str(refused.value), rows(*cells))


def test_parcels_of_an_order_are_told_apart_by_their_numbers() -> None:
    seen = order(
        {"item": "Cup", "quantity": "2", "tracking_number": "A"},
        {"item": "Pot", "tracking_number": "B", "shipped_at": "2026-11-21T09:00:00Z"},
        {"item": "Tray"},
    )
    assert [(one.fulfilment_id, one.lines) for one in seen.fulfilments] == [("A", {"1": 2}), ("B", {"2": 1})]


def test_one_parcel_of_several_rows_is_one_fulfilment() -> None:
    seen = order(
        {"item": "Cup", "fulfilment_id": "F", "tracking_number": "A"}, {"item": "Pot", "fulfilment_id": "F", "tracking_number": "B"}
    )
    (sent,) = seen.fulfilments
    assert (sent.fulfilment_id, sent.tracking_numbers, sent.lines) == ("F", ("A", "B"), {})


def test_a_row_may_tell_of_the_order_alone() -> None:
    seen = order({"tracking_number": "A | B", "ship_street": "Calle Mayor 1|2-1"})
    assert (seen.lines, seen.fulfilments[0].tracking_numbers) == ((), ("A", "B"))
    assert seen.ship_to
    assert seen.ship_to.lines == ("Calle Mayor 1", "2-1")


@pytest.mark.parametrize(("cell", "minor"), [("12.50", 1250), ("12,50", 1250), ("12", 1200), ("-3,5", -350)])
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(cell: str, minor: int) -> None:
    assert order({"total": cell, "currency": "EUR"}).total == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("cells", "line_number", "reason"),
    [
        (({"total": "1,234", "currency": "EUR"},), 2, "total: an amount"),
        (({"total": "1.234,50", "currency": "EUR"},), 2, "total: an amount"),
        (({"item": "Cup"}, {"item": "Pot", "quantity": "0"}), 3, "quantity: a whole number above 0"),
        (({"item": "Cup"}, {"item": "Pot", "options": "blue"}), 3, "options: an object"),
        (({"email": "a@example.com"}, {"email": "b@example.com"}), 3, "email: differs from the other rows"),
        (({"email": "nobody"},), 2, "email: an e-mail address"),
        (({"item": "Cup"}, {"item": "Pot", "tracking_number": "A", "shipped_at": "soon"}), 3, "shipped_at: a moment"),
        (({"fulfilment_id": " ", "carrier": "UPS"},), 2, "fulfilment_id: an id or a tracking number"),
        (({"email_consent": "maybe"},), 2, "email_consent or sms_consent: true or false"),
        (({"sku": "A", "item": ""}, {"quantity": "1"}), 3, "item: a text"),
    ],
)
def test_a_fault_names_row_and_column(cells: tuple[dict[str, str], ...], line_number: int, reason: str) -> None:
    found = fault(*({name: cell for name, cell in one.items() if cell.strip()} for one in cells))
    assert found.line_number == line_number
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (["order_id", "placed_at", "emial"], "did you mean email"),
        (["order_id"], "the column placed_at is missing"),
        (["order_id", "placed_at", "sku", "SKU"], "the column sku stands twice"),
        (["order_id", "placed_at", ""], "there is no column ''"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(header: list[str], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        read_header(header)


@settings(deadline=None, max_examples=200)
@given(
    cells=st.lists(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(min_size=1, max_size=6), max_size=6), min_size=1, max_size=3)
)
def test_any_cells_give_an_order_or_a_fault_in_their_rows(cells: list[dict[str, str]]) -> None:
    told = [Row(at + 2, {name: cell.strip() for name, cell in {**FIRST, **one}.items() if cell.strip()}) for at, one in enumerate(cells)]
    form: Any = form_of(told)
    try:
        found = form if isinstance(form, RowFault) else read_order(form)
    except BadInputError as error:
        found = fault_at(str(error), told)
    if isinstance(found, RowFault):
        assert found.line_number in {row.line_number for row in told}
        assert found.reason.split(": ")[0].replace(" or sms_consent", "") in COLUMNS
