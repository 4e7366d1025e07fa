"""Money of actions: by which method it comes or goes, how much is left to give back, never more than was paid."""

from collections import defaultdict

from doorstep.actions.asked import Asked, no
from doorstep.actions.policy import RefundTo
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, MethodKind, OrderState
from doorstep.domain.actions.known import KnownOrder, Method
from doorstep.domain.actions.plans import Change, Charged, Refunded
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.money import Money

_OURS = frozenset({MethodKind.GIFT_CARD, MethodKind.STORE_CREDIT})
#: States in which a case's refund is promised and not yet among the payments.
_WITHOUT_REFUND = frozenset({CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})

#: Kinds of cases that give something back of what was paid.
_GIVING = frozenset({CaseKind.RETURN, CaseKind.CLAIM, CaseKind.EXCHANGE})
#: States of an order that is paid at the door in which nobody has paid.
_UNPAID = frozenset({OrderState.PENDING, OrderState.PROCESSED, OrderState.CANCELLED})


def original_method(order: KnownOrder) -> str:
    """The method that paid first and has not got all of it back; "" where the shop does not tell."""
    left = paid_by_method(order)
    return next((one.method_id for one in order.payments if not one.refund and left[one.method_id] > 0), "")


def paid_by_method(order: KnownOrder) -> dict[str, int]:
    """Method → minor units that came by it and did not go back; what is still to be paid at the door has not come."""
    left: dict[str, int] = defaultdict(int)
    for one in order.payments:
        left[one.method_id] += -one.amount.amount_minor if one.refund else one.amount.amount_minor
    due = _at_the_door(order)
    for method_id in sorted(left, key=bool):
        left[method_id] -= (taken := min(max(left[method_id], 0), due))
        due -= taken
    return left


def _at_the_door(order: KnownOrder) -> int:
    """Minor units that nobody has paid yet."""
    return order.cod_due.amount_minor if order.cod_due is not None and order.state in _UNPAID else 0


def all_back(order: KnownOrder) -> dict[str, int]:
    """Method → minor units that go back when all does: to each no more than stayed of what came by it, in all no more than stayed.

    Where part of the money went back to a method that never paid, the others get so much less.
    """
    left = paid_by_method(order)
    rest, back = max(0, sum(left.values())), {}
    for method_id, minor in left.items():
        if minor > 0 and rest > 0:
            back[method_id] = min(minor, rest)
            rest -= back[method_id]
    return back


def left_to_refund(order: KnownOrder) -> int | None:
    """Minor units that were paid, have not gone back and are not promised by an open case; None where payments are not known."""
    if not order.payments:
        return 0 if _at_the_door(order) else None
    settled = {one.case_id for one in order.payments if one.refund and one.case_id}
    promised = sum(
        _promised(case)
        for case in order.cases
        if case.kind in _GIVING and case.state not in _WITHOUT_REFUND and case.case_id not in settled
    )
    return max(0, sum(paid_by_method(order).values()) - promised)


def _promised(case: Case) -> int:
    """Minor units of what was paid that a case gives back; a bonus on credit comes from the merchant, not from there."""
    if case.kind is CaseKind.EXCHANGE and case.difference is not None:
        return max(0, -case.difference.amount_minor)
    if case.refund is None:
        return 0
    prices = [one.unit_price.amount_minor * one.quantity for one in case.lines if one.unit_price is not None]
    return min(case.refund.amount_minor, sum(prices)) if prices and len(prices) == len(case.lines) else case.refund.amount_minor


def method_of(asked: Asked, method_id: str) -> Method:
    """The customer's method by its id."""
    for one in asked.customer.methods:
        if one.method_id == method_id:
            return one
    raise no(RefusalCode.UNKNOWN_METHOD)


def refund_method(asked: Asked, wanted: str) -> str:
    """Where money of a return goes: as the customer wishes, within the policy."""
    original = original_method(asked.order)
    if not wanted:
        return original
    method = method_of(asked, wanted)
    rule = asked.policy.returning.refund_to
    allowed = rule is RefundTo.ANY or method.method_id == original or (rule is RefundTo.ORIGINAL_OR_GIFT_CARD and method.kind in _OURS)
    if not allowed:
        raise no(RefusalCode.METHOD, facts={"rule": rule})
    return method.method_id


def settled_difference(asked: Asked, difference: Money, wanted: str) -> tuple[str, tuple[Change, ...]]:
    """Who pays or gets a difference in price (above 0: the customer pays), and what that changes."""
    method_id = method_for_difference(asked, difference.amount_minor, wanted)
    if difference.amount_minor > 0:
        return method_id, (Charged(amount=difference, method_id=method_id),)
    if difference.amount_minor < 0:
        return method_id, (Refunded(amount=Money(-difference.amount_minor, difference.currency), method_id=method_id),)
    return method_id, ()


def method_for_difference(asked: Asked, minor: int, wanted: str) -> str:
    """The method that pays (above 0) or gets a difference: the wanted one, else the one that paid; it must hold what it pays."""
    method_id = method_of(asked, wanted).method_id if wanted else original_method(asked.order)
    for one in asked.customer.methods:
        if one.method_id == method_id:
            enough_on(one, minor)
    return method_id


def enough_on(method: Method, minor: int) -> None:
    """Refuse a gift card or credit that does not hold so much; of others we do not know."""
    if method.kind in _OURS and minor > 0 and (method.balance is None or method.balance.amount_minor < minor):
        raise no(RefusalCode.BALANCE)
