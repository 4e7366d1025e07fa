"""An order with its shipments → Wallet's order.json and the texts of each language.

Source: Apple's Wallet Orders reference, schema version 1, as known on 2026-11-29. As on the order's page, which may be passed on,
nothing here tells who bought: no name, no street, no address to write to.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from doorstep.channels.apple_wallet.fulfilments import fulfilment_of, goes_back, line_item, not_sent, return_of, stamp
from doorstep.channels.apple_wallet.passed import Passed, Seller
from doorstep.channels.apple_wallet.words import Strings, told
from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine, Payment

_DONE = frozenset({"delivered", "pickedUp", "cancelled"})
_OVER = frozenset({"completed", "cancelled"})
_PAYMENTS = {
    Payment.PENDING: "pending",
    Payment.PAID: "paid",
    Payment.COD: "pending",
    Payment.PARTLY_REFUNDED: "paid",
    Payment.REFUNDED: "refunded",
    Payment.VOIDED: "voided",
}
_TAKEN = frozenset({Payment.PAID, Payment.PARTLY_REFUNDED, Payment.REFUNDED})


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection's settings say of every order."""

    #: "order.com.example.shop", as registered with Apple.
    order_type: str
    #: "merchant.com.example.shop", of the same team.
    merchant: str
    #: Where the merchant tells how to return; None: nothing is said of returning.
    return_policy_url: str | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An order as Wallet will read it, but for when it was updated."""

    #: order.json without updatedAt.
    document: dict[str, Any]
    #: Language → key → text.
    strings: dict[str, dict[str, str]]
    #: Name → content of its pictures.
    files: dict[str, bytes]


def write(passed: Passed, marks: Marks) -> Written:
    """Write an order down. One without `placed_at`, known from a fulfilment only, is not for Wallet yet: see `is_whole`."""
    order, strings = passed.order, Strings(passed.locale)
    fulfilments = list(_fulfilments(passed, strings))
    returns = [return_of(one, order, strings) for one in passed.sent if goes_back(one.folded)]
    document: dict[str, Any] = {
        "schemaVersion": 1,
        "orderType": "ecommerce",
        "orderTypeIdentifier": marks.order_type,
        "orderIdentifier": passed.identifier,
        "orderNumber": order.number,
        "createdAt": stamp(order.placed_at or datetime.fromtimestamp(0, UTC)),
        "status": _status(order, fulfilments, returns, passed.waiting),
        "statusDescription": strings.say(told("order_cancelled")) if order.cancelled_at else None,
        "orderManagementURL": passed.page_url,
        "changeNotifications": "enabled",
        "merchant": _merchant(passed.seller, marks),
        "lineItems": [line_item(line) for line in order.lines],
        "payment": _payment(order, strings),
        "fulfillments": fulfilments,
        "returns": returns,
        "returnInfo": _return_info(passed, marks),
    }
    if passed.service_url:
        document |= {"webServiceURL": passed.service_url, "authenticationToken": passed.token}
    files = {"logo.png": passed.seller.logo} if passed.seller.logo else {}
    return Written(document=_told(document), strings=strings.by_language, files=files)


def is_whole(order: Order) -> bool:
    """Tell whether an order is known well enough to be shown: one that only a fulfilment told of is not."""
    return order.placed_at is not None


def _told(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known."""
    return {name: value for name, value in document.items() if value not in (None, [], {})}


def _fulfilments(passed: Passed, strings: Strings) -> Iterator[dict[str, Any]]:
    for one in passed.sent:
        made = fulfilment_of(one, passed.order, strings)
        if made is not None:
            yield made
    yield from not_sent(passed, strings)


def _status(order: Order, fulfilments: Iterable[dict[str, Any]], returns: Iterable[dict[str, Any]], waiting: Sequence[OrderLine]) -> str:
    if order.cancelled_at:
        return "cancelled"
    ended = {one["returnIdentifier"].removesuffix("-return") for one in returns if one["status"] in _OVER}
    open_returns = any(one["status"] not in _OVER for one in returns)
    standing = [one for one in fulfilments if one["status"] not in _DONE and one["fulfillmentIdentifier"] not in ended]
    return "open" if waiting or open_returns or standing else "completed"


def _merchant(seller: Seller, marks: Marks) -> dict[str, Any]:
    return _told(
        {
            "merchantIdentifier": marks.merchant,
            "displayName": seller.name,
            "url": seller.url,
            "logo": "logo.png" if seller.logo else None,
            "contactURL": seller.support_url,
            "emailAddress": seller.support_email,
            "phoneNumber": seller.support_phone,
        }
    )


def amount(money: Money) -> dict[str, Any]:
    """An amount as Wallet reads it: a number of whole units, exact, and its currency."""
    return {"amount": money.decimal, "currency": money.currency}


def _payment(order: Order, strings: Strings) -> dict[str, Any] | None:
    if order.total is None:
        return None
    method = {"displayName": strings.say(told("method"))}
    transactions = []
    if order.payment in _TAKEN and order.placed_at:
        transactions.append(("purchase", order.total, order.placed_at))
    transactions += [("refund", refund.amount, refund.at) for refund in order.refunds if refund.amount and refund.amount.amount_minor > 0]
    return _told(
        {
            "total": amount(order.total),
            "status": _PAYMENTS[order.payment],
            "summaryItems": [{"label": strings.say(told("cod")), "value": amount(order.cod_due)}] if order.cod_due else None,
            "transactions": [
                {"transactionType": kind, "status": "completed", "amount": amount(money), "createdAt": stamp(at), "paymentMethod": method}
                for kind, money, at in transactions
            ],
        }
    )


def _return_info(passed: Passed, marks: Marks) -> dict[str, Any] | None:
    if not marks.return_policy_url:
        return None
    return _told(
        {
            "returnPolicyURL": marks.return_policy_url,
            "returnDeadline": stamp(passed.return_until) if passed.return_until else None,
            "displayCountdown": False,
        }
    )
