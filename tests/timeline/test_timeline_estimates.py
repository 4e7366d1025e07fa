"""Which of several estimates is believed."""

from datetime import date

from timeline_histories import history

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.timeline import fold

TRAVELLING = history("2026-03-01 18:00 picked_up")


def says(source, day, stated=None, **parts):
    stamp = stated and OccurredAt(f"2026-03-{stated:02}T10:00:00", "+00:00", ZoneSource.SENT, Precision.SECOND)
    return Estimate(from_on=date(2026, 3, day), to_on=date(2026, 3, day), source=source, stated_at=stamp, **parts)


def test_the_newest_word_of_the_carrier_counts():
    older, newer = says("carrier", 9, stated=1), says("carrier", 5, stated=2)
    assert fold(TRAVELLING, [newer, older]).estimate == newer


def test_the_carrier_is_believed_before_an_aggregator_and_the_shop():
    carrier = says("carrier", 6, stated=1)
    assert fold(TRAVELLING, [says("shop", 4), says("aggregator", 5, stated=2), carrier]).estimate == carrier


def test_a_lapsed_estimate_gives_way_to_a_newer_word():
    lapsed, fresh = says("carrier", 4, stated=1), says("aggregator", 9, stated=6)
    assert fold(TRAVELLING, [lapsed, fresh]).estimate == fresh


def test_an_untold_time_of_statement_ranks_as_oldest():
    told = says("carrier", 5, stated=1)
    assert fold(TRAVELLING, [says("carrier", 8), told]).estimate == told


def test_of_two_stated_at_once_the_later_day_is_believed():
    assert fold(TRAVELLING, [says("carrier", 5), says("carrier", 8)]).estimate == says("carrier", 8)


def test_after_an_end_nothing_is_expected():
    for event in ("delivered", "returned_to_sender", "disposed"):
        assert fold([*TRAVELLING, *history(f"2026-03-03 10:00 {event}")], [says("carrier", 5, stated=1)]).estimate is None


def test_on_the_way_back_only_what_was_stated_since_counts():
    back = [*TRAVELLING, *history("2026-03-03 10:00 return_started")]
    assert fold(back, [says("carrier", 5, stated=1), says("carrier", 6)]).estimate is None
    assert fold(back, [says("carrier", 5, stated=1), says("carrier", 8, stated=4)]).estimate == says("carrier", 8, stated=4)
