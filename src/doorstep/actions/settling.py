"""A case whose goods were seen, or need not be → what the customer gets for them: never more than was paid and is still there to give."""

from collections.abc import Mapping

import msgspec

from doorstep.actions.policy import Policy
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import CaseKind, CaseState, Disposition, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.money import Money
from doorstep.errors import BadInputError

_WHOLE = 100
_GAVE_BACK = frozenset({CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})
_TAKING = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})
CONDITIONS = ("unopened", "opened", "used", "damaged")


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one line of a case when its parcel was opened."""

    line_id: str
    #: Units that came back.
    received: int
    #: What becomes of them; NOT_THERE: nothing came, or something else did.
    disposition: Disposition
    #: "unopened", "opened", "used" or "damaged"; "" untold.
    condition: str = ""
    #: Percent of the price that is given back for each unit that came.
    granted_percent: int = _WHOLE
    note: str = ""


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What a case comes to."""

    #: What the customer gets; for an EXCHANGE or REPLACEMENT the goods of `units`.
    remedy: Remedy
    #: Money or credit for the customer, fees taken off, bonus added; 0: nothing. None: a price is not known, a human names the amount.
    amount: Money | None
    #: Taken off.
    fee: Money | None = None
    #: On top, of store credit.
    bonus: Money | None = None
    #: line_id → units that are granted.
    units: Mapping[str, int] = {}
    #: Exchange: new less old of what is exchanged; above 0 the customer pays. None: a price is not known.
    difference: Money | None = None
    #: Exchange whose new goods went first: units that never came back.
    owed: Mapping[str, int] = {}

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to give."""
        return not any(self.units.values()) and not (self.amount and self.amount.amount_minor)


def inspected(case: Case, seen: tuple[Inspected, ...]) -> Case:
    """Note on a case what was found; lines that nobody spoke of keep what was noted before, else they were not there.

    Raises:
        BadInputError: a line is not in the case, stands there twice, or more units came than were expected; the text says which.
    """
    found = {one.line_id: one for one in seen}
    if len(found) < len(seen):
        raise BadInputError("a line stands in the inspection twice")
    if unknown := found.keys() - {line.line_id for line in case.lines}:
        raise BadInputError(f"the case holds no line {min(unknown)!r}")
    for one in seen:
        expected = case.units(one.line_id)
        if not 0 <= one.received <= expected:
            raise BadInputError(f"of line {one.line_id!r} 0 to {expected} units can come back")
        if not 0 <= one.granted_percent <= _WHOLE:
            raise BadInputError("granted_percent is a number from 0 to 100")
        if one.condition and one.condition not in CONDITIONS:
            raise BadInputError(f"condition is one of {', '.join(CONDITIONS)}")
    left = {line_id: one.received for line_id, one in found.items()}
    lines = []
    for line in case.lines:
        came = min(line.quantity, left.get(line.line_id, 0))
        left[line.line_id] = left.get(line.line_id, 0) - came
        lines.append(_seen(line, found.get(line.line_id), came))
    return msgspec.structs.replace(case, lines=tuple(lines))


def _seen(line: CaseLine, found: Inspected | None, came: int) -> CaseLine:
    if found is None:
        return line if line.received is not None else msgspec.structs.replace(line, received=0, disposition=Disposition.NOT_THERE)
    return msgspec.structs.replace(
        line,
        received=came,
        disposition=found.disposition if came else Disposition.NOT_THERE,
        condition=found.condition or line.condition,
        granted_percent=found.granted_percent,
        inspection_note=found.note[:500],
    )


def granted(case: Case, line: CaseLine) -> int:
    """Units of a line for which the customer gets something: those that came back, or all where none has to (yet)."""
    if case.keeps or (case.kind is CaseKind.CLAIM and line.received is None):
        return line.quantity
    if line.received is None:
        return line.quantity if case.state is CaseState.IN_TRANSIT else 0  # paid back at the carrier's first scan
    return 0 if line.disposition is Disposition.NOT_THERE else min(line.received, line.quantity)


def settle(case: Case, order: KnownOrder, policy: Policy) -> Settlement:
    """Tell what the customer gets for what came back. Money is cut to what was paid for these units and has not gone back."""
    remedy = case.remedy or (Remedy.EXCHANGE if case.kind is CaseKind.EXCHANGE else Remedy.REFUND)
    units: dict[str, int] = {}
    for line in case.lines:
        units[line.line_id] = units.get(line.line_id, 0) + granted(case, line)
    if remedy is Remedy.EXCHANGE:
        return _exchange(case, order, units)
    if remedy is Remedy.REPLACEMENT:
        return Settlement(remedy=remedy, amount=Money(0, order.currency), units=units)
    value = _value(case, order)
    if value is None:
        return Settlement(remedy=remedy, amount=None, fee=case.fee, units=units)
    value = min(value, left_to_give(case, order))
    fee = min(case.fee.amount_minor if case.fee else 0, value)
    percent = max(case.bonus_percent, policy.returning.credit_bonus_percent)
    bonus = (value - fee) * percent // _WHOLE if remedy is Remedy.STORE_CREDIT else 0
    return Settlement(
        remedy=remedy,
        amount=Money(value - fee + bonus, order.currency),
        fee=Money(fee, order.currency) if fee else None,
        bonus=Money(bonus, order.currency) if bonus else None,
        units=units,
    )


def _value(case: Case, order: KnownOrder) -> int | None:
    """What was paid for the granted units, as far as each is granted; never above what the line still holds."""
    total = 0
    for line_id in dict.fromkeys(line.line_id for line in case.lines):
        worth = 0
        for line in case.lines:
            if line.line_id != line_id or not (count := granted(case, line)):
                continue
            if line.unit_price is None:
                return None
            worth += line.unit_price.amount_minor * count * line.granted_percent // _WHOLE
        known = next((one for one in order.lines if one.line_id == line_id), None)
        if known is not None and known.unit_price is not None:
            others = sum(one.units(line_id) for one in order.cases if _takes(one, case))
            free = max(0, known.quantity - known.refunded - others)
            worth = min(worth, known.unit_price.amount_minor * free)
        total += worth
    return total


def left_to_give(case: Case, order: KnownOrder) -> int:
    """Minor units that were paid for the order, did not go back, and no other case has promised."""
    if order.payments:
        paid = sum(-one.amount.amount_minor if one.refund else one.amount.amount_minor for one in order.payments)
    else:  # nobody tells of single payments: the order is paid as its lines say
        paid = sum(one.unit_price.amount_minor * (one.quantity - one.refunded) for one in order.lines if one.unit_price)
    made = {one.case_id for one in order.payments if one.refund and one.case_id}
    promised = sum(_given_by(one) for one in order.cases if _takes(one, case) and one.case_id not in made)
    return max(0, paid - promised)


def _given_by(case: Case) -> int:
    """Minor units that a case gives back: of an exchange, what the new goods cost less."""
    if case.kind is CaseKind.EXCHANGE and case.difference is not None:
        return max(0, -case.difference.amount_minor)
    return case.refund.amount_minor if case.refund else 0


def _takes(other: Case, case: Case) -> bool:
    return other.case_id != case.case_id and other.kind in _TAKING and other.state not in _GAVE_BACK


def _exchange(case: Case, order: KnownOrder, units: dict[str, int]) -> Settlement:
    difference: int | None = 0
    for line in case.lines:
        count = granted(case, line)
        if not count or difference is None:
            continue
        if line.unit_price is None or line.wanted_price is None:
            difference = None
        else:
            difference += line.wanted_price.amount_minor * count - line.unit_price.amount_minor * count * line.granted_percent // _WHOLE
    if difference is not None and difference < 0:  # what the customer gets back is a refund like any other
        difference = -min(-difference, left_to_give(case, order))
    owed = {}
    if case.exchange_when == "ship_first":
        owed = {line.line_id: line.quantity - granted(case, line) for line in case.lines if line.quantity > granted(case, line)}
    return Settlement(
        remedy=Remedy.EXCHANGE,
        amount=Money(max(0, -difference), order.currency) if difference is not None else None,
        units=units,
        difference=None if difference is None else Money(difference, order.currency),
        owed=owed,
    )
