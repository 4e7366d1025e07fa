"""What a customer's page shows: plain values, written in the customer's language, nothing left to decide."""

import msgspec


class ScanShown(msgspec.Struct, frozen=True, kw_only=True):
    """One scan."""

    #: Our sentence.
    text: str
    #: Local wall time as the language writes it; "" where the carrier gave only a date.
    time: str
    place: str
    #: The carrier's own words with its name; "" where it sent none.
    carrier_words: str
    #: "done", "trouble" or "".
    tone: str
    #: The scan that made the status.
    decides: bool = False


class DayShown(msgspec.Struct, frozen=True):
    """A local day's scans, newest first."""

    label: str
    #: "2026-11-24"; "" undated.
    on: str
    scans: tuple[ScanShown, ...]


class StepShown(msgspec.Struct, frozen=True):
    """One step of the progress bar."""

    label: str
    #: "done", "now" or "open".
    state: str
    #: Short day, "" where nothing tells.
    on: str


class PitfallShown(msgspec.Struct, frozen=True):
    """One open problem."""

    title: str
    text: str
    #: Who acts next, in a sentence.
    actor: str
    #: "customer" where the reader must act, else "".
    yours: bool


class ItemShown(msgspec.Struct, frozen=True, kw_only=True):
    """One product."""

    name: str
    options: str
    quantity: int
    price: str
    image_url: str | None
    url: str | None


class ParcelShown(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel, whole."""

    token: str
    status: str
    #: In words.
    headline: str
    sentence: str
    #: "good", "warn", "bad" or "".
    tone: str
    #: What to expect or what happened, e.g. ("Expected", "Tuesday, November 24", "DHL's estimate"); None: nothing is known.
    window: tuple[str, str, str] | None
    late: bool
    steps: tuple[StepShown, ...]
    pitfalls: tuple[PitfallShown, ...]
    days: tuple[DayShown, ...]
    items: tuple[ItemShown, ...]
    more_items: int
    carrier: str
    number: str
    carrier_url: str | None
    service: str
    earlier_numbers: tuple[str, ...]
    #: Time and place of the newest scan; "" none yet.
    last_news: str
    cod: str
    #: What its way gives off (about, range, what would be less); "" where the merchant does not tell, or it is unknown.
    carbon: tuple[str, str, str] = ("", "", "")
    #: Kinds of problems that the customer may tell of now.
    may_tell: tuple[str, ...] = ()


class PageShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order's or a parcel's page."""

    title: str
    #: Changes exactly when something worth announcing did.
    version: str
    order_number: str
    parcels: tuple[ParcelShown, ...]
    #: Of all parcels of the order, in words; "" for a page of one.
    digest: str
    position: int
    #: Tokens, labels and status words of the parcels this page does not show.
    others: tuple[tuple[str, str, str], ...]
    order_token: str | None
    waiting_items: tuple[ItemShown, ...]
    waiting_more: int
    #: "preparing", "cancelled" or "": why there is no parcel.
    empty: str
    destination: str
    total: str
    refunded: tuple[tuple[str, str], ...]
    return_line: str
    checked: str
