"""A plan + what was known → what is known once it is carried out; the same for a store in memory and for one in a database."""

import msgspec

from doorstep.actions.asked import RefusedAction
from doorstep.actions.units import line_of
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState
from doorstep.domain.actions.known import Known, KnownLine, KnownOrder, KnownVariant, Method, Paid
from doorstep.domain.actions.plans import (
    AddressSet,
    Cancelled,
    CaseMoved,
    CaseOpened,
    Charged,
    Held,
    LineSwapped,
    Plan,
    ProfileSet,
    Refunded,
)
from doorstep.domain.money import Money

_replace = msgspec.structs.replace


def applied(known: Known, plan: Plan) -> Known:
    """Carry a plan out on values, as for a merchant whose orders are ours to write: what was asked of the shop is done at once."""
    for change in plan.changes:
        match change:
            case Held():
                known = _replace(known, products=held(known.products, change))
            case Charged() | Refunded():
                known = _paid(known, change)
            case ProfileSet():
                customer = known.customer
                known = _replace(known, customer=_replace(customer, address=change.address) if customer else None)
            case _:
                if known.order is not None:
                    known = _replace(known, order=changed(known.order, change))
    return known


def changed(order: KnownOrder, change: object) -> KnownOrder:
    """Put one change into an order; what is not about the order leaves it as it is."""
    match change:
        case Cancelled():
            return _replace(order, state=OrderState.CANCELLED, cancel_reason=change.reason)
        case AddressSet():
            return _replace(order, ship_to=change.address, address_changed=True)
        case LineSwapped():
            return _replace(order, lines=swapped(order, change), items_changed=True)
        case CaseOpened():
            return _replace(order, cases=(*order.cases, _kept(order, change.case)))
        case CaseMoved():
            cases = tuple(_replace(one, state=change.to, held={}) if one.case_id == change.case_id else one for one in order.cases)
            return _replace(order, cases=cases)
        case _:
            return order


def _kept(order: KnownOrder, case: Case) -> Case:
    """Number a case; one that only the shop had to carry out is over where the shop's record is ours."""
    done = case.kind is CaseKind.ORDER_CHANGE and order.ours and case.action is not ActionKind.ASK_INVOICE
    number = max((one.case_id for one in order.cases), default=0) + 1
    return _replace(case, case_id=number, state=CaseState.CLOSED if done else case.state)


def swapped(order: KnownOrder, change: LineSwapped) -> tuple[KnownLine, ...]:
    """Make so many units of a line another variant; a line of which some units stay is parted, and the new part is called after it."""
    try:
        line = line_of(order, change.line_id)
    except RefusedAction:
        return order.lines
    new = _replace(
        line, variant_id=change.variant_id, unit_price=change.price, options=change.options, quantity=min(change.quantity, line.quantity)
    )
    if change.quantity >= line.quantity:
        return tuple(new if one is line else one for one in order.lines)
    parts = sum(one.line_id.startswith(f"{line.line_id}/") for one in order.lines) + 1
    rest = _replace(line, quantity=line.quantity - change.quantity)
    new = _replace(new, line_id=f"{line.line_id}/{parts}")
    return tuple(part for one in order.lines for part in ((rest, new) if one is line else (one,)))


def held(products: dict[str, tuple[KnownVariant, ...]], change: Held) -> dict[str, tuple[KnownVariant, ...]]:
    """Keep units of a variant back, or let them go; uncounted stock stays uncounted."""

    def less(one: KnownVariant) -> KnownVariant:
        if one.variant_id != change.variant_id or one.stock is None:
            return one
        return _replace(one, stock=one.stock - change.units)

    return {product_id: tuple(less(one) for one in of) for product_id, of in products.items()}


def _paid(known: Known, change: Charged | Refunded) -> Known:
    """Write money into the order's payments, and move the balance of a card of ours."""
    refund = isinstance(change, Refunded)
    order, customer = known.order, known.customer
    if order is not None:
        paid = Paid(amount=change.amount, method_id=change.method_id, refund=refund)
        order = _replace(order, payments=(*order.payments, paid))
    if customer is not None:
        methods = tuple(moved(one, change.amount, refund=refund) if one.method_id == change.method_id else one for one in customer.methods)
        customer = _replace(customer, methods=methods)
    return _replace(known, order=order, customer=customer)


def moved(method: Method, amount: Money, *, refund: bool) -> Method:
    """Change the balance of a method that has one."""
    if method.balance is None:
        return method
    minor = amount.amount_minor if refund else -amount.amount_minor
    return _replace(method, balance=Money(method.balance.amount_minor + minor, method.balance.currency))
