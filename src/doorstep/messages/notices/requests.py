"""An errand → the request that a carrier's desk gets, in English, and the task that the merchant's own people get, in their shop's language."""

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from doorstep.domain.errands import ErrandOrder
from doorstep.domain.languages import language_of, stopped_once
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
#: Facts of a body, in the order in which they are told → their label.
_FACTS = {
    "shipment": "shipment",
    "tracking_number": "shipment",
    "carrier": "carrier",
    "change": "change",
    "on": "on",
    "window": "window",
    "until": "until",
    "point": "point",
    "place": "place",
    "there": "there",
    "ready": "ready",
    "claim": "claim",
    "value": "value",
    "reason": "reason",
    "made_out_to": "made_out_to",
    "note": "note",
    "comment": "comment",
}
#: Signs of one fact at most.
_LONGEST = 500


class Why(StrEnum):
    """Why an errand comes to the merchant's people."""

    #: There is no other way.
    YOURS = "yours"
    STILL = "still"
    #: The hole is the number of hours.
    UNANSWERED = "unanswered"
    #: The hole says what became of it.
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def carrier_request(order: ErrandOrder, ship_to: Address | None, shop: str, *, again: bool = False) -> Rendered:
    """Write the request to a carrier's desk, with all it has to know; `again`: the first one was not answered."""
    title, wish = _WISHES.get(str(order.body.get("change") or order.kind), ("Request", "see to this parcel"))
    number = str(order.body.get("shipment") or order.body.get("tracking_number") or "")
    words = _words("en")
    labels = words["labels"]
    lines = [f"Please {wish}."]
    if again:
        lines.append("We asked before and have had no answer; the first request still stands and is not to be done twice.")
    told = [*_facts(order.body, words), ("Our reference", order.rma), (labels["order"], order.order_number)]
    if address := order.body.get("address"):
        told.append((labels["address"], _one_line(address)))
    if ship_to is not None:
        told.append(("Address on the label", _one_line(msgspec.to_builtins(ship_to))))
    lines += ["", *_listed(told), "", f"Please answer this mail and say whether it is done. Thank you. {shop}"]
    return Rendered(subject=f"{'Reminder: ' if again else ''}{title}: {number or order.rma} ({order.rma})", text="\n".join(lines) + "\n")


def desk_task(order: ErrandOrder, shop: str, why: Why, hole: str, url: str, locale: str) -> Rendered:
    """Write to the merchant's people what they have to do or to look into, and why it comes to them, in the language of a tag."""
    words = _words(language_of(locale))
    labels = words["labels"]
    told = [(labels["case"], order.rma), (labels["order"], order.order_number), *_facts(order.body, words)]
    if order.amount is not None:
        told.append((labels["amount"], f"{order.amount.decimal:f} {order.amount.currency}"))
    if address := order.body.get("address"):
        told.append((labels["address"], _one_line(address)))
    for line in order.lines:
        item = words["words"]["line_variant" if line.wanted_id else "line"]
        told.append((labels["item"], item.format(units=line.quantity, line=line.line_id, variant=line.wanted_id)))
    task = words["tasks"][order.kind]
    text = [f"{task}.", "", _why(words, why, hole), "", *_listed(told), "", words["words"]["closing"].format(url=url), ""]
    return Rendered(subject=f"{task}: {order.order_number or order.rma} ({order.rma}), {shop}", text="\n".join(text))


def why_text(why: Why, hole: str) -> str:
    """Write why an errand comes to the merchant's people in English, for the desk and the API."""
    return _why(_words("en"), why, hole)


def _why(words: Mapping[str, Mapping[str, str]], why: Why, hole: str) -> str:
    hole = " ".join(hole.split())[:_LONGEST]
    return stopped_once(words["whys"][why], "why", hole).replace("{why}", hole)


def _facts(body: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    found = ((words["labels"][label], _fact(body[name], words["words"])) for name, label in _FACTS.items() if name in body)
    return [(label, text) for label, text in found if text]


def _fact(value: Any, words: Mapping[str, str]) -> str:
    """Write one fact on one line."""
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, dict) and {"amount_minor", "currency"} <= value.keys():
        return f"{Money(int(value['amount_minor']), str(value['currency'])).decimal:f} {value['currency']}"
    return " ".join(str(value or "").split())[:_LONGEST]


def _one_line(address: Mapping[str, Any]) -> str:
    parts = [address.get("name"), address.get("company"), *(address.get("lines") or ()), address.get("postcode"), address.get("city")]
    parts += [address.get("region"), address.get("country"), address.get("phone")]
    return ", ".join(text for part in parts if (text := " ".join(str(part or "").split())))[:_LONGEST]


def _listed(told: Iterable[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(f"{label}: {text}" for label, text in told if text))


@cache
def _words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files(__package__) / f"task_{language}.toml").read_text("utf-8"))
