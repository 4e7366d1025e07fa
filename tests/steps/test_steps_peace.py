"""Any run of events through the real steps and a real store: nothing leaves that a rule forbids, nothing allowed is lost.

`DOORSTEP_LONG_PEACE=2000` looks through so many runs in place of the few of the suite.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from steps_peace import EMAIL, PLACES, SMS, Rules
from steps_peace_world import World, journeys_of, open_world

from doorstep.domain.vocabulary import Purpose
from doorstep.store.database import Database

_LONG = int(os.environ.get("DOORSTEP_LONG_PEACE", "0"))
#: Evenings before the clock changes, somewhere, in 2026, and one on which it does not.
_EVENINGS = [
    datetime(2026, *day, 20, tzinfo=UTC)
    for day in ((3, 7), (3, 28), (4, 4), (4, 24), (9, 5), (9, 26), (10, 3), (10, 24), (10, 31), (5, 14))
]
_ZONES = ("UTC", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Havana")
_HOURS = ((9, 20, frozenset()), (7, 22, frozenset()), (9, 20, frozenset({5, 6})), (11, 13, frozenset({0})))


@pytest.fixture(scope="module")
async def world(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[World]:
    """A shop in a database of its own; each run begins anew in it."""
    async with database_named("steps_peace") as opened:
        yield await open_world(opened)


orders_of_channels = st.permutations([EMAIL, SMS]).map(tuple)
rules = st.builds(
    lambda hours, marketing, zone, caps, ask_first, placed, told, urgent: Rules(
        hours=hours,
        marketing_hours=marketing,
        zone=zone,
        per_day=caps[0],
        per_week=caps[1],
        ask_first=ask_first,
        journeys=journeys_of(placed, told, urgent=urgent),
    ),
    st.sampled_from(_HOURS),
    st.sampled_from([None, (10, 18, frozenset({6}))]),
    st.sampled_from(_ZONES),
    st.sampled_from([(1, 3), (2, 2), (1, 1)]),
    st.sampled_from([frozenset(), frozenset({SMS})]),
    orders_of_channels,
    orders_of_channels,
    st.booleans(),
)
people = st.lists(st.sampled_from(PLACES), min_size=1, max_size=2)
few = st.integers(0, 3)
whom = st.integers(0, 1)
channels = st.sampled_from([EMAIL, SMS])
purposes = st.sampled_from(list(Purpose))
events = st.one_of(
    st.tuples(st.just("place"), whom, st.sampled_from([None, True, True, False])),
    st.tuples(st.just("place"), whom, st.sampled_from([None, True, True, False])),
    st.tuples(st.just("pack"), few),
    st.tuples(
        st.just("scan"), few, few, st.sampled_from(["picked_up", "out_for_delivery", "attempt_failed", "delivered"]), st.integers(0, 90)
    ),
    st.tuples(
        st.just("scan"), few, few, st.sampled_from(["picked_up", "out_for_delivery", "attempt_failed", "delivered"]), st.integers(0, 90)
    ),
    st.tuples(st.just("again"), few),
    st.tuples(st.just("cancel"), few),
    st.tuples(st.just("say"), whom, purposes, st.sampled_from([None, EMAIL, SMS]), st.booleans(), st.integers(0, 1)),
    st.tuples(st.just("write"), whom, st.sampled_from(["stop", "start", "help"])),
    st.tuples(st.just("unsubscribe"), whom),
    st.tuples(st.just("suppress"), whom, channels, st.sampled_from([None, *Purpose])),
    st.tuples(st.just("lift"), whom, channels, st.sampled_from([None, *Purpose])),
    st.tuples(st.just("topic"), whom, st.sampled_from(["orders", "delivery", "problems", "shipping"]), channels, st.booleans()),
    st.tuples(st.just("receipt"), few, st.sampled_from(["bounced", "complained", "reached", "refused"])),
    st.tuples(st.just("provider"), channels, st.sampled_from(["ok", "ok", "ok", "later", "refused", "dead", "unknown", "lost"])),
    st.tuples(st.just("pause"), channels),
    st.tuples(st.just("resume"), channels),
    st.tuples(st.just("meanwhile"), whom, st.sampled_from(["stop", "unsubscribe", "topic"])),
    st.tuples(st.just("at_once"), whom, st.sampled_from(["stop", "unsubscribe", "topic"])),
    st.tuples(st.just("work"), st.integers(1, 2)),
    st.tuples(st.just("work"), st.integers(1, 2)),
)
#: Minutes until the next event.
pauses = st.sampled_from([0, 0, 1, 5, 11, 45, 180, 600, 780, 1430, 1441])
runs = st.lists(st.tuples(pauses, events, st.booleans()), min_size=4, max_size=24)
starts = st.builds(lambda evening, minutes: evening + timedelta(minutes=minutes), st.sampled_from(_EVENINGS), st.integers(0, 36 * 60))


@settings(
    max_examples=_LONG or 40,
    derandomize=not _LONG,
    database=None,
    phases=[Phase.explicit, Phase.generate, *([] if _LONG else [Phase.shrink])],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    print_blob=True,
)
@given(rules=rules, people=people, start=starts, run=runs)
async def test_nothing_forbidden_leaves_and_nothing_allowed_is_lost(
    world: World, rules: Rules, people: list, start: datetime, run: list
) -> None:
    note(f"{rules}\n{people} {start}\n" + "\n".join(str(one) for one in run))
    await world.begin(rules, people, start)
    for minutes, (name, *given_), works in run:
        world.now += timedelta(minutes=minutes, seconds=7 if minutes else 0)
        await getattr(world, name)(*given_)
        if works:
            await world.work(1)
    await world.end()
