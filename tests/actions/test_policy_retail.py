"""The retail policy that is shipped, sentence by sentence of the one it was made of; that one's text lies outside the repository."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from policy_worlds import (
    CARD,
    CUSTOMER,
    GIFT_CARD,
    PAYPAL,
    RETAIL,
    STRANGER,
    after,
    case_of,
    code,
    eur,
    order,
    pending,
    planned,
    prepare_retail,
    refused,
    replace,
    world,
)

from doorstep.actions import needs_yes, still_meant
from doorstep.domain.actions.arguments import (
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ChangeProfile,
    OpenExchange,
    OpenReturn,
    ReadOrder,
    ReadProduct,
    ReadProfile,
    Swap,
    TalkToHuman,
    Units,
)
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseState, OrderState
from doorstep.domain.actions.plans import AddressSet, Cancelled, Charged, HandedOver, LineSwapped, ProfileSet, Refunded
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.places import Address

ELSEWHERE = Address(name="Ana", lines=("Gran Via 2",), city="Madrid", postcode="28014", country="ES")
CANCEL = CancelOrder(order="o-1", reason="no longer needed")
MOVE = ChangeAddress(order="o-1", address=ELSEWHERE)
PAY = ChangePayment(order="o-1", method=PAYPAL)
OTHER_SHIRT = ChangeItems(order="o-1", swaps=(Swap(line_id="1", variant_id="shirt-m"),), method=CARD)
BACK = OpenReturn(order="o-1", units=(Units(line_id="1"),), method=CARD)
SWAP = OpenExchange(order="o-1", swaps=(Swap(line_id="1", variant_id="shirt-m"),), method=CARD)
PROFILE = ChangeProfile(address=ELSEWHERE)
PENDING = (CANCEL, MOVE, PAY, OTHER_SHIRT)
DELIVERED = (BACK, SWAP)


def test_pending_orders_are_cancelled_and_changed():
    for action in PENDING:
        planned(action, world(pending()), RETAIL)


def test_delivered_orders_are_returned_and_exchanged():
    for action in DELIVERED:
        assert case_of(planned(action, world(), RETAIL)).state is CaseState.APPROVED


def test_ones_own_default_address_is_changed():
    assert planned(PROFILE, world(), RETAIL).changes == (ProfileSet(address=ELSEWHERE),)


def test_one_may_see_ones_profile_orders_and_products():
    for action in (ReadProfile(), ReadOrder(order="o-1"), ReadProduct(product="shirt")):
        assert planned(action, world(), RETAIL).changes == ()


def test_nothing_is_shown_or_done_before_somebody_told_what_only_they_know():
    for assurance in (Assurance.NONE, Assurance.LINK):
        unsure = Asker(assurance=assurance, customer="ana")
        for action in (*PENDING, *DELIVERED, PROFILE, ReadProfile(), ReadOrder(order="o-1"), ReadProduct(product="shirt")):
            found = refused(action, world(pending()), RETAIL, unsure)
            assert (found.code, found.needs) == (RefusalCode.IDENTITY, Assurance.KNOWLEDGE)


def test_to_say_whose_id_one_has_is_not_enough():
    claimed = Asker(assurance=Assurance.NONE, customer="ana")
    assert code(ReadProfile(customer="ana"), world(), RETAIL, claimed) is RefusalCode.IDENTITY


def test_nothing_of_anybody_else_is_shown_or_done():
    for action in (*PENDING, ReadOrder(order="o-1")):
        assert code(action, world(pending()), RETAIL, STRANGER) is RefusalCode.NOT_FOUND
    for action in DELIVERED:
        assert code(action, world(), RETAIL, STRANGER) is RefusalCode.NOT_FOUND
    assert code(ReadProfile(customer="zoe"), world(), RETAIL) is RefusalCode.NOT_FOUND
    assert code(msgspec.structs.replace(PROFILE, customer="zoe"), world(), RETAIL) is RefusalCode.NOT_FOUND


def test_several_things_may_be_asked_by_the_same_customer():
    known = after(MOVE, world(pending()), RETAIL)
    assert planned(PAY, known, RETAIL)


def test_whatever_changes_something_waits_for_a_yes_to_exactly_that():
    for action in (*PENDING, *DELIVERED, PROFILE):
        assert needs_yes(action.kind)
    shown, other = planned(BACK, world(), RETAIL), planned(replace(BACK, method=GIFT_CARD), world(), RETAIL)
    assert still_meant(shown.digest, planned(BACK, world(), RETAIL)) == shown
    assert still_meant(shown.digest, other) == Refusal(code=RefusalCode.CONFIRMATION_VOID)


def test_a_human_takes_over_whoever_asks():
    assert planned(TalkToHuman(summary="help"), world(), RETAIL).changes == (HandedOver(summary="help"),)


def test_what_the_policy_does_not_name_is_not_done():
    refusing = {kind for kind in ActionKind if (found := prepare_retail(kind)) and found.code is RefusalCode.NOT_OFFERED}
    assert refusing == {
        *(ActionKind.RESCHEDULE, ActionKind.REDIRECT, ActionKind.PICKUP_POINT, ActionKind.SAFE_PLACE, ActionKind.HOLD),
        *(ActionKind.CONFIRM_AVAILABILITY, ActionKind.CONFIRM_COD, ActionKind.OPEN_CLAIM, ActionKind.ASK_INVOICE),
    }


def test_an_order_that_is_packed_or_cancelled_is_left_alone():
    for state in (OrderState.PROCESSED, OrderState.CANCELLED):
        for action in (*PENDING, *DELIVERED):
            assert code(action, world(order(state=state)), RETAIL) is RefusalCode.ORDER_STATE


def test_items_are_changed_or_exchanged_once_for_each_order():
    assert code(OTHER_SHIRT, after(OTHER_SHIRT, world(pending()), RETAIL), RETAIL) is RefusalCode.ONLY_ONCE
    for first in DELIVERED:
        for second in DELIVERED:
            assert code(second, after(first, world(), RETAIL), RETAIL) is RefusalCode.ONLY_ONCE


def test_several_items_are_changed_at_once():
    swaps = (Swap(line_id="1", variant_id="shirt-m", quantity=2),)
    plan = planned(replace(OTHER_SHIRT, swaps=swaps), world(pending()), RETAIL)
    assert [(one.line_id, one.quantity) for one in plan.changes if isinstance(one, LineSwapped)] == [("1", 2)]


def test_only_pending_orders_are_cancelled():
    assert code(CANCEL, world(), RETAIL) is RefusalCode.ORDER_STATE


@pytest.mark.parametrize("reason", ["", "found it cheaper", "No longer needed!", "ordered by mistake, sorry"])
def test_an_order_is_cancelled_for_one_of_two_reasons(reason: str):
    for named in ("no longer needed", "ordered by mistake"):
        assert planned(CancelOrder(order="o-1", reason=named), world(pending()), RETAIL).changes[1] == Cancelled(reason=named)
    assert code(CancelOrder(order="o-1", reason=reason), world(pending()), RETAIL) is RefusalCode.REASON


def test_a_cancelled_orders_money_goes_back_to_whence_it_came():
    plan = planned(CANCEL, world(pending()), RETAIL)
    assert plan.changes[2:] == (Refunded(amount=eur(15_000), method_id=CARD),)
    assert after(CANCEL, world(pending()), RETAIL).order.state is OrderState.CANCELLED


def test_only_pending_orders_are_changed():
    for action in (MOVE, PAY, OTHER_SHIRT):
        assert code(action, world(), RETAIL) is RefusalCode.ORDER_STATE


def test_address_method_and_variants_are_what_may_be_changed():
    assert AddressSet(address=ELSEWHERE) in planned(MOVE, world(pending()), RETAIL).changes
    assert Charged(amount=eur(15_000), method_id=PAYPAL) in planned(PAY, world(pending()), RETAIL).changes
    assert any(isinstance(one, LineSwapped) for one in planned(OTHER_SHIRT, world(pending()), RETAIL).changes)


def test_another_method_is_another_one():
    assert code(replace(PAY, method=CARD), world(pending()), RETAIL) is RefusalCode.SAME_METHOD
    assert code(replace(PAY, method="card_of_zoe"), world(pending()), RETAIL) is RefusalCode.UNKNOWN_METHOD


def test_a_gift_card_must_hold_the_whole_sum_to_pay_an_order():
    assert code(replace(PAY, method=GIFT_CARD), world(pending()), RETAIL) is RefusalCode.BALANCE
    rich = replace(CUSTOMER.methods[1], balance=eur(15_000))
    assert planned(replace(PAY, method=GIFT_CARD), world(pending(), methods=(CUSTOMER.methods[0], rich)), RETAIL)


def test_an_order_paid_anew_is_pending_and_the_old_method_gets_its_money_back():
    known = after(PAY, world(pending()), RETAIL)
    assert known.order.state is OrderState.PENDING
    assert Refunded(amount=eur(15_000), method_id=CARD) in planned(PAY, world(pending()), RETAIL).changes


def test_an_order_whose_items_were_changed_is_pending_and_nothing_more_can_be_done():
    known = after(OTHER_SHIRT, world(pending()), RETAIL)
    assert (known.order.state, known.order.items_changed) == (OrderState.PENDING, True)
    assert {code(action, known, RETAIL) for action in PENDING} == {RefusalCode.ONLY_ONCE}


@pytest.mark.parametrize(
    ("variant", "why"),
    [
        ("shirt-s", RefusalCode.SAME_VARIANT),
        ("lamp-1", RefusalCode.OTHER_PRODUCT),
        ("shoes-40", RefusalCode.OTHER_PRODUCT),
        ("shirt-xxl", RefusalCode.UNKNOWN_VARIANT),
    ],
)
def test_an_item_becomes_another_variant_of_the_same_product(variant: str, why: RefusalCode):
    swaps = (Swap(line_id="1", variant_id=variant),)
    assert code(replace(OTHER_SHIRT, swaps=swaps), world(pending()), RETAIL) is why
    assert code(replace(SWAP, swaps=swaps), world(), RETAIL) is why


def test_what_is_not_to_be_had_cannot_come_instead():
    swaps = (Swap(line_id="2", variant_id="shoes-41"),)
    assert code(replace(OTHER_SHIRT, swaps=swaps), world(pending()), RETAIL) is RefusalCode.OUT_OF_STOCK
    assert code(replace(SWAP, swaps=swaps), world(), RETAIL) is RefusalCode.OUT_OF_STOCK


def test_the_named_method_pays_or_gets_the_difference():
    dearer, cheaper = (Swap(line_id="1", variant_id="shirt-l"),), (Swap(line_id="1", variant_id="shirt-xl"),)
    paid = planned(replace(OTHER_SHIRT, swaps=dearer, method=PAYPAL), world(pending()), RETAIL)
    assert Charged(amount=eur(500), method_id=PAYPAL) in paid.changes
    given = planned(replace(OTHER_SHIRT, swaps=cheaper, method=GIFT_CARD), world(pending()), RETAIL)
    assert Refunded(amount=eur(500), method_id=GIFT_CARD) in given.changes
    case = case_of(planned(replace(SWAP, swaps=dearer, method=PAYPAL), world(), RETAIL))
    assert (case.method, case.difference) == (PAYPAL, eur(500))
    for action in (replace(OTHER_SHIRT, method="card_of_zoe"), replace(SWAP, method="card_of_zoe")):
        known = world(pending()) if action.kind is ActionKind.CHANGE_ITEMS else world()
        assert code(action, known, RETAIL) is RefusalCode.UNKNOWN_METHOD


def test_a_gift_card_must_hold_the_difference():
    poor = (CUSTOMER.methods[0], replace(CUSTOMER.methods[1], balance=eur(499)))
    swaps = (Swap(line_id="1", variant_id="shirt-l"),)
    assert code(replace(OTHER_SHIRT, swaps=swaps, method=GIFT_CARD), world(pending(), methods=poor), RETAIL) is RefusalCode.BALANCE
    assert code(replace(SWAP, swaps=swaps, method=GIFT_CARD), world(methods=poor), RETAIL) is RefusalCode.BALANCE
    enough = (CUSTOMER.methods[0], replace(CUSTOMER.methods[1], balance=eur(500)))
    assert planned(replace(OTHER_SHIRT, swaps=swaps, method=GIFT_CARD), world(pending(), methods=enough), RETAIL)


def test_only_delivered_orders_are_returned_or_exchanged():
    for action in DELIVERED:
        assert code(action, world(pending()), RETAIL) is RefusalCode.ORDER_STATE


def test_a_return_names_its_items():
    assert code(replace(BACK, units=()), world(), RETAIL) is RefusalCode.NOTHING_CHOSEN
    assert code(replace(BACK, units=(Units(line_id="9"),)), world(), RETAIL) is RefusalCode.UNKNOWN_LINE
    assert code(replace(BACK, units=(Units(line_id="1", quantity=3),)), world(), RETAIL) is RefusalCode.QUANTITY


def test_a_refund_goes_to_the_method_that_paid_or_to_a_gift_card_that_is_there():
    for method in (CARD, GIFT_CARD):
        assert case_of(planned(replace(BACK, method=method), world(), RETAIL)).method == method
    assert code(replace(BACK, method=PAYPAL), world(), RETAIL) is RefusalCode.METHOD
    assert code(replace(BACK, method="gift_9"), world(), RETAIL) is RefusalCode.UNKNOWN_METHOD


def test_a_return_or_exchange_is_a_case_that_is_told_and_no_new_order():
    for action in DELIVERED:
        known = after(action, world(), RETAIL)
        assert [case.state for case in known.order.cases] == [CaseState.APPROVED]
        assert known.order.lines == world().order.lines


#: "Heading n" of the text: which test holds it; None: it says what the talk or the world is like, and forbids and allows nothing.
_SENTENCES: dict[str, Callable[..., None] | None] = {
    "Retail agent policy 1": None,
    "Retail agent policy 2": test_pending_orders_are_cancelled_and_changed,
    "Retail agent policy 3": test_delivered_orders_are_returned_and_exchanged,
    "Retail agent policy 4": test_ones_own_default_address_is_changed,
    "Retail agent policy 5": test_one_may_see_ones_profile_orders_and_products,
    "Retail agent policy 6": test_nothing_is_shown_or_done_before_somebody_told_what_only_they_know,
    "Retail agent policy 7": test_to_say_whose_id_one_has_is_not_enough,
    "Retail agent policy 8": test_one_may_see_ones_profile_orders_and_products,
    "Retail agent policy 9": test_nothing_of_anybody_else_is_shown_or_done,
    "Retail agent policy 10": test_whatever_changes_something_waits_for_a_yes_to_exactly_that,
    "Retail agent policy 11": None,
    "Retail agent policy 12": None,
    "Retail agent policy 13": None,
    "Retail agent policy 14": test_what_the_policy_does_not_name_is_not_done,
    "Retail agent policy 15": test_a_human_takes_over_whoever_asks,
    "Retail agent policy 16": None,
    "Retail agent policy 17": None,
    **{f"Domain basic {n}": None for n in (1, 2)},
    **{f"User {n}": None for n in range(1, 7)},
    **{f"Product {n}": None for n in range(1, 14)},
    **{f"Order {n}": None for n in range(1, 11)},
    "Generic action rules 1": test_an_order_that_is_packed_or_cancelled_is_left_alone,
    "Generic action rules 2": test_items_are_changed_or_exchanged_once_for_each_order,
    "Generic action rules 3": test_several_items_are_changed_at_once,
    "Cancel pending order 1": test_only_pending_orders_are_cancelled,
    "Cancel pending order 2": test_an_order_is_cancelled_for_one_of_two_reasons,
    "Cancel pending order 3": test_an_order_is_cancelled_for_one_of_two_reasons,
    "Cancel pending order 4": test_a_cancelled_orders_money_goes_back_to_whence_it_came,
    "Modify pending order 1": test_only_pending_orders_are_changed,
    "Modify pending order 2": test_address_method_and_variants_are_what_may_be_changed,
    "Modify payment 1": test_another_method_is_another_one,
    "Modify payment 2": test_a_gift_card_must_hold_the_whole_sum_to_pay_an_order,
    "Modify payment 3": test_an_order_paid_anew_is_pending_and_the_old_method_gets_its_money_back,
    "Modify payment 4": test_an_order_paid_anew_is_pending_and_the_old_method_gets_its_money_back,
    "Modify items 1": test_an_order_whose_items_were_changed_is_pending_and_nothing_more_can_be_done,
    "Modify items 2": test_an_order_whose_items_were_changed_is_pending_and_nothing_more_can_be_done,
    "Modify items 3": test_whatever_changes_something_waits_for_a_yes_to_exactly_that,
    "Modify items 4": test_several_items_are_changed_at_once,
    "Modify items 5": test_an_item_becomes_another_variant_of_the_same_product,
    "Modify items 6": test_an_item_becomes_another_variant_of_the_same_product,
    "Modify items 7": test_the_named_method_pays_or_gets_the_difference,
    "Modify items 8": test_a_gift_card_must_hold_the_difference,
    "Return delivered order 1": test_only_delivered_orders_are_returned_or_exchanged,
    "Return delivered order 2": test_a_return_names_its_items,
    "Return delivered order 3": test_a_refund_goes_to_the_method_that_paid_or_to_a_gift_card_that_is_there,
    "Return delivered order 4": test_a_refund_goes_to_the_method_that_paid_or_to_a_gift_card_that_is_there,
    "Return delivered order 5": test_a_return_or_exchange_is_a_case_that_is_told_and_no_new_order,
    "Exchange delivered order 1": test_only_delivered_orders_are_returned_or_exchanged,
    "Exchange delivered order 2": test_several_items_are_changed_at_once,
    "Exchange delivered order 3": test_what_is_not_to_be_had_cannot_come_instead,
    "Exchange delivered order 4": test_an_item_becomes_another_variant_of_the_same_product,
    "Exchange delivered order 5": test_the_named_method_pays_or_gets_the_difference,
    "Exchange delivered order 6": test_a_gift_card_must_hold_the_difference,
    "Exchange delivered order 7": test_a_return_or_exchange_is_a_case_that_is_told_and_no_new_order,
    "Exchange delivered order 8": test_a_return_or_exchange_is_a_case_that_is_told_and_no_new_order,
}


def _sentences(text: str) -> list[str]:
    found, heading, place = [], "", 0
    for block in filter(None, map(str.strip, text.splitlines())):
        if block.startswith("#"):
            heading, place = block.lstrip("# "), 0
            continue
        for _ in re.split(r"(?<=[.!?])\s+(?=[A-Z])", block):
            place += 1
            found.append(f"{heading} {place}")
    return found


def test_each_sentence_of_the_policy_has_its_test_or_is_about_something_else(shared_data: Path):
    file = shared_data / "retail_tasks" / "policy.md"
    if not file.is_file():
        pytest.skip("../shared/data/retail_tasks is not here: the policy's text lies outside the repository")
    assert set(_sentences(file.read_text())) == set(_SENTENCES)
