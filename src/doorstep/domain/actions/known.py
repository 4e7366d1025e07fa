"""What guards may know when they judge: the customer, the order with its parcels, payments and cases, and what else the shop sells."""

from datetime import datetime

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import MethodKind, OrderState
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import Status


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One method of payment of a customer."""

    method_id: str
    kind: MethodKind
    #: As the customer knows it: "Visa ending 9212".
    label: str = ""
    #: Of gift cards and store credit; None: not ours to know.
    balance: Money | None = None


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came (`refund` False) or went back."""

    amount: Money
    #: `Method.method_id`; "" untold.
    method_id: str = ""
    refund: bool = False
    #: Aware UTC; None untold.
    at: datetime | None = None
    #: The case that made it; None: none did.
    case_id: int | None = None


class KnownVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be bought."""

    variant_id: str
    product_id: str
    name: str = ""
    sku: str = ""
    options: dict[str, str] = {}
    price: Money
    available: bool = True
    #: Units that may still be promised; None: uncounted.
    stock: int | None = None
    image_url: str | None = None


class KnownLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order line, as far as actions care."""

    line_id: str
    name: str
    #: "" where the shop does not tell them.
    product_id: str = ""
    variant_id: str = ""
    options: dict[str, str] = {}
    quantity: int = 1
    #: What was paid for one, after discounts.
    unit_price: Money | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    final_sale: bool = False
    #: Units that have left, and that have arrived.
    sent: int = 0
    delivered: int = 0
    #: When the last arrived unit's parcel was scanned as delivered, aware UTC; None: none has, or nobody knows.
    delivered_at: datetime | None = None
    #: Units that refunds outside of our cases cover.
    refunded: int = 0
    image_url: str | None = None


class KnownShipment(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel, as far as actions care."""

    shipment_id: int
    tracking_number: str
    carrier: str
    status: Status
    #: line_id → units in it; empty: all lines.
    lines: dict[str, int] = {}
    delivered_at: datetime | None = None
    first_scan_at: datetime | None = None
    last_scan_at: datetime | None = None
    #: Kinds of `domain.pitfalls` open now.
    pitfalls: tuple[str, ...] = ()
    returning: bool = False
    #: Signed for, or photographed, as the carrier says.
    proof: bool = False


class KnownOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order, as far as actions care."""

    #: Our id; 0: it lies in no store (an evaluation).
    order_id: int = 0
    external_id: str
    number: str
    #: Key of whose it is: the shop's id of the customer, or "" where it has none.
    customer: str = ""
    email: str = ""
    phone: str = ""
    state: OrderState
    #: Its lines were changed on the customer's wish before.
    items_changed: bool = False
    placed_at: datetime | None = None
    lines: tuple[KnownLine, ...] = ()
    payments: tuple[Paid, ...] = ()
    shipments: tuple[KnownShipment, ...] = ()
    cases: tuple[Case, ...] = ()
    ship_to: Address | None = None
    #: IANA zone of the recipient; None: UTC.
    zone: str | None = None
    currency: str = "USD"
    #: Still to be paid at the door.
    cod_due: Money | None = None
    gift: bool = False
    #: Its record is ours to write: it came by the merchant's own hand, from no shop system that would have to change it first.
    ours: bool = True
    #: Its address was changed on a wish.
    address_changed: bool = False
    tags: tuple[str, ...] = ()
    cancel_reason: str = ""


class KnownCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks, as far as actions care."""

    #: Key: the shop's id of the customer; "" unknown.
    customer: str = ""
    #: Our id; 0 unknown.
    customer_id: int = 0
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address | None = None
    methods: tuple[Method, ...] = ()
    tier: str = ""
    #: Returns, exchanges and claims of the last 90 days, whatever their end, and what was paid back by them.
    recent_cases: int = 0
    recent_claims: int = 0
    recent_refunds: tuple[Money, ...] = ()
    #: Orders of the last 365 days.
    recent_orders: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All a guard may know; None and empty where there is nothing of the kind, or nothing that whoever asks may know of."""

    customer: KnownCustomer | None = None
    order: KnownOrder | None = None
    #: product_id → its variants, of the products that the action names or the order holds.
    products: dict[str, tuple[KnownVariant, ...]] = {}
