"""Shopify's refund object → one refund, where money goes back."""

from typing import Any

from doorstep.domain.money import Money
from doorstep.domain.orders import Refund
from doorstep.shops.reading import dig, listed, money_of, worded
from doorstep.shops.shopify.identity import paid_money, quantities, require_id, require_moment


def read_refund(box: dict[str, Any]) -> Refund | None:
    """Read a refund; None where no money goes back: taking a line off an unpaid order makes such a record too.

    Raises:
        BadInputError: it has no id, no moment, or a line that cannot be read.
    """
    refund_id = require_id(box, "id", "refund")
    at = require_moment(box, "refund", "processed_at", "created_at")
    lines = quantities(listed(box.get("refund_line_items")), id_name="line_item_id", what="refund.refund_line_items")
    paid_back = [one for one in listed(box.get("transactions")) if _goes_back(one)]
    if not paid_back and "transactions" in box:
        return None
    return Refund(refund_id=refund_id, at=at, amount=_sum(paid_back, _currency(box)), lines=lines, note=worded(box.get("note")))


def _goes_back(transaction: Any) -> bool:
    return dig(transaction, "kind") == "refund" and worded(dig(transaction, "status")) in {"success", "pending"}


def _currency(box: dict[str, Any]) -> str | None:
    """Find the customer's currency, for transactions that do not say theirs."""
    found = {paid.currency for line in listed(box.get("refund_line_items")) if (paid := paid_money(dig(line, "subtotal_set")))}
    return found.pop() if len(found) == 1 else None


def _sum(transactions: list[Any], currency: str | None) -> Money | None:
    """Add up; None where one cannot be read or the currencies differ: no sum is better than a wrong one."""
    parts = [paid_money(dig(one, "amount_set")) or money_of(dig(one, "amount"), dig(one, "currency") or currency) for one in transactions]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts) or len({part.currency for part in known}) != 1:
        return None
    return Money(sum(part.amount_minor for part in known), known[0].currency)
