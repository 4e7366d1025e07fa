"""What came damaged, wrong, not whole or not at all → a plan, by the policy's table of who decides."""

from collections.abc import Sequence
from datetime import timedelta

from doorstep.actions.asked import Asked, no
from doorstep.actions.paying import left_to_refund, original_method
from doorstep.actions.policy import ClaimRule
from doorstep.actions.units import line_of, value_of, wanted_units
from doorstep.domain.actions.arguments import OpenClaim
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, OrderState, Outside, Remedy
from doorstep.domain.actions.known import KnownLine, KnownOrder, KnownShipment
from doorstep.domain.actions.plans import CaseOpened, Errand, ErrandKind, Held, Plan
from doorstep.domain.actions.refusals import Concern, RefusalCode
from doorstep.domain.money import Money
from doorstep.domain.vocabulary import Status

_LONGEST = 2000
#: Claims about a parcel that did not come; the others are about goods that did.
_NOT_COME = frozenset({ClaimKind.LOST, ClaimKind.NOT_RECEIVED})
#: A parcel in one of these is neither lost nor there.
_OVER = frozenset({Status.RETURNED, Status.CANCELLED})


def open_claim(asked: Asked, action: OpenClaim) -> Plan:
    """Find out who decides, what the customer gets, and whether it is time."""
    if not asked.policy.claiming.offered:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    order = asked.order
    if order.state is OrderState.CANCELLED:
        raise no(RefusalCode.ORDER_STATE, facts={"state": order.state})
    come = action.claim not in _NOT_COME
    shipment = None if come and not action.shipment else _shipment(order, action)
    units = wanted_units(order, _units(order, action, shipment), arrived=come)
    if shipment is not None and not come:
        _in_parcel(order, action.claim, shipment, units)
    value = value_of(order, units)
    rule = _rule(asked, action.claim, value)
    _in_time(asked, action.claim, rule, shipment, [line_of(order, line_id) for line_id in units])
    if missing := [step for step in rule.steps if step not in action.done]:
        raise no(RefusalCode.STEPS_FIRST, facts={"steps": ", ".join(missing)})
    if rule.photo and not action.photos:
        raise no(RefusalCode.PHOTO_NEEDED, facts={"claim": action.claim})
    remedy, held = _remedy(asked, action, rule, units)
    concerns = _concerns(asked, action, rule, shipment, value)
    if held is None and Concern.RULE not in concerns:
        concerns.append(Concern.RULE)  # it gives nothing that can be had
    state = _state(rule, concerns)
    left = left_to_refund(order)
    refund = None
    if remedy is not Remedy.REPLACEMENT and value is not None:
        refund = Money(value.amount_minor if left is None else min(value.amount_minor, left), value.currency)
    case = Case(
        kind=CaseKind.CLAIM,
        action=action.kind,
        state=state,
        order_id=order.order_id,
        customer=order.customer,
        lines=tuple(_on_paper(line_of(order, line_id), quantity, action) for line_id, quantity in units.items()),
        remedy=remedy,
        claim=action.claim,
        method=original_method(order),
        refund=refund,
        keeps=not rule.goods_back,
        photos=action.photos,
        comment=action.comment[:_LONGEST],
        wanted={"shipment": shipment.tracking_number if shipment else "", "done": list(action.done)},
        policy_version=asked.policy.version,
        concerns=tuple(concerns),
        decided_by="policy" if state is CaseState.APPROVED else "",
        held={one.variant_id: one.units for one in held or ()},
    )
    errands: tuple[Errand, ...] = ()
    if state is CaseState.PASSED_ON and shipment is not None:
        body: dict[str, object] = {
            "order": order.external_id,
            "tracking_number": shipment.tracking_number,
            "carrier": shipment.carrier,
            "claim": action.claim,
            "value": value,
            "comment": action.comment[:_LONGEST],
        }
        errands = (Errand(to=Outside.CARRIER, kind=ErrandKind.CARRIER_CLAIM, body=body),)
    return Plan(
        action=action,
        changes=(CaseOpened(case=case), *(held or ())),
        errands=errands,
        concerns=tuple(concerns),
        refund=refund,
        facts={"number": order.number},
        policy_version=asked.policy.version,
    )


def _shipment(order: KnownOrder, action: OpenClaim) -> KnownShipment:
    """Find the parcel that is meant: the one named, or the only one that such a claim may be about."""
    goes = [one for one in order.shipments if not one.returning and one.status not in _OVER]
    if action.shipment:
        for one in goes:
            if one.tracking_number.casefold() == action.shipment.casefold():
                return one
        raise no(RefusalCode.NOT_FOUND)
    there = action.claim is not ClaimKind.LOST
    fitting = [one for one in goes if (one.status is Status.DELIVERED) == there]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise no(RefusalCode.BAD_ARGUMENTS, facts={"field": "shipment"})
    raise no(RefusalCode.SHIPMENT_STATE, ActionKind.OPEN_CLAIM, ActionKind.READ_ORDER, facts={"claim": action.claim})


def _units(order: KnownOrder, action: OpenClaim, shipment: KnownShipment | None) -> list[tuple[str, int]]:
    if action.units:
        return [(one.line_id, one.quantity) for one in action.units]
    if shipment is not None and shipment.lines:
        return list(shipment.lines.items())
    if action.claim is ClaimKind.LOST:
        return [(line.line_id, line.quantity - line.delivered) for line in order.lines if line.quantity > line.delivered]
    if action.claim is ClaimKind.NOT_RECEIVED:
        return [(line.line_id, line.quantity) for line in order.lines]
    return []


def _in_parcel(order: KnownOrder, claim: ClaimKind, shipment: KnownShipment, units: dict[str, int]) -> None:
    """Refuse units that were not in the parcel; where nobody knows what was, those that have arrived are not lost."""
    for line_id, quantity in units.items():
        line = line_of(order, line_id)
        arrived = line.delivered if claim is ClaimKind.LOST else 0
        most = shipment.lines.get(line_id, 0) if shipment.lines else line.quantity - arrived
        if quantity > most:
            raise no(RefusalCode.QUANTITY, facts={"name": line.name, "free": max(0, most)})


def _rule(asked: Asked, claim: ClaimKind, value: Money | None) -> ClaimRule:
    country = ((asked.order.ship_to.country if asked.order.ship_to else None) or "").casefold()
    tier = asked.customer.tier.casefold()
    for one in asked.policy.claiming.table:
        fits = (
            claim in one.claims
            and (one.up_to_minor is None or (value is not None and value.amount_minor <= one.up_to_minor))
            and (not one.countries or country in {each.casefold() for each in one.countries})
            and (not one.tiers or tier in {each.casefold() for each in one.tiers})
        )
        if fits:
            return one
    raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)


def _in_time(asked: Asked, claim: ClaimKind, rule: ClaimRule, shipment: KnownShipment | None, lines: Sequence[KnownLine]) -> None:
    """Refuse what comes too early or too late, counted in whole days of the recipient's calendar."""
    if claim is ClaimKind.LOST and shipment is not None:
        if shipment.status is Status.DELIVERED:
            raise no(RefusalCode.SHIPMENT_STATE, ActionKind.OPEN_CLAIM, facts={"claim": claim})
        began = shipment.last_scan_at or shipment.first_scan_at or asked.order.placed_at
    elif claim is ClaimKind.NOT_RECEIVED and shipment is not None:
        if shipment.status is not Status.DELIVERED:
            raise no(RefusalCode.SHIPMENT_STATE, ActionKind.READ_ORDER, facts={"claim": claim})
        began = shipment.delivered_at
    else:
        began = max((line.delivered_at for line in lines if line.delivered_at is not None), default=None)
    if began is None:
        return
    first = asked.day(began) + timedelta(days=rule.after_days)
    if asked.today < first:
        raise no(RefusalCode.TOO_EARLY, ActionKind.READ_ORDER, facts={"first_on": first.isoformat()})
    if rule.within_days is not None and asked.today > (last := asked.day(began) + timedelta(days=rule.within_days)):
        raise no(RefusalCode.WINDOW, ActionKind.TALK_TO_HUMAN, facts={"last_on": last.isoformat(), "days": rule.within_days})


def _remedy(asked: Asked, action: OpenClaim, rule: ClaimRule, units: dict[str, int]) -> tuple[Remedy, tuple[Held, ...] | None]:
    """Choose what the customer gets: the wish where the table lets it, else the first that can be had; replacements are held back.

    None beside the remedy: nothing of the table can be had.
    """
    wishes = [action.wish] if action.wish in rule.remedies and action.wish is not None else []
    for remedy in (*wishes, *rule.remedies):
        if remedy is not Remedy.REPLACEMENT:
            return remedy, ()
        if (held := _held(asked, units)) is not None:
            return remedy, held
    return rule.remedies[0], None


def _held(asked: Asked, units: dict[str, int]) -> tuple[Held, ...] | None:
    """Hold the same goods back once more; None: they are not there."""
    needed: dict[tuple[str, str], int] = {}
    for line_id, quantity in units.items():
        line = line_of(asked.order, line_id)
        key = (line.variant_id, line.product_id)
        needed[key] = needed.get(key, 0) + quantity
    held = []
    for (variant_id, product_id), quantity in needed.items():
        known = next((one for one in asked.known.products.get(product_id, ()) if one.variant_id == variant_id), None)
        if known is None:
            continue  # the shop does not tell us its stock: it will know
        if not known.available or (known.stock is not None and known.stock < quantity):
            return None
        if known.stock is not None:
            held.append(Held(variant_id=variant_id, product_id=product_id, units=quantity))
    return tuple(held)


def _concerns(asked: Asked, action: OpenClaim, rule: ClaimRule, shipment: KnownShipment | None, value: Money | None) -> list[Concern]:
    limits, customer = asked.policy.limits, asked.customer
    left = left_to_refund(asked.order)
    found = {
        Concern.RULE: rule.decides == "human",
        Concern.UNKNOWN_PRICE: value is None,
        Concern.LITTLE_LEFT: left is not None and value is not None and value.amount_minor > left,
        Concern.WISH: action.wish is not None and action.wish not in rule.remedies,
        Concern.CLAIMS_OFTEN: customer.recent_claims >= limits.claims,
        Concern.OFTEN: customer.recent_cases >= limits.cases,
        Concern.PROOF_OF_DELIVERY: action.claim is ClaimKind.NOT_RECEIVED and shipment is not None and shipment.proof,
        Concern.NEW_ADDRESS: action.claim in _NOT_COME and limits.distrust_new_address and asked.order.address_changed,
    }
    return [concern for concern, so in found.items() if so]


def _state(rule: ClaimRule, concerns: Sequence[Concern]) -> CaseState:
    if concerns:
        return CaseState.REQUESTED
    return CaseState.PASSED_ON if rule.decides == "carrier" else CaseState.APPROVED


def _on_paper(line: KnownLine, quantity: int, action: OpenClaim) -> CaseLine:
    said = next((one for one in action.units if one.line_id == line.line_id), None)
    return CaseLine(
        line_id=line.line_id,
        quantity=quantity,
        unit_price=line.unit_price,
        name=line.name,
        product_id=line.product_id,
        variant_id=line.variant_id,
        reason=action.claim,
        comment=(said.comment if said else "")[:_LONGEST],
        condition=said.condition if said else "",
    )
