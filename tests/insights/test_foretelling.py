"""Estimates of our own, and what happened → windows held, warnings right and foretold, days of warning: worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, Status, ZoneSource
from doorstep.insights.finished import Finished, tally_of
from doorstep.insights.performance import added, performance_of

#: The chance from which on a parcel is called late, as the steps have it.
_LATE = 0.7
_MEASURES = {
    "windowed",
    "window_held",
    "window_days",
    "window_percent",
    "warned",
    "warned_late",
    "warned_first",
    "warning_days",
    "late_watched",
}


def at(text: str) -> datetime:
    """A moment of November 2026, Madrid time: "18 09:30"."""
    return datetime.fromisoformat(f"2026-11-{text}:00+01:00").astimezone(UTC)


def says(source: str, first: int, last: int, stated: str | None = None, late: float | None = None) -> Estimate:
    stamp = stated and OccurredAt(f"2026-11-{stated.replace(' ', 'T')}:00", "+01:00", ZoneSource.SENT, Precision.SECOND)
    return Estimate(
        from_on=date(2026, 11, first),
        to_on=date(2026, 11, last),
        source=source,
        stated_at=stamp or None,
        confidence=0.8 if source == "model" else None,
        late_chance=late,
    )


def ours(first: int, last: int, stated: str, late: float | None = None) -> Estimate:
    return says("model", first, last, stated, late)


def promise(day: int) -> Estimate:
    return says("shop", day, day)


def counts(*estimates: Estimate, delivered: str | None = "18 12:00", ready: str | None = None) -> dict[str, int]:
    """Count a parcel delivered at a time (None: it went back), ready to be fetched at another."""
    made = Finished(
        carrier="gls",
        service=None,
        origin="DE",
        destination="ES",
        region=None,
        zone="Europe/Madrid",
        status=Status.DELIVERED if delivered else Status.RETURNED,
        ended_at=at(delivered or "25 10:00"),
        arrived_at=at(ready) if ready else None,
        first_scan_at=at("13 18:00"),
        attempts=0,
        estimates=estimates,
    )
    tally = tally_of(made, surely_late=_LATE)
    assert tally is not None
    return {name: times for name, times in tally.counts.items() if name in _MEASURES}


def window(held: int, days: int) -> dict[str, int]:
    return {"windowed": 1, "window_days": days, "window_percent": 80} | ({"window_held": 1} if held else {})


def test_the_first_window_counts_whatever_was_said_later() -> None:
    first, later = ours(16, 18, "13 18:00"), ours(20, 21, "15 08:00")
    assert counts(first, later) == counts(later, first) == window(1, 3)
    assert counts(first, later, delivered="20 12:00") == window(0, 3)


@pytest.mark.parametrize(("delivered", "held"), [("16 00:01", 1), ("18 23:59", 1), ("15 23:59", 0), ("19 00:01", 0)])
def test_a_window_holds_on_its_own_days_by_the_recipients_calendar(delivered: str, held: int) -> None:
    assert counts(ours(16, 18, "13 18:00"), delivered=delivered) == window(held, 3)


def test_a_window_counts_to_the_day_on_which_it_lay_ready_to_be_fetched() -> None:
    assert counts(ours(16, 17, "13 18:00"), delivered="24 12:00", ready="17 12:00") == window(1, 2)
    promised = counts(promise(17), ours(16, 17, "13 18:00", 0.1), delivered="24 12:00", ready="17 12:00")
    assert "late_watched" not in promised, "that nobody fetched it is no lateness"


def test_the_carriers_windows_are_not_ours() -> None:
    assert counts(says("carrier", 16, 18, "13 18:00"), says("aggregator", 16, 18, "13 18:00"), promise(17)) == {}


def test_what_went_back_held_no_window_and_missed_its_promise() -> None:
    assert counts(promise(17), ours(16, 25, "13 18:00", 0.2), delivered=None) == {**window(0, 10), "late_watched": 1}
    told = counts(promise(17), ours(16, 25, "14 18:00", 0.9), delivered=None)
    assert told == {**window(0, 10), "late_watched": 1, "warned": 1, "warned_late": 1, "warned_first": 1, "warning_days": 3}


def test_a_warning_is_right_where_the_promise_was_missed_and_wrong_where_it_held() -> None:
    said = (promise(17), ours(17, 19, "14 09:00", 0.5), ours(18, 19, "15 09:00", 0.7), ours(18, 20, "16 09:00", 0.95))
    late = counts(*said)
    assert late == {**window(1, 3), "late_watched": 1, "warned": 1, "warned_late": 1, "warned_first": 1, "warning_days": 2}
    assert counts(*said, delivered="17 23:00") == {**window(1, 3), "warned": 1}


def test_below_the_chance_from_which_it_is_said_nothing_was_said() -> None:
    assert counts(promise(17), ours(17, 19, "14 09:00", 0.69)) == {**window(1, 3), "late_watched": 1}
    assert counts(promise(17), ours(17, 19, "14 09:00")) == {**window(1, 3), "late_watched": 1}
    assert counts(ours(17, 19, "14 09:00", 0.9)) == window(1, 3), "without a promise nothing is late"


def test_a_warning_counts_until_the_promised_day_is_over() -> None:
    on_the_day = counts(promise(17), ours(18, 18, "17 23:59", 1.0))
    assert (on_the_day["warned_late"], "warning_days" in on_the_day) == (1, False)
    assert "warned" not in counts(promise(17), ours(18, 18, "18 00:01", 1.0))


@pytest.mark.parametrize(
    ("carriers_word", "first"),
    [
        (says("carrier", 19, 19, "15 10:00"), 1),
        (says("carrier", 19, 19, "15 08:00"), 0),
        (says("aggregator", 19, 19, "15 08:00"), 0),
        (says("carrier", 19, 19, "15 09:00"), 0),
        (says("carrier", 17, 17, "14 08:00"), 1),
        (says("carrier", 19, 19), 0),
    ],
    ids=["after us", "before us", "an aggregator before us", "at once", "within the promise", "nobody knows when"],
)
def test_we_were_first_where_no_carriers_estimate_lay_beyond_the_promise_before(carriers_word: Estimate, first: int) -> None:
    said = (promise(17), ours(18, 19, "15 09:00", 0.8), carriers_word)
    assert counts(*said).get("warned_first", 0) == counts(*said[::-1]).get("warned_first", 0) == first
    assert "warned_first" not in counts(*said, delivered="17 10:00"), "who was wrong was not first"


def test_figures_of_a_known_history_are_as_worked_out_by_hand() -> None:
    early, sure = ours(16, 17, "14 09:00", 0.1), ours(18, 20, "14 09:00", 0.9)
    carrier = says("carrier", 19, 19, "14 08:00")
    found = performance_of(
        added(
            [
                counts(promise(17), early, delivered="16 10:00"),  # held, in time, nothing said
                counts(promise(17), early, delivered="19 10:00"),  # missed, and nobody said so
                counts(promise(17), sure, delivered="18 10:00"),  # held, foretold three days ahead, the carrier never said it
                counts(promise(16), sure, carrier, delivered="19 10:00"),  # held, foretold two days ahead, the carrier knew
                counts(promise(17), sure, delivered="17 10:00"),  # missed, a false alarm
                counts(ours(16, 17, "14 09:00"), delivered="16 10:00"),  # held, no promise
                counts(carrier, promise(17), delivered="19 10:00"),  # late, and we had said nothing at all
            ]
        )
    )
    assert (found.window_held.times, found.window_held.of) == (4, 6)
    assert (found.window_chance, found.window_mean_days) == (0.8, 2.5)
    assert (found.warnings_right.times, found.warnings_right.of) == (2, 3)
    assert (found.late_foretold.times, found.late_foretold.of) == (2, 3)
    assert (found.foretold_first.times, found.foretold_first.of) == (1, 2)
    assert found.warning_mean_days == 2.5
    assert found.warnings_right.low is not None
    assert found.warnings_right.low < 2 / 3


def test_of_nothing_there_is_nothing_to_tell() -> None:
    found = performance_of({})
    assert (found.window_held.share, found.window_chance, found.window_mean_days, found.warning_mean_days) == (None, None, None, None)


def test_an_estimate_said_in_another_zone_counts_on_the_recipients_day() -> None:
    stamp = OccurredAt("2026-11-17T18:30:00", "-05:00", ZoneSource.SENT, Precision.SECOND)  # half past midnight on the 18th in Madrid
    late = Estimate(from_on=date(2026, 11, 18), to_on=date(2026, 11, 18), source="model", stated_at=stamp, confidence=0.8, late_chance=1.0)
    assert "warned" not in counts(promise(17), late)
    assert counts(promise(18), late, delivered="19 10:00")["warned"] == 1
