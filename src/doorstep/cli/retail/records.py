"""db.json → its users, orders and products, checked, as they stand there and by what one looks for them."""

from pathlib import Path
from typing import Any

import msgspec

from doorstep.errors import BadInputError

#: The file names no currency; its retailer sells in the USA. Source: tau2-bench, retail domain, as known on 2026-11-29.
CURRENCY = "USD"
#: More is no price.
_MOST = 1e9


class NameRecord(msgspec.Struct, frozen=True):
    """A person's name."""

    first_name: str
    last_name: str


class AddressRecord(msgspec.Struct, frozen=True):
    """Where somebody lives, or an order goes."""

    address1: str
    address2: str
    city: str
    country: str
    state: str
    zip: str


class MethodRecord(msgspec.Struct, frozen=True):
    """A method of payment."""

    id: str
    source: str
    brand: str = ""
    last_four: str = ""
    balance: float | None = None


class UserRecord(msgspec.Struct, frozen=True):
    """A customer."""

    user_id: str
    name: NameRecord
    address: AddressRecord
    email: str
    payment_methods: dict[str, MethodRecord] = {}
    orders: list[str] = []


class ItemRecord(msgspec.Struct, frozen=True):
    """One unit of an order."""

    name: str
    product_id: str
    item_id: str
    price: float
    options: dict[str, str] = {}


class FulfillmentRecord(msgspec.Struct, frozen=True):
    """What was sent together."""

    tracking_id: list[str] = []
    item_ids: list[str] = []


class PaymentRecord(msgspec.Struct, frozen=True):
    """Money that came or went."""

    transaction_type: str
    amount: float
    payment_method_id: str


class OrderRecord(msgspec.Struct, frozen=True):
    """An order."""

    order_id: str
    user_id: str
    address: AddressRecord
    items: list[ItemRecord]
    status: str
    fulfillments: list[FulfillmentRecord] = []
    payment_history: list[PaymentRecord] = []
    cancel_reason: str | None = None
    return_items: list[str] | None = None
    return_payment_method_id: str | None = None
    exchange_items: list[str] | None = None
    exchange_new_items: list[str] | None = None
    exchange_payment_method_id: str | None = None
    exchange_price_difference: float | None = None


class VariantRecord(msgspec.Struct, frozen=True):
    """One thing that can be bought."""

    item_id: str
    price: float
    available: bool
    options: dict[str, str] = {}


class ProductRecord(msgspec.Struct, frozen=True):
    """A kind of thing with its variants."""

    name: str
    product_id: str
    variants: dict[str, VariantRecord]


class StoreFile(msgspec.Struct, frozen=True):
    """The whole file."""

    products: dict[str, ProductRecord]
    users: dict[str, UserRecord]
    orders: dict[str, OrderRecord]


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A store as it stands in its file; nothing of it is ever changed."""

    file: StoreFile
    #: "orders" and "users" → id → record as written.
    written: dict[str, dict[str, dict[str, Any]]]
    #: E-mail address without case → user.
    by_email: dict[str, str]
    #: (first name, last name, post code) without case → user; None: several.
    by_name: dict[tuple[str, str, str], str | None]
    #: Variant → its product.
    product_of: dict[str, str]


STATUSES = frozenset(
    {"pending", "pending (item modified)", "processed", "delivered", "cancelled", "return requested", "exchange requested"}
)


def read_store(path: Path) -> Store:
    """Read and check a store.

    Raises:
        BadInputError: the file cannot be opened, is no JSON, or something in it is missing, wrong or points nowhere; the text says where.
    """
    tree = read_json(path)
    try:
        file = msgspec.convert(tree, StoreFile)
    except msgspec.ValidationError as error:
        raise BadInputError(f"{path}: {error}") from error
    except RecursionError as error:
        raise BadInputError(f"{path}: is nested too deeply") from error
    try:
        _check(file)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error
    by_name: dict[tuple[str, str, str], str | None] = {}
    for user_id, user in file.users.items():
        key = name_key(user.name.first_name, user.name.last_name, user.address.zip)
        by_name[key] = None if key in by_name else user_id
    return Store(
        file=file,
        written={"orders": tree["orders"], "users": tree["users"]},
        by_email={user.email.strip().casefold(): user_id for user_id, user in file.users.items()},
        by_name=by_name,
        product_of={variant: product_id for product_id, product in file.products.items() for variant in product.variants},
    )


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        BadInputError: it cannot be opened, or is no JSON.
    """
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(f"{path}: is not JSON: {error}") from error


def name_key(first: str, last: str, postcode: str) -> tuple[str, str, str]:
    """By what a customer is found who does not remember the e-mail address."""
    return first.strip().casefold(), last.strip().casefold(), postcode.strip().casefold()


def _check(file: StoreFile) -> None:
    emails: dict[str, str] = {}
    for user_id, user in file.users.items():
        where = f"users.{user_id}"
        _same(where, "user_id", user.user_id, user_id)
        if (other := emails.setdefault(user.email.strip().casefold(), user_id)) != user_id:
            raise BadInputError(f"{where}.email: is {other}'s, too")
        for method_id, method in user.payment_methods.items():
            _same(f"{where}.payment_methods.{method_id}", "id", method.id, method_id)
            _amount(f"{where}.payment_methods.{method_id}.balance", method.balance or 0.0)
    variants: dict[str, str] = {}
    for product_id, product in file.products.items():
        where = f"products.{product_id}"
        _same(where, "product_id", product.product_id, product_id)
        for item_id, variant in product.variants.items():
            _same(f"{where}.variants.{item_id}", "item_id", variant.item_id, item_id)
            _amount(f"{where}.variants.{item_id}.price", variant.price)
            if variants.setdefault(item_id, product_id) != product_id:
                raise BadInputError(f"{where}.variants.{item_id}: belongs to product {variants[item_id]}, too")
    for order_id, order in file.orders.items():
        _check_order(file, order_id, order)


def _check_order(file: StoreFile, order_id: str, order: OrderRecord) -> None:
    where = f"orders.{order_id}"
    _same(where, "order_id", order.order_id, order_id)
    if order.user_id not in file.users:
        raise BadInputError(f"{where}.user_id: there is no user {order.user_id!r}")
    if order.status not in STATUSES:
        raise BadInputError(f"{where}.status: {order.status!r} is none of {', '.join(sorted(STATUSES))}")
    if not order.items:
        raise BadInputError(f"{where}.items: at least one is needed")
    for place, item in enumerate(order.items):
        _amount(f"{where}.items[{place}].price", item.price)
    for place, paid in enumerate(order.payment_history):
        _amount(f"{where}.payment_history[{place}].amount", paid.amount)
        if paid.transaction_type not in {"payment", "refund"}:
            raise BadInputError(f"{where}.payment_history[{place}].transaction_type: is neither payment nor refund")
    _check_ids(where, order)


def _check_ids(where: str, order: OrderRecord) -> None:
    bought = [item.item_id for item in order.items]
    for name in ("return_items", "exchange_items"):
        for item_id in getattr(order, name) or ():
            if item_id not in bought:
                raise BadInputError(f"{where}.{name}: {item_id!r} is no item of this order")
    for place, sent in enumerate(order.fulfillments):
        for item_id in sent.item_ids:
            if item_id not in bought:
                raise BadInputError(f"{where}.fulfillments[{place}].item_ids: {item_id!r} is no item of this order")


def _same(where: str, field: str, told: str, key: str) -> None:
    if told != key or not key.strip():
        raise BadInputError(f"{where}.{field}: differs from the name under which it stands, or is blank")


def _amount(where: str, amount: float) -> None:
    if not 0 <= amount < _MOST:  # also what is no number
        raise BadInputError(f"{where}: an amount from 0 to a thousand million is needed")
