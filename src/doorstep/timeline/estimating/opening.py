"""Working days counted and gone forward: a country's weekends and public holidays, or a shop's own week."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

from doorstep.timeline.estimating.workdays import is_working_day

_DAY = timedelta(days=1)
#: What no count goes beyond: also bounds a calendar that knows no working day.
_LONGEST = 400

#: Weekdays on which somebody works, Monday 0; None: all that the country does not rest.
Week = frozenset[int] | None


@lru_cache(maxsize=32768)
def works(country: str, on: date, week: Week = None) -> bool:
    """Tell whether a day is worked: no public holiday there, and of the week (Monday to Friday where none is given)."""
    if week is None:
        return is_working_day(country, "", on)
    if on.weekday() not in week:
        return False
    return on.weekday() > 4 or is_working_day(country, "", on)  # noqa: PLR2004 - who opens on a Saturday opens on each


@lru_cache(maxsize=32768)
def days_between(country: str, first: date, last: date, week: Week = None) -> int:
    """Count the working days after `first` up to `last`; where `last` is none, it counts as the next working day."""
    if last <= first:
        return 0
    most = min((last - first).days, _LONGEST)
    worked = sum(works(country, first + _DAY * day, week) for day in range(1, most + 1))
    return worked + (not works(country, first + _DAY * most, week))


@lru_cache(maxsize=32768)
def day_after(country: str, first: date, days: int, week: Week = None) -> date:
    """Go so many working days forward; 0 stays."""
    on = first
    for _ in range(_LONGEST):
        if days <= 0:
            break
        on += _DAY
        days -= works(country, on, week)
    return on


def first_open(country: str, on: date, week: Week = None) -> date:
    """Return `on`, or the first working day after it."""
    for _ in range(_LONGEST):
        if works(country, on, week):
            break
        on += _DAY
    return on


def week_of_days(days: Collection[int]) -> Week:
    """Read a shop's working days, Monday 1 to Sunday 7; none given: as the country works."""
    return frozenset(day - 1 for day in days) or None
