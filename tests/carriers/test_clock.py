"""UTC stamps of aggregators → the local time of the scan's place, daylight saving and all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.clock import at_place, in_place, iso_stamp, stamp
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

PLACES = st.sampled_from([("US", "NV"), ("US", "nj"), ("CA", "NL"), ("ES", None), ("ES", "CN"), ("IN", None), ("AU", "SA"), ("DE", "")])


@given(st.datetimes(datetime(1973, 1, 1), datetime(2090, 1, 1)), PLACES)  # noqa: DTZ001 - hypothesis wants naive bounds
def test_the_local_time_of_a_place_is_what_its_clock_shows(moment: datetime, place: tuple[str, str | None]) -> None:
    sent = iso_stamp(f"{moment.replace(microsecond=0).isoformat()}Z")
    local = in_place(sent, *place)
    wall = at_place(sent.instant, *place)
    assert wall is not None
    assert local == stamp(wall, Precision.SECOND, country=place[0], region=place[1])
    assert local.instant == sent.instant


def test_the_hour_that_comes_twice_keeps_its_two_offsets() -> None:
    first, second = (in_place(iso_stamp(f"2026-10-25T0{hour}:30:00Z"), "ES") for hour in (0, 1))
    assert (first.local, first.offset) == ("2026-10-25T02:30:00", "+02:00")
    assert (second.local, second.offset) == ("2026-10-25T02:30:00", "+01:00")
    assert first.zone_source is ZoneSource.COUNTRY


@pytest.mark.parametrize("country", [None, "US"])
def test_a_stamp_stays_where_the_zone_is_not_known(country: str | None) -> None:
    sent = iso_stamp("2026-11-22T12:00:00Z")
    assert in_place(sent, country) is sent


def test_a_local_time_and_a_date_stay_as_they_are() -> None:
    for text in ("2026-11-22T12:00:00+01:00", "2026-11-22"):
        sent = iso_stamp(text, country="ES")
        assert in_place(sent, "US", "NV") is sent


def test_no_place_has_a_clock_in_the_last_year() -> None:
    with pytest.raises(BadInputError, match="9999"):
        in_place(OccurredAt("9998-12-31T23:30:00", "+00:00", ZoneSource.SENT, Precision.SECOND), "ES")


def test_what_is_finer_than_a_second_is_left_out() -> None:
    assert stamp(datetime(2026, 11, 22, 9, 30, 0, 999_999, tzinfo=UTC), Precision.SECOND).local == "2026-11-22T09:30:00"
