"""When people answer: opening hours with zone and holidays + a moment → open or not, when next, a moment so many open minutes on."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

_DAY = timedelta(days=1)
#: Nobody opens again within so many days: then there are no hours.
_FAR_DAYS = 400

#: Local "HH:MM"; "24:00" ends a day.
Clock = Annotated[str, msgspec.Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of some days of the week."""

    #: Monday 1 to Sunday 7.
    days: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...]
    opens: Clock
    #: Later than `opens`.
    closes: Clock


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When people answer; no spans: around the clock."""

    #: IANA.
    zone: str = "UTC"
    spans: tuple[Span, ...] = ()
    #: Days on which nobody answers.
    holidays: tuple[date, ...] = ()

    @property
    def always(self) -> bool:
        """Whether somebody answers at any time of any day."""
        return not self.spans and not self.holidays


def _local(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Give the moment of a time of the day; one that daylight saving skips is an hour on, one it repeats is the first."""
    on, at = (day + _DAY, "00:00") if clock == "24:00" else (day, clock)
    return datetime.combine(on, time.fromisoformat(at), zone).astimezone(UTC)


def _open_spans(hours: Hours, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give what is open after a moment, in order, for a year and a month."""
    zone = ZoneInfo(hours.zone)
    spans = hours.spans or (Span(days=(1, 2, 3, 4, 5, 6, 7), opens="00:00", closes="24:00"),)
    first = after.astimezone(zone).date()
    for ahead in range(_FAR_DAYS):
        day = first + _DAY * ahead
        if day in hours.holidays:
            continue
        for opens, closes in sorted((one.opens, one.closes) for one in spans if day.isoweekday() in one.days):
            begins, ends = max(_local(day, opens, zone), after), _local(day, closes, zone)
            if begins < ends:
                yield begins, ends


def opens_next(hours: Hours, at: datetime) -> datetime | None:
    """Tell when somebody answers again: `at` itself while it is open; None: not within a year."""
    if hours.always:
        return at
    return next((begins for begins, _ in _open_spans(hours, at)), None)


def is_open(hours: Hours, at: datetime) -> bool:
    """Tell whether somebody answers at a moment (aware)."""
    return opens_next(hours, at) == at


def after_open_minutes(hours: Hours, at: datetime, minutes: int) -> datetime:
    """Tell when so many minutes of opening hours will have gone by; where it never opens, by the clock."""
    left = timedelta(minutes=minutes)
    if hours.always:
        return at + left
    seen = at
    for begins, ends in _open_spans(hours, at):
        begins = max(begins, seen)  # noqa: PLW2901 - spans of one day may overlap: no minute counts twice
        if begins >= ends:
            continue
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
        seen = ends
    return at + timedelta(minutes=minutes)


def open_minutes(hours: Hours, begin: datetime, end: datetime) -> int:
    """Count the minutes of opening hours between two moments."""
    if hours.always:
        return max(0, int((end - begin) / timedelta(minutes=1)))
    counted, seen = timedelta(0), begin
    for begins, ends in _open_spans(hours, begin):
        if begins >= end:
            break
        counted += max(timedelta(0), min(ends, end) - max(begins, seen))
        seen = max(seen, ends)
    return int(counted / timedelta(minutes=1))
