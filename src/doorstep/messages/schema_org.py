"""Facts → schema.org Order with its ParcelDeliveries, as JSON that is safe inside a script element."""

import codecs
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from markupsafe import Markup

from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.places import Address
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Status
from doorstep.messages.context_window import standing_window
from doorstep.messages.facts import Facts, Parcel

#: Source: https://schema.org/OrderStatus, read 2026-11-22.
_STATUS = {
    Status.IN_TRANSIT: "OrderInTransit",
    Status.OUT_FOR_DELIVERY: "OrderInTransit",
    Status.READY_FOR_PICKUP: "OrderPickupAvailable",
    Status.FAILED_ATTEMPT: "OrderProblem",
    Status.EXCEPTION: "OrderProblem",
    Status.DELIVERED: "OrderDelivered",
    Status.RETURNING: "OrderReturned",
    Status.RETURNED: "OrderReturned",
    Status.CANCELLED: "OrderCancelled",
}
#: Lines described; mail programs show a few.
_LINES = 10
_ENCODER = msgspec.json.Encoder(enc_hook=str)


def order_markup(facts: Facts) -> Markup:
    """Describe an order for mail programs, in ASCII and short lines; no character of it can end the script element or begin another."""
    order = facts.order
    statuses = {_STATUS.get(one.folded.status, "OrderProcessing") for one in facts.parcels}
    status = "OrderCancelled" if order.cancelled_at else min(statuses) if len(statuses) == 1 else "OrderProcessing"
    markup: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Order",
        "orderNumber": order.number,
        "orderStatus": f"https://schema.org/{status}",
        "merchant": {"@type": "Organization", "name": facts.brand.name},
        "acceptedOffer": [_offer(line) for line in order.lines[:_LINES]],
    }
    if order.placed_at is not None:
        markup["orderDate"] = order.placed_at
    if facts.links.order:
        markup["url"] = facts.links.order
    if facts.parcels:
        address = _address(order.ship_to) if order.ship_to is not None else None
        markup["orderDelivery"] = [_delivery(one, order, address) for one in facts.parcels]
    text = msgspec.json.format(_ENCODER.encode(markup), indent=1).decode()
    if not text.isascii():
        text = text.encode("ascii", _ESCAPES).decode()
    for character, safe in _UNSAFE:
        if character in text:
            text = text.replace(character, safe)
    return Markup(text)  # noqa: S704 - the characters that HTML could misread are written as JSON escapes


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write characters as JSON's escapes, each half of a surrogate pair apart."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - it is asked when something is encoded
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join([f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)]), error.end


_ESCAPES = "doorstep.json"
codecs.register_error(_ESCAPES, _escaped)
#: What HTML could misread inside a script element.
_UNSAFE = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))


def _offer(line: OrderLine) -> dict[str, Any]:
    product: dict[str, Any] = {"@type": "Product", "name": line.name}
    if line.sku:
        product["sku"] = line.sku
    if line.image_url:
        product["image"] = line.image_url
    offer: dict[str, Any] = {
        "@type": "Offer",
        "itemOffered": product,
        "eligibleQuantity": {"@type": "QuantitativeValue", "value": line.quantity},
    }
    if line.unit_price is not None:
        offer["price"] = _amount(line.unit_price)
        offer["priceCurrency"] = line.unit_price.currency
    return offer


@lru_cache(maxsize=8192)
def _amount(money: Money) -> str:
    return format(money.decimal, "f")


def _delivery(parcel: Parcel, order: Order, address: dict[str, Any] | None) -> dict[str, Any]:
    delivery: dict[str, Any] = {
        "@type": "ParcelDelivery",
        "trackingNumber": parcel.tracking_number,
        "carrier": {"@type": "Organization", "name": parcel.carrier_name},
        "itemShipped": [{"@type": "Product", "name": line.name} for line in (parcel.lines or order.lines)[:_LINES]],
    }
    url = parcel.page_url or parcel.carrier_url
    if url:
        delivery["trackingUrl"] = url
    if parcel.folded.estimate is not None and (expected := standing_window(parcel.folded, order)) is not None:
        delivery["expectedArrivalFrom"], delivery["expectedArrivalUntil"] = _arrival(expected)
    if address is not None:
        delivery["deliveryAddress"] = address
    return delivery


def _arrival(estimate: Estimate) -> tuple[str, str]:
    return _day(estimate.from_on, estimate.from_time), _day(estimate.to_on, estimate.to_time)


@lru_cache(maxsize=8192)
def _day(on: date, at: str | None) -> str:
    return f"{on.isoformat()}T{at}" if at else on.isoformat()


def _address(address: Address) -> dict[str, Any]:
    parts = {
        "name": address.name,
        "streetAddress": ", ".join(address.lines),
        "addressLocality": address.city,
        "addressRegion": address.region,
        "postalCode": address.postcode,
        "addressCountry": address.country,
    }
    return {"@type": "PostalAddress", **{name: value for name, value in parts.items() if value}}
