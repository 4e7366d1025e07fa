"""Products as shops tell them, in any order and again → what may be promised; held units stay held."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from steps_shop import HOUR, NOON, Shop

from doorstep.domain.actions.kinds import MethodKind
from doorstep.domain.actions.known import KnownCustomer, KnownVariant, Method, Paid
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.store import goods


def pot(*variants: Mapping[str, Any], at: str = "2026-11-18T10:00:00Z", **more: Any) -> bytes:
    told = {"id": "P-1", "name": "Pot", "currency": "EUR", "updated_at": at, "variants": list(variants)} | more
    return json.dumps({"products": [told]}).encode()


def blue(stock: int | None = 3, price: str = "12.50") -> dict[str, Any]:
    return {"id": "blue", "price": price, "stock": stock}


RED = {"id": "red", "price": "13.00"}


async def told(shop: Shop, *bodies: bytes) -> dict[str, KnownVariant]:
    await shop.post("generic", *bodies)
    (done,) = await shop.work()
    assert (done.dead, done.events) == (0, len(bodies))
    return await there(shop)


async def there(shop: Shop) -> dict[str, KnownVariant]:
    async with shop.database.system() as tx:
        found = await goods.variants(tx, shop.merchant_id, shop.connected["generic"], ["P-1"])
    return {one.variant_id: one for one in found.get("P-1", ())}


def key(shop: Shop, name: str) -> tuple[int, int, str]:
    return shop.merchant_id, shop.connected["generic"], name


async def test_a_product_that_a_shop_tells_of_can_be_promised(shop: Shop) -> None:
    found = await told(shop, pot(blue(), RED))
    assert found == {
        "blue": KnownVariant(variant_id="blue", product_id="P-1", name="Pot", price=Money(1250, "EUR"), stock=3),
        "red": KnownVariant(variant_id="red", product_id="P-1", name="Pot", price=Money(1300, "EUR"), stock=None),
    }
    async with shop.database.system() as tx:
        assert await goods.products_of(tx, *key(shop, "")[:2], ["blue", "green"]) == {"blue": "P-1"}
        assert await goods.products(tx, *key(shop, "")[:2]) == {"P-1": "Pot"}


async def test_an_older_telling_changes_nothing_whenever_it_comes(shop: Shop) -> None:
    await told(shop, pot(blue(5), RED), pot(blue(9, "1.00"), at="2026-11-18T09:00:00Z"))
    assert {name: (one.stock, one.available) for name, one in (await there(shop)).items()} == {"blue": (5, True), "red": (None, True)}
    found = await told(shop, pot(blue(7), at="2026-11-18T09:30:00Z"))
    assert (found["blue"].stock, found["red"].available) == (5, True)


async def test_a_variant_that_the_product_no_longer_has_is_not_to_be_had_until_it_comes_back(shop: Shop) -> None:
    await told(shop, pot(blue(), RED))
    found = await told(shop, pot(blue(), at="2026-11-18T10:30:00Z"))
    assert (found["blue"].available, found["red"].available) == (True, False)
    found = await told(shop, pot(at="2026-11-18T10:40:00Z"))
    assert not any(one.available for one in found.values())
    found = await told(shop, pot(RED, at="2026-11-18T10:50:00Z"))
    assert (found["blue"].available, found["red"].available) == (False, True)


async def test_units_held_for_cases_stay_held_when_the_shop_tells_its_stock(shop: Shop) -> None:
    await told(shop, pot(blue(3), RED))
    async with shop.database.system() as tx:
        assert await goods.hold(tx, {key(shop, "blue"): 2, key(shop, "red"): 40}) == set()
    assert (await there(shop))["blue"].stock == 1
    assert (await told(shop, pot(blue(5), RED, at="2026-11-18T10:30:00Z")))["blue"].stock == 3
    assert (await told(shop, pot(blue(1), RED, at="2026-11-18T10:40:00Z")))["blue"].stock == 0  # two are promised, one is there
    async with shop.database.system() as tx:
        assert await goods.hold(tx, {key(shop, "blue"): -2}) == set()
    assert (await there(shop))["blue"].stock == 1


async def test_no_more_is_held_than_is_there_and_no_more_let_go_than_is_held(shop: Shop) -> None:
    await told(shop, pot(blue(3)))
    async with shop.database.system() as tx:
        assert await goods.hold(tx, {key(shop, "blue"): 2}) == set()
        refused = {key(shop, "blue"): 2, key(shop, "green"): 1}
        assert await goods.hold(tx, refused) == set(refused)
        assert await goods.hold(tx, {key(shop, "blue"): -3}) == {key(shop, "blue")}
        await goods.take(tx, {key(shop, "blue"): 2})
        assert await goods.hold(tx, {key(shop, "blue"): -1}) == {key(shop, "blue")}
    assert (await there(shop))["blue"].stock == 1


ANA = KnownCustomer(
    customer="ana",
    first_name="Ana",
    last_name="Ruiz",
    email="Ana@Customer.example",
    address=Address(city="Madrid", country="ES"),
    tier="gold",
)
CARD = Method(method_id="g-1", kind=MethodKind.GIFT_CARD, label="Gift card", balance=Money(1000, "EUR"))
VISA = Method(method_id="v-1", kind=MethodKind.CARD, label="Visa ending 1111")


@pytest.fixture
async def ana(shop: Shop) -> Shop:
    async with shop.database.system() as tx:
        await goods.keep_profiles(tx, {key(shop, "")[:2]: [ANA]}, NOON)
        await goods.keep_methods(tx, {key(shop, "ana"): [CARD, VISA]})
    return shop


async def test_a_customer_is_kept_with_methods_of_payment(ana: Shop) -> None:
    async with ana.database.system() as tx:
        found = await goods.profiles(tx, *key(ana, "")[:2], ["ana", "ben"])
        assert found["ana"].methods == (CARD, VISA)
        assert (found["ana"].address, found["ana"].tier, set(found)) == (ANA.address, "gold", {"ana"})
        assert await goods.by_email(tx, ana.merchant_id, " ANA@customer.example") == [(ana.connected["generic"], ANA)]
        before = await tx.fetchval("select changed_at from profile where merchant_id = $1", ana.merchant_id)
        await goods.keep_profiles(tx, {key(ana, "")[:2]: [ANA]}, NOON + HOUR)
        assert await tx.fetchval("select changed_at from profile where merchant_id = $1", ana.merchant_id) == before


async def test_a_balance_moves_by_the_sum_and_never_below_nothing(ana: Shop) -> None:
    async with ana.database.system() as tx:

        async def move(*by: tuple[str, int, str]) -> set[str]:
            refused = await goods.move_balances(tx, [(key(ana, "ana"), method, Money(minor, money)) for method, minor, money in by])
            return {method for _, method in refused}

        assert await move(("g-1", -600, "EUR"), ("g-1", -500, "EUR")) == {"g-1"}
        assert await move(("g-1", -600, "EUR"), ("g-1", 100, "EUR")) == set()
        assert await move(("g-1", 1, "USD"), ("v-1", 1, "EUR"), ("no", 1, "EUR")) == {"g-1", "v-1", "no"}
        found = await goods.methods(tx, *key(ana, "")[:2], ["ana"])
    assert found["ana"][0].balance == Money(500, "EUR")


async def test_money_is_written_down_once_and_read_in_its_order(ana: Shop) -> None:
    async with ana.database.system() as tx:
        order_id = await tx.fetchval(
            "insert into orders (merchant_id, connection_id, external_id, number, number_key, token, document) values ($1, $2, '1', '1', '1', 't', '{}')"
            " returning order_id",
            *key(ana, "")[:2],
        )
        paid = Paid(amount=Money(2000, "EUR"), method_id="v-1")
        back = Paid(amount=Money(700, "EUR"), method_id="g-1", refund=True, at=NOON - timedelta(days=1))
        for _ in range(2):
            await goods.pay(tx, [(ana.merchant_id, order_id, "p1", paid), (ana.merchant_id, order_id, "r1", back)])
        assert await goods.payments(tx, ana.merchant_id, [order_id, 0]) == {order_id: (paid, back)}
