"""Facts → schema.org Order with its ParcelDeliveries, as JSON that is safe inside a script element."""

from typing import Any

import msgspec
from markupsafe import Markup

from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.places import Address
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Status
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
    """Describe an order for mail programs; no character of it can end the script element or begin another."""
    order = facts.order
    statuses = {_STATUS.get(one.folded.status, "OrderProcessing") for one in facts.parcels}
    status = "OrderCancelled" if order.cancelled_at else statuses.pop() if len(statuses) == 1 else "OrderProcessing"
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
        markup["orderDelivery"] = [_delivery(one, order) for one in facts.parcels]
    text = _ENCODER.encode(markup).decode()
    for character, safe in _UNSAFE:
        if character in text:
            text = text.replace(character, safe)
    return Markup(text)  # noqa: S704 - the four characters that HTML could misread are written as JSON escapes


#: What HTML or an old script engine could misread inside a script element.
_UNSAFE = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))


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
        offer["price"] = format(line.unit_price.decimal, "f")
        offer["priceCurrency"] = line.unit_price.currency
    return offer


def _delivery(parcel: Parcel, order: Order) -> dict[str, Any]:
    delivery: dict[str, Any] = {
        "@type": "ParcelDelivery",
        "trackingNumber": parcel.tracking_number,
        "carrier": {"@type": "Organization", "name": parcel.carrier_name},
        "itemShipped": [{"@type": "Product", "name": line.name} for line in (parcel.lines or order.lines)[:_LINES]],
    }
    url = parcel.page_url or parcel.carrier_url
    if url:
        delivery["trackingUrl"] = url
    if parcel.folded.estimate is not None:
        delivery["expectedArrivalFrom"], delivery["expectedArrivalUntil"] = _arrival(parcel.folded.estimate)
    if order.ship_to is not None:
        delivery["deliveryAddress"] = _address(order.ship_to)
    return delivery


def _arrival(estimate: Estimate) -> tuple[str, str]:
    first, last = estimate.from_on.isoformat(), estimate.to_on.isoformat()
    return (
        f"{first}T{estimate.from_time}" if estimate.from_time else first,
        f"{last}T{estimate.to_time}" if estimate.to_time else last,
    )


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
