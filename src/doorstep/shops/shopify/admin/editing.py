"""An order that has not left → cancelled, sent elsewhere, or with other lines."""

from collections import Counter
from typing import Any

import msgspec

from doorstep.domain.errands import Try
from doorstep.domain.plugins import Flow
from doorstep.errors import RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.shops.reading import dig, listed, worded
from doorstep.shops.shopify.admin.calling import Admin, Answer, gid, nodes
from doorstep.shops.shopify.admin.journal import NAMESPACE, begin, begun, key_of, note
from doorstep.shops.shopify.admin.receipts import done, require_order, signed

_STANDS = """
query DoorstepOrder($id: ID!, $namespace: String!, $key: String!) {
  order(id: $id) { id cancelledAt metafield(namespace: $namespace, key: $key) { value } }
}
"""
_JOB = "query DoorstepJob($id: ID!) { job(id: $id) { id done } }"
#: Reasons: CUSTOMER, INVENTORY, FRAUD, DECLINED, STAFF, OTHER. Whoever asks here is the customer.
_CANCEL = """
mutation DoorstepCancel($id: ID!, $refund: OrderCancelRefundMethodInput, $note: String) {
  orderCancel(orderId: $id, reason: CUSTOMER, refundMethod: $refund, restock: true, notifyCustomer: false, staffNote: $note) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
"""
_ADDRESS = """
mutation DoorstepAddress($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}
"""
_LINES = """
query DoorstepLines($id: ID!, $namespace: String!, $key: String!) {
  order(id: $id) {
    id
    cancelledAt
    metafield(namespace: $namespace, key: $key) { value }
    lineItems(first: 250) { nodes { id currentQuantity variant { id } } }
  }
}
"""
_EDIT_BEGIN = """
mutation DoorstepEdit($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder { id lineItems(first: 250) { nodes { id quantity } } }
    userErrors { field message }
  }
}
"""
_EDIT_QUANTITY = """
mutation DoorstepQuantity($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) { calculatedLineItem { id } userErrors { field message } }
}
"""
_EDIT_ADD = """
mutation DoorstepVariant($id: ID!, $variant: ID!, $quantity: Int!) {
  orderEditAddVariant(id: $id, variantId: $variant, quantity: $quantity, allowDuplicates: true) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}
"""
_EDIT_COMMIT = """
mutation DoorstepCommit($id: ID!, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) { order { id } userErrors { field message } }
}
"""
#: Shopify cancels in the background; it is asked again after this.
_SOON_S = 5.0


def cancel(one: Try, admin: Admin) -> Flow:
    """Cancel and let what was paid go back; it is done once the order says so itself."""
    order = one.order
    order_id = gid("Order", order.order)
    stands = yield from _stands(admin, order_id, order.key)
    if dig(stands, "cancelledAt"):
        return done("the order is cancelled", order_id)
    if job := begun(stands):
        return (yield from _cancelling(admin, order_id, order.key, job))
    doing = admin.do(_CANCEL, id=order_id, refund={"originalPaymentMethodsRefund": True}, note=_staff_note(one))
    payload = yield from begin(admin, order_id, order.key, "begun", doing)
    if made := worded(dig(payload, "job", "id")):
        yield from note(admin, order_id, order.key, made)
    stands = yield from _stands(admin, order_id, order.key)
    if dig(stands, "cancelledAt"):
        return done("the order is cancelled", order_id)
    raise TryLaterError("Shopify is cancelling the order", after_s=_SOON_S)


def _stands(admin: Admin, order_id: str, key: str) -> Answer:
    return require_order((yield from admin.ask(_STANDS, id=order_id, namespace=NAMESPACE, key=key_of(key))))


def _cancelling(admin: Admin, order_id: str, key: str, job: str) -> Flow:
    """Find out what became of a cancellation that was begun; it is not begun again."""
    if not job.startswith("gid://shopify/Job/"):
        raise UnknownOutcomeError("a cancellation was begun, its answer was lost, and the order is not cancelled")
    ended = dig((yield from admin.ask(_JOB, id=job)), "job", "done")
    stands = yield from _stands(admin, order_id, key)
    if dig(stands, "cancelledAt"):
        return done("the order is cancelled", order_id)
    if ended is True:
        raise RefusedError("Shopify ended its work and the order is not cancelled", suppress=False, code="not_cancelled")
    raise TryLaterError("Shopify is cancelling the order", after_s=_SOON_S)


def _staff_note(one: Try) -> str:
    reason = worded(one.order.body.get("reason")) or ""
    return f"{signed(one.order)} {reason}".strip()[:255]


def edit_address(one: Try, admin: Admin) -> Flow:
    """Write another address onto the order; twice is once."""
    order_id = gid("Order", one.order.order)
    yield from admin.do(_ADDRESS, input={"id": order_id, "shippingAddress": address_of(one.order.body.get("address"))})
    return done("the order has the new address", order_id)


def address_of(told: Any) -> dict[str, str]:
    """Write an address (JSON of `domain.places.Address`) as a `MailingAddressInput`.

    Raises:
        RefusedError: it has no street, no town or no country.
    """
    lines = [text for line in listed(dig(told, "lines")) if (text := worded(line))]
    city, country = worded(dig(told, "city")), worded(dig(told, "country"))
    if not lines or not city or not country:
        raise RefusedError("the address has no street, town or country", suppress=False, code="address")
    first, _, last = (worded(dig(told, "name")) or "").rpartition(" ")
    region = worded(dig(told, "region")) or ""
    coded = 0 < len(region) <= 3 and region.isascii() and region.isupper()  # noqa: PLR2004 - ISO 3166-2 without the country
    written = {
        "firstName": first,
        "lastName": last,
        "company": worded(dig(told, "company")) or "",
        "address1": lines[0],
        "address2": ", ".join(lines[1:]),
        "city": city,
        "provinceCode" if coded else "province": region,
        "zip": worded(dig(told, "postcode")) or "",
        "countryCode": country.upper(),
        "phone": worded(dig(told, "phone")) or "",
    }
    return {name: text for name, text in written.items() if text}


class _After(msgspec.Struct, frozen=True):
    """How an order's lines stand once an edit is done: what is written down before it is."""

    #: Line id → units left of it.
    left: dict[str, int]
    #: Variant id → units of it, at least.
    there: dict[str, int]


def edit_items(one: Try, admin: Admin) -> Flow:
    """Take units of lines out and put other variants in, in one edit of Shopify's, which takes effect as a whole or not at all."""
    order = one.order
    order_id = gid("Order", order.order)
    stands = require_order((yield from admin.ask(_LINES, id=order_id, namespace=NAMESPACE, key=key_of(order.key))))
    if dig(stands, "cancelledAt"):
        raise RefusedError("the order is cancelled", suppress=False, code="cancelled")
    if told := begun(stands):
        if _is_so(stands, told):
            return done("the order has the new items", order_id)
        raise UnknownOutcomeError("an edit was begun, its answer was lost, and the order does not show it")
    after = _after(stands, one)
    edit = dig((yield from admin.do(_EDIT_BEGIN, id=order_id)), "calculatedOrder")
    edit_id, lines = worded(dig(edit, "id")) or "", {_number(line): line for line in nodes(edit, "lineItems")}
    for line_id, left in after.left.items():
        if line_id not in lines:
            raise RefusedError("a line of the order cannot be edited", suppress=False, code="line")
        yield from admin.do(_EDIT_QUANTITY, id=edit_id, line=dig(lines[line_id], "id"), quantity=left)
    added: Counter[str] = Counter()
    for wanted in order.lines:
        added[wanted.wanted_id] += wanted.quantity
    for variant, units in added.items():
        yield from admin.do(_EDIT_ADD, id=edit_id, variant=gid("ProductVariant", variant), quantity=units)
    written = msgspec.json.encode(after).decode()
    yield from begin(admin, order_id, order.key, written, admin.do(_EDIT_COMMIT, id=edit_id, note=_staff_note(one)))
    return done("the order has the new items", order_id)


def _number(node: Any) -> str:
    return (worded(dig(node, "id")) or "").rpartition("/")[2].partition("?")[0]


def _quantities(stands: Any) -> tuple[dict[str, int], Counter[str]]:
    """Count an order's units by line and by variant."""
    of_line: dict[str, int] = {}
    of_variant: Counter[str] = Counter()
    for line in nodes(stands, "lineItems"):
        units = dig(line, "currentQuantity")
        units = units if isinstance(units, int) else 0
        of_line[_number(line)] = units
        of_variant[_number(dig(line, "variant"))] += units
    return of_line, of_variant


def _after(stands: Any, one: Try) -> _After:
    """Work out how the lines will stand.

    Raises:
        RefusedError: a line is not there, or has too few units.
    """
    of_line, of_variant = _quantities(stands)
    left: dict[str, int] = {}
    there: dict[str, int] = {}
    for line in one.order.lines:
        number = line.line_id.rpartition("/")[2]
        units = left.get(number, of_line.get(number, 0)) - line.quantity
        if units < 0 or not line.wanted_id:
            raise RefusedError("the order has no such line, or too few units of it", suppress=False, code="quantity")
        left[number] = units
        variant = line.wanted_id.rpartition("/")[2]
        there[variant] = there.get(variant, of_variant[variant]) + line.quantity
    if not left:
        raise RefusedError("no line is named", suppress=False, code="lines")
    return _After(left, there)


def _is_so(stands: Any, told: str) -> bool:
    try:
        after = msgspec.json.decode(told, type=_After)
    except (msgspec.DecodeError, ValueError):
        return False
    of_line, of_variant = _quantities(stands)
    return all(of_line.get(line, 0) == units for line, units in after.left.items()) and all(
        of_variant[variant] >= units for variant, units in after.there.items()
    )
