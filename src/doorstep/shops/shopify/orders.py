"""Shopify's order object → one order, with the fulfilments and refunds inside it."""

import re
from datetime import date
from typing import Any

from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Order, OrderLine, Payment, Promise
from doorstep.domain.places import Address
from doorstep.shops.reading import (
    country_of,
    dig,
    email_of,
    first_worded,
    language_of,
    listed,
    moment_of,
    money_of,
    phone_of,
    web_address_of,
    worded,
)
from doorstep.shops.shopify.consents import read_consents
from doorstep.shops.shopify.fulfilments import read_fulfilment
from doorstep.shops.shopify.identity import paid_money, quantity_of, require_id, require_moment, require_object
from doorstep.shops.shopify.payments import cod_due, line_paid, payment_of
from doorstep.shops.shopify.refunds import read_refund

#: Names under which checkouts and delivery-date apps note the promised day; Shopify itself has no such field.
_PROMISED_BY = {"promise", "promised delivery", "delivery date", "delivery by", "delivery to", "estimated delivery", "expected delivery"}
_PROMISED_FROM = {"promise from", "delivery from"}
#: Years first only: 04/05/2026 is two different days.
_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})")


def read_order(box: dict[str, Any]) -> Order:
    """Read an order.

    Raises:
        BadInputError: it has no id, no moment, or a line, fulfilment or refund that cannot be read.
    """
    external_id = require_id(box, "id", "order")
    placed_at = require_moment(box, "order", "processed_at", "created_at")
    payment = payment_of(box)
    refunds = [read_refund(require_object(one, "order.refunds")) for one in listed(box.get("refunds"))]
    return Order(
        external_id=external_id,
        number=first_worded(box, "name", "order_number") or external_id,
        placed_at=placed_at,
        updated_at=moment_of(box.get("updated_at")) or placed_at,
        customer=_customer(box, external_id),
        ship_to=_address(box.get("shipping_address")),
        lines=tuple(_line(require_object(one, "order.line_items"), box) for one in listed(box.get("line_items"))),
        total=_total(box),
        payment=payment,
        cod_due=cod_due(box) if payment is Payment.COD else None,
        locale=language_of(box.get("customer_locale")),
        promise=_promise(listed(box.get("note_attributes"))),
        consents=read_consents(box, placed_at),
        fulfilments=tuple(read_fulfilment(require_object(one, "order.fulfillments")) for one in listed(box.get("fulfillments"))),
        refunds=tuple(refund for refund in refunds if refund),
        cancelled_at=moment_of(box.get("cancelled_at")),
        cancel_reason=worded(box.get("cancel_reason")),
        tags=_tags(box),
    )


def _customer(box: dict[str, Any], order_id: str) -> Customer:
    """Read who bought: what was given with this order first, then the customer's record, then the bill's address."""
    person, bill = box.get("customer"), box.get("billing_address")
    country = country_of(dig(bill, "country_code")) or country_of(dig(person, "default_address", "country_code"))
    country = country or country_of(dig(box.get("shipping_address"), "country_code"))
    phones = (worded(box.get("phone")), worded(dig(person, "phone")), worded(dig(bill, "phone")))
    return Customer(
        external_id=worded(dig(person, "id")),
        first_name=first_worded(person, "first_name") or first_worded(bill, "first_name"),
        last_name=first_worded(person, "last_name") or first_worded(bill, "last_name"),
        email=email_of(box.get("email")) or email_of(box.get("contact_email")) or email_of(dig(person, "email")),
        phone=next((number for phone in phones if (number := phone_of(phone, country))), None),
        earlier_orders=_earlier(person, order_id),
    )


def _earlier(person: Any, order_id: str) -> int | None:
    """Tell how many orders came before this one; Shopify's count may or may not include it, which the last order's id tells."""
    count, last = dig(person, "orders_count"), worded(dig(person, "last_order_id"))
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 1_000_000:  # noqa: PLR2004 - a customer's lifetime
        return None
    if last == order_id:
        return max(0, count - 1)
    counted_before = last is None or (len(last), last) < (len(order_id), order_id)  # ids grow with time
    return count if counted_before else None


def _address(box: Any) -> Address | None:
    if not isinstance(box, dict):
        return None
    country, phone = country_of(box.get("country_code")), worded(box.get("phone"))
    names = [part for part in (worded(box.get("first_name")), worded(box.get("last_name"))) if part]
    address = Address(
        name=worded(box.get("name")) or " ".join(names) or None,
        company=worded(box.get("company")),
        lines=tuple(line for name in ("address1", "address2") if (line := worded(box.get(name)))),
        city=worded(box.get("city")),
        region=first_worded(box, "province_code", "province"),
        postcode=worded(box.get("zip")),
        country=country,
        phone=phone_of(phone, country) or phone,
    )
    return None if address == Address() else address


def _line(box: dict[str, Any], order: dict[str, Any]) -> OrderLine:
    options = _named(box.get("variant_options")) | _named(box.get("properties"))
    variant_told = bool(_named(box.get("variant_options")))
    names = ("title", "name") if variant_told else ("name", "title")  # "name" is the title with the variant's behind it
    price = paid_money(box.get("price_set")) or money_of(box.get("price"), _only_currency(order))
    quantity = quantity_of(box, "order.line_items")
    pictures = (box.get("image_url"), dig(box.get("image"), "src"), dig(box.get("image"), "url"), box.get("image"))
    return OrderLine(
        line_id=require_id(box, "id", "order.line_items"),
        name=first_worded(box, *names) or first_worded(box, "sku") or "",
        sku=worded(box.get("sku")),
        options=options,
        quantity=quantity,
        unit_price=price,
        paid=line_paid(box, order, price, quantity),
        image_url=next((url for picture in pictures if (url := web_address_of(picture))), None),
        product_url=web_address_of(box.get("product_url")) or web_address_of(box.get("url")),
        category=worded(box.get("product_type")),
        product_id=worded(box.get("product_id")),
        variant_id=worded(box.get("variant_id")),
    )


def _named(pairs: Any) -> dict[str, str]:
    """Read options or properties; a name that begins with "_" is hidden from customers by convention."""
    if isinstance(pairs, dict):
        pairs = [{"name": name, "value": value} for name, value in pairs.items()]
    read = ((worded(dig(pair, "name")), worded(dig(pair, "value"))) for pair in listed(pairs))
    return {name: value for name, value in read if name and value and not name.startswith("_")}


def _only_currency(box: dict[str, Any]) -> str | None:
    """Return the currency of amounts that do not say theirs: the shop's, where the customer paid in the same one."""
    shop, paid = worded(box.get("currency")), worded(box.get("presentment_currency"))
    return shop if paid in (None, shop) else None


def _total(box: dict[str, Any]) -> Money | None:
    """Return what the order costs: with its edits, but without what was refunded, which is told apart."""
    kinds = ("total_price", "current_total_price") if listed(box.get("refunds")) else ("current_total_price", "total_price")
    for kind in kinds:
        found = paid_money(box.get(f"{kind}_set")) or money_of(box.get(kind), _only_currency(box))
        if found:
            return found
    return None


def _promise(attributes: list[Any]) -> Promise | None:
    told = {" ".join(re.split(r"[\s_-]+", name.lower())): value for name, value in _named(attributes).items()}
    days = [day for name, value in told.items() if name.removesuffix(" on") in _PROMISED_BY for day in _days(value)]
    if not days:
        return None
    starts = [day for name, value in told.items() if name in _PROMISED_FROM for day in _days(value)]
    earliest, latest = min(days + starts), max(days)
    return Promise(earliest if earliest < latest else None, latest)


def _days(text: str) -> list[date]:
    found = []
    for year, month, day in _DAY.findall(text):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            return []
    return found


def _tags(box: dict[str, Any]) -> tuple[str, ...]:
    told = [tag.strip() for tag in (worded(box.get("tags")) or "").split(",")]
    return tuple(dict.fromkeys([tag for tag in told if tag] + (["test"] if box.get("test") is True else [])))
