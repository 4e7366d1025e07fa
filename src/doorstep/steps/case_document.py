"""A case → the JSON by which the merchant's own systems hear of it."""

from typing import Any

from doorstep.domain.actions.cases import Case, CaseLine, Label
from doorstep.domain.money import Money


def case_document(case: Case, actor: str = "") -> dict[str, Any]:
    """Lay a case out; `actor` is who made what is told. Unknown is null, and what the customer wrote stands as written."""
    return {
        "id": str(case.case_id),
        "rma": case.rma,
        "kind": case.kind,
        "action": case.action,
        "state": case.state,
        "actor": actor or None,
        "opened_at": case.opened_at,
        "since": case.since,
        "remedy": case.remedy,
        "claim": case.claim,
        "lines": [_line(one) for one in case.lines],
        "refund": _money(case.refund),
        "fee": _money(case.fee),
        "difference": _money(case.difference),
        "method": case.method or None,
        "shipping_paid_by": case.shipping_paid_by,
        "exchange_when": case.exchange_when if case.kind == "exchange" else None,
        "keeps": case.keeps,
        "gift": case.gift,
        "label": _label(case.label) if case.label else None,
        "photos": len(case.photos),
        "comment": case.comment or None,
        "wanted": case.wanted or None,
        "concerns": list(case.concerns),
        "decided_by": case.decided_by or None,
        "decision": case.decision or None,
        "policy_version": case.policy_version or None,
        "offer": {"name": case.offer, "taken": case.offer_taken} if case.offer else None,
    }


def _line(one: CaseLine) -> dict[str, Any]:
    return {
        "line_id": one.line_id,
        "quantity": one.quantity,
        "name": one.name,
        "product_id": one.product_id or None,
        "variant_id": one.variant_id or None,
        "wanted_id": one.wanted_id or None,
        "unit_price": _money(one.unit_price),
        "wanted_price": _money(one.wanted_price),
        "reason": one.reason or None,
        "comment": one.comment or None,
        "condition": one.condition or None,
        "received": one.received,
        "disposition": one.disposition,
        "granted_percent": one.granted_percent,
        "inspection_note": one.inspection_note or None,
    }


def _label(label: Label) -> dict[str, Any]:
    return {
        "way": label.way,
        "carrier": label.carrier or None,
        "tracking_number": label.tracking_number or None,
        "cost": _money(label.cost),
        "pickup_on": label.pickup_on,
        "pickup_window": label.pickup_window or None,
        "expires_on": label.expires_on,
    }


def _money(money: Money | None) -> dict[str, Any] | None:
    """An amount in the currency's whole units, as a text: no float rounds it."""
    return {"amount": f"{money.decimal:f}", "currency": money.currency} if money is not None else None
