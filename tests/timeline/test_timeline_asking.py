"""When to ask next: never in the past, never too soon, denser near the door, thin at night, and it ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status
from doorstep.timeline import fold
from doorstep.timeline.asking import CEILING, FLOOR, NEVER_KNOWN, STALE, Followed, next_ask_at

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MADRID = ZoneInfo("Europe/Madrid")
EMPTY = fold([])


def folded(status: Status, *, heard: datetime = NOON - HOUR, estimate: date | None = None, **rest: Any) -> Folded:
    said: dict[str, Any] = {
        "status": status,
        "status_since": heard,
        "last_scan_at": heard,
        "first_scan_at": heard,
        "phase": Phase.TRANSIT,
        "direction": Direction.OUTBOUND,
        "must_act": Actor.NOBODY,
        "estimate": Estimate(from_on=estimate, to_on=estimate) if estimate else None,
    }
    return msgspec.structs.replace(EMPTY, **(said | rest))


def asking(shipment: Folded | None, **rest: Any) -> Followed:
    return Followed(**{"folded": shipment, "known_at": NOON - 2 * HOUR, "zone": UTC, **rest})


def wait(shipment: Folded | None, now: datetime = NOON, **rest: Any) -> timedelta:
    at = next_ask_at(asking(shipment, **rest), now)
    assert at is not None
    return at - now


times = st.integers(0, 2 * 365 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
zones = st.sampled_from([UTC, MADRID, ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Kiritimati")])
shipments = st.none() | st.builds(
    lambda status, heard, phase, estimate, dated: folded(
        status, heard=heard, phase=phase, estimate=estimate, **({} if dated else {"status_since": None, "last_scan_at": None})
    ),
    st.sampled_from(list(Status)),
    times,
    st.sampled_from(list(Phase)),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.booleans(),
)
askings = st.builds(
    Followed,
    folded=shipments,
    known_at=times,
    zone=zones,
    misses=st.integers(0, 50),
    pushed=st.booleans(),
    seed=st.integers(0, 10**9),
)


@settings(deadline=None, max_examples=300)
@given(askings, times)
def test_the_next_turn_is_never_past_nor_too_soon_nor_too_far(one: Followed, now: datetime) -> None:
    at = next_ask_at(one, now)
    if at is not None:
        assert at.tzinfo is UTC
        assert at >= now + FLOOR
        ended = one.folded is not None and one.folded.status in {Status.DELIVERED, Status.RETURNED, Status.CANCELLED}
        if not ended:
            assert at <= now + CEILING * 1.1 + 10 * HOUR


@settings(deadline=None, max_examples=60)
@given(askings)
def test_a_shipment_of_which_nothing_more_is_heard_is_given_up(one: Followed) -> None:
    """Ask whenever it is due and hear nothing new: it ends, after a bounded number of asks, soon after it went stale."""
    heard = max(
        filter(None, (one.folded.last_scan_at if one.folded else None, one.folded.status_since if one.folded else None, one.known_at))
    )
    now, asks = heard, 0
    while (at := next_ask_at(one, now)) is not None:
        now, asks = at, asks + 1
        assert asks < 400
    assert now <= heard + STALE + CEILING * 1.1 + 10 * HOUR


@settings(deadline=None, max_examples=50)
@given(askings, times)
def test_the_same_question_has_the_same_answer(one: Followed, now: datetime) -> None:
    assert next_ask_at(one, now) == next_ask_at(one, now)


@pytest.mark.parametrize("status", sorted({Status.DELIVERED, Status.RETURNED, Status.CANCELLED}))
def test_after_the_end_there_are_two_last_looks_and_then_none(status: Status) -> None:
    now, asked = NOON, []
    while (at := next_ask_at(asking(folded(status, heard=NOON)), now)) is not None:
        asked.append(at - NOON)
        now = at
    assert asked == [8 * HOUR, 72 * HOUR]


def test_the_nearer_the_door_the_denser() -> None:
    far = wait(folded(Status.IN_TRANSIT, estimate=date(2026, 11, 24)))
    last_mile = wait(folded(Status.IN_TRANSIT, phase=Phase.LAST))
    today = wait(folded(Status.IN_TRANSIT, estimate=date(2026, 11, 18)))
    tour = wait(folded(Status.OUT_FOR_DELIVERY))
    assert far > last_mile > today > tour >= FLOOR


def test_at_night_the_pace_is_slower_and_the_morning_wakes_it() -> None:
    late = datetime(2026, 11, 18, 22, 30, tzinfo=MADRID).astimezone(UTC)
    tour = folded(Status.OUT_FOR_DELIVERY, heard=late - HOUR)
    assert wait(tour, late, zone=MADRID) == 4 * timedelta(minutes=20)
    moving = folded(Status.IN_TRANSIT, heard=late - HOUR)
    at = late + wait(moving, late, zone=MADRID)
    assert at.astimezone(MADRID) == datetime(2026, 11, 19, 6, 30, tzinfo=MADRID)
    assert wait(moving, late, zone=ZoneInfo("America/Los_Angeles")) == 3 * HOUR


def test_silence_stretches_the_wait_until_it_is_given_up() -> None:
    waits = [wait(folded(Status.IN_TRANSIT, heard=NOON - timedelta(days=days))) for days in (0, 2, 6, 20)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[2]
    assert next_ask_at(asking(folded(Status.IN_TRANSIT, heard=NOON - STALE - HOUR)), NOON) is None
    assert next_ask_at(asking(None, known_at=NOON - NEVER_KNOWN - HOUR), NOON) is None


def test_a_number_its_carrier_does_not_know_is_asked_about_ever_more_seldom() -> None:
    waits = [wait(None, misses=misses) for misses in (0, 3, 4, 5, 20)]
    assert waits == sorted(waits)
    assert waits[-1] >= 20 * HOUR


def test_where_webhooks_come_asking_only_reconciles() -> None:
    for status in (Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.FAILED_ATTEMPT):
        assert wait(folded(status), pushed=True) >= 6 * HOUR > wait(folded(status))


def test_the_day_of_delivery_is_not_slept_through() -> None:
    """Stale and slow the evening before: the tour's beginning is a turn of its own."""
    evening = datetime(2026, 11, 18, 20, tzinfo=MADRID)
    shipment = folded(Status.IN_TRANSIT, heard=evening - timedelta(days=7), estimate=date(2026, 11, 19))
    at = next_ask_at(asking(shipment, zone=MADRID), evening.astimezone(UTC))
    assert at == datetime(2026, 11, 19, 6, 30, tzinfo=MADRID)


def test_what_would_be_due_at_once_is_spread() -> None:
    at = {next_ask_at(asking(folded(Status.IN_TRANSIT), seed=seed), NOON) for seed in range(101)}
    assert len(at) == 101
