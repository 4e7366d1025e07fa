"""Shopify's webhooks → orders, fulfilments, refunds, products; errands → calls of its Admin API."""

import base64
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from doorstep.domain.plugins import FulfilmentSeen, OrderSeen, Raw, RefundSeen, Setting, Settings, Shop, ShopFact
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.shops.reading import json_of, require_one_of, secrets_of
from doorstep.shops.shopify.admin import ERRANDS
from doorstep.shops.shopify.admin import SETTINGS as ADMIN_SETTINGS
from doorstep.shops.shopify.fulfilments import read_fulfilment
from doorstep.shops.shopify.identity import require_id, require_object
from doorstep.shops.shopify.orders import read_order
from doorstep.shops.shopify.products import read_product
from doorstep.shops.shopify.refunds import read_refund

_SIGNATURE = "x-shopify-hmac-sha256"


def _order(box: dict[str, Any]) -> tuple[ShopFact, ...]:
    return (OrderSeen(read_order(box)),)


def _fulfilment(box: dict[str, Any]) -> tuple[ShopFact, ...]:
    return (FulfilmentSeen(require_id(box, "order_id", "fulfillment"), read_fulfilment(box)),)


def _refund(box: dict[str, Any]) -> tuple[ShopFact, ...]:
    refund = read_refund(box)
    return (RefundSeen(require_id(box, "order_id", "refund"), refund),) if refund else ()


#: Topics with something for us. Each order topic carries the whole order; "orders/edited" carries only the edit, and an
#: "orders/updated" follows it. Source: shopify.dev webhook topics and their sample payloads, API 2026-04, as known on 2026-11-22.
_READERS: dict[str, Callable[[dict[str, Any]], tuple[ShopFact, ...]]] = {
    "orders/create": _order,
    "orders/updated": _order,
    "orders/paid": _order,
    "orders/cancelled": _order,
    "orders/fulfilled": _order,
    "orders/partially_fulfilled": _order,
    "fulfillments/create": _fulfilment,
    "fulfillments/update": _fulfilment,
    "refunds/create": _refund,
}
#: Topics about products, read where the connection says in what currency the shop's prices are: they do not say it themselves.
_PRODUCTS = {"products/create", "products/update", "products/delete"}
#: What tells a body without a topic (an answer of the REST API, a replayed file): fields all of which only this kind has.
_SHAPES = (
    ("refunds/create", {"id", "order_id", "refund_line_items"}),
    ("fulfillments/update", {"id", "order_id", "status", "tracking_numbers"}),
    ("orders/updated", {"id", "line_items", "financial_status"}),
    ("products/update", {"id", "title", "variants", "options"}),
)
#: The REST API puts its answers into an envelope of one field.
_ENVELOPES = ("order", "orders", "fulfillment", "fulfillments", "refund", "refunds", "product", "products")


def parse(raw: Raw) -> tuple[ShopFact, ...]:
    """Read one webhook; a topic that tells nothing of orders gives ().

    Raises:
        BadInputError: not JSON, or what must be there is not; the text names the field. Nothing else.
    """
    return _parse(raw, "")


def parse_with(raw: Raw, settings: Settings) -> tuple[ShopFact, ...]:
    """Read one webhook; one of a product too, if the connection says in what currency the shop's prices are.

    Raises:
        BadInputError: see `parse`.
        MisconfiguredError: the setting `currency` is none.
    """
    currency = settings.get("currency", "").strip().upper()
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        raise MisconfiguredError("the setting currency is three letters such as EUR")
    return _parse(raw, currency)


def _parse(raw: Raw, currency: str) -> tuple[ShopFact, ...]:
    topic = raw.headers.get("x-shopify-topic", "").strip().lower()
    if topic:
        used = topic in _READERS or topic in _PRODUCTS
        return _read(topic, require_object(json_of(raw), "the body"), currency) if used else ()
    facts: list[ShopFact] = []
    for box in _unpacked(json_of(raw)):
        facts += _read(_topic_by_shape(box), box, currency)
    return tuple(facts)


def _read(topic: str, box: dict[str, Any], currency: str) -> tuple[ShopFact, ...]:
    if topic in _PRODUCTS:
        return (read_product(box, currency),) if currency else ()
    return _READERS[topic](box)


def _unpacked(body: Any) -> list[dict[str, Any]]:
    box = require_object(body, "the body")
    for name in _ENVELOPES:
        if len(box) == 1 and name in box:
            inner = box[name]
            return [require_object(one, name) for one in inner] if isinstance(inner, list) else [require_object(inner, name)]
    return [box]


def _topic_by_shape(box: dict[str, Any]) -> str:
    for topic, fields in _SHAPES:
        if fields <= box.keys():
            return topic
    raise BadInputError("the header x-shopify-topic is missing, and the body is no order, fulfillment, refund or product")


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - Shopify signs the body alone, no time
    """Check the base64 HMAC-SHA256 over the raw body.

    Raises:
        BadSignatureError: missing, forged or over another body.
        MisconfiguredError: the connection has no client secret.
    """
    secrets = secrets_of(settings, "client_secret")
    expected = [base64.b64encode(hmac.digest(secret.encode(), raw.body, "sha256")).decode() for secret in secrets]
    require_one_of(raw.headers.get(_SIGNATURE), expected, _SIGNATURE)


def delivery_id(raw: Raw) -> str | None:
    """Return the id that every try of one delivery shares, with its topic; None where Shopify sent none."""
    webhook = raw.headers.get("x-shopify-webhook-id", "").strip()
    return f"{raw.headers.get('x-shopify-topic', '').strip().lower()}:{webhook}" if webhook else None


SHOP = Shop(
    slug="shopify",
    name="Shopify",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="client_secret",
            label="Client secret of your Shopify app (two, with a space between, while you replace one)",
            secret=True,
            rotates=True,
            example="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",
        ),
        *ADMIN_SETTINGS,
        Setting(
            name="currency",
            label="Currency of your shop's prices; without it products are not read, and customers are offered no other variant",
            required=False,
            example="EUR",
        ),
    ),
    parse_with=parse_with,
    delivery_id=delivery_id,
    errands=ERRANDS,
)
