"""What a message is about: the merchant's brand, the order, its parcels, the change, the links."""

from datetime import date, datetime

import msgspec

from doorstep.domain.actions.cases import Case
from doorstep.domain.messages import Change
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Direction


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """How a merchant looks and where it answers."""

    name: str
    logo_url: str | None = None
    #: Buttons and the progress bar; "#rrggbb".
    colour: str = "#1f5f4a"
    #: Writing on `colour`.
    colour_on: str = "#ffffff"
    #: Behind the card.
    background: str = "#f4f4f1"
    support_email: str | None = None
    support_url: str | None = None
    support_phone: str | None = None
    #: The merchant's postal address in one line; the law asks for it in marketing mail.
    address: str | None = None
    shop_url: str | None = None
    #: BCP 47.
    default_locale: str = "en"
    #: How messages sound: "plain", or "warm".
    tone: str = "plain"
    #: What is noted of a message: "none"; "clicks" on our own pages; "all": links to other sites and mails shown, too.
    tracking: str = "clicks"
    #: Where customer pages live, e.g. "https://parcels.example"; no slash at the end.
    page_base: str | None = None


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One carrier's part of the way, as a customer is told of it."""

    #: Slug; "" untold.
    carrier: str
    carrier_name: str
    tracking_number: str
    #: The carrier's own page; None: none known.
    url: str | None = None
    direction: Direction = Direction.OUTBOUND
    #: False: it handed the parcel on and reports no more.
    tracked: bool = True
    #: The parcel is with this carrier now.
    has_it: bool = False
    #: Aware UTC of its first and last scans; None: announced, not scanned yet.
    from_at: datetime | None = None
    to_at: datetime | None = None


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment of the order as the message tells it."""

    shipment_id: int
    #: Slug.
    carrier: str
    #: As customers know it.
    carrier_name: str
    tracking_number: str
    #: The carrier's own page; None: none known.
    carrier_url: str | None = None
    #: Our tracking page of this parcel.
    page_url: str | None = None
    folded: Folded
    #: Lines in it with the quantity in it; empty: all of the order's.
    lines: tuple[OrderLine, ...] = ()
    #: The newest scan: the carrier's sentence, its place, its local wall time as in `OccurredAt.local`.
    last_text: str | None = None
    last_place: str | None = None
    last_local: str | None = None
    #: Estimated grams CO2e of its way; None: unknown, or the merchant does not tell customers.
    carbon_g: int | None = None
    #: Whose hands it goes through; () where one carrier has it from end to end.
    hops: tuple[Hop, ...] = ()
    #: Where it waits, or will wait, to be collected.
    point: PickupPoint | None = None
    #: The same of each of its pieces that has a point of its own: number, point.
    points: tuple[tuple[str, PickupPoint], ...] = ()


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Pages of ours for this customer."""

    order: str | None = None
    #: The case's, within the order's.
    case: str | None = None
    preferences: str | None = None
    #: Only in marketing.
    unsubscribe: str | None = None
    #: A picture of one point that tells that the mail was shown; only where the merchant and the law allow it.
    pixel: str | None = None


class ToldCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and what a message says of it beside."""

    case: Case
    #: The last day on which the goods may be handed over, by the recipient's calendar; None: there is none, or nobody said.
    last_on: date | None = None
    #: Days from the goods' arrival within which the money is back, as the merchant's policy says; None untold.
    refund_days: tuple[int, int] | None = None
    #: variant_id → the options of what comes instead.
    wanted: dict[str, dict[str, str]] = {}
    #: Where the money goes, as the customer knows it: "Visa ending 9212"; "": nobody told.
    method: str = ""
    #: The carrier of the label as customers know it; "" none.
    carrier_name: str = ""
    #: After a return: options of variants of the same product that can be had.
    alternatives: tuple[dict[str, str], ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of several that a digest tells."""

    #: The order's number.
    order: str
    #: What happened, in a few words without an end.
    title: str
    #: A sentence or two about it; "" none.
    text: str
    #: The page that shows it; None: none.
    url: str | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a template may speak of."""

    brand: Brand
    order: Order
    #: All of the order's, those that the message tells of first.
    parcels: tuple[Parcel, ...] = ()
    #: How many of them it tells of; None: of all.
    told: int | None = None
    #: Lines, or what is left of them, that no parcel holds yet.
    waiting: tuple[OrderLine, ...] = ()
    change: Change
    #: What the customer asked for, where the change is a case's.
    case: ToldCase | None = None
    #: BCP 47; see `Library.render` for how a language is found.
    locale: str
    links: Links = Links()
    #: In a digest: all that it tells; the rest is then of the first of them, and `links.order` leads to the page of all.
    entries: tuple[Entry, ...] = ()
    #: A text to this customer comes from a sender that nobody can answer.
    one_way: bool = False
