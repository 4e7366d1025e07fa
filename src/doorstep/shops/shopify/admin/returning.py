"""A return that Doorstep has opened or ended → the same in Shopify's own books."""

from collections.abc import Sequence
from typing import Any

from doorstep.domain.errands import ErrandLine, ErrandOrder, Try
from doorstep.domain.plugins import Flow
from doorstep.errors import RefusedError
from doorstep.shops.reading import dig, worded
from doorstep.shops.shopify.admin.calling import Admin, gid, nodes
from doorstep.shops.shopify.admin.receipts import done, require_order

_RETURNS = """
query DoorstepReturns($id: ID!) {
  order(id: $id) {
    id
    returns(first: 50) { nodes { id status returnLineItems(first: 50) { nodes { returnReasonNote } } } }
  }
  returnableFulfillments(orderId: $id, first: 50) {
    nodes { returnableFulfillmentLineItems(first: 100) { nodes { quantity fulfillmentLineItem { id lineItem { id } } } } }
  }
}
"""
_OPEN = """
mutation DoorstepReturn($input: ReturnInput!) {
  returnCreate(returnInput: $input) { return { id } userErrors { field message code } }
}
"""
_STATUS = "query DoorstepReturn($id: ID!) { return(id: $id) { id status } }"
_CLOSE = "mutation DoorstepClose($id: ID!) { returnClose(id: $id) { return { id status } userErrors { field message code } } }"
_CANCEL = "mutation DoorstepUndo($id: ID!) { returnCancel(id: $id) { return { id status } userErrors { field message code } } }"
#: Words of our reasons → Shopify's own; the rest is OTHER, with our words in the note.
_REASONS = {
    "too_small": "SIZE_TOO_SMALL",
    "too_large": "SIZE_TOO_LARGE",
    "too_big": "SIZE_TOO_LARGE",
    "color": "COLOR",
    "colour": "COLOR",
    "style": "STYLE",
    "damaged": "DEFECTIVE",
    "defective": "DEFECTIVE",
    "broken": "DEFECTIVE",
    "faulty": "DEFECTIVE",
    "wrong_item": "WRONG_ITEM",
    "not_as_described": "NOT_AS_DESCRIBED",
    "changed_mind": "UNWANTED",
    "unwanted": "UNWANTED",
}
_LONGEST_NOTE = 255


def open_return(one: Try, admin: Admin) -> Flow:
    """Open the return, unless one with our number is there."""
    order = one.order
    order_id = gid("Order", order.order)
    data = yield from admin.ask(_RETURNS, id=order_id)
    if found := _ours(require_order(data), order):
        return done("the return was opened before", found)
    lines = _allotted(data, order)
    payload = yield from admin.do(_OPEN, input={"orderId": order_id, "returnLineItems": lines})
    return done("the return is open", worded(dig(payload, "return", "id")) or "")


def close_return(one: Try, admin: Admin) -> Flow:
    """Close the return, or take it back where the customer keeps the goods."""
    order = one.order
    return_id = order.made_earlier
    if not return_id.startswith("gid://shopify/Return/"):
        data = yield from admin.ask(_RETURNS, id=gid("Order", order.order))
        return_id = _ours(require_order(data), order)
    if not return_id:
        return done("Shopify has no return of this number")
    status = dig((yield from admin.ask(_STATUS, id=return_id)), "return", "status")
    if status in {"CLOSED", "CANCELED", "DECLINED"}:
        return done("the return was ended before", return_id)
    undone = order.body.get("how") == "cancel"
    yield from admin.do(_CANCEL if undone else _CLOSE, id=return_id)
    return done("the return is cancelled" if undone else "the return is closed", return_id)


def _ours(order: Any, told: ErrandOrder) -> str:
    """Find the return with our number; "" there is none."""
    for made in nodes(order, "returns"):
        for line in nodes(made, "returnLineItems"):
            if (worded(dig(line, "returnReasonNote")) or "").startswith(told.rma):
                return worded(dig(made, "id")) or ""
    return ""


def _allotted(data: Any, order: ErrandOrder) -> list[dict[str, object]]:
    """Find for each unit the fulfilled line that it came with.

    Raises:
        RefusedError: fewer units may come back than are named.
    """
    free: dict[str, list[list[Any]]] = {}
    for fulfilment in nodes(data, "returnableFulfillments"):
        for box in nodes(fulfilment, "returnableFulfillmentLineItems"):
            line_id = (worded(dig(box, "fulfillmentLineItem", "lineItem", "id")) or "").rpartition("/")[2]
            free.setdefault(line_id, []).append([worded(dig(box, "fulfillmentLineItem", "id")), dig(box, "quantity")])
    found = [part for line in order.lines for part in _of_line(line, free.get(line.line_id.rpartition("/")[2], ()), order.rma)]
    if not found:
        raise RefusedError("no line is named", suppress=False, code="lines")
    return found


def _of_line(line: ErrandLine, free: Sequence[list[Any]], rma: str) -> list[dict[str, object]]:
    left, found = line.quantity, []
    note = " ".join(part for part in (f"{rma}:", line.reason, line.comment) if part)[:_LONGEST_NOTE]
    for box in free:
        units = min(left, box[1] if isinstance(box[1], int) else 0)
        if units <= 0:
            continue
        reason = _REASONS.get(line.reason.rpartition(".")[2], "OTHER")
        found.append({"fulfillmentLineItemId": box[0], "quantity": units, "returnReason": reason, "returnReasonNote": note})
        box[1] -= units
        left -= units
    if left > 0:
        raise RefusedError("Shopify lets fewer units of a line come back", suppress=False, code="quantity")
    return found
