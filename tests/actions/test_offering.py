"""What is offered is what the guards let, per line and parcel, and the rest says why not."""

from datetime import date, timedelta

import pytest
from policy_worlds import ANA, ARRIVED, HOUSE, LAMP, NOW, SHIRTS, SHOES, STRANGER, order, replace, world

from doorstep.actions import prepare
from doorstep.actions.offering import offers, retention
from doorstep.domain.actions.arguments import OpenReturn, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, ClaimKind, OrderState
from doorstep.domain.actions.known import KnownShipment
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.vocabulary import Status

LINK = Asker(assurance=Assurance.LINK, orders=(1,))


def parcel(number="P1", status=Status.DELIVERED, **more):
    usual = {"shipment_id": 1, "carrier": "gls", "last_scan_at": ARRIVED, "delivered_at": ARRIVED if status is Status.DELIVERED else None}
    return KnownShipment(tracking_number=number, status=status, **usual | more)


def of(line_id, found):
    return next(one for one in found.lines if one.line.line_id == line_id)


def test_what_arrived_may_go_back_until_the_last_day():
    found = offers(LINK, world(order()), HOUSE, NOW)
    assert [one.line.line_id for one in found.returnable] == ["1", "2", "3"]
    assert of("1", found).last_on == date(2026, 12, 15)
    assert of("1", found).free == 2
    assert [one.variant_id for one in of("1", found).variants] == ["shirt-m", "shirt-l", "shirt-xl"]
    assert of("2", found).variants == ()
    assert {one.code for one in of("3", found).reasons}.isdisjoint({"fit.too_small"})


def test_whatever_is_offered_is_let_through_by_the_guards():
    known = world(order())
    for one in offers(LINK, known, HOUSE, NOW).returnable:
        for reason in one.reasons:
            units = (Units(line_id=one.line.line_id, reason=reason.code),)
            answer = prepare(OpenReturn(order="o-1", units=units, photos=("p",)), LINK, known, HOUSE, NOW)
            assert isinstance(answer, Plan), (one.line.line_id, reason.code, answer)


def test_what_is_too_late_says_so_and_with_what_it_may_still_go_back():
    old = replace(SHIRTS, delivered_at=NOW - timedelta(days=40))
    found = offers(LINK, world(order(lines=(old, SHOES))), HOUSE, NOW)
    assert of("1", found).refusal.code is RefusalCode.WINDOW
    assert of("2", found).refusal is None


def test_goods_on_final_sale_go_back_for_our_own_faults_alone():
    found = offers(LINK, world(order(lines=(replace(LAMP, final_sale=True),))), HOUSE, NOW)
    assert {one.code.partition(".")[0] for one in of("3", found).reasons} <= {"fault", "order"}
    assert all(one.our_fault for one in of("3", found).reasons)


def test_units_that_a_case_has_are_not_offered_again():
    taken = Case(
        case_id=5,
        kind=CaseKind.RETURN,
        action=ActionKind.OPEN_RETURN,
        state=CaseState.APPROVED,
        lines=(CaseLine(line_id="2", quantity=1), CaseLine(line_id="1", quantity=1)),
    )
    found = offers(LINK, world(order(cases=(taken,))), HOUSE, NOW)
    assert (of("1", found).free, of("2", found).free) == (1, 0)
    assert of("2", found).refusal.code is RefusalCode.QUANTITY
    assert found.cancellable == (5,)
    assert offers(LINK, world(order(cases=(replace(taken, state=CaseState.IN_TRANSIT),))), HOUSE, NOW).cancellable == ()


def test_whoever_got_a_present_is_offered_credit_and_exchange_and_nothing_of_the_order():
    found = offers(LINK, world(order()), HOUSE, NOW, gift=True)
    assert found.returnable
    assert (found.claims, found.delivery, found.changes) == ((), (), ())
    assert [one.variant_id for one in of("1", found).variants] == ["shirt-m", "shirt-xl"]  # the dearer one would be the giver's to pay
    no_credit = replace(HOUSE, returning=replace(HOUSE.returning, store_credit=False))
    only = offers(LINK, world(order()), no_credit, NOW, gift=True)
    assert [one.line.line_id for one in only.returnable] == ["1"]
    assert (of("1", only).back, of("1", only).exchange) == (False, True)


def test_claims_are_offered_for_what_they_can_be_about():
    came = parcel("P1", lines={"1": 2, "2": 1})
    away = parcel("P2", Status.IN_TRANSIT, lines={"3": 1}, last_scan_at=NOW - timedelta(days=9))
    lines = (SHIRTS, SHOES, replace(LAMP, delivered=0, delivered_at=None))
    of_two = order(lines=lines, shipments=(came, away), state=OrderState.PARTLY_DELIVERED)
    found = {one.kind: one for one in offers(LINK, world(of_two), HOUSE, NOW).claims}
    assert found[ClaimKind.DAMAGED].lines == ("1", "2")
    assert found[ClaimKind.LOST].shipments == ("P2",)
    assert found[ClaimKind.NOT_RECEIVED].shipments == ("P1",)
    nothing = {one.kind: one for one in offers(LINK, world(order(shipments=(came,))), HOUSE, NOW).claims}
    assert nothing[ClaimKind.LOST].refusal.code is RefusalCode.SHIPMENT_STATE


def test_delivery_may_be_changed_of_parcels_under_way_and_tells_what_needs_more_than_a_link():
    away, there = parcel("P2", Status.IN_TRANSIT), parcel("P1")
    found = offers(LINK, world(order(shipments=(there, away))), HOUSE, NOW).delivery
    may = {one.kind: one for one in found if one.refusal is None}
    assert {one.shipment for one in may.values()} == {"P2"}
    assert may[ActionKind.REDIRECT].needs is Assurance.CODE
    assert may[ActionKind.RESCHEDULE].needs is None
    assert ActionKind.CONFIRM_COD not in may


def test_an_order_that_nobody_packed_may_be_changed_and_one_that_left_may_not():
    new = order(state=OrderState.PENDING, lines=tuple(replace(one, delivered=0, sent=0, delivered_at=None) for one in (SHIRTS, SHOES)))
    may = {one.kind for one in offers(ANA, world(new), HOUSE, NOW).changes if one.refusal is None}
    assert may == {ActionKind.CANCEL_ORDER, ActionKind.CHANGE_ADDRESS, ActionKind.CHANGE_ITEMS, ActionKind.ASK_INVOICE}
    left = {one.kind: one for one in offers(ANA, world(order()), HOUSE, NOW).changes}
    assert left[ActionKind.CANCEL_ORDER].refusal.code is RefusalCode.ORDER_STATE


def test_a_stranger_is_offered_nothing():
    found = offers(STRANGER, world(order()), HOUSE, NOW)
    assert (found.lines, found.claims, found.delivery, found.changes, found.cancellable) == ((), (), (), (), ())
    assert retention(STRANGER, world(order()), HOUSE, NOW, [("1", "fit.too_small", "")]) is None


@pytest.mark.parametrize(("reason", "name"), [("fit.too_small", "right_size"), ("taste.colour", "credit_bonus"), ("fault.defective", None)])
def test_what_is_offered_before_goods_are_taken_back_follows_the_reason(reason, name):
    offer = retention(LINK, world(order()), HOUSE, NOW, [("1", reason, "")])
    assert (offer.name if offer else None) == name


def test_a_policy_that_wants_a_code_for_returns_says_so():
    strict = replace(HOUSE, assurance={ActionKind.OPEN_RETURN: Assurance.CODE})
    found = offers(LINK, world(order()), strict, NOW)
    assert found.needs == {ActionKind.OPEN_RETURN: Assurance.CODE}
    assert found.returnable
