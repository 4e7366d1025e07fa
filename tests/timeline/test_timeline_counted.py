"""Counted days → chances, windows, promises; thin lanes lean on broader ones."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.timeline.estimating.counted import MOST, Counted, Experience, Lane, Part, chance_beyond, exactly, prior, within
from doorstep.timeline.estimating.opening import day_after, days_between, first_open, week_of_days
from doorstep.timeline.estimating.promising import Sending, promise

_LANE = Lane(1, "gls", "", "ES", "ES", "28")


def _counts(lane: Lane, *days: int, part: Part = Part.TRANSIT) -> list[Counted]:
    return [Counted(lane, part, day, 1, 1.0) for day in days]


def test_without_a_parcel_the_house_speaks():
    ahead = Experience().ahead(_LANE, Part.TRANSIT)
    assert (ahead.level, ahead.parcels) == ("house", 0)
    assert ahead.shares == prior(Part.TRANSIT, "ES", "ES")


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        (_LANE, "lane"),
        (msgspec.structs.replace(_LANE, area="08"), "countries"),
        (msgspec.structs.replace(_LANE, destination="PT"), "service"),
        (msgspec.structs.replace(_LANE, carrier="ups"), "merchant"),
        (msgspec.structs.replace(_LANE, merchant_id=2), "house"),
    ],
)
def test_a_lane_leans_on_the_finest_level_that_has_parcels(asked, level):
    assert Experience(_counts(_LANE, *[5] * 30)).ahead(asked, Part.TRANSIT).level == level


def test_the_more_a_lane_is_used_the_more_its_own_parcels_say():
    few, many = (Experience(_counts(_LANE, *[9] * times)).ahead(_LANE, Part.TRANSIT).shares[9] for times in (3, 300))
    assert 0.2 < few < many
    assert many > 0.95


def test_another_merchants_parcels_say_nothing():
    theirs = Experience(_counts(msgspec.structs.replace(_LANE, merchant_id=2), *[30] * 500))
    assert theirs.ahead(_LANE, Part.TRANSIT) == Experience().ahead(_LANE, Part.TRANSIT)
    assert theirs.parcels(1) == 0


def test_asked_for_no_carrier_all_of_a_lane_answer():
    both = Experience(_counts(_LANE, *[2] * 50) + _counts(msgspec.structs.replace(_LANE, carrier="ups"), *[4] * 50))
    ahead = both.ahead(Lane(1, origin="ES", destination="ES", area="28"), Part.TRANSIT, any_carrier=True)
    assert (ahead.level, ahead.parcels) == ("lane", 100)
    assert ahead.shares[2] == pytest.approx(ahead.shares[4], rel=0.1)


@given(st.lists(st.floats(0, 100), min_size=MOST + 1, max_size=MOST + 1), st.integers(0, MOST + 3))
def test_a_window_holds_its_chance_and_never_begins_before_what_has_passed(weights, least):
    total = sum(weights)
    if total <= 0.001:
        return
    shares = tuple(weight / total for weight in weights)
    window = within(shares, least)
    if window is None:
        return
    assert least <= window.first <= window.last < MOST
    assert window.chance >= 0.8 - 1e-6
    assert chance_beyond(shares, window.last, least) <= 0.1 + 1e-6


def test_what_is_certain_is_a_window_of_one_day():
    window = within(exactly(3))
    assert (window.first, window.last, window.chance) == (3, 3, 1.0)
    assert within(exactly(3), least=4) is None
    assert chance_beyond(exactly(3), 2) == 1.0
    assert chance_beyond(exactly(3), 3) == 0.0


@settings(deadline=None)  # a country's holidays are read in once
@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.integers(0, 30))
def test_going_forward_and_counting_agree(first, days):
    assert days_between("ES", first, day_after("ES", first, days)) == days


def test_weekends_and_holidays_are_no_working_days():
    assert days_between("ES", date(2026, 12, 4), date(2026, 12, 9)) == 2  # Friday to Wednesday over the 8th, Immaculate Conception
    assert days_between("ES", date(2026, 12, 4), date(2026, 12, 5)) == 1  # delivered on a Saturday: as on the Monday
    assert first_open("ES", date(2026, 12, 25)) == date(2026, 12, 28)
    assert first_open("ES", date(2026, 12, 26), week_of_days([1, 6])) == date(2026, 12, 26)


def test_an_order_after_the_cut_off_counts_for_the_next_working_day():
    sending = Sending("ES", "Europe/Madrid", "16:00", handling_days=0)
    experience = Experience(_counts(_LANE, *[2] * 500))
    friday, evening = datetime(2026, 11, 20, 14, 59, tzinfo=UTC), datetime(2026, 11, 20, 15, tzinfo=UTC)
    early, late = (promise(experience, sending, _LANE, at, any_carrier=False) for at in (friday, evening))
    assert (early.from_on, early.to_on) == (date(2026, 11, 24), date(2026, 11, 24))
    assert (late.from_on, late.to_on) == (date(2026, 11, 25), date(2026, 11, 25))
    assert early.cut_off == evening
    assert late.cut_off == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert early.basis.level == "lane"
    assert early.basis.deliveries == 500


def test_handling_is_as_learnt_where_the_shop_says_nothing():
    experience = Experience(_counts(_LANE, *[2] * 500) + _counts(_LANE, *[3] * 500, part=Part.HANDLING))
    told = promise(experience, Sending("ES", "Europe/Madrid"), _LANE, datetime(2026, 11, 16, 9, tzinfo=UTC), any_carrier=False)
    assert (told.from_on, told.to_on) == (date(2026, 11, 23), date(2026, 11, 23))


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)))  # noqa: DTZ001
def test_a_promise_never_lies_before_the_order_and_its_cut_off_is_ahead(at):
    told = promise(Experience(), Sending("ES", "Europe/Madrid"), _LANE, at, any_carrier=True)
    assert at.date() <= told.from_on <= told.to_on
    assert told.cut_off > at
    assert told.chance >= 0.79
