"""A shop with an order on its way, whose orders go to Apple Wallet or do not."""

from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment
from doorstep.domain.places import Address
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.decide import decide
from doorstep.steps.order import Told, take_orders
from doorstep.store import connections
from doorstep.web.house import House
from wallet_keys import settings

BASE = "https://door.example"
NOW = datetime.now(UTC).replace(microsecond=0)


class Shop(msgspec.Struct, kw_only=True):
    """One merchant with one order."""

    house: House
    merchant_id: int
    shop_id: int
    wallet_id: int | None = None
    order_type: str = ""
    order_id: int = 0
    page: str = ""

    async def scanned(self, kind: str, hours_ago: int = 0) -> None:
        """Let its parcel be scanned."""
        at = NOW - timedelta(hours=hours_ago)
        stamp = OccurredAt(at.strftime("%Y-%m-%dT%H:%M:%S"), "+00:00", ZoneSource.SENT, Precision.SECOND)
        number = f"N{self.merchant_id}"
        one = Checkpoint(event_type=kind, occurred_at=stamp, carrier="gls", carrier_code=kind, carrier_text=kind, tracking_number=number)
        seen = Seen(
            merchant_id=self.merchant_id,
            inbox_id=1,
            received_at=NOW,
            tracking=Tracking(tracking_number=number, carrier="gls", checkpoints=(one,)),
        )
        async with self.house.database.system() as tx:
            await decide(tx, await advance(tx, [seen], NOW), self.house.directory, NOW)

    async def rows(self, query: str, *given: object) -> list[dict[str, object]]:
        async with self.house.database.system() as tx:
            return [dict(row) for row in await tx.fetch(query, *given)]


async def a_shop(house: House, slug: str, **given: str) -> Shop:
    """Make a merchant with an order on its way."""
    async with house.database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug.title(), {}, {})
        made = {}
        for kind, provider, wanted in (("shop", "generic", {}), *((("channel", "apple_wallet", settings(**given)),) if given else ())):
            plugin = plugin_named(kind, provider)
            one = new_connection(merchant_id, kind, provider, provider, checked(plugin, wanted))
            made[provider] = await connections.connect(tx, house.directory.sealer, one, secret_names(plugin))
        shop = Shop(house=house, merchant_id=merchant_id, shop_id=made["generic"], wallet_id=made.get("apple_wallet"))
        shop.order_type = given.get("order_type_identifier", "")
        act = Fulfilment(fulfilment_id="f", created_at=NOW, updated_at=NOW, tracking_numbers=(f"N{merchant_id}",))
        order = Order(
            external_id="1001",
            number="#1001/a",
            placed_at=NOW - timedelta(days=1),
            updated_at=NOW,
            customer=Customer(first_name="Ana", email="ana@customer.example"),
            ship_to=Address(name="Ana Prats", city="Madrid", country="ES"),
            lines=(OrderLine(line_id="1", name="Teapot"),),
            total=Money(2500, "EUR"),
            payment=Payment.PAID,
            fulfilments=(act,),
        )
        await take_orders(tx, [Told(merchant_id=merchant_id, connection_id=made["generic"], fact=OrderSeen(order))], NOW)
        [row] = await tx.fetch("select order_id, token from orders where merchant_id = $1", merchant_id)
        shop.order_id, shop.page = row["order_id"], row["token"]
    return shop
