"""Products of shops: Shopify's webhook and Doorstep's own form → variants with their price, their stock, and what makes them differ."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.money import Money
from doorstep.domain.plugins import OrderSeen, ProductSeen, Raw
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.shops import generic, shopify
from doorstep.shops.generic.table import Row as TableRow
from doorstep.shops.generic.table import RowFault, form_of

ROOM = Path(__file__).parents[2] / "src" / "doorstep" / "shops"


def from_shopify(box: Any, topic: str = "products/update", currency: str = "EUR") -> tuple[object, ...]:
    raw = Raw(body=json.dumps(box).encode(), headers={"x-shopify-topic": topic} if topic else {})
    return shopify.parse_with(raw, {"currency": currency} if currency else {})


def jacket(**fields: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOM / "shopify" / "samples" / "product.json").read_bytes())
    return loaded | fields


def product(box: Any, topic: str = "products/update") -> ProductSeen:
    (fact,) = from_shopify(box, topic)
    assert isinstance(fact, ProductSeen)
    return fact


class TestShopify:
    def test_a_product_has_its_variants_with_options_prices_and_pictures(self) -> None:
        seen = product(jacket())
        assert (seen.product_id, seen.told_at) == ("7700112233445", datetime(2026, 11, 20, 16, 45, 10, tzinfo=UTC))
        assert seen.variants == (
            KnownVariant(
                variant_id="41000000000001",
                product_id="7700112233445",
                name="Rain jacket",
                sku="RAIN-S-GR",
                options={"Size": "S", "Colour": "green"},
                price=Money(8900, "EUR"),
                stock=4,
                image_url="https://cdn.shop.example/rain-s.jpg",
            ),
            KnownVariant(
                variant_id="41000000000002",
                product_id="7700112233445",
                name="Rain jacket",
                sku="RAIN-M-GR",
                options={"Size": "M", "Colour": "green"},
                price=Money(9250, "EUR"),
                stock=None,  # sold on when there are none
                image_url="https://cdn.shop.example/rain.jpg",
            ),
        )

    def test_stock_that_nobody_counts_is_none_and_never_below_nothing(self) -> None:
        (first, _) = jacket()["variants"]
        for told, stock in (
            ({"inventory_management": None}, None),
            ({"inventory_quantity": -3}, 0),
            ({"inventory_quantity": "4"}, None),
            ({"inventory_quantity": True}, None),
            ({"inventory_policy": "continue"}, None),
        ):
            assert product(jacket(variants=[first | told])).variants[0].stock == stock
        first.pop("inventory_management")  # newer versions of the API do not send it
        assert product(jacket(variants=[first])).variants[0].stock == 4

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_what_is_not_sold_now_is_not_to_be_had(self, status: str) -> None:
        assert not any(one.available for one in product(jacket(status=status)).variants)

    def test_a_variant_without_a_readable_price_and_one_named_twice_are_left_out(self) -> None:
        first, second = jacket()["variants"]
        seen = product(jacket(variants=[first, second | {"price": None}, first | {"price": "-1.00"}, first]))
        assert [one.variant_id for one in seen.variants] == ["41000000000001"]

    def test_a_product_without_options_has_none(self) -> None:
        (first, _) = jacket()["variants"]
        box = jacket(options=[{"name": "Title"}], variants=[first | {"option1": "Default Title", "option2": None}])
        assert product(box).variants[0].options == {}

    def test_a_deleted_product_has_no_variant_left(self) -> None:
        assert product({"id": 7700112233445}, "products/delete") == ProductSeen(product_id="7700112233445")

    def test_products_are_read_only_where_their_currency_is_known(self) -> None:
        assert from_shopify(jacket(), currency="") == ()
        assert shopify.parse(Raw(body=json.dumps({"product": jacket()}).encode())) == ()
        (fact,) = from_shopify({"products": [jacket()]}, topic="", currency=" usd ")
        assert isinstance(fact, ProductSeen)
        assert fact.variants[0].price == Money(8900, "USD")
        with pytest.raises(MisconfiguredError, match="three letters"):
            from_shopify(jacket(), currency="euros")

    def test_a_product_or_variant_without_an_id_is_refused_with_its_name(self) -> None:
        with pytest.raises(BadInputError, match=r"product\.id"):
            from_shopify(jacket(id=None))
        with pytest.raises(BadInputError, match=r"product\.variants\.id"):
            from_shopify(jacket(variants=[{"price": "1.00"}]))

    def test_lines_of_orders_say_which_variant_was_bought(self) -> None:
        box = json.loads((ROOM / "shopify" / "samples" / "order.json").read_bytes())
        box["line_items"][0] |= {"product_id": 7700112233445, "variant_id": 41000000000001}
        box["line_items"] = box["line_items"][:1]
        (fact,) = from_shopify(box, "orders/updated")
        assert isinstance(fact, OrderSeen)
        assert (fact.order.lines[0].product_id, fact.order.lines[0].variant_id) == ("7700112233445", "41000000000001")
        box["line_items"][0] |= {"product_id": None, "variant_id": None}
        (fact,) = from_shopify(box, "orders/updated")
        assert isinstance(fact, OrderSeen)
        assert (fact.order.lines[0].product_id, fact.order.lines[0].variant_id) == (None, None)


POT: dict[str, Any] = {"id": "P-1", "name": "Pot", "currency": "eur", "variants": [{"id": 7, "price": "12.50", "stock": 3}]}


def own(*products: Any) -> tuple[object, ...]:
    return generic.SHOP.parse(Raw(body=json.dumps({"products": list(products)}).encode()))


class TestOwnForm:
    def test_a_product_is_read_with_its_variants(self) -> None:
        (seen,) = own(POT | {"updated_at": "2026-11-20T10:00:00+01:00"})
        variant = KnownVariant(variant_id="7", product_id="P-1", name="Pot", price=Money(1250, "EUR"), stock=3)
        assert seen == ProductSeen(product_id="P-1", told_at=datetime(2026, 11, 20, 9, tzinfo=UTC), variants=(variant,))

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"currency": None}, r"products\[0\].variants\[0\].price: needs the product's currency"),
            ({"variants": [{"id": 7, "price": "1.234"}]}, r"products\[0\].variants\[0\].price: an amount in EUR"),
            ({"variants": [{"id": 7, "price": "-1"}]}, r"products\[0\].variants\[0\].price: an amount of 0 or more"),
            ({"variants": [{"id": 7}]}, r"products\[0\].variants\[0\].price: an amount as decimal text"),
            ({"variants": [{"id": 7, "price": "1", "stock": -1}]}, r"products\[0\].variants\[0\].stock: a whole number"),
            ({"variants": [{"id": 7, "price": "1"}, {"id": "7", "price": "2"}]}, r"variants\[1\].id: stands twice"),
            ({"variants": [{"id": 7, "price": "1", "image_url": "pot.jpg"}]}, r"image_url: a web address"),
            ({"name": " "}, r"products\[0\].name: must not be blank"),
            ({"updated_at": "1066-10-14T09:00:00Z"}, r"products\[0\].updated_at: a moment from 1990"),
            ({"prize": 1}, r"products\[0\].prize: there is no such field"),
            ({"variants": [{"id": 7, "price": {"amount_minor": 10**15, "currency": "EUR"}}]}, r"price.amount_minor: a whole number"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_path(self, fields: dict[str, Any], told: str) -> None:
        with pytest.raises(BadInputError, match=told):
            own(POT | fields)

    def test_lines_of_orders_say_what_was_bought_and_whether_it_may_come_back(self) -> None:
        line = {"name": "Pot", "product_id": "P-1", "variant_id": 7, "tags": ["sale", " ", "sale"], "final_sale": True}
        seen = generic.read_order({"id": 1, "placed_at": "2026-11-20T10:00:00Z", "lines": [line, {"name": "Cup"}]})
        assert [(one.product_id, one.variant_id, one.tags, one.final_sale) for one in seen.lines] == [
            ("P-1", "7", ("sale",), True),
            (None, None, (), False),
        ]

    def test_a_table_has_columns_for_it(self) -> None:
        cells = {"order_id": "1", "placed_at": "2026-11-20T10:00:00Z", "item": "Pot"}
        form = form_of([TableRow(2, cells | {"product_id": "P-1", "variant_id": "7", "product_tags": "sale|red", "final_sale": "Yes"})])
        assert not isinstance(form, RowFault)
        (line,) = generic.read_order(form).lines
        assert (line.product_id, line.variant_id, line.tags, line.final_sale) == ("P-1", "7", ("sale", "red"), True)
