"""Money written down once; cards and credit of ours move with it, and never below nothing."""

import msgspec
from steps_shop import NOON, Shop, order

from doorstep.domain.actions.kinds import MethodKind
from doorstep.domain.actions.known import KnownCustomer, Method, Paid
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer
from doorstep.domain.plugins import OrderSeen
from doorstep.steps.paying import pay
from doorstep.store import goods, orders
from doorstep.store.orders import KeptOrder

FIVE, TEN = Money(500, "EUR"), Money(1000, "EUR")


async def bought_with_a_card(shop: Shop) -> KeptOrder:
    bought = order("1001").order
    await shop.arrive(
        facts=[OrderSeen(msgspec.structs.replace(bought, customer=Customer(external_id="ana", email="ana@customer.example")))]
    )
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
        await goods.keep_profiles(tx, {(kept.merchant_id, kept.connection_id): [KnownCustomer(customer="ana")]}, NOON)
        card = Method(method_id="card", kind=MethodKind.GIFT_CARD, balance=FIVE)
        await goods.keep_methods(tx, {(kept.merchant_id, kept.connection_id, "ana"): [card]})
    return kept


async def balance(shop: Shop) -> int:
    [row] = await shop.rows("select balance_minor from payment_method where merchant_id = $1", shop.merchant_id)
    return int(row["balance_minor"])


async def test_a_refund_raises_the_card_once_however_often_it_is_said(shop: Shop) -> None:
    kept = await bought_with_a_card(shop)
    for _ in range(2):
        async with shop.database.system() as tx:
            assert await pay(tx, kept, [Paid(amount=TEN, method_id="card", refund=True)], "case 7")
    assert await balance(shop) == 1500
    assert len(await shop.rows("select from payment where merchant_id = $1", shop.merchant_id)) == 1


async def test_a_card_that_holds_less_than_is_charged_is_told(shop: Shop) -> None:
    kept = await bought_with_a_card(shop)
    async with shop.database.system() as tx:
        assert not await pay(tx, kept, [Paid(amount=TEN, method_id="card")], "yes 7")
    assert await balance(shop) == 500


async def test_methods_of_which_no_balance_is_known_are_only_written_down(shop: Shop) -> None:
    kept = await bought_with_a_card(shop)
    async with shop.database.system() as tx:
        assert await pay(tx, kept, [Paid(amount=TEN, method_id="paypal"), Paid(amount=FIVE, refund=True)], "yes 8")
    assert await balance(shop) == 500
