"""Rows of a table, one per order line → the order form they fill in; and a fault's path in that form → its row and column."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from doorstep.errors import BadInputError

#: What stands between several values in one cell.
SEPARATOR = "|"
_COMMA_AMOUNT = re.compile(r"-?[0-9]+,[0-9]{1,2}")
_SPACED_OFFSET = re.compile(r"(?<=[0-9]) (?=[+-][0-9]{2}:?[0-9]{2}$|Z$)")


class Row(msgspec.Struct, frozen=True):
    """One row of the table: non-blank cells by column."""

    #: Of the file, from 1.
    line_number: int
    cells: dict[str, str]


class RowFault(msgspec.Struct, frozen=True):
    """Why a row's order cannot be taken."""

    line_number: int
    reason: str


def _text(cell: str) -> Any:
    return cell


def _whole(cell: str) -> Any:
    return int(cell) if re.fullmatch(r"[0-9]{1,15}", cell) else cell


def _amount(cell: str) -> Any:
    """Take a decimal comma for a point where it can be nothing else: "12,50" is, "1,234" may not be."""
    return cell.replace(",", ".") if _COMMA_AMOUNT.fullmatch(cell) else cell


def _moment(cell: str) -> Any:
    try:
        return datetime.fromisoformat(_SPACED_OFFSET.sub("", cell)).isoformat()
    except ValueError:
        return cell


def _list(cell: str) -> Any:
    return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]


def _options(cell: str) -> Any:
    pairs = [part.partition("=") for part in cell.split(SEPARATOR) if part.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs} if all(sign for _, sign, _ in pairs) else cell


_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _yes_no(cell: str) -> Any:
    return _YES_NO.get(cell.lower(), cell)


_Column = tuple[str, Callable[[str], Any]]
#: Columns about the whole order: where each goes in the form. Later rows of an order leave them blank or repeat them.
ORDER_COLUMNS: dict[str, _Column] = {
    "order_id": ("id", _text),
    "number": ("number", _text),
    "placed_at": ("placed_at", _moment),
    "updated_at": ("updated_at", _moment),
    "customer_id": ("customer.id", _text),
    "first_name": ("customer.first_name", _text),
    "last_name": ("customer.last_name", _text),
    "email": ("customer.email", _text),
    "phone": ("customer.phone", _text),
    "earlier_orders": ("customer.earlier_orders", _whole),
    "ship_name": ("ship_to.name", _text),
    "ship_company": ("ship_to.company", _text),
    "ship_street": ("ship_to.lines", _list),
    "ship_city": ("ship_to.city", _text),
    "ship_region": ("ship_to.region", _text),
    "ship_postcode": ("ship_to.postcode", _text),
    "ship_country": ("ship_to.country", _text),
    "ship_phone": ("ship_to.phone", _text),
    "currency": ("currency", _text),
    "total": ("total", _amount),
    "payment": ("payment", str.lower),
    "cod_due": ("cod_due", _amount),
    "locale": ("locale", _text),
    "promised_from": ("promise.from_on", _text),
    "promised_to": ("promise.to_on", _text),
    "email_consent": ("consents.email", _yes_no),
    "sms_consent": ("consents.sms", _yes_no),
    "cancelled_at": ("cancelled_at", _moment),
    "cancel_reason": ("cancel_reason", _text),
    "tags": ("tags", _list),
}
#: Columns about one line of the order.
LINE_COLUMNS: dict[str, _Column] = {
    "line_id": ("id", _text),
    "item": ("name", _text),
    "sku": ("sku", _text),
    "quantity": ("quantity", _whole),
    "unit_price": ("unit_price", _amount),
    "line_paid": ("paid", _amount),
    "options": ("options", _options),
    "image_url": ("image_url", _text),
    "product_url": ("product_url", _text),
    "category": ("category", _text),
    "product_id": ("product_id", _text),
    "variant_id": ("variant_id", _text),
    "product_tags": ("tags", _list),
    "final_sale": ("final_sale", _yes_no),
}
#: Columns about how this line was sent; rows with the same `fulfilment_id` (or else `tracking_number`) were sent together.
SENDING_COLUMNS: dict[str, _Column] = {
    "fulfilment_id": ("id", _text),
    "tracking_number": ("tracking_numbers", _list),
    "tracking_url": ("tracking_urls", _list),
    "carrier": ("carrier", _text),
    "service": ("service", _text),
    "shipped_at": ("created_at", _moment),
}
COLUMNS = ORDER_COLUMNS | LINE_COLUMNS | SENDING_COLUMNS
_REQUIRED = ("order_id", "placed_at")


def read_header(cells: Sequence[str]) -> list[str]:
    """Read the header's cells as names of columns; case, spaces and hyphens do not matter.

    Raises:
        BadInputError: a name is unknown or stands twice, or a required one is missing.
    """
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(COLUMNS)}"
            raise BadInputError(f"there is no column {cell.strip()[:60]!r}; {hint}")
        if names.count(name) > 1:
            raise BadInputError(f"the column {name} stands twice")
    for name in _REQUIRED:
        if name not in names:
            raise BadInputError(f"the column {name} is missing")
    return names


def form_of(rows: Sequence[Row]) -> dict[str, Any] | RowFault:
    """Fill in the form of one order from its rows, in the file's order."""
    cells: dict[str, str] = {}
    for row in rows:
        for name in ORDER_COLUMNS.keys() & row.cells.keys():
            if cells.setdefault(name, row.cells[name]) != row.cells[name]:
                return RowFault(row.line_number, f"{name}: differs from the other rows of this order")
    form: dict[str, Any] = {}
    for name, cell in cells.items():
        _put(form, ORDER_COLUMNS[name], cell)
    if "consents" in form:
        form["consents"] = [{"purpose": "marketing", "channel": channel, "granted": told} for channel, told in form["consents"].items()]
    lines = {row.line_number: _line(row, at) for at, row in enumerate(_lined(rows))}
    form["lines"] = list(lines.values())
    form["fulfilments"] = [_fulfilment(same, lines, form) for same in _sent_together(rows)]
    return form


def _lined(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.cells.keys() & LINE_COLUMNS.keys()]


def _put(form: dict[str, Any], column: _Column, cell: str) -> None:
    path, read = column
    *boxes, last = path.split(".")
    for box in boxes:
        form = form.setdefault(box, {})
    form[last] = read(cell)


def _line(row: Row, at: int) -> dict[str, Any]:
    line: dict[str, Any] = {"id": str(at + 1)}
    for name in LINE_COLUMNS.keys() & row.cells.keys():
        _put(line, LINE_COLUMNS[name], row.cells[name])
    if "name" not in line and "sku" in line:
        line["name"] = line["sku"]
    return line


def _sent_together(rows: Sequence[Row]) -> list[list[Row]]:
    """Group the rows that tell of a sending."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.cells.keys() & SENDING_COLUMNS.keys():
            groups.setdefault(row.cells.get("fulfilment_id") or row.cells.get("tracking_number") or "", []).append(row)
    return list(groups.values())


def _fulfilment(rows: Sequence[Row], lines: Mapping[int, dict[str, Any]], form: Mapping[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for row in rows:
        for name in SENDING_COLUMNS.keys() & row.cells.keys():
            if name != "tracking_number":
                _put(sent, SENDING_COLUMNS[name], row.cells[name])
    numbers = [number for row in rows for number in _list(row.cells.get("tracking_number", ""))]
    sent["tracking_numbers"] = list(dict.fromkeys(numbers))
    sent.setdefault("created_at", form.get("updated_at") or form.get("placed_at"))
    mine = [lines[row.line_number] for row in rows if row.line_number in lines]
    if len(mine) < len(lines):
        sent["lines"] = {str(line["id"]): line.get("quantity", 1) for line in mine}
    return sent


_LINE_FAULT = re.compile(r"(lines|fulfilments)\[([0-9]+)\]\.?")


def fault_at(fault: str, rows: Sequence[Row]) -> RowFault:
    """Translate a fault that names a path of the form into one that names the column, at the row concerned."""
    path, _, reason = fault.partition(": ")
    found = _LINE_FAULT.match(path)
    if found is None:
        column = next((name for name, (goes_to, _) in ORDER_COLUMNS.items() if goes_to == path.split("[")[0]), path)
        column = "email_consent or sms_consent" if path.startswith("consents") else column
        return RowFault(rows[0].line_number, f"{column}: {reason}")
    inner = path[found.end() :].split("[")[0].split(".")[0]
    columns = LINE_COLUMNS if found[1] == "lines" else SENDING_COLUMNS
    column = next((name for name, (goes_to, _) in columns.items() if goes_to == inner), inner or found[1])
    candidates = _lined(rows) if found[1] == "lines" else [same[0] for same in _sent_together(rows)]
    at = int(found[2])
    return RowFault(candidates[at].line_number if at < len(candidates) else rows[0].line_number, f"{column}: {reason}")
