"""Facts about one order, in any order and any number of times, give one order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.money import Money
from doorstep.domain.orders import Consent, Customer, Fulfilment, Order, OrderLine, Payment, Refund
from doorstep.domain.plugins import FulfilmentSeen, OrderFact, OrderSeen, RefundSeen
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.shops.merging import merge

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
EMPTY = Order(external_id="1", number="")

moments = st.integers(0, 4).map(lambda hours: START + timedelta(hours=hours))
fulfilments = st.builds(
    Fulfilment,
    fulfilment_id=st.sampled_from(["f1", "f2"]),
    created_at=moments,
    updated_at=moments,
    active=st.booleans(),
    carrier=st.sampled_from([None, "UPS"]),
    tracking_numbers=st.sampled_from([(), ("1Z1",), ("1Z1", "1Z2")]),
    lines=st.sampled_from([{}, {"a": 1, "b": 2}, {"b": 2, "a": 1}]),
)
refunds = st.builds(
    Refund,
    refund_id=st.sampled_from(["r1", "r2"]),
    at=moments,
    amount=st.sampled_from([None, Money(100, "EUR"), Money(200, "EUR")]),
    lines=st.sampled_from([{}, {"a": 1}]),
)
consents = st.builds(
    Consent,
    purpose=st.just(Purpose.MARKETING),
    channel=st.sampled_from([None, ChannelKind.EMAIL, ChannelKind.SMS]),
    granted=st.booleans(),
    source=st.sampled_from(["shop", "api"]),
    at=moments,
)
orders = st.builds(
    Order,
    external_id=st.just("1"),
    number=st.just("#1"),
    placed_at=st.just(START),
    updated_at=st.none() | moments,
    customer=st.builds(Customer, email=st.sampled_from([None, "a@example.com", "b@example.com"])),
    lines=st.sampled_from([(), (OrderLine(line_id="a", name="Cup"),), (OrderLine(line_id="b", name="Pot", options={"Size": "M"}),)]),
    payment=st.sampled_from(list(Payment)),
    consents=st.lists(consents, max_size=2).map(tuple),
    fulfilments=st.lists(fulfilments, max_size=2).map(tuple),
    refunds=st.lists(refunds, max_size=2).map(tuple),
    cancelled_at=st.none() | moments,
    cancel_reason=st.sampled_from([None, "customer", "fraud"]),
)
facts: st.SearchStrategy[OrderFact] = (
    st.builds(OrderSeen, orders) | st.builds(FulfilmentSeen, st.just("1"), fulfilments) | st.builds(RefundSeen, st.just("1"), refunds)
)


def folded(told: Sequence[OrderFact]) -> Order:
    return reduce(merge, told, EMPTY)


def order(hour: int, **fields: object) -> Order:
    return Order(external_id="1", number="#1", placed_at=START, updated_at=START + timedelta(hours=hour), **fields)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=400)
@given(told=st.lists(facts, min_size=1, max_size=6), draw=st.data())
def test_any_order_and_any_repetition_give_the_same_order(told: list[OrderFact], draw: st.DataObject) -> None:
    again = draw.draw(st.permutations(told + draw.draw(st.lists(st.sampled_from(told), max_size=4))))
    assert folded(again) == folded(told)


@settings(deadline=None)
@given(told=st.lists(facts, min_size=1, max_size=6), draw=st.data())
def test_what_is_known_already_changes_nothing(told: list[OrderFact], draw: st.DataObject) -> None:
    known = folded(told)
    assert merge(known, draw.draw(st.sampled_from(told))) == known
    assert merge(known, OrderSeen(known)) == known


@settings(deadline=None)
@given(told=st.lists(facts, min_size=1, max_size=6))
def test_a_cancellation_sticks_and_the_earliest_counts(told: list[OrderFact]) -> None:
    stated = [fact.order.cancelled_at for fact in told if isinstance(fact, OrderSeen) and fact.order.cancelled_at]
    assert folded(told).cancelled_at == min(stated, default=None)


def test_an_older_snapshot_arriving_late_overwrites_nothing() -> None:
    new = order(2, customer=Customer(email="new@example.com"), payment=Payment.PAID)
    old = order(1, customer=Customer(email="old@example.com", phone="+34911234567"), payment=Payment.PENDING)
    assert merge(merge(EMPTY, OrderSeen(new)), OrderSeen(old)) == new


def test_what_a_newer_snapshot_leaves_out_is_gone() -> None:
    old = order(1, customer=Customer(email="a@example.com", phone="+34911234567"))
    new = order(2, customer=Customer(email="a@example.com"))
    assert merge(old, OrderSeen(new)).customer.phone is None


def test_an_order_known_only_from_a_fulfilment_is_partial_until_the_order_comes() -> None:
    sent = Fulfilment(fulfilment_id="f1", created_at=START, updated_at=START, tracking_numbers=("1Z1",))
    partial = merge(EMPTY, FulfilmentSeen("1", sent))
    assert (partial.placed_at, partial.number, partial.fulfilments) == (None, "", (sent,))
    whole = merge(partial, OrderSeen(order(0)))
    assert (whole.placed_at, whole.number, whole.fulfilments) == (START, "#1", (sent,))


def test_a_fulfilment_outlives_an_older_order_that_does_not_mention_it() -> None:
    sent = Fulfilment(fulfilment_id="f1", created_at=START, updated_at=START + timedelta(hours=3))
    newer = merge(merge(EMPTY, FulfilmentSeen("1", sent)), OrderSeen(order(1)))
    assert merge(newer, OrderSeen(order(0))).fulfilments == (sent,)


def test_of_two_tellings_of_a_fulfilment_in_one_second_the_cancelled_wins() -> None:
    sent = Fulfilment(fulfilment_id="f1", created_at=START, updated_at=START, tracking_numbers=("1Z1",))
    cancelled = Fulfilment(fulfilment_id="f1", created_at=START, updated_at=START, active=False)
    for told in ((sent, cancelled), (cancelled, sent)):
        assert folded([FulfilmentSeen("1", one) for one in told]).fulfilments == (cancelled,)


def test_of_two_snapshots_of_one_second_the_paid_one_wins() -> None:
    told = [OrderSeen(order(1, payment=Payment.PENDING)), OrderSeen(order(1, payment=Payment.PAID))]
    assert folded(told).payment is folded(told[::-1]).payment is Payment.PAID


def test_of_two_snapshots_of_one_second_the_whole_customer_of_one_stays() -> None:
    told = [OrderSeen(order(1, customer=Customer(email=f"{name}@example.com", first_name=name))) for name in ("ann", "ben")]
    customer = folded(told).customer
    assert customer.email == f"{customer.first_name}@example.com"
