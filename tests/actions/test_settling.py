"""What the customer gets for what came back: never more than was paid."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.actions.policy import Policy, Returning
from doorstep.actions.settling import Inspected, granted, inspected, left_to_give, settle
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Disposition, OrderState, Remedy
from doorstep.domain.actions.known import KnownLine, KnownOrder, Paid
from doorstep.domain.money import Money
from doorstep.errors import BadInputError

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def case(*lines: CaseLine, state: CaseState = CaseState.INSPECTED, kind: CaseKind = CaseKind.RETURN, **fields) -> Case:
    return Case(case_id=1, kind=kind, action=ActionKind.OPEN_RETURN, state=state, lines=lines, **fields)


def line(line_id: str = "1", quantity: int = 1, price: int = 1000, **fields) -> CaseLine:
    return CaseLine(line_id=line_id, quantity=quantity, unit_price=eur(price), **fields)


def order(*lines: tuple[str, int, int], payments: tuple[Paid, ...] = (), cases: tuple[Case, ...] = ()) -> KnownOrder:
    return KnownOrder(
        external_id="o",
        number="#1",
        state=OrderState.DELIVERED,
        currency="EUR",
        lines=tuple(KnownLine(line_id=name, name=name, quantity=q, unit_price=eur(price), delivered=q) for name, q, price in lines),
        payments=payments,
        cases=cases,
    )


def saw(line_id: str = "1", received: int = 1, disposition: Disposition = Disposition.RESTOCK, **fields) -> Inspected:
    return Inspected(line_id=line_id, received=received, disposition=disposition, **fields)


def test_what_came_is_paid_back_less_the_fee():
    found = inspected(case(line(quantity=2), fee=eur(300)), (saw(received=2),))
    settled = settle(found, order(("1", 2, 1000)), Policy())
    assert settled.amount == eur(1700)
    assert settled.fee == eur(300)


def test_what_did_not_come_is_not_paid_for_and_what_is_worn_only_in_part():
    found = inspected(case(line("1", 2), line("2", 1, 500)), (saw("1", 1, granted_percent=50, condition="used"),))
    settled = settle(found, order(("1", 2, 1000), ("2", 1, 500)), Policy())
    assert settled.amount == eur(500)
    assert settled.units == {"1": 1, "2": 0}
    assert found.lines[1].disposition is Disposition.NOT_THERE
    assert found.lines[0].condition == "used"


def test_something_else_in_the_parcel_gives_nothing():
    found = inspected(case(line()), (saw(disposition=Disposition.NOT_THERE, note="a brick"),))
    assert settle(found, order(("1", 1, 1000)), Policy()).nothing


def test_store_credit_has_its_bonus_and_a_fee_never_makes_it_negative():
    policy = Policy(returning=Returning(credit_bonus_percent=5))
    credit = settle(inspected(case(line(), remedy=Remedy.STORE_CREDIT), (saw(),)), order(("1", 1, 1000)), policy)
    assert (credit.amount, credit.bonus) == (eur(1050), eur(50))
    small = settle(inspected(case(line(price=200), fee=eur(500)), (saw(),)), order(("1", 1, 200)), policy)
    assert small.amount == eur(0)
    assert small.fee == eur(200)


def test_kept_goods_are_paid_for_without_an_inspection():
    assert settle(case(line(quantity=2), state=CaseState.APPROVED, keeps=True), order(("1", 2, 1000)), Policy()).amount == eur(2000)
    assert granted(case(line(), state=CaseState.RECEIVED), line()) == 0


def test_a_price_that_is_not_known_is_a_humans_to_name():
    unknown = case(CaseLine(line_id="1", quantity=1))
    assert settle(inspected(unknown, (saw(),)), order(("1", 1, 1000)), Policy()).amount is None


def test_what_another_case_has_promised_and_what_went_back_already_is_not_given_twice():
    other = msgspec.structs.replace(case(line(), state=CaseState.SETTLING), case_id=2, refund=eur(1000))
    found = inspected(case(line()), (saw(),))
    assert settle(found, order(("1", 1, 1000), cases=(other,)), Policy()).amount == eur(0)
    paid = (Paid(amount=eur(1000)), Paid(amount=eur(800), refund=True))
    assert settle(found, order(("1", 1, 1000), payments=paid), Policy()).amount == eur(200)
    refused = msgspec.structs.replace(other, state=CaseState.REFUSED)
    assert settle(found, order(("1", 1, 1000), cases=(refused,)), Policy()).amount == eur(1000)


def test_an_exchange_tells_who_pays_the_difference_for_what_came():
    swap = line("1", 2, 1000, wanted_id="v2", wanted_price=eur(1200))
    whole = case(swap, kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE)
    settled = settle(inspected(whole, (saw(received=2),)), order(("1", 2, 1000)), Policy())
    assert settled.difference == eur(400)
    assert settled.amount == eur(0)
    half = settle(inspected(whole, (saw(received=1),)), order(("1", 2, 1000)), Policy())
    assert (half.difference, half.units) == (eur(200), {"1": 1})
    cheaper = case(line("1", 1, 1000, wanted_id="v2", wanted_price=eur(600)), kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE)
    assert settle(inspected(cheaper, (saw(),)), order(("1", 1, 1000)), Policy()).amount == eur(400)


def test_goods_that_were_sent_first_and_never_came_back_are_owed():
    first = case(
        line("1", 2, wanted_id="v2", wanted_price=eur(1000)), kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE, exchange_when="ship_first"
    )
    assert settle(inspected(first, (saw(received=1),)), order(("1", 2, 1000)), Policy()).owed == {"1": 1}


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        ((saw("9"),), "no line"),
        ((saw(), saw()), "twice"),
        ((saw(received=2),), "0 to 1 units"),
        ((saw(granted_percent=101),), "granted_percent"),
        ((saw(condition="odd"),), "condition"),
    ],
)
def test_an_inspection_that_contradicts_the_case_is_refused(seen, word):
    with pytest.raises(BadInputError, match=word):
        inspected(case(line()), seen)


_LINES = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 100_000)), min_size=1, max_size=4)


@given(_LINES, st.data())
def test_no_sequence_of_cases_gives_back_more_than_was_paid(bought, data):
    of = {str(n): (quantity, price) for n, (quantity, price) in enumerate(bought)}
    paid = sum(quantity * price for quantity, price in bought)
    payments = (Paid(amount=eur(paid)),) if data.draw(st.booleans()) else ()
    kept: tuple[Case, ...] = ()
    policy = Policy(returning=Returning(fee_minor=0))
    for number in range(1, data.draw(st.integers(1, 5)) + 1):
        picks = data.draw(st.lists(st.sampled_from(sorted(of)), min_size=1, max_size=3))
        lines = tuple(line(name, data.draw(st.integers(1, of[name][0])), of[name][1]) for name in picks)
        opened = msgspec.structs.replace(case(*lines, keeps=data.draw(st.booleans())), case_id=number)
        seen = tuple(
            saw(name, data.draw(st.integers(0, opened.units(name))), granted_percent=data.draw(st.integers(0, 100)))
            for name in dict.fromkeys(picks)
        )
        now = order(*((name, q, p) for name, (q, p) in of.items()), payments=payments, cases=kept)
        settled = settle(inspected(opened, seen), now, policy)
        assert settled.amount is not None
        assert settled.amount.amount_minor >= 0
        kept = (*kept, msgspec.structs.replace(opened, state=CaseState.CLOSED, refund=settled.amount))
    assert sum(one.refund.amount_minor for one in kept if one.refund) <= paid
    assert left_to_give(case(), order(*((n, q, p) for n, (q, p) in of.items()), payments=payments)) == paid
