"""A code mapped, changed or taken back → history read anew at once, told once, and fenced."""

import json
from datetime import timedelta

from steps_shop import HOUR, NOON, Shop, fulfilment, open_shop, order, said

from doorstep.steps.reread import NewMapping, map_code, reread, unmap_code
from doorstep.store import mappings

LATER = timedelta(seconds=21)


def wanted(event_type, *, code="ZZ", text="", everywhere=False):
    return NewMapping(carrier="gls", carrier_code=code, carrier_text=text, event_type=event_type, everywhere=everywhere)


async def mapped(shop: Shop, new: NewMapping, now=NOON, most=500):
    async with shop.database.system() as tx:
        made = await map_code(tx, shop.merchant_id, new, "user 1", now)
    await replayed(shop, now, most)
    return made


async def replayed(shop: Shop, now=NOON, most=500):
    while await reread(shop.database, shop.directory, now, most):
        pass


async def status(shop: Shop, number):
    folded = (await shop.parcel(number)).folded
    return folded.status if folded else None


async def unknown(shop: Shop):
    return [
        (row["carrier_code"], row["times"])
        for row in await shop.rows("select carrier_code, times from unknown_code where merchant_id = $1 order by 1", shop.merchant_id)
    ]


async def test_history_is_read_anew_and_the_customer_is_told_once(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[said("N1", "picked_up", NOON - 9 * HOUR)])
    await shop.arrive(trackings=[said("N1", "unknown", NOON - HOUR, code="ZZ")])
    assert (await status(shop, "N1"), await unknown(shop)) == ("in_transit", [("ZZ", 1)])
    await mapped(shop, wanted("delivered"))
    assert (await status(shop, "N1"), await unknown(shop)) == ("delivered", [])
    await replayed(shop, NOON + LATER)
    assert (await shop.outcomes()).count(("shipment.delivered", "queued")) == 1
    [row] = await shop.rows("select replay_at, scans from code_mapping where merchant_id = $1", shop.merchant_id)
    assert row == {"replay_at": None, "scans": 1}


async def test_the_same_scan_again_is_the_scan_that_was_mapped(shop: Shop) -> None:
    body = {
        "tracking_number": "N1",
        "carrier": "gls",
        "checkpoints": [{"code": "", "text": "Left at the gate", "occurred_at": "2026-11-18T10:00:00+00:00"}],
    }
    await shop.post("carrier", json.dumps(body).encode())
    await shop.work()
    await mapped(shop, wanted("delivered_safe_place", code="", text="left at THE gate"))
    await shop.directory.refresh(shop.database, NOON, force=True)
    await shop.post("carrier", json.dumps({**body, "service": "again"}).encode())
    await shop.work()
    rows = await shop.rows("select event_type, mapped from checkpoint where merchant_id = $1", shop.merchant_id)
    assert rows == [{"event_type": "delivered_safe_place", "mapped": True}]
    assert await status(shop, "N1") == "delivered"


async def test_new_scans_under_a_mapped_code_are_read_as_they_come(shop: Shop) -> None:
    await mapped(shop, wanted("out_for_delivery", code="VAN"))
    await shop.directory.refresh(shop.database, NOON, force=True)
    body = {
        "tracking_number": "N1",
        "carrier": "gls",
        "checkpoints": [{"code": "VAN", "text": "x", "occurred_at": "2026-11-18T10:00:00+00:00"}],
    }
    await shop.post("carrier", json.dumps(body).encode())
    await shop.work()
    assert (await status(shop, "N1"), await unknown(shop)) == ("out_for_delivery", [])


async def test_a_mapping_taken_back_leaves_history_as_it_was(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - 9 * HOUR), said("N1", "unknown", NOON - HOUR, code="ZZ")])
    made = await mapped(shop, wanted("delivered"))
    async with shop.database.system() as tx:
        await unmap_code(tx, shop.merchant_id, made, "user 1", NOON, operator=False)
    await replayed(shop)
    assert (await status(shop, "N1"), await unknown(shop)) == ("in_transit", [("ZZ", 1)])
    await replayed(shop, NOON + LATER)
    assert await shop.rows("select 1 from code_mapping where merchant_id = $1", shop.merchant_id) == []


async def test_a_mapping_changed_changes_what_it_had_changed(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "unknown", NOON - HOUR, code="ZZ")])
    await mapped(shop, wanted("delivered"))
    await mapped(shop, wanted("damaged"))
    assert (await status(shop, "N1"), await unknown(shop)) == ("exception", [])


async def test_only_the_words_meant_are_read(shop: Shop) -> None:
    scans = [said("N1", "unknown", NOON - HOUR, code="ZZ", text="Yes"), said("N2", "unknown", NOON - HOUR, code="ZZ", text="No")]
    await shop.arrive(trackings=scans)
    await mapped(shop, wanted("delivered", text=" yes "))
    assert [await status(shop, number) for number in ("N1", "N2")] == ["delivered", "unknown"]
    assert await unknown(shop) == [("ZZ", 1)]


async def test_a_replay_goes_on_where_it_was_and_counts_every_scan(shop: Shop) -> None:
    await shop.arrive(trackings=[said(f"N{n}", "unknown", NOON - HOUR, code="ZZ") for n in range(7)])
    async with shop.database.system() as tx:
        await map_code(tx, shop.merchant_id, wanted("delivered"), "user 1", NOON)
    assert await reread(shop.database, shop.directory, NOON, 3) == 3
    assert [await status(shop, f"N{n}") for n in range(7)].count("delivered") == 3
    await replayed(shop, most=3)
    assert [await status(shop, f"N{n}") for n in range(7)].count("delivered") == 7
    assert [row["scans"] for row in await shop.rows("select scans from code_mapping where merchant_id = $1", shop.merchant_id)] == [7]


async def test_a_mapping_is_the_merchants_own_unless_the_operator_says_everywhere(shop: Shop) -> None:
    other = await open_shop(shop.database, directory=shop.directory)
    for one in (shop, other):
        await one.arrive(trackings=[said("N1", "unknown", NOON - HOUR, code="ZZ")])
    await mapped(shop, wanted("delivered"))
    assert [await status(one, "N1") for one in (shop, other)] == ["delivered", "unknown"]
    made = await mapped(shop, wanted("damaged", everywhere=True))
    assert [await status(one, "N1") for one in (shop, other)] == ["delivered", "exception"]
    assert [await unknown(one) for one in (shop, other)] == [[], []]
    async with shop.database.for_merchant(other.merchant_id) as tx:
        assert await mappings.of_merchant(tx, other.merchant_id) == []
        assert not await mappings.remove(tx, shop.merchant_id, made, NOON, operator=True)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        assert not await mappings.remove(tx, shop.merchant_id, made, NOON, operator=False)


async def test_what_goes_out_as_a_contribution_holds_codes_and_meanings_alone(shop: Shop) -> None:
    await shop.arrive(trackings=[said("N1", "unknown", NOON - HOUR, code="ZZ", text="Handed to Ana Prats")])
    await mapped(shop, wanted("delivered"))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        document = json.loads(mappings.contribution(await mappings.of_merchant(tx, shop.merchant_id)))
    assert document["code_mappings"] == [
        {"carrier": "gls", "carrier_code": "ZZ", "carrier_text": "", "event_type": "delivered", "scans": 1}
    ]
