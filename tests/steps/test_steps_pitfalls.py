"""The life of a delivery problem in the store: opened, worsened, told once, closed; and what ended parcels teach."""

from datetime import datetime, timedelta

import msgspec
from steps_shop import HOUR, NOON, Shop, fulfilment, link, open_shop, order, promised, said, scan, tracking

from doorstep.domain.pitfalls import Severity
from doorstep.domain.vocabulary import Status
from doorstep.steps.refold import refold_all
from doorstep.steps.tally import tally
from doorstep.steps.trouble import settle
from doorstep.steps.watch import watch
from doorstep.store import pitfalls, shipments
from doorstep.store.database import Database

DAY = timedelta(days=1)


async def look(shop: Shop, now: datetime) -> None:
    while await watch(shop.database, shop.directory, now, 500):
        pass


async def lives(shop: Shop) -> list[tuple[str, str, str | None]]:
    rows = await shop.rows(
        "select kind, severity, closed_why from pitfall where merchant_id = $1 order by opened_at, kind", shop.merchant_id
    )
    return [(row["kind"], row["severity"], row["closed_why"]) for row in rows]


async def test_a_scan_opens_a_problem_and_a_later_one_closes_it(shop: Shop) -> None:
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"))], trackings=[said("N1", "picked_up", NOON - 9 * HOUR)])
    await shop.arrive(trackings=[said("N1", "customs_held", NOON - HOUR)])
    assert await lives(shop) == [("customs_held", "low", None)]
    await shop.arrive(trackings=[said("N1", "customs_held", NOON - HOUR)])
    assert await lives(shop) == [("customs_held", "low", None)]
    await shop.arrive(trackings=[said("N1", "customs_released", NOON)])
    assert await lives(shop) == [("customs_held", "low", "reason_gone")]


async def test_delivery_says_why_a_problem_closed_and_the_same_kind_may_open_again(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - 30 * HOUR), said("N1", "attempt_failed_not_home", NOON - 26 * HOUR)])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON - 4 * HOUR)])
    await shop.arrive(trackings=[said("N1", "attempt_failed_not_home", NOON - 2 * HOUR)])
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    told = [life for life in await lives(shop) if life[0] == "attempt_failed"]
    assert told == [("attempt_failed", "low", "reason_gone"), ("attempt_failed", "low", "delivered")]


async def test_silence_opens_worsens_is_told_once_and_closes(shop: Shop) -> None:
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"))], trackings=[said("N1", "picked_up", NOON)])
    parcel = await shop.parcel("N1")
    assert parcel.look_at is not None
    await look(shop, parcel.look_at - timedelta(minutes=1))
    assert await lives(shop) == []
    await look(shop, parcel.look_at)
    assert await lives(shop) == [("stalled_in_transit", "low", None)]
    await look(shop, parcel.look_at + 8 * DAY)
    assert ("stalled_in_transit", "high", None) in await lives(shop)
    stalled = parcel.look_at + 8 * DAY
    await shop.arrive(trackings=[said("N1", "facility_arrival", stalled)], now=stalled)
    assert ("stalled_in_transit", "high", "reason_gone") in await lives(shop)
    triggers = [trigger for trigger, _ in await shop.outcomes()]
    assert triggers.count("shipment.delayed") == 1
    assert (await shop.sent()).count("shipment.delayed") == 1
    assert "shipment.problem_escalated" in triggers
    assert "shipment.problem_closed" in triggers


async def test_a_number_that_no_carrier_ever_scans_is_found_by_looking(shop: Shop) -> None:
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"))])
    parcel = await shop.parcel("N1")
    assert parcel.folded is None
    assert parcel.look_at is not None
    await look(shop, parcel.look_at)
    assert await lives(shop) == [("never_scanned", "low", None)]
    assert ("shipment.shop_action", "no_journey") in await shop.outcomes()
    await shop.arrive(trackings=[said("N1", "picked_up", parcel.look_at + HOUR)], now=parcel.look_at + HOUR)
    assert await lives(shop) == [("never_scanned", "low", "reason_gone")]


async def test_a_late_estimate_is_told_before_the_day_and_the_broken_promise_is_not_told_again(shop: Shop) -> None:
    sold = order("1001", fulfilment("f1", "N1"), promise=promised("2026-11-19"))
    await shop.arrive(facts=[sold], trackings=[said("N1", "picked_up", NOON - HOUR)])
    await look(shop, NOON + 2 * DAY)
    assert ("missed_promise", "high", None) in await lives(shop)
    assert (await shop.sent()).count("shipment.delayed") == 1
    await look(shop, NOON + 7 * DAY)
    assert {kind for kind, _, _ in await lives(shop)} >= {"missed_promise", "stalled_in_transit"}
    assert (await shop.sent()).count("shipment.delayed") == 1


async def test_of_a_lost_parcel_s_broken_promise_the_customer_hears_once_it_is_found_and_not_twice(shop: Shop) -> None:
    sold = order("1001", fulfilment("f1", "N1"), promise=promised("2026-12-14"))
    await shop.arrive(facts=[sold], trackings=[said("N1", "picked_up", NOON - HOUR)])
    lost_at = NOON + 25 * DAY
    await look(shop, lost_at)
    assert {kind for kind, _, why in await lives(shop) if why is None} == {"presumed_lost"}
    await look(shop, NOON + 30 * DAY)
    stands = {one.kind: one.superseded_by for one in (await shop.parcel("N1")).folded.open_pitfalls}
    assert stands == {"presumed_lost": "", "missed_promise": "presumed_lost"}
    promise_broken = [key for key in await shop.decisions() if key[1].startswith("missed_promise")]
    assert [trigger for trigger, _ in promise_broken] == ["shipment.shop_action"]
    before = await shop.sent()
    found = NOON + 31 * DAY
    await shop.arrive(trackings=[said("N1", "facility_arrival", found)], now=found)
    assert {kind for kind, _, why in await lives(shop) if why is None} == {"missed_promise"}
    assert (await shop.sent())[len(before) :] == ["shipment.delayed"]
    told = await shop.sent()
    await look(shop, found + 40 * DAY)
    again = found + 41 * DAY
    await shop.arrive(trackings=[said("N1", "facility_departure", again)], now=again)
    assert [one.kind for one in (await shop.parcel("N1")).folded.open_pitfalls if one.heard] == ["missed_promise"]
    assert (await shop.sent()).count("shipment.delayed") == told.count("shipment.delayed")


async def test_what_an_agent_closed_stays_closed_whatever_is_learnt_and_tells_nobody_of_the_lesser(shop: Shop) -> None:
    sold = order("1001", fulfilment("f1", "N1"), promise=promised("2026-12-14"))
    await shop.arrive(facts=[sold], trackings=[said("N1", "picked_up", NOON - HOUR)])
    await look(shop, NOON + 30 * DAY)
    before = await shop.sent()
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        row = next(row for row in await pitfalls.page(tx, shop.merchant_id) if row["kind"] == "presumed_lost")
        await settle(tx, shop.directory, shop.merchant_id, row["pitfall_id"], "Refunded", NOON + 30 * DAY)
    for day in (31, 35):
        await look(shop, NOON + day * DAY)
        folded = (await shop.parcel("N1")).folded
        assert [(one.kind, one.superseded_by) for one in folded.open_pitfalls] == [("missed_promise", "presumed_lost")]
        assert [one.kind for one in folded.settled] == ["presumed_lost"]
    assert await shop.sent() == before


async def test_no_problem_ends_before_it_began_though_the_carrier_s_clock_runs_ahead(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR), said("N1", "customs_held", NOON + 2 * HOUR)])
    await shop.arrive(trackings=[said("N1", "customs_released", NOON + 3 * HOUR)], now=NOON + HOUR)
    [row] = await shop.rows("select opened_at, closed_at from pitfall where merchant_id = $1", shop.merchant_id)
    assert row["closed_at"] == row["opened_at"] == NOON + 2 * HOUR


async def test_a_kind_that_the_merchant_muted_is_kept_and_never_told(database: Database) -> None:
    shop = await open_shop(database, settings={"muted_pitfalls": ["missed_promise"]})
    sold = order("1001", fulfilment("f1", "N1"), promise=promised("2026-11-19"))
    await shop.arrive(facts=[sold], trackings=[said("N1", "picked_up", NOON - HOUR)])
    await look(shop, NOON + 2 * DAY)
    rows = await shop.rows("select kind, muted from pitfall where merchant_id = $1", shop.merchant_id)
    assert [(row["kind"], row["muted"]) for row in rows] == [("missed_promise", True)]
    assert "shipment.delayed" not in await shop.sent()
    assert (await shop.rows("select pitfalls from shipment where merchant_id = $1", shop.merchant_id))[0]["pitfalls"] == []


async def test_an_order_cancelled_on_the_way_opens_its_problem(shop: Shop) -> None:
    sold = order("1001", fulfilment("f1", "N1"))
    await shop.arrive(facts=[sold], trackings=[said("N1", "picked_up", NOON - 2 * HOUR)])
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"), cancelled_at=NOON - HOUR, updated_at=NOON - HOUR)])
    assert await lives(shop) == [("cancelled_but_moving", "high", None)]


async def test_ended_parcels_teach_once(shop: Shop) -> None:
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"))], trackings=[said("N1", "picked_up", NOON - 30 * HOUR)])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON - 6 * HOUR), said("N1", "delivered", NOON)])
    for days in (4, 5, 9):
        await look(shop, NOON + days * DAY)
    rows = await shop.rows("select carrier, lane, stage, times from gap_count where merchant_id = $1 order by stage", shop.merchant_id)
    assert [tuple(row.values()) for row in rows] == [("gls", "-ES", "tour", 1), ("gls", "-ES", "transit", 1)]
    parcel = await shop.parcel("N1")
    assert (parcel.look_at, parcel.around.learnt) == (None, True)


async def test_open_problems_are_listed_newest_first_by_kind_and_severity(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "lost", NOON - HOUR), said("N2", "customs_held", NOON - HOUR), said("N3", "lost", NOON)])
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        every = await pitfalls.page(tx, shop.merchant_id)
        lost = await pitfalls.page(tx, shop.merchant_id, kind="lost")
        low = await pitfalls.page(tx, shop.merchant_id, severity=Severity.LOW)
        after = await pitfalls.page(tx, shop.merchant_id, before=every[0]["pitfall_id"])
        of_one = await pitfalls.of_shipments(tx, shop.merchant_id, [every[0]["shipment_id"]])
    assert len(every) == 3
    assert {row["tracking_number"] for row in lost} == {"N1", "N3"}
    assert [row["kind"] for row in low] == ["customs_held"]
    assert [row["pitfall_id"] for row in after] == [row["pitfall_id"] for row in every[1:]]
    assert [row["kind"] for row in of_one] == [every[0]["kind"]]


async def test_a_piece_left_behind_is_a_problem_that_comes_with_time_and_no_difference_to_the_checkpoints(shop: Shop) -> None:
    parts = [link(number, "part") for number in ("P1", "P2")]
    whole = tracking("W1", scan("W1", "picked_up", NOON - 30 * HOUR), links=parts)
    await shop.arrive(facts=[order("1001", fulfilment("f1", "W1"))], trackings=[whole, said("P1", "delivered", NOON - HOUR)])
    assert await lives(shop) == []
    later = NOON + timedelta(days=6)
    assert [batch.differing async for batch in refold_all(shop.database, later, write=False)] == [[]]
    await look(shop, later)
    assert [kind for kind, _, _ in await lives(shop)] == ["pieces_missing"]
    assert [batch.differing async for batch in refold_all(shop.database, later, write=False)] == [[]]


async def test_a_shipment_that_an_older_rule_called_delivered_is_on_its_way_once_it_is_looked_at(shop: Shop) -> None:
    seen = [said("N1", "picked_up", NOON - 30 * HOUR), said("N1", "delivered_partial", NOON - HOUR)]
    await shop.arrive(facts=[order("1001", fulfilment("f1", "N1"))], trackings=seen)
    await _fold_by_the_older_rule(shop, "N1")
    assert [[one.what for one in batch.differing] async for batch in refold_all(shop.database, NOON, write=False)] == [
        ["status delivered instead of in_transit"]
    ]
    assert await _finished(shop) == 1
    await look(shop, NOON + HOUR)
    assert await _finished(shop) == 0
    found = await shop.parcel("N1")
    assert found.folded is not None
    assert (found.folded.status, found.folded.delivered_at, found.look_at is not None) == ("in_transit", None, True)
    assert [(kind, why) for kind, _, why in await lives(shop)] == [("pieces_missing", None)]


async def _finished(shop: Shop) -> int:
    """Count what has ended, as delivery performance does."""
    while await tally(shop.database, 500):
        pass
    [row] = await shop.rows("select count(*) as finished from tally where merchant_id = $1", shop.merchant_id)
    return int(row["finished"])


async def _fold_by_the_older_rule(shop: Shop, number: str) -> None:
    """Write the row as a Doorstep did for which a delivery in part was one; migration 0031 gives such a row its look."""
    async with shop.database.system() as tx:
        [stored] = (await shipments.lives(tx, [(shop.merchant_id, number)]))[shop.merchant_id, number].current
        assert stored.folded is not None
        stored.folded = msgspec.structs.replace(stored.folded, status=Status.DELIVERED, delivered_at=stored.folded.status_since)
        stored.look_at = NOON
        await shipments.write(tx, [stored], NOON)
        [row] = await tx.fetch("select status, pitfalls from shipment where merchant_id = $1", shop.merchant_id)
    assert (row["status"], row["pitfalls"]) == ("delivered", ["pieces_missing"])
