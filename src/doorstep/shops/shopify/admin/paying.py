"""Money back: to the method that paid, as store credit, or as a gift card."""

import hashlib
from decimal import Decimal, InvalidOperation
from typing import Any

from doorstep.domain.errands import Try
from doorstep.domain.messages import Receipt
from doorstep.domain.money import Money
from doorstep.domain.plugins import Flow
from doorstep.errors import RefusedError
from doorstep.shops.reading import dig, listed, worded
from doorstep.shops.shopify.admin.calling import Admin, amount_of, gid
from doorstep.shops.shopify.admin.receipts import done, require_order, signed

_PAID = """
query DoorstepPaid($id: ID!) {
  order(id: $id) {
    id
    presentmentCurrencyCode
    customer { id }
    refunds(first: 250) { id note }
    suggestedRefund(suggestFullRefund: true) {
      suggestedTransactions {
        gateway
        parentTransaction { id }
        maximumRefundableSet { presentmentMoney { amount currencyCode } }
      }
    }
  }
}
"""
#: The key is mandatory from 2026-04 on. Source: shopify.dev changelog of 2025-12-12, read on 2026-11-29.
_REFUND = """
mutation DoorstepRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { field message } }
}
"""
_GIFT_CARD = """
mutation DoorstepGiftCard($input: GiftCardCreateInput!) {
  giftCardCreate(input: $input) { giftCard { id } userErrors { field message code } }
}
"""
#: Without the letters and digits that are taken for one another.
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def refund(one: Try, admin: Admin) -> Flow:
    """Give an amount back to the methods that paid, the first first, never more than each can get back."""
    money = _amount(one)
    order_id = gid("Order", one.order.order)
    paid = require_order((yield from admin.ask(_PAID, id=order_id)))
    if found := _refunded(paid, one):
        return found
    given: dict[str, object] = {"transactions": _transactions(paid, order_id, money)}
    return (yield from _refund(one, admin, order_id, given, money))


def credit(one: Try, admin: Admin) -> Flow:
    """Give an amount as store credit of the order's customer, or as a gift card where the errand says so."""
    money = _amount(one)
    if one.order.body.get("as") == "gift_card":
        return (yield from _gift_card(one, admin, money))
    order_id = gid("Order", one.order.order)
    paid = require_order((yield from admin.ask(_PAID, id=order_id)))
    if found := _refunded(paid, one):
        return found
    if not dig(paid, "customer", "id"):
        raise RefusedError("the order has no customer who could have store credit", suppress=False, code="customer")
    given: dict[str, object] = {"refundMethods": [{"storeCreditRefund": {"amount": amount_of(money)}}]}
    if one.order.body.get("bonus"):  # what the policy puts on top was never paid
        given["allowOverRefunding"] = True
    return (yield from _refund(one, admin, order_id, given, money))


def _refund(one: Try, admin: Admin, order_id: str, given: dict[str, object], money: Money) -> Flow:
    wanted = {"orderId": order_id, "currency": money.currency, "note": signed(one.order), "notify": False, **given}
    try:
        payload = yield from admin.do(_REFUND, input=wanted, key=one.order.key)
    except RefusedError:
        # Another try of ours may have gone through meanwhile: then the same key is refused, and the refund is there.
        paid = require_order((yield from admin.ask(_PAID, id=order_id)))
        if found := _refunded(paid, one):
            return found
        raise
    return done(f"refunded {money.decimal:f} {money.currency}", worded(dig(payload, "refund", "id")) or "")


def _amount(one: Try) -> Money:
    money = one.order.amount
    if money is None or money.amount_minor <= 0:
        raise RefusedError("no amount is named", suppress=False, code="amount")
    return money


def _refunded(paid: Any, one: Try) -> Receipt | None:
    """Find the refund that an earlier try made, by its note."""
    for made in listed(dig(paid, "refunds")):
        if signed(one.order) in (worded(dig(made, "note")) or ""):
            return done("it was refunded before", worded(dig(made, "id")) or "")
    return None


def _transactions(paid: Any, order_id: str, money: Money) -> list[dict[str, str]]:
    """Spread an amount over what the order's payments can get back.

    Raises:
        RefusedError: another currency, or more than can be given back.
    """
    if dig(paid, "presentmentCurrencyCode") != money.currency:
        raise RefusedError("the order was paid in another currency", suppress=False, code="currency")
    left, spread = money.amount_minor, []
    for one in listed(dig(paid, "suggestedRefund", "suggestedTransactions")):
        parent = worded(dig(one, "parentTransaction", "id"))
        most = _minor(dig(one, "maximumRefundableSet", "presentmentMoney"), money.currency)
        if not parent or most <= 0 or left <= 0:
            continue
        part = Money(min(most, left), money.currency)
        gateway = worded(dig(one, "gateway")) or ""
        spread.append({"orderId": order_id, "parentId": parent, "gateway": gateway, "kind": "REFUND", "amount": f"{part.decimal:f}"})
        left -= part.amount_minor
    if left > 0:
        raise RefusedError("more is to be refunded than the order's payments can get back", suppress=False, code="over")
    return spread


def _minor(told: Any, currency: str) -> int:
    if dig(told, "currencyCode") != currency:
        return 0
    try:
        return Money.of(str(Decimal(worded(dig(told, "amount")) or "").normalize()), currency).amount_minor
    except (InvalidOperation, ValueError):
        return 0


def _gift_card(one: Try, admin: Admin, money: Money) -> Flow:
    """Make a gift card whose code follows from the errand's key: a second one of it cannot be made."""
    wanted: dict[str, object] = {"initialAmount": amount_of(money), "code": _code(one.order.key), "note": signed(one.order)}
    if one.order.customer:
        wanted["customerId"] = gid("Customer", one.order.customer)
    try:
        payload = yield from admin.do(_GIFT_CARD, input=wanted)
    except RefusedError as error:
        if error.code == "TAKEN":
            return done("the gift card was made before")
        raise
    return done(f"a gift card of {money.decimal:f} {money.currency}", worded(dig(payload, "giftCard", "id")) or "")


def _code(key: str) -> str:
    """Write a code of sixteen signs, which nobody can guess who does not know the errand's key."""
    number = int.from_bytes(hashlib.blake2b(f"gift card {key}".encode(), digest_size=16).digest())
    signs = []
    for _ in range(16):
        number, place = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[place])
    return "".join(signs)
