"""A shop with an order that arrived → a return of it asked for, approved, labelled, sent, received, looked at; at moments the test names."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from steps_shop import HOUR, NOON, Shop, fulfilment, order, said

from doorstep.actions.policy import Policy
from doorstep.actions.reading import shipped
from doorstep.domain.actions.arguments import BusinessAction, OpenExchange, OpenReturn, Swap, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, CaseState
from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.places import Address
from doorstep.domain.plugins import OrderSeen
from doorstep.steps import act
from doorstep.steps.act import Done, Prepared
from doorstep.steps.case_watch import watch_cases
from doorstep.steps.directory import Tenant
from doorstep.steps.labels import make_labels
from doorstep.steps.wire import Wire
from doorstep.store import cases, goods, orders, policies
from doorstep.store.cases import KeptCase
from doorstep.store.goods import KeptVariant

DAY = timedelta(days=1)
BACK = {"name": "Returns", "lines": ["Calle Feria 1"], "city": "Sevilla", "postcode": "41003", "country": "ES"}
HOME = Address(name="Ana Prats", lines=("Gran Vía 1",), city="Madrid", postcode="28013", country="ES")
PRICE = 2500


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


class Returning:
    """One order of three shirts that arrived, and what becomes of them."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    @property
    def tenant(self) -> Tenant:
        found = self.shop.directory.tenant(self.shop.merchant_id)
        assert found is not None
        return found

    async def deliver(self, number: str = "1001", quantity: int = 3) -> None:
        seen = order(number, fulfilment("f1", f"NUM{number}"), ship_to=HOME)
        line = OrderLine(line_id="L1", name="Shirt", quantity=quantity, unit_price=eur(PRICE), product_id="p1", variant_id="m")
        whole = msgspec.structs.replace(seen.order, lines=(line,), total=eur(PRICE * quantity))
        await self.shop.arrive(facts=[OrderSeen(whole)], trackings=[said(f"NUM{number}", "picked_up", NOON - 9 * HOUR)])
        await self.shop.arrive(trackings=[said(f"NUM{number}", "delivered", NOON - HOUR)])

    async def stock(self, units: int = 5, price: int = PRICE) -> None:
        """Sell the shirt in M and L."""
        async with self.shop.database.system() as tx:
            await goods.keep_variants(
                tx,
                [
                    KeptVariant(
                        merchant_id=self.shop.merchant_id,
                        connection_id=self.shop.connected["generic"],
                        variant=KnownVariant(variant_id=size, product_id="p1", name=size, price=eur(price), stock=units),
                        told_at=NOON - DAY,
                    )
                    for size in ("m", "l")
                ],
            )

    async def rules(self, **returning: Any) -> Policy:
        """Put rules into force: the house's with these changes."""
        house = shipped("house")
        made = msgspec.structs.replace(house, returning=msgspec.structs.replace(house.returning, **returning))
        async with self.shop.database.system() as tx:
            version = await policies.add(tx, self.shop.merchant_id, msgspec.json.encode(made), "a test", "test", NOON - DAY)
            await policies.go_live(tx, self.shop.merchant_id, version, NOON - DAY)
        return made

    async def ask(self, action: BusinessAction, now: datetime = NOON) -> KeptCase:
        async with self.shop.database.system() as tx:
            [kept] = await orders.page(tx, self.shop.merchant_id)
            asker = Asker(assurance=Assurance.LINK, orders=(kept.order_id,))
            prepared = await act.prepare(tx, self.tenant, asker, action, now)
            assert isinstance(prepared, Prepared), prepared
            done = await act.commit(tx, self.shop.directory, self.tenant, asker, prepared.token, now)
            assert isinstance(done, Done), done
            assert done.case is not None
            return done.case

    async def open_return(self, quantity: int = 1, now: datetime = NOON, **rest: Any) -> KeptCase:
        units = (Units(line_id="L1", quantity=quantity, reason="taste.colour"),)
        return await self.ask(OpenReturn(order="1001", units=units, **rest), now)

    async def open_exchange(self, quantity: int = 1, now: datetime = NOON) -> KeptCase:
        swaps = (Swap(line_id="L1", quantity=quantity, variant_id="l", reason="taste.colour"),)
        return await self.ask(OpenExchange(order="1001", swaps=swaps), now)

    async def labels(self, now: datetime = NOON, wire: Wire | None = None) -> int:
        if wire is not None:
            return await make_labels(self.shop.database, self.shop.directory, wire, now)
        async with Wire(allow_private=True) as own:
            return await make_labels(self.shop.database, self.shop.directory, own, now)

    async def look(self, now: datetime) -> int:
        return await watch_cases(self.shop.database, self.shop.directory, now, 50)

    async def case(self, case_id: int) -> KeptCase:
        async with self.shop.database.system() as tx:
            return (await cases.read(tx, [(self.shop.merchant_id, case_id)]))[self.shop.merchant_id, case_id]

    async def state(self, case_id: int) -> CaseState:
        return (await self.case(case_id)).case.state

    async def whys(self, case_id: int) -> list[str]:
        async with self.shop.database.system() as tx:
            return [one.why for one in (await cases.events(tx, self.shop.merchant_id, [case_id]))[case_id]]

    async def told(self) -> list[str]:
        """The moments of cases that were decided on, in order of their names."""
        rows = await self.shop.rows(
            "select trigger from decision where merchant_id = $1 and subject_kind = 'case' order by 1", self.shop.merchant_id
        )
        return [row["trigger"] for row in rows]

    async def errands(self, case_id: int) -> list[tuple[str, str]]:
        rows = await self.shop.rows(
            "select kind, state from errand where merchant_id = $1 and case_id = $2 order by errand_id", self.shop.merchant_id, case_id
        )
        return [(row["kind"], row["state"]) for row in rows]
