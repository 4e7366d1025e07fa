"""An order, a product, a profile, a plan, a no → what an assistant is told: JSON values, with the sentences a customer would read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from doorstep.actions.offering import Offers
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.known import KnownCustomer, KnownLine, KnownVariant
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.actions.saying import concern_text, instead_text
from doorstep.domain.money import Money
from doorstep.steps.act import Done
from doorstep.steps.assistant_asks import Asked
from doorstep.steps.assistants import Caller
from doorstep.web.track.portal.confirming import address_text, facts_of, items_of
from doorstep.web.track.portal.entering import Visit
from doorstep.web.track.portal.saying import refusal_text
from doorstep.web.track.shown import PageShown, ParcelShown
from doorstep.web.track.words import Words

#: Scans told of one parcel, the newest.
_SCANS = 10
#: Where only the customer says yes, below the shop's address.
YES_PAGE = "/me/{slug}/assistant/yes?ask={handle}"


def plain(value: object) -> Any:
    """Bring a value into JSON types."""
    return msgspec.to_builtins(value)


def money(amount: Money | None) -> dict[str, Any] | None:
    """Tell an amount."""
    return {"amount_minor": amount.amount_minor, "currency": amount.currency} if amount is not None else None


def order_told(visit: Visit, shown: PageShown) -> dict[str, Any]:
    """Tell an order as its page shows it, with the ids that actions name it and its parts by."""
    order = visit.order
    return {
        "order": order.external_id,
        "number": order.number,
        "placed_at": plain(order.placed_at),
        "state": order.state,
        "headline": shown.title,
        "total": shown.total,
        "goes_to": shown.destination,
        "lines": [line_told(one) for one in order.lines],
        "parcels": [_parcel_told(one) for one in shown.parcels],
        "refunded": [f"{amount}, {on}" for amount, on in shown.refunded],
        "requests": [case_told(one) for one in order.cases],
        "possible": possible(visit.gist),
    }


def line_told(line: KnownLine) -> dict[str, Any]:
    """Tell one line."""
    return {
        "line_id": line.line_id,
        "name": line.name,
        "product": line.product_id,
        "variant_id": line.variant_id,
        "options": line.options,
        "quantity": line.quantity,
        "unit_price": money(line.unit_price),
        "sent": line.sent,
        "delivered": line.delivered,
        "final_sale": line.final_sale,
    }


def _parcel_told(parcel: ParcelShown) -> dict[str, Any]:
    scans = [f"{day.label} {scan.time} {scan.text} {scan.place}".strip() for day in parcel.days for scan in day.scans]
    return {
        "tracking_number": parcel.number,
        "carrier": parcel.carrier,
        "carrier_page": parcel.carrier_url,
        "status": parcel.status,
        "headline": parcel.headline,
        "sentence": parcel.sentence,
        "expected": list(parcel.window) if parcel.window else None,
        "late": parcel.late,
        "problems": [f"{one.title} {one.text} {one.actor}" for one in parcel.pitfalls],
        "collect_at": plain(parcel.pickup) if parcel.pickup else None,
        "cash_on_delivery": parcel.cod,
        "scans": scans[:_SCANS],
        "goes_back": parcel.back,
    }


def case_told(case: Case) -> dict[str, Any]:
    """Tell a request and how it stands."""
    return {
        "case": case.case_id,
        "rma": case.rma,
        "kind": case.kind,
        "action": case.action,
        "state": case.state,
        "since": plain(case.since),
        "refund": money(case.refund),
        "lines": [{"line_id": one.line_id, "name": one.name, "quantity": one.quantity} for one in case.lines],
    }


def possible(offers: Offers) -> dict[str, Any]:
    """Tell what may be asked for now, and what more must be sure of who asks before."""
    more = {kind.value: least.name.lower() for kind, least in offers.needs.items()}
    changes = [*offers.changes, *offers.delivery]
    return {
        "return_or_exchange_lines": [one.line.line_id for one in offers.returnable],
        "return_until": max((one.last_on.isoformat() for one in offers.returnable if one.last_on), default=None),
        "claims": [one.kind.value for one in offers.claimable],
        "changes": sorted({one.kind.value for one in changes if one.refusal is None}),
        "returns_that_can_be_taken_back": list(offers.cancellable),
        "needs": more | {one.kind.value: one.needs.name.lower() for one in changes if one.refusal is None and one.needs is not None},
    }


def product_told(product: str, variants: Sequence[KnownVariant]) -> dict[str, Any]:
    """Tell a product with its variants."""
    return {
        "product": product,
        "variants": [
            {
                "variant_id": one.variant_id,
                "name": one.name,
                "options": one.options,
                "price": money(one.price),
                "available": one.available and one.stock != 0,
            }
            for one in variants
        ],
    }


def profile_told(customer: KnownCustomer, orders: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Tell a customer what the shop has of them."""
    return {
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "phone": customer.phone,
        "address": plain(customer.address),
        "methods": [
            {"method": one.method_id, "kind": one.kind, "label": one.label, "balance": money(one.balance)} for one in customer.methods
        ],
        "orders": list(orders),
    }


def plan_told(plan: Plan, visit: Visit | None, words: Words) -> dict[str, Any]:
    """Tell exactly what would happen, or did: the lines that the customer's own page shows."""
    case = next((one.case for one in plan.changes if isinstance(one, CaseOpened)), None)
    if visit is not None:
        facts = [{"about": about, "says": says} for about, says in facts_of(visit, plan, case)]
    elif isinstance(plan.action, asking.ChangeProfile):
        facts = [{"about": words("change.change_address"), "says": address_text(words, plan.action.address)}]
    else:
        facts = []
    items = items_of(visit, case.lines) if visit is not None and case is not None else ()
    return {
        "action": plain(plan.action),
        "facts": facts,
        "items": [{"name": one.name, "options": one.options, "quantity": one.quantity, "detail": one.detail} for one in items],
        "customer_gets": money(plan.refund),
        "customer_pays": money(plan.charge),
        "fee": money(plan.fee),
        "a_human_decides_because": [concern_text(one, words.tag) for one in plan.concerns],
    }


def asked_told(caller: Caller, asked: Asked, plan: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Tell what waits for a yes, and whose."""
    slug = caller.tenant.merchant.slug
    url = base_url + YES_PAGE.format(slug=slug, handle=asked.handle)
    say = (
        "Nothing has been done. Show the customer the plan and this link: only they can say yes, there. Then call commit."
        if asked.customer_says
        else "Nothing has been done. Tell the customer the plan; if they agree, call commit. They may also say yes at the link."
    )
    return {
        "status": "waiting_for_customer" if asked.customer_says else "waiting_for_commit",
        "plan": plan,
        "confirmation": asked.handle,
        "confirm_url": url,
        "expires_at": plain(asked.expires_at),
        "next": say,
    }


def done_told(done: Done, plan: dict[str, Any]) -> dict[str, Any]:
    """Tell what was done."""
    return {"status": "done", "plan": plan, "request": case_told(done.case.case) if done.case else None, "again": done.again}


def refused_told(refusal: Refusal, words: Words) -> dict[str, Any]:
    """Tell why not, and what is possible instead."""
    needs = {"needs": refusal.needs.name.lower()} if refusal.needs is not None else {}
    sentence = f"{refusal_text(refusal, words)} {instead_text(refusal, words.tag)}".strip()
    return {
        "status": "refused",
        "code": refusal.code,
        "sentence": sentence,
        "facts": refusal.facts,
        "instead": list(refusal.instead),
        **needs,
    }
