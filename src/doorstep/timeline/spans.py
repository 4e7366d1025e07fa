"""What rules say of one shipment: a kind of problem, and from when to when it stands."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.shipments import Around
from doorstep.domain.tracking import Estimate, Scan

#: No estimate is believed beyond; it keeps days and zones within what a date can hold.
_LAST_YEAR = 2200


class Span(msgspec.Struct, frozen=True, gc=False):
    """From when (aware clock in microseconds UTC) to when (exclusive; None: until something happens) a kind of problem stands."""

    kind: str
    from_us: int
    until_us: int | None
    #: What it rests on: the fingerprint of a scan, or b"".
    rests_on: bytes
    #: It keeps its moment while it stands, though patience is learnt since or what it rests on is said anew.
    lasts: bool = False


class Facts(msgspec.Struct, frozen=True):
    """What the rules read of a shipment beside its fold."""

    merchant_id: int
    carrier: str
    service: str | None
    #: IANA zone of the recipient; None unknown.
    zone: str | None
    scans: list[Scan]
    estimates: list[Estimate]
    around: Around


def us_of(moment: datetime) -> int:
    """Microseconds UTC of an aware moment."""
    return round(moment.timestamp() * 1e6)  # a float holds a microsecond of any year up to 2255 exactly


def moment_of(instant_us: int) -> datetime:
    """Aware UTC of microseconds."""
    return datetime.fromtimestamp(instant_us / 1e6, UTC)


@lru_cache(maxsize=4096)
def end_of_day(day: date, zone: str | None) -> int:
    """Tell when a local day is over, in microseconds UTC."""
    return us_of(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone or "UTC"))) if day.year < _LAST_YEAR else 1 << 52
