"""What every shop plug-in must keep to, found by `shops()`: samples, any bytes, forged signatures, settings."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.domain.orders import Order
from doorstep.domain.plugins import FulfilmentSeen, OrderFact, OrderSeen, ProductSeen, Raw, RefundSeen, ShopFact
from doorstep.errors import BadInputError, BadSignatureError, NotFoundError
from doorstep.shops import shop_named, shops
from doorstep.shops.merging import merge

ROOM = Path(__file__).parents[2] / "src" / "doorstep" / "shops"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FOUND = sorted(shops())
each_shop = pytest.mark.parametrize("slug", FOUND)


@cache
def samples(slug: str) -> tuple[Path, ...]:
    return tuple(sorted(path for path in (ROOM / slug / "samples").glob("*") if path.is_file()))


EACH_SAMPLE = [pytest.param(slug, path, id=f"{slug}:{path.name}") for slug in FOUND for path in samples(slug)]


def read(slug: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[ShopFact, ...]:
    """Read as a connection does whose every setting is the one that its form shows as an example."""
    shop, raw = shops()[slug], Raw(body=body, headers=headers or {})
    return shop.parse_with(raw, {one.name: one.example for one in shop.settings}) if shop.parse_with else shop.parse(raw)


def keep_to_the_contract(facts: tuple[ShopFact, ...]) -> None:
    """Check all that must hold of whatever any plug-in read."""
    for fact in facts:
        if isinstance(fact, ProductSeen):
            hold_of_a_product(fact)
            continue
        whose = fact.order.external_id if isinstance(fact, OrderSeen) else fact.order_external_id
        assert whose == whose.strip() != ""
        empty = Order(external_id=whose, number="")
        known = merge(empty, fact)
        assert merge(known, fact) == known
        assert known.external_id == whose
        if isinstance(fact, OrderSeen):
            hold_of_an_order(fact.order)
    assert "\\u0000" not in json.dumps([str(fact) for fact in facts])


def hold_of_a_product(product: ProductSeen) -> None:
    assert product.product_id == product.product_id.strip() != ""
    assert product.told_at is None or (product.told_at.tzinfo is UTC and 1990 <= product.told_at.year < 2200)
    ids = [one.variant_id for one in product.variants]
    assert len(set(ids)) == len(ids)
    for one in product.variants:
        assert one.variant_id == one.variant_id.strip() != ""
        assert one.product_id == product.product_id
        assert one.price.amount_minor >= 0
        assert re.fullmatch(r"[A-Z]{3}", one.price.currency)
        assert one.stock is None or one.stock >= 0
        assert one.image_url is None or re.match(r"https?://", one.image_url)


def hold_of_an_order(order: Order) -> None:
    assert order.number
    assert order.placed_at
    assert order.updated_at
    moments = [
        order.placed_at,
        order.updated_at,
        order.cancelled_at,
        *(one.at for one in order.consents),
        *(one.at for one in order.refunds),
    ]
    moments += [at for one in order.fulfilments for at in (one.created_at, one.updated_at)]
    assert all(at.tzinfo is UTC and 1990 <= at.year < 2200 for at in moments if at)
    assert order.customer.email is None or order.customer.email == order.customer.email.strip().lower()
    assert order.customer.phone is None or re.fullmatch(r"\+[1-9][0-9]{5,14}", order.customer.phone)
    assert order.ship_to is None or order.ship_to.country is None or re.fullmatch(r"[A-Z]{2}", order.ship_to.country)
    assert order.locale is None or re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", order.locale)
    assert (order.cod_due is None) or order.payment == "cod"
    for line in order.lines:
        assert line.quantity >= 0
        assert line.line_id
        for url in (line.image_url, line.product_url):
            assert url is None or re.match(r"https?://", url)
    for money in (order.total, order.cod_due, *(line.unit_price for line in order.lines), *(one.amount for one in order.refunds)):
        assert money is None or re.fullmatch(r"[A-Z]{3}", money.currency)
    for one in order.fulfilments:
        assert all(number.strip() for number in one.tracking_numbers)
        assert all(count > 0 for count in one.lines.values())
    if order.promise and order.promise.from_on:
        assert order.promise.from_on <= order.promise.to_on


def read_or_refused(slug: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    with contextlib.suppress(BadInputError):
        keep_to_the_contract(read(slug, body, headers))


def test_the_promised_shops_are_there() -> None:
    assert set(FOUND) >= {"shopify", "generic"}
    with pytest.raises(NotFoundError, match="there are: generic"):
        shop_named("ebay")


@each_shop
def test_a_shop_is_named_and_its_settings_are_labelled(slug: str) -> None:
    shop = shops()[slug]
    assert shop.slug == slug
    assert shop.name
    assert len({setting.name for setting in shop.settings}) == len(shop.settings)
    for setting in shop.settings:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", setting.name)
        assert setting.label[:1].isupper()
        assert not (setting.secret and setting.default), "a secret has no default"


@each_shop
def test_a_shop_ships_samples_with_an_order(slug: str) -> None:
    assert any(isinstance(fact, OrderSeen) for path in samples(slug) for fact in read(slug, path.read_bytes()))


@pytest.mark.parametrize(("slug", "path"), EACH_SAMPLE)
def test_a_sample_is_read_the_same_each_time(slug: str, path: Path) -> None:
    body = path.read_bytes()
    facts = read(slug, body)
    assert facts
    keep_to_the_contract(facts)
    assert read(slug, body) == facts


@each_shop
@given(draw=st.data())
@settings(deadline=None, max_examples=30)
def test_samples_in_any_order_and_repeated_give_one_order(slug: str, draw: st.DataObject) -> None:
    told = [fact for path in samples(slug) for fact in read(slug, path.read_bytes())]
    whose = next(fact.order.external_id for fact in told if isinstance(fact, OrderSeen))
    about: list[OrderFact] = [
        fact
        for fact in told
        if not isinstance(fact, ProductSeen)
        and whose == (fact.order.external_id if isinstance(fact, OrderSeen) else fact.order_external_id)
    ]
    shuffled = draw.draw(st.permutations(about + about))
    assert reduce(merge, shuffled, Order(external_id=whose, number="")) == reduce(merge, about, Order(external_id=whose, number=""))


@each_shop
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300)
    | st.text(max_size=100).map(str.encode)
    | st.sampled_from([b"", b"{}", b"[]", b"null", b"[[]]", b'""', b"[" * 100_000, b'{"a":' * 50_000]),
    topic=st.sampled_from(["", "orders/create", "fulfillments/update", "refunds/create", "customers/data_request", "é", "\0"]),
)
def test_any_bytes_are_read_or_refused(slug: str, body: bytes, topic: str) -> None:
    read_or_refused(slug, body, {"x-shopify-topic": topic})


@each_shop
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_a_damaged_sample_is_read_or_refused(slug: str, draw: st.DataObject) -> None:
    body = draw.draw(st.sampled_from(samples(slug))).read_bytes()
    at = draw.draw(st.integers(0, len(body)))
    length = draw.draw(st.integers(0, 40))
    read_or_refused(
        slug, body[:at] + draw.draw(st.binary(max_size=8) | st.sampled_from([b"null", b"0", b'""', b"{}", b"-1"])) + body[at + length :]
    )


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths of all values within decoded JSON, containers included."""
    yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from leaves(value, (*path, key))


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    " \0 ",
    0,
    -1,
    -1.5,
    10**30,
    10**5000,
    True,
    [],
    {},
    [None],
    {"a": 1},
    "9999-12-31T23:59:59-15:00",
    "0001-01-01T00:00:00+15:00",
    "1e999999999999999999",
    "NaN",
)


@pytest.mark.parametrize(("slug", "path"), EACH_SAMPLE)
def test_any_value_of_another_kind_is_read_or_refused(slug: str, path: Path) -> None:
    tree = json.loads(path.read_bytes())
    for at in leaves(tree):
        for value in ODD:
            told = '"1' + "0" * 5000 + '"' if value == 10**5000 else json.dumps(value)
            body = json.dumps(replaced(tree, at, "@@@")).replace('"@@@"', told)
            read_or_refused(slug, body.encode())


@each_shop
@pytest.mark.parametrize("header", [None, "", "0" * 64, "t=1,v1=00", "t=1795435200,v1=" + "0" * 64, "AAAA", "é", "forged"])
def test_a_forged_signature_is_refused(slug: str, header: str | None) -> None:
    shop = shops()[slug]
    if shop.verify is None:
        return
    name = {"shopify": "x-shopify-hmac-sha256", "generic": "x-doorstep-signature"}.get(slug, "signature")
    headers = {} if header is None else {name: header}
    secrets = {setting.name: "a-secret" for setting in shop.settings if setting.secret}
    with pytest.raises(BadSignatureError):
        shop.verify(Raw(body=samples(slug)[0].read_bytes(), headers=headers), secrets, NOW)


@each_shop
def test_the_delivery_id_of_any_bytes_is_a_text_or_none(slug: str) -> None:
    find = shops()[slug].delivery_id
    for body in (b"", b"\xff", b"[]", b'{"id": 5}'):
        for headers in ({}, {"x-shopify-webhook-id": "w", "x-shopify-topic": "orders/create"}):
            found = find(Raw(body=body, headers=headers)) if find else None
            assert found is None or (isinstance(found, str) and found)


def test_facts_of_one_order_point_to_it() -> None:
    facts = {path.stem: read("shopify", path.read_bytes())[0] for path in samples("shopify")}
    order, sent, back = facts["order"], facts["fulfilment"], facts["refund"]
    assert isinstance(order, OrderSeen)
    assert isinstance(sent, FulfilmentSeen)
    assert isinstance(back, RefundSeen)
    assert order.order.external_id == sent.order_external_id == back.order_external_id == "9000000000000000001"
