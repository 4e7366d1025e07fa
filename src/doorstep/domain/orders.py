"""What was bought, by whom, where it goes, and what the customer was told."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import ChannelKind, Purpose


class Payment(StrEnum):
    """How an order is paid, as far as messages care."""

    #: Placed, not yet paid.
    PENDING = "pending"
    #: Paid (or authorised) before sending.
    PAID = "paid"
    #: Cash on delivery: the customer pays at the door.
    COD = "cod"
    #: Some money went back.
    PARTLY_REFUNDED = "partly_refunded"
    #: All money went back.
    REFUNDED = "refunded"
    #: The payment was voided or failed.
    VOIDED = "voided"


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One product as sold."""

    #: The shop's id of the line, a text (ids exceed 2^53).
    line_id: str
    name: str
    sku: str | None = None
    #: Chosen options in the shop's order, e.g. {"Size": "M", "Colour": "blue"}.
    options: dict[str, str] = {}
    quantity: int = 1
    unit_price: Money | None = None
    #: What was paid for the whole line: discounts taken off, taxes that come on top added; None: `unit_price` for each.
    paid: Money | None = None
    image_url: str | None = None
    product_url: str | None = None
    category: str | None = None
    #: The shop's ids of what was bought; None where it does not tell them.
    product_id: str | None = None
    variant_id: str | None = None
    #: The shop's own labels of the product.
    tags: tuple[str, ...] = ()
    #: Sold without the right to send it back.
    final_sale: bool = False

    @property
    def paid_each(self) -> Money | None:
        """What was paid for one, rounded down so that all of them together never come to more than was paid."""
        if self.paid is None or self.quantity < 1:
            return self.unit_price
        return Money(self.paid.amount_minor // self.quantity, self.paid.currency)


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Who bought. Never the consignee by default: that is the address's name."""

    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    #: Lower-cased, trimmed.
    email: str | None = None
    #: E.164 where readable.
    phone: str | None = None
    #: Orders before this one, where the shop says; None unknown.
    earlier_orders: int | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One yes or no, with its proof."""

    purpose: Purpose
    #: None: for every channel.
    channel: ChannelKind | None = None
    granted: bool
    #: Who recorded it: "shop", "preferences", "stop_word", "one_click", "api".
    source: str
    at: datetime
    #: The sentence the customer agreed to, where known.
    wording: str | None = None
    #: What shows it: the page, the message, the network it came from; "" unknown.
    proof: str = ""


class Promise(msgspec.Struct, frozen=True):
    """What the shop told the customer at checkout."""

    from_on: date | None
    to_on: date
    #: "shop" or "api".
    source: str = "shop"


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's act of sending some lines."""

    fulfilment_id: str
    created_at: datetime
    updated_at: datetime
    #: False once the shop cancelled it.
    active: bool = True
    #: The carrier as the shop names it ("DHL Express"); None unknown.
    carrier: str | None = None
    service: str | None = None
    tracking_numbers: tuple[str, ...] = ()
    tracking_urls: tuple[str, ...] = ()
    #: line_id → quantity in this fulfilment; empty: all lines.
    lines: dict[str, int] = {}


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back."""

    refund_id: str
    at: datetime
    amount: Money | None = None
    #: line_id → quantity refunded.
    lines: dict[str, int] = {}
    note: str | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as last known. Partial where only a fulfilment has arrived so far (`placed_at` None)."""

    #: The shop's id, a text; unique within the shop.
    external_id: str
    #: What the customer sees, e.g. "#1001".
    number: str
    placed_at: datetime | None = None
    #: The shop's own last change; later snapshots win.
    updated_at: datetime | None = None
    customer: Customer = Customer()
    ship_to: Address | None = None
    lines: tuple[OrderLine, ...] = ()
    total: Money | None = None
    payment: Payment = Payment.PENDING
    #: Still to be paid at the door; None unless `payment` is cod.
    cod_due: Money | None = None
    #: BCP 47, e.g. "es", "en-GB"; None: the merchant's default.
    locale: str | None = None
    promise: Promise | None = None
    consents: tuple[Consent, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    tags: tuple[str, ...] = ()
