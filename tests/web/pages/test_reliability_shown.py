"""A shipment that we call late → beside the warning, how often such warnings were right; nobody else's, and nothing where few were tested."""

from datetime import timedelta

import pytest
from desk_clients import entered
from page_shops import NOW, fill, order, scan, way

from doorstep.domain.orders import Promise
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.order import Told, take_orders
from doorstep.steps.work import utc_now
from doorstep.store import shipments, tallies
from doorstep.store.tallies import KeptTally

_MADE = iter(range(1000))
_DAY = timedelta(days=1)


@pytest.fixture
async def shop(house):
    """A shop with an order promised for tomorrow; its parcel was picked up yesterday."""
    made = await fill(house.database, house.directory, f"warn{next(_MADE)}", "Warnings & Co")
    async with house.database.system() as tx:
        bought = order(f"{made.slug}-late", parcels=(("LATE" + made.slug.upper(), {}),), promise=Promise(None, (NOW + _DAY).date()))
        await take_orders(
            tx, [Told(merchant_id=made.merchant_id, connection_id=made.connection_ids["generic"], fact=OrderSeen(bought))], NOW
        )
    return made


async def said_late(house, shop, source, chance=None):
    """Let a source say two days after the promise; return the shipment's id."""
    stamp = OccurredAt(NOW.isoformat()[:19], "+00:00", ZoneSource.SENT, Precision.SECOND)
    days = ((NOW + 3 * _DAY).date(), (NOW + 4 * _DAY).date())
    word = Estimate(from_on=days[0], to_on=days[1], source=source, stated_at=stamp, late_chance=chance)
    number = "LATE" + shop.slug.upper()
    told = way(number, scan("picked_up", 1, "18:31", "Madrid", "Picked up"), estimates=(word,))
    async with house.database.system() as tx:
        await advance(tx, [Seen(merchant_id=shop.merchant_id, inbox_id=99, received_at=NOW, tracking=told)], NOW)
        return (await shipments.lock(tx, [(shop.merchant_id, number)]))[shop.merchant_id, number].shipment_id


async def put_to_test(house, merchant_id, warnings, right, weeks_ago=0):
    """Count so many parcels that we had called late."""
    today = utc_now().date()
    monday = today - timedelta(days=today.weekday(), weeks=weeks_ago)
    counts = {"finished": 1, "delivered": 1, "warned": 1}
    counted = {
        (merchant_id, 50_000 + weeks_ago * 1000 + one): KeptTally(
            monday, "gls", "", "", counts | ({"warned_late": 1} if one < right else {})
        )
        for one in range(warnings)
    }
    async with house.database.system() as tx:
        await tallies.replace(tx, counted)


async def read(app, shop, shipment_id, path="shipments"):
    client = await entered(app, shop.owner)
    page = (await client.get(f"/desk/{path}/{shipment_id}")).text
    await client.aclose()
    return page


async def test_beside_our_own_warning_stands_how_often_such_were_right(app, house, shop):
    shipment_id = await said_late(house, shop, "model", 0.9)
    await put_to_test(house, shop.merchant_id, 15, 12)
    await put_to_test(house, shop.merchant_id, 15, 11, weeks_ago=25)
    await put_to_test(house, shop.merchant_id, 50, 0, weeks_ago=26)
    assert "of 30 such warnings in the last 26 weeks 23 were right" in await read(app, shop, shipment_id)
    order_id = next(iter([one.order_id for one in await parcels(house, shop, shipment_id)]))
    assert "of 30 such warnings" in await read(app, shop, order_id, "orders")


async def listed(app, shop):
    client = await entered(app, shop.owner)
    page = (await client.get("/desk/pitfalls?kind=will_be_late")).text
    await client.aclose()
    return page


async def test_the_list_of_problems_says_it_beside_each_of_our_own_warnings(app, house, shop):
    await said_late(house, shop, "model", 0.9)
    assert "not known yet: fewer than 20 have been put to the test" in await listed(app, shop)
    await put_to_test(house, shop.merchant_id, 20, 19)
    assert (await listed(app, shop)).count("of 20 such warnings in the last 26 weeks 19 were right") == 1


async def test_a_carriers_word_on_the_list_of_problems_is_not_called_our_forecast(app, house, shop):
    await said_late(house, shop, "carrier")
    await put_to_test(house, shop.merchant_id, 20, 19)
    page = await listed(app, shop)
    assert "LATE" + shop.slug.upper() in page
    assert "Our own forecast" not in page


async def parcels(house, shop, shipment_id):
    async with house.database.system() as tx:
        return await shipments.read(tx, [(shop.merchant_id, shipment_id)])


async def test_of_few_warnings_nothing_is_said_and_a_strangers_do_not_count(app, house, shop):
    shipment_id = await said_late(house, shop, "model", 0.9)
    await put_to_test(house, shop.merchant_id, 19, 19)
    stranger = await fill(house.database, house.directory, f"warn{next(_MADE)}", "Strangers")
    await put_to_test(house, stranger.merchant_id, 500, 100)
    page = await read(app, shop, shipment_id)
    assert "not known yet: fewer than 20 have been put to the test in the last 26 weeks" in page
    assert "such warnings in the last" not in page
    await put_to_test(house, shop.merchant_id, 20, 19)
    assert "of 20 such warnings in the last 26 weeks 19 were right" in await read(app, shop, shipment_id)
    assert "put to the test" not in await read(app, stranger, stranger.parcel_ids["A1004" + stranger.slug.upper()])


@pytest.mark.parametrize(("source", "chance"), [("carrier", None), ("model", 0.69)])
async def test_a_carriers_word_and_a_mere_doubt_of_ours_are_not_our_warning(app, house, shop, source, chance):
    await put_to_test(house, shop.merchant_id, 30, 23)
    page = await read(app, shop, await said_late(house, shop, source, chance))
    assert ("It will probably arrive later than promised" in page) == (source == "carrier")
    assert "Our own forecast" not in page
