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
    #: Which of several parcels was scanned, in words; "" for a single one.
    piece: str = ""
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


class HopShown(msgspec.Struct, frozen=True):
    """One carrier's part of the way."""

    carrier: str
    number: str
    url: str | None
    #: "out" or "back".
    way: str
    #: Days of its first and last scans, or that it has none yet.
    when: str
    #: "" or what is worth saying: it has the parcel now, it reports no more.
    remark: str


class PickupShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is to be collected."""

    #: "Parcel locker", "Parcel shop", …
    kind: str
    name: str
    lines: tuple[str, ...]
    #: Days and hours; one row without days where the carrier told hours in words.
    hours: tuple[tuple[str, str], ...]
    #: "" untold.
    until: str
    code: str
    #: It lies there now.
    waits: bool


class PieceShown(msgspec.Struct, frozen=True):
    """One of several parcels that travel as one shipment."""

    number: str
    carrier: str
    #: In words.
    status: str
    #: "good", "warn", "bad" or "".
    tone: str
    #: Day of that status; "" unknown.
    on: str
    #: Where this one is to be collected, where somebody told of it alone.
    pickup: PickupShown | None = None


class ItemShown(msgspec.Struct, frozen=True, kw_only=True):
    """One product."""

    name: str
    options: str
    quantity: int
    #: How many were ordered, where they come in several parcels; 0: all are here.
    of: int = 0
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
    #: Whose hands it goes through; () where one carrier has it from end to end.
    hops: tuple[HopShown, ...]
    #: "Handed to …", in a sentence; "" where nobody else delivers it.
    handed: str
    pieces: tuple[PieceShown, ...]
    #: "2 of 3 parcels delivered"; "" for a single one.
    pieces_line: str
    pickup: PickupShown | None
    #: On its way back, or back.
    back: bool
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
    #: What its parts are called: the name of a text with {position} and {total}.
    part: str
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
