"""Opening hours with zones, holidays and daylight saving → open or not, when next, so many open minutes on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.handing.hours import Hours, Span, after_open_minutes, is_open, open_minutes, opens_next

MADRID = Hours(
    zone="Europe/Madrid",
    spans=(Span(days=(1, 2, 3, 4, 5), opens="09:00", closes="18:00"), Span(days=(6,), opens="10:00", closes="14:00")),
    holidays=(date(2026, 12, 8),),
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-11-30T08:00", True),  # nine in Madrid on a Monday
        ("2026-11-30T07:59", False),
        ("2026-11-30T16:59", True),
        ("2026-11-30T17:00", False),
        ("2026-12-05T12:59", True),  # Saturday
        ("2026-12-06T12:00", False),  # Sunday
        ("2026-12-08T12:00", False),  # a holiday on a Tuesday
    ],
)
def test_somebody_is_there_in_the_hours_of_the_shops_own_clock(moment, there):
    assert is_open(MADRID, at(moment)) is there


def test_minutes_stand_still_while_nobody_is_there():
    assert after_open_minutes(MADRID, at("2026-11-30T16:30"), 60) == at("2026-12-01T08:30")
    assert after_open_minutes(MADRID, at("2026-12-05T12:30"), 60) == at("2026-12-07T08:30")
    assert after_open_minutes(MADRID, at("2026-12-07T16:30"), 60) == at("2026-12-09T08:30")
    assert after_open_minutes(MADRID, at("2026-12-06T00:00"), 1) == at("2026-12-07T08:01")


def test_nine_is_nine_before_and_after_the_clocks_change():
    assert opens_next(MADRID, at("2026-10-23T20:00")) == at("2026-10-24T08:00")  # Saturday, ten in summer time
    assert opens_next(MADRID, at("2026-10-25T12:00")) == at("2026-10-26T08:00")  # nine in winter time
    night = Hours(zone="Europe/Madrid", spans=(Span(days=(7,), opens="00:00", closes="24:00"),))
    assert open_minutes(night, at("2026-10-24T00:00"), at("2026-10-27T00:00")) == 25 * 60
    assert open_minutes(night, at("2026-03-28T00:00"), at("2026-03-31T00:00")) == 23 * 60


def test_no_hours_at_all_are_all_hours_and_hours_that_never_come_are_counted_by_the_clock():
    assert opens_next(Hours(), at("2026-12-25T03:00")) == at("2026-12-25T03:00")
    assert after_open_minutes(Hours(), at("2026-12-25T03:00"), 90) == at("2026-12-25T04:30")
    never = Hours(spans=(Span(days=(1,), opens="18:00", closes="09:00"),))
    assert opens_next(never, at("2026-11-30T12:00")) is None
    assert after_open_minutes(never, at("2026-11-30T12:00"), 30) == at("2026-11-30T12:30")


def test_overlapping_hours_count_no_minute_twice():
    twice = Hours(spans=(Span(days=(1,), opens="09:00", closes="12:00"), Span(days=(1,), opens="10:00", closes="13:00")))
    assert open_minutes(twice, at("2026-11-30T00:00"), at("2026-12-01T00:00")) == 4 * 60
    assert after_open_minutes(twice, at("2026-11-30T09:00"), 200) == at("2026-11-30T12:20")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(1, 3000))  # noqa: DTZ001 - made aware below
def test_as_many_minutes_go_by_as_were_asked_for(begin, minutes):
    begin = begin.replace(tzinfo=UTC, second=0, microsecond=0)
    end = after_open_minutes(MADRID, begin, minutes)
    assert open_minutes(MADRID, begin, end) == minutes
    assert open_minutes(MADRID, begin, end - timedelta(minutes=1)) == minutes - 1
