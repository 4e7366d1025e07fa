"""A moment, a zone, a merchant's hours → may it ring now, and if not, when."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from doorstep.errors import BadInputError


class QuietHours(msgspec.Struct, frozen=True):
    """When messages may ring, in the recipient's local time.

    The default is stricter than the federal rule of the United States (8 to 21) and as strict as its strictest states.
    Source: 47 CFR 64.1200(c)(1); state rules of Florida, Oklahoma and Washington; read 2026-11-22.
    """

    rings_from: time = time(9)
    #: Exclusive; after `rings_from`.
    rings_until: time = time(20)

    def __post_init__(self) -> None:
        if self.rings_from >= self.rings_until:
            raise BadInputError("messages must be allowed to ring from an hour to a later hour of the same day")


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Read an IANA zone; an unknown one is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def next_allowed(quiet: QuietHours, zone: str, now: datetime) -> datetime | None:
    """Tell when a message may ring next (aware UTC, after `now`); None: now.

    Sound over changes of the clock, a missing hour and a missing day: what it returns is itself an allowed moment.
    """
    place = zone_named(zone)
    local = now.astimezone(place)
    if quiet.rings_from <= local.time() < quiet.rings_until:
        return None
    day = local.date() if local.time() < quiet.rings_from else local.date() + timedelta(days=1)
    for later in range(4):
        until = _instant(day + timedelta(days=later), quiet.rings_from, place)
        if until > now and quiet.rings_from <= until.astimezone(place).time() < quiet.rings_until:
            return until
    return now + timedelta(days=1)


def _instant(day: date, at: time, place: ZoneInfo) -> datetime:
    """A wall time as an instant; one that the clock jumps over becomes the same distance behind the jump."""
    return datetime.combine(day, at, place).astimezone(UTC)
