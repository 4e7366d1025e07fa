from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.times import OccurredAt, offset_of
from doorstep.domain.vocabulary import Precision, ZoneSource

WALLS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda wall: wall.replace(microsecond=0))  # noqa: DTZ001 - walls
MINUTES = st.integers(-14 * 60, 14 * 60)


def offset_text(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def stamp(local: str, offset: str | None, precision: Precision = Precision.SECOND) -> OccurredAt:
    return OccurredAt(local, offset, ZoneSource.SENT if offset else ZoneSource.ASSUMED, precision)


@given(MINUTES)
def test_an_offset_reads_back_as_its_minutes(minutes):
    assert offset_of(offset_text(minutes)) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", [None, "Z", "+00:00", "-00:00"])
def test_no_offset_and_zulu_are_zero(text):
    assert offset_of(text) == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "0100",
        "+0100",
        "+1:00",
        "++1:00",
        "+ 1:00",
        "+01:0 ",
        "+01:60",
        "+24:00",
        "z",
        "UTC",
        "+\N{ARABIC-INDIC DIGIT ZERO}\N{ARABIC-INDIC DIGIT ONE}:00",
        "+01:00:00",
        "+01:00\n",
    ],
)
def test_any_other_offset_is_refused(text):
    with pytest.raises(ValueError, match="HH:MM"):
        offset_of(text)


@given(st.text(max_size=8))
def test_any_text_is_an_offset_of_less_than_a_day_or_refused(text):
    try:
        assert abs(offset_of(text)) < timedelta(days=1)
    except ValueError as error:
        assert "HH:MM" in str(error)  # noqa: PT017 - either outcome is right


@given(WALLS, MINUTES)
def test_the_instant_is_the_wall_time_less_its_offset(wall, minutes):
    instant = stamp(wall.isoformat(), offset_text(minutes)).instant
    assert instant.utcoffset() == timedelta()
    assert instant.replace(tzinfo=None) + timedelta(minutes=minutes) == wall


@given(WALLS, MINUTES, st.sampled_from(Precision))
def test_an_instant_is_the_same_in_microseconds(wall, minutes, precision):
    local = wall.date().isoformat() if precision is Precision.DATE else wall.isoformat()
    stamped = stamp(local, offset_text(minutes), precision)
    assert stamped.instant == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stamped.instant_us)


def test_a_scan_in_new_york_is_later_than_its_wall_time_in_utc():
    assert stamp("2024-11-22T13:58:00", "-05:00").instant == datetime(2024, 11, 22, 18, 58, tzinfo=UTC)


def test_a_date_counts_as_its_noon():
    assert stamp("2024-11-22", None, Precision.DATE).instant == datetime(2024, 11, 22, 12, tzinfo=UTC)
    assert stamp("2024-11-22", "+09:00", Precision.DATE).instant == datetime(2024, 11, 22, 3, tzinfo=UTC)


def test_an_unknown_offset_orders_as_utc():
    assert stamp("2024-11-22T13:58:00", None).instant == datetime(2024, 11, 22, 13, 58, tzinfo=UTC)
