"""A shop whose orders can be sent back, exchanged, claimed and changed → rows, through the real steps; each order is made for one test."""

import html
import itertools
import re
from datetime import timedelta

import msgspec
from page_shops import BASE, NOW, order, scan, way

from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.plugins import OrderSeen
from doorstep.steps.advance import Seen, advance
from doorstep.steps.decide import decide
from doorstep.steps.order import Told, take_orders
from doorstep.store import cases, connections, goods, policies
from doorstep.store.connections import Connection
from doorstep.store.goods import KeptVariant

SHOES = OrderLine(
    line_id="10",
    name="Trail shoes",
    product_id="shoe",
    variant_id="shoe-42",
    options={"Size": "42", "Colour": "Moss"},
    quantity=1,
    unit_price=Money(8900, "EUR"),
    category="shoes",
    image_url=f"{BASE}/look/icon.svg",
)
SOCKS = OrderLine(line_id="11", name="Wool socks", product_id="sock", variant_id="sock-m", quantity=3, unit_price=Money(1200, "EUR"))
LAMP = OrderLine(line_id="12", name="Oak desk lamp", unit_price=Money(4500, "EUR"), final_sale=True)
_NUMBERS = itertools.count(1)


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """One order of the portal's shop."""

    merchant_id: int
    order_id: int
    token: str
    number: str

    @property
    def at(self) -> str:
        return f"/o/{self.token}"


def _variants(merchant_id, shop):
    for size, stock in (("41", 0), ("42", 5), ("43", 400), ("44", 900)):
        price = Money(8900 if size != "44" else 9400, "EUR")
        one = KnownVariant(
            variant_id=f"shoe-{size}",
            product_id="shoe",
            name="Trail shoes",
            options={"Size": size, "Colour": "Moss"},
            price=price,
            stock=stock,
        )
        yield KeptVariant(merchant_id=merchant_id, connection_id=shop, variant=one, told_at=NOW)


async def portal_shop(house):
    """The merchant "portico", made once, and its shop's connection."""
    await house.directory.refresh(house.database, NOW, force=True)
    known = next((one for one in house.directory.tenants() if one.merchant.slug == "portico"), None)
    if known is not None:
        return known.merchant.merchant_id, next(iter(known.connections))
    async with house.database.system() as tx:
        brand = {"colour": "#20506b", "support_email": "help@portico.example", "support_url": "https://portico.example/help"}
        merchant_id = await connections.add_merchant(tx, "portico", "Portico", brand, {"return_days": 30})
        made = Connection(
            merchant_id=merchant_id,
            connection_id=0,
            kind="shop",
            provider="generic",
            name="shop of portico",
            hook_token="portico-shop-hook",
            settings={},
            active=True,
            paused_why=None,
        )
        shop = await connections.connect(tx, house.directory.sealer, made, frozenset())
        await goods.keep_variants(tx, list(_variants(merchant_id, shop)))
    await house.directory.refresh(house.database, NOW, force=True)
    return merchant_id, shop


async def sold(house, *, lines=(SHOES, SOCKS), parcels=None, arrived=(0,), days_ago=2, **more) -> Sold:
    """Sell something: `parcels` are the lines in each parcel (None: all in one), `arrived` are those that were delivered."""
    merchant_id, shop = await portal_shop(house)
    number = f"portico-{next(_NUMBERS)}"
    held = [{}] if parcels is None else parcels
    tracked = tuple((f"P{place}{number.replace('-', '').upper()}", lines_in) for place, lines_in in enumerate(held))
    made = order(
        number, lines=lines, parcels=tracked, total=Money(sum(one.unit_price.amount_minor * one.quantity for one in lines), "EUR"), **more
    )
    seen = []
    for place, (tracking, _) in enumerate(tracked):
        scans = [scan("picked_up", days_ago + 2, "18:31", "Hamburg", "Picked up", country="DE")]
        scans += [scan("delivered", days_ago, "12:40", "Madrid", "Delivered")] if place in arrived else []
        seen.append(way(tracking, *scans))
    async with house.database.system() as tx:
        happenings = await take_orders(tx, [Told(merchant_id=merchant_id, connection_id=shop, fact=OrderSeen(made))], NOW)
        kept = happenings[0].order
        last = await tx.fetchval("select coalesce(max(inbox_id), 1000000) from checkpoint where merchant_id = $1", merchant_id)
        told = [Seen(merchant_id=merchant_id, inbox_id=last + n, received_at=NOW, tracking=one) for n, one in enumerate(seen, 1)]
        await decide(tx, happenings + await advance(tx, told, NOW), house.directory, NOW)
    return Sold(merchant_id=merchant_id, order_id=kept.order_id, token=kept.token, number=number)


async def cases_of(house, one: Sold):
    """The order's cases as stored, oldest first."""
    async with house.database.system() as tx:
        found = await cases.of_orders(tx, [(one.merchant_id, one.order_id)])
    return [kept.case for kept in found.get((one.merchant_id, one.order_id), [])]


async def rule(house, one: Sold, document: bytes) -> None:
    """Put rules into force for the shop."""
    async with house.database.system() as tx:
        version = await policies.add(tx, one.merchant_id, document, "", "test", NOW)
        await policies.go_live(tx, one.merchant_id, version, NOW - timedelta(minutes=1))


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page's form, and the token its button names."""
    found = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    }
    yes = re.search(r'name="yes" value="([^"]+)"', page)
    return found | ({"yes": yes[1]} if yes else {})
