"""The return window: whole days by the recipient's calendar, from the last parcel."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.actions import return_window

EVENING = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def test_the_window_counts_whole_days_by_the_recipients_calendar():
    found = return_window(14, [EVENING], "Europe/Madrid", EVENING)
    assert found is not None
    assert found.last_on == date(2026, 12, 5)  # in Madrid it was the 21st already
    assert return_window(14, [EVENING], None, EVENING).last_on == date(2026, 12, 4)


def test_the_window_starts_with_the_last_parcel_and_not_before_it_arrived():
    later = EVENING + timedelta(days=3)
    assert return_window(14, [EVENING, None], "UTC", EVENING) is None
    assert return_window(14, [EVENING, later], "UTC", later).last_on == date(2026, 12, 7)


def test_there_is_no_window_without_a_number_of_days():
    assert return_window(None, [EVENING], "UTC", EVENING) is None
    assert return_window(0, [EVENING], "UTC", EVENING) is None
    assert return_window(30, [], "UTC", EVENING) is None


@given(st.integers(1, 400), st.integers(0, 100_000).map(lambda hours: EVENING + timedelta(hours=hours)), st.integers(0, 500))
def test_the_window_is_open_exactly_until_its_last_day(days, delivered, waited):
    found = return_window(days, [delivered], "UTC", delivered + timedelta(days=waited))
    assert found is not None
    assert found.open == (waited <= days)
