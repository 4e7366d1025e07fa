"""How much is delivered on each weekday, a place's holidays → delivery time between two moments, and the moment after so much of it."""

import bisect
import math
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from doorstep.timeline.estimating.workdays import is_holiday

_EPOCH = date(1970, 1, 1)
#: Beyond so many days a span counts by the week's mean: no parcel is awaited for so long.
_LONGEST = 800.0
#: Deliveries thought besides those counted, falling as in `USUAL_WEEK`.
_PULL = 100.0
#: What a day is worth at least: nothing is for ever.
_LEAST = 0.02
_HALF_A_DAY = 0.5

#: What each weekday is worth, Monday first, in days of Monday to Friday; a holiday is worth a Sunday.
Week = tuple[float, ...]
#: Every day alike: time as clocks tell it.
PLAIN_WEEK: Week = (1.0,) * 7
#: The house's opinion until deliveries have taught better.
USUAL_WEEK: Week = (1.0, 1.0, 1.0, 1.0, 1.0, 0.3, 0.05)


class Clock(msgspec.Struct, frozen=True):
    """Delivery time at one place. Moments are days since 1970 by local wall time, with their fraction."""

    week: Week = PLAIN_WEEK
    #: ISO 3166-1 alpha-2, and state or province; "" unknown: no holidays are known.
    country: str = ""
    region: str = ""

    def between(self, begin: float, end: float) -> float:
        """Return the delivery time from one moment to a later one, in delivery days; 0 where it is not later."""
        if end <= begin:
            return 0.0
        if self.week == PLAIN_WEEK:
            return end - begin
        if end - begin > _LONGEST:
            return (end - begin) * sum(self.week) / 7
        first, last = math.floor(begin), math.floor(end)
        whole = self._days(first, last)
        return whole + (end - last) * self._worth(last) - (begin - first) * self._worth(first)

    def after(self, begin: float, amount: float) -> float:
        """Return the moment at which so much delivery time has passed."""
        if self.week == PLAIN_WEEK:
            return begin + amount
        day = math.floor(begin)
        year = _year_of(day)
        sums, first = _year(self.week, self.country, self.region, year)
        wanted = sums[day - first] + (begin - day) * (sums[day - first + 1] - sums[day - first]) + amount
        while wanted > sums[-1]:
            wanted, year = wanted - sums[-1], year + 1
            sums, first = _year(self.week, self.country, self.region, year)
        place = max(bisect.bisect_left(sums, wanted), 1) - 1
        return first + place + (wanted - sums[place]) / (sums[place + 1] - sums[place])

    def _worth(self, day: int) -> float:
        sums, first = _year(self.week, self.country, self.region, _year_of(day))
        return sums[day - first + 1] - sums[day - first]

    def _days(self, first: int, last: int) -> float:
        """Sum the days from `first` up to, not including, `last`."""
        total, year = 0.0, _year_of(first)
        while True:
            sums, new_year = _year(self.week, self.country, self.region, year)
            if last - new_year < len(sums):
                return total + sums[last - new_year] - sums[first - new_year]
            total += sums[-1] - sums[first - new_year]
            first, year = new_year + len(sums) - 1, year + 1


@lru_cache(maxsize=65536)
def _year_of(day: int) -> int:
    return (_EPOCH + timedelta(days=day)).year


@lru_cache(maxsize=4096)
def _year(week: Week, country: str, region: str, year: int) -> tuple[tuple[float, ...], int]:
    """Sum the days of a year up, from none to all; and its first day, counted since 1970."""
    first, last = (date(year, 1, 1) - _EPOCH).days, (date(year + 1, 1, 1) - _EPOCH).days
    sums = [0.0]
    for day in range(first, last):
        on = _EPOCH + timedelta(days=day)
        sums.append(sums[-1] + week[6 if is_holiday(country, region, on) else on.weekday()])
    return tuple(sums), first


def logged(days: float) -> float:
    """Put a span on the scale that forecasts are made on; half a day keeps same-day spans apart from never."""
    return math.log(max(days, 0.0) + _HALF_A_DAY)


def unlogged(place: float) -> float:
    """Return the span, days, of a place on that scale; never nothing."""
    return max(math.exp(place) - _HALF_A_DAY, _LEAST)


def week_of(delivered: Iterable[float]) -> Week:
    """Tell what each weekday is worth from the moments of deliveries, leaning on `USUAL_WEEK` where there are few."""
    counts = [_PULL * share / sum(USUAL_WEEK) for share in USUAL_WEEK]
    for moment in delivered:
        counts[(math.floor(moment) + 3) % 7] += 1  # 1970-01-01 was a Thursday
    full = sum(counts[:5]) / 5
    return tuple(max(count / full, _LEAST) for count in counts)
