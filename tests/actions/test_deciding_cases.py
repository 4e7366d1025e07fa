"""What a human grants: as asked, less, or beyond the policy; never more than was paid and is left."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.actions.deciding import Grant, foreseen, granted, most_to_give
from doorstep.actions.judging import prepare
from doorstep.actions.overriding import unlimited
from doorstep.actions.policy import Limits, Policy, Returning
from doorstep.actions.reading import shipped
from doorstep.actions.settling import left_to_give
from doorstep.domain.actions.arguments import CancelOrder, OpenClaim, OpenReturn, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, ClaimKind, OrderState, Remedy
from doorstep.domain.actions.known import Known, KnownLine, KnownOrder, Paid
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money


def eur(minor):
    return Money(minor, "EUR")


def case(*lines, kind=CaseKind.RETURN, remedy=Remedy.REFUND, state=CaseState.REQUESTED, **fields):
    return Case(case_id=1, rma="R-1", kind=kind, action=ActionKind.OPEN_RETURN, state=state, remedy=remedy, lines=lines, **fields)


def line(line_id="1", quantity=1, price=1000, **fields):
    return CaseLine(line_id=line_id, quantity=quantity, unit_price=None if price is None else eur(price), **fields)


def order(*lines, payments=(), cases=(), **fields):
    kept = tuple(KnownLine(line_id=name, name=name, quantity=q, unit_price=eur(price), delivered=q, **fields) for name, q, price in lines)
    return KnownOrder(external_id="o", number="#1", state=OrderState.DELIVERED, currency="EUR", lines=kept, payments=payments, cases=cases)


ORDER = order(("1", 3, 1000), ("2", 1, 500))


def test_what_is_granted_as_asked_comes_to_its_price_less_the_fee():
    kept = granted(case(line(quantity=2), fee=eur(300)), ORDER, Policy(), Grant())
    assert (kept.refund, kept.fee, kept.state) == (eur(1700), eur(300), CaseState.REQUESTED)


def test_fewer_units_and_a_part_of_the_price():
    kept = granted(case(line(quantity=3), line("2", 1, 500)), ORDER, Policy(), Grant(units={"1": 2}, percent=50))
    assert [(one.line_id, one.quantity, one.granted_percent) for one in kept.lines] == [("1", 2, 50)]
    assert kept.refund == eur(1000)


def test_less_money_is_taken_off_and_stays_so_whatever_is_found_later():
    kept = granted(case(line(quantity=2)), ORDER, Policy(), Grant(amount=eur(1250)))
    assert (kept.refund, kept.fee) == (eur(1250), eur(750))
    assert foreseen(kept, ORDER, Policy()).refund == eur(1250)


def test_a_bonus_on_credit_comes_on_top():
    kept = granted(case(line(), remedy=Remedy.STORE_CREDIT), ORDER, Policy(returning=Returning(credit_bonus_percent=10)), Grant())
    assert kept.refund == eur(1100)


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (Grant(units={"1": 4}), RefusalCode.QUANTITY),
        (Grant(units={"1": -1}), RefusalCode.QUANTITY),
        (Grant(units={"1": 0}), RefusalCode.NOTHING_CHOSEN),
        (Grant(units={"9": 1}), RefusalCode.UNKNOWN_LINE),
        (Grant(percent=0), RefusalCode.BAD_ARGUMENTS),
        (Grant(percent=101), RefusalCode.BAD_ARGUMENTS),
        (Grant(percent=50, amount=eur(1)), RefusalCode.BAD_ARGUMENTS),
        (Grant(amount=eur(0)), RefusalCode.BAD_ARGUMENTS),
        (Grant(amount=eur(3001)), RefusalCode.BAD_ARGUMENTS),
        (Grant(amount=Money(100, "USD")), RefusalCode.BAD_ARGUMENTS),
        (Grant(remedy=Remedy.EXCHANGE), RefusalCode.BAD_ARGUMENTS),
        (Grant(remedy=Remedy.REPLACEMENT), RefusalCode.BAD_ARGUMENTS),
    ],
)
def test_what_cannot_be_granted_is_refused(grant, code):
    assert granted(case(line(quantity=3)), ORDER, Policy(), grant).code == code


@pytest.mark.parametrize("state", [state for state in CaseState if state is not CaseState.REQUESTED])
def test_only_what_waits_is_granted(state):
    assert granted(case(line(), state=state), ORDER, Policy(), Grant()).code == RefusalCode.CASE_STATE


def test_what_others_were_promised_and_what_went_back_is_not_given_again():
    other = msgspec.structs.replace(case(line("2", 1, 500), state=CaseState.APPROVED), case_id=2, refund=eur(500))
    paid = (Paid(amount=eur(3500)), Paid(amount=eur(2000), refund=True))
    known = order(("1", 3, 1000), ("2", 1, 500), payments=paid, cases=(other,))
    assert granted(case(line(quantity=3)), known, Policy(), Grant()).refund == eur(1000)
    assert granted(case(line(quantity=3)), known, Policy(), Grant(amount=eur(1001))).code == RefusalCode.BAD_ARGUMENTS


def test_where_no_price_is_known_somebody_has_to_name_the_amount_and_not_too_high():
    unknown = case(line(price=None))
    known = order(("1", 1, 1000), payments=(Paid(amount=eur(1000)),))
    refused = granted(unknown, known, Policy(), Grant())
    assert (refused.code, refused.facts["field"], refused.facts["most"]) == (RefusalCode.BAD_ARGUMENTS, "amount", "10.00 EUR")
    assert granted(unknown, known, Policy(), Grant(amount=eur(900))).refund == eur(900)
    assert granted(unknown, known, Policy(), Grant(amount=eur(1001))).code == RefusalCode.BAD_ARGUMENTS


def test_beyond_the_policy_nothing_is_taken_off_the_goods_stay_and_a_claim_gets_something_else():
    kept = granted(case(line(), fee=eur(300)), ORDER, Policy(), Grant(no_fee=True, keeps=True))
    assert (kept.refund, kept.fee, kept.keeps) == (eur(1000), None, True)
    claim = case(line(variant_id="v"), kind=CaseKind.CLAIM, remedy=Remedy.REPLACEMENT, held={"v": 1})
    assert granted(claim, ORDER, Policy(), Grant()).held == {"v": 1}
    money = granted(claim, ORDER, Policy(), Grant(remedy=Remedy.REFUND))
    assert (money.remedy, money.refund, money.held) == (Remedy.REFUND, eur(1000), {})


def test_of_an_exchange_in_part_less_is_held_and_the_difference_is_smaller():
    swap = line(quantity=2, wanted_id="b", wanted_price=eur(1200))
    kept = granted(
        case(swap, kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE, held={"b": 2}, difference=eur(400)),
        ORDER,
        Policy(),
        Grant(units={"1": 1}),
    )
    assert (kept.held, kept.difference, kept.refund) == ({"b": 1}, eur(200), None)


def test_what_the_carrier_or_the_shop_has_to_do_is_granted_as_asked_or_not_at_all():
    change = case(kind=CaseKind.DELIVERY_CHANGE, remedy=None)
    assert granted(change, ORDER, Policy(), Grant()) == change
    assert granted(change, ORDER, Policy(), Grant(percent=50)).code == RefusalCode.BAD_ARGUMENTS


_UNITS = st.integers(1, 4)


@given(
    bought=st.lists(st.tuples(_UNITS, st.integers(1, 9999)), min_size=1, max_size=3),
    asked=st.lists(_UNITS, min_size=3, max_size=3),
    gone=st.integers(0, 20_000),
    promised=st.integers(0, 20_000),
    grant=st.builds(
        Grant,
        units=st.dictionaries(st.sampled_from("0123"), st.integers(-1, 5)),
        percent=st.none() | st.integers(-1, 120),
        amount=st.none() | st.integers(-5, 50_000).map(eur),
        remedy=st.none() | st.sampled_from(Remedy),
        keeps=st.none() | st.booleans(),
        no_fee=st.booleans(),
    ),
    kind=st.sampled_from((CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM)),
    fee=st.none() | st.integers(1, 5000).map(eur),
)
def test_whatever_is_granted_is_never_more_than_was_asked_and_than_is_left_of_what_was_paid(
    bought, asked, gone, promised, grant, kind, fee
):
    total = sum(q * price for q, price in bought)
    other = msgspec.structs.replace(case(state=CaseState.APPROVED), case_id=2, refund=eur(promised))
    known = order(
        *((str(n), q, price) for n, (q, price) in enumerate(bought)),
        payments=(Paid(amount=eur(total)), Paid(amount=eur(min(gone, total)), refund=True)),
        cases=(other,),
    )
    wanted = case(
        *(line(str(n), min(asked[n], q), price, wanted_id="w", wanted_price=eur(price + 1)) for n, (q, price) in enumerate(bought)),
        kind=kind,
        remedy=Remedy.EXCHANGE if kind is CaseKind.EXCHANGE else Remedy.REFUND,
        fee=fee,
    )
    kept = granted(wanted, known, Policy(), grant)
    if isinstance(kept, Refusal):
        return
    assert 0 <= (kept.refund.amount_minor if kept.refund else 0) <= min(left_to_give(wanted, known), most_to_give(wanted, known))
    for one in kept.lines:
        assert 1 <= kept.units(one.line_id) <= wanted.units(one.line_id)


STAFF = Asker(assurance=Assurance.LOGIN, staff=True, actor="user 1", channel="desk")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_without_its_limits_a_policy_lets_through_what_it_refused_and_asks_nobody():
    strict = Policy(returning=Returning(offered=False), limits=Limits(cases=0, claims=0))
    known = Known(order=order(("1", 3, 1000), final_sale=True))
    action = OpenReturn(order="o", units=(Units(line_id="1", quantity=2),))
    assert prepare(action, STAFF, known, strict, NOW).code == RefusalCode.NOT_OFFERED
    plan = prepare(action, STAFF, known, unlimited(strict), NOW)
    assert isinstance(plan, Plan)
    assert plan.concerns == ()
    assert plan.refund == eur(2000)
    claim = OpenClaim(order="o", claim=ClaimKind.DAMAGED, units=(Units(line_id="1"),), wish=Remedy.REFUND)
    opened = prepare(claim, STAFF, known, unlimited(shipped("retail")), NOW)
    assert isinstance(opened, Plan)
    assert [one.case.state for one in opened.changes if isinstance(one, CaseOpened)] == [CaseState.APPROVED]


def test_no_override_gives_more_units_than_were_bought_nor_cancels_what_has_arrived():
    known = Known(order=ORDER)
    for action, code in (
        (OpenReturn(order="o", units=(Units(line_id="1", quantity=4),)), RefusalCode.QUANTITY),
        (OpenReturn(order="o", units=(Units(line_id="7"),)), RefusalCode.UNKNOWN_LINE),
        (CancelOrder(order="o"), RefusalCode.ORDER_STATE),
    ):
        assert prepare(action, STAFF, known, unlimited(Policy()), NOW).code == code
