"""A made-up shop with orders and scans of every kind a page has to show → rows, through the real steps."""

from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.domain.messages import Receipt
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment, Promise, Refund
from doorstep.domain.places import Address, Place
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Link, Tracking
from doorstep.domain.vocabulary import MessageState, Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.order import Told, take_orders
from doorstep.store import access, connections, inbox, messages, orders, shipments
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from ports import free_port

PORT = free_port()
BASE = f"http://127.0.0.1:{PORT}"
NOW = datetime.now(UTC).replace(microsecond=0)
PASSWORD = "correct horse battery staple"
HOSTILE = '<script>alert("x")</script>"\'><img src=x onerror=alert(1)>'


class Shop(msgspec.Struct, kw_only=True):
    """Where the rows of one merchant are found."""

    merchant_id: int
    slug: str
    owner: str
    member: str
    #: Order number → token, shipment's tracking number → token and id.
    order_tokens: dict[str, str] = {}
    order_ids: dict[str, int] = {}
    parcel_tokens: dict[str, str] = {}
    parcel_ids: dict[str, int] = {}
    connection_ids: dict[str, int] = {}
    message_id: str = ""
    inbox_id: int = 0
    key_id: int = 0
    #: Set by `page_talks.talk`: of an address its conversation and its customer.
    talk_ids: dict[str, int] = {}
    customer_ids: dict[str, int] = {}
    reply_id: int = 0
    change_id: int = 0
    email: str = ""


def scan(kind, days_ago, hour, city, text, code="X1", country="ES", number="", **more):
    """One checkpoint at a local hour so many days ago."""
    local = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%d") + ("" if hour is None else f"T{hour}:00")
    return Checkpoint(
        event_type=kind,
        occurred_at=OccurredAt(
            local,
            None if hour is None else "+01:00",
            ZoneSource.ASSUMED if hour is None else ZoneSource.SENT,
            Precision.DATE if hour is None else Precision.MINUTE,
        ),
        place=Place(city=city, country=country) if city else None,
        carrier=more.pop("carrier", "dhl_parcel_de"),
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
        **more,
    )


LINES = (
    OrderLine(
        line_id="1",
        name="Oak desk lamp",
        options={"Shade": "Linen", "Cable": "Moss"},
        unit_price=Money(8900, "EUR"),
        image_url=f"{BASE}/look/icon.svg",
        product_url="https://shop.example/lamp",
    ),
    OrderLine(line_id="2", name="Wool blanket, 140 by 200 cm", options={"Colour": "Oat"}, unit_price=Money(6450, "EUR"), quantity=2),
    OrderLine(line_id="3", name="Beeswax candles", options={"Size": "Set of 6"}, unit_price=Money(1890, "EUR")),
)


def order(number, name="Noor", *, lines=LINES, parcels=(), locale="en", days=6, **more):
    fulfilments = tuple(
        Fulfilment(
            fulfilment_id=f"{number}-{place}",
            created_at=NOW - timedelta(days=days - 1),
            updated_at=NOW - timedelta(days=days - 1),
            carrier="DHL Paket",
            tracking_numbers=(tracking,),
            lines=held,
        )
        for place, (tracking, held) in enumerate(parcels)
    )
    fields = {
        "external_id": f"x{number}",
        "number": f"#{number}",
        "placed_at": NOW - timedelta(days=days),
        "updated_at": NOW - timedelta(days=days - 1),
        "customer": Customer(first_name=name, last_name="Rivera", email=f"{number}@mail.example", phone="+34600000001"),
        "ship_to": Address(name=f"{name} Rivera", lines=("Calle Inventada 12",), city="Madrid", postcode="28004", country="ES"),
        "lines": lines,
        "total": Money(23690, "EUR"),
        "payment": Payment.PAID,
        "locale": locale,
        "fulfilments": fulfilments,
    }
    return Order(**(fields | more))


def way(number, *kinds, **more):
    """A tracking with the first so many scans of an ordinary way, then the ones given."""
    return Tracking(tracking_number=number, carrier="dhl_parcel_de", checkpoints=tuple(_renumbered(kinds, number)), **more)


def _renumbered(kinds, number):
    for place, one in enumerate(kinds):
        yield msgspec.structs.replace(one, tracking_number=number, carrier_code=f"{one.carrier_code}/{place}")


START = (
    scan("label_created", 5, "16:04", None, "The shipment data has been transmitted electronically"),
    scan("picked_up", 4, "18:31", "Hamburg", "The shipment has been picked up", country="DE"),
    scan("facility_arrival", 3, "02:12", "Frankfurt", "The shipment has been processed in the parcel center of origin", country="DE"),
    scan("facility_departure", 2, "05:47", "Barcelona", "Departed from facility in destination country"),
)


async def fill(database: Database, directory: Directory, slug: str, name: str, *, hostile: bool = False) -> Shop:
    """Make a merchant with owner, member, connections, orders, parcels, messages, a dead letter and a key."""
    brand = {
        "colour": "#7a3b2e",
        "support_email": f"help@{slug}.example",
        "support_phone": "+34 910 000 000",
        "support_url": f"https://{slug}.example/help",
        "shop_url": f"https://{slug}.example",
        "address": f"{name}, Calle Inventada 4, 28004 Madrid",
    }
    shop = Shop(merchant_id=0, slug=slug, owner=f"owner@{slug}.example", member=f"member@{slug}.example")
    async with database.system() as tx:
        shop.merchant_id = await connections.add_merchant(tx, slug, HOSTILE if hostile else name, brand, {"return_days": 30})
        await access.add_user(tx, shop.merchant_id, shop.owner, PASSWORD, "owner")
        await access.add_user(tx, shop.merchant_id, shop.member, PASSWORD, "support")
        shop.key_id = await access.add_key(tx, shop.merchant_id, f"{slug}-key-0123456789", f"Warehouse of {slug}", ["orders:write"])
        for kind, provider, settings in (
            ("shop", "generic", {}),
            ("carrier", "ups", {"credential": f"{slug}-ups-secret"}),
            ("channel", "console", {}),
        ):
            made = Connection(
                merchant_id=shop.merchant_id,
                connection_id=0,
                kind=kind,
                provider=provider,
                name=f"{provider} of {slug}",
                hook_token=f"{slug}-{provider}-hook-token",
                settings=settings,
                active=True,
                paused_why=None,
            )
            shop.connection_ids[provider] = await connections.connect(tx, directory.sealer, made, frozenset({"credential"}))
    await directory.refresh(database, NOW, force=True)
    await _fill_orders(database, directory, shop, hostile=hostile)
    return shop


def _orders(slug, *, hostile):
    yield order(f"{slug}-1001", HOSTILE if hostile else "Noor", parcels=(("A1001" + slug.upper(), {}),))
    yield order(f"{slug}-1002", parcels=(("A1002" + slug.upper(), {"1": 1}), ("B1002" + slug.upper(), {"2": 1})))
    yield order(f"{slug}-1003", parcels=())
    yield order(
        f"{slug}-1004", locale="es", parcels=(("A1004" + slug.upper(), {}),), promise=Promise(None, (NOW - timedelta(days=1)).date())
    )
    yield order(
        f"{slug}-1005",
        parcels=(("A1005" + slug.upper(), {}),),
        refunds=(Refund(refund_id="r", at=NOW - timedelta(days=1), amount=Money(1890, "EUR")),),
    )
    yield order(f"{slug}-1006", parcels=(("A1006" + slug.upper(), {}),), payment=Payment.COD, cod_due=Money(23690, "EUR"))
    yield order(f"{slug}-1007", parcels=(("A1007" + slug.upper(), {}),))
    yield order(f"{slug}-1008", parcels=(), cancelled_at=NOW - timedelta(days=2))
    yield order(f"{slug}-1009", parcels=(("A1009" + slug.upper(), {}),))


def _trackings(slug, *, hostile):
    tomorrow = (NOW + timedelta(days=1)).date()
    said = HOSTILE if hostile else "The shipment has been loaded onto the delivery vehicle"
    yield way(
        "A1001" + slug.upper(),
        *START,
        scan("delivery_facility_arrival", 1, "21:15", HOSTILE if hostile else "Madrid", "Arrival in the delivery depot"),
        scan("out_for_delivery", 0, "07:52", "Madrid", said),
        estimates=(Estimate(from_on=NOW.date(), to_on=NOW.date(), from_time="14:00", to_time="18:00"),),
        service="Paket International",
    )
    yield way("A1002" + slug.upper(), *START, scan("delivered", 1, "12:40", "Madrid", "Delivered to the recipient"))
    yield way("B1002" + slug.upper(), *START[:3], estimates=(Estimate(from_on=tomorrow, to_on=tomorrow + timedelta(days=2)),))
    yield way(
        "A1004" + slug.upper(),
        *START,
        scan("delayed_weather", 1, "09:00", "Zaragoza", "Weather delay"),
        scan("unknown", 0, "06:10", "Zaragoza", "ZN-77 Sonderstatus", code="ZN77"),
    )
    yield way("A1005" + slug.upper(), *START, scan("delivered_neighbour", 2, "17:20", "Madrid", "Delivered to a neighbour"))
    yield way(
        "A1006" + slug.upper(),
        *START,
        scan("out_for_delivery", 1, "08:00", "Madrid", "With the courier"),
        scan("attempt_failed_address", 1, "13:05", "Madrid", "Address not found"),
    )
    yield way(
        "A1007" + slug.upper(),
        *START,
        scan("refused", 1, "13:05", "Madrid", "Refused"),
        scan("return_started", 0, "08:05", "Madrid", "Return to sender"),
    )
    yield way(
        "A1009" + slug.upper(),
        *START,
        scan("ready_for_pickup_locker", 0, "10:11", "Madrid", "Ready at the locker"),
        links=(Link(tracking_number="PARTNER" + slug.upper(), carrier="correos", role="last_mile"),),
    )
    yield way("LOOSE" + slug.upper(), *START[:2])


async def _fill_orders(database: Database, directory: Directory, shop: Shop, *, hostile: bool) -> None:
    shop_id = shop.connection_ids["generic"]
    made = list(_orders(shop.slug, hostile=hostile))
    seen = list(_trackings(shop.slug, hostile=hostile))
    async with database.system() as tx:
        told = [Told(merchant_id=shop.merchant_id, connection_id=shop_id, fact=OrderSeen(one)) for one in made]
        happenings = await take_orders(tx, told, NOW)
        happenings += await advance(
            tx, [Seen(merchant_id=shop.merchant_id, inbox_id=place, received_at=NOW, tracking=one) for place, one in enumerate(seen)], NOW
        )
        await decide(tx, happenings, directory, NOW)
        body = f"<not xml> {shop.slug} dead".encode()
        arrival = inbox.Arrival(
            merchant_id=shop.merchant_id,
            connection_id=shop.connection_ids["ups"],
            delivery_key=b"k" + shop.slug.encode(),
            url="",
            headers={},
            body=body,
            received_at=NOW,
        )
        await inbox.keep(tx, [arrival])
        waiting = [row for row in await inbox.claim(tx, NOW, 10) if row.merchant_id == shop.merchant_id]
        await inbox.bury(tx, [(row, "BadInputError", f"no JSON of {shop.slug}") for row in waiting], NOW)
        shop.inbox_id = waiting[0].inbox_id
        for row in await orders.page(tx, shop.merchant_id):
            shop.order_tokens[row.order.number] = row.token
            shop.order_ids[row.order.number] = row.order_id
        for kept in (await shipments.lock(tx, [(shop.merchant_id, one.tracking_number) for one in seen])).values():
            shop.parcel_tokens[kept.tracking_number] = kept.token
            shop.parcel_ids[kept.tracking_number] = kept.shipment_id
    await _send_one(database, shop)


async def _send_one(database: Database, shop: Shop) -> None:
    """Let one message leave, so that there is an attempt and a receipt to show."""
    async with database.system() as tx:
        leased = [
            one for one in await messages.lease(tx, NOW, NOW + timedelta(minutes=1), 500) if one.message.merchant_id == shop.merchant_id
        ]
        for one in leased:
            receipt = Receipt(
                message_id=None,
                provider_id=f"p-{one.message.message_id}",
                state=MessageState.SENT,
                provider_code="250",
                provider_text="2.0.0 Ok",
            )
            await messages.finish(tx, one, receipt, NOW)
        shop.message_id = next((one.message.message_id for one in leased if one.message.content.html), "")
