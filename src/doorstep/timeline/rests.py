"""Moments, weekly rest and public holidays → how long something has really waited. Times are microseconds UTC, days are UTC's."""

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from doorstep.timeline.ordering import DAY_US, HOUR_US
from doorstep.timeline.public_holidays import public_holidays

_WEEK_US, _MINUTE_US = 7 * DAY_US, HOUR_US // 60
_EPOCH = date(1970, 1, 1).toordinal()
#: Years for which holidays are worked out: a scan's year may be anything.
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
#: Holidays are looked up for so many days at once, and as many ahead: longer than anything waits.
_BLOCK = 512


class Week(NamedTuple):
    """A week that begins with work and ends with rest."""

    #: Any moment at which work begins after the rest.
    begins_us: int
    #: How long is worked.
    works_us: int


class Calendar:
    """When is worked where a parcel is: a week, and the public holidays of some countries."""

    __slots__ = ("_countries", "_known", "week")

    def __init__(self, week: Week, countries: tuple[str, ...]) -> None:
        self.week = week
        self._countries = countries
        self._known: dict[int, tuple[int, ...]] = {}

    def holidays_from(self, at_us: int) -> tuple[int, ...]:
        """Tell when the holidays begin that end after a moment, up to at least `_BLOCK` days later; those on days of rest are left out."""
        block = at_us // (DAY_US * _BLOCK)
        begin = self._known.get(block)
        if begin is None:
            begin = self._known[block] = self._holidays_in(block)
        return begin[bisect_right(begin, at_us - DAY_US) :] if begin else ()

    def _holidays_in(self, block: int) -> tuple[int, ...]:
        first, last = (_EPOCH + day for day in (block * _BLOCK - 1, (block + 2) * _BLOCK))
        if not self._countries or first < _EPOCH or date.fromordinal(first).year > _LAST_YEAR:
            return ()
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        days = {day for country in self._countries for year in years for day in public_holidays(country, "", year)}
        begin = ((day.toordinal() - _EPOCH) * DAY_US for day in days)
        return tuple(sorted(at for at in begin if (at - self.week.begins_us) % _WEEK_US < self.week.works_us))


#: 1970-01-01 was a Thursday.
_SATURDAY, _SUNDAY, _MONDAY = 2 * DAY_US, 3 * DAY_US, 4 * DAY_US
#: The weeks of carriers and of offices.
_FROM_MONDAY = Week(_MONDAY, 6 * DAY_US), Week(_MONDAY, 5 * DAY_US)
_FROM_SATURDAY = Week(_SATURDAY, 6 * DAY_US), Week(_SUNDAY, 5 * DAY_US)
#: Where carriers rest on Fridays instead of Sundays, as known on 2026-11-22.
_FRIDAY_COUNTRIES = frozenset({"AF", "BD", "BH", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "OM", "QA", "SA", "YE"})


@lru_cache(maxsize=4096)
def calendar_of(country: str | None, offices: bool, also: str | None = None) -> Calendar:  # noqa: FBT001 - a part of the cache's key
    """Tell when carriers of a country work: six days; its `offices` (shops, customs): five; nobody on its public holidays.

    The holidays of the country `also` are kept, too.
    """
    works = _FROM_SATURDAY if country in _FRIDAY_COUNTRIES else _FROM_MONDAY
    return Calendar(works[offices], tuple(dict.fromkeys(one for one in (country, also) if one)))


def wait_until(start_us: int, hours: float, calendar: Calendar) -> int:
    """Tell when so many hours (whole minutes of them) outside days of rest have passed since a moment."""
    week = calendar.week
    until = _on(start_us, int(hours * 60) * _MINUTE_US, week)
    for begins in calendar.holidays_from(start_us):
        if begins > until:
            break
        until = _on(until, begins + DAY_US - max(start_us, begins), week)
    return until


def waited_h(start_us: int, end_us: int, calendar: Calendar) -> float:
    """Tell how many hours outside days of rest lie between two moments; none where the end comes first."""
    waited = _worked(end_us, calendar.week) - _worked(start_us, calendar.week)
    for begins in calendar.holidays_from(start_us):
        if begins >= end_us:
            break
        waited -= min(end_us, begins + DAY_US) - max(start_us, begins)
    return max(0, waited) / HOUR_US


def _on(start_us: int, working_us: int, week: Week) -> int:
    """Go so much working time forward, no holidays kept."""
    works = week.works_us
    into = (start_us - week.begins_us) % _WEEK_US
    weeks, left = divmod(min(into, works) + working_us, works)
    return start_us - into + weeks * _WEEK_US + left


def _worked(at_us: int, week: Week) -> int:
    weeks, into = divmod(at_us - week.begins_us, _WEEK_US)
    return weeks * week.works_us + min(into, week.works_us)
