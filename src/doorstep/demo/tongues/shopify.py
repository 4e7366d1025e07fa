"""Wares and orders of the demo → Shopify's webhooks about them: products; created, fulfilled, paid, cancelled, refunded."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from doorstep.demo.cast import WARES, Person, Ware
from doorstep.demo.parcels import Parcel, Told
from doorstep.demo.places import ROADS

_SHOP_DOMAIN = "casa-alma.example"
_CASH = "Cash on Delivery (COD)"


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the shop knows it."""

    #: Counts up; Shopify's own ids are made from it.
    number: int
    person: Person
    #: Each with its quantity.
    lines: tuple[tuple[Ware, int], ...]
    placed_at: datetime
    promised_on: date
    cod: bool
    #: Where pictures are served; no slash at the end.
    pictures: str
    #: Orders of this customer before this one.
    earlier: int

    @property
    def order_id(self) -> int:
        """Shopify's id of the order."""
        return 6_200_000_000_000 + self.number

    @property
    def cents(self) -> int:
        """The sum, in cents of a euro."""
        return sum(ware.cents * count for ware, count in self.lines)

    def line_id(self, position: int) -> int:
        """Shopify's id of a line."""
        return 15_300_000_000_000 + self.number * 10 + position


def product_id(ware: Ware) -> int:
    """Shopify's id of a ware."""
    return 8_100_000_000_000 + WARES.index(ware)


def variant_id(ware: Ware, place: int = 0) -> int:
    """Shopify's id of a ware in one of its options; 0 is the one that people buy."""
    return 44_000_000_000_000 + WARES.index(ware) * 10 + place


def offered(ware: Ware, pictures: str, now: datetime) -> Told:
    """Write products/create: the ware in all its options, the last of them sold out where there are three."""
    name, value = ware.option
    values = [value, *(english for english, _ in ware.others)]
    sold_out = len(values) - 1 if len(values) > 2 else None  # noqa: PLR2004 - something to choose is left
    variants = [
        {
            "id": variant_id(ware, place),
            "title": one,
            "option1": one,
            "sku": f"{ware.sku}-{place}" if place else ware.sku,
            "price": _euros(ware.cents + 300 * place),
            "inventory_management": "shopify",
            "inventory_policy": "deny",
            "inventory_quantity": 0 if place == sold_out else 25,
        }
        for place, one in enumerate(values)
    ]
    body = {
        "id": product_id(ware),
        "title": ware.name,
        "status": "active",
        "updated_at": _time(now),
        "options": [{"name": name, "values": values}],
        "variants": variants,
        "image": {"src": f"{pictures}/{ware.picture}.svg"},
        "images": [],
    }
    return _told("products/create", f"{ware.sku}-{now:%Y%m%d%H%M%S}-offered", body, now)


def placed(order: Purchase) -> Told:
    """Write orders/create."""
    return _told("orders/create", f"{order.number}-placed", _order(order, order.placed_at), order.placed_at)


def paid(order: Purchase, now: datetime) -> Told:
    """Write orders/paid: the cash has come."""
    body = {**_order(order, now), "financial_status": "paid", "total_outstanding": "0.00"}
    return _told("orders/paid", f"{order.number}-paid", body, now)


def cancelled(order: Purchase, now: datetime) -> Told:
    """Write orders/cancelled, at the customer's wish."""
    body = {**_order(order, now), "cancelled_at": _time(now), "cancel_reason": "customer"}
    return _told("orders/cancelled", f"{order.number}-cancelled", body, now)


def refunded(order: Purchase, now: datetime) -> Told:
    """Write refunds/create for the whole order."""
    lines = [
        {"id": order.line_id(n) + 5, "line_item_id": order.line_id(n), "quantity": count, "subtotal_set": _both(ware.cents * count)}
        for n, (ware, count) in enumerate(order.lines)
    ]
    amount = _euros(order.cents)
    body = {
        "id": 920_000_000_000 + order.number,
        "order_id": order.order_id,
        "created_at": _time(now),
        "processed_at": _time(now),
        "note": None,
        "refund_line_items": lines,
        "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "EUR"}],
    }
    return _told("refunds/create", f"{order.number}-refunded", body, now)


def fulfilled(order: Purchase, parcel: Parcel, part: int, lines: Sequence[int], now: datetime) -> Told:
    """Write fulfillments/create for one parcel with the lines at these positions."""
    body = {
        "id": 5_400_000_000_000 + order.number * 10 + part,
        "order_id": order.order_id,
        "status": "success",
        "created_at": _time(now),
        "updated_at": _time(now),
        "name": f"#{order.number}.{part + 1}",
        "tracking_company": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_numbers": [parcel.tracking_number],
        "tracking_url": None,
        "tracking_urls": [],
        "shipment_status": None,
        "line_items": [_line(order, n) for n in lines],
    }
    return _told("fulfillments/create", f"{order.number}-{part}-fulfilled", body, now)


def _order(order: Purchase, now: datetime) -> dict[str, Any]:
    person, address = order.person, _address(order.person)
    return {
        "id": order.order_id,
        "name": f"#{order.number}",
        "order_number": order.number,
        "created_at": _time(order.placed_at),
        "processed_at": _time(order.placed_at),
        "updated_at": _time(now),
        "email": person.email,
        "contact_email": person.email,
        "phone": person.phone,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "current_total_price": _euros(order.cents),
        "current_total_price_set": _both(order.cents),
        "total_price": _euros(order.cents),
        "total_price_set": _both(order.cents),
        "total_outstanding": _euros(order.cents) if order.cod else "0.00",
        "financial_status": "pending" if order.cod else "paid",
        "payment_gateway_names": [_CASH if order.cod else "shopify_payments"],
        "fulfillment_status": None,
        "customer_locale": person.locale,
        "buyer_accepts_marketing": person.newsletter,
        "note_attributes": [{"name": "Delivery by", "value": order.promised_on.isoformat()}],
        "tags": "",
        "customer": {
            "id": 7_700_000_000_000 + sum(person.email.encode()) * 7,
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "phone": person.phone,
            "orders_count": order.earlier + 1,
            "last_order_id": order.order_id,
        },
        "shipping_address": address,
        "billing_address": address,
        "line_items": [_line(order, n) for n in range(len(order.lines))],
        "fulfillments": [],
        "refunds": [],
    }


def _line(order: Purchase, position: int) -> dict[str, Any]:
    ware, count = order.lines[position]
    spanish = order.person.locale.startswith("es")
    name, value = ware.option_es if spanish else ware.option
    return {
        "id": order.line_id(position),
        "product_id": product_id(ware),
        "variant_id": variant_id(ware),
        "title": ware.name_es if spanish else ware.name,
        "name": f"{ware.name_es if spanish else ware.name} - {value}",
        "sku": ware.sku,
        "quantity": count,
        "price": _euros(ware.cents),
        "price_set": _both(ware.cents),
        "variant_title": value,
        "variant_options": [{"name": name, "value": value}],
        "image_url": f"{order.pictures}/{ware.picture}.svg",
        "properties": [],
    }


def _address(person: Person) -> dict[str, Any]:
    town = ROADS[person.town].depot
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": f"{person.first_name} {person.last_name}",
        "address1": person.street,
        "address2": None,
        "city": town.city,
        "province_code": town.region,
        "zip": town.postcode,
        "country_code": town.country,
        "phone": person.phone,
    }


def _told(topic: str, webhook: str, body: Mapping[str, Any], now: datetime) -> Told:
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": _SHOP_DOMAIN,
        "x-shopify-webhook-id": f"demo-{webhook}",
        "x-shopify-triggered-at": _time(now),
    }
    return Told("shopify", msgspec.json.encode(body), headers)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _both(cents: int) -> dict[str, Any]:
    money = {"amount": _euros(cents), "currency_code": "EUR"}
    return {"shop_money": money, "presentment_money": money}
