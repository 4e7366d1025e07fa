"""The life of a return after it is opened: scans, reminders, expiry, inspection, money; through a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import msgspec
import pytest
from steps_cases import BACK, DAY, PRICE, Returning, eur
from steps_shop import HOUR, NOON, fulfilment, open_shop, order, said

from doorstep.actions.settling import Inspected
from doorstep.domain.actions.arguments import OpenClaim, Reschedule, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, CaseState, ClaimKind, Disposition, Remedy
from doorstep.domain.actions.plans import ErrandKind
from doorstep.errors import BadInputError, ConflictError
from doorstep.steps import act, case_watch
from doorstep.steps.case_watch import is_waiting
from doorstep.steps.inspecting import acknowledged, inspect
from doorstep.steps.own_numbers import sent_back
from doorstep.steps.tally import tally
from doorstep.store import orders
from doorstep.store.database import Database


@pytest.fixture(scope="module")
async def cases_database(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    async with database_named("case_watch") as opened:
        yield opened


@pytest.fixture
async def here(cases_database: Database) -> Returning:
    async with cases_database.system() as tx:  # what other tests left is looked at by none of this one
        await tx.execute("update cases set look_at = null")
        await tx.execute("update errand set look_at = null")
    house = Returning(await open_shop(cases_database, settings={"return_address": BACK}))
    await house.deliver()
    return house


def saw(received: int = 1, disposition: Disposition = Disposition.RESTOCK, **rest: object) -> tuple[Inspected, ...]:
    return (Inspected(line_id="L1", received=received, disposition=disposition, **rest),)  # type: ignore[arg-type]


async def seen(here: Returning, case_id: int, what: tuple[Inspected, ...], now=NOON + 5 * DAY, **rest):
    async with here.shop.database.system() as tx:
        return await inspect(tx, here.shop.directory, here.tenant, case_id, what, actor="user 1", now=now, **rest)


async def did(here: Returning, case_id: int, kind: ErrandKind, now=NOON + 6 * DAY):
    async with here.shop.database.system() as tx:
        return await acknowledged(tx, here.shop.directory, here.tenant, case_id, kind, actor="shop", why="done", now=now)


async def own_number(here: Returning, case_id: int, number: str = "1ZRETURN001", now=NOON + HOUR):
    async with here.shop.database.system() as tx:
        return await sent_back(tx, here.shop.directory, here.tenant, case_id, number, carrier="UPS", actor="customer", now=now)


async def posted(here: Returning, **rest: object) -> int:
    """A return with a slip, sent under a number of the customer's own."""
    case = await here.open_return(**rest)  # type: ignore[arg-type]
    await here.labels()
    await own_number(here, case.case_id)
    return case.case_id


async def scanned(here: Returning, kind: str, now, number: str = "1ZRETURN001") -> None:
    """A scan of the way back, as a batch of the inbox brings it."""
    body = {"tracking_number": number, "carrier": "ups", "checkpoints": [{"code": kind, "occurred_at": now.isoformat()}]}
    await here.shop.post("carrier", msgspec.json.encode(body), now=now)
    [done] = await here.shop.work(now)
    assert done.dead == 0


async def test_a_return_from_its_label_to_its_end(here: Returning) -> None:
    case_id = await posted(here)
    await scanned(here, "PU", NOON + DAY)
    await here.look(NOON + DAY)
    assert await here.state(case_id) is CaseState.IN_TRANSIT
    await scanned(here, "DL", NOON + 3 * DAY)
    await here.look(NOON + 3 * DAY)
    assert await here.state(case_id) is CaseState.RECEIVED
    kept = await seen(here, case_id, saw())
    assert (kept.case.state, kept.case.refund) == (CaseState.SETTLING, eur(PRICE))
    assert ("refund", "waiting") in await here.errands(case_id)
    await did(here, case_id, ErrandKind.REFUND)
    assert await here.state(case_id) is CaseState.CLOSED
    [paid] = await here.shop.rows("select amount_minor, refund from payment where case_id = $1", case_id)
    assert paid == {"amount_minor": PRICE, "refund": True}
    told = ["approved", "label_ready", "in_transit", "received", "inspected", "refunded"]
    assert set(await here.told()) == {f"return.{name}" for name in told}
    await here.look(NOON + 7 * DAY)
    assert "return.follow_up" not in await here.told()
    await here.look(NOON + 8 * DAY + HOUR)
    assert "return.follow_up" in await here.told()
    assert (await here.case(case_id)).case.look_at is None


async def test_nobody_is_told_that_the_way_back_was_delivered_and_it_counts_in_no_performance(here: Returning) -> None:
    await posted(here)
    sent_before = await here.shop.sent()
    await scanned(here, "PU", NOON + DAY)
    await scanned(here, "DL", NOON + 3 * DAY)
    parcel = await here.shop.parcel("1ZRETURN001")
    assert parcel.folded is not None
    assert (parcel.folded.status, parcel.folded.open_pitfalls, parcel.look_at) == ("delivered", (), None)
    assert [trigger for trigger in await here.shop.sent() if trigger.startswith("shipment.")] == [
        trigger for trigger in sent_before if trigger.startswith("shipment.")
    ]
    while await tally(here.shop.database, 100):
        pass
    rows = await here.shop.rows("select shipment_id from tally where merchant_id = $1", here.shop.merchant_id)
    assert parcel.shipment_id not in [row["shipment_id"] for row in rows]
    assert len(rows) == 1


async def test_the_number_of_the_way_back_never_becomes_an_orders(here: Returning) -> None:
    case_id = await posted(here)
    await here.shop.arrive(facts=[order("2002", fulfilment("f9", "1ZRETURN001", at=NOON + HOUR))], now=NOON + 2 * HOUR)
    parcel = (await here.case(case_id)).case.return_shipment_id
    [row] = await here.shop.rows("select order_id from shipment where shipment_id = $1", parcel)
    assert row["order_id"] is None
    with pytest.raises(ConflictError):
        await own_number(here, case_id, "NUM1001")
    with pytest.raises(BadInputError):
        await own_number(here, case_id, "in the post")


async def test_a_label_that_is_not_used_is_recalled_twice_and_expires_with_its_stock_let_go(here: Returning) -> None:
    await here.stock()
    case = await here.open_exchange(2)
    await here.labels()
    held = "select held from variant where merchant_id = $1 and variant_id = 'l'"
    assert await here.shop.rows(held, here.shop.merchant_id) == [{"held": 2}]
    for day in range(1, 30):
        await here.look(NOON + day * DAY)
    reminders = await here.shop.rows(
        "select occurrence from decision where merchant_id = $1 and trigger = 'exchange.reminder'", here.shop.merchant_id
    )
    assert len(reminders) == 2
    assert await here.state(case.case_id) is CaseState.EXPIRED
    assert "exchange.expired" in await here.told()
    assert await here.shop.rows(held, here.shop.merchant_id) == [{"held": 0}]
    assert await here.look(NOON + 60 * DAY) == 0


async def test_what_nobody_decides_is_told_to_the_desk(here: Returning) -> None:
    await here.rules(auto_up_to_minor=None)
    case = await here.open_return()
    assert case.case.state is CaseState.REQUESTED
    assert not is_waiting(case.case)
    await here.look(NOON + DAY)
    kept = await here.case(case.case_id)
    assert is_waiting(kept.case)
    assert kept.case.look_at == NOON + 3 * DAY
    assert "nobody has decided" in await here.whys(case.case_id)
    assert "case.escalated" in await here.told()
    assert await here.look(NOON + 2 * DAY) == 0


async def test_goods_that_nobody_looks_at_and_money_that_nobody_confirms_are_told_to_the_desk(here: Returning) -> None:
    case_id = await posted(here)
    await scanned(here, "DL", NOON + DAY)
    await here.look(NOON + DAY)
    await here.look(NOON + 4 * DAY)
    assert "the goods are here, and nobody has looked at them" in await here.whys(case_id)
    await seen(here, case_id, saw())
    await here.look(NOON + 9 * DAY)
    assert "promised, and nobody has confirmed that it was done" in await here.whys(case_id)


async def test_little_money_is_given_at_the_first_scan_and_the_inspection_is_for_the_records(here: Returning) -> None:
    await here.rules(refund_at_scan_up_to_minor=PRICE)
    case_id = await posted(here)
    await scanned(here, "PU", NOON + DAY)
    await here.look(NOON + DAY)
    kept = await here.case(case_id)
    assert (kept.case.state, kept.case.refund) == (CaseState.SETTLING, eur(PRICE))
    await did(here, case_id, ErrandKind.REFUND)
    kept = await seen(here, case_id, saw(condition="used"))
    assert kept.case.state is CaseState.CLOSED
    assert kept.case.lines[0].condition == "used"


async def test_more_money_waits_for_the_inspection(here: Returning) -> None:
    await here.rules(refund_at_scan_up_to_minor=PRICE - 1)
    case_id = await posted(here)
    await scanned(here, "PU", NOON + DAY)
    await here.look(NOON + DAY)
    assert await here.state(case_id) is CaseState.IN_TRANSIT


async def test_goods_that_may_be_kept_are_paid_for_at_once_and_no_label_is_made(here: Returning) -> None:
    await here.rules(keep_below_minor=PRICE + 1)
    case = await here.open_return()
    assert case.case.keeps
    assert await here.look(NOON) == 1
    kept = await here.case(case.case_id)
    assert (kept.case.state, kept.case.refund) == (CaseState.SETTLING, eur(PRICE))
    assert "label" not in dict(await here.errands(case.case_id))


async def test_a_claim_that_the_policy_grants_is_settled_at_once(here: Returning) -> None:
    async with here.shop.database.system() as tx:
        [bought] = await orders.page(tx, here.shop.merchant_id)
    claim = OpenClaim(
        order="1001",
        claim=ClaimKind.DAMAGED,
        units=(Units(line_id="L1"),),
        wish=Remedy.REFUND,
        photos=(await here.shop.hand_in(bought.order_id),),
    )
    case = await here.ask(claim)
    assert case.case.state is CaseState.APPROVED
    await here.look(NOON)
    kept = await here.case(case.case_id)
    assert (kept.case.state, kept.case.refund) == (CaseState.SETTLING, eur(PRICE))
    await did(here, case.case_id, ErrandKind.REFUND)
    assert await here.state(case.case_id) is CaseState.CLOSED
    assert "return.follow_up" not in await here.told()


async def test_part_of_it_came_and_part_of_that_is_worn(here: Returning) -> None:
    case_id = await posted(here, quantity=3)
    kept = await seen(here, case_id, saw(2, granted_percent=50, condition="used", note="worn"))
    assert (kept.case.state, kept.case.refund) == (CaseState.SETTLING, eur(PRICE))
    assert (kept.case.lines[0].received, kept.case.lines[0].inspection_note) == (2, "worn")


async def test_something_else_in_the_parcel_ends_with_a_no(here: Returning) -> None:
    case_id = await posted(here)
    kept = await seen(here, case_id, saw(1, Disposition.NOT_THERE, note="a brick"))
    assert kept.case.state is CaseState.REFUSED
    assert "refund" not in dict(await here.errands(case_id))


async def test_where_the_fee_eats_all_nobody_is_told_of_money(here: Returning) -> None:
    await here.rules(fee_minor=PRICE)
    case_id = await posted(here)
    kept = await seen(here, case_id, saw())
    assert (kept.case.state, kept.case.refund) == (CaseState.CLOSED, eur(0))
    assert "refund" not in dict(await here.errands(case_id))
    assert "return.refunded" not in await here.told()
    assert "return.closed" in await here.told()


async def test_a_parcel_that_is_opened_in_parts_waits_for_the_rest(here: Returning) -> None:
    case_id = await posted(here, quantity=2)
    kept = await seen(here, case_id, saw(1), complete=False)
    assert kept.case.state is CaseState.RECEIVED
    kept = await seen(here, case_id, saw(2))
    assert kept.case.refund == eur(2 * PRICE)


async def test_a_human_may_give_less_and_never_more(here: Returning) -> None:
    case_id = await posted(here)
    with pytest.raises(BadInputError):
        await seen(here, case_id, saw(), amount=eur(PRICE + 1))
    assert await here.state(case_id) is CaseState.LABEL_READY
    assert (await seen(here, case_id, saw(), amount=eur(900))).case.refund == eur(900)


async def test_of_two_inspections_at_once_one_settles_and_money_is_promised_once(here: Returning) -> None:
    case_id = await posted(here)
    answers = await asyncio.gather(seen(here, case_id, saw()), seen(here, case_id, saw()), return_exceptions=True)
    assert not [one for one in answers if isinstance(one, Exception)]
    assert [kind for kind, _ in await here.errands(case_id)].count("refund") == 1


async def test_an_exchange_sends_the_new_goods_at_the_first_scan_once_and_ends_with_the_inspection(here: Returning) -> None:
    await here.stock()
    case = await here.open_exchange()
    await here.labels()
    await own_number(here, case.case_id)
    await scanned(here, "PU", NOON + DAY)
    await here.look(NOON + DAY)
    assert ("exchange", "waiting") in await here.errands(case.case_id)
    await here.shop.rows("update errand set state = 'done' where kind = 'exchange' and case_id = $1 returning 1", case.case_id)
    await did(here, case.case_id, ErrandKind.EXCHANGE, NOON + 2 * DAY)
    assert "exchange.sent" in await here.told()
    [stock] = await here.shop.rows("select stock, held from variant where merchant_id = $1 and variant_id = 'l'", here.shop.merchant_id)
    assert stock == {"stock": 4, "held": 0}
    sent = fulfilment("f2", "NEW1", at=NOON + 2 * DAY)
    first = fulfilment("f1", "NUM1001")
    await here.shop.post("generic", _order_with(first, sent), now=NOON + 3 * DAY)
    await here.shop.work(NOON + 3 * DAY)
    parcel = await here.shop.parcel("NEW1")
    assert (await here.case(case.case_id)).case.new_shipment_id == parcel.shipment_id
    kept = await seen(here, case.case_id, saw())
    assert kept.case.state is CaseState.CLOSED
    assert [kind for kind, _ in await here.errands(case.case_id)].count("exchange") == 1


def _order_with(*sent: object) -> bytes:
    fulfilments = [
        {
            "id": one.fulfilment_id,  # type: ignore[attr-defined]
            "created_at": one.created_at.isoformat(),  # type: ignore[attr-defined]
            "updated_at": one.updated_at.isoformat(),  # type: ignore[attr-defined]
            "tracking_numbers": list(one.tracking_numbers),  # type: ignore[attr-defined]
        }
        for one in sent
    ]
    document = {
        "id": "1001",
        "number": "#1001",
        "placed_at": (NOON - DAY).isoformat(),
        "updated_at": (NOON + 3 * DAY).isoformat(),
        "currency": "EUR",
        "payment": "paid",
        "customer": {"email": "ana@customer.example"},
        "ship_to": {"city": "Madrid", "country": "ES"},
        "lines": [{"id": "L1", "name": "Shirt", "quantity": 3, "unit_price": "25.00"}],
        "fulfilments": fulfilments,
    }
    return msgspec.json.encode(document)


async def test_goods_sent_first_and_never_returned_are_asked_for_and_never_forgotten(here: Returning) -> None:
    await here.rules(exchange_when="ship_first")
    await here.stock()
    case = await here.open_exchange(2)
    assert ("exchange", "waiting") in await here.errands(case.case_id)
    await here.labels()
    for day in range(1, 40):
        await here.look(NOON + day * DAY)
    assert await here.state(case.case_id) is CaseState.LABEL_READY
    assert any("have not been handed over" in why for why in await here.whys(case.case_id))
    kept = await seen(here, case.case_id, saw(1), NOON + 40 * DAY)
    assert kept.case.state is CaseState.INSPECTED
    assert any("1 units did not come back" in why for why in await here.whys(case.case_id))


async def test_a_wish_that_nobody_answers_is_told_to_the_customer_and_the_desk_and_ends(here: Returning) -> None:
    await here.shop.arrive(facts=[order("3003", fulfilment("f3", "N3003"))], trackings=[said("N3003", "picked_up", NOON - HOUR)])
    wish = Reschedule(order="3003", on=(NOON + 3 * DAY).date())
    async with here.shop.database.system() as tx:
        kept = next(one for one in await orders.page(tx, here.shop.merchant_id) if one.order.external_id == "3003")
        asker = Asker(assurance=Assurance.LINK, orders=(kept.order_id,))
        prepared = await act.prepare(tx, here.tenant, asker, wish, NOON)
        done = await act.commit(tx, here.shop.directory, here.tenant, asker, prepared.token, NOON)  # type: ignore[union-attr]
    case_id = done.case.case_id  # type: ignore[union-attr]
    assert await here.state(case_id) is CaseState.PASSED_ON
    await here.look(NOON + 11 * HOUR)
    assert "delivery_change.unanswered" not in await here.told()
    await here.look(NOON + 12 * HOUR)
    assert {"delivery_change.unanswered", "case.escalated"} <= set(await here.told())
    for day in range(1, 9):
        await here.look(NOON + day * DAY)
    assert await here.state(case_id) is CaseState.EXPIRED


async def test_two_workers_at_once_do_each_look_once(here: Returning) -> None:
    case = await here.open_return()
    await here.labels()
    moment = NOON + timedelta(days=7, minutes=1)
    done = await asyncio.gather(*(here.look(moment) for _ in range(3)))
    assert sum(done) == 1
    assert (await here.case(case.case_id)).case.reminded == 1


async def test_a_case_that_cannot_be_looked_at_keeps_no_other_waiting(here: Returning, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await here.open_return()
    second = await here.open_return()
    await here.labels()
    real = case_watch._by_clock

    async def falls(tx, directory, tenant, kept, now):  # type: ignore[no-untyped-def]
        if kept.case_id == first.case_id:
            raise ZeroDivisionError
        await real(tx, directory, tenant, kept, now)

    monkeypatch.setattr(case_watch, "_by_clock", falls)
    moment = NOON + 8 * DAY
    assert await here.look(moment) == 2
    assert (await here.case(second.case_id)).case.reminded == 1
    assert (await here.case(first.case_id)).case.look_at == moment + timedelta(minutes=10)


async def test_no_open_case_is_without_its_next_look(here: Returning) -> None:
    await posted(here)
    rows = await here.shop.rows(
        "select state from cases where merchant_id = $1 and look_at is null and state <> all($2)",
        here.shop.merchant_id,
        ["closed", "refused", "cancelled", "expired"],
    )
    assert rows == []
