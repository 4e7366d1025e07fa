"""Goods that go back, for money, credit or other variants → a plan."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from doorstep.actions.asked import Asked, no
from doorstep.actions.paying import left_to_refund, method_for_difference, refund_method
from doorstep.actions.policy import Offer, Payer, Reason, Rule
from doorstep.actions.units import fits, in_window, line_of, reason_of, rule_of, value_of, variant_of, wanted_units
from doorstep.domain.actions.arguments import CancelReturn, OpenExchange, OpenReturn, Swap, Units
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, OrderState, Remedy
from doorstep.domain.actions.known import KnownLine, KnownOrder, KnownVariant
from doorstep.domain.actions.plans import CaseMoved, CaseOpened, Change, Held, Plan
from doorstep.domain.actions.refusals import Concern, RefusalCode
from doorstep.domain.money import Money

_LONGEST = 2000
_WHOLE = 100
_BACK = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE})
#: States in which the customer may still keep the goods.
_NOT_HANDED_OVER = frozenset({CaseState.REQUESTED, CaseState.APPROVED, CaseState.LABEL_READY})


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One line that may go back, and on which terms."""

    line: KnownLine
    quantity: int
    reason: Reason | None
    rule: Rule | None
    #: False: nobody knows when it arrived.
    dated: bool
    comment: str = ""
    condition: str = ""
    wanted: KnownVariant | None = None

    @property
    def our_fault(self) -> bool:
        """Whether the shop or the carrier is to blame."""
        return self.reason is not None and self.reason.our_fault

    def on_paper(self) -> CaseLine:
        """The line as the case keeps it."""
        return CaseLine(
            line_id=self.line.line_id,
            quantity=self.quantity,
            unit_price=self.line.unit_price,
            name=self.line.name,
            product_id=self.line.product_id,
            variant_id=self.line.variant_id,
            wanted_id=self.wanted.variant_id if self.wanted else "",
            wanted_price=self.wanted.price if self.wanted else None,
            reason=self.reason.code if self.reason else "",
            comment=self.comment[:_LONGEST],
            condition=self.condition,
        )


def open_return(asked: Asked, action: OpenReturn) -> Plan:
    """Take goods back for money or store credit."""
    rules = asked.policy.returning
    if action.remedy not in {Remedy.REFUND, Remedy.STORE_CREDIT}:
        raise no(RefusalCode.BAD_ARGUMENTS, facts={"field": "remedy"})
    if not rules.offered or (action.remedy is Remedy.STORE_CREDIT and not rules.store_credit):
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    order = _arrived(asked)
    if action.gift and action.remedy is not Remedy.STORE_CREDIT:
        raise no(RefusalCode.METHOD, facts={"rule": "gift"})
    units = wanted_units(order, ((one.line_id, one.quantity) for one in action.units))
    lines = [_judged(asked, one, action.remedy, bool(action.photos), rules.days) for one in action.units]
    credit = action.remedy is Remedy.STORE_CREDIT
    method = "" if credit else refund_method(asked, action.method)
    offer = _taken(asked, action, lines)
    bonus = max(rules.credit_bonus_percent, offer.percent if offer is not None else 0) if credit else 0
    percent = offer.percent if offer is not None and not credit else _WHOLE
    whole = value_of(order, units)
    value = None if whole is None else _part(order, lines, percent)
    keeps = (offer is not None and not credit) or _keeps(asked, lines, value)
    fee = None if keeps else _fee(asked, lines)  # nothing is sent or handled
    refund = _refund(asked, value, fee, bonus=bonus)
    opened = _case(asked, action, lines, value)
    case = msgspec.structs.replace(
        opened,
        lines=tuple(msgspec.structs.replace(one, granted_percent=percent) for one in opened.lines),
        bonus_percent=bonus,
        offer=offer.name if offer is not None else "",
        offer_taken=True if offer is not None else None,
        kind=CaseKind.RETURN,
        remedy=action.remedy,
        method=method,
        refund=refund,
        fee=fee,
        keeps=keeps,
        gift=action.gift,
        photos=action.photos,
    )
    return _plan(asked, action, case, action.way, (), refund=refund, fee=fee)


def open_exchange(asked: Asked, action: OpenExchange) -> Plan:
    """Take goods back for other variants of the same products."""
    rules = asked.policy.returning
    if not rules.offered or not rules.exchanges:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.OPEN_RETURN)
    order = _arrived(asked)
    units = wanted_units(order, ((one.line_id, one.quantity) for one in action.swaps))
    needed: dict[str, int] = defaultdict(int)
    for swap in action.swaps:
        needed[swap.variant_id] += swap.quantity
    days = rules.days if rules.exchange_days is None else rules.exchange_days
    lines, changes = [], []
    difference: int | None = 0
    for swap in action.swaps:
        line = line_of(order, swap.line_id)
        new = variant_of(asked, line, swap.variant_id, needed[swap.variant_id])
        judged = _judged(asked, swap, Remedy.EXCHANGE, bool(action.photos), days)
        lines.append(msgspec.structs.replace(judged, wanted=new))
        if line.unit_price is None or new.price.currency != order.currency or difference is None:
            difference = None
        else:
            difference += (new.price.amount_minor - line.unit_price.amount_minor) * swap.quantity
        if new.stock is not None:
            changes.append(Held(variant_id=new.variant_id, product_id=new.product_id, units=swap.quantity))
    if action.gift and (difference or 0) > 0 and not action.method:
        raise no(RefusalCode.METHOD, ActionKind.OPEN_RETURN, facts={"rule": "gift"})  # the giver would pay
    method = method_for_difference(asked, difference or 0, action.method)
    held: dict[str, int] = defaultdict(int)
    for one in changes:
        held[one.variant_id] += one.units
    case = msgspec.structs.replace(
        _case(asked, action, lines, value_of(order, units)),
        kind=CaseKind.EXCHANGE,
        remedy=Remedy.EXCHANGE,
        method=method,
        difference=None if difference is None else Money(difference, order.currency),
        exchange_when=rules.exchange_when,
        gift=action.gift,
        photos=action.photos,
        held=dict(held),
    )
    charge = case.difference if case.difference and case.difference.amount_minor > 0 else None
    refund = Money(-case.difference.amount_minor, order.currency) if case.difference and case.difference.amount_minor < 0 else None
    return _plan(asked, action, case, action.way, tuple(changes), refund=refund, charge=charge)


def cancel_return(asked: Asked, action: CancelReturn) -> Plan:
    """Let the customer keep what was to go back, as long as it has not been handed over."""
    order = asked.order
    case = next((one for one in order.cases if one.case_id == action.case and one.kind in _BACK), None)
    if case is None:
        raise no(RefusalCode.NOT_FOUND)
    if case.state not in _NOT_HANDED_OVER:
        raise no(RefusalCode.CASE_STATE, ActionKind.TALK_TO_HUMAN, facts={"rma": case.rma, "state": case.state})
    product_of = {line.wanted_id: line.product_id for line in case.lines}
    let_go = tuple(
        Held(variant_id=variant, product_id=product_of.get(variant, ""), units=-units) for variant, units in sorted(case.held.items())
    )
    return Plan(
        action=action,
        changes=(CaseMoved(case_id=case.case_id, to=CaseState.CANCELLED, why="the customer keeps the goods"), *let_go),
        facts={"rma": case.rma},
        policy_version=asked.policy.version,
    )


def _arrived(asked: Asked) -> KnownOrder:
    """Return the order where something of it arrived and the policy lets it come back once more."""
    order = asked.order
    if order.state not in {OrderState.DELIVERED, OrderState.PARTLY_DELIVERED}:
        instead = (ActionKind.CANCEL_ORDER,) if order.state is OrderState.PENDING and not order.items_changed else ()
        raise no(RefusalCode.ORDER_STATE, *instead, facts={"state": order.state})
    if asked.policy.returning.once_per_order and any(case.kind in _BACK for case in order.cases):
        raise no(RefusalCode.ONLY_ONCE, ActionKind.TALK_TO_HUMAN)
    return order


def _judged(asked: Asked, one: Units | Swap, remedy: Remedy, photos: bool, days: int | None) -> Judged:  # noqa: FBT001 - one of the facts
    """Judge one line by the first rule that fits it."""
    line = line_of(asked.order, one.line_id)
    reason = reason_of(asked, line, one.reason)
    condition = one.condition if isinstance(one, Units) else ""
    rule = rule_of(asked, line, reason.code if reason else "", condition, remedy)
    ours = reason is not None and reason.our_fault
    takes_it = asked.policy.returning.final_sale_back or (rule is not None and rule.when.final_sale is True)
    if line.final_sale and not takes_it and not ours:
        raise no(RefusalCode.FINAL_SALE, facts={"name": line.name})
    if rule is not None and not rule.eligible:
        raise no(RefusalCode.NOT_ELIGIBLE, ActionKind.TALK_TO_HUMAN, facts={"name": line.name, "rule": rule.name})
    dated = in_window(asked, line, rule.days if rule is not None and rule.days is not None else days)
    if not photos and ((reason is not None and reason.photo) if rule is None or rule.photo is None else rule.photo):
        raise no(RefusalCode.PHOTO_NEEDED, facts={"name": line.name})
    return Judged(line=line, quantity=one.quantity, reason=reason, rule=rule, dated=dated, comment=one.comment, condition=condition)


def _taken(asked: Asked, action: OpenReturn, lines: Sequence[Judged]) -> Offer | None:
    """The policy's offer that is taken; it fits every line, and is about what the customer gets."""
    if not action.offer:
        return None
    gives = "store_credit_bonus" if action.remedy is Remedy.STORE_CREDIT else "partial_refund"
    for offer in asked.policy.returning.offers:
        told = ((one.line, one.reason.code if one.reason else "", one.condition) for one in lines)
        if offer.name == action.offer and offer.gives == gives and all(fits(offer.when, asked, *one, Remedy.REFUND) for one in told):
            return offer
    raise no(RefusalCode.NOT_OFFERED, ActionKind.OPEN_RETURN, ActionKind.OPEN_EXCHANGE)


def _part(order: KnownOrder, lines: Sequence[Judged], percent: int) -> Money:
    """So many percent of what was paid, line by line as it will be settled; the prices are known."""
    worth = (one.line.unit_price.amount_minor * one.quantity * percent // _WHOLE for one in lines if one.line.unit_price is not None)
    return Money(sum(worth), order.currency)


def _payer(asked: Asked, lines: Sequence[Judged]) -> Payer:
    """Who pays the way back: the merchant where any line is the shop's fault or its rule says so."""
    if any(one.our_fault for one in lines):
        return Payer.MERCHANT
    said = [one.rule.payer for one in lines if one.rule is not None and one.rule.payer is not None]
    return Payer.MERCHANT if Payer.MERCHANT in said else said[0] if said else asked.policy.returning.payer


def _fee(asked: Asked, lines: Sequence[Judged]) -> Money | None:
    """What is taken off a refund, once for all lines: the highest that a line's rule names."""
    if all(one.our_fault for one in lines):
        return None
    fees = [
        one.rule.fee_minor if one.rule is not None and one.rule.fee_minor is not None else asked.policy.returning.fee_minor
        for one in lines
        if not one.our_fault
    ]
    return Money(max(fees), asked.order.currency) if max(fees) > 0 else None


def _refund(asked: Asked, value: Money | None, fee: Money | None, bonus: int) -> Money | None:
    """What goes back: never more than is left of what was paid; a bonus on credit comes on top."""
    if value is None:
        return None
    left = left_to_refund(asked.order)
    minor = max(0, (value.amount_minor if left is None else min(value.amount_minor, left)) - (fee.amount_minor if fee else 0))
    return Money(minor + minor * bonus // _WHOLE, value.currency)


def _keeps(asked: Asked, lines: Sequence[Judged], value: Money | None) -> bool:
    """Whether the goods are not wanted back."""
    if any(one.rule is not None and one.rule.keeps is False for one in lines):
        return False
    if all(one.rule is not None and one.rule.keeps for one in lines):
        return True
    return value is not None and value.amount_minor < asked.policy.returning.keep_below_minor


def _case(asked: Asked, action: OpenReturn | OpenExchange, lines: Sequence[Judged], value: Money | None) -> Case:
    concerns = _concerns(asked, lines, value)
    return Case(
        kind=CaseKind.RETURN,
        action=action.kind,
        state=CaseState.REQUESTED if concerns else CaseState.APPROVED,
        order_id=asked.order.order_id,
        customer=asked.order.customer,
        lines=tuple(one.on_paper() for one in lines),
        shipping_paid_by=_payer(asked, lines),
        policy_version=asked.policy.version,
        concerns=tuple(concerns),
        decided_by="" if concerns else "policy",
    )


def _concerns(asked: Asked, lines: Sequence[Judged], value: Money | None) -> list[Concern]:
    """Why a human should look before anything is promised."""
    rules, limits, customer = asked.policy.returning, asked.policy.limits, asked.customer
    left = left_to_refund(asked.order)
    minor = value.amount_minor if value else 0
    repaid = sum(one.amount_minor for one in customer.recent_refunds if one.currency == asked.order.currency)
    found = {
        Concern.RULE: any(one.rule is not None and one.rule.ask_human for one in lines),
        Concern.UNKNOWN_PRICE: value is None,
        Concern.UNKNOWN_DATE: any(not one.dated for one in lines),
        Concern.VALUE: rules.auto_up_to_minor is None or minor > rules.auto_up_to_minor,
        Concern.LITTLE_LEFT: left is not None and minor > left,
        Concern.OFTEN: customer.recent_cases >= limits.cases
        or (limits.refunds_minor is not None and repaid + minor > limits.refunds_minor),
    }
    return [concern for concern, so in found.items() if so]


def _plan(
    asked: Asked,
    action: OpenReturn | OpenExchange,
    case: Case,
    way: str,
    held: tuple[Change, ...],
    *,
    refund: Money | None = None,
    charge: Money | None = None,
    fee: Money | None = None,
) -> Plan:
    ways = asked.policy.returning.ways
    if way and way not in ways:
        raise no(RefusalCode.NOT_OFFERED, facts={"ways": ", ".join(ways)})
    order = asked.order
    case = msgspec.structs.replace(case, wanted={"way": "keep" if case.keeps else way or ways[0]})
    return Plan(
        action=action,
        changes=(CaseOpened(case=case), *held),
        concerns=tuple(Concern(one) for one in case.concerns),
        refund=refund,
        charge=charge,
        fee=fee,
        facts={
            "number": order.number,
            "days_from": asked.policy.returning.refund_days[0],
            "days_to": asked.policy.returning.refund_days[1],
        },
        policy_version=asked.policy.version,
    )
