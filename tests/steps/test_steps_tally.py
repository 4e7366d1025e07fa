"""Scans and orders in → what ended shipments count for; late scans replace, crashes and repeats change nothing."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, link, open_shop, order, promised, said, scan, stamp, tracking

from doorstep.domain.places import Place
from doorstep.domain.tracking import Estimate
from doorstep.steps.tally import tally
from doorstep.store import tallies
from doorstep.store.database import Database

_MONDAY = date(2026, 11, 16)
_DE = Place(country="DE")


async def _sums(shop: Shop, by: str = "carrier", only: Mapping[str, str | None] | None = None) -> dict[str, dict[str, int]]:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await tallies.sums(tx, shop.merchant_id, date(2026, 11, 2), date(2026, 11, 30), by, only)


async def _deliver(shop: Shop, number: str, carrier: str = "gls", days: int = 3) -> None:
    scans = [scan(number, "picked_up", NOON - timedelta(days=days), place=_DE), scan(number, "delivered", NOON - HOUR)]
    await shop.arrive(
        facts=[order(number, fulfilment("f", number), promise=promised("2026-11-18"))],
        trackings=[tracking(number, *scans, estimates=[Estimate(from_on=_MONDAY, to_on=_MONDAY, stated_at=stamp(NOON))], carrier=carrier)],
    )


async def test_a_delivered_parcel_counts_under_its_lane_and_week(shop: Shop) -> None:
    await _deliver(shop, "N1")
    assert await tally(shop.database, 500) == 1
    assert await tally(shop.database, 500) == 0
    found = (await _sums(shop, "lane"))["DE-ES"]
    carbon_g = found.pop("carbon_g")
    assert found == {
        "finished": 1,
        "delivered": 1,
        "attempted": 1,
        "first_attempt": 1,
        "expected": 1,
        "promised": 1,
        "promise_kept": 1,
        "transit.03": 1,
        "silence.02": 1,
        "weighed": 1,
        **{name: times for name, times in found.items() if name.startswith(("pitfall.", "troubled"))},
    }
    assert 300 < carbon_g < 1500
    assert list(await _sums(shop, "week")) == ["2026-11-16"]


async def test_a_late_scan_replaces_what_was_counted(shop: Shop) -> None:
    await _deliver(shop, "N1")
    await tally(shop.database, 500)
    await shop.arrive(trackings=[said("N1", "attempt_failed", NOON - 5 * HOUR)])
    await tally(shop.database, 500)
    found = (await _sums(shop))["gls"]
    assert found["finished"] == found["attempted"] == 1
    assert "first_attempt" not in found


async def test_a_delivery_taken_back_counts_no_more(shop: Shop) -> None:
    await _deliver(shop, "N1")
    await tally(shop.database, 500)
    await shop.arrive(trackings=[tracking("N1", scan("N1", "event_retracted", NOON, code="VOID", retracts="DELIVERED"))])
    await tally(shop.database, 500)
    assert await _sums(shop) == {}
    assert await shop.rows("select * from tally") == []


async def test_two_shipments_that_turn_out_to_be_one_count_once(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "delivered", NOON - HOUR), said("N2", "delivered", NOON - HOUR)])
    await tally(shop.database, 500)
    assert (await _sums(shop))["gls"]["finished"] == 2
    await shop.arrive(trackings=[tracking("N1", links=[link("N2", "last_mile")])])
    await tally(shop.database, 500)
    assert (await _sums(shop))["gls"]["finished"] == 1


@pytest.mark.parametrize("most", [1, 2, 500])
async def test_batches_of_any_size_and_a_crash_between_them_give_the_same_sums(shop: Shop, most: int) -> None:
    for number, carrier in (("N1", "gls"), ("N2", "ups"), ("N3", "gls")):
        await _deliver(shop, number, carrier)
    with pytest.raises(ZeroDivisionError):
        async with shop.database.system() as tx:
            assert await tallies.take(tx, 2)
            raise ZeroDivisionError
    while await tally(shop.database, most):
        pass
    found = await _sums(shop)
    assert {carrier: counts["finished"] for carrier, counts in found.items()} == {"gls": 2, "ups": 1}
    assert (await _sums(shop, "week", {"carrier": "ups"}))["2026-11-16"]["finished"] == 1
    assert await _sums(shop, "week", {"carrier": "nobody"}) == {}
    anew = {name: sum(counts.get(name, 0) for counts in found.values()) for counts in found.values() for name in counts}
    assert (await _sums(shop, "week"))["2026-11-16"] == anew


async def test_while_one_worker_counts_another_finds_nothing_to_do(shop: Shop) -> None:
    await _deliver(shop, "N1")
    async with shop.database.system() as tx:
        assert await tallies.take(tx, 500)
        assert await tally(shop.database, 500) == 0


async def test_a_merchants_figures_are_its_own(database: Database) -> None:
    one, other = await open_shop(database), await open_shop(database)
    await _deliver(one, "N1")
    await _deliver(other, "N2", "ups")
    await tally(database, 500)
    assert list(await _sums(one)) == ["gls"]
    async with database.for_merchant(other.merchant_id) as tx:
        assert await tallies.sums(tx, one.merchant_id, date(2026, 1, 1), date(2027, 1, 1), "carrier") == {}
        assert await tallies.choices(tx, one.merchant_id, date(2026, 1, 1), date(2027, 1, 1)) == {}


async def test_a_column_that_is_none_is_refused(shop: Shop) -> None:
    async with shop.database.system() as tx:
        with pytest.raises(KeyError):
            await tallies.sums(tx, shop.merchant_id, _MONDAY, _MONDAY, "merchant_id; drop table tally")
