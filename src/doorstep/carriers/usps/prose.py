"""USPS's sentence about the newest event ("Your item was delivered … at 9:01 am on April 28, 2015 in …") → what, when, where."""

import re

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.families.usps_codes import event_type_of_sentence
from doorstep.carriers.usps.places import place_in
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: Event type, then how the sentences begin that tell it, lower case; the first row that fits counts.
#: Source: summaries of live answers of Web Tools and of Tracking v3, and the examples of USPS's guides, read 2026-11-29.
_OPENINGS = (
    ("returned_to_sender", "your item was delivered to the original sender"),
    ("delivered_mailbox", "your item was delivered in or at the mailbox"),
    ("delivered_safe_place", "your item was delivered at the front door or porch"),
    ("delivered_reception", "your item was delivered to the front desk, reception area, or mail room"),
    ("delivered_reception", "your item was delivered to an individual at the front desk"),
    ("collected_by_recipient", "your item was picked up at the post office"),
    ("collected_by_recipient", "your item was picked up at a postal facility"),
    ("collected_by_recipient", "your item has been delivered and is available at a po box"),
    ("delivered", "your item was delivered"),
    ("delivered", "your item has been delivered"),
    ("out_for_delivery", "your item is out for delivery"),
    ("out_for_delivery", "your item was out for delivery"),
    ("delivery_facility_arrival", "your item arrived at the post office"),
    ("facility_arrival", "your item arrived at"),
    ("facility_arrival", "your item has arrived at"),
    ("facility_departure", "your item departed"),
    ("facility_departure", "your item has left"),
    ("facility_processed", "your item was processed"),
    ("facility_processed", "your item has been processed"),
    ("accepted", "your item was accepted"),
    ("accepted", "usps is now in possession of your item"),
    ("in_transit", "your package is moving within the usps network"),
    ("in_transit", "your item is currently in transit"),
    ("in_transit", "your item is in transit"),
    ("notice_left", "we attempted to deliver your item"),
    ("notice_left", "a notice was left"),
    ("ready_for_pickup", "your item is being held at the post office"),
    ("ready_for_pickup", "your item is available for pickup"),
    ("refused", "your item was refused"),
    ("return_started", "your item was returned to the sender"),
    ("return_started", "your item is being returned to the sender"),
    ("label_created", "a shipping label has been prepared for your item"),
    ("order_data_received", "the u.s. postal service was electronically notified"),
    ("order_data_received", "the u.s. postal service has been electronically notified"),
)
#: `statusCategory` of Tracking v3, where the status beside it is no sentence we have. Source: live answers and USPS's guides, read 2026-11-29.
_CATEGORIES = {
    "pre shipment": "order_data_received",
    "accepted": "accepted",
    "moving through network": "in_transit",
    "in transit": "in_transit",
    "out for delivery": "out_for_delivery",
    "delivery attempt": "attempt_failed",
    "available for pickup": "ready_for_pickup",
    "delivered": "delivered",
    "delivered to agent": "handed_to_partner",
    "alert": "exception",
}
_AT_ON = re.compile(r"\bat (?P<time>\d{1,2}:\d\d [ap]m) on (?P<day>[A-Z][a-z]+ \d{1,2}, \d{4})", re.ASCII)
_ON_AT = re.compile(r"\bon (?P<day>[A-Z][a-z]+ \d{1,2}, \d{4})(?: at (?P<time>\d{1,2}:\d\d [ap]m))?", re.ASCII)
_WHERE = re.compile(r" in (?P<place>[A-Z][A-Z .'-]+, ?[A-Z]{2} \d{5}(?:-\d{4})?)\b", re.ASCII)


def checkpoint_in(sentence: str, number: str) -> Checkpoint | None:
    """Read the sentence; None for one that tells no event of ours. It is undated where it names no year."""
    plain = " ".join(sentence.split())
    event_type = next((slug for slug, opening in _OPENINGS if plain.casefold().startswith(opening)), "")
    return _checkpoint(event_type, "", plain, plain, number) if event_type else None


def current(status: str, category: str, summary: str, number: str) -> Checkpoint:
    """Make the one checkpoint of an answer without events: by its status ("Delivered, PO Box"), else by its category."""
    event_type = event_type_of_sentence(status)
    if event_type == "unknown":
        event_type = _CATEGORIES.get(" ".join(category.replace("-", " ").split()).casefold(), "unknown")
    return _checkpoint(event_type, category, status or summary, summary, number)


def _checkpoint(event_type: str, code: str, text: str, summary: str, number: str) -> Checkpoint:
    where = _WHERE.search(summary)
    place = place_in(where["place"]) if where else None
    return Checkpoint(
        event_type=event_type,
        occurred_at=_when(summary, place),
        place=place,
        carrier="usps",
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
    )


def _when(summary: str, place: Place | None) -> OccurredAt | None:
    found = _AT_ON.search(summary) or _ON_AT.search(summary)
    if not found:
        return None
    day, time = found["day"], found["time"] or ""
    try:
        wall = read_time(f"{day} {time}", "%B %d, %Y %I:%M %p", "%B %d, %Y")
    except BadInputError:
        return None
    country, region = (place.country, place.region) if place else (None, None)
    return stamp(wall, Precision.MINUTE if time else Precision.DATE, country=country, region=region)
