"""Doorstep's own order form: what it takes, what it gives, and how it says no."""

import hmac
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.money import Money
from doorstep.domain.orders import Payment, Promise
from doorstep.domain.plugins import OrderSeen, Raw
from doorstep.errors import BadInputError, BadSignatureError
from doorstep.shops.generic import SHOP, OrderForm, order_form, parse, read_order, read_orders, to_order, verify

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src" / "doorstep" / "shops" / "generic" / "samples"
ORDER: dict[str, Any] = {"id": 7, "placed_at": "2026-11-22T09:30:00+01:00"}
LINE = {"name": "Cup"}
SENT = {"created_at": "2026-11-22T10:00:00Z", "tracking_numbers": ["1Z1"]}


def test_the_sample_is_read_whole() -> None:
    order = read_order(json.loads((SAMPLES / "one.json").read_bytes()))
    assert (order.external_id, order.number, order.payment) == ("2044", "#2044", Payment.COD)
    assert order.total == order.cod_due == Money(6000, "EUR")
    assert order.lines[1].unit_price == Money(650, "EUR")
    assert [line.line_id for line in order.lines] == ["1", "2"]
    assert (order.customer.email, order.customer.phone) == ("lucia.prats@example.com", "+34612345678")
    assert order.promise == Promise(date(2026, 11, 5), date(2026, 11, 6), "api")
    assert order.fulfilments[0].lines == {"1": 1, "2": 2}
    assert order.fulfilments[0].updated_at == order.updated_at
    assert order.refunds[0].amount == Money(650, "EUR")
    assert order.consents[0].source == "api"


def test_one_or_many_are_taken() -> None:
    for body in ([ORDER, {**ORDER, "id": "8"}], {"orders": [ORDER, {**ORDER, "id": "8"}]}):
        assert [order.external_id for order in read_orders(body)] == ["7", "8"]
    assert [type(fact) for fact in parse(Raw(body=json.dumps(ORDER).encode()))] == [OrderSeen]
    assert read_orders([]) == ()


def test_ids_of_any_size_stay_exact() -> None:
    assert read_order({**ORDER, "id": 2**63 + 1}).external_id == str(2**63 + 1)


def test_the_last_change_is_the_receipt_unless_it_is_told() -> None:
    assert read_order(ORDER, received_at=NOW).updated_at == NOW
    assert read_order({**ORDER, "updated_at": "2026-11-23T00:00:00Z"}, received_at=NOW).updated_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert read_order(ORDER).updated_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert read_order({**ORDER, "fulfilments": [SENT]}).updated_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"lines": [LINE, LINE | {"quantity": 0}]}, "orders[0].lines[1].quantity: a whole number above 0 is needed"),
        ({"lines": [LINE | {"quantity": "2"}]}, "orders[0].lines[0].quantity: a whole number above 0 is needed"),
        ({"lines": [LINE | {"quantty": 2}]}, "orders[0].lines[0].quantty: there is no such field; did you mean quantity?"),
        ({"lines": [{}]}, "orders[0].lines[0].name: a text of at most 300 characters is needed"),
        ({"lines": [5]}, "orders[0].lines[0]: an object is needed"),
        ({"lines": {}}, "orders[0].lines: a list of lines is needed"),
        ({"lines": [LINE | {"name": " "}]}, "orders[0].lines[0].name: must not be blank"),
        ({"lines": [LINE | {"id": 1}, LINE | {"id": "1"}]}, "orders[0].lines[1].id: stands twice in this order"),
        ({"lines": [LINE | {"image_url": "pot.jpg"}]}, "orders[0].lines[0].image_url: a web address that begins with https:// is needed"),
        ({"tags": ["a", 1]}, "orders[0].tags[1]: a text is needed"),
        ({"fulfillments": []}, "orders[0].fulfillments: there is no such field; did you mean fulfilments?"),
        ({"fulfilments": [{"created_at": "2026-11-22T10:00:00Z"}]}, "orders[0].fulfilments[0].id: an id or a tracking number is needed"),
        ({"fulfilments": [SENT, SENT]}, "orders[0].fulfilments[1].id: stands twice in this order"),
        (
            {"lines": [LINE], "fulfilments": [SENT | {"lines": {"9": 1}}]},
            "orders[0].fulfilments[0].lines.9: no line of this order has this id",
        ),
        ({"placed_at": "9999-12-31T23:59:59-15:00"}, "orders[0].placed_at: a moment from 1990 to 2199 is needed"),
        ({"total": "12.50"}, "orders[0].currency: is needed for the amount in total"),
        ({"total": "12.505", "currency": "EUR"}, "orders[0].total: an amount in EUR has at most 2 decimals and 15 digits"),
        ({"payment": "card"}, "orders[0].payment: one of pending, paid, cod, partly_refunded, refunded, voided is needed"),
        ({"cod_due": "1", "currency": "EUR"}, 'orders[0].cod_due: goes with "payment": "cod" only'),
        ({"customer": {"email": "nobody"}}, "orders[0].customer.email: an e-mail address is needed"),
        ({"ship_to": {"country": "Spain"}}, "orders[0].ship_to.country: two letters such as ES is needed"),
        ({"locale": "Spanish, please"}, "orders[0].locale: a language tag such as es or en-GB is needed"),
        ({"promise": {"from_on": "2026-12-02", "to_on": "2026-12-01"}}, "orders[0].promise.from_on: a date not after to_on is needed"),
        (
            {"consents": [{"purpose": "marketing", "granted": True, "channel": "console"}]},
            "orders[0].consents[0].channel: one of email, sms is needed",
        ),
    ],
)
def test_a_fault_names_its_path(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_orders([ORDER | change])
    assert str(refused.value) == fault


def test_amounts_are_never_floats() -> None:
    with pytest.raises(BadInputError, match="total: an amount as decimal text"):
        read_order({**ORDER, "total": 12.5, "currency": "EUR"})
    assert read_order({**ORDER, "total": "12.5", "currency": "eur"}).total == Money(1250, "EUR")
    assert read_order({**ORDER, "total": {"amount_minor": 1250, "currency": "JPY"}}).total == Money(1250, "JPY")


def test_a_phone_number_that_cannot_exist_is_left_out_of_the_customer_and_kept_in_the_address() -> None:
    order = read_order({**ORDER, "customer": {"phone": "12"}, "ship_to": {"phone": "ring twice", "country": "es"}})
    assert order.customer.phone is None
    assert order.ship_to
    assert order.ship_to.phone == "ring twice"


def test_the_schema_describes_every_field() -> None:
    schema = order_form()
    assert schema["$ref"] == "#/$defs/OrderForm"
    for name, part in schema["$defs"].items():
        for field, told in part.get("properties", {}).items():
            assert told.get("description"), f"{name}.{field}"
    json.dumps(schema)


def test_a_form_read_by_a_server_gives_the_same_order() -> None:
    data = json.loads((SAMPLES / "one.json").read_bytes())
    assert to_order(msgspec.convert(data, OrderForm)) == read_order(data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_fields = st.sampled_from([*OrderForm.__struct_fields__, "fulfillments", "", "a.b", "`"])


@settings(deadline=None, max_examples=300)
@given(fields=st.dictionaries(_fields, _json, max_size=3))
def test_whatever_stands_in_a_field_is_read_or_refused_with_its_name(fields: dict[str, Any]) -> None:
    told = ""
    try:
        read_order({**ORDER, **fields}, "orders[3]")
    except BadInputError as error:
        told = str(error)
    assert not told or told.startswith("orders[3].")


def signed(body: bytes, secret: str, at: int) -> Raw:
    told = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return Raw(body=body, headers={"x-doorstep-signature": f"t={at},v1={told}"})


def test_a_signature_is_checked_where_there_is_a_secret() -> None:
    now = int(NOW.timestamp())
    verify(Raw(body=b"{}"), {}, NOW)
    verify(signed(b"{}", "s", now - 299), {"secret": "s"}, NOW)
    verify(signed(b"{}", "old", now), {"secret": "new old"}, NOW)
    for forged in (signed(b"{}", "t", now), signed(b"{}", "s", now - 301), signed(b"{}", "s", now + 301), Raw(body=b"{}")):
        with pytest.raises(BadSignatureError):
            verify(forged, {"secret": "s"}, NOW)
    with pytest.raises(BadSignatureError):
        verify(Raw(body=b"{ }", headers=signed(b"{}", "s", now).headers), {"secret": "s"}, NOW)
    assert SHOP.verify is verify
