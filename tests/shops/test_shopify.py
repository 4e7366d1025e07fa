"""Shopify's webhooks: real payload samples judged by hand, and the particulars of each field."""

import base64
import copy
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from doorstep.domain.money import Money
from doorstep.domain.orders import Consent, Order, Payment, Promise
from doorstep.domain.plugins import FulfilmentSeen, OrderSeen, Raw, RefundSeen, ShopFact
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError
from doorstep.shops.shopify import SHOP, delivery_id, parse, verify

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "shops" / "shopify" / "samples"
USED = ("orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled")
SENT = ("fulfillments/create", "fulfillments/update")


def read(body: Any, topic: str = "orders/updated") -> tuple[ShopFact, ...]:
    return parse(Raw(body=json.dumps(body).encode(), headers={"x-shopify-topic": topic}))


@pytest.fixture
def sample() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / "order.json").read_bytes())
    return copy.deepcopy(loaded)


def order(body: Any) -> Order:
    (fact,) = read(body)
    assert isinstance(fact, OrderSeen)
    return fact.order


# The samples of Shopify itself.


@pytest.fixture
def theirs(shared_data: Path) -> Path:
    return shared_data / "channels" / "commerce" / "shopify"


def their_facts(theirs: Path, topic: str) -> tuple[ShopFact, ...]:
    path = theirs / "webhook_samples" / f"{topic.replace('/', '__')}.json"
    return parse(Raw(body=path.read_bytes(), headers={"x-shopify-topic": topic}))


@pytest.mark.parametrize("topic", USED)
def test_each_order_topic_gives_the_whole_order(topic: str, theirs: Path) -> None:
    (fact,) = their_facts(theirs, topic)
    assert isinstance(fact, OrderSeen)
    seen = fact.order
    assert (seen.external_id, seen.number) == ("820982911946154500", "#9999")
    assert seen.placed_at == seen.updated_at == seen.cancelled_at == datetime(2022, 1, 1, tzinfo=UTC)
    assert (seen.payment, seen.cancel_reason, seen.locale) == (Payment.VOIDED, "customer", "en")
    assert seen.total == Money(41495, "USD")
    assert [(line.sku, line.quantity, line.unit_price) for line in seen.lines] == [
        ("SKU2006-001", 1, Money(8999, "USD")),
        ("LENS-PROTECT-2YR", 1, Money(1999, "USD")),
        ("CASE-LEATHER-PREM", 1, Money(2499, "USD")),
        ("SKU2006-020", 1, Money(15999, "USD")),
        ("SKU2006-035", 1, Money(11999, "USD")),
    ]
    assert seen.customer.email
    assert seen.customer.email.startswith("jon@")  # of the order, not of the customer's record
    assert seen.customer.phone is None
    assert seen.ship_to
    assert (seen.ship_to.region, seen.ship_to.country, seen.ship_to.phone) == ("KY", "US", "555-555-SHIP")
    assert seen.tags == ("tag1", "tag2", "test")


@pytest.mark.parametrize("topic", SENT)
def test_each_fulfilment_topic_gives_the_fulfilment(topic: str, theirs: Path) -> None:
    (fact,) = their_facts(theirs, topic)
    assert isinstance(fact, FulfilmentSeen)
    sent = fact.fulfilment
    assert (fact.order_external_id, sent.fulfilment_id, sent.active) == ("820982911946154500", "123456", True)
    assert (sent.carrier, sent.tracking_numbers) == ("UPS", ("1z827wk74630",))
    assert len(sent.tracking_urls) == 1
    assert set(sent.lines.values()) == {1}
    assert len(sent.lines) == 5


def test_the_refund_topic_gives_the_money_that_went_back(theirs: Path) -> None:
    (fact,) = their_facts(theirs, "refunds/create")
    assert isinstance(fact, RefundSeen)
    assert fact.order_external_id == "820982911946154500"
    assert fact.refund.amount == Money(8500, "USD")  # two transactions, 75.00 and 10.00
    assert len(fact.refund.lines) == 5


def test_every_other_topic_is_taken_without_a_word(theirs: Path) -> None:
    others = 0
    for path in sorted((theirs / "webhook_samples").glob("*.json")):
        topic = path.stem.replace("__", "/")
        if topic not in (*USED, *SENT, "refunds/create"):
            assert their_facts(theirs, topic) == ()
            others += 1
    assert others == 60


def test_the_shape_tells_what_a_body_without_a_topic_is(theirs: Path) -> None:
    for topic in (*USED, *SENT, "refunds/create"):
        body = (theirs / "webhook_samples" / f"{topic.replace('/', '__')}.json").read_bytes()
        assert parse(Raw(body=body)) == their_facts(theirs, topic)
    kinds = {
        name: type(parse(Raw(body=(theirs / "rest_resources" / f"{name}.json").read_bytes()))[0])
        for name in ("order", "fulfillment", "refund")
    }
    assert kinds == {"order": OrderSeen, "fulfillment": FulfilmentSeen, "refund": RefundSeen}
    for name in ("customer", "fulfillment_event"):
        with pytest.raises(BadInputError, match="x-shopify-topic is missing"):
            parse(Raw(body=(theirs / "rest_resources" / f"{name}.json").read_bytes()))


def test_an_older_order_of_the_rest_api_is_read(theirs: Path) -> None:
    (fact,) = parse(Raw(body=(theirs / "rest_resources" / "order.json").read_bytes()))
    assert isinstance(fact, OrderSeen)
    assert fact.order.payment is Payment.PAID  # authorised
    assert fact.order.customer.earlier_orders == 0
    assert [one.active for one in fact.order.fulfilments] == [False]  # failed
    assert fact.order.lines[0].options == {"Custom Engraving": "Happy Birthday"}


def test_payloads_of_other_versions_are_read(theirs: Path) -> None:
    """Their values are placeholders ("example string" for a price): all that matters is which kind of fact comes out."""
    read_as = {"orders": OrderSeen, "fulfillments": FulfilmentSeen, "refunds": RefundSeen}
    for path in sorted((theirs / "exemplars").glob("*.json")):
        _, kind, _ = path.stem.split("__")
        if kind in read_as and "id" in json.loads(path.read_bytes()):  # the others are edits and risk assessments
            facts = parse(Raw(body=path.read_bytes(), headers={"x-shopify-topic": f"{kind}/create"}))
            assert all(type(fact) is read_as[kind] for fact in facts)
            assert facts or kind == "refunds"


# The particulars, on a sample of our own.


def test_the_own_sample_is_read_whole(sample: dict[str, Any]) -> None:
    seen = order(sample)
    assert seen.external_id == "9000000000000000001"  # beyond 2^53, exact
    assert (seen.payment, seen.cod_due, seen.total) == (Payment.COD, Money(6000, "EUR"), Money(6000, "EUR"))
    assert (seen.customer.email, seen.customer.phone, seen.customer.earlier_orders) == ("lucia.prats@example.com", "+34612345678", 2)
    assert seen.ship_to
    assert (seen.ship_to.phone, len(seen.ship_to.lines)) == ("+34612345678", 2)
    pot, cup = seen.lines
    assert (pot.name, pot.options) == ("Teapot", {"Colour": "Blue", "Size": "1 l", "Engraving": "For Nina"})
    assert (pot.image_url, pot.category) == ("https://cdn.shop.example/pot.jpg", "Kitchen")
    assert (cup.name, cup.options, cup.quantity) == ("Cup", {}, 4)
    assert (seen.locale, seen.promise) == ("es-ES", Promise(None, date(2026, 11, 6)))
    (sent,) = seen.fulfilments
    assert sent.lines == {"9100000000000000011": 1, "9100000000000000012": 2}
    assert seen.tags == ("gift", "balearics")


def test_consents_carry_their_own_time(sample: dict[str, Any]) -> None:
    yes = Consent(purpose=Purpose.MARKETING, channel=ChannelKind.EMAIL, granted=True, source="shop", at=datetime(2026, 5, 1, 7, tzinfo=UTC))
    no = Consent(purpose=Purpose.MARKETING, channel=ChannelKind.SMS, granted=False, source="shop", at=datetime(2026, 6, 1, 7, tzinfo=UTC))
    assert order(sample).consents == (yes, no)


@pytest.mark.parametrize("state", ["not_subscribed", "pending", "invalid", "redacted"])
def test_no_yes_is_made_of_a_state_that_is_none(state: str, sample: dict[str, Any]) -> None:
    sample["customer"]["email_marketing_consent"]["state"] = state
    assert [one.channel for one in order(sample).consents] == [ChannelKind.SMS]  # though buyer_accepts_marketing is true


def test_the_tick_at_checkout_counts_from_the_order_on(sample: dict[str, Any]) -> None:
    sample["customer"] = None
    (consent,) = order(sample).consents
    assert (consent.channel, consent.granted, consent.at) == (ChannelKind.EMAIL, True, order(sample).placed_at)
    sample["buyer_accepts_marketing"] = False
    assert order(sample).consents == ()


def test_the_older_flag_counts_from_its_change(sample: dict[str, Any]) -> None:
    sample["customer"] = {"accepts_marketing": False, "accepts_marketing_updated_at": "2026-01-01T00:00:00Z"}
    (consent,) = order(sample).consents
    assert (consent.granted, consent.at) == (False, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "gateway", "payment"),
    [
        ("paid", "Cash on Delivery (COD)", Payment.PAID),
        ("pending", "Cash on Delivery (COD)", Payment.COD),
        ("pending", "cash_on_delivery", Payment.COD),
        ("pending", "cod", Payment.COD),
        ("partially_paid", "Nachnahme", Payment.COD),
        ("pending", "Pago contraentrega", Payment.COD),
        ("pending", "Bank Deposit", Payment.PENDING),
        ("pending", "codify_payments", Payment.PENDING),
        ("authorized", "shopify_payments", Payment.PAID),
        ("partially_refunded", "paypal", Payment.PARTLY_REFUNDED),
        ("refunded", "Cash on Delivery (COD)", Payment.REFUNDED),
        ("voided", "manual", Payment.VOIDED),
        ("expired", "manual", Payment.VOIDED),
        ("something_new", "manual", Payment.PENDING),
    ],
)
def test_status_and_gateway_tell_how_it_is_paid(status: str, gateway: str, payment: Payment, sample: dict[str, Any]) -> None:
    sample |= {"financial_status": status, "payment_gateway_names": [gateway]}
    assert order(sample).payment is payment
    assert (order(sample).cod_due is not None) == (payment is Payment.COD)


def test_money_is_what_the_customer_sees(sample: dict[str, Any]) -> None:
    sample["presentment_currency"] = "JPY"
    price = {"shop_money": {"amount": "60.00", "currency_code": "EUR"}, "presentment_money": {"amount": "9800", "currency_code": "JPY"}}
    sample["current_total_price_set"] = price
    sample["line_items"][0]["price_set"] = None
    seen = order(sample)
    assert (seen.total, seen.cod_due) == (Money(9800, "JPY"), Money(9800, "JPY"))
    assert seen.lines[0].unit_price is None  # a bare "34.00" would be euros, which this customer did not see
    sample["financial_status"] = "partially_paid"
    assert order(sample).cod_due is None  # the rest is told in euros only


def test_what_is_due_at_the_door_is_what_is_outstanding(sample: dict[str, Any]) -> None:
    sample |= {"financial_status": "partially_paid", "total_outstanding": "20.00"}
    assert order(sample).cod_due == Money(2000, "EUR")


def test_a_refund_leaves_the_total_as_it_was_bought(sample: dict[str, Any]) -> None:
    sample["current_total_price_set"]["presentment_money"]["amount"] = "53.50"
    assert order(sample).total == Money(5350, "EUR")  # edited
    sample["refunds"] = [json.loads((SAMPLES / "refund.json").read_bytes())]
    assert order(sample).total == Money(6000, "EUR")
    assert order(sample).refunds[0].amount == Money(650, "EUR")


def test_a_refund_without_money_is_none(sample: dict[str, Any]) -> None:
    refund = json.loads((SAMPLES / "refund.json").read_bytes())
    assert read({**refund, "transactions": []}, "refunds/create") == ()
    failed = [{**refund["transactions"][0], "status": "failure"}]
    assert read({**refund, "transactions": failed}, "refunds/create") == ()
    sample["refunds"] = [{**refund, "transactions": []}]
    assert order(sample).refunds == ()


def test_refunds_in_two_currencies_have_no_sum() -> None:
    refund = json.loads((SAMPLES / "refund.json").read_bytes())
    refund["transactions"] = [{"kind": "refund", "status": "success", "amount": "1", "currency": code} for code in ("EUR", "USD")]
    (fact,) = read(refund, "refunds/create")
    assert isinstance(fact, RefundSeen)
    assert fact.refund.amount is None


@pytest.mark.parametrize(
    ("status", "active"), [("success", True), ("pending", True), ("open", True), ("cancelled", False), ("error", False)]
)
def test_a_cancelled_fulfilment_sends_nothing(status: str, *, active: bool) -> None:
    body = json.loads((SAMPLES / "fulfilment.json").read_bytes())
    (fact,) = read({**body, "status": status}, "fulfillments/update")
    assert isinstance(fact, FulfilmentSeen)
    assert fact.fulfilment.active is active


@pytest.mark.parametrize(
    ("count", "last", "earlier"),
    [
        (1, 9000000000000000001, 0),
        (3, 8999999999999999999, 3),
        (0, None, 0),
        (5, 9000000000000000002, None),
        (None, None, None),
        (-1, None, None),
    ],
)
def test_the_count_of_orders_leaves_this_one_out(count: int | None, last: int | None, earlier: int | None, sample: dict[str, Any]) -> None:
    sample["customer"] |= {"orders_count": count, "last_order_id": last}
    assert order(sample).customer.earlier_orders == earlier


@pytest.mark.parametrize(
    ("attributes", "promise"),
    [
        ({"Delivery-Date": "2026/11/06"}, Promise(None, date(2026, 11, 6))),
        ({"estimated_delivery": "2026-11-06 - 2026-11-08"}, Promise(date(2026, 11, 6), date(2026, 11, 8))),
        ({"delivery from": "2026-11-05", "delivery to": "2026-11-08"}, Promise(date(2026, 11, 5), date(2026, 11, 8))),
        ({"delivery_date": "06/11/2026"}, None),
        ({"delivery_date": "2026-02-30"}, None),
        ({"birthday": "2026-11-06"}, None),
    ],
)
def test_a_promise_is_read_from_the_notes_where_it_is_unmistakable(
    attributes: dict[str, str], promise: Promise | None, sample: dict[str, Any]
) -> None:
    sample["note_attributes"] = [{"name": name, "value": value} for name, value in attributes.items()]
    assert order(sample).promise == promise


def test_a_variant_without_named_options_keeps_its_whole_name(sample: dict[str, Any]) -> None:
    sample["line_items"][0]["variant_options"] = None
    assert order(sample).lines[0].name == "Teapot - Blue / 1 l"


@pytest.mark.parametrize("field", ["id", "line_items.0.id", "line_items.0.quantity", "fulfillments.0.id"])
def test_what_must_be_there_is_named_when_it_is_not(field: str, sample: dict[str, Any]) -> None:
    box: Any = sample
    *path, last = field.split(".")
    for step in path:
        box = box[int(step)] if step.isdigit() else box[step]
    del box[last]
    with pytest.raises(BadInputError, match=rf"{last}: "):
        read(sample)


# Signatures.


def signed(body: bytes, secret: str) -> Raw:
    header = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return Raw(body=body, headers={"x-shopify-hmac-sha256": header})


def test_a_signature_is_checked_against_each_secret_while_one_is_replaced() -> None:
    body = (SAMPLES / "order.json").read_bytes()
    verify(signed(body, "old"), {"client_secret": "old"}, NOW)
    verify(signed(body, "old"), {"client_secret": "new old"}, NOW)
    with pytest.raises(BadSignatureError):
        verify(signed(body, "older"), {"client_secret": "new old"}, NOW)
    with pytest.raises(BadSignatureError):
        verify(Raw(body=body[:-1], headers=signed(body, "old").headers), {"client_secret": "old"}, NOW)
    with pytest.raises(MisconfiguredError):
        verify(signed(body, ""), {"client_secret": " "}, NOW)


def test_a_signature_made_elsewhere_passes() -> None:
    """The header was made with `printf %s '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64`."""
    raw = Raw(body=b'{"id":1}', headers={"x-shopify-hmac-sha256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="})
    verify(raw, {"client_secret": "hush"}, NOW)


def test_the_delivery_id_is_shopifys_with_the_topic() -> None:
    raw = Raw(body=b"{}", headers={"x-shopify-webhook-id": "b54557e4", "x-shopify-topic": "Orders/Create"})
    assert delivery_id(raw) == "orders/create:b54557e4"
    assert delivery_id(Raw(body=b"{}")) is None
    assert SHOP.delivery_id is delivery_id
