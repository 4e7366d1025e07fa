"""A moment, a zone, a merchant's hours → may it ring now, and if not, when."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import msgspec
from babel import Locale, UnknownLocaleError

from doorstep.errors import BadInputError

#: Days to look ahead: more than any holidays and days off in a row.
_FAR = 32
_WEEK = 7


class QuietHours(msgspec.Struct, frozen=True):
    """When messages may ring, in the recipient's local time.

    The default is stricter than the federal rule of the United States (8 to 21) and as strict as its strictest states.
    Source: 47 CFR 64.1200(c)(1); state rules of Florida, Oklahoma and Washington; read 2026-11-22.
    """

    rings_from: time = time(9)
    #: Exclusive; after `rings_from`.
    rings_until: time = time(20)
    #: Days of the week on which nothing rings, Monday 0.
    days_off: frozenset[int] = frozenset()
    #: Nothing rings on the weekend of the recipient's country (Saturday and Sunday where it is not known).
    weekends_off: bool = False
    #: Nothing rings on its public holidays.
    holidays_off: bool = False

    def __post_init__(self) -> None:
        if self.rings_from >= self.rings_until:
            raise BadInputError("messages must be allowed to ring from an hour to a later hour of the same day")
        if not self.days_off <= set(range(_WEEK)) or len(self.days_off) == _WEEK:
            raise BadInputError("days off: days of the week from 0 (Monday) to 6, at most six of them")


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Read an IANA zone; an unknown one is UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def next_allowed(quiet: QuietHours, zone: str, now: datetime, country: str | None = None) -> datetime | None:
    """Tell when a message may ring next (aware UTC, after `now`); None: now. `country` (ISO 3166-1) names weekend and holidays.

    Sound over changes of the clock, a missing hour and a missing day: what it returns is itself an allowed moment.
    """
    place = zone_named(zone)
    local = now.astimezone(place)
    if quiet.rings_from <= local.time() < quiet.rings_until and not _is_off(quiet, local.date(), country):
        return None
    day = local.date() if local.time() < quiet.rings_from else local.date() + timedelta(days=1)
    for later in range(_FAR):
        if _is_off(quiet, day + timedelta(days=later), country):
            continue
        until = _instant(day + timedelta(days=later), quiet.rings_from, place)
        rings = until.astimezone(place)
        if until > now and quiet.rings_from <= rings.time() < quiet.rings_until and not _is_off(quiet, rings.date(), country):
            return until
    return now + timedelta(days=1)


def _is_off(quiet: QuietHours, day: date, country: str | None) -> bool:
    if day.weekday() in quiet.days_off:
        return True
    if quiet.weekends_off and day.weekday() in _weekend(country):
        return True
    return quiet.holidays_off and country is not None and day in _holidays(country, day.year)


@lru_cache(maxsize=256)
def _weekend(country: str | None) -> frozenset[int]:
    """Days of the week that are free in a country. Source: CLDR's week data as babel carries it."""
    try:
        place = Locale.parse(f"und_{country}") if country else None
    except (ValueError, UnknownLocaleError):
        place = None
    if place is None:
        return frozenset({5, 6})
    first, last = place.weekend_start, place.weekend_end
    days = {(first + n) % _WEEK for n in range((last - first) % _WEEK + 1)}
    return frozenset(days) if len(days) < _WEEK else frozenset({5, 6})


@lru_cache(maxsize=512)
def _holidays(country: str, year: int) -> Container[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def _instant(day: date, at: time, place: ZoneInfo) -> datetime:
    """A wall time as an instant; one that the clock jumps over becomes the same distance behind the jump."""
    return datetime.combine(day, at, place).astimezone(UTC)
