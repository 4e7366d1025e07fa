"""Parcels of a known history through the real steps → what our windows and warnings count for; late scans put it right."""

from datetime import date, datetime, timedelta

import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, open_shop, order, promised, said, scan, tracking

from doorstep.domain.places import Place
from doorstep.steps.advance import Seen, advance, numbers_in
from doorstep.steps.order import Told, take_orders
from doorstep.steps.tally import tally
from doorstep.steps.watch import watch
from doorstep.store import days, tallies
from doorstep.store.database import Database
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS

_ES = Place(country="ES")
_DAY = timedelta(days=1)
_MEASURES = (
    "windowed",
    "window_held",
    "window_days",
    "window_percent",
    "warned",
    "warned_late",
    "warned_first",
    "warning_days",
    "late_watched",
)


@pytest.fixture
async def learnt(database: Database) -> Shop:
    """A shop whose parcels took two working days, every one of them."""
    shop = await open_shop(database)
    key = (shop.merchant_id, "gls", "", "ES", "ES", "", "transit", 2)
    async with database.system() as tx:
        await days.add(tx, [(key, NOON.date())] * 50, HALF_LIFE_DAYS)
    await shop.directory.refresh(database, NOON + HOUR, force=True)
    return shop


async def _send(shop: Shop, number: str, promise: str) -> None:
    """Hand a parcel over on Wednesday noon: we expect it on Friday, the 20th."""
    sent = tracking(number, scan(number, "picked_up", NOON - HOUR, place=_ES))
    seen = [Seen(merchant_id=shop.merchant_id, inbox_id=1, received_at=NOON, tracking=sent)]
    told = Told(
        merchant_id=shop.merchant_id,
        connection_id=shop.connected["generic"],
        fact=order(number, fulfilment("f", number, at=NOON - 2 * HOUR), promise=promised(promise)),
    )
    async with shop.database.system() as tx:
        await take_orders(tx, [told], NOON, numbers_in(seen))
        await advance(tx, seen, NOON, outlook=shop.directory.outlook)


async def _deliver(shop: Shop, number: str, at: datetime) -> None:
    await shop.arrive(trackings=[said(number, "delivered", at)], now=at + HOUR)


async def _measured(shop: Shop) -> dict[str, int]:
    while await tally(shop.database, 500):
        pass
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        found = await tallies.measured(tx, shop.merchant_id, date(2026, 11, 2), date(2026, 12, 28), _MEASURES)
    return {name: times for name, times in found.items() if times}


def _window(held: int, of: int) -> dict[str, int]:
    return {"windowed": of, "window_days": of, "window_percent": 80 * of} | ({"window_held": held} if held else {})


async def test_what_we_said_at_the_hand_over_is_held_against_the_day_it_came(learnt: Shop) -> None:
    await _send(learnt, "EARLY", "2026-11-20")
    await _send(learnt, "LATE", "2026-11-19")
    await _deliver(learnt, "EARLY", NOON + 2 * _DAY)
    await _deliver(learnt, "LATE", NOON + 2 * _DAY)
    assert await _measured(learnt) == {
        **_window(2, 2),
        "warned": 1,
        "warned_late": 1,
        "warned_first": 1,
        "late_watched": 1,
        "warning_days": 1,
    }


async def test_a_late_scan_after_the_tally_corrects_the_sums(learnt: Shop) -> None:
    await _send(learnt, "LATE", "2026-11-19")
    await _deliver(learnt, "LATE", NOON + 2 * _DAY)
    assert (await _measured(learnt))["warned_late"] == 1
    await learnt.arrive(trackings=[said("LATE", "delivered", NOON + _DAY, code="POD")], now=NOON + 3 * _DAY)
    assert await _measured(learnt) == {**_window(0, 1), "warned": 1}, "it had come on Thursday, as promised, a day before our window"


async def test_a_delivery_taken_back_counts_no_more_until_it_comes(learnt: Shop) -> None:
    await _send(learnt, "LATE", "2026-11-19")
    await _deliver(learnt, "LATE", NOON + 2 * _DAY)
    assert await _measured(learnt)
    void = scan("LATE", "event_retracted", NOON + 2 * _DAY + HOUR, code="VOID", retracts="DELIVERED")
    await learnt.arrive(trackings=[tracking("LATE", void)], now=NOON + 2 * _DAY + 2 * HOUR)
    assert await _measured(learnt) == {}
    await learnt.arrive(trackings=[said("LATE", "delivered", NOON + 5 * _DAY, code="AGAIN")], now=NOON + 6 * _DAY)
    assert (await _measured(learnt))["windowed"] == 1
    assert "window_held" not in await _measured(learnt)


async def test_days_of_moving_on_leave_the_first_window_and_the_first_warning(learnt: Shop) -> None:
    await _send(learnt, "SLOW", "2026-11-19")
    for passed in range(1, 20):
        await watch(learnt.database, learnt.directory, NOON + passed * _DAY, 500)
    assert len([one for one in (await learnt.parcel("SLOW")).estimates if one.source == "model"]) > 1
    await _deliver(learnt, "SLOW", NOON + 20 * _DAY)
    assert await _measured(learnt) == {
        **_window(0, 1),
        "warned": 1,
        "warned_late": 1,
        "warned_first": 1,
        "late_watched": 1,
        "warning_days": 1,
    }


async def test_lying_ready_to_be_fetched_is_arriving(learnt: Shop) -> None:
    await _send(learnt, "POINT", "2026-11-20")
    await learnt.arrive(trackings=[said("POINT", "ready_for_pickup", NOON + 2 * _DAY)], now=NOON + 2 * _DAY + HOUR)
    await learnt.arrive(trackings=[said("POINT", "collected_by_recipient", NOON + 6 * _DAY)], now=NOON + 6 * _DAY + HOUR)
    assert await _measured(learnt) == _window(1, 1)


async def test_another_shops_warnings_are_its_own(learnt: Shop, database: Database) -> None:
    await _send(learnt, "LATE", "2026-11-19")
    await _deliver(learnt, "LATE", NOON + 2 * _DAY)
    other = await open_shop(database)
    assert await _measured(other) == {}
    async with database.for_merchant(other.merchant_id) as tx:
        assert await tallies.measured(tx, learnt.merchant_id, date(2026, 1, 1), date(2027, 1, 1), _MEASURES) == {}
    assert (await _measured(learnt))["warned"] == 1
