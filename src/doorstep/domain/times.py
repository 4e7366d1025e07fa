"""A carrier's stamp → wall time, offset, where the zone came from, precision. Never stamps Z on a local time."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from doorstep.domain.vocabulary import Precision, ZoneSource

_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - beside wall times from which their offset was taken


class OccurredAt(msgspec.Struct, frozen=True, omit_defaults=False):
    """When a scan happened, as far as anybody said."""

    #: Local wall time at the scan: "2024-11-22" for dates, else "2024-11-22T13:58:00".
    local: str
    #: "+01:00", "-05:00", "+00:00"; None where nobody said and nothing tells.
    offset: str | None
    zone_source: ZoneSource
    precision: Precision

    @property
    def instant(self) -> datetime:
        """Aware UTC for ordering. Dates count as their noon, unknown offsets as UTC: right only within a day."""
        return _moment(_instant_us(self.local, self.offset, self.precision == "date"))

    @property
    def instant_us(self) -> int:
        """The same in microseconds since 1970 UTC, whole seconds of them: what is compared and kept."""
        return _instant_us(self.local, self.offset, self.precision == "date")


@lru_cache(maxsize=4096)
def _instant_us(local: str, offset: str | None, day_only: bool) -> int:  # noqa: FBT001 - a key of the cache
    """Reckon once what the fold, the estimates and the store each ask about the same stamp."""
    wall = datetime.fromisoformat(local)
    if day_only:
        wall = wall.replace(hour=12, minute=0, second=0)
    since = wall - _EPOCH
    return (since.days * 86_400 + since.seconds - _offset_s(offset)) * 1_000_000


@lru_cache(maxsize=4096)
def _moment(instant_us: int) -> datetime:
    return datetime.fromtimestamp(instant_us // 1_000_000, UTC)


@lru_cache(maxsize=256)
def _offset_s(text: str | None) -> int:
    return int(offset_of(text).total_seconds())


def offset_of(text: str | None) -> timedelta:
    """Read "+HH:MM" or "-HH:MM"; None and "Z" are zero.

    Raises:
        ValueError: any other text.
    """
    if text is None or text == "Z":
        return timedelta()
    found = _OFFSET.fullmatch(text)
    if found is None:
        message = "an offset is written +HH:MM or -HH:MM"
        raise ValueError(message)
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return size if found[1] == "+" else -size
