"""A queue, its hours and how long answers take lately → by when a human answers, and the sentence that says so to the customer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_time

from doorstep.conversations.handing.hours import after_open_minutes, open_minutes, opens_next
from doorstep.conversations.handing.routing import Handing
from doorstep.conversations.handing.words import handing_words
from doorstep.domain.languages import language_of

#: Up to so many minutes are told as minutes.
_SOON = 60
#: How a day is written where it is not simply put one after the other.
_DAYS = {"de": "EEEE, d. MMMM", "es": "EEEE d 'de' MMMM", "pt": "EEEE, d 'de' MMMM"}

#: Fewer answers than these say nothing of how long they take.
_FEWEST = 10


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """When a human answers."""

    #: Aware UTC: by then.
    by: datetime
    #: Minutes of opening hours until then.
    minutes: int
    #: Somebody is there now.
    is_open: bool
    #: IANA zone in which the customer is told of it.
    zone: str


def usual_minutes(handing: Handing, queue: str, answered: Sequence[tuple[datetime, datetime]]) -> int | None:
    """Tell within how many minutes of opening hours three of four were answered (asked, answered); None: too few to tell."""
    if len(answered) < _FEWEST:
        return None
    hours = handing.hours_of(queue)
    took = sorted(open_minutes(hours, asked, at) for asked, at in answered)
    return took[len(took) * 3 // 4]


def expect(handing: Handing, queue: str, now: datetime, usual: int | None) -> Expected:
    """Say when somebody of a queue answers.

    `usual`: within how many minutes of opening hours three of four were answered lately; None: not known. What takes longer
    than was promised is told as long as it takes: a promise that is not kept brings the customer back, and angrier.
    """
    hours = handing.hours_of(queue)
    minutes = max(handing.queue(queue).first_minutes, usual or 0)
    return Expected(by=after_open_minutes(hours, now, minutes), minutes=minutes, is_open=opens_next(hours, now) == now, zone=hours.zone)


def expected_words(expected: Expected, locale: str, now: datetime) -> str:
    """Tell the customer when somebody answers, in their language and the shop's zone."""
    if expected.is_open and expected.minutes <= _SOON and expected.by - now <= timedelta(minutes=_SOON):
        return handing_words("minutes", locale, minutes=str(expected.minutes))
    zone, language = ZoneInfo(expected.zone), language_of(locale)
    # Rounded up to a quarter of an hour: the minute named has not passed when it comes.
    by = expected.by.astimezone(zone)
    if over := timedelta(minutes=by.minute % 15, seconds=by.second, microseconds=by.microsecond):
        by += timedelta(minutes=15) - over
    clock, days = format_time(by, "HH:mm", locale=language), (by.date() - now.astimezone(zone).date()).days
    if days < 2:  # noqa: PLR2004 - today, tomorrow
        when = handing_words("tomorrow" if days else "today", locale, time=clock)
    else:
        when = handing_words("day", locale, time=clock, day=format_date(by, _DAYS.get(language, "EEEE d MMMM"), locale=language))
    return handing_words("by" if expected.is_open else "closed", locale, when=when)
