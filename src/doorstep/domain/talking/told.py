"""An order and its parcels as a talk may tell them: what is recorded, and when it was seen."""

from datetime import date, datetime

import msgspec

from doorstep.domain.actions.known import KnownCustomer, KnownOrder, KnownVariant
from doorstep.domain.vocabulary import Status


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Days, and perhaps hours, in which something is expected, by the recipient's calendar."""

    from_on: date
    to_on: date
    #: "HH:MM-HH:MM"; "" the whole day.
    window: str = ""
    #: "carrier", "shop", "model".
    source: str = "carrier"


class ParcelTold(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel, as its page tells it."""

    shipment_id: int
    tracking_number: str
    #: As customers know it.
    carrier_name: str
    #: Our page of it; "" none.
    page_url: str = ""
    status: Status
    #: Event type that tells how things stand; "" none.
    event_type: str = ""
    #: Aware UTC of the newest scan; None: none yet.
    last_scan_at: datetime | None = None
    #: The carrier's own sentence and place of it.
    last_text: str = ""
    last_place: str = ""
    #: When it was scanned as delivered.
    delivered_at: datetime | None = None
    #: What is expected; None: nobody knows.
    expected: Span | None = None
    #: Its last day has passed.
    late: bool = False
    #: Kinds of open delivery problems that the customer may hear of, the worst first.
    pitfalls: tuple[str, ...] = ()
    attempts: int = 0
    #: Name and address of the point where it waits or will wait; "" none.
    point: str = ""
    returning: bool = False


class RulesTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the merchant's policy lets be chosen for an order, in the customer's language: code, words."""

    #: Why goods go back.
    reasons: tuple[tuple[str, str], ...] = ()
    reason_needed: bool = False
    #: The only reasons for which an order is cancelled; empty: any, or none.
    cancel_reasons: tuple[tuple[str, str], ...] = ()
    #: How goods go back.
    ways: tuple[str, ...] = ()
    store_credit: bool = False


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """One order, whole."""

    known: KnownOrder
    customer: KnownCustomer | None = None
    #: product_id → its variants.
    products: dict[str, tuple[KnownVariant, ...]] = {}
    parcels: tuple[ParcelTold, ...] = ()
    #: Our page of it; "" none.
    page_url: str = ""
    rules: RulesTold = RulesTold()


class ShopTold(msgspec.Struct, frozen=True, kw_only=True):
    """The shop, as a talk names it."""

    brand: str
    #: "" none.
    email: str = ""
    phone: str = ""
    url: str = ""
    #: ISO 3166-1 alpha-2 of where it is; "" untold.
    country: str = ""
    #: IANA zone.
    zone: str = "UTC"
    #: A name with its post code shows who asks, too.
    by_name: bool = False
    #: One-time codes can be sent.
    sends_codes: bool = True


class QuoteTold(msgspec.Struct, frozen=True, kw_only=True):
    """Words of the shop's own knowledge that answer a question, as they stand there."""

    text: str
    title: str
    url: str = ""
    #: Since when they stand there so.
    as_of: date
