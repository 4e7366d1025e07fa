"""What every object of Shopify has → ids as texts, quantities, moments; or an error that names the field."""

from datetime import datetime
from typing import Any

from doorstep.domain.money import Money
from doorstep.errors import BadInputError
from doorstep.shops.reading import dig, moment_of, money_of, worded

_MOST = 1_000_000_000


def require_object(value: Any, what: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        BadInputError: something else.
    """
    if not isinstance(value, dict):
        raise BadInputError(f"{what}: must be an object")
    return value


def require_id(box: dict[str, Any], name: str, what: str) -> str:
    """Return an id as the text of its digits, however large; of a global id ("gid://shopify/Order/1") the digits alone.

    Raises:
        BadInputError: it is missing, or no whole number.
    """
    told = (worded(box.get(name)) or "").rpartition("/")[2]
    if not (told.isascii() and told.isdigit()):
        raise BadInputError(f"{what}.{name}: an id is needed")
    return told


def require_moment(box: dict[str, Any], what: str, *names: str) -> datetime:
    """Return the first of these moments that is given, aware UTC.

    Raises:
        BadInputError: none is.
    """
    found = next((at for name in names if (at := moment_of(box.get(name)))), None)
    if found is None:
        raise BadInputError(f"{what}.{names[0]}: a moment with its offset is needed")
    return found


def quantities(lines: list[Any], *, id_name: str, what: str) -> dict[str, int]:
    """Sum quantities by the order line's id; lines of quantity 0 are left out.

    Raises:
        BadInputError: a line without an id or a quantity.
    """
    found: dict[str, int] = {}
    for line in lines:
        box = require_object(line, what)
        if (count := quantity_of(box, what)) > 0:
            line_id = require_id(box, id_name, what)
            found[line_id] = found.get(line_id, 0) + count
    return found


def quantity_of(box: dict[str, Any], what: str) -> int:
    """Return a line's quantity.

    Raises:
        BadInputError: no whole number from 0 to a thousand million.
    """
    count = box.get("quantity")
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= _MOST:
        raise BadInputError(f"{what}.quantity: a whole number is needed")
    return count


def paid_money(pair: Any) -> Money | None:
    """Read a money set in the currency that the customer sees and pays; None where it says nothing readable."""
    money = dig(pair, "presentment_money")
    return money_of(dig(money, "amount"), dig(money, "currency_code"))
