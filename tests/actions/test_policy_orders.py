"""Changes before an order leaves and of parcels under way, by the house policy and by limits of a merchant's own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from policy_worlds import (
    ANA,
    CARD,
    CUSTOMER,
    GIFT_CARD,
    HOME,
    NOW,
    PAYPAL,
    STAFF,
    after,
    case_of,
    code,
    eur,
    house,
    order,
    parcel,
    pending,
    planned,
    refused,
    replace,
    swap,
    variant,
    world,
)

from doorstep.domain.actions.arguments import (
    AskInvoice,
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ChangeProfile,
    ConfirmAvailability,
    ConfirmCod,
    Hold,
    PickupPoint,
    Redirect,
    Reschedule,
    SafePlace,
)
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, OrderState, Outside
from doorstep.domain.actions.known import Paid
from doorstep.domain.actions.plans import Cancelled
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.vocabulary import Status

BEFORE, CODE = world(pending()), replace(ANA, assurance=Assurance.CODE)
CANCEL = CancelOrder(order="o-1")
NEARBY = replace(HOME, lines=("Gran Via 2",))
MOVE = ChangeAddress(order="o-1", address=NEARBY)
ITEMS = ChangeItems(order="o-1", swaps=(swap("1", "shirt-m"),))
UNDER_WAY = order(state=OrderState.PROCESSED, shipments=(parcel(Status.IN_TRANSIT),))


def test_an_order_is_cancelled_for_any_reason_until_it_is_packed():
    assert planned(CANCEL, BEFORE).changes[1] == Cancelled(reason="")
    for state in (OrderState.PROCESSED, OrderState.CANCELLED):
        assert code(CANCEL, world(order(state=state))) is RefusalCode.ORDER_STATE
    assert refused(CANCEL, world()).instead == (ActionKind.OPEN_RETURN,)
    assert code(CANCEL, BEFORE, house(cancelling={"offered": False})) is RefusalCode.NOT_OFFERED


def test_cancelling_may_end_some_minutes_after_the_order():
    policy = house(cancelling={"within_minutes": 60})
    placed = world(pending(placed_at=NOW - timedelta(minutes=60)))
    assert planned(CANCEL, placed, policy)
    assert code(CANCEL, placed, policy, now=NOW + timedelta(seconds=1)) is RefusalCode.WINDOW


@pytest.mark.parametrize(
    ("action", "switch"),
    [
        (MOVE, "address"),
        (ITEMS, "items"),
        (ChangePayment(order="o-1", method=PAYPAL), "payment"),
        (AskInvoice(order="o-1"), "invoice"),
        (ChangeProfile(address=NEARBY), "profile"),
    ],
)
def test_each_change_is_offered_or_not(action, switch: str):
    assert planned(action, BEFORE, house(changing={switch: True}))
    found = refused(action, BEFORE, house(changing={switch: False}))
    assert (found.code, found.instead) == (RefusalCode.NOT_OFFERED, (ActionKind.TALK_TO_HUMAN,))


def test_an_address_says_enough_and_another_one_and_stays_in_the_country():
    assert code(replace(MOVE, address=HOME), BEFORE) is RefusalCode.SAME_ADDRESS
    for bare in (Address(city="Madrid"), Address(lines=(" ",), city="Madrid"), Address(lines=("Gran Via 2",))):
        assert code(replace(MOVE, address=bare), BEFORE) is RefusalCode.ADDRESS
    abroad = replace(MOVE, address=replace(NEARBY, country="FR"))
    assert refused(abroad, BEFORE).facts == {"country": "ES"}
    assert planned(abroad, BEFORE, house(changing={"same_country": False}))


def test_one_change_at_a_time_where_the_shop_has_to_do_it():
    waiting = Case(kind=CaseKind.ORDER_CHANGE, action=ActionKind.CHANGE_ADDRESS, state=CaseState.PASSED_ON, case_id=1)
    assert code(ITEMS, world(pending(cases=(waiting,)))) is RefusalCode.CASE_STATE
    for state in (CaseState.CLOSED, CaseState.REFUSED):
        assert planned(ITEMS, world(pending(cases=(replace(waiting, state=state),))))
    assert planned(ITEMS, world(pending(cases=(replace(waiting, action=ActionKind.ASK_INVOICE),))))


def test_after_new_items_nothing_else_unless_the_policy_lets_it():
    changed = world(pending(items_changed=True))
    for action in (CANCEL, MOVE, ITEMS):
        assert code(action, changed) is RefusalCode.ONLY_ONCE
        assert planned(action, changed, house(changing={"items_once": False}))


def test_the_gift_card_that_paid_must_hold_what_new_items_cost_more():
    dearer = ChangeItems(order="o-1", swaps=(swap("1", "shirt-l"),))
    by_card = pending(payments=(Paid(amount=eur(15_000), method_id=GIFT_CARD),))
    empty = world(by_card, methods=(replace(CUSTOMER.methods[1], balance=eur(499)),))
    assert code(dearer, empty) is RefusalCode.BALANCE
    assert planned(dearer, world(by_card))


def test_what_costs_something_in_another_money_is_for_a_human():
    foreign = replace(BEFORE, products={"shirt": (replace(variant("shirt-m"), price=Money(2_000, "USD")),)})
    assert code(ITEMS, foreign) is RefusalCode.NOT_OFFERED


def test_several_payments_are_too_much_for_another_method():
    split = pending(payments=(Paid(amount=eur(10_000), method_id=CARD), Paid(amount=eur(5_000), method_id=GIFT_CARD)))
    policy = house(changing={"payment": True})
    assert code(ChangePayment(order="o-1", method=PAYPAL), world(split), policy) is RefusalCode.SEVERAL_PAYMENTS


def test_cash_that_nobody_has_paid_goes_to_nobody():
    due = pending(payments=(Paid(amount=eur(15_000)),), cod_due=eur(15_000))
    plan = planned(CANCEL, world(due))
    assert (plan.refund, plan.changes[2:]) == (None, ())
    some = pending(payments=(Paid(amount=eur(5_000), method_id=CARD), Paid(amount=eur(10_000))), cod_due=eur(10_000))
    assert planned(CANCEL, world(some)).refund == eur(5_000)
    assert code(ChangePayment(order="o-1", method=PAYPAL), world(due), house(changing={"payment": True})) is RefusalCode.NOT_OFFERED


# --- parcels under way

ASKED = (
    Reschedule(order="o-1", on=date(2026, 11, 21)),
    Redirect(order="o-1", address=NEARBY),
    PickupPoint(order="o-1", point="Kiosk"),
    SafePlace(order="o-1", place="garage"),
    Hold(order="o-1", until=date(2026, 11, 21)),
    ConfirmAvailability(order="o-1"),
)


@pytest.mark.parametrize("action", ASKED, ids=lambda one: one.kind)
def test_each_change_of_a_delivery_goes_to_the_carrier_as_far_as_it_is_offered(action):
    plan = planned(action, world(UNDER_WAY), asker=CODE)
    assert case_of(plan).state is CaseState.PASSED_ON
    assert [one.to for one in plan.errands] == [Outside.CARRIER]
    others = tuple(one.kind for one in ASKED if one.kind is not action.kind)
    assert code(action, world(UNDER_WAY), house(delivering={"offered": others}), CODE) is RefusalCode.NOT_OFFERED


@pytest.mark.parametrize("action", ASKED, ids=lambda one: one.kind)
def test_only_a_parcel_under_way_is_changed(action):
    arrived = refused(replace(action, shipment="P1"), world(order(shipments=(parcel(),))), asker=CODE)
    assert (arrived.code, arrived.instead) == (RefusalCode.SHIPMENT_STATE, (ActionKind.OPEN_CLAIM,))
    back = world(replace(UNDER_WAY, shipments=(parcel(Status.IN_TRANSIT, returning=True),)))
    assert code(replace(action, shipment="P1"), back, asker=CODE) is RefusalCode.SHIPMENT_STATE
    assert code(replace(action, shipment="P9"), world(UNDER_WAY), asker=CODE) is RefusalCode.NOT_FOUND
    two = world(replace(UNDER_WAY, shipments=(parcel(Status.IN_TRANSIT), parcel(Status.PENDING, "P2"))))
    assert refused(action, two, asker=CODE).facts == {"field": "shipment"}
    assert code(action, world(replace(UNDER_WAY, shipments=())), asker=CODE) is RefusalCode.SHIPMENT_STATE


def test_a_parcel_that_waits_to_be_fetched_needs_nobody_at_home():
    waiting = world(replace(UNDER_WAY, shipments=(parcel(Status.READY_FOR_PICKUP),)))
    assert code(SafePlace(order="o-1", place="garage"), waiting) is RefusalCode.SHIPMENT_STATE
    assert planned(Hold(order="o-1", until=date(2026, 11, 21)), waiting)


def test_days_lie_ahead_by_the_recipients_calendar_and_not_too_far():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Madrid
    assert refused(ASKED[0], world(UNDER_WAY), now=late).facts == {"first_on": "2026-11-22", "last_on": "2026-12-05"}
    assert planned(ASKED[0], world(UNDER_WAY), now=late - timedelta(hours=1))
    far = replace(ASKED[0], on=date(2026, 12, 5))
    assert code(far, world(UNDER_WAY)) is RefusalCode.DATE
    assert planned(far, world(UNDER_WAY), house(delivering={"most_days": 15}))


@pytest.mark.parametrize("window", ["9-12", "09:00-08:00", "09:00-09:00", "09:00 - 12:00", "25:00-26:00"])
def test_a_window_is_two_times_in_order(window: str):
    assert code(replace(ASKED[0], window=window), world(UNDER_WAY)) is RefusalCode.DATE
    assert planned(replace(ASKED[0], window="09:00-12:00"), world(UNDER_WAY))


def test_a_parcel_goes_elsewhere_only_for_who_typed_a_code_and_within_the_country():
    assert refused(ASKED[1], world(UNDER_WAY)).needs is Assurance.CODE
    abroad = replace(ASKED[1], address=replace(NEARBY, country="FR"))
    assert code(abroad, world(UNDER_WAY), asker=CODE) is RefusalCode.ADDRESS
    assert planned(abroad, world(UNDER_WAY), house(delivering={"same_country": False}), CODE)
    assert code(replace(ASKED[1], address=Address(city="Madrid")), world(UNDER_WAY), asker=CODE) is RefusalCode.ADDRESS


def test_a_place_is_said():
    for empty in (PickupPoint(order="o-1", point=" "), SafePlace(order="o-1", place="")):
        assert code(empty, world(UNDER_WAY)) is RefusalCode.BAD_ARGUMENTS


def test_a_parcel_is_changed_so_often_and_not_the_same_way_twice_at_once():
    known = after(ASKED[0], world(UNDER_WAY))
    assert code(ASKED[0], known) is RefusalCode.CASE_STATE
    known = after(ASKED[3], known)
    known = after(ASKED[4], known)
    found = refused(ASKED[2], known)
    assert (found.code, found.facts) == (RefusalCode.TOO_MANY, {"most": 3})
    assert planned(ASKED[2], known, house(delivering={"most_changes": 4}))


def test_cash_is_confirmed_where_cash_is_due_and_not_wanting_it_is_the_shops():
    ready = ConfirmCod(order="o-1")
    assert code(ready, world(UNDER_WAY)) is RefusalCode.NOT_OFFERED
    due = world(replace(UNDER_WAY, cod_due=eur(4_000)))
    assert [one.to for one in planned(ready, due).errands] == [Outside.CARRIER]
    assert [one.to for one in planned(replace(ready, ready=False), due).errands] == [Outside.SHOP]


# --- who asks


def test_a_policy_may_ask_for_more_than_an_action_does_and_never_for_less():
    policy = replace(house(), assurance={ActionKind.CANCEL_ORDER: Assurance.CODE, ActionKind.REDIRECT: Assurance.NONE})
    assert refused(CANCEL, BEFORE, policy).needs is Assurance.CODE
    assert planned(CANCEL, BEFORE, policy, CODE)
    assert refused(ASKED[1], world(UNDER_WAY), policy).needs is Assurance.CODE


def test_a_profile_is_changed_by_its_owner_or_the_shop():
    action = ChangeProfile(address=NEARBY)
    assert code(replace(action, customer="zoe")) is RefusalCode.NOT_FOUND
    assert code(action, replace(world(), customer=None)) is RefusalCode.NOT_FOUND
    assert planned(action, asker=STAFF)
