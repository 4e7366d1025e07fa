"""A plan → the sentences that ask for its yes: what changes, for what money, who decides, and nothing that the plan does not hold."""

from doorstep.conversations.talks.choosing import line_named, options_text
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.actions.plans import Plan
from doorstep.domain.places import Address
from doorstep.domain.talking.told import OrderTold
from doorstep.domain.talking.turns import Fact, Piece

TIMES = "\N{MULTIPLICATION SIGN}"


def confirming(plan: Plan, order: OrderTold | None) -> list[Piece]:
    """Write what would be done, one piece a fact."""
    action = plan.action
    facts: dict[str, Fact] = {"number": order.known.number if order else ""}
    pieces = [Piece(key=f"confirm.{action.kind}{_form(action)}", facts=facts | _facts(action, order))]
    method = method_text(str(getattr(action, "method", "")), order)
    for name, amount in (("refund", plan.refund), ("charge", plan.charge), ("fee", plan.fee)):
        if amount is not None and amount.amount_minor > 0:
            pieces.append(Piece(key=f"confirm.{name}", facts={"amount": amount, "method": method}))
    pieces += [Piece(key=f"concern/{one}") for one in plan.concerns[:1]]
    pieces.append(Piece(key="ask.confirm"))
    return pieces


def _facts(action: asking.BusinessAction, order: OrderTold | None) -> dict[str, Fact]:
    """What the sentence of an action speaks of."""
    match action:
        case asking.Reschedule():
            return {"on": action.on, "window": action.window}
        case asking.Hold():
            return {"until": action.until}
        case asking.ChangeAddress() | asking.Redirect() | asking.ChangeProfile():
            return {"address": address_text(action.address)}
        case asking.PickupPoint():
            return {"point": action.point}
        case asking.SafePlace():
            return {"place": action.place}
        case asking.OpenReturn() | asking.OpenClaim():
            return {"items": _items(action.units, order)}
        case asking.ChangeItems() | asking.OpenExchange():
            return {"items": _swapped(action.swaps, order)}
        case asking.ChangePayment():
            return {"method": method_text(action.method, order)}
        case _:
            return {}


def _form(action: asking.BusinessAction) -> str:
    """Yes and no are other sentences."""
    match action:
        case asking.ConfirmAvailability():
            return "_yes" if action.there else "_no"
        case asking.ConfirmCod():
            return "_yes" if action.ready else "_no"
        case asking.OpenClaim():
            return f"_{action.claim}"
        case _:
            return ""


def _items(units: tuple[asking.Units, ...], order: OrderTold | None) -> str:
    if order is None:
        return ""
    named = [(one.quantity, line) for one in units if (line := line_named(order, one.line_id))]
    return ", ".join(f"{count} {TIMES} {line.name}" for count, line in named)


def _swapped(swaps: tuple[asking.Swap, ...], order: OrderTold | None) -> str:
    if order is None:
        return ""
    told = []
    for one in swaps:
        line = line_named(order, one.line_id)
        if line is None:
            continue
        new = next((v for v in order.products.get(line.product_id, ()) if v.variant_id == one.variant_id), None)
        told.append(f"{one.quantity} {TIMES} {line.name} ({options_text(line.options)}) → {_new(new)}")
    return "; ".join(told)


def _new(variant: KnownVariant | None) -> str:
    return (options_text(variant.options) or variant.name) if variant else ""


def method_text(method_id: str, order: OrderTold | None) -> str:
    """Name a way of paying as the customer knows it; "" unknown."""
    methods = order.customer.methods if order and order.customer else ()
    return next((one.label or one.kind.value.replace("_", " ") for one in methods if one.method_id == method_id), "")


def address_text(address: Address) -> str:
    """Write an address in one line."""
    return ", ".join(
        part for part in (*address.lines, " ".join(filter(None, (address.postcode, address.city))), address.region, address.country) if part
    )
