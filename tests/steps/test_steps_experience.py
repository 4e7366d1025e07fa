"""Delivered parcels in → days counted by lane, once; what the directory then knows."""

from datetime import timedelta

from steps_shop import HOUR, NOON, Shop, fulfilment, order, scan, tracking

from doorstep.domain.places import Place
from doorstep.steps.advance import Seen, advance
from doorstep.steps.order import Told, take_orders
from doorstep.steps.watch import watch
from doorstep.store import days
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS, Lane, Part

_ES = Place(country="ES")
_DAY = timedelta(days=1)


async def _deliver(shop: Shop, number: str) -> None:
    """Handed over on Friday, out on Tuesday, delivered on Wednesday."""
    scans = [
        scan(number, "picked_up", NOON - 5 * _DAY, place=_ES),
        scan(number, "out_for_delivery", NOON - _DAY),
        scan(number, "delivered", NOON - HOUR),
    ]
    await shop.arrive(facts=[order(number, fulfilment("f", number))], trackings=[tracking(number, *scans, carrier="gls")])


async def _counted(shop: Shop) -> dict[tuple[str, int], int]:
    rows = await shop.rows("select part, days, times from day_count where merchant_id = $1", shop.merchant_id)
    return {(row["part"], row["days"]): row["times"] for row in rows}


async def test_a_delivered_parcel_teaches_once_when_late_scans_are_in(shop: Shop) -> None:
    await _deliver(shop, "N1")
    await watch(shop.database, shop.directory, NOON + HOUR, 500)
    assert await _counted(shop) == {}
    for passed in (4, 5, 6):
        await watch(shop.database, shop.directory, NOON + passed * _DAY, 500)
    found = await _counted(shop)
    assert found.pop(("handling", 0), 1) == 1
    assert {key: times for key, times in found.items() if key[0] != "handling"} == {("transit", 3): 1, ("tour", 1): 1}


async def test_counts_add_up_and_old_ones_fade(shop: Shop) -> None:
    await _deliver(shop, "N1")
    await watch(shop.database, shop.directory, NOON + 4 * _DAY, 500)
    await _deliver(shop, "N2")
    await watch(shop.database, shop.directory, NOON + 4 * _DAY, 500)
    assert (await _counted(shop))["transit", 3] == 2
    await shop.directory.refresh(shop.database, NOON + 150 * _DAY, force=True)
    experience = shop.directory.outlook.experience
    ahead = experience.ahead(Lane(shop.merchant_id, "gls", "", "ES", "ES"), Part.TRANSIT)
    assert (ahead.level, ahead.parcels, experience.parcels(shop.merchant_id)) == ("countries", 2, 2)


async def test_a_parcel_that_went_back_teaches_nothing(shop: Shop) -> None:
    scans = [scan("N1", "picked_up", NOON - 5 * _DAY), scan("N1", "returned_to_sender", NOON - HOUR)]
    await shop.arrive(facts=[order("N1", fulfilment("f", "N1"))], trackings=[tracking("N1", *scans)])
    await watch(shop.database, shop.directory, NOON + 4 * _DAY, 500)
    assert await _counted(shop) == {}


async def test_with_enough_parcels_we_expect_and_when_no_scan_comes_expect_anew(shop: Shop) -> None:
    key = (shop.merchant_id, "gls", "", "ES", "ES", "", "transit", 2)
    async with shop.database.system() as tx:
        await days.add(tx, [(key, NOON.date())] * 50, HALF_LIFE_DAYS)
    await shop.directory.refresh(shop.database, NOON + HOUR, force=True)
    await shop.directory.refresh(shop.database, NOON + timedelta(minutes=20), force=True)
    sent = tracking("N1", scan("N1", "picked_up", NOON - HOUR, place=_ES), carrier="gls")
    async with shop.database.system() as tx:
        await take_orders(
            tx, [Told(merchant_id=shop.merchant_id, connection_id=shop.connected["generic"], fact=order("N1", fulfilment("f", "N1")))], NOON
        )
        seen = Seen(merchant_id=shop.merchant_id, inbox_id=1, received_at=NOON, tracking=sent)
        await advance(tx, [seen], NOON, outlook=shop.directory.outlook)
    parcel = await shop.parcel("N1")
    assert parcel.folded is not None
    assert parcel.folded.estimate is not None
    first = parcel.folded.estimate
    assert (first.source, first.to_on) == ("model", NOON.date() + 2 * _DAY)
    later = NOON + 3 * _DAY
    await watch(shop.database, shop.directory, later, 500)
    parcel = await shop.parcel("N1")
    assert parcel.folded is not None
    assert parcel.folded.estimate is not None
    assert parcel.folded.estimate.from_on > later.date()
    assert [one.source for one in parcel.estimates].count("model") == 2
    assert "shipment.delayed" not in {trigger for trigger, occurrence in await shop.decisions() if occurrence.startswith("estimate/")}
