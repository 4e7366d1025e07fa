"""A template about a case + made-up facts, or an order's own → the case that such a message is shown and checked with. Nobody in it exists."""

from datetime import UTC, date, datetime

import msgspec

from doorstep.domain.actions.cases import Case, CaseLine, Label
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, ClaimKind, Remedy
from doorstep.domain.languages import language_of
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.orders import Order, OrderLine
from doorstep.messages.facts import Facts, ToldCase

_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_CASE_ID = 17
#: What is chosen instead, in the languages of the sample.
_OTHER = {"en": "blue", "es": "azul", "fr": "bleu", "de": "Blau", "it": "blu", "pt": "azul", "hi": "नीला"}
#: Template → its trigger, and how its case stands.
_STANDS: dict[str, tuple[str, CaseKind, ActionKind, CaseState]] = {
    "return_requested": ("return.requested", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.REQUESTED),
    "return_approved": ("return.approved", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.APPROVED),
    "return_label": ("return.label_ready", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.LABEL_READY),
    "return_reminder": ("return.reminder", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.LABEL_READY),
    "return_on_its_way": ("return.in_transit", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.IN_TRANSIT),
    "return_received": ("return.received", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.RECEIVED),
    "return_refunded": ("return.refunded", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.CLOSED),
    "exchange_sent": ("exchange.sent", CaseKind.EXCHANGE, ActionKind.OPEN_EXCHANGE, CaseState.SETTLING),
    "return_refused": ("return.refused", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.REFUSED),
    "return_expired": ("return.expired", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.EXPIRED),
    "return_cancelled": ("return.cancelled", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.CANCELLED),
    "return_follow_up": ("return.follow_up", CaseKind.RETURN, ActionKind.OPEN_RETURN, CaseState.CLOSED),
    "claim_requested": ("claim.requested", CaseKind.CLAIM, ActionKind.OPEN_CLAIM, CaseState.REQUESTED),
    "claim_approved": ("claim.approved", CaseKind.CLAIM, ActionKind.OPEN_CLAIM, CaseState.APPROVED),
    "claim_settled": ("claim.settled", CaseKind.CLAIM, ActionKind.OPEN_CLAIM, CaseState.CLOSED),
    "claim_refused": ("claim.refused", CaseKind.CLAIM, ActionKind.OPEN_CLAIM, CaseState.REFUSED),
    "delivery_change_requested": (
        "delivery_change.requested",
        CaseKind.DELIVERY_CHANGE,
        ActionKind.RESCHEDULE,
        CaseState.PASSED_ON,
    ),
    "delivery_change_unanswered": (
        "delivery_change.unanswered",
        CaseKind.DELIVERY_CHANGE,
        ActionKind.RESCHEDULE,
        CaseState.PASSED_ON,
    ),
    "delivery_change_confirmed": ("delivery_change.confirmed", CaseKind.DELIVERY_CHANGE, ActionKind.RESCHEDULE, CaseState.CLOSED),
    "delivery_change_refused": ("delivery_change.refused", CaseKind.DELIVERY_CHANGE, ActionKind.RESCHEDULE, CaseState.REFUSED),
    "order_changed": ("order.changed", CaseKind.ORDER_CHANGE, ActionKind.CHANGE_ADDRESS, CaseState.CLOSED),
}
_LABELLED = frozenset({CaseState.LABEL_READY, CaseState.IN_TRANSIT, CaseState.RECEIVED, CaseState.EXPIRED})
#: Template → why its case was refused.
_DECISIONS = {"return_refused": "final_sale", "claim_refused": "window", "delivery_change_refused": "shipment_state"}


def is_about_a_case(template: str) -> bool:
    """Tell whether a template tells of a case."""
    return template in _STANDS


def with_case(facts: Facts, template: str) -> Facts:
    """Set made-up facts beside a case of their order that stands as a template says; facts of other templates stay as they are."""
    if template not in _STANDS:
        return facts
    trigger = _STANDS[template][0]
    change = Change(trigger=trigger, subject_kind="case", subject_id=_CASE_ID, happened_at=_AT)
    page = f"{facts.links.order}/cases/{_CASE_ID}" if facts.links.order else None
    links = msgspec.structs.replace(facts.links, case=page)
    shipment_id = facts.parcels[0].shipment_id if facts.parcels else None
    return msgspec.structs.replace(facts, case=case_for(template, facts.order, facts.locale, shipment_id), change=change, links=links)


def case_for(template: str, order: Order, locale: str, shipment_id: int | None = None) -> ToldCase:
    """Make up the case that a template tells of, of an order's own lines; `shipment_id` is the parcel in which something is sent anew."""
    _, kind, action, state = _STANDS[template]
    goods = kind in {CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM}
    exchange = kind is CaseKind.EXCHANGE
    lines = (order.lines if len(order.lines) > 2 else order.lines[:1]) if goods else ()  # noqa: PLR2004 - the long manner sends all back
    sold = lines[0] if lines else None
    refund, fee = _paid(sold, template)
    label = Label(way="label", carrier="generic", tracking_number="DEMO000R1", provider="generic")
    case = Case(
        case_id=_CASE_ID,
        rma="R-7K2M9Q",
        kind=kind,
        action=action,
        state=state,
        opened_at=_AT,
        since=_AT,
        lines=tuple(_line(one, exchange=exchange) for one in lines),
        remedy=Remedy.EXCHANGE if exchange else Remedy.REPLACEMENT if kind is CaseKind.CLAIM else Remedy.REFUND if goods else None,
        claim=ClaimKind.DAMAGED if kind is CaseKind.CLAIM else None,
        refund=None if exchange else refund,
        fee=fee,
        keeps=kind is CaseKind.CLAIM,
        label=label if goods and state in _LABELLED and kind is not CaseKind.CLAIM else None,
        new_shipment_id=shipment_id if exchange or template == "claim_settled" else None,
        wanted=_wish(action, order),
        decision=_DECISIONS.get(template, ""),
    )
    first_option = next(iter(sold.options), "") if sold else ""
    other = {first_option: _OTHER[language_of(locale)]}
    return ToldCase(
        case=case,
        last_on=date(2026, 12, 13) if state in {CaseState.APPROVED, CaseState.LABEL_READY} and kind is not CaseKind.CLAIM else None,
        refund_days=(5, 7),
        wanted={"other": other},
        carrier_name="Sample Post" if case.label else "",
        alternatives=(other,) if template == "return_follow_up" else (),
    )


def _line(one: OrderLine, *, exchange: bool) -> CaseLine:
    return CaseLine(
        line_id=one.line_id,
        quantity=one.quantity,
        unit_price=one.unit_price,
        name=one.name,
        wanted_id="other" if exchange else "",
        reason="taste.colour",
    )


def _paid(sold: OrderLine | None, template: str) -> tuple[Money | None, Money | None]:
    """What goes back, and what is taken off it for the way."""
    if sold is None or sold.unit_price is None:
        return None, None
    price = sold.unit_price
    fee = Money(price.amount_minor // 10, price.currency) if template == "return_refunded" else None
    return Money(price.amount_minor * sold.quantity - (fee.amount_minor if fee else 0), price.currency), fee


def _wish(action: ActionKind, order: Order) -> dict[str, object]:
    if action is ActionKind.RESCHEDULE:
        return {"on": "2026-11-27", "window": "09:00-12:00"}
    if action is ActionKind.CHANGE_ADDRESS and order.ship_to is not None:
        return {"address": msgspec.to_builtins(order.ship_to)}
    return {}
