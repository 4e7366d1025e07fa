"""What an order's package is made of: plain values that the steps put together, nothing left to look up."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.shipments import Folded

#: Language (two letters) → the same text in it.
Tongues = Mapping[str, str]


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant as a customer knows it; parts None where unknown."""

    name: str
    #: Its shop, else where its pages live.
    url: str
    support_email: str | None = None
    support_phone: str | None = None
    support_url: str | None = None
    #: PNG; None: Wallet draws its own sign.
    logo: bytes | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment of the order."""

    shipment_id: int
    #: As customers know the carrier.
    carrier: str
    tracking_number: str
    #: Our page of it.
    page_url: str
    folded: Folded
    #: With the quantities in it.
    lines: tuple[OrderLine, ...]
    #: When the shop says that it sent it; None untold.
    sent_at: datetime | None = None
    #: IANA zone of the recipient, by which days are meant; None: UTC.
    zone: str | None = None
    #: Where it waits, or where it was collected; None: it does not and was not. Its code is there only while it waits.
    point: PickupPoint | None = None
    #: Until when it waits (aware UTC); None untold.
    collect_by: datetime | None = None
    #: Opening hours, one line; {} untold.
    hours: Tongues = {}


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it goes to Wallet."""

    #: Names the order for Wallet; tells a stranger nothing.
    identifier: str
    order: Order
    sent: tuple[Sent, ...]
    #: Lines, or what is left of them, that no shipment holds yet.
    waiting: tuple[OrderLine, ...]
    seller: Seller
    #: BCP 47: what a device reads whose own language we do not have.
    locale: str
    #: The order's page of ours.
    page_url: str
    #: Where devices ask for news, https; "": they are not to ask (a trial on one machine).
    service_url: str = ""
    #: What a device shows when it asks; 16 characters or more.
    token: str = ""
    #: Until when it may be returned (aware); None: nothing tells.
    return_until: datetime | None = None
