"""A small retailer's store of our own making, in the form of the retail tasks, and requests of its customers."""

import json
from pathlib import Path
from typing import Any

ANA, BEN = "ana_ruiz_1", "ben_low_2"
ANA_MAIL, BEN_MAIL = "ana@customer.example", "ben@customer.example"
CARD, PAYPAL, GIFT = "credit_card_1", "paypal_1", "gift_card_1"
HOME = {"address1": "1 Home Street", "address2": "", "city": "Boston", "country": "USA", "state": "MA", "zip": "02108"}
AWAY = {"address1": "9 Away Road", "address2": "Unit 4", "city": "Austin", "country": "USA", "state": "TX", "zip": "73301"}


def product(name: str, product_id: str, *variants: tuple[str, float, bool]) -> dict[str, Any]:
    """A product of variants (id, price, available)."""
    made = {
        item_id: {"item_id": item_id, "options": {"size": item_id[-1]}, "available": available, "price": price}
        for item_id, price, available in variants
    }
    return {"name": name, "product_id": product_id, "variants": made}


PRODUCTS = {
    "shirt": product(
        "Shirt", "shirt", ("shirt_s", 20.10, True), ("shirt_m", 22.40, True), ("shirt_l", 90.00, True), ("shirt_x", 21.0, False)
    ),
    "mug": product("Mug", "mug", ("mug_a", 8.00, True), ("mug_b", 8.00, True), ("mug_c", 6.55, True)),
}


def item(item_id: str) -> dict[str, Any]:
    """One unit as an order holds it."""
    of = PRODUCTS[item_id.partition("_")[0]]
    variant = of["variants"][item_id]
    return {
        "name": of["name"],
        "product_id": of["product_id"],
        "item_id": item_id,
        "price": variant["price"],
        "options": variant["options"],
    }


def order(order_id: str, status: str, *items: str, user: str = ANA, method: str = CARD, **rest: Any) -> dict[str, Any]:
    """An order that was paid by one method."""
    bought = [item(one) for one in items]
    total = round(sum(one["price"] for one in bought), 2)
    paid = {"transaction_type": "payment", "amount": total, "payment_method_id": method}
    sent = [{"tracking_id": [f"T{order_id[1:]}"], "item_ids": list(items)}] if status != "pending" else []
    history = [paid, paid | {"transaction_type": "refund"}] if status == "cancelled" else [paid]
    return {
        "order_id": order_id,
        "user_id": user,
        "address": HOME,
        "items": bought,
        "status": status,
        "fulfillments": sent,
        "payment_history": history,
        **rest,
    }


def user(user_id: str, first: str, last: str, email: str, methods: dict[str, Any], orders: list[str]) -> dict[str, Any]:
    """A customer."""
    return {
        "user_id": user_id,
        "name": {"first_name": first, "last_name": last},
        "address": HOME,
        "email": email,
        "payment_methods": methods,
        "orders": orders,
    }


def store() -> dict[str, Any]:
    """The whole file, new each time."""
    orders = [
        order("#W1", "pending", "shirt_s", "mug_a", "mug_a"),
        order("#W2", "delivered", "shirt_m", "mug_a", "mug_a", method=GIFT),
        order("#W3", "processed", "mug_b"),
        order("#W4", "cancelled", "mug_c", method=PAYPAL),
        order("#W5", "delivered", "shirt_s"),
        order("#W6", "pending", "shirt_s", method=GIFT),
        order("#W7", "pending", "mug_b", user=BEN, method="credit_card_2"),
        order("#W8", "delivered", "shirt_s", user=BEN, method="credit_card_2"),
    ]
    methods = {
        CARD: {"source": "credit_card", "id": CARD, "brand": "visa", "last_four": "1111"},
        PAYPAL: {"source": "paypal", "id": PAYPAL},
        GIFT: {"source": "gift_card", "id": GIFT, "balance": 50.0},
    }
    ben = {"credit_card_2": {"source": "credit_card", "id": "credit_card_2", "brand": "visa", "last_four": "2222"}}
    users = [
        user(ANA, "Ana", "Ruiz", ANA_MAIL, methods, [f"#W{n}" for n in range(1, 7)]),
        user(BEN, "Ben", "Low", BEN_MAIL, ben, ["#W7", "#W8"]),
    ]
    made = {"products": PRODUCTS, "users": {one["user_id"]: one for one in users}, "orders": {one["order_id"]: one for one in orders}}
    copied: dict[str, Any] = json.loads(json.dumps(made))
    return copied


def write(folder: Path, tree: Any, name: str = "db.json") -> Path:
    """Write a file."""
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def call(name: str, *, confirmed: bool = True, **arguments: Any) -> dict[str, Any]:
    """One tool call as a file of calls holds it."""
    return {"name": name, "arguments": arguments, "confirmed": confirmed}
