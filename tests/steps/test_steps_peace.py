"""Any run of events through the real steps and a real store: nothing leaves that a rule forbids, nothing allowed is lost.

`DOORSTEP_LONG_PEACE=2000` goes through so many other runs in place of the few of the suite.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from steps_peace import EMAIL, MARKETING, PLACES, SERVICE, SMS, Rules
from steps_peace_merchant import journeys_of
from steps_peace_world import World, open_world

from doorstep.store.database import Database

_LONG = int(os.environ.get("DOORSTEP_LONG_PEACE", "0"))
#: Evenings before the clock changes, somewhere, in 2026, and one on which it does not.
_EVENINGS = [
    datetime(2026, *day, 20, tzinfo=UTC)
    for day in ((3, 7), (3, 28), (4, 4), (4, 24), (9, 5), (9, 26), (10, 3), (10, 24), (10, 31), (5, 14))
]
_ZONES = ("UTC", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Havana")
_HOURS = ((9, 20, frozenset()), (7, 22, frozenset()), (9, 20, frozenset({5, 6})), (11, 13, frozenset({0})))
_BOTH = (EMAIL, SMS)
_TOPICS = ("orders", "delivery", "problems", "shipping")
#: Minutes until the next event.
_PAUSES = (0, 0, 1, 5, 11, 45, 180, 600, 780, 1430, 1441)
#: What happens, how often, and what is drawn for it.
_EVENTS: dict[str, tuple[int, Callable[[Random], tuple[Any, ...]]]] = {
    "place": (8, lambda r: (r.randrange(2), r.choice((True, True, True, None, False)))),
    "scan": (20, lambda r: (r.randrange(3), r.randrange(2), r.choice(_SCANS), r.randrange(90))),
    "pack": (3, lambda r: (r.randrange(3),)),
    "again": (1, lambda r: (r.randrange(3),)),
    "cancel": (3, lambda r: (r.randrange(3),)),
    "say": (3, lambda r: (r.randrange(2), r.choice((SERVICE, MARKETING)), r.choice((None, *_BOTH)), r.random() < 0.7, r.randrange(2))),
    "contradict": (2, lambda r: (r.randrange(2), r.choice((SERVICE, MARKETING)), r.choice((None, *_BOTH)))),
    "write": (4, lambda r: (r.randrange(2), r.choice(("stop", "start", "start", "help")))),
    "unsubscribe": (1, lambda r: (r.randrange(2),)),
    "suppress": (3, lambda r: (r.randrange(2), r.choice(_BOTH), r.choice((None, SERVICE, MARKETING)))),
    "lift": (2, lambda r: (r.randrange(2), r.choice(_BOTH), r.choice((None, SERVICE, MARKETING)))),
    "topic": (2, lambda r: (r.randrange(2), r.choice(_TOPICS), r.choice(_BOTH), r.random() < 0.6)),
    "receipt": (3, lambda r: (r.randrange(3), r.choice(("bounced", "complained", "reached", "refused", "reached")))),
    "provider": (4, lambda r: (r.choice(_BOTH), r.choice(("ok", "ok", "ok", "ok", "later", "refused", "dead", "unknown", "lost")))),
    "pause": (1, lambda r: (r.choice(_BOTH),)),
    "resume": (3, lambda r: (r.choice(_BOTH),)),
    "meanwhile": (1, lambda r: (r.randrange(2), r.choice(("stop", "unsubscribe", "topic")))),
    "at_once": (1, lambda r: (r.randrange(2), r.choice(("stop", "unsubscribe", "topic")))),
    "work": (10, lambda r: (r.choice((1, 1, 2)),)),
}
_SCANS = ("picked_up", "out_for_delivery", "attempt_failed", "attempt_failed", "ready_for_pickup", "delivered")


@pytest.fixture(scope="module")
async def world(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[World]:
    """A shop in a database of its own; each run begins anew in it."""
    async with database_named("steps_peace") as opened:
        yield await open_world(opened)


def _rules(random: Random) -> Rules:
    per_day, per_week = random.choice(((1, 3), (2, 2), (1, 1)))
    return Rules(
        hours=random.choice(_HOURS),
        marketing_hours=random.choice((None, (10, 18, frozenset({6})))),
        zone=random.choice(_ZONES),
        per_day=per_day,
        per_week=per_week,
        ask_first=random.choice((frozenset(), frozenset(), frozenset({SMS}))),
        journeys=journeys_of(
            random.choice((_BOTH, _BOTH[::-1])), random.choice((_BOTH, _BOTH[::-1], _BOTH[::-1])), urgent=random.random() < 0.5
        ),
    )


def _run(random: Random) -> list[tuple[int, str, tuple[Any, ...], bool]]:
    """(minutes until it, what, with what, whether a worker works after it) of each event."""
    names = random.choices(list(_EVENTS), [often for often, _ in _EVENTS.values()], k=random.randint(10, 40))
    idle = random.random()
    return [(random.choice(_PAUSES), name, _EVENTS[name][1](random), random.random() > idle) for name in names]


@settings(
    max_examples=_LONG or 40,
    derandomize=not _LONG,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],
)
@given(random=st.randoms(use_true_random=True))
async def test_nothing_forbidden_leaves_and_nothing_allowed_is_lost(world: World, random: Random) -> None:
    rules, people = _rules(random), [random.choice(PLACES) for _ in range(random.randint(1, 2))]
    start = random.choice(_EVENINGS) + timedelta(minutes=random.randrange(36 * 60))
    run = _run(random)
    note("\n".join(repr(one) for one in (rules, people, start, *run)))
    await world.begin(rules, people, start)
    for minutes, name, with_what, works in run:
        world.now += timedelta(minutes=minutes, seconds=7 if minutes else 0)
        await getattr(world, name)(*with_what)
        if works:
            await world.work(1)
    await world.end()
