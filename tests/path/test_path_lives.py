"""Lives of orders that are not plain: several parcels, cancelled, paid at the door, numbers used again, returns, partners."""

import json
from datetime import datetime, timedelta
from typing import Any

from path_house import House, Shop, Webhook, carrier, fulfilment_of, now, order_of, shopify

#: Waits of seconds in place of minutes, so that a test sees their end.
QUICK = {"journeys": {name: {"digest_s": 3} for name in ("packed", "shipped", "delivered", "out_for_delivery", "delayed")}}


def scans(number: str, *events: tuple[str, datetime], carrier_named: str = "ups", **more: Any) -> Webhook:
    """Write what a carrier of the merchant's own says of one number."""
    points = [{"event_type": e, "code": e, "text": e, "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%S+00:00")} for e, at in events]
    return carrier("generic", json.dumps({"tracking_number": number, "carrier": carrier_named, "checkpoints": points, **more}).encode())


async def _shop(house: House, **more: Any) -> Shop:
    return await house.shop({"generic": {}}, **more)


async def _status(shop: Shop, number: str) -> list[tuple[str, Any]]:
    rows = await shop.house.fetch(
        "select s.status, s.order_id from leg l join shipment s using (merchant_id, shipment_id)"
        " where l.merchant_id = $1 and l.tracking_number = $2 order by s.shipment_id",
        shop.merchant.merchant_id,
        number,
    )
    return [(row["status"], row["order_id"]) for row in rows]


async def test_several_parcels_of_one_order_are_told_together(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house, settings=QUICK)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=30))
    sent = now() - timedelta(hours=26)
    numbers = ("PARCEL00001", "PARCEL00002", "PARCEL00003")
    order["fulfillments"] = [
        fulfilment_of(order, number, company="UPS", at=sent, ident=n, lines=slice(n, n + 1)) for n, number in enumerate(numbers)
    ]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    for number in numbers:
        await shop.send(scans(number, ("picked_up", now() - timedelta(hours=20))))
    await house.drained()
    assert (await shop.told())[1:] == ["shipment.shipped"]
    for number in numbers:
        await shop.send(scans(number, ("delivered", now() - timedelta(hours=1))))
    mails = await shop.mails(3)
    assert (await shop.told())[1:] == ["shipment.shipped", "shipment.delivered"]
    assert all(number in mails[-1].as_string() for number in numbers)
    rows = await house.fetch(
        "select outcome from decision where merchant_id = $1 and trigger = 'shipment.delivered'", shop.merchant.merchant_id
    )
    # Those that a worker took up together are one message; those before them were a part of the order.
    outcomes = sorted(row["outcome"] for row in rows)
    assert outcomes.count("queued") == 1
    assert set(outcomes) <= {"digested", "no_journey", "queued"}


async def test_a_cancelled_order_is_told_and_its_parcel_is_not(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=5))
    await shop.send(shopify("orders/create", order))
    await shop.mails(1)
    stamp = (now() - timedelta(hours=1)).isoformat()
    gone = order | {"cancelled_at": stamp, "updated_at": stamp, "cancel_reason": "customer", "financial_status": "voided"}
    await shop.send(shopify("orders/cancelled", gone))
    await shop.mails(2)
    late = gone | {"fulfillments": [fulfilment_of(order, "CANCELLED01", company="UPS", at=now() - timedelta(hours=3))]}
    await shop.send(shopify("orders/updated", late), scans("CANCELLED01", ("picked_up", now() - timedelta(hours=2))))
    await shop.mails(2)
    assert await shop.told() == ["order.placed", "order.cancelled"]
    assert (await shop.decisions())["shipment.shipped"] == "order_cancelled"


async def test_an_order_paid_at_the_door_says_what_is_to_be_paid(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    order = order_of(
        sample,
        email_address=shop.customer,
        locale="es",
        at=now() - timedelta(hours=30),
        financial_status="pending",
        payment_gateway_names=["Cash on Delivery (COD)"],
        total_outstanding="414.95",
    )
    order["fulfillments"] = [fulfilment_of(order, "ATTHEDOOR01", company="UPS", at=now() - timedelta(hours=24))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    await shop.send(scans("ATTHEDOOR01", ("picked_up", now() - timedelta(hours=20))))
    await house.drained()
    await shop.send(scans("ATTHEDOOR01", ("out_for_delivery", now() - timedelta(hours=1))))
    mails = await shop.mails(3)
    text = next(mails[-1].iter_parts()).get_content()
    assert "414,95" in text
    used = await house.value(
        "select template from message where merchant_id = $1 order by message_id desc limit 1", shop.merchant.merchant_id
    )
    assert used == "cod_reminder"


async def test_a_number_used_again_belongs_to_its_newer_order(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    old, new = now() - timedelta(days=90), now() - timedelta(days=1)
    first = order_of(sample, email_address=shop.customer, locale="en", at=old, number=1)
    first["fulfillments"] = [fulfilment_of(first, "USEDAGAIN01", company="UPS", at=old)]
    second = order_of(sample, email_address=shop.customer, locale="en", at=new, number=2)
    second["fulfillments"] = [fulfilment_of(second, "USEDAGAIN01", company="UPS", at=new)]
    await shop.send(shopify("orders/create", first))
    await shop.send(scans("USEDAGAIN01", ("picked_up", old + timedelta(hours=5)), ("delivered", old + timedelta(days=2))))
    await house.drained()
    await shop.send(shopify("orders/create", second))
    await house.drained()
    # The carrier goes on telling the whole history of the number, with the new life in it.
    await shop.send(
        scans(
            "USEDAGAIN01",
            ("picked_up", old + timedelta(hours=5)),
            ("delivered", old + timedelta(days=2)),
            ("picked_up", new + timedelta(hours=3)),
        )
    )
    await house.drained()
    assert [status for status, _ in await _status(shop, "USEDAGAIN01")] == ["delivered", "in_transit"]
    assert (await shop.told()).count("shipment.shipped") == 1
    assert "shipment.delivered" not in await shop.told()


async def test_a_return_that_ends_delivered_is_returned(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=47))
    order["fulfillments"] = [fulfilment_of(order, "GOESBACK001", company="UPS", at=now() - timedelta(hours=46))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    for event, hours in (("picked_up", 40), ("refused", 20), ("return_started", 18), ("delivered", 2)):
        await shop.send(scans("GOESBACK001", (event, now() - timedelta(hours=hours))))
        await house.drained()
    assert [status for status, _ in await _status(shop, "GOESBACK001")] == ["returned"]
    told = await shop.told()
    assert "shipment.delivered" not in told
    assert told[-1] == "shipment.returned"


async def test_a_partner_with_a_number_of_its_own_carries_the_same_shipment(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=47))
    order["fulfillments"] = [fulfilment_of(order, "FIRSTLEG001", company="UPS", at=now() - timedelta(hours=46))]
    await shop.send(shopify("orders/create", order))
    await house.drained()
    # The partner's scans come first, before anybody said that its number carries the same goods.
    await shop.send(scans("LASTMILE001", ("delivery_facility_arrival", now() - timedelta(hours=4)), carrier_named="usps"))
    await house.drained()
    link = [{"tracking_number": "LASTMILE001", "carrier": "usps", "role": "last_mile"}]
    picked_up = ("picked_up", now() - timedelta(hours=40))
    await shop.send(scans("FIRSTLEG001", picked_up))
    await house.drained()
    await shop.send(scans("FIRSTLEG001", picked_up, links=link))
    await house.drained()
    rows = await house.fetch("select shipment_id, status from shipment where merchant_id = $1", shop.merchant.merchant_id)
    assert len(rows) == 1
    assert await house.value("select count(*) from checkpoint where merchant_id = $1", shop.merchant.merchant_id) == 2
    await shop.send(scans("LASTMILE001", ("delivered", now() - timedelta(hours=1)), carrier_named="usps"))
    await shop.mails(3)
    assert (await shop.told())[-1] == "shipment.delivered"
    assert (await _status(shop, "FIRSTLEG001"))[0] == (await _status(shop, "LASTMILE001"))[0]


async def test_a_merge_alone_is_taken_into_the_fold(house: House, sample: dict[str, Any]) -> None:
    shop = await _shop(house)
    order = order_of(sample, email_address=shop.customer, locale="en", at=now() - timedelta(hours=47))
    order["fulfillments"] = [fulfilment_of(order, "FIRSTLEG002", company="UPS", at=now() - timedelta(hours=46))]
    await shop.send(shopify("orders/create", order))
    await shop.send(scans("FIRSTLEG002", ("picked_up", now() - timedelta(hours=40))))
    await shop.send(scans("LASTMILE002", ("delivered", now() - timedelta(hours=2)), carrier_named="usps"))
    await house.drained()
    # Nothing new but the link: the partner's scans are the shipment's from now on.
    link = [{"tracking_number": "LASTMILE002", "carrier": "usps", "role": "last_mile"}]
    await shop.send(scans("FIRSTLEG002", ("picked_up", now() - timedelta(hours=40)), links=link))
    await house.drained()
    assert [status for status, _ in await _status(shop, "FIRSTLEG002")] == ["delivered"]
    assert (await shop.told())[-1] == "shipment.delivered"
