"""Units of order lines: which are still free, which rule fits them, and until when they may go back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from doorstep.actions.asked import Asked, no
from doorstep.actions.policy import Fitting, Reason, Rule, leaves
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.domain.actions.known import KnownLine, KnownOrder, KnownVariant
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.money import Money

_TAKING = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})
_GAVE_BACK = frozenset({CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})
#: Units of one line that one action may name.
_MOST = 10_000


def holds(case: Case) -> bool:
    """Whether the units of a case are taken by it."""
    return case.kind in _TAKING and case.state not in _GAVE_BACK


def line_of(order: KnownOrder, line_id: str) -> KnownLine:
    """The order's line by its id."""
    for one in order.lines:
        if one.line_id == line_id:
            return one
    raise no(RefusalCode.UNKNOWN_LINE)


def free_units(order: KnownOrder, line: KnownLine, *, arrived: bool = True) -> int:
    """Units of a line that no case and no refund has taken; of those that arrived, or of all."""
    taken = sum(case.units(line.line_id) for case in order.cases if holds(case))
    there = min(line.delivered, line.quantity) if arrived else line.quantity
    return max(0, min(there, line.quantity - line.refunded) - taken)


def wanted_units(order: KnownOrder, wanted: Iterable[tuple[str, int]], *, arrived: bool = True) -> dict[str, int]:
    """Sum the units asked for by line; each must be bought, (arrived,) and free."""
    units: dict[str, int] = defaultdict(int)
    for line_id, quantity in wanted:
        if not 1 <= quantity <= _MOST:
            raise no(RefusalCode.QUANTITY, facts={"free": free_units(order, line_of(order, line_id), arrived=arrived)})
        units[line_id] += quantity
    if not units:
        raise no(RefusalCode.NOTHING_CHOSEN)
    for line_id, quantity in units.items():
        line = line_of(order, line_id)
        if arrived and line.delivered == 0:
            raise no(RefusalCode.NOT_DELIVERED, facts={"name": line.name})
        if quantity > (free := free_units(order, line, arrived=arrived)):
            raise no(RefusalCode.QUANTITY, facts={"name": line.name, "free": free})
    return dict(units)


def fits(when: Fitting, asked: Asked, line: KnownLine, reason: str, condition: str, remedy: Remedy) -> bool:
    """Whether a rule is about this line, for this reason."""
    country = (asked.order.ship_to.country if asked.order.ship_to else None) or ""
    pairs = (
        (when.products, (line.product_id, line.variant_id)),
        (when.categories, (line.category,)),
        (when.tags, (*line.tags, *asked.order.tags)),
        (when.countries, (country,)),
        (when.tiers, (asked.customer.tier,)),
        (when.conditions, (condition,)),
        (when.remedies, (remedy,)),
    )
    return (
        all(not rule or _among(rule, told) for rule, told in pairs)
        and (when.final_sale is None or when.final_sale == line.final_sale)
        and (not when.reasons or any(reason == one or reason.startswith(f"{one}.") for one in when.reasons))
    )


def _among(rule: Iterable[str], told: Iterable[str]) -> bool:
    return not {one.casefold() for one in rule}.isdisjoint(one.casefold() for one in told)


def rule_of(asked: Asked, line: KnownLine, reason: str, condition: str, remedy: Remedy) -> Rule | None:
    """The first rule of the policy that fits; None: the policy's own terms stand."""
    return next((one for one in asked.policy.returning.rules if fits(one.when, asked, line, reason, condition, remedy)), None)


def reason_of(asked: Asked, line: KnownLine, code: str) -> Reason | None:
    """The leaf of the tree of reasons that a line goes back for; None: none was given, and none is needed."""
    tree = asked.policy.returning.reasons
    if not code:
        if asked.policy.returning.reason_needed and tree:
            raise no(RefusalCode.REASON, facts={"name": line.name})
        return None
    if not tree:
        return Reason(code=code)
    for one in leaves(tree, line.category):
        if one.code == code:
            return one
    raise no(RefusalCode.REASON, facts={"name": line.name})


def last_day(asked: Asked, line: KnownLine, days: int | None) -> date | None:
    """The last whole day on which a line may go back; None: there is no end, or nobody knows when it arrived."""
    if days is None or line.delivered_at is None:
        return None
    return asked.day(line.delivered_at) + timedelta(days=days)


def in_window(asked: Asked, line: KnownLine, days: int | None) -> bool:
    """Refuse what comes too late; False where nobody knows when it arrived."""
    last = last_day(asked, line, days)
    if last is not None and asked.today > last:
        raise no(RefusalCode.WINDOW, facts={"name": line.name, "last_on": last.isoformat(), "days": days or 0})
    return days is None or last is not None


def variant_of(asked: Asked, line: KnownLine, variant_id: str, needed: int) -> KnownVariant:
    """Another variant of a line's product of which so many units are there."""
    if variant_id == line.variant_id:
        raise no(RefusalCode.SAME_VARIANT, facts={"name": line.name})
    for one in asked.known.products.get(line.product_id, ()):
        if one.variant_id == variant_id:
            if not one.available or (one.stock is not None and one.stock < needed):
                raise no(RefusalCode.OUT_OF_STOCK, facts={"name": line.name})
            return one
    elsewhere = any(one.variant_id == variant_id for of in asked.known.products.values() for one in of)
    raise no(RefusalCode.OTHER_PRODUCT if elsewhere else RefusalCode.UNKNOWN_VARIANT, facts={"name": line.name})


def value_of(order: KnownOrder, units: dict[str, int]) -> Money | None:
    """What was paid for so many units; None where a price is not known."""
    total = 0
    for line_id, quantity in units.items():
        price = line_of(order, line_id).unit_price
        if price is None:
            return None
        total += price.amount_minor * quantity
    return Money(total, order.currency)
