"""An order of the demo → Shopify's webhooks about it: created, fulfilled, paid, cancelled, refunded."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from doorstep.demo.cast import Person, Ware
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
