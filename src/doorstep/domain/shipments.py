"""What the fold says of a shipment: status, since when, which way, what is expected, what is wrong."""

from datetime import datetime

import msgspec

from doorstep.domain.pitfalls import Severity
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status


class OpenPitfall(msgspec.Struct, frozen=True, array_like=True):
    """A delivery problem that has not closed yet."""

    #: Kind, e.g. "customs_held"; see `domain.pitfalls`.
    kind: str
    #: Aware UTC of the scan that opened it, or of the moment at which silence, estimate or customer did; None undated.
    since: datetime | None
    must_act: Actor
    #: Fingerprint of the scan that opened it; b"" where no scan did.
    opened_by: bytes
    #: As it stands after so long; the fold gives the kind's own.
    severity: Severity = Severity.LOW
    #: Somebody chose not to hear of it: it is shown in the desk only, and no moment tells it.
    muted: bool = False
    #: The kind of which the customer hears instead, as long as the reasons of both stand; "": it is heard itself. See `domain.pitfalls.ladders`.
    superseded_by: str = ""

    @property
    def heard(self) -> bool:
        """Whether the customer is to hear of it."""
        return not (self.muted or self.superseded_by)


class Leg(msgspec.Struct, frozen=True, array_like=True):
    """One carrier's part under one tracking number."""

    carrier: str
    tracking_number: str
    #: Aware UTC of its first and last dated scans; None where none is dated.
    first_at: datetime | None
    last_at: datetime | None
    #: The same number on the way back is another leg.
    direction: Direction = Direction.OUTBOUND
    #: False: the carrier handed the goods on and said that no scans will follow.
    tracked: bool = True


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """One of the parcels in which a shipment travels, each under a number of its own."""

    tracking_number: str
    carrier: str
    status: Status
    #: Aware UTC of the scan that made the status.
    status_since: datetime | None = None
    delivered_at: datetime | None = None


class Around(msgspec.Struct, frozen=True, array_like=True):
    """What the rules of delivery problems know of a shipment beside its scans and estimates."""

    #: ISO 3166-1 alpha-2 of the earliest dated scan that names a country, and when that was (microseconds UTC).
    origin: str | None = None
    origin_us: int | None = None
    #: ISO 3166-1 alpha-2 and post code of the order's address.
    destination: str | None = None
    postcode: str | None = None
    #: When the shop says that it sent the goods; None: no order known.
    sent_at: datetime | None = None
    #: The order was cancelled.
    cancelled_at: datetime | None = None
    #: Where the scan that made the status was: its fingerprint, country, post code.
    decided_in: tuple[bytes, str | None, str | None] | None = None
    #: What the customer said is wrong.
    said: tuple[OpenPitfall, ...] = ()
    #: Occurrences that an agent closed: kind and since.
    settled: tuple[tuple[str, datetime | None], ...] = ()
    #: Kinds that an agent muted for this shipment.
    muted: tuple[str, ...] = ()
    #: Its gaps have been counted after its end.
    learnt: bool = False
    #: Grams, as the carrier tells it; None untold.
    weight_g: int | None = None
    #: State or province of the order's address, as the shop writes it.
    region: str | None = None
    #: When the order was placed (aware); None: no order known, or it does not say.
    placed_at: datetime | None = None
    #: The case for which it travels back to the shop: "delivered" then means that the shop has it. None: it travels to a customer.
    case_id: int | None = None


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment as all its checkpoints together tell it; the same for every order of arrival and every repetition."""

    status: Status
    #: Aware UTC of the scan that made the status; None where undated or no scan.
    status_since: datetime | None
    #: Event type of that scan.
    event_type: str
    phase: Phase
    direction: Direction
    #: Who must act next.
    must_act: Actor
    estimate: Estimate | None
    open_pitfalls: tuple[OpenPitfall, ...]
    legs: tuple[Leg, ...]
    #: First physical scan; None: the carrier has not had it yet.
    first_scan_at: datetime | None
    #: Newest dated scan of any kind that counts.
    last_scan_at: datetime | None
    #: First delivery to the recipient; survives later scans.
    delivered_at: datetime | None
    #: Failed delivery attempts on the outbound way.
    attempts: int
    #: Fingerprints of the scans that count, oldest first (retracted ones and earlier lives of a reused number left out).
    counted: tuple[bytes, ...]
    #: The fingerprint of the scan that made the status; b"" where none.
    decided_by: bytes
    #: Event type of the newest counted scan that says something of the parcel; "unknown" where none does.
    newest_event: str = "unknown"
    #: Where a shipment travels in several parcels with scans of their own, each of them, by number; else ().
    pieces: tuple[Piece, ...] = ()
    #: While it waits at a pick-up point: until when (aware UTC), if the carrier said so.
    collect_by: datetime | None = None
    #: Problems that an agent has closed while their reason still stands.
    settled: tuple[OpenPitfall, ...] = ()

    @property
    def telling_event(self) -> str:
        """The event type whose sentence tells a customer how things stand: on the way the newest, else the one that made the status."""
        return self.newest_event if self.status is Status.IN_TRANSIT and self.newest_event != "unknown" else self.event_type
