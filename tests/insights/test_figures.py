"""Finished shipments → counts → figures: worked out by hand, and whole however they are cut."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, Status, ZoneSource
from doorstep.insights import finished
from doorstep.insights.finished import Finished, Tally, lane_of
from doorstep.insights.performance import Performance, Share, added, days_at, performance_of, share_of, wilson

tally_of = partial(finished.tally_of, surely_late=0.7)
#: A Wednesday.
_ENDED = datetime(2026, 11, 18, 11, tzinfo=UTC)
_DAY = timedelta(days=1)


def _shipment(**rest: Any) -> Finished:
    made: dict[str, Any] = {
        "carrier": "gls",
        "service": None,
        "origin": "DE",
        "destination": "ES",
        "region": "Madrid",
        "zone": "Europe/Madrid",
        "status": Status.DELIVERED,
        "ended_at": _ENDED,
        "first_scan_at": _ENDED - 3 * _DAY,
        "attempts": 0,
    }
    return Finished(**{**made, **rest})


def _counts(**rest: Any) -> dict[str, int]:
    made = tally_of(_shipment(**rest))
    assert made is not None
    return made.counts


def _estimate(day: int, *, stated: int | None = None, source: str = "carrier", earliest: int | None = None) -> Estimate:
    stamp = OccurredAt(f"2026-11-{stated:02}T10:00:00", "+00:00", ZoneSource.SENT, Precision.SECOND) if stated else None
    return Estimate(from_on=date(2026, 11, earliest or day), to_on=date(2026, 11, day), source=source, stated_at=stamp)


def test_a_delivery_counts_in_the_week_of_the_recipients_day() -> None:
    sunday_late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert tally_of(_shipment(ended_at=sunday_late)) == Tally(
        date(2026, 11, 23), "gls", "", "DE-ES", _counts(ended_at=sunday_late)
    )  # Monday in Madrid
    in_utc = tally_of(_shipment(ended_at=sunday_late, zone=None))
    assert in_utc is not None
    assert in_utc.week == date(2026, 11, 16)


def test_what_is_under_way_cancelled_or_undated_counts_nowhere() -> None:
    assert tally_of(_shipment(status=Status.IN_TRANSIT)) is None
    assert tally_of(_shipment(status=Status.CANCELLED)) is None
    assert tally_of(_shipment(ended_at=None)) is None


def test_on_time_is_held_against_the_carriers_first_word() -> None:
    moved = (_estimate(20, stated=17), _estimate(17, stated=15))
    assert _counts(estimates=moved)["expected"] == 1
    assert "on_time" not in _counts(estimates=moved)
    assert _counts(estimates=(_estimate(18, stated=15), _estimate(17, stated=16)))["on_time"] == 1
    assert "on_time" not in _counts(estimates=(_estimate(20), _estimate(17, stated=15)))  # told when, before told never
    assert "expected" not in _counts(estimates=(_estimate(18, source="model"), _estimate(18, source="shop")))


def test_a_promise_is_kept_early_or_broken() -> None:
    kept = _counts(estimates=(_estimate(19, earliest=17, source="shop"),))
    assert (kept.get("promised"), kept.get("promise_kept"), kept.get("promise_early")) == (1, 1, None)
    early = _counts(estimates=(_estimate(20, earliest=19, source="shop"),))
    assert (early["promise_kept"], early["promise_early"]) == (1, 1)
    late = _counts(estimates=(_estimate(17, source="shop"),))
    assert (late["promised"], "promise_kept" in late) == (1, False)


def test_what_came_back_was_neither_on_time_nor_as_promised() -> None:
    words = (_estimate(30, stated=15), _estimate(30, source="shop"))
    back = _counts(status=Status.RETURNED, attempts=2, estimates=words)
    assert back["expected"] == back["promised"] == back["returned"] == back["attempted"] == 1
    assert not back.keys() & {"on_time", "promise_kept", "first_attempt", "delivered", "transit.03"}


def test_the_longest_silence_counts_in_whole_days() -> None:
    scans = [_ENDED, _ENDED - timedelta(hours=70), _ENDED - timedelta(hours=72)]
    assert _counts(scanned_at=scans)["silence.02"] == 1
    assert not any(name.startswith("silence") for name in _counts(scanned_at=scans[:1]))


def test_regions_tell_lanes_apart_in_large_countries_only() -> None:
    assert lane_of("US", "US", " ca ") == "US-US/CA"
    assert lane_of("ES", "ES", "Madrid") == "ES-ES"
    assert lane_of("CA", "US", "NY") == "CA-US"
    assert lane_of(None, "ES", None) == "-ES"
    assert lane_of(None, None, "CA") == ""


def test_figures_of_a_handful_are_as_worked_out_by_hand() -> None:
    found = performance_of(
        added(
            [
                _counts(estimates=(_estimate(18, stated=15),), carbon_g=300),
                _counts(estimates=(_estimate(17, stated=15),), attempts=1, pitfalls={"missed_estimate": 1, "delayed": 2}, carbon_g=501),
                _counts(status=Status.RETURNED, first_scan_at=None, pitfalls={"delayed": 1}),
                _counts(first_scan_at=_ENDED - 9 * _DAY),
            ]
        )
    )
    assert (found.finished, found.delivered, found.returned) == (4, 3, 1)
    assert (found.on_time.times, found.on_time.of, found.on_time.share) == (1, 2, 0.5)
    assert (found.first_attempt.times, found.first_attempt.of) == (2, 3)
    assert (found.transit_median_days, found.transit_p90_days, found.transit_of) == (3, 9, 3)
    assert found.pitfalls == {"delayed": 3, "missed_estimate": 1}
    assert found.pitfalls_per_thousand == 1000.0
    assert (found.carbon_mean_g, found.carbon_of) == (400, 2)


def test_of_nothing_there_is_nothing_to_tell() -> None:
    found = performance_of({})
    assert (found.finished, found.on_time.share, found.transit_median_days, found.pitfalls_per_thousand) == (0, None, None, None)
    with pytest.raises(ValueError, match="share"):
        wilson(0, 0)


def test_wilsons_range_is_as_in_the_literature() -> None:
    low, high = wilson(1, 10)  # R. Newcombe, "Two-sided confidence intervals for the single proportion", 1998: 0.0179 to 0.4042
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


def test_the_nearest_rank_is_a_day_that_was() -> None:
    assert days_at({1: 5, 2: 4, 9: 1}, 0.5) == 1
    assert days_at({1: 5, 2: 4, 9: 1}, 0.9) == 2
    assert days_at({1: 5, 2: 4, 9: 2}, 0.9) == 9
    assert days_at({}, 0.5) is None


def _ours(stated: int, day: int, late: float | None) -> Estimate:
    made = _estimate(day, stated=stated, source="model")
    return Estimate(from_on=made.from_on, to_on=made.to_on, source="model", stated_at=made.stated_at, confidence=0.8, late_chance=late)


_SHIPMENTS = st.lists(
    st.builds(
        _shipment,
        carrier=st.sampled_from(["gls", "ups"]),
        status=st.sampled_from([Status.DELIVERED, Status.RETURNED, Status.IN_TRANSIT]),
        attempts=st.integers(0, 2),
        destination=st.sampled_from(["ES", "FR", None]),
        ended_at=st.integers(0, 40).map(lambda days: _ENDED + days * _DAY),
        first_scan_at=st.none() | st.integers(0, 90).map(lambda days: _ENDED - days * _DAY),
        estimates=st.tuples(
            st.lists(st.builds(_estimate, st.integers(10, 28), stated=st.integers(1, 9)), max_size=3),
            st.lists(st.builds(_ours, st.integers(1, 28), st.integers(10, 28), st.none() | st.floats(0, 1)), max_size=5),
            st.lists(st.builds(_estimate, st.integers(10, 28), source=st.just("shop")), max_size=1),
        ).map(lambda said: tuple(one for some in said for one in some)),
        pitfalls=st.dictionaries(st.sampled_from(["delayed", "lost"]), st.integers(1, 3)),
        carbon_g=st.none() | st.integers(1, 9000),
        pickup=st.booleans(),
    ),
    max_size=30,
)


@given(_SHIPMENTS, st.randoms())
def test_parts_add_up_to_the_whole_and_order_does_not_matter(shipments: list[Finished], chance: Any) -> None:
    tallies = [tally for one in shipments if (tally := tally_of(one))]
    whole = added(tally.counts for tally in tallies)
    shuffled = tallies.copy()
    chance.shuffle(shuffled)
    for key in ("carrier", "lane", "week"):
        groups: dict[object, list[Tally]] = {}
        for tally in shuffled:
            groups.setdefault(getattr(tally, key), []).append(tally)
        assert added(added(one.counts for one in group) for group in groups.values()) == whole
    found = performance_of(whole)
    assert found.delivered + found.returned == found.finished == len(tallies)
    for share in (getattr(found, name) for name, kind in get_type_hints(Performance).items() if kind is Share):
        assert 0 <= share.times <= share.of <= found.finished
        if share.share is not None:
            assert share.low is not None
            assert share.high is not None
            assert 0 <= share.low <= share.share + 0.0001
            assert share.share <= share.high + 0.0001
            assert share.high <= 1


@given(_SHIPMENTS)
def test_an_estimates_place_in_the_list_changes_nothing(shipments: list[Finished]) -> None:
    for one in shipments:
        turned = {name: getattr(one, name) for name in one.__struct_fields__} | {"estimates": one.estimates[::-1]}
        assert tally_of(Finished(**turned)) == tally_of(one)


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_range_and_more_shipments_make_it_narrower(counted: tuple[int, int]) -> None:
    times, of = counted
    few, many = share_of(times, of), share_of(times * 10, of * 10)
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low <= few.high - few.low
