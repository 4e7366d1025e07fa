"""Cases and parcels in the store → why goods come back: counted once, of what arrived, by the merchant alone."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, order, said

from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, Remedy
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.plugins import OrderSeen
from doorstep.errors import BadInputError
from doorstep.insights.returned import ReturnInsight
from doorstep.steps.tally import tally
from doorstep.steps.why_returned import why_returned
from doorstep.store import cases, orders, returned
from doorstep.store.cases import CaseEvent

MONDAY = date(2026, 11, 16)
WEEK = (MONDAY, MONDAY)
DAY = timedelta(days=1)
SHIRT = OrderLine(line_id="L1", name="Shirt", product_id="shirt", variant_id="shirt-s", quantity=3, unit_price=Money(2500, "EUR"))
BARE = OrderLine(line_id="L2", name="Lamp", quantity=1)


async def bought(shop: Shop, number: str, arrived: datetime = NOON - HOUR, lines: tuple[OrderLine, ...] = (SHIRT, BARE)) -> int:
    """An order that arrived in one parcel; return our id of it."""
    seen = order(number, fulfilment(f"f{number}", f"N{number}"))
    await shop.arrive(
        facts=[OrderSeen(msgspec.structs.replace(seen.order, lines=lines))],
        trackings=[said(f"N{number}", "picked_up", arrived - 20 * HOUR)],
    )
    await shop.arrive(trackings=[said(f"N{number}", "delivered", arrived)])
    while await tally(shop.database, 500):
        pass
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id, number=number)
    return kept.order_id


_MADE = iter(range(10_000))


async def opened(shop: Shop, order_id: int, at: datetime = NOON, **parts: object) -> int:
    """A case of this order; return its id."""
    line = CaseLine(line_id="L1", quantity=1, name="Shirt", product_id="shirt", variant_id="shirt-s", reason="fit.too_small")
    usual: dict[str, object] = {
        "kind": CaseKind.RETURN,
        "action": ActionKind.OPEN_RETURN,
        "state": CaseState.APPROVED,
        "lines": (line,),
        "remedy": Remedy.REFUND,
        "decided_by": "policy",
        "order_id": order_id,
    }
    number = next(_MADE)
    case = Case(**{**usual, "rma": f"R-{number}"} | parts)  # type: ignore[arg-type]
    async with shop.database.system() as tx:
        kept = await cases.open_case(tx, shop.merchant_id, case, f"test {number}", "ana@customer.example", at)
        assert kept is not None
        await cases.note(tx, shop.merchant_id, kept.case_id, CaseEvent(at=at, actor="customer", was=None, state=case.state))
    return kept.case_id


async def looked(shop: Shop, weeks: tuple[date, date] = WEEK) -> ReturnInsight:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await why_returned(tx, shop.merchant_id, weeks)


async def test_what_comes_back_is_held_against_what_arrived_in_the_same_week(shop: Shop) -> None:
    number = await bought(shop, "1001")
    await bought(shop, "1002", NOON - 8 * DAY)
    await opened(shop, number)
    await opened(shop, number, lines=(CaseLine(line_id="L2", quantity=1, name="Lamp", reason="other"),))
    await opened(shop, number, NOON - 8 * DAY)
    found = await looked(shop)
    assert [(one.product, one.variant, one.back.times, one.back.of) for one in found.variants] == [
        ("Lamp", "", 1, 1),
        ("shirt", "shirt-s", 1, 3),
    ]
    assert (found.back.times, found.back.of, found.requests) == (2, 4, 2)
    assert {one.code: one.units for one in found.reasons} == {"fit.too_small": 1, "other": 1}
    both = await looked(shop, (MONDAY - 7 * DAY, MONDAY))
    assert (both.back.times, both.back.of) == (3, 8)


async def test_a_parcel_counted_again_counts_its_units_once_and_one_taken_back_none(shop: Shop) -> None:
    await bought(shop, "1001")
    await shop.arrive(trackings=[said("N1001", "attempt_failed", NOON - 5 * HOUR)])
    while await tally(shop.database, 500):
        pass
    assert (await looked(shop)).back.of == 4
    async with shop.database.system() as tx:
        await tx.execute("delete from shipment where merchant_id = $1", shop.merchant_id)
        await tx.execute("insert into tally_due (merchant_id, shipment_id) select merchant_id, shipment_id from tally")
    await tally(shop.database, 500)
    assert (await looked(shop)).back.of == 0


@pytest.mark.parametrize("state", [CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED])
async def test_what_was_refused_taken_back_or_expired_comes_not_back(shop: Shop, state: CaseState) -> None:
    await opened(shop, await bought(shop, "1001"), state=state)
    found = await looked(shop)
    assert (found.requests, found.void, found.back.times, found.reasons) == (1, 1, 0, [])


async def test_exchanges_money_times_and_offers_are_counted(shop: Shop) -> None:
    number = await bought(shop, "1001")
    await opened(shop, number, kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE, offer="right_size", offer_taken=True)
    closed = await opened(shop, number, NOON - DAY, refund=Money(2005, "EUR"), fee=Money(495, "EUR"), offer="right_size", offer_taken=False)
    async with shop.database.system() as tx:
        for state, after in ((CaseState.LABEL_READY, 1), (CaseState.RECEIVED, 10), (CaseState.CLOSED, 24)):
            event = CaseEvent(at=NOON - DAY + after * HOUR, actor="time", was=None, state=state)
            await cases.note(tx, shop.merchant_id, closed, event)
        await tx.execute("update cases set state = 'closed' where merchant_id = $1 and case_id = $2", shop.merchant_id, closed)
    found = await looked(shop)
    assert found.remedies == {"exchange": 1, "refund": 1}
    assert (found.exchanged.times, found.exchanged.of) == (1, 2)
    assert [(one.refunded, one.fees, one.cases) for one in found.paid] == [(Money(2005, "EUR"), Money(495, "EUR"), 1)]
    assert (found.to_label.median_hours, found.to_refund.median_hours, found.from_arrival_to_refund.median_hours) == (1.0, 24.0, 14.0)
    assert [(one.name, one.taken.times, one.taken.of) for one in found.offers] == [("right_size", 1, 2)]


async def test_claims_are_told_apart_by_the_carrier_whose_parcel_it_was(shop: Shop) -> None:
    number = await bought(shop, "1001")
    claim = {"kind": CaseKind.CLAIM, "action": ActionKind.OPEN_CLAIM, "remedy": None, "claim": ClaimKind.DAMAGED}
    await opened(shop, number, **claim, wanted={"shipment": ""})
    await opened(shop, number, **claim, wanted={"shipment": "N1001"}, state=CaseState.REFUSED)
    found = await looked(shop)
    assert [(one.carrier, one.claim, one.claims.times, one.claims.of, one.refused) for one in found.claims] == [("gls", "damaged", 2, 1, 1)]
    assert found.requests == 0


async def test_free_texts_are_found_by_product_and_reason(shop: Shop) -> None:
    number = await bought(shop, "1001")
    line = CaseLine(line_id="L1", quantity=1, name="Shirt", product_id="shirt", reason="fit.too_small", comment="Too tight")
    await opened(shop, number, lines=(line,))
    await opened(shop, number, NOON - HOUR, comment="Gift, not wanted")
    await opened(shop, number, lines=(line,), state=CaseState.CANCELLED)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        every = await returned.said(tx, shop.merchant_id, *WEEK)
        none = await returned.said(tx, shop.merchant_id, *WEEK, product="lamp")
        tight = await returned.said(tx, shop.merchant_id, *WEEK, product="shirt", reason="fit.too_small", most=1)
    assert [one.words for one in every] == ["Too tight", "Gift, not wanted"]
    assert none == []
    assert [(one.words, one.name, one.opened_at) for one in tight] == [("Too tight", "Shirt", NOON)]


async def test_nothing_of_another_merchant_is_counted(shop: Shop) -> None:
    await opened(shop, await bought(shop, "1001"))
    async with shop.database.for_merchant(shop.merchant_id + 1) as tx:
        for asked in (shop.merchant_id, shop.merchant_id + 1):
            found = await why_returned(tx, asked, WEEK)
            assert (found.requests, found.back.times, found.back.of) == (0, 0, 0)
            assert await returned.said(tx, asked, *WEEK) == []


async def test_units_are_counted_with_the_parcel_they_were_in(shop: Shop) -> None:
    seen = order("1001", fulfilment("f1", "N1"), fulfilment("f2", "N2"))
    parts = (
        msgspec.structs.replace(seen.order.fulfilments[0], lines={"L1": 2}, tracking_numbers=("N1", "N3")),
        msgspec.structs.replace(seen.order.fulfilments[1], lines={"L1": 1, "L2": 1}),
    )
    facts = [OrderSeen(msgspec.structs.replace(seen.order, lines=(SHIRT, BARE), fulfilments=parts))]
    await shop.arrive(facts=facts, trackings=[said(one, "delivered", NOON - HOUR) for one in ("N1", "N2", "N3")])
    while await tally(shop.database, 500):
        pass
    rows = await shop.rows("select week, product, variant, units from unit_count where merchant_id = $1 order by product", shop.merchant_id)
    assert [(row["week"], row["product"], row["variant"], row["units"]) for row in rows] == [
        (MONDAY, "Lamp", "", 1),
        (MONDAY, "shirt", "shirt-s", 3),
    ]


async def test_cases_of_the_last_moment_of_the_week_count_and_of_the_next_not(shop: Shop) -> None:
    number = await bought(shop, "1001")
    await opened(shop, number, datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC))
    await opened(shop, number, datetime(2026, 11, 23, tzinfo=UTC))
    assert (await looked(shop)).requests == 1


async def test_a_span_with_more_requests_than_are_counted_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstep.steps.why_returned.MOST_REQUESTS", 1)
    number = await bought(shop, "1001")
    await opened(shop, number)
    assert (await looked(shop)).requests == 1
    await opened(shop, number, NOON - 8 * DAY)
    assert (await looked(shop)).requests == 1
    with pytest.raises(BadInputError, match="choose a shorter one"):
        await looked(shop, (MONDAY - 7 * DAY, MONDAY))
