"""Moments and weekly days of rest → how long something has really waited. Times are microseconds UTC, days are UTC's."""

from typing import NamedTuple

from doorstep.timeline.ordering import DAY_US, HOUR_US

_WEEK_US, _MINUTE_US = 7 * DAY_US, HOUR_US // 60


class Week(NamedTuple):
    """A week that begins with work and ends with rest."""

    #: Any moment at which work begins after the rest.
    begins_us: int
    #: How long is worked.
    works_us: int


#: 1970-01-01 was a Thursday.
_SATURDAY, _SUNDAY, _MONDAY = 2 * DAY_US, 3 * DAY_US, 4 * DAY_US
_SIX_DAYS, _FIVE_DAYS = Week(_MONDAY, 6 * DAY_US), Week(_MONDAY, 5 * DAY_US)
_SIX_FROM_SATURDAY, _FIVE_FROM_SUNDAY = Week(_SATURDAY, 6 * DAY_US), Week(_SUNDAY, 5 * DAY_US)
#: Where carriers rest on Fridays instead of Sundays, as known on 2026-11-22.
_FRIDAY_COUNTRIES = frozenset({"AF", "BD", "BH", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "OM", "QA", "SA", "YE"})


def week_of(country: str | None, *, offices: bool) -> Week:
    """Tell when carriers of a country work: six days; its `offices` (shops, customs): five."""
    if country in _FRIDAY_COUNTRIES:
        return _FIVE_FROM_SUNDAY if offices else _SIX_FROM_SATURDAY
    return _FIVE_DAYS if offices else _SIX_DAYS


def wait_until(start_us: int, hours: float, week: Week) -> int:
    """Tell when so many hours (whole minutes of them) outside days of rest have passed since a moment."""
    works = week.works_us
    into = (start_us - week.begins_us) % _WEEK_US
    weeks, left = divmod(min(into, works) + int(hours * 60) * _MINUTE_US, works)
    return start_us - into + weeks * _WEEK_US + left


def waited_h(start_us: int, end_us: int, week: Week) -> float:
    """Tell how many hours outside days of rest lie between two moments; none where the end comes first."""
    return max(0, _worked(end_us, week) - _worked(start_us, week)) / HOUR_US


def _worked(at_us: int, week: Week) -> int:
    weeks, into = divmod(at_us - week.begins_us, _WEEK_US)
    return weeks * week.works_us + min(into, week.works_us)
