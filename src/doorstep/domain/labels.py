"""What a label for the way back needs, what it would cost, and what was made."""

from datetime import date, datetime

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.places import Address


class ParcelSize(msgspec.Struct, frozen=True, kw_only=True):
    """How heavy and large a parcel is taken to be, packaging included."""

    weight_g: int = 1000
    length_mm: int = 300
    width_mm: int = 250
    height_mm: int = 100


class LabelWish(msgspec.Struct, frozen=True, kw_only=True):
    """A label that is wanted."""

    #: Ours, the same for every try: the provider's reference, by which a label bought with a lost answer is found again.
    key: str
    #: As the parcel and the customer call the case.
    rma: str
    #: As the customer knows the order.
    order_number: str
    #: "label", "qr", "pickup" or "drop_off".
    way: str
    #: Whoever sends it back, and where it goes.
    sender: Address
    sender_email: str = ""
    receiver: Address
    size: ParcelSize = ParcelSize()
    #: What is in it: name and units.
    lines: tuple[tuple[str, int], ...] = ()
    #: BCP 47, of the customer.
    language: str = "en"
    #: Only these carriers or services, in the provider's words, without case; empty: any.
    only: tuple[str, ...] = ()
    #: Aware, when it is fetched at the earliest and the latest, where it is fetched.
    pickup_from: datetime | None = None
    pickup_to: datetime | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What would be bought. Nothing is, yet."""

    #: The provider's ids of the shipment and of the rate chosen; "" where it has none.
    provider_id: str = ""
    rate_id: str = ""
    #: The provider's words.
    carrier: str = ""
    service: str = ""
    cost: Money | None = None


class MadeLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label, as its provider gave it."""

    #: "application/pdf", "image/png", ...
    content_type: str
    body: bytes
    #: "": none, the customer's own carrier makes one.
    tracking_number: str = ""
    #: Slug; "" none.
    carrier: str = ""
    #: The provider's id, by which it is made void.
    provider_id: str = ""
    cost: Money | None = None
    expires_on: date | None = None


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A pick-up at the customer's door."""

    provider_id: str
    #: The carrier's own number of it.
    confirmation: str = ""
    cost: Money | None = None
