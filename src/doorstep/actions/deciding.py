"""A case that waits for a human + what the human grants → the case as it goes on, or a refusal; never more than was paid and is left."""

from collections.abc import Mapping

import msgspec

from doorstep.actions.life import may_move
from doorstep.actions.policy import Policy
from doorstep.actions.settling import left_to_give, settle
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.money import Money

_WHOLE = 100
_MONEY = frozenset({Remedy.REFUND, Remedy.STORE_CREDIT})
#: Kind → what a case of it may be settled by.
REMEDIES: Mapping[CaseKind, tuple[Remedy, ...]] = {
    CaseKind.RETURN: (Remedy.REFUND, Remedy.STORE_CREDIT),
    CaseKind.EXCHANGE: (Remedy.EXCHANGE,),
    CaseKind.CLAIM: (Remedy.REPLACEMENT, Remedy.REFUND, Remedy.STORE_CREDIT),
}


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a human grants of what was asked; what is left out is as asked."""

    #: line_id → units, of those in the case; empty: all.
    units: Mapping[str, int] = {}
    #: Percent of the price of these units.
    percent: int | None = None
    #: Money or credit, before a bonus; instead of `percent`.
    amount: Money | None = None
    # The rest is beyond the policy.
    remedy: Remedy | None = None
    #: The goods stay with the customer, or have to come back.
    keeps: bool | None = None
    #: Nothing is taken off.
    no_fee: bool = False

    @property
    def partial(self) -> bool:
        """Whether it is less than what was asked."""
        return bool(self.units) or self.percent is not None or self.amount is not None

    @property
    def beyond(self) -> bool:
        """Whether it is something else than the policy gives."""
        return self.remedy is not None or self.keeps is not None or self.no_fee


def granted(case: Case, order: KnownOrder, policy: Policy, grant: Grant) -> Case | Refusal:
    """Put what is granted into a case that may be approved; its state stays, its lines, money and held units are new."""
    if not may_move(case, CaseState.APPROVED):
        return Refusal(code=RefusalCode.CASE_STATE, facts={"rma": case.rma, "state": case.state})
    if case.kind not in REMEDIES:  # the shop or the carrier does it as asked, or not at all
        return _wrong("units") if grant.partial or grant.beyond else case
    if wrong := _misfit(case, grant):
        return wrong
    lines = _lines(case, grant)
    if not lines:
        return Refusal(code=RefusalCode.NOTHING_CHOSEN)
    case = msgspec.structs.replace(
        case,
        lines=lines,
        remedy=grant.remedy or case.remedy,
        keeps=case.keeps if grant.keeps is None else grant.keeps,
        fee=None if grant.no_fee else case.fee,
    )
    case = msgspec.structs.replace(case, held=_held(case))
    return _priced(case, order, policy, grant.amount)


def foreseen(case: Case, order: KnownOrder, policy: Policy) -> Case:
    """Put into a case what it comes to if all its units come back as they should; for those that look at it before they decide."""
    expected = settle(msgspec.structs.replace(case, state=CaseState.IN_TRANSIT), order, policy)
    if expected.remedy not in _MONEY:
        return msgspec.structs.replace(case, difference=expected.difference if case.kind is CaseKind.EXCHANGE else None, refund=None)
    return msgspec.structs.replace(case, refund=expected.amount, fee=expected.fee)


def most_to_give(case: Case, order: KnownOrder) -> int:
    """Minor units that a case may give back at most: the price of its units, cut to what is left of what was paid."""
    left = left_to_give(case, order)
    prices = [line.unit_price.amount_minor * line.quantity if line.unit_price else None for line in case.lines]
    return left if None in prices else min(left, sum(price or 0 for price in prices))


def _misfit(case: Case, grant: Grant) -> Refusal | None:
    """Refuse what cannot be: other lines, more units than were asked, a percentage that is none, a remedy that does not fit."""
    for line_id, units in grant.units.items():
        asked = case.units(line_id)
        if not asked:
            return Refusal(code=RefusalCode.UNKNOWN_LINE)
        if not 0 <= units <= asked:
            return Refusal(code=RefusalCode.QUANTITY, facts={"free": asked})
    remedy = grant.remedy or case.remedy
    if grant.percent is not None and (grant.amount is not None or not 1 <= grant.percent <= _WHOLE):
        return _wrong("percent")
    if (grant.percent is not None or grant.amount is not None) and remedy not in _MONEY:
        return _wrong("amount")
    return _wrong("remedy") if remedy is not None and remedy not in REMEDIES[case.kind] else None


def _lines(case: Case, grant: Grant) -> tuple[CaseLine, ...]:
    left = dict(grant.units)
    found = []
    for line in case.lines:
        units = line.quantity
        if grant.units:
            units = min(units, left.get(line.line_id, 0))
            left[line.line_id] = left.get(line.line_id, 0) - units
        if units:
            percent = line.granted_percent if grant.percent is None else grant.percent
            found.append(msgspec.structs.replace(line, quantity=units, granted_percent=percent))
    return tuple(found)


def _held(case: Case) -> dict[str, int]:
    """What of the units held back is still needed."""
    needed: dict[str, int] = {}
    for line in case.lines:
        variant = line.wanted_id if case.remedy is Remedy.EXCHANGE else line.variant_id if case.remedy is Remedy.REPLACEMENT else ""
        needed[variant] = needed.get(variant, 0) + line.quantity
    return {variant: min(units, needed[variant]) for variant, units in case.held.items() if needed.get(variant)}


def _priced(case: Case, order: KnownOrder, policy: Policy, amount: Money | None) -> Case | Refusal:
    if amount is not None:
        most = most_to_give(case, order)
        if amount.currency != order.currency or not 0 < amount.amount_minor <= most:
            return _wrong("amount", most=f"{Money(most, order.currency).decimal} {order.currency}")
        known = all(line.unit_price for line in case.lines)
        taken_off = Money(most - amount.amount_minor, order.currency) if known and most > amount.amount_minor else None
        case = msgspec.structs.replace(case, fee=taken_off)
    priced = foreseen(case, order, policy)
    if priced.remedy in _MONEY and priced.refund is None:
        if amount is None:  # nobody knows what was paid for it: the human names it
            return _wrong("amount", most=f"{Money(most_to_give(case, order), order.currency).decimal} {order.currency}")
        return msgspec.structs.replace(priced, refund=amount)
    return priced


def _wrong(field: str, **facts: str | int) -> Refusal:
    return Refusal(code=RefusalCode.BAD_ARGUMENTS, facts={"field": field, **facts})
