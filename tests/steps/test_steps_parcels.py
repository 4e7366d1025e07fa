"""Orders and scans, in any order → the right parcels with the right words."""

from datetime import UTC, datetime, timedelta

import pytest
from steps_shop import HOUR, NOON, Shop, fulfilled, fulfilment, link, open_shop, order, promised, said, scan, stamp, tracking

from doorstep.domain.orders import Consent
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.store import shipments
from doorstep.store.database import Database


async def test_the_last_words_are_those_of_the_newest_scan_however_they_arrive(shop: Shop) -> None:
    late, early = said("N1", "out_for_delivery", NOON - HOUR, text="on the van"), said("N1", "picked_up", NOON - 9 * HOUR, text="taken")
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[late])
    await shop.arrive(trackings=[early])
    assert (await shop.parcel("N1")).last_text == "on the van"


async def test_the_last_words_fall_back_when_the_newest_scan_is_taken_back(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - 9 * HOUR, text="taken")])
    await shop.arrive(trackings=[said("N1", "delivered", NOON - HOUR, text="handed over", code="DL")])
    back = scan("N1", "event_retracted", NOON, text="not after all", code="VOID", retracts="DL")
    await shop.arrive(trackings=[tracking("N1", back)])
    found = await shop.parcel("N1")
    assert found.folded is not None
    assert found.folded.status == "in_transit"
    assert found.last_text in {"taken", "not after all"}


async def test_a_promise_that_the_shop_moves_replaces_the_old_one(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), promise=promised("2026-11-25"))])
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), promise=promised("2026-11-20"), updated_at=NOON)])
    assert [e.to_on.isoformat() for e in (await shop.parcel("N1")).estimates] == ["2026-11-20"]


async def test_many_estimates_never_push_out_the_only_word_of_another_source(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), promise=promised("2026-11-25"))])
    day = NOON.date()
    many = [Estimate(from_on=day + timedelta(days=n), to_on=day + timedelta(days=n), stated_at=stamp(NOON + n * HOUR)) for n in range(60)]
    await shop.arrive(trackings=[tracking("N1", estimates=many)])
    kept = (await shop.parcel("N1")).estimates
    assert len(kept) == 40
    assert [e.source for e in kept].count("shop") == 1
    assert max(e.to_on for e in kept) == day + timedelta(days=59)


async def test_of_an_estimate_said_again_and_again_the_first_and_the_newest_saying_are_kept(shop: Shop) -> None:
    day = NOON.date()
    again = [Estimate(from_on=day, to_on=day, stated_at=stamp(NOON + n * HOUR)) for n in (3, 1, 2)]
    for one in again:
        await shop.arrive(trackings=[tracking("N1", estimates=[one])])
    assert (await shop.parcel("N1")).estimates == again[:2]


async def test_a_carrier_unknown_to_the_payload_is_named_by_the_shop_and_the_other_way_round(shop: Shop) -> None:
    await shop.arrive(trackings=[tracking("N1", carrier="unknown")])
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", "N2", carrier="GLS"), fulfilment("g", "N3"))])
    await shop.arrive(trackings=[tracking("N2", carrier="unknown"), tracking("N3", carrier="ups")])
    assert [(await shop.parcel(n)).carrier for n in ("N1", "N2", "N3")] == ["gls", "gls", "ups"]


async def test_an_unknown_code_is_counted_once_per_new_scan(shop: Shop) -> None:
    one = said("N1", "unknown", NOON, code="X" * 5000, text="y" * 9000)
    other = said("N1", "unknown", NOON, code="X" * 5000, text="y" * 300 + "z", carrier="gls", place=None)
    for _ in range(3):
        await shop.arrive(trackings=[one, other, one])
    await shop.arrive(trackings=[said("N1", "unknown", NOON + HOUR, code="X" * 5000, text="y" * 9000)])
    counted = await shop.rows("select times, length(carrier_text) as length from unknown_code where merchant_id = $1", shop.merchant_id)
    assert counted == [{"times": 2, "length": 300}]


# -- linked numbers -----------------------------------------------------------------------------------------------------------------


async def test_a_last_mile_number_joins_the_shipment_and_its_scans(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[tracking("N1", scan("N1", "picked_up", NOON - 9 * HOUR), links=[link("L1", "last_mile")])])
    await shop.arrive(trackings=[said("L1", "delivered", NOON)])
    found = await shop.parcels()
    assert [one.folded.status for one in found if one.folded] == ["delivered"]


async def test_a_last_mile_number_with_a_shipment_of_its_own_is_merged_and_its_link_stays_alive(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said("L1", "delivered", NOON)])
    old = (await shop.parcel("L1")).token
    await shop.arrive(trackings=[tracking("N1", scan("N1", "picked_up", NOON - 9 * HOUR))])
    await shop.arrive(trackings=[tracking("N1", links=[link("L1", "last_mile")])])
    merged = await shop.parcel("N1")
    assert (await shop.parcel("L1")).shipment_id == merged.shipment_id
    assert merged.folded is not None
    assert merged.folded.status == "delivered"
    assert len(merged.scans) == 2
    assert merged.last_text == "delivered at 11:00"
    async with shop.database.system() as tx:
        by_old = await shipments.by_token(tx, old)
    assert by_old is not None
    assert by_old.shipment_id == merged.shipment_id
    assert await shop.rows("select count(distinct shipment_id) as n, count(*) as c from checkpoint") == [{"n": 1, "c": 2}]


async def test_the_shipment_with_the_order_takes_in_the_one_without_whichever_number_is_linked(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "L1"))])
    await shop.arrive(trackings=[tracking("N1", scan("N1", "picked_up", NOON - HOUR), links=[link("L1", "last_mile")])])
    [only] = await shop.parcels()
    assert only.order_id is not None
    assert only.folded is not None
    assert only.folded.status == "in_transit"
    assert {(await shop.parcel(n)).shipment_id for n in ("N1", "L1")} == {only.shipment_id}
    assert ("shipment.shipped", "") in await shop.decisions()


async def test_estimates_of_a_merged_shipment_are_kept(shop: Shop) -> None:
    day = NOON.date()
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[tracking("L1", estimates=[Estimate(from_on=day, to_on=day)])])
    await shop.arrive(trackings=[tracking("N1", links=[link("L1", "last_mile")])])
    assert [e.to_on for e in (await shop.parcel("N1")).estimates] == [day]


async def test_parts_of_a_waybill_join_it_and_one_of_them_does_not_deliver_it(shop: Shop) -> None:
    parts = [link(number, "part") for number in ("P1", "P2", "P3")]
    await shop.arrive(facts=[order("1", fulfilment("f", "W1"))], trackings=[said("P1", "picked_up", NOON - 10 * HOUR)])
    one = said("P2", "delivered", NOON - HOUR)
    await shop.arrive(trackings=[tracking("W1", scan("W1", "out_for_delivery", NOON - 3 * HOUR), links=parts), one])
    [only] = await shop.parcels()
    assert only.order_id is not None
    assert only.folded is not None
    assert (only.folded.status, len(only.scans)) == ("out_for_delivery", 3)
    assert [(piece.tracking_number, str(piece.status)) for piece in only.folded.pieces] == [
        ("P1", "out_for_delivery"),
        ("P2", "delivered"),
        ("P3", "out_for_delivery"),
    ]
    await shop.arrive(trackings=[said(number, "delivered", NOON) for number in ("P1", "P3")])
    assert [one.folded.status for one in await shop.parcels() if one.folded] == ["delivered"]


async def test_a_part_and_its_waybill_that_the_shop_sent_together_stay_part_and_whole(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "W1", "P1"))])
    await shop.arrive(trackings=[tracking("W1", scan("W1", "picked_up", NOON - 9 * HOUR), links=[link("P1", "part"), link("P2", "part")])])
    await shop.arrive(trackings=[said(number, "delivered", NOON) for number in ("P1", "P2")])
    assert [one.folded.status for one in await shop.parcels() if one.folded] == ["delivered"]


async def test_parts_sent_as_two_fulfilments_stay_two_promises(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "P1"), fulfilment("g", "P2"))])
    both = [said(number, "picked_up", NOON - 9 * HOUR) for number in ("P1", "P2")]
    await shop.arrive(trackings=[tracking("W1", links=[link("P1", "part"), link("P2", "part")]), *both])
    assert (await shop.parcel("P1")).shipment_id != (await shop.parcel("P2")).shipment_id


async def test_three_numbers_linked_in_a_chain_in_one_batch_become_one_shipment(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said(n, "picked_up", NOON - HOUR) for n in ("N1", "N2", "N3")])
    chain = [tracking("N1", links=[link("N2", "last_mile")]), tracking("N2", links=[link("N3", "replaced_by")])]
    await shop.arrive(trackings=[*chain, said("N3", "delivered", NOON)])
    [only] = await shop.parcels()
    assert only.folded is not None
    assert only.folded.status == "delivered"
    assert len(only.scans) == 4


# -- fulfilments that change --------------------------------------------------------------------------------------------------------


async def test_a_cancelled_fulfilment_takes_its_parcel_off_the_order(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1", active=False, updated_at=NOON))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    assert (await shop.parcel("N1")).order_id is None
    assert "shipment.shipped" not in await shop.sent()


async def test_a_waiting_word_about_a_cancelled_fulfilment_is_not_said(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1", active=False, updated_at=NOON))])
    await shop.wait_until(NOON + HOUR)
    assert "shipment.shipped" not in await shop.sent()
    assert (await shop.decisions())["shipment.shipped", ""] == "superseded"


async def test_a_number_that_the_shop_corrects_takes_the_wrong_one_off_the_order(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "WRONG"))])
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "RIGHT", updated_at=NOON))])
    wrong, right = await shop.parcel("WRONG"), await shop.parcel("RIGHT")
    assert wrong.order_id is None
    assert right.order_id is not None
    assert right.fulfilment_id == "f"


async def test_a_number_moved_from_one_fulfilment_to_another_stays_on_the_order(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    again = fulfilment("g", "N1", at=NOON - HOUR)
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1", active=False, updated_at=NOON)), fulfilled("1", again)])
    found = await shop.parcel("N1")
    assert (found.order_id is not None, found.fulfilment_id) == (True, "g")
    assert len(await shop.parcels()) == 1


async def test_a_parcel_carries_the_lines_of_its_fulfilment(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", lines={"2": 3}))])
    assert (await shop.parcel("N1")).lines == {"2": 3}


async def test_a_parcels_zone_is_that_of_the_address(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    assert (await shop.parcel("N1")).zone == "Europe/Madrid"


# -- one number, several orders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False])
async def test_two_orders_in_one_parcel_are_both_told(shop: Shop, together: bool) -> None:
    one, other = order("1", fulfilment("f", "N1")), order("2", fulfilment("g", "N1", at=NOON - 19 * HOUR), email="bo@customer.example")
    await (shop.arrive(facts=[one, other]) if together else shop.arrive(facts=[one]))
    if not together:
        await shop.arrive(trackings=[said("N1", "picked_up", NOON - 2 * HOUR)])
        await shop.arrive(facts=[other])
    else:
        await shop.arrive(trackings=[said("N1", "picked_up", NOON - 2 * HOUR)])
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    found = await shop.parcels()
    assert [one.folded.status for one in found if one.folded] == ["delivered", "delivered"]
    assert len({one.order_id for one in found} - {None}) == 2
    told = await shop.rows("select recipient from message where trigger = 'shipment.delivered' order by 1")
    assert [row["recipient"] for row in told] == ["ana@customer.example", "bo@customer.example"]


async def test_a_number_used_again_after_a_delivery_is_a_new_parcel(shop: Shop) -> None:
    then = NOON - timedelta(days=60)
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", at=then), placed_at=then)], now=then)
    await shop.arrive(trackings=[said("N1", "delivered", then + 30 * HOUR)], now=then + 30 * HOUR)
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
    await shop.arrive(facts=[order("2", fulfilment("g", "N1", at=NOON - 2 * HOUR), email="bo@customer.example")])
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    old, new = await shop.parcels()
    assert old.folded is not None
    assert new.folded is not None
    assert (old.folded.status, len(old.scans)) == ("delivered", 1)
    assert (new.folded.status, len(new.scans)) == ("out_for_delivery", 2)
    assert old.last_text == f"delivered at {then + 30 * HOUR:%H:%M}"
    kept = await shop.rows("select shipment_id, count(*) as n from checkpoint group by 1 order by 1")
    assert [row["n"] for row in kept] == [1, 2]


async def test_an_old_order_that_comes_late_is_not_told_of_the_numbers_newer_parcel(shop: Shop) -> None:
    then = NOON - timedelta(days=60)
    await shop.arrive(facts=[order("2", fulfilment("g", "N1", at=NOON - 2 * HOUR), email="bo@customer.example")])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
    late = order("1", fulfilment("f", "N1", at=then), placed_at=then)
    for _ in range(2):
        await shop.arrive(facts=[late])
    await shop.arrive(trackings=[said("N1", "delivered", NOON)])
    new, old = await shop.parcels()
    assert new.folded is not None
    assert (new.folded.status, len(new.scans)) == ("delivered", 2)
    assert (old.order_id != new.order_id, old.scans, old.folded) == (True, [], None)
    told = await shop.rows("select distinct recipient from message where trigger like 'shipment.%'")
    assert [row["recipient"] for row in told] == ["bo@customer.example"]


async def test_an_order_told_again_keeps_its_old_parcel_when_the_number_is_used_again(shop: Shop) -> None:
    then = NOON - timedelta(days=60)
    first = order("1", fulfilment("f", "N1", at=then), placed_at=then)
    await shop.arrive(facts=[first], trackings=[said("N1", "delivered", then + 30 * HOUR)], now=then)
    await shop.arrive(facts=[order("2", fulfilment("g", "N1", at=NOON - 2 * HOUR))])
    before = [(p.shipment_id, p.order_id) for p in await shop.parcels()]
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", at=then), placed_at=then, updated_at=NOON, tags=("vip",))])
    assert [(p.shipment_id, p.order_id) for p in await shop.parcels()] == before


# -- partial orders -----------------------------------------------------------------------------------------------------------------


async def test_a_fulfilment_before_its_order_waits_for_it_and_is_then_told(shop: Shop) -> None:
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
    assert await shop.sent() == []
    await shop.arrive(facts=[order("1")])
    assert "shipment.shipped" in await shop.sent()
    assert "no_address" not in (await shop.decisions()).values()


async def test_a_fulfilment_before_its_order_and_unscanned_is_told_as_packed_once_the_order_comes(shop: Shop) -> None:
    await shop.arrive(facts=[fulfilled("1", fulfilment("f", "N1"))])
    await shop.arrive(facts=[order("1")])
    assert (await shop.decisions())["order.packed", "f"] == "queued"


async def test_scans_before_the_order_are_told_when_it_comes_with_their_weightiest_moment_only(shop: Shop) -> None:
    await shop.arrive(trackings=[tracking("N1", scan("N1", "picked_up", NOON - 9 * HOUR), scan("N1", "out_for_delivery", NOON - HOUR))])
    assert (await shop.skips())["shipment.out_for_delivery", "no_order"] == 1
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    decided = await shop.decisions()
    assert decided["shipment.out_for_delivery", "2026-11-18"] == "queued"
    assert decided["shipment.shipped", ""] == "superseded"


async def test_consents_are_kept_for_the_address_they_fit(database: Database) -> None:
    shop = await open_shop(database)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    given = tuple(
        Consent(purpose=Purpose.MARKETING, channel=channel, granted=True, source="shop", at=at)
        for channel in (ChannelKind.EMAIL, ChannelKind.SMS, None)
    )
    for _ in range(2):
        await shop.arrive(facts=[order("1", phone="+34612345678", consents=given, updated_at=NOON)])
    kept = await shop.rows("select address, channel from consent order by 1, 2")
    assert [(row["address"], row["channel"]) for row in kept] == [
        ("+34612345678", "sms"),
        ("+34612345678", None),
        ("ana@customer.example", "email"),
        ("ana@customer.example", None),
    ]
