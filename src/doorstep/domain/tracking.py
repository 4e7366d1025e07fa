"""What a carrier's bytes say: checkpoints, estimates, links between numbers."""

import hashlib
from datetime import date

import msgspec

from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision, ZoneSource

#: As much of a carrier's words as is counted and compared.
MOST_WORDS = 300


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One carrier scan, normalised; the carrier's own words stand beside ours."""

    #: A slug of `domain.event_types`; "unknown" for an unmapped code, never a guess.
    event_type: str
    #: None where the carrier gave no time at all.
    occurred_at: OccurredAt | None
    place: Place | None = None
    #: Slug of the carrier that scanned (for an aggregator: whom it names), lower case.
    carrier: str
    #: The finest key the carrier sent, its parts joined by "/" (UPS "D/FS", DHL "DLVRD/OTHER"); "" where it sends text only.
    carrier_code: str
    #: The carrier's sentence as sent.
    carrier_text: str
    tracking_number: str
    #: The `carrier_code` of the earlier scan this one takes back, "" for "the scan before"; None: takes nothing back.
    retracts: str | None = None
    #: The payload itself says this scan belongs to the way back.
    is_return: bool = False
    #: The event type comes from a mapping made here (`carriers.mapping`); the plug-in's own tables did not know the code.
    mapped: bool = False

    @property
    def fingerprint(self) -> bytes:
        """8 bytes naming the scan by number, place, time and code: stable when the carrier rewords it, and when an unknown code is mapped."""
        stamp = self.occurred_at
        place = self.place
        code = self.carrier_code or (self.carrier_text if self.mapped or self.event_type == "unknown" else self.event_type)
        parts = (
            self.tracking_number,
            self.carrier,
            code,
            stamp.local if stamp else "",
            (stamp.offset or "") if stamp and stamp.zone_source is ZoneSource.SENT else "",
            (place.postcode or place.city or place.facility or place.text or "") if place else "",
        )
        return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest()


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody expects the delivery: a window of local dates, with times where stated."""

    from_on: date
    #: Last day of the window; equals `from_on` for a single day.
    to_on: date
    #: Local wall times "HH:MM" within those days; None: the whole day.
    from_time: str | None = None
    to_time: str | None = None
    #: "carrier", "shop" (the promise), "model"; an aggregator's own forecast is "aggregator".
    source: str = "carrier"
    #: When it was stated, by the payload's own clock; None: untold (then it ranks as oldest).
    stated_at: OccurredAt | None = None
    #: The carrier's reason for a change, as sent.
    reason: str | None = None
    #: 0 to 1, where stated.
    confidence: float | None = None
    #: 0 to 1: that the shop's promise is missed, as our own model says; None: it says nothing of it.
    late_chance: float | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Another number that belongs to the same promise."""

    tracking_number: str
    #: Slug, or None where untold.
    carrier: str | None
    #: "last_mile": the same goods travel on under it; "return": the way back has it; "replaced_by": a new label; "parcel": a piece;
    #: "part": a piece of what the naming number stands for as a whole, itself none: what is scanned under that befell each part.
    role: str


class Tie(msgspec.Struct, frozen=True, array_like=True):
    """A link as a shipment keeps it: from which of its numbers to which."""

    of: str
    to: str
    #: Slug of the carrier of `to`; None untold.
    carrier: str | None
    #: As in `Link.role`.
    role: str


class Tracking(msgspec.Struct, frozen=True, kw_only=True):
    """All that one payload says of one tracking number."""

    #: As the carrier writes it, spaces removed, upper case.
    tracking_number: str
    #: Slug of the carrier that carries it.
    carrier: str
    #: In the payload's order; the fold does not depend on it.
    checkpoints: tuple[Checkpoint, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    links: tuple[Link, ...] = ()
    #: The carrier's service name as sent.
    service: str | None = None
    weight_g: int | None = None
    #: Name of who signed, as sent; personal, never logged.
    signed_by: str | None = None
    #: The whole number is a return (the payload says so).
    is_return: bool = False
    #: Where it waits or will wait to be collected.
    pickup: PickupPoint | None = None


class CarrierNote(msgspec.Struct, frozen=True):
    """What a payload says that is about no scan: an error answer, "number not found", a quota."""

    #: The carrier's own code.
    code: str
    text: str
    #: Set where the note is about one number.
    tracking_number: str | None = None


class Parsed(msgspec.Struct, frozen=True):
    """What a carrier plug-in reads out of one payload. Both may be empty."""

    trackings: tuple[Tracking, ...] = ()
    notes: tuple[CarrierNote, ...] = ()


#: From coarse to fine. A tuple: looking an enum up in a dict costs more.
_PRECISIONS = (Precision.DATE, Precision.MINUTE, Precision.SECOND)


class Scan(msgspec.Struct, frozen=True, array_like=True):
    """What the fold needs of a checkpoint, small enough to keep on the shipment's row."""

    event_type: str
    #: Microseconds since 1970 UTC (see `OccurredAt.instant_us`); None undated.
    instant_us: int | None
    #: 0 date, 1 minute, 2 second.
    precision: int
    #: Whether the offset is known (not assumed).
    zoned: bool
    fingerprint: bytes
    carrier: str
    tracking_number: str
    carrier_code: str
    retracts: str | None
    is_return: bool

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Scan":
        """Take from a checkpoint what the fold needs."""
        stamp = checkpoint.occurred_at
        return cls(
            checkpoint.event_type,
            stamp.instant_us if stamp else None,
            _PRECISIONS.index(stamp.precision) if stamp else 0,
            bool(stamp and stamp.zone_source is not ZoneSource.ASSUMED),
            checkpoint.fingerprint,
            checkpoint.carrier,
            checkpoint.tracking_number,
            checkpoint.carrier_code,
            checkpoint.retracts,
            checkpoint.is_return,
        )
