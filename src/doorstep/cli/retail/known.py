"""Records of a store's file ↔ what the guards know."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from doorstep.carriers.countries import country_of
from doorstep.cli.retail.records import CURRENCY, AddressRecord, MethodRecord, OrderRecord, ProductRecord, UserRecord
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, MethodKind, OrderState, Remedy
from doorstep.domain.actions.known import KnownCustomer, KnownLine, KnownOrder, KnownVariant, Method, Paid
from doorstep.domain.money import Money
from doorstep.domain.places import Address

_STATES = {
    "pending": OrderState.PENDING,
    "pending (item modified)": OrderState.PENDING,
    "processed": OrderState.PROCESSED,
    "delivered": OrderState.DELIVERED,
    "return requested": OrderState.DELIVERED,
    "exchange requested": OrderState.DELIVERED,
    "cancelled": OrderState.CANCELLED,
}
_SENT = frozenset({OrderState.PROCESSED, OrderState.DELIVERED})
_METHODS = {"credit_card": MethodKind.CARD, "paypal": MethodKind.PAYPAL, "gift_card": MethodKind.GIFT_CARD}
_MINOR = 100


def money_of(amount: float) -> Money:
    """Read an amount, to the cent: the file holds binary floating-point numbers."""
    return Money(round(amount * _MINOR), CURRENCY)


def amount_of(money: Money) -> float:
    """Write an amount as the file does."""
    return money.amount_minor / _MINOR


def address_of(record: AddressRecord) -> Address:
    """Read an address; a country that nobody knows is left out."""
    return Address(
        lines=tuple(line for line in (record.address1, record.address2) if line),
        city=record.city or None,
        region=record.state or None,
        postcode=record.zip or None,
        country=country_of(record.country),
    )


def address_written(address: Address, words: dict[str, str]) -> dict[str, str]:
    """Write an address as the file does; `words` gives the store's own word for a country's code."""
    first, second = (*address.lines, "", "")[:2]
    country = address.country or ""
    return {
        "address1": first,
        "address2": second,
        "city": address.city or "",
        "country": words.get(country, country),
        "state": address.region or "",
        "zip": address.postcode or "",
    }


def method_of(record: MethodRecord) -> Method:
    """Read a method of payment."""
    kind = _METHODS.get(record.source, MethodKind.OTHER)
    names = {MethodKind.CARD: f"{record.brand.title() or 'Card'} ending {record.last_four}", MethodKind.PAYPAL: "PayPal"}
    label = names.get(kind, record.source.replace("_", " ").capitalize())
    return Method(method_id=record.id, kind=kind, label=label, balance=None if record.balance is None else money_of(record.balance))


def customer_of(record: UserRecord) -> KnownCustomer:
    """Read a customer with methods of payment."""
    return KnownCustomer(
        customer=record.user_id,
        first_name=record.name.first_name,
        last_name=record.name.last_name,
        email=record.email.strip().lower(),
        address=address_of(record.address),
        methods=tuple(method_of(one) for one in record.payment_methods.values()),
    )


def variants_of(record: ProductRecord) -> tuple[KnownVariant, ...]:
    """Read a product's variants; the file counts no stock."""
    return tuple(
        KnownVariant(
            variant_id=one.item_id,
            product_id=record.product_id,
            name=record.name,
            options=one.options,
            price=money_of(one.price),
            available=one.available,
        )
        for one in record.variants.values()
    )


def order_of(record: OrderRecord, user: UserRecord, product_of: Mapping[str, str]) -> KnownOrder:
    """Read an order: each item is a line of one unit, called by its place from "1"."""
    state = _STATES[record.status]
    lines = tuple(
        KnownLine(
            line_id=str(place),
            name=item.name,
            product_id=item.product_id,
            variant_id=item.item_id,
            options=item.options,
            unit_price=money_of(item.price),
            sent=int(state in _SENT),
            delivered=int(state is OrderState.DELIVERED),
        )
        for place, item in enumerate(record.items, 1)
    )
    return KnownOrder(
        external_id=record.order_id,
        number=record.order_id,
        customer=record.user_id,
        email=user.email.strip().lower(),
        state=state,
        items_changed=record.status == "pending (item modified)",
        lines=lines,
        payments=tuple(payments_of(record)),
        cases=cases_of(record, lines, product_of),
        ship_to=address_of(record.address),
        currency=CURRENCY,
        cancel_reason=record.cancel_reason or "",
    )


def payments_of(record: OrderRecord) -> list[Paid]:
    """Read the money of an order."""
    return [
        Paid(amount=money_of(one.amount), method_id=one.payment_method_id, refund=one.transaction_type == "refund")
        for one in record.payment_history
    ]


def cases_of(record: OrderRecord, lines: tuple[KnownLine, ...], product_of: Mapping[str, str]) -> tuple[Case, ...]:
    """Read the return or exchange that an order says was asked for; the file's sorted lists are paired by product."""
    back = record.return_items if record.status == "return requested" else record.exchange_items
    if record.status not in {"return requested", "exchange requested"}:
        return ()
    left, named = Counter(back or ()), []
    new = list(record.exchange_new_items or ())
    for line in lines:
        if left[line.variant_id] > 0:
            left[line.variant_id] -= 1
            wanted = next((one for one in new if product_of.get(one) == line.product_id), "")
            new = [one for place, one in enumerate(new) if place != (new.index(wanted) if wanted else -1)]
            named.append(
                CaseLine(
                    line_id=line.line_id,
                    quantity=1,
                    unit_price=line.unit_price,
                    name=line.name,
                    product_id=line.product_id,
                    variant_id=line.variant_id,
                    wanted_id=wanted,
                )
            )
    returned = record.status == "return requested"
    difference = None if record.exchange_price_difference is None else money_of(record.exchange_price_difference)
    case = Case(
        case_id=1,
        kind=CaseKind.RETURN if returned else CaseKind.EXCHANGE,
        action=ActionKind.OPEN_RETURN if returned else ActionKind.OPEN_EXCHANGE,
        state=CaseState.APPROVED,
        customer=record.user_id,
        lines=tuple(named),
        remedy=Remedy.REFUND if returned else Remedy.EXCHANGE,
        method=(record.return_payment_method_id if returned else record.exchange_payment_method_id) or "",
        difference=difference,
        decided_by="policy",
    )
    return (case,)


def order_written(before: dict[str, Any], order: KnownOrder, words: dict[str, str]) -> dict[str, Any]:
    """Write an order as the file does: its record as it was, with what is otherwise now."""
    now = dict(before)
    if order.ship_to is not None:
        record = msgspec.convert(before["address"], AddressRecord)
        now["address"] = before["address"] if order.ship_to == address_of(record) else address_written(order.ship_to, words)
    now["items"] = [_item_written(item, line) for item, line in zip(before["items"], order.lines, strict=True)]
    now["payment_history"] = [*before["payment_history"], *_payments_written(order, len(before["payment_history"]))]
    if order.state is OrderState.CANCELLED and before["status"] != "cancelled":
        now |= {"status": "cancelled", "cancel_reason": order.cancel_reason}
    elif order.items_changed:
        now["status"] = "pending (item modified)"
    back = next((case for case in reversed(order.cases) if case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE}), None)
    if back is not None and before["status"] == "delivered":
        now |= _return_written(back) if back.kind is CaseKind.RETURN else _exchange_written(back)
    return now


def _item_written(before: dict[str, Any], line: KnownLine) -> dict[str, Any]:
    if line.variant_id == before["item_id"] or line.unit_price is None:
        return before
    return before | {"item_id": line.variant_id, "price": amount_of(line.unit_price), "options": line.options}


def _payments_written(order: KnownOrder, there: int) -> list[dict[str, Any]]:
    new = [_paid_written(one.amount, one.method_id, refund=one.refund) for one in order.payments[there:]]
    for case in order.cases:
        if case.action is ActionKind.CHANGE_ITEMS and case.difference is not None and case.difference.amount_minor == 0:
            new.append(_paid_written(case.difference, case.method, refund=True))  # the file notes that nothing was to be paid
    return new


def _paid_written(amount: Money, method_id: str, *, refund: bool) -> dict[str, Any]:
    return {"transaction_type": "refund" if refund else "payment", "amount": amount_of(amount), "payment_method_id": method_id}


def _return_written(case: Case) -> dict[str, Any]:
    units = [line.variant_id for line in case.lines for _ in range(line.quantity)]
    return {"status": "return requested", "return_items": sorted(units), "return_payment_method_id": case.method}


def _exchange_written(case: Case) -> dict[str, Any]:
    return {
        "status": "exchange requested",
        "exchange_items": sorted(line.variant_id for line in case.lines for _ in range(line.quantity)),
        "exchange_new_items": sorted(line.wanted_id for line in case.lines for _ in range(line.quantity)),
        "exchange_payment_method_id": case.method,
        "exchange_price_difference": amount_of(case.difference) if case.difference else None,
    }


def user_written(before: dict[str, Any], customer: KnownCustomer, words: dict[str, str]) -> dict[str, Any]:
    """Write a customer as the file does: the record as it was, with what is otherwise now."""
    now = dict(before)
    if customer.address is not None:
        record = msgspec.convert(before["address"], AddressRecord)
        now["address"] = before["address"] if customer.address == address_of(record) else address_written(customer.address, words)
    balances = {one.method_id: one.balance for one in customer.methods}
    now["payment_methods"] = {
        name: method | {"balance": amount_of(balance)} if (balance := balances.get(name)) is not None else method
        for name, method in before["payment_methods"].items()
    }
    return now


def rounded(tree: Any) -> Any:
    """Round all amounts of a record to the cent, so that records can be compared."""
    match tree:
        case dict():
            return {key: rounded(value) for key, value in tree.items()}
        case list():
            return [rounded(value) for value in tree]
        case float():
            return round(tree, 2)
        case _:
            return tree
