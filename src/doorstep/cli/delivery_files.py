"""A CSV file of finished deliveries → deliveries, or a clear word about the line that cannot be read."""

import csv
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from doorstep.errors import BadInputError
from doorstep.timeline.estimating.deliveries import Delivery, End

_NEEDED = (
    "order_id",
    "purchased_at",
    "handed_over_at",
    "delivered_at",
    "promised_on",
    "origin_state",
    "origin_zip",
    "dest_state",
    "dest_zip",
)
_DAY_S = 86_400
#: The country of lanes that name none: the public data set is Brazilian.
_USUAL_COUNTRY = "BR"


def read_deliveries(file: Path) -> list[Delivery]:
    """Read a file with the columns of docs/how-to/evaluate-estimates.md.

    Raises:
        BadInputError: it cannot be opened or is no such table; the text names file and line.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return list(_rows(file, csv.DictReader(opened, strict=True)))
    except OSError as error:
        raise BadInputError(f"{file}: {error.strerror or 'cannot be opened'}") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{file}: is not UTF-8") from error


def _rows(file: Path, table: "csv.DictReader[str]") -> Iterator[Delivery]:
    seen: dict[str, int] = {}
    try:
        missing = [name for name in _NEEDED if name not in (table.fieldnames or ())]
        if missing:
            raise BadInputError(f"{file}: line 1: columns are missing: {', '.join(missing)}")
        for row in table:
            line = table.line_num
            if None in row or None in row.values():
                raise BadInputError(f"{file}: line {line}: has more or fewer cells than the heading")
            try:
                delivery = _delivery(row)
            except ValueError as error:
                raise BadInputError(f"{file}: line {line}: {error}") from error
            if (first := seen.setdefault(delivery.delivery_id, line)) != line:
                raise BadInputError(f"{file}: line {line}: order_id: was on line {first} already")
            yield delivery
    except csv.Error as error:
        raise BadInputError(f"{file}: line {table.line_num}: {error}") from error


def _delivery(row: Mapping[str, str]) -> Delivery:
    """Read one row.

    Raises:
        ValueError: a cell cannot be read; the text begins with its column.
    """
    if not row["order_id"]:
        raise ValueError("order_id: is empty")
    purchased = _moment(row, "purchased_at")
    if purchased is None:
        raise ValueError("purchased_at: is empty")
    handed_over, delivered = _moment(row, "handed_over_at"), _moment(row, "delivered_at")
    if delivered is not None and delivered < purchased:
        raise ValueError("delivered_at: is before purchased_at")
    promised = _moment(row, "promised_on")
    return Delivery(
        delivery_id=row["order_id"],
        purchased=purchased,
        handed_over=handed_over,
        delivered=delivered,
        approved=_moment(row, "approved_at"),
        promised=None if promised is None else math.floor(promised),
        origin=_end(row, "origin"),
        destination=_end(row, "dest"),
        service=row.get("service") or "",
        category=row.get("category") or "",
        items=_number(row, "items"),
        price=_number(row, "price"),
        freight=_number(row, "freight"),
        weight_g=_number(row, "weight_g"),
    )


def _end(row: Mapping[str, str], which: str) -> End:
    country = row.get(f"{which}_country") or _USUAL_COUNTRY
    # Brazilian post-code areas lose their leading nought in spreadsheets.
    postcode = row[f"{which}_zip"].zfill(5) if country == _USUAL_COUNTRY else row[f"{which}_zip"]
    return End(country, row[f"{which}_state"], postcode, _number(row, f"{which}_lat"), _number(row, f"{which}_lng"))


def _moment(row: Mapping[str, str], column: str) -> float | None:
    """Read a local wall time (or a date) as days since 1970."""
    text = row.get(column)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column}: a time such as 2018-01-31 10:00:00 is needed") from None
    days = (moment.replace(tzinfo=UTC) - datetime.combine(date(1970, 1, 1), datetime.min.time(), UTC)).total_seconds() / _DAY_S
    if days < 0:
        raise ValueError(f"{column}: is before 1970")
    return days


def _number(row: Mapping[str, str], column: str) -> float | None:
    text = row.get(column)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{column}: a number is needed") from None
    if not math.isfinite(number):
        raise ValueError(f"{column}: a finite number is needed")
    return number
