"""One order in four shipments, as life mixes them: a last-mile number, a pick-up point, several pieces, a way back → rows."""

from datetime import timedelta

from page_shops import NOW, START, Shop, order, scan, way

from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Link
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.order import Told, take_orders
from doorstep.store import orders, shipments
from doorstep.store.database import Database

NUMBER = "shape-1"
CODE = "830 417"
POINT = PickupPoint(
    kind="locker",
    name="Locker Plaza Inventada",
    lines=("Calle Inventada 3", "beside the bakery"),
    postcode="28004",
    city="Madrid",
    country="ES",
    hours=(*(OpenHours(day, "08:00", "22:00") for day in range(5)), OpenHours(5, "09:00", "14:00")),
    collect_by=OccurredAt((NOW + timedelta(days=2)).strftime("%Y-%m-%dT20:00:00"), "+01:00", ZoneSource.SENT, Precision.SECOND),
    code=CODE,
)
_HANDED = scan("handed_to_partner", 1, "06:10", "Madrid", "Handed to the delivery partner")


def the_order(slug):
    """Three of the lines travel, the candles follow."""
    parcels = ((f"{slug}H1", {"1": 1}), (f"{slug}P1", {"2": 1}), (f"{slug}M1", {"2": 1}), (f"{slug}R1", {"1": 1}))
    return order(f"{slug}-{NUMBER}", parcels=parcels)


def the_trackings(slug):
    """What four carriers say of it."""
    yield way(f"{slug}H1", *START, _HANDED, links=(Link(tracking_number=f"{slug}H2", carrier="ups", role="last_mile"),))
    taken = scan("received_by_partner", 0, "04:10", "Madrid", "Received from partner", carrier="ups")
    yield way(f"{slug}H2", taken)
    yield way(f"{slug}P1", *START, scan("ready_for_pickup_locker", 0, "03:11", "Madrid", "Ready at the locker"), pickup=POINT)
    links = tuple(Link(tracking_number=f"{slug}M{n}", carrier="dhl_parcel_de", role="parcel") for n in (2, 3))
    yield way(f"{slug}M1", *START, scan("delivered", 1, "12:40", "Madrid", "Delivered"), links=links)
    yield way(f"{slug}M2", *START, scan("delivered", 1, "12:41", "Madrid", "Delivered"))
    yield way(f"{slug}M3", *START)
    refused = (scan("refused", 1, "13:05", "Madrid", "Refused"), scan("return_started", 0, "03:05", "Madrid", "Return to sender"))
    yield way(f"{slug}R1", *START, *refused)


async def fill_shape(database: Database, directory: Directory, shop: Shop) -> None:
    """Take the order and its scans in through the real steps."""
    slug = shop.slug.upper()
    told = Told(merchant_id=shop.merchant_id, connection_id=shop.connection_ids["generic"], fact=OrderSeen(the_order(slug)))
    seen = [
        Seen(merchant_id=shop.merchant_id, inbox_id=900 + place, received_at=NOW, tracking=one)
        for place, one in enumerate(the_trackings(slug))
    ]
    async with database.system() as tx:
        happenings = [*await take_orders(tx, [told], NOW), *await advance(tx, seen, NOW)]
        await decide(tx, happenings, directory, NOW)
        for row in await orders.page(tx, shop.merchant_id):
            shop.order_tokens[row.order.number] = row.token
            shop.order_ids[row.order.number] = row.order_id
        for kept in (await shipments.lock(tx, [(shop.merchant_id, one.tracking.tracking_number) for one in seen])).values():
            shop.parcel_tokens[kept.tracking_number] = kept.token
            shop.parcel_ids[kept.tracking_number] = kept.shipment_id
