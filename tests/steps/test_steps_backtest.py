"""A draft of a policy against past requests, through the store: what would have been decided otherwise, as things stood then."""

from datetime import datetime, timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, order, said

from doorstep.actions import Policy, shipped
from doorstep.domain.actions.arguments import BusinessAction, CancelOrder, OpenClaim, OpenReturn, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, CaseState, ClaimKind
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.plugins import OrderSeen
from doorstep.steps import act, case_moves
from doorstep.steps.act import Done, Prepared
from doorstep.steps.backtest import Backtest, backtest, plain_returns
from doorstep.store import orders

DAY = timedelta(days=1)
HOUSE = shipped("house")
SINCE = NOON - 30 * DAY
replace = msgspec.structs.replace


def draft(**returning: object) -> Policy:
    return replace(HOUSE, version=2, returning=replace(HOUSE.returning, **returning))


async def bought(shop: Shop, number: str, *, arrived: datetime | None = NOON - 5 * DAY, price: int = 2500, quantity: int = 2) -> int:
    """An order of shirts, sent and arrived; return our id of it."""
    parcel = f"N{number}"
    seen = order(number, *([fulfilment(f"f{number}", parcel)] if arrived else []))
    line = OrderLine(line_id="L1", name="Shirt", quantity=quantity, unit_price=Money(price, "EUR"))
    total = Money(price * quantity, "EUR")
    facts = [OrderSeen(replace(seen.order, lines=(line,), total=total))]
    await shop.arrive(facts=facts, trackings=[said(parcel, "picked_up", arrived - 9 * HOUR)] if arrived else [])
    if arrived:
        await shop.arrive(trackings=[said(parcel, "delivered", arrived)])
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id, number=number)
    return kept.order_id


async def carried(shop: Shop, order_id: int, action: BusinessAction, now: datetime = NOON) -> Done:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    asker = Asker(assurance=Assurance.LINK, orders=(order_id,))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        prepared = await act.prepare(tx, tenant, asker, action, now)
        assert isinstance(prepared, Prepared), prepared
        done = await act.commit(tx, shop.directory, tenant, asker, prepared.token, now)
    assert isinstance(done, Done), done
    return done


def a_return(number: str, quantity: int = 1) -> OpenReturn:
    return OpenReturn(order=number, units=(Units(line_id="L1", quantity=quantity, reason="taste.colour"),))


async def judged(shop: Shop, policy: Policy, most: int = 100) -> Backtest:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await backtest(tx, tenant, HOUSE, policy, SINCE, most)


async def test_the_policy_in_force_decides_nothing_otherwise(shop: Shop) -> None:
    await carried(shop, await bought(shop, "1001"), a_return("1001"))
    found = await judged(shop, HOUSE)
    assert (found.judged, found.otherwise, found.unjudged) == (1, (), {})


async def test_requests_that_a_draft_decides_otherwise_are_listed_with_was_and_would_be(shop: Shop) -> None:
    late = await bought(shop, "1001", arrived=NOON - 20 * DAY)
    early = await bought(shop, "1002")
    await carried(shop, late, a_return("1001"))
    done = await carried(shop, early, a_return("1002"))
    [one] = (await judged(shop, draft(days=14))).otherwise
    assert (one.number, one.was.words) == ("#1001", "approved: 25.00 EUR back, the shop pays the way back")
    assert one.would.words == "refused: too late"
    found = await judged(shop, draft(days=14, fee_minor=495))
    assert [each.number for each in found.otherwise] == ["#1002", "#1001"]
    assert found.otherwise[0].case is not None
    assert done.case is not None
    assert found.otherwise[0].case.rma == done.case.case.rma
    assert found.otherwise[0].would.words == "approved: 20.05 EUR back, a fee of 4.95, the shop pays the way back"
    assert found.shifts == {("approved", "approved"): 1, ("approved", "refused"): 1}


async def test_each_request_is_judged_as_things_stood_then(shop: Shop) -> None:
    number = await bought(shop, "1001")
    first = await carried(shop, number, a_return("1001"), NOON)
    await carried(shop, number, a_return("1001"), NOON + DAY)
    assert first.case is not None
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await case_moves.move(
            tx, shop.directory, tenant, first.case.case_id, CaseState.CANCELLED, actor="customer", why="kept", now=NOON + 2 * DAY
        )
    once = await judged(shop, draft(once_per_order=True))
    assert [one.would.words for one in once.otherwise] == ["refused: only once"]  # the second: the first was there then
    often = replace(HOUSE, limits=replace(HOUSE.limits, cases=1))
    assert [one.would.words for one in (await judged(shop, often)).otherwise] == [
        "a human decides (often): 25.00 EUR back, the shop pays the way back"
    ]


async def test_what_nobody_remembers_word_by_word_is_told_from_the_case(shop: Shop) -> None:
    await carried(shop, await bought(shop, "1001"), a_return("1001", 2))
    async with shop.database.system() as tx:
        await tx.execute("delete from prepared where merchant_id = $1", shop.merchant_id)
    [one] = (await judged(shop, draft(auto_up_to_minor=3000))).otherwise
    assert one.would.words.startswith("a human decides (above the limit)")
    assert one.what == "2 \N{MULTIPLICATION SIGN} Shirt"


async def test_claims_and_cancelled_orders_are_judged_too(shop: Shop) -> None:
    came, waits = await bought(shop, "1001"), await bought(shop, "1002", arrived=None)
    broken = OpenClaim(order="1001", claim=ClaimKind.DAMAGED, units=(Units(line_id="L1"),), photos=(await shop.hand_in(came),))
    await carried(shop, came, broken)
    await carried(shop, waits, CancelOrder(order="1002", reason="too dear"))
    same = await judged(shop, HOUSE)
    assert (same.judged, same.otherwise) == (2, ())
    strict = replace(
        HOUSE,
        cancelling=replace(HOUSE.cancelling, reasons=("ordered twice",)),
        claiming=replace(HOUSE.claiming, table=HOUSE.claiming.table[1:]),
    )
    found = await judged(shop, strict)
    assert {one.action: one.would.words for one in found.otherwise} == {
        "cancel_order": "refused: no such reason",
        "open_claim": "a human decides (the rule asks for a human): replacement",
    }


async def test_a_lost_parcel_that_came_after_all_is_not_judged(shop: Shop) -> None:
    number = await bought(shop, "1001", arrived=None)
    await shop.arrive(
        facts=[OrderSeen(replace(order("1001", fulfilment("f", "N9")).order, updated_at=NOON))],
        trackings=[said("N9", "picked_up", NOON - 12 * DAY)],
    )
    await carried(shop, number, OpenClaim(order="1001", claim=ClaimKind.LOST))
    assert (await judged(shop, HOUSE)).judged == 1
    await shop.arrive(trackings=[said("N9", "in_transit", NOON + DAY)])
    found = await judged(shop, HOUSE)
    assert (found.judged, found.unjudged) == (0, {"the parcel has been scanned since": 1})


async def test_only_so_many_of_the_newest_are_looked_at_and_it_is_said(shop: Shop) -> None:
    for number in ("1001", "1002", "1003"):
        await carried(shop, await bought(shop, number), a_return(number))
    found = await judged(shop, draft(days=1), most=2)
    assert (found.judged, found.cut, [one.number for one in found.otherwise]) == (2, True, ["#1003", "#1002"])


async def test_older_requests_are_left_out(shop: Shop) -> None:
    await carried(shop, await bought(shop, "1001", arrived=NOON - 50 * DAY), a_return("1001"), NOON - 40 * DAY)
    assert (await judged(shop, draft(days=1))).judged == 0


async def test_another_merchants_requests_are_no_ones_to_test_by(shop: Shop) -> None:
    await carried(shop, await bought(shop, "1001"), a_return("1001"))
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    other = replace(tenant, merchant=replace(tenant.merchant, merchant_id=shop.merchant_id + 1))
    async with shop.database.for_merchant(shop.merchant_id + 1) as tx:
        assert (await backtest(tx, other, HOUSE, draft(days=1), SINCE)).judged == 0
        assert (await plain_returns(tx, other, HOUSE, draft(days=1), SINCE, NOON)).judged == 0


@pytest.mark.parametrize(("days", "differ"), [(30, []), (10, ["#1001"]), (1, ["#1002", "#1001"])])
async def test_orders_that_arrived_lately_are_tried_with_a_plain_return(shop: Shop, days: int, differ: list[str]) -> None:
    await bought(shop, "1001", arrived=NOON - 20 * DAY)
    await bought(shop, "1002")
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        found = await plain_returns(tx, tenant, HOUSE, draft(days=days), NOON - 90 * DAY, NOON)
        none = await plain_returns(tx, tenant, HOUSE, draft(days=days), NOON - DAY, NOON)
    assert (found.judged, [one.number for one in found.otherwise]) == (2, differ)
    assert none.judged == 0
