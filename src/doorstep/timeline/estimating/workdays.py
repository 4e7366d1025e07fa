"""A country, a region and a day → whether parcels are handed over and delivered there, and how many such days lie ahead."""

import functools
from datetime import date, timedelta

from doorstep.timeline.public_holidays import public_holidays

_EPOCH = date(1970, 1, 1)
_SATURDAY = 5
#: Hour of the local day until which an order still leaves on that day, where the merchant says nothing else.
CUT_OFF_HOUR = 14


def is_holiday(country: str, region: str, on: date) -> bool:
    """Tell whether a day is a public holiday there; none is known of an unknown country."""
    return on in public_holidays(country, region, on.year)


def is_working_day(country: str, region: str, on: date) -> bool:
    """Tell whether a day is neither Saturday, Sunday nor a public holiday there; an unknown country has weekends only."""
    return on.weekday() < _SATURDAY and not is_holiday(country, region, on)


def working_days(country: str, region: str, after: int, days: int) -> int:
    """Count the working days among the `days` days that follow day `after` (days since 1970)."""
    return sum(_works(country, region, day) for day in range(after + 1, after + days + 1))


def next_working_day(country: str, region: str, on: date) -> date:
    """Return `on`, or the first working day after it."""
    while not is_working_day(country, region, on):
        on += timedelta(days=1)
    return on


@functools.lru_cache(maxsize=65536)
def _works(country: str, region: str, day: int) -> bool:
    return is_working_day(country, region, _EPOCH + timedelta(days=day))
