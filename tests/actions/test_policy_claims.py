"""Claims by the house policy: who decides, from when to when, which steps come first, what the customer gets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from policy_worlds import (
    ARRIVED,
    NOW,
    PRODUCTS,
    SHIRTS,
    SHOES,
    STAFF,
    STRANGER,
    after,
    back,
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
    taken,
    unit,
    variant,
    world,
)

from doorstep.actions.policy import ClaimRule
from doorstep.domain.actions.arguments import OpenClaim, Units
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, OrderState, Remedy
from doorstep.domain.actions.known import Paid
from doorstep.domain.actions.plans import ErrandKind, Held
from doorstep.domain.actions.refusals import Concern, RefusalCode
from doorstep.domain.vocabulary import Status

STEPS = ("looked_around", "asked_household", "asked_neighbours")
LATE = ARRIVED + timedelta(days=31)


def claim(kind: ClaimKind, *line_ids: str, **parts: Any) -> OpenClaim:
    return OpenClaim(order="o-1", claim=kind, units=tuple(Units(line_id=one) for one in line_ids), **parts)


def ruled(*table: ClaimRule):
    return house(claiming={"table": table})


DAMAGED = claim(ClaimKind.DAMAGED, "1", photos=("photo",))
WENT = world(
    order(
        state=OrderState.PROCESSED,
        lines=tuple(replace(one, delivered=0, delivered_at=None) for one in (SHIRTS, SHOES)),
        shipments=(parcel(Status.IN_TRANSIT),),
    )
)
CAME = world(order(shipments=(parcel(lines={"1": 2}),)))
LOST = claim(ClaimKind.LOST, "1")
GONE = claim(ClaimKind.NOT_RECEIVED, done=STEPS)
AFTER_A_WEEK = ARRIVED + timedelta(days=7)


@pytest.mark.parametrize("kind", [ClaimKind.DAMAGED, ClaimKind.WRONG_ITEM, ClaimKind.MISSING_ITEM])
def test_the_policy_settles_little_things_and_a_human_the_rest(kind: ClaimKind):
    small = case_of(planned(claim(kind, "1", photos=("p",))))
    assert (small.state, small.decided_by, small.remedy) == (CaseState.APPROVED, "policy", Remedy.REPLACEMENT)
    large = case_of(planned(claim(kind, "2", photos=("p",))))
    assert (large.state, large.concerns) == (CaseState.REQUESTED, (Concern.RULE,))
    assert large.keeps is (kind is ClaimKind.MISSING_ITEM)


def test_the_limit_is_of_all_units_together_and_belongs_to_the_policy():
    table = (ClaimRule(claims=(ClaimKind.DAMAGED,), up_to_minor=4_000, decides="policy"), ClaimRule(claims=(ClaimKind.DAMAGED,)))
    two = replace(DAMAGED, units=(Units(line_id="1", quantity=2),))
    assert case_of(planned(two, policy=ruled(*table))).state is CaseState.APPROVED
    less = (replace(table[0], up_to_minor=3_999), table[1])
    assert case_of(planned(two, policy=ruled(*less))).state is CaseState.REQUESTED


def test_a_value_nobody_knows_fits_no_limit():
    known = world(order(lines=(replace(SHIRTS, unit_price=None),)))
    assert Concern.UNKNOWN_PRICE in case_of(planned(DAMAGED, known)).concerns


def test_what_the_table_does_not_have_is_not_offered():
    assert code(DAMAGED, policy=ruled(ClaimRule(claims=(ClaimKind.LOST,)))) is RefusalCode.NOT_OFFERED
    assert code(DAMAGED, policy=house(claiming={"offered": False})) is RefusalCode.NOT_OFFERED


def test_countries_and_tiers_have_lines_of_their_own_whatever_the_case_of_the_letters():
    first = ClaimRule(claims=(ClaimKind.DAMAGED,), countries=("es",), tiers=("Gold",), decides="policy")
    policy = ruled(first, ClaimRule(claims=(ClaimKind.DAMAGED,)))
    assert case_of(planned(DAMAGED, world(tier="gold"), policy)).state is CaseState.APPROVED
    assert case_of(planned(DAMAGED, world(), policy)).state is CaseState.REQUESTED
    elsewhere = ruled(replace(first, countries=("FR",)), ClaimRule(claims=(ClaimKind.DAMAGED,)))
    assert case_of(planned(DAMAGED, world(tier="gold"), elsewhere)).state is CaseState.REQUESTED


def test_a_claim_is_about_what_is_ones_own_and_not_cancelled():
    assert code(DAMAGED, asker=STRANGER) is RefusalCode.NOT_FOUND
    assert planned(DAMAGED, asker=STAFF)
    assert code(DAMAGED, world(order(state=OrderState.CANCELLED))) is RefusalCode.ORDER_STATE


def test_what_came_broken_is_shown_and_named():
    assert code(replace(DAMAGED, photos=())) is RefusalCode.PHOTO_NEEDED
    assert code(replace(DAMAGED, units=())) is RefusalCode.NOTHING_CHOSEN
    assert code(DAMAGED, world(pending())) is RefusalCode.NOT_DELIVERED


def test_units_are_claimed_once_and_not_beside_a_return():
    assert code(DAMAGED, after(replace(DAMAGED, units=(Units(line_id="1", quantity=2),)))) is RefusalCode.QUANTITY
    assert code(DAMAGED, world(order(cases=(taken("1", 2),)))) is RefusalCode.QUANTITY


def test_damage_is_told_within_the_days_of_the_table():
    assert planned(DAMAGED, now=LATE - timedelta(days=1))
    found = refused(DAMAGED, now=LATE)
    assert (found.code, found.facts["days"], found.instead) == (RefusalCode.WINDOW, 30, (ActionKind.TALK_TO_HUMAN,))


# --- lost


def test_a_parcel_is_lost_after_the_days_of_the_table_by_the_customers_calendar():
    evening = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # the 25th in Madrid, the night the clocks go back
    known = world(order(state=OrderState.PROCESSED, lines=WENT.order.lines, shipments=(parcel(Status.IN_TRANSIT, last_scan_at=evening),)))
    first = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    assert case_of(planned(LOST, known, now=first)).state is CaseState.APPROVED
    found = refused(LOST, known, now=first - timedelta(minutes=1))
    assert (found.code, found.facts["first_on"]) == (RefusalCode.TOO_EARLY, "2026-11-01")


def test_a_dear_lost_parcel_is_the_carriers_to_answer_for():
    plan = planned(claim(ClaimKind.LOST, "2"), WENT, now=AFTER_A_WEEK)
    assert case_of(plan).state is CaseState.PASSED_ON
    assert [(one.kind, one.body["tracking_number"], one.body["value"]) for one in plan.errands] == [
        (ErrandKind.CARRIER_CLAIM, "P1", eur(8_000))
    ]


def test_a_parcel_that_never_was_scanned_counts_from_the_order():
    bare = replace(WENT.order, shipments=(parcel(Status.IN_TRANSIT, last_scan_at=None),), placed_at=NOW - timedelta(days=6))
    assert code(LOST, world(bare)) is RefusalCode.TOO_EARLY
    assert planned(LOST, world(replace(bare, placed_at=NOW - timedelta(days=7))))


def test_a_parcel_that_arrived_is_not_lost_and_one_under_way_not_delivered():
    found = refused(replace(LOST, shipment="P1"), CAME, now=AFTER_A_WEEK)
    assert (found.code, found.instead) == (RefusalCode.SHIPMENT_STATE, (ActionKind.OPEN_CLAIM,))
    assert code(replace(GONE, shipment="P1"), WENT) is RefusalCode.SHIPMENT_STATE
    assert code(LOST, world(order())) is RefusalCode.SHIPMENT_STATE


def test_of_several_parcels_one_is_named():
    two = world(replace(WENT.order, shipments=(parcel(Status.IN_TRANSIT), parcel(Status.EXCEPTION, "P2"))))
    assert refused(LOST, two, now=AFTER_A_WEEK).facts == {"field": "shipment"}
    assert case_of(planned(replace(LOST, shipment="p2"), two, now=AFTER_A_WEEK)).wanted["shipment"] == "P2"
    assert code(replace(LOST, shipment="P9"), two, now=AFTER_A_WEEK) is RefusalCode.NOT_FOUND


def test_a_parcel_going_back_or_cancelled_is_not_lost():
    for gone in (parcel(Status.RETURNED), parcel(Status.CANCELLED), parcel(Status.IN_TRANSIT, returning=True)):
        assert code(LOST, world(replace(WENT.order, shipments=(gone,))), now=AFTER_A_WEEK) is RefusalCode.SHIPMENT_STATE


def test_only_what_was_in_the_parcel_is_lost_with_it():
    lines = (SHOES, replace(SHIRTS, delivered=0, delivered_at=None))
    parcels = (parcel(number="P1", lines={"2": 1}), parcel(Status.IN_TRANSIT, "P2", lines={"1": 1}))
    known = world(order(state=OrderState.PARTLY_DELIVERED, lines=lines, shipments=parcels))
    assert code(claim(ClaimKind.LOST, "2", shipment="P2"), known, now=AFTER_A_WEEK) is RefusalCode.QUANTITY
    assert code(replace(LOST, units=(Units(line_id="1", quantity=2),)), known, now=AFTER_A_WEEK) is RefusalCode.QUANTITY
    assert case_of(planned(replace(LOST, units=()), known, now=AFTER_A_WEEK)).units("1") == 1


def test_what_has_arrived_otherwise_is_not_lost_though_nobody_knows_what_is_in_the_parcel():
    lines = (SHOES, replace(SHIRTS, delivered=1))
    known = world(order(state=OrderState.PARTLY_DELIVERED, lines=lines, shipments=(parcel(Status.IN_TRANSIT),)))
    assert code(claim(ClaimKind.LOST, "2"), known, now=AFTER_A_WEEK) is RefusalCode.QUANTITY
    whole = case_of(planned(replace(LOST, units=()), known, now=AFTER_A_WEEK))
    assert (whole.units("1"), whole.units("2")) == (1, 0)


# --- delivered, and not received


def test_who_has_not_received_looks_and_asks_first():
    found = refused(replace(GONE, done=("looked_around",)), CAME)
    assert (found.code, found.facts) == (RefusalCode.STEPS_FIRST, {"steps": "asked_household, asked_neighbours"})
    assert case_of(planned(GONE, CAME)).state is CaseState.PASSED_ON


def test_who_has_not_received_waits_a_day_and_not_more_than_a_month():
    assert code(GONE, CAME, now=ARRIVED + timedelta(hours=10)) is RefusalCode.TOO_EARLY
    assert code(GONE, CAME, now=LATE) is RefusalCode.WINDOW


def test_a_signature_and_a_changed_address_are_for_a_human():
    signed = world(replace(CAME.order, shipments=(parcel(lines={"1": 2}, proof=True),)))
    assert case_of(planned(GONE, signed)).concerns == (Concern.PROOF_OF_DELIVERY,)
    moved = world(replace(CAME.order, address_changed=True))
    assert case_of(planned(GONE, moved)).concerns == (Concern.NEW_ADDRESS,)
    assert case_of(planned(GONE, moved, house(limits={"distrust_new_address": False}))).concerns == ()
    assert case_of(planned(DAMAGED, world(order(address_changed=True)))).concerns == ()


# --- what the customer gets


def test_the_customer_chooses_within_the_table():
    assert case_of(planned(replace(DAMAGED, wish=Remedy.REFUND))).remedy is Remedy.REFUND
    other = case_of(planned(replace(DAMAGED, wish=Remedy.STORE_CREDIT)))
    assert (other.remedy, other.concerns) == (Remedy.REPLACEMENT, (Concern.WISH,))


def test_a_replacement_is_held_and_where_there_is_none_the_money_goes_back():
    counted = replace(world(), products=PRODUCTS | {"shirt": (variant("shirt-s", stock=1),)})
    plan = planned(DAMAGED, counted)
    assert Held(variant_id="shirt-s", product_id="shirt", units=1) in plan.changes
    none = replace(world(), products=PRODUCTS | {"shirt": (variant("shirt-s", stock=0),)})
    plan = planned(DAMAGED, none)
    assert (case_of(plan).remedy, plan.refund) == (Remedy.REFUND, eur(2_000))


def test_a_replacement_that_is_not_there_and_nothing_else_is_for_a_human():
    none = replace(world(), products=PRODUCTS | {"shirt": (variant("shirt-s", stock=0),)})
    policy = ruled(ClaimRule(claims=(ClaimKind.DAMAGED,), decides="policy", remedies=(Remedy.REPLACEMENT,)))
    assert case_of(planned(DAMAGED, policy=policy)).state is CaseState.APPROVED
    assert case_of(planned(DAMAGED, none, policy)).state is CaseState.REQUESTED


def test_nothing_goes_back_of_an_order_that_is_still_to_be_paid_at_the_door():
    for payments in ((), (Paid(amount=eur(12_000)),)):
        unpaid = replace(WENT.order, payments=payments, cod_due=eur(12_000))
        plan = planned(replace(LOST, wish=Remedy.REFUND), world(unpaid), now=AFTER_A_WEEK)
        assert (plan.refund, case_of(plan).state) == (eur(0), CaseState.REQUESTED)


def test_who_claims_often_is_looked_at():
    assert case_of(planned(DAMAGED, world(recent_claims=2))).concerns == (Concern.CLAIMS_OFTEN,)
    assert case_of(planned(DAMAGED, world(recent_claims=1))).concerns == ()
    assert case_of(planned(DAMAGED, world(recent_cases=6))).concerns == (Concern.OFTEN,)


def test_goods_come_back_first_where_the_table_says_so():
    assert not case_of(planned(claim(ClaimKind.DAMAGED, "2", photos=("p",)))).keeps
    assert case_of(planned(DAMAGED)).keeps


def test_a_claim_holds_its_units_against_a_return():
    known = after(DAMAGED)
    assert [case.kind for case in known.order.cases] == [CaseKind.CLAIM]
    assert code(back(unit("1", 2)), known) is RefusalCode.QUANTITY
