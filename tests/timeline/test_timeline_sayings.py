"""Estimates said in any order, any number of times → which are kept, so that the first word can be held against what happened."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.timeline.estimates import best_estimate
from doorstep.timeline.sayings import MOST, take_estimates

_PROMISE = Estimate(from_on=date(2026, 3, 4), to_on=date(2026, 3, 4), source="shop")
_FIRST = datetime(2026, 3, 2, 10, tzinfo=UTC)


def says(source: str, day: int, stated: int | None, late: float | None = None) -> Estimate:
    """A day of March, said so many hours after the second of it."""
    at = _FIRST + timedelta(hours=stated or 0)
    stamp = None if stated is None else OccurredAt(at.isoformat()[:19], "+00:00", ZoneSource.SENT, Precision.SECOND)
    return Estimate(from_on=date(2026, 3, day), to_on=date(2026, 3, day), source=source, stated_at=stamp, late_chance=late)


def kept_of(said: list[Estimate], *, at_once: bool = True) -> list[Estimate]:
    kept: list[Estimate] = []
    for some in [said] if at_once else [[one] for one in said]:
        take_estimates(kept, some)
    return kept


def test_a_word_said_again_leaves_its_first_saying_where_it_was() -> None:
    first, second, third = (says("model", 6, hours, 0.9) for hours in (0, 24, 48))
    assert kept_of([first, second]) == [first, second]
    assert kept_of([first, second, third]) == [first, third]
    assert kept_of([first, third, second]) == [first, third]
    assert not take_estimates([first, third], [second])
    assert not take_estimates([first, third], [third, first])


def test_a_word_whose_time_is_untold_counts_as_said_first() -> None:
    untold, told = says("carrier", 6, None), says("carrier", 6, 3)
    assert kept_of([told, untold]) == [told, untold]
    assert kept_of([untold, told, says("carrier", 6, 1)]) == [untold, told]


def test_our_first_window_and_first_warning_outlive_any_number_of_later_words() -> None:
    window, warning = says("model", 4, 0, 0.2), says("model", 6, 5, 0.7)
    later = [says("model", 7 + n % 20, 6 + n, 0.71 + n / 1000) for n in range(100)]
    for at_once in (True, False):
        kept = kept_of([_PROMISE, window, warning, *later], at_once=at_once)
        assert len(kept) == MOST
        assert {window, warning, _PROMISE, later[-1]} <= set(kept)


def test_a_carriers_first_word_and_the_first_beyond_the_promise_outlive_later_ones() -> None:
    word, beyond = says("carrier", 3, 0), says("carrier", 5, 9)
    between = [says("carrier", 4, 1 + n) for n in range(2)]
    later = [says("carrier", 6 + n % 20, 10 + n) for n in range(100)]
    for at_once in (True, False):
        kept = kept_of([_PROMISE, word, *between, beyond, *later], at_once=at_once)
        assert {word, beyond, later[-1]} <= set(kept)
        assert len(kept) == MOST


def _said(source: str, day: int, stated: int | None) -> Estimate:
    """Ours gives a chance with every word, and one only at a time; a carrier gives none."""
    return says(source, day, stated, (0.3, 0.8)[(day + (stated or 0)) % 2] if source == "model" else None)


_SAID = st.lists(st.builds(_said, st.sampled_from(["carrier", "model"]), st.integers(3, 6), st.none() | st.integers(0, 9)), max_size=30)


@given(_SAID, st.randoms(use_true_random=False))
def test_order_and_repetition_change_neither_what_is_kept_nor_what_is_believed(said: list[Estimate], chance: object) -> None:
    shuffled = said * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    kept = kept_of(shuffled, at_once=False)
    assert sorted(map(str, kept)) == sorted(map(str, kept_of(said)))
    assert best_estimate(kept) == best_estimate(said)


@given(_SAID)
def test_the_first_saying_of_every_word_and_the_first_warning_are_among_those_kept(said: list[Estimate]) -> None:
    kept = kept_of([_PROMISE, *said])

    def first(of: list[Estimate], least: float) -> float | None:
        ours = [one.stated_at for one in of if one.source == "model" and (one.late_chance or 0) >= least]
        return min((stamp.instant.timestamp() if stamp else 0.0 for stamp in ours), default=None)

    for least in (0.0, 0.7):
        assert first(kept, least) == first(said, least)
