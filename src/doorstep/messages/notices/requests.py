"""An errand → the request that a carrier's desk gets, and the task that the merchant's own people get; both in English."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from doorstep.domain.errands import ErrandOrder
from doorstep.domain.messages import Rendered
from doorstep.domain.money import Money
from doorstep.domain.places import Address

#: What is asked for, in words that stand in a subject and after "Please".
_WISHES = {
    "reschedule": ("Deliver on another day", "deliver this parcel on another day"),
    "redirect": ("Deliver to another address", "deliver this parcel to another address"),
    "pickup_point": ("Bring to a pick-up point", "bring this parcel to a pick-up point"),
    "safe_place": ("Leave at a safe place", "leave this parcel at the place that the recipient names"),
    "hold": ("Keep at the depot", "keep this parcel at the depot until the day that the recipient names"),
    "confirm_availability": ("Recipient's availability", "note whether somebody will be there"),
    "confirm_cod": ("Cash on delivery", "note whether the cash will be ready"),
    "carrier_claim": ("Claim", "look into this claim and tell us what you decide"),
}
_TASKS = {
    "cancel_order": "Cancel the order",
    "edit_address": "Change the delivery address of the order",
    "edit_items": "Change the items of the order",
    "change_payment": "Change how the order is paid",
    "refund": "Refund the customer",
    "store_credit": "Give the customer store credit",
    "open_return": "Note the return in the shop",
    "close_return": "Close the return in the shop",
    "exchange": "Send the new item of an exchange",
    "replace": "Send the item once more",
    "invoice": "Send an invoice",
    "profile": "Change the customer's address",
    "delivery_change": "Have the carrier change a delivery",
    "carrier_claim": "Claim from the carrier",
    "label": "Make a return label",
    "void_label": "Cancel a return label",
}
#: Facts of a body → what they are called, in the order in which they are told.
_FACTS = {
    "shipment": "Tracking number",
    "tracking_number": "Tracking number",
    "carrier": "Carrier",
    "on": "Wished day",
    "window": "Wished time",
    "until": "Until",
    "point": "Pick-up point",
    "place": "Place",
    "there": "Somebody will be there",
    "ready": "Cash will be ready",
    "claim": "What is wrong",
    "value": "Value",
    "reason": "Reason",
    "made_out_to": "Made out to",
    "note": "Note for the courier",
    "comment": "Comment",
}


def carrier_request(order: ErrandOrder, ship_to: Address | None, shop: str, *, again: bool = False) -> Rendered:
    """Write the request to a carrier's desk, with all it has to know; `again`: the first one was not answered."""
    title, wish = _WISHES.get(str(order.body.get("change") or order.kind), ("Request", "see to this parcel"))
    number = str(order.body.get("shipment") or order.body.get("tracking_number") or "")
    lines = [f"Please {wish}."]
    if again:
        lines.append("We asked before and have had no answer; the first request still stands and is not to be done twice.")
    told = [*_facts(order.body), ("Our reference", order.rma), ("Order", order.order_number)]
    address = order.body.get("address")
    if address:
        told.append(("New address", _one_line(address)))
    if ship_to is not None:
        told.append(("Address on the label", _one_line(msgspec.to_builtins(ship_to))))
    lines += ["", *_listed(told), "", f"Please answer this mail and say whether it is done. Thank you. {shop}"]
    return Rendered(subject=f"{'Reminder: ' if again else ''}{title}: {number or order.rma} ({order.rma})", text="\n".join(lines) + "\n")


def desk_task(order: ErrandOrder, shop: str, why: str, url: str) -> Rendered:
    """Write to the merchant's people what they have to do, or look into, and why it comes to them."""
    task = _TASKS.get(order.kind, "See to a case")
    told = [("Case", order.rma), ("Order", order.order_number), *_facts(order.body)]
    if order.amount is not None:
        told.append(("Amount", f"{order.amount.decimal:f} {order.amount.currency}"))
    if address := order.body.get("address"):
        told.append(("New address", _one_line(address)))
    told += [
        ("Item", f"{line.quantity} x line {line.line_id}{f', variant {line.wanted_id}' if line.wanted_id else ''}") for line in order.lines
    ]
    text = [f"{task}.", "", why, "", *_listed(told), "", f"Say at the desk when it is done, or why it cannot be: {url}", ""]
    return Rendered(subject=f"{task}: {order.order_number or order.rma} ({order.rma}), {shop}", text="\n".join(text))


def _facts(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label, words) for name, label in _FACTS.items() if name in body and (words := _words(body[name]))]


def _words(value: Any) -> str:
    """Write one fact on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and {"amount_minor", "currency"} <= value.keys():
        return _amount(value)
    return " ".join(str(value or "").split())[:500]


def _amount(value: Mapping[str, Any]) -> str:
    return f"{Money(int(value['amount_minor']), str(value['currency'])).decimal:f} {value['currency']}"


def _one_line(address: Mapping[str, Any]) -> str:
    parts = [address.get("name"), address.get("company"), *(address.get("lines") or ()), address.get("postcode"), address.get("city")]
    parts += [address.get("region"), address.get("country"), address.get("phone")]
    return ", ".join(words for part in parts if (words := " ".join(str(part or "").split())))[:500]


def _listed(told: Iterable[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(f"{label}: {words}" for label, words in told if words))
