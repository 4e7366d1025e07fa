"""What customers ask for, through the store: shown, said yes to, done once; and what nobody may do."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, order, said

from doorstep.domain.actions.arguments import (
    AskInvoice,
    BusinessAction,
    CancelOrder,
    CancelReturn,
    ChangeAddress,
    OpenClaim,
    OpenReturn,
    ReadOrder,
    Reschedule,
    TalkToHuman,
    Units,
)
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseState, ClaimKind
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.domain.places import Address
from doorstep.domain.plugins import OrderSeen
from doorstep.steps import act
from doorstep.steps.act import Done, Prepared
from doorstep.store import cases, orders

DAY = timedelta(days=1)
PRICE = Money(2500, "EUR")


def priced(number: str = "1001", *fulfilments: object, quantity: int = 2) -> OrderSeen:
    seen = order(number, *fulfilments)  # type: ignore[arg-type]
    line = OrderLine(line_id="L1", name="Shirt", quantity=quantity, unit_price=PRICE)
    return OrderSeen(msgspec.structs.replace(seen.order, lines=(line,), total=Money(2500 * quantity, "EUR")))


async def asker_of(shop: Shop, assurance: Assurance = Assurance.LINK) -> Asker:
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
    return Asker(assurance=assurance, orders=(kept.order_id,))


async def ask(shop: Shop, asker: Asker, action: BusinessAction, now: datetime = NOON) -> Prepared | Refusal:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await act.prepare(tx, tenant, asker, action, now)


async def say_yes(shop: Shop, asker: Asker, token: str, now: datetime = NOON) -> Done | Refusal:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await act.commit(tx, shop.directory, tenant, asker, token, now)


async def carried(shop: Shop, asker: Asker, action: BusinessAction, now: datetime = NOON) -> Done:
    prepared = await ask(shop, asker, action, now)
    assert isinstance(prepared, Prepared), prepared
    done = await say_yes(shop, asker, prepared.token, now)
    assert isinstance(done, Done), done
    return done


def code(answer: object) -> RefusalCode:
    assert isinstance(answer, Refusal), answer
    return answer.code


def a_return(quantity: int = 1, reason: str = "taste.colour") -> OpenReturn:
    return OpenReturn(order="1001", units=(Units(line_id="L1", quantity=quantity, reason=reason),))


async def delivered(shop: Shop) -> Asker:
    await shop.arrive(facts=[priced("1001", fulfilment("f1", "N1"))], trackings=[said("N1", "picked_up", NOON - 9 * HOUR)])
    await shop.arrive(trackings=[said("N1", "delivered", NOON - HOUR)])
    return await asker_of(shop)


async def test_a_return_is_shown_said_yes_to_and_done_once(shop: Shop) -> None:
    asker = await delivered(shop)
    prepared = await ask(shop, asker, a_return())
    assert isinstance(prepared, Prepared)
    assert prepared.plan.refund == PRICE
    assert await shop.rows("select from cases where merchant_id = $1", shop.merchant_id) == []
    first, second = await say_yes(shop, asker, prepared.token), await say_yes(shop, asker, prepared.token)
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.case is not None
    assert second.again
    assert second.case == first.case
    assert first.case.case.state is CaseState.APPROVED
    assert len(await shop.rows("select from cases where merchant_id = $1", shop.merchant_id)) == 1
    asked = await shop.rows("select kind, target from errand where merchant_id = $1 order by errand_id", shop.merchant_id)
    assert [(one["kind"], one["target"]) for one in asked] == [("open_return", "shop"), ("label", "carrier")]


async def test_of_two_that_say_yes_at_once_to_the_same_units_one_is_told_that_things_have_changed(shop: Shop) -> None:
    asker = await delivered(shop)
    one, other = await ask(shop, asker, a_return(2)), await ask(shop, asker, a_return(1))
    assert isinstance(one, Prepared)
    assert isinstance(other, Prepared)
    answers = await asyncio.gather(say_yes(shop, asker, one.token), say_yes(shop, asker, other.token))
    assert sorted(isinstance(answer, Done) for answer in answers) == [False, True]
    assert len(await shop.rows("select from cases where merchant_id = $1", shop.merchant_id)) == 1


async def test_the_yes_of_somebody_else_counts_nothing(shop: Shop) -> None:
    asker = await delivered(shop)
    prepared = await ask(shop, asker, a_return())
    assert isinstance(prepared, Prepared)
    stranger = Asker(assurance=Assurance.LOGIN, email="stranger@example.com")
    assert code(await say_yes(shop, stranger, prepared.token)) is RefusalCode.NOT_CONFIRMED
    assert code(await say_yes(shop, asker, "no-such-token")) is RefusalCode.NOT_CONFIRMED


async def test_a_yes_that_comes_too_late_or_to_something_else_is_void(shop: Shop) -> None:
    asker = await delivered(shop)
    prepared = await ask(shop, asker, a_return())
    assert isinstance(prepared, Prepared)
    assert code(await say_yes(shop, asker, prepared.token, NOON + HOUR)) is RefusalCode.CONFIRMATION_OLD
    again = await ask(shop, asker, a_return())
    assert isinstance(again, Prepared)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    await shop.arrive(facts=[priced("1001", fulfilment("f1", "N1"))])
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
        cheaper = msgspec.structs.replace(kept.order.lines[0], unit_price=Money(100, "EUR"))
        await orders.write(tx, [msgspec.structs.replace(kept, order=msgspec.structs.replace(kept.order, lines=(cheaper,)))], NOON)
    assert code(await say_yes(shop, asker, again.token)) is RefusalCode.CONFIRMATION_VOID


async def test_an_unknown_order_and_a_strangers_are_the_same_no(shop: Shop) -> None:
    await delivered(shop)
    stranger = Asker(assurance=Assurance.LOGIN, email="stranger@example.com")
    foreign = await ask(shop, stranger, a_return())
    unknown = await ask(shop, stranger, msgspec.structs.replace(a_return(), order="9999"))
    assert foreign == unknown
    assert code(foreign) is RefusalCode.NOT_FOUND


async def test_a_cancelled_order_of_ours_is_cancelled_at_once_and_its_money_goes_back(shop: Shop) -> None:
    await shop.arrive(facts=[priced()])
    asker = await asker_of(shop)
    done = await carried(shop, asker, CancelOrder(order="1001", reason="no longer needed"))
    assert done.case is not None
    assert done.case.case.state is CaseState.CLOSED
    assert done.plan.refund == Money(5000, "EUR")
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
    assert kept.order.cancelled_at == NOON
    assert code(await ask(shop, asker, CancelOrder(order="1001"))) is RefusalCode.ORDER_STATE
    [paid] = await shop.rows("select amount_minor, refund from payment where merchant_id = $1", shop.merchant_id)
    assert paid == {"amount_minor": 5000, "refund": True}
    assert (await shop.sent()).count("order.cancelled") == 1


async def test_the_address_changes_only_for_who_proved_more_than_a_link(shop: Shop) -> None:
    await shop.arrive(facts=[priced()])
    there = ChangeAddress(order="1001", address=Address(lines=("Calle Mayor 1",), city="Madrid", country="ES"))
    refused = await ask(shop, await asker_of(shop), there)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.needs) == (RefusalCode.IDENTITY, Assurance.KNOWLEDGE)
    await carried(shop, await asker_of(shop, Assurance.CODE), there)
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
    assert kept.order.ship_to is not None
    assert kept.order.ship_to.lines == ("Calle Mayor 1",)


async def test_a_return_can_be_taken_back_until_it_is_handed_over(shop: Shop) -> None:
    asker = await delivered(shop)
    done = await carried(shop, asker, a_return(2))
    assert done.case is not None
    assert code(await ask(shop, asker, a_return(1))) is RefusalCode.QUANTITY
    back = await carried(shop, asker, CancelReturn(case=done.case.case_id))
    assert back.case is not None
    assert back.case.case.state is CaseState.CANCELLED
    assert isinstance(await ask(shop, asker, a_return(2)), Prepared)
    async with shop.database.system() as tx:
        told = await cases.events(tx, shop.merchant_id, [done.case.case_id])
    assert [one.state for one in told[done.case.case_id]] == [CaseState.APPROVED, CaseState.CANCELLED]


async def test_a_wish_about_a_parcel_is_passed_on(shop: Shop) -> None:
    await shop.arrive(facts=[priced("1001", fulfilment("f1", "N1"))], trackings=[said("N1", "picked_up", NOON - HOUR)])
    asker = await asker_of(shop)
    done = await carried(shop, asker, Reschedule(order="1001", on=(NOON + 2 * DAY).date()))
    assert done.case is not None
    assert done.case.case.state is CaseState.PASSED_ON
    [errand] = await shop.rows("select kind, state from errand where merchant_id = $1", shop.merchant_id)
    assert errand == {"kind": "delivery_change", "state": "waiting"}
    late = await ask(shop, asker, Reschedule(order="1001", on=(NOON + 90 * DAY).date()))
    assert code(late) is RefusalCode.DATE


async def test_what_needs_no_yes_is_done_at_once_and_what_needs_one_is_not(shop: Shop) -> None:
    asker = await delivered(shop)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        invoice = await act.do(tx, shop.directory, tenant, asker, AskInvoice(order="1001"), NOON)
        human = await act.do(tx, shop.directory, tenant, asker, TalkToHuman(order="1001", summary="Please call me."), NOON)
        unsaid = await act.do(tx, shop.directory, tenant, asker, a_return(), NOON)
    assert isinstance(invoice, Done)
    assert isinstance(human, Done)
    assert code(unsaid) is RefusalCode.NOT_CONFIRMED
    talks = await shop.rows("select open from conversation where merchant_id = $1", shop.merchant_id)
    assert talks == [{"open": True}]


async def test_refusals_are_counted_by_day_and_name_nobody(shop: Shop) -> None:
    asker = await delivered(shop)
    for _ in range(2):
        await ask(shop, asker, a_return(3))
    [count] = await shop.rows("select action, code, asked from refusal_count where merchant_id = $1", shop.merchant_id)
    assert count == {"action": ActionKind.OPEN_RETURN, "code": RefusalCode.QUANTITY, "asked": 2}


@pytest.mark.parametrize("assurance", [Assurance.NONE])
async def test_who_is_nobody_sees_nothing(shop: Shop, assurance: Assurance) -> None:
    await delivered(shop)
    assert code(await ask(shop, Asker(assurance=assurance), ReadOrder(order="1001"))) is RefusalCode.IDENTITY


async def test_only_photos_handed_in_for_this_order_count_and_become_part_of_the_case(shop: Shop) -> None:
    asker = await delivered(shop)
    own, strange = await shop.hand_in(asker.orders[0]), await shop.hand_in(999_999)
    claim = OpenClaim(order="1001", claim=ClaimKind.DAMAGED, units=(Units(line_id="L1"),), photos=(strange, "made up"))
    assert code(await ask(shop, asker, claim)) is RefusalCode.PHOTO_NEEDED
    done = await carried(shop, asker, msgspec.structs.replace(claim, photos=(own, strange)))
    assert done.case is not None
    assert done.case.case.photos == (own,)
    [file] = await shop.rows("select token from case_file where case_id = $1", done.case.case_id)
    assert file["token"] == own
    assert code(await ask(shop, asker, msgspec.structs.replace(claim, photos=(own,)))) is RefusalCode.PHOTO_NEEDED


async def test_an_order_of_a_shop_system_is_changed_there_first(shop: Shop) -> None:
    await shop.arrive(facts=[priced()])
    async with shop.database.system() as tx:
        await tx.execute("update connection set provider = 'shopify' where merchant_id = $1 and kind = 'shop'", shop.merchant_id)
    await shop.directory.refresh(shop.database, NOON, force=True)
    asker = await asker_of(shop)
    done = await carried(shop, asker, CancelOrder(order="1001"))
    assert done.case is not None
    assert done.case.case.state is CaseState.PASSED_ON
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
    assert kept.order.cancelled_at is None
    assert await shop.rows("select from payment where merchant_id = $1", shop.merchant_id) == []
    assert "order.cancelled" not in await shop.sent()
    assert code(await ask(shop, asker, CancelOrder(order="1001"))) is RefusalCode.CASE_STATE


async def test_what_only_reads_leaves_nothing_behind(shop: Shop) -> None:
    asker = await delivered(shop)
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        assert isinstance(await act.do(tx, shop.directory, tenant, asker, ReadOrder(order="1001"), NOON), Done)
    assert await shop.rows("select from prepared where merchant_id = $1", shop.merchant_id) == []
