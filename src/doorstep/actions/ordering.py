"""Changes of an order that has not left, and of the customer's own record → a plan."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from doorstep.actions.asked import Asked, no
from doorstep.actions.paying import all_back, enough_on, left_to_refund, method_of, original_method, paid_by_method, settled_difference
from doorstep.actions.units import line_of, variant_of, wanted_units
from doorstep.domain.actions.arguments import (
    AskInvoice,
    BusinessAction,
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ChangeProfile,
    TalkToHuman,
)
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState, Outside
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.plans import (
    AddressSet,
    Cancelled,
    CaseOpened,
    Change,
    Charged,
    Errand,
    ErrandKind,
    HandedOver,
    Held,
    LineSwapped,
    Plan,
    ProfileSet,
    Refunded,
)
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.places import Address

#: A change that ended so was not made.
_UNDONE = frozenset({CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})
#: Texts of a customer are kept so long.
_LONGEST = 2000
_replace = msgspec.structs.replace


def cancel(asked: Asked, action: CancelOrder) -> Plan:
    """Cancel: what was paid goes back to whence it came."""
    rules = asked.policy.cancelling
    order = _untouched(asked, offered=rules.offered)
    if rules.reasons and action.reason not in rules.reasons:
        raise no(RefusalCode.REASON, facts={"allowed": ", ".join(rules.reasons)})
    if rules.within_minutes is not None and order.placed_at and asked.now - order.placed_at > timedelta(minutes=rules.within_minutes):
        raise no(RefusalCode.WINDOW, ActionKind.TALK_TO_HUMAN, facts={"minutes": rules.within_minutes})
    back = tuple(Refunded(amount=Money(minor, order.currency), method_id=method_id) for method_id, minor in all_back(order).items())
    total = Money(sum(one.amount.amount_minor for one in back), order.currency)
    body: dict[str, object] = {"reason": action.reason[:_LONGEST]}
    changes: tuple[Change, ...] = (Cancelled(reason=action.reason[:_LONGEST]), *back)
    case = _replace(_case(asked, action, body), refund=total if back else None)
    return _of_order(asked, action, case, changes, ErrandKind.CANCEL_ORDER)


def change_address(asked: Asked, action: ChangeAddress) -> Plan:
    """Send it elsewhere."""
    order = _untouched(asked, offered=asked.policy.changing.address)
    address = _whole(action.address, order.ship_to, same_country=asked.policy.changing.same_country)
    if address == order.ship_to:
        raise no(RefusalCode.SAME_ADDRESS)
    case = _case(asked, action, {"address": address})
    return _of_order(asked, action, case, (AddressSet(address=address),), ErrandKind.EDIT_ADDRESS)


def change_items(asked: Asked, action: ChangeItems) -> Plan:
    """Put other variants of the same products in."""
    order = _untouched(asked, offered=asked.policy.changing.items)
    units = wanted_units(order, ((one.line_id, one.quantity) for one in action.swaps), arrived=False)
    needed: dict[str, int] = defaultdict(int)
    for swap in action.swaps:
        needed[swap.variant_id] += swap.quantity
    changes: list[Change] = []
    lines: list[CaseLine] = []
    difference = 0
    for swap in action.swaps:
        line = line_of(order, swap.line_id)
        new = variant_of(asked, line, swap.variant_id, needed[swap.variant_id])
        if line.unit_price is None or new.price.currency != order.currency:
            raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN, facts={"name": line.name})
        difference += (new.price.amount_minor - line.unit_price.amount_minor) * swap.quantity
        changes.append(
            LineSwapped(
                line_id=line.line_id, quantity=swap.quantity, variant_id=new.variant_id, price=new.price, options=new.options, sku=new.sku
            )
        )
        if new.stock is not None:
            changes.append(Held(variant_id=new.variant_id, product_id=new.product_id, units=swap.quantity))
        lines.append(
            CaseLine(
                line_id=line.line_id,
                quantity=swap.quantity,
                unit_price=line.unit_price,
                name=line.name,
                product_id=line.product_id,
                variant_id=line.variant_id,
                wanted_id=new.variant_id,
                wanted_price=new.price,
            )
        )
    if difference < 0 and (left := left_to_refund(order)) is not None:
        difference = -min(-difference, left)  # a discount on the whole order, or cash still to be paid at the door, is not given back
    due = Money(difference, order.currency)
    method_id, moved = settled_difference(asked, due, action.method)
    body: dict[str, object] = {"lines": lines, "difference": due, "method": method_id, "units": units}
    case = _replace(_case(asked, action, body), lines=tuple(lines), difference=due, method=method_id, held=_held(changes))
    return _of_order(asked, action, case, (*changes, *moved), ErrandKind.EDIT_ITEMS)


def change_payment(asked: Asked, action: ChangePayment) -> Plan:
    """Pay by another method: the new one is charged what the old one gets back."""
    order = _untouched(asked, offered=asked.policy.changing.payment)
    if asked.policy.changing.payment_once and any(
        case.action is ActionKind.CHANGE_PAYMENT and case.state not in _UNDONE for case in order.cases
    ):
        raise no(RefusalCode.ONLY_ONCE, ActionKind.TALK_TO_HUMAN)
    if order.cod_due is not None:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)  # nothing has been paid that could go back
    method = method_of(asked, action.method)
    if len(order.payments) != 1 and sum(minor > 0 for minor in paid_by_method(order).values()) != 1:
        raise no(RefusalCode.SEVERAL_PAYMENTS, ActionKind.TALK_TO_HUMAN)
    old = original_method(order)
    if method.method_id == old:
        raise no(RefusalCode.SAME_METHOD)
    minor = paid_by_method(order)[old]
    enough_on(method, minor)
    amount = Money(minor, order.currency)
    changes: tuple[Change, ...] = (Charged(amount=amount, method_id=method.method_id), Refunded(amount=amount, method_id=old))
    body: dict[str, object] = {"from": old, "to": method.method_id, "amount": amount}
    case = _replace(_case(asked, action, body), refund=amount, method=method.method_id)
    return _of_order(asked, action, case, changes, ErrandKind.CHANGE_PAYMENT)


def ask_invoice(asked: Asked, action: AskInvoice) -> Plan:
    """Have an invoice sent."""
    if not asked.policy.changing.invoice:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    order = asked.order
    body: dict[str, object] = {"made_out_to": action.made_out_to[:_LONGEST]}
    opened = _case(asked, action, body)
    errand = Errand(to=Outside.SHOP, kind=ErrandKind.INVOICE, body={"order": order.external_id, **body})
    return Plan(action=action, changes=(CaseOpened(case=opened),), errands=(errand,), policy_version=asked.policy.version)


def change_profile(asked: Asked, action: ChangeProfile) -> Plan:
    """Write down another default address."""
    if not asked.policy.changing.profile:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    customer = asked.customer
    if not customer.customer or (action.customer and action.customer != customer.customer):
        raise no(RefusalCode.NOT_FOUND)
    if not asked.asker.staff and asked.asker.customer != customer.customer:
        raise no(RefusalCode.NOT_FOUND)
    address = _whole(action.address, customer.address, same_country=False)
    errand = Errand(to=Outside.SHOP, kind=ErrandKind.PROFILE, body={"customer": customer.customer, "address": address})
    return Plan(action=action, changes=(ProfileSet(address=address),), errands=(errand,), policy_version=asked.policy.version)


def hand_over(asked: Asked, action: TalkToHuman) -> Plan:
    """Let a human take over; nobody is refused that."""
    return Plan(action=action, changes=(HandedOver(summary=action.summary[:_LONGEST]),), policy_version=asked.policy.version)


def _untouched(asked: Asked, *, offered: bool) -> KnownOrder:
    """Return the order where it has not left and nothing else is being changed of it."""
    order = asked.order
    if not offered:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    if order.state is not OrderState.PENDING:
        back = order.state in {OrderState.DELIVERED, OrderState.PARTLY_DELIVERED}
        raise no(RefusalCode.ORDER_STATE, *((ActionKind.OPEN_RETURN,) if back else ()), facts={"state": order.state})
    if order.items_changed and asked.policy.changing.items_once:
        raise no(RefusalCode.ONLY_ONCE, ActionKind.TALK_TO_HUMAN)
    if any(case.kind is CaseKind.ORDER_CHANGE and case.action is not ActionKind.ASK_INVOICE and not case.ended for case in order.cases):
        raise no(RefusalCode.CASE_STATE, ActionKind.TALK_TO_HUMAN)
    return order


def _whole(address: Address, before: Address | None, *, same_country: bool) -> Address:
    """Check that an address says enough to deliver to; who and which telephone stay as they were where untold."""
    if not address.lines or not any(line.strip() for line in address.lines) or not address.city:
        raise no(RefusalCode.ADDRESS, facts={"missing": "street" if not address.lines else "city"})
    if before is None:
        return address
    if same_country and before.country and address.country and address.country != before.country:
        raise no(RefusalCode.ADDRESS, ActionKind.TALK_TO_HUMAN, facts={"country": before.country})
    return Address(
        name=address.name or before.name,
        company=address.company,
        lines=address.lines,
        city=address.city,
        region=address.region,
        postcode=address.postcode,
        country=address.country or before.country,
        phone=address.phone or before.phone,
    )


def _case(asked: Asked, action: BusinessAction, wanted: dict[str, object]) -> Case:
    order = asked.order
    return Case(
        kind=CaseKind.ORDER_CHANGE,
        action=action.kind,
        state=CaseState.PASSED_ON,
        order_id=order.order_id,
        customer=order.customer,
        wanted=wanted,
        policy_version=asked.policy.version,
        decided_by="policy",
    )


def _held(changes: Iterable[Change]) -> dict[str, int]:
    units: dict[str, int] = defaultdict(int)
    for one in changes:
        if isinstance(one, Held):
            units[one.variant_id] += one.units
    return dict(units)


def _of_order(asked: Asked, action: BusinessAction, case: Case, changes: tuple[Change, ...], errand: ErrandKind) -> Plan:
    """Plan a change of the order: at once where its record is ours, else once the shop says that it is done."""
    order = asked.order
    minor = case.difference.amount_minor if case.difference else 0
    charged = next((one.amount for one in changes if isinstance(one, Charged)), None)
    return Plan(
        action=action,
        changes=(CaseOpened(case=case), *changes),
        errands=(Errand(to=Outside.SHOP, kind=errand, body={"order": order.external_id, **case.wanted}),),
        charge=charged,
        refund=case.refund or (Money(-minor, order.currency) if minor < 0 else None),
        policy_version=asked.policy.version,
        facts={"number": order.number},
    )
