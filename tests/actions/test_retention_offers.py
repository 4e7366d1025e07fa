"""Offers before goods are taken back: what is taken counts, what does not fit is refused, and it is settled as it was promised."""

import pytest
from policy_worlds import HOUSE, back, case_of, code, eur, house, order, planned, replace, unit, world

from doorstep.actions.policy import Fitting, Offer
from doorstep.actions.settling import settle
from doorstep.domain.actions.kinds import CaseState, Remedy
from doorstep.domain.actions.refusals import RefusalCode

KEEP = Offer(name="keep", when=Fitting(reasons=("taste",)), gives="partial_refund", percent=30)
BONUS = Offer(name="more", when=Fitting(reasons=("taste",)), gives="store_credit_bonus", percent=10)
RULES = house(returning={"offers": (KEEP, BONUS), "fee_minor": 500})


def test_who_keeps_the_goods_gets_the_part_that_was_offered_and_pays_no_fee():
    plan = planned(back(unit("2"), offer="keep"), policy=RULES)
    case = case_of(plan)
    assert (plan.refund, plan.fee, case.keeps, case.state) == (eur(2_400), None, True, CaseState.APPROVED)
    assert (case.offer, case.offer_taken) == ("keep", True)
    assert settle(case, order(cases=(case,)), RULES).amount == eur(2_400)


def test_who_takes_credit_gets_the_bonus_that_was_offered_and_never_two():
    plan = planned(back(unit("2"), remedy=Remedy.STORE_CREDIT, offer="more"), policy=RULES)
    assert plan.refund == eur(8_250)  # 80.00 less the fee of 5.00, and a tenth on top
    richer = house(returning={"offers": (BONUS,), "credit_bonus_percent": 20})
    assert planned(back(unit("2"), remedy=Remedy.STORE_CREDIT, offer="more"), policy=richer).refund == eur(9_600)
    case = case_of(plan)
    back_again = replace(case, lines=(replace(case.lines[0], received=1),))
    assert settle(back_again, order(cases=(back_again,)), RULES).amount == eur(8_250)


@pytest.mark.parametrize(
    "action",
    [
        back(unit("2"), offer="made up"),
        back(unit("2", reason="order.twice"), offer="keep"),
        back(unit("2"), unit("3", reason="order.twice"), offer="keep"),
        back(unit("2"), offer="more"),
        back(unit("2"), remedy=Remedy.STORE_CREDIT, offer="keep"),
    ],
    ids=["unknown", "another reason", "not all of it", "credit taken as money", "money taken as credit"],
)
def test_an_offer_that_does_not_fit_is_refused(action):
    assert code(action, policy=RULES) is RefusalCode.NOT_OFFERED


def test_without_the_offer_the_usual_terms_stand():
    assert planned(back(unit("2")), policy=RULES).refund == eur(7_500)
    assert case_of(planned(back(unit("2")), policy=HOUSE)).offer_taken is None


def test_the_part_is_counted_line_by_line_as_it_is_settled():
    plan = planned(back(unit("1", 2), unit("3"), offer="keep"), world(), policy=RULES)
    case = case_of(plan)
    assert settle(case, order(cases=(case,)), RULES).amount == plan.refund == eur(2_100)
