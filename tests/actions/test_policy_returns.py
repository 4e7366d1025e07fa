"""Returns and exchanges by the house policy and by rules of a merchant's own: who may, what, until when, at whose cost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from policy_worlds import (
    ANA,
    ARRIVED,
    CARD,
    CUSTOMER,
    GIFT_CARD,
    HOME,
    HOUSE,
    LAMP,
    NOW,
    PAYPAL,
    SHIRTS,
    SHOES,
    STAFF,
    STRANGER,
    after,
    back,
    case_of,
    code,
    eur,
    exchange,
    house,
    line,
    order,
    pending,
    planned,
    refused,
    replace,
    swap,
    taken,
    unit,
    world,
)

from doorstep.actions import prepare
from doorstep.actions.policy import Fitting, Payer, RefundTo, Rule
from doorstep.domain.actions.arguments import CancelReturn
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState, Remedy
from doorstep.domain.actions.known import Paid
from doorstep.domain.actions.plans import CaseMoved, Held
from doorstep.domain.actions.refusals import Concern, RefusalCode

PHOTO = {"photos": ("photo",)}


def ruled(*rules: Rule, **returning: Any):
    return house(returning={"rules": rules, **returning})


def test_a_plain_return_is_approved_and_pays_back_what_was_paid():
    plan = planned(back(unit("1", 2)))
    case = case_of(plan)
    assert (case.state, case.decided_by, case.concerns) == (CaseState.APPROVED, "policy", ())
    assert (plan.refund, plan.fee, case.method, case.shipping_paid_by) == (eur(4_000), None, CARD, "merchant")
    assert (plan.facts["days_from"], plan.facts["days_to"]) == (5, 7)


def test_nobody_returns_what_is_anothers_and_the_shop_may_for_all():
    assert code(back(), asker=STRANGER) is RefusalCode.NOT_FOUND
    assert planned(back(), asker=STAFF)


def test_a_merchant_who_takes_nothing_back_says_so_and_whom_to_ask():
    for action in (back(), exchange()):
        assert code(action, policy=house(returning={"offered": False})) is RefusalCode.NOT_OFFERED
    assert refused(exchange(), policy=house(returning={"exchanges": False})).instead == (ActionKind.OPEN_RETURN,)
    assert code(back(remedy=Remedy.STORE_CREDIT), policy=house(returning={"store_credit": False})) is RefusalCode.NOT_OFFERED


@pytest.mark.parametrize("remedy", [Remedy.EXCHANGE, Remedy.REPLACEMENT])
def test_a_return_is_for_money_or_credit(remedy: Remedy):
    assert code(back(remedy=remedy)) is RefusalCode.BAD_ARGUMENTS


def test_only_what_arrived_goes_back():
    found = refused(back(), world(pending()))
    assert (found.code, found.instead) == (RefusalCode.ORDER_STATE, (ActionKind.CANCEL_ORDER,))
    half = order(state=OrderState.PARTLY_DELIVERED, lines=(replace(SHIRTS, delivered=1), replace(SHOES, delivered=0)))
    assert planned(back(unit("1")), world(half))
    assert code(back(unit("2")), world(half)) is RefusalCode.NOT_DELIVERED
    assert refused(back(unit("1", 2)), world(half)).facts["free"] == 1


@pytest.mark.parametrize("quantity", [0, -1, 3, 10_001])
def test_no_more_units_go_back_than_came(quantity: int):
    assert code(back(unit("1", quantity))) is RefusalCode.QUANTITY


def test_units_named_twice_are_summed():
    assert planned(back(unit("1"), unit("1", reason="fit.too_small")))
    assert code(back(unit("1", 2), unit("1"))) is RefusalCode.QUANTITY


@pytest.mark.parametrize("kind", [CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM])
def test_units_of_other_cases_are_not_free_until_those_give_them_back(kind: CaseKind):
    for state in CaseState:
        known = world(order(cases=(taken("1", 1, state, kind=kind),)))
        free = state in {CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}
        assert planned(back(unit("1")), known)
        both = prepare(back(unit("1", 2)), ANA, known, HOUSE, NOW)
        assert (both.concerns == ()) if free else (both.code is RefusalCode.QUANTITY)


def test_units_that_the_shop_paid_back_itself_are_gone_too():
    assert code(back(unit("1", 2)), world(order(lines=(replace(SHIRTS, refunded=1), SHOES, LAMP)))) is RefusalCode.QUANTITY


def test_two_returns_share_the_units_and_the_third_finds_none():
    known = after(back(unit("1")))
    known = after(back(unit("1")), known)
    assert code(back(unit("1")), known) is RefusalCode.QUANTITY


def test_once_per_order_counts_whatever_became_of_it():
    policy = house(returning={"once_per_order": True})
    for state in CaseState:
        assert code(back(unit("2")), world(order(cases=(taken("1", 1, state),))), policy) is RefusalCode.ONLY_ONCE
    assert planned(back(), world(order(cases=(taken("2", 1, kind=CaseKind.CLAIM),))), policy)


# --- until when


def test_the_last_day_is_counted_by_the_customers_calendar():
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # in Madrid it is the 21st
    arrived = world(order(lines=(replace(SHIRTS, delivered_at=evening),)))
    last = datetime(2026, 12, 21, 22, 59, tzinfo=UTC)
    assert planned(back(), arrived, now=last)
    found = refused(back(), arrived, now=last + timedelta(minutes=1))
    assert (found.code, found.facts["last_on"], found.facts["days"]) == (RefusalCode.WINDOW, "2026-12-21", 30)


@pytest.mark.parametrize(
    ("zone", "arrived", "last"),
    [
        ("Europe/Madrid", datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 11, 19, 22, 59, tzinfo=UTC)),  # the clock goes back
        ("Europe/Madrid", datetime(2027, 3, 10, 12, tzinfo=UTC), datetime(2027, 4, 9, 21, 59, tzinfo=UTC)),  # and forward
        ("America/New_York", datetime(2026, 10, 20, 3, tzinfo=UTC), datetime(2026, 11, 19, 4, 59, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 10, 20, 20, tzinfo=UTC), datetime(2026, 11, 20, 18, 29, tzinfo=UTC)),
        (None, datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 11, 19, 23, 59, tzinfo=UTC)),
    ],
)
def test_days_stay_whole_when_the_clocks_change(zone: str | None, arrived: datetime, last: datetime):
    known = world(order(zone=zone, lines=(replace(SHIRTS, delivered_at=arrived),)))
    assert planned(back(), known, now=last)
    assert code(back(), known, now=last + timedelta(minutes=1)) is RefusalCode.WINDOW


def test_without_a_number_of_days_there_is_no_end():
    assert planned(back(), policy=house(returning={"days": None}), now=NOW + timedelta(days=2_000))


def test_who_does_not_know_when_it_arrived_asks_a_human():
    known = world(order(lines=(replace(SHIRTS, delivered_at=None),)))
    assert case_of(planned(back(), known)).concerns == (Concern.UNKNOWN_DATE,)
    assert case_of(planned(back(), known, house(returning={"days": None}))).concerns == ()


def test_an_exchange_may_have_days_of_its_own():
    policy = house(returning={"exchange_days": 60})
    later = ARRIVED + timedelta(days=45)
    assert code(back(), policy=policy, now=later) is RefusalCode.WINDOW
    assert planned(exchange(), policy=policy, now=later)
    assert code(exchange(), now=later) is RefusalCode.WINDOW


def test_each_line_has_its_own_window():
    old = replace(SHOES, delivered_at=ARRIVED - timedelta(days=40))
    known = world(order(lines=(SHIRTS, old)))
    assert planned(back(unit("1")), known)
    assert refused(back(unit("1"), unit("2")), known).facts["name"] == "shoes"


# --- reasons, photos


def test_a_reason_is_a_leaf_of_the_tree_for_the_goods_category():
    assert case_of(planned(back(unit("1", reason="fit.too_small")))).lines[0].reason == "fit.too_small"
    for wrong in ("", "fit", "nonsense", "taste"):
        assert code(back(unit("1", reason=wrong))) is RefusalCode.REASON
    assert code(back(unit("3", reason="fit.too_small"))) is RefusalCode.REASON  # a lamp has no size


def test_without_a_tree_any_reason_and_none_will_do():
    policy = house(returning={"reasons": (), "reason_needed": False})
    for reason in ("", "whatever"):
        assert case_of(planned(back(unit("1", reason=reason)), policy=policy)).lines[0].reason == reason


def test_what_is_said_to_be_broken_is_shown():
    broken = back(unit("1", reason="fault.defective"))
    assert code(broken) is RefusalCode.PHOTO_NEEDED
    assert case_of(planned(replace(broken, **PHOTO))).photos == ("photo",)
    assert planned(broken, policy=ruled(Rule(name="no photo", photo=False)))
    assert code(back(), policy=ruled(Rule(name="photo", photo=True))) is RefusalCode.PHOTO_NEEDED


# --- rules


@pytest.mark.parametrize(
    "when",
    [
        {"products": ("SHIRT",)},
        {"products": ("shirt-s",)},
        {"categories": ("clothing",)},
        {"tags": ("sale",)},
        {"tags": ("vip order",)},
        {"countries": ("es",)},
        {"tiers": ("Gold",)},
        {"reasons": ("taste",)},
        {"reasons": ("taste.changed_mind",)},
        {"conditions": ("used",)},
        {"remedies": (Remedy.REFUND,)},
        {"final_sale": False},
        {"categories": ("clothing",), "countries": ("ES",), "tiers": ("gold",)},
    ],
)
def test_a_rule_leaves_out_what_it_is_about_and_nothing_else(when: dict[str, Any]):
    policy = ruled(Rule(name="left out", when=Fitting(**when), eligible=False))
    known = world(order(lines=(replace(SHIRTS, tags=("Sale",)), LAMP), tags=("VIP order",)), tier="gold")
    found = refused(back(unit("1", condition="used")), known, policy)
    assert (found.code, found.facts["rule"]) == (RefusalCode.NOT_ELIGIBLE, "left out")
    elsewhere = order(lines=(replace(SHIRTS, final_sale=True), LAMP), ship_to=replace(HOME, country="FR"))
    other = back(unit("3", reason="other"), remedy=Remedy.STORE_CREDIT)
    if when == {"final_sale": False}:
        other = back(unit("1", reason="other"), remedy=Remedy.STORE_CREDIT)
        policy = replace(policy, returning=replace(policy.returning, final_sale_back=True))
    assert planned(other, world(elsewhere), policy)


def test_all_that_a_rule_names_must_fit():
    policy = ruled(Rule(name="x", when=Fitting(categories=("clothing",), countries=("FR",)), eligible=False))
    assert planned(back(), policy=policy)


def test_a_branch_of_reasons_is_no_beginning_of_a_word():
    policy = ruled(Rule(name="x", when=Fitting(reasons=("tas",)), eligible=False))
    assert planned(back(), policy=policy)


def test_the_first_rule_that_fits_counts():
    policy = ruled(Rule(name="a", when=Fitting(categories=("clothing",)), days=2), Rule(name="b", days=60))
    assert code(back(), policy=policy) is RefusalCode.WINDOW
    assert planned(back(unit("3")), policy=policy, now=ARRIVED + timedelta(days=60))


def test_a_rule_may_ask_a_human_whatever_the_value():
    policy = ruled(Rule(name="a", ask_human=True))
    case = case_of(planned(back(), policy=policy))
    assert (case.state, case.concerns, case.decided_by) == (CaseState.REQUESTED, (Concern.RULE,), "")


def test_final_sale_stays_sold_unless_it_is_our_fault_or_the_policy_takes_it():
    known = world(order(lines=(replace(SHIRTS, final_sale=True),)))
    assert code(back(), known) is RefusalCode.FINAL_SALE
    assert planned(back(unit("1", reason="fault.wrong_item")), known)
    assert planned(back(), known, house(returning={"final_sale_back": True}))
    assert planned(back(), known, ruled(Rule(name="final sale as credit", when=Fitting(final_sale=True))))


def test_a_rule_about_something_else_does_not_open_final_sale():
    known = world(order(lines=(replace(SHIRTS, final_sale=True),)))
    for when in (Fitting(categories=("clothing",)), Fitting(final_sale=None), Fitting(tiers=("",))):
        assert code(back(), known, ruled(Rule(name="costs", when=when, fee_minor=500))) is RefusalCode.FINAL_SALE


# --- money


def test_a_fee_is_taken_off_once_and_the_highest_counts():
    policy = ruled(Rule(name="shoes", when=Fitting(categories=("shoes",)), fee_minor=900), fee_minor=400)
    plan = planned(back(unit("1"), unit("2")), policy=policy)
    assert (plan.fee, plan.refund) == (eur(900), eur(9_100))
    assert planned(back(unit("1")), policy=policy).fee == eur(400)


def test_nobody_pays_for_our_fault():
    policy = house(returning={"fee_minor": 400, "payer": Payer.CUSTOMER})
    ours = case_of(planned(back(unit("1", reason="fault.wrong_item")), policy=policy))
    assert (ours.fee, ours.shipping_paid_by) == (None, "merchant")
    mixed = case_of(planned(back(unit("1", reason="fault.wrong_item"), unit("2")), policy=policy))
    assert (mixed.fee, mixed.shipping_paid_by) == (eur(400), "merchant")
    theirs = case_of(planned(back(), policy=policy))
    assert (theirs.fee, theirs.shipping_paid_by) == (eur(400), "customer")


def test_a_rule_says_who_pays_the_way_back_and_the_kinder_one_counts():
    policy = ruled(
        Rule(name="shoes", when=Fitting(categories=("shoes",)), payer=Payer.CUSTOMER),
        Rule(name="home", when=Fitting(categories=("home",)), payer=Payer.MERCHANT),
    )
    assert case_of(planned(back(unit("2")), policy=policy)).shipping_paid_by == "customer"
    assert case_of(planned(back(unit("2"), unit("3")), policy=policy)).shipping_paid_by == "merchant"


def test_a_fee_above_the_price_leaves_nothing_and_takes_nothing():
    assert planned(back(), policy=house(returning={"fee_minor": 99_999})).refund == eur(0)


def test_what_may_be_kept_costs_no_fee():
    policy = house(returning={"keep_below_minor": 2_001, "fee_minor": 400})
    plan = planned(back(), policy=policy)
    assert (case_of(plan).keeps, plan.fee, plan.refund) == (True, None, eur(2_000))


def test_cheap_goods_stay_where_they_are_and_a_rule_may_say_otherwise():
    policy = house(returning={"keep_below_minor": 2_001})
    assert case_of(planned(back(), policy=policy)).wanted == {"way": "keep"}
    assert not case_of(planned(back(unit("1", 2)), policy=policy)).keeps
    kept = ruled(Rule(name="home", when=Fitting(categories=("home",)), keeps=True))
    assert case_of(planned(back(unit("3")), policy=kept)).keeps
    assert not case_of(planned(back(unit("3"), unit("1")), policy=kept)).keeps
    never = ruled(Rule(name="never", keeps=False), keep_below_minor=2_001)
    assert not case_of(planned(back(), policy=never)).keeps


def test_credit_comes_with_its_bonus_and_never_back_by_a_method():
    policy = house(returning={"credit_bonus_percent": 10, "fee_minor": 500})
    case = case_of(planned(back(remedy=Remedy.STORE_CREDIT), policy=policy))
    assert (case.refund, case.method, case.remedy) == (eur(1_650), "", Remedy.STORE_CREDIT)


def test_a_bonus_of_one_return_takes_nothing_from_the_next():
    policy = house(returning={"credit_bonus_percent": 10})
    known = after(back(unit("2"), remedy=Remedy.STORE_CREDIT), policy=policy)
    plan = planned(back(unit("1", 2), unit("3")), known, policy)
    assert (plan.refund, case_of(plan).concerns) == (eur(7_000), ())


def test_no_more_goes_back_than_was_paid_and_a_human_looks():
    some = order(payments=(Paid(amount=eur(15_000), method_id=CARD), Paid(amount=eur(9_000), method_id=CARD, refund=True)))
    plan = planned(back(unit("2")), world(some))
    assert (plan.refund, case_of(plan).concerns) == (eur(6_000), (Concern.LITTLE_LEFT,))


def test_what_other_cases_promise_is_not_promised_twice():
    some = world(order(payments=(Paid(amount=eur(9_000), method_id=CARD),)))
    known = after(back(unit("2")), some)
    assert planned(back(), known).refund == eur(1_000)


def test_without_a_price_a_human_decides():
    known = world(order(lines=(line("1", "shirt-s", None, category="clothing"),)))
    plan = planned(back(), known)
    assert (plan.refund, case_of(plan).concerns) == (None, (Concern.UNKNOWN_PRICE,))


@pytest.mark.parametrize(
    ("rule", "may"),
    [(RefundTo.ORIGINAL, {CARD}), (RefundTo.ORIGINAL_OR_GIFT_CARD, {CARD, GIFT_CARD}), (RefundTo.ANY, {CARD, GIFT_CARD, PAYPAL})],
)
def test_money_goes_where_the_policy_lets_it(rule: RefundTo, may: set[str]):
    policy = house(returning={"refund_to": rule})
    for method in (CARD, GIFT_CARD, PAYPAL):
        if method in may:
            assert case_of(planned(back(method=method), policy=policy)).method == method
        else:
            assert code(back(method=method), policy=policy) is RefusalCode.METHOD
    assert code(back(method="zoes"), policy=policy) is RefusalCode.UNKNOWN_METHOD


# --- limits


def test_the_policy_alone_says_yes_up_to_a_value():
    dear = world(order(lines=(line("1", "shirt-s", 20_001, category="clothing"),)))
    assert case_of(planned(back(), dear)).concerns == (Concern.VALUE,)
    even = world(order(lines=(line("1", "shirt-s", 20_000, category="clothing"),)))
    assert case_of(planned(back(), even)).concerns == ()
    assert case_of(planned(back(), policy=house(returning={"auto_up_to_minor": None}))).concerns == (Concern.VALUE,)


def test_who_returns_often_or_much_is_looked_at():
    assert case_of(planned(back(), world(recent_cases=6))).concerns == (Concern.OFTEN,)
    assert case_of(planned(back(), world(recent_cases=5))).concerns == ()
    policy = house(limits={"refunds_minor": 10_000})
    assert case_of(planned(back(), world(recent_refunds=(eur(8_000),)), policy)).concerns == ()
    assert case_of(planned(back(), world(recent_refunds=(eur(8_001),)), policy)).concerns == (Concern.OFTEN,)


# --- the way back


def test_the_way_is_one_of_those_offered_the_first_where_none_is_named():
    assert case_of(planned(back())).wanted == {"way": "label"}
    assert case_of(planned(back(way="pickup"))).wanted == {"way": "pickup"}
    found = refused(back(way="pickup"), policy=house(returning={"ways": ("qr", "label")}))
    assert (found.code, found.facts) == (RefusalCode.NOT_OFFERED, {"ways": "qr, label"})


# --- gifts


def test_a_gifts_recipient_gets_credit_and_nothing_of_the_givers_money():
    assert code(back(gift=True)) is RefusalCode.METHOD
    case = case_of(planned(back(gift=True, remedy=Remedy.STORE_CREDIT)))
    assert (case.gift, case.method) == (True, "")


def test_a_gift_is_not_exchanged_at_the_givers_cost():
    assert case_of(planned(exchange(gift=True))).gift
    assert code(exchange(swap("1", "shirt-l"), gift=True)) is RefusalCode.METHOD
    assert planned(exchange(swap("1", "shirt-xl"), gift=True)).charge is None


# --- exchanges


def test_an_exchange_holds_the_new_and_says_who_pays_what():
    plan = planned(exchange(swap("1", "shirt-l", 2)))
    assert (plan.charge, plan.refund) == (eur(1_000), None)
    assert Held(variant_id="shirt-l", product_id="shirt", units=2) in plan.changes
    cheaper = planned(exchange(swap("1", "shirt-xl")))
    assert (cheaper.charge, cheaper.refund) == (None, eur(500))
    assert not any(isinstance(one, Held) for one in cheaper.changes)  # nobody counts its stock


def test_an_exchange_takes_no_fee():
    plan = planned(exchange(), policy=house(returning={"fee_minor": 400}))
    assert (plan.fee, case_of(plan).fee) == (None, None)


def test_stock_is_shared_by_all_swaps_of_an_exchange():
    known = world(order(lines=(replace(SHIRTS, quantity=3, delivered=3),)))
    assert code(exchange(swap("1", "shirt-l", 2), swap("1", "shirt-l")), known) is RefusalCode.OUT_OF_STOCK
    held = after(exchange(swap("1", "shirt-l", 2)), known)
    assert code(exchange(swap("1", "shirt-l")), held) is RefusalCode.OUT_OF_STOCK


def test_an_exchange_without_a_price_has_no_difference():
    known = world(order(lines=(line("1", "shirt-s", None, category="clothing"),)))
    case = case_of(planned(exchange(), known))
    assert (case.difference, case.concerns) == (None, (Concern.UNKNOWN_PRICE,))


def test_the_gift_card_that_paid_must_hold_the_difference_too():
    bought_by_card = order(payments=(Paid(amount=eur(15_000), method_id=GIFT_CARD),))
    empty = (replace(CUSTOMER.methods[1], balance=eur(0)),)
    dearer = exchange(swap("1", "shirt-l"))
    assert code(dearer, world(bought_by_card, methods=empty)) is RefusalCode.BALANCE
    assert planned(dearer, world(bought_by_card))


# --- keeping it after all


def test_a_return_is_taken_back_until_it_is_handed_over():
    for state in CaseState:
        known = world(order(cases=(taken("1", 1, state, rma="R-1", held={"shirt-l": 1}),)))
        if state in {CaseState.REQUESTED, CaseState.APPROVED, CaseState.LABEL_READY}:
            plan = planned(CancelReturn(case=1), known)
            assert [one.to for one in plan.changes if isinstance(one, CaseMoved)] == [CaseState.CANCELLED]
            assert [one.units for one in plan.changes if isinstance(one, Held)] == [-1]
        else:
            assert code(CancelReturn(case=1), known) is RefusalCode.CASE_STATE
    for case in (taken("1", kind=CaseKind.CLAIM), taken("1", case_id=2)):
        assert code(CancelReturn(case=1), world(order(cases=(case,)))) is RefusalCode.NOT_FOUND


def test_the_last_day_is_told():
    found = refused(back(), now=ARRIVED + timedelta(days=31))
    assert date.fromisoformat(str(found.facts["last_on"])) == (ARRIVED + timedelta(days=30)).date()
