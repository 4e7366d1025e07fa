"""Whatever happens to the cases of an order, in whatever order: no money twice, no stock lost, none without a next look or an end."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest
from steps_cases import BACK, PRICE, Returning
from steps_shop import HOUR, NOON, open_shop, said

from doorstep.actions.life import FOLLOWING
from doorstep.actions.settling import Inspected
from doorstep.domain.actions.arguments import CancelReturn, OpenClaim, OpenExchange, OpenReturn, Swap, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ENDED, Assurance, CaseState, ClaimKind, Disposition, Remedy
from doorstep.domain.actions.refusals import Refusal
from doorstep.errors import BadInputError, ConflictError
from doorstep.steps import act
from doorstep.steps.errands import Answer, answer, take_up
from doorstep.steps.inspecting import inspect
from doorstep.steps.own_numbers import sent_back
from doorstep.store import cases, orders
from doorstep.store.cases import KeptCase
from doorstep.store.database import Database

UNITS, STOCK = 4, 6
#: Days after which everything that can end by time alone, or by whoever answers, has.
LONG = 60


@pytest.fixture(scope="module")
async def lives_database(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    async with database_named("case_lives") as opened:
        yield opened


class Lives(Returning):
    """An order to whose cases anything may happen."""

    def __init__(self, house: Returning, chance: random.Random) -> None:
        super().__init__(house.shop)
        self.chance, self.now, self.number = chance, NOON, 0

    async def all_cases(self) -> list[KeptCase]:
        async with self.shop.database.system() as tx:
            return list(reversed(await cases.page(tx, self.shop.merchant_id, most=200)))

    async def one_of(self, *states: CaseState) -> KeptCase | None:
        fitting = [one for one in await self.all_cases() if one.case.state in states]
        return self.chance.choice(fitting) if fitting else None

    async def asks(self) -> None:
        quantity = self.chance.randint(1, 2)
        units = (Units(line_id="L1", quantity=quantity, reason="taste.colour"),)
        async with self.shop.database.system() as tx:
            [kept] = await orders.page(tx, self.shop.merchant_id)
        photo = await self.shop.hand_in(kept.order_id)
        action = self.chance.choice(
            [
                OpenReturn(order="1001", units=units),
                OpenReturn(order="1001", units=units, remedy=Remedy.STORE_CREDIT),
                OpenExchange(order="1001", swaps=(Swap(line_id="L1", quantity=quantity, variant_id="l", reason="taste.colour"),)),
                OpenClaim(order="1001", claim=ClaimKind.DAMAGED, units=units, photos=(photo,)),
            ]
        )
        await self.commit(action)

    async def commit(self, action: OpenReturn | OpenExchange | OpenClaim | CancelReturn) -> None:
        async with self.shop.database.system() as tx:
            [kept] = await orders.page(tx, self.shop.merchant_id)
            asker = Asker(assurance=Assurance.LINK, orders=(kept.order_id,))
            prepared = await act.prepare(tx, self.tenant, asker, action, self.now)
            if not isinstance(prepared, Refusal):
                await act.commit(tx, self.shop.directory, self.tenant, asker, prepared.token, self.now)

    async def keeps(self) -> None:
        if (kept := await self.one_of(CaseState.APPROVED, CaseState.LABEL_READY)) is not None:
            await self.commit(CancelReturn(case=kept.case_id))

    async def makes_labels(self) -> None:
        await self.labels(self.now)

    async def posts(self) -> None:
        if (kept := await self.one_of(CaseState.LABEL_READY)) is not None:
            self.number += 1
            async with self.shop.database.system() as tx:
                await sent_back(
                    tx,
                    self.shop.directory,
                    self.tenant,
                    kept.case_id,
                    f"1ZBACK{self.number:04}",
                    carrier="UPS",
                    actor="customer",
                    now=self.now,
                )

    async def is_scanned(self) -> None:
        numbers = [one.case.label.tracking_number for one in await self.all_cases() if one.case.label and one.case.label.tracking_number]
        if numbers:
            number, kind = self.chance.choice(numbers), self.chance.choice(["picked_up", "delivered"])
            await self.shop.arrive(trackings=[said(number, kind, self.now)], now=self.now)
            await self.shop.rows(
                "update cases set look_at = $1 where look_at is not null and merchant_id = $2 returning 1", self.now, self.shop.merchant_id
            )

    async def is_opened(self) -> None:
        kept = await self.one_of(CaseState.LABEL_READY, CaseState.IN_TRANSIT, CaseState.RECEIVED, CaseState.SETTLING)
        if kept is None:
            return
        units = kept.case.units("L1")
        seen = Inspected(
            line_id="L1",
            received=self.chance.randint(0, units),
            disposition=self.chance.choice([Disposition.RESTOCK, Disposition.DISPOSE, Disposition.NOT_THERE]),
            granted_percent=self.chance.choice([0, 50, 100]),
        )
        try:
            async with self.shop.database.system() as tx:
                await inspect(tx, self.shop.directory, self.tenant, kept.case_id, (seen,), actor="user 1", now=self.now)
        except (ConflictError, BadInputError):
            return

    async def is_answered(self) -> None:
        async with self.shop.database.system() as tx:
            await take_up(tx, self.shop.directory, self.now, 50)
        rows = await self.shop.rows(
            "select errand_id from errand where merchant_id = $1 and state in ('waiting', 'sent', 'escalated') and kind not in ('label', 'void_label')",
            self.shop.merchant_id,
        )
        if rows:
            told = Answer(done=self.chance.random() < 0.8, actor="user 1", why="said so")
            try:
                async with self.shop.database.system() as tx:
                    await answer(tx, self.shop.directory, self.tenant, self.chance.choice(rows)["errand_id"], told, self.now)
            except ConflictError:
                return

    async def waits(self) -> None:
        self.now += timedelta(hours=self.chance.choice([1, 12, 48, 24 * 8]))
        while await self.look(self.now):
            pass

    async def check(self) -> None:
        """No money twice, no stock lost, none without a next look."""
        kept = await self.all_cases()
        for one in kept:
            assert (one.case.look_at is not None) or one.case.state in ENDED, one.case
            assert one.case.state in ENDED or FOLLOWING[one.case.kind][one.case.state]
            assert one.case.state not in ENDED or not one.case.held
            assert all(0 <= (line.received or 0) <= line.quantity for line in one.case.lines)
        money = await self.shop.rows(
            "select coalesce(sum(amount_minor), 0)::bigint as back from payment where merchant_id = $1 and refund", self.shop.merchant_id
        )
        assert money[0]["back"] <= UNITS * PRICE
        gave_back = {CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}
        promised = sum(one.case.refund.amount_minor for one in kept if one.case.refund and one.case.state not in gave_back)
        assert promised <= UNITS * PRICE
        assert sum(one.case.units("L1") for one in kept if one.case.state not in gave_back) <= UNITS
        stock = {
            row["variant_id"]: (row["stock"], row["held"])
            for row in await self.shop.rows("select variant_id, stock, held from variant where merchant_id = $1", self.shop.merchant_id)
        }
        for variant, (there, held) in stock.items():
            assert held == sum(one.case.held.get(variant, 0) for one in kept)
            assert 0 <= held <= there <= STOCK


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_that_happens_to_cases_breaks_money_stock_or_their_way_to_an_end(lives_database: Database, seed: int) -> None:
    async with lives_database.system() as tx:
        await tx.execute("update cases set look_at = null")
        await tx.execute("update errand set look_at = null")
    chance = random.Random(seed)
    house = Returning(await open_shop(lives_database, settings={"return_address": BACK}))
    await house.deliver(quantity=UNITS)
    await house.stock(STOCK)
    await house.rules(
        exchange_when=chance.choice(["ship_first", "after_scan"]),
        refund_at_scan_up_to_minor=chance.choice([0, 10 * PRICE]),
        keep_below_minor=chance.choice([0, PRICE + 1]),
        credit_bonus_percent=0,
    )
    here = Lives(house, chance)
    happenings = [
        here.asks,
        here.asks,
        here.keeps,
        here.makes_labels,
        here.posts,
        here.is_scanned,
        here.is_opened,
        here.is_answered,
        here.waits,
    ]
    for _ in range(35):
        await chance.choice(happenings)()
        await here.check()
        here.now += HOUR
    until: datetime = here.now + timedelta(days=LONG)
    while here.now < until:
        await here.makes_labels()
        await here.is_answered()
        here.now += timedelta(days=3)
        while await here.look(here.now):
            pass
        await here.check()
    for one in await here.all_cases():  # what has not ended by itself waits for a human, who is told so again and again
        assert one.case.state in ENDED or one.case.look_at is not None
