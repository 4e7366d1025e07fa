"""Shipments, what waits and what goes back → Wallet's fulfilments and returns.

Source: Apple's Wallet Orders reference, as known on 2026-11-29. A shipment is one fulfilment: of shipping until it waits at a pick-up point, of
collecting from then on.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from doorstep.channels.apple_wallet.passed import Passed, Sent
from doorstep.channels.apple_wallet.words import Strings, languages, told
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Address
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status

#: Statuses by which nobody waits for a day any more, or another one than the delivery's.
_NO_ESTIMATE = frozenset({Status.DELIVERED, Status.RETURNING, Status.RETURNED, Status.CANCELLED, Status.READY_FOR_PICKUP})
_BACK = frozenset({Status.RETURNING, Status.RETURNED})
#: As our word, Wallet's word and the key of what it says.
_SHIPPING = {
    Status.PENDING: ("processing", "processing"),
    Status.INFO_RECEIVED: ("processing", "processing"),
    Status.IN_TRANSIT: ("onTheWay", "on_the_way"),
    Status.OUT_FOR_DELIVERY: ("outForDelivery", "out_for_delivery"),
    Status.FAILED_ATTEMPT: ("issue", "attempt"),
    Status.EXCEPTION: ("issue", "problem"),
    Status.READY_FOR_PICKUP: ("onTheWay", "on_the_way"),  # for us, on its way back: else it is a pick-up
    Status.DELIVERED: ("delivered", "delivered"),
    Status.RETURNING: ("issue", "going_back"),
    Status.RETURNED: ("issue", "back"),
    Status.CANCELLED: ("cancelled", "gone"),
    Status.UNKNOWN: ("onTheWay", "on_the_way"),
}
_COMING = frozenset({"processing", "shipped", "onTheWay", "outForDelivery"})
#: Problems that are only of time.
_LATE = frozenset({"will_be_late", "missed_estimate", "missed_promise"})
#: The longest code that a strip of code 128 on a telephone still tells.
_LONGEST_STRIP = 40


def stamp(at: datetime) -> str:
    """Write an aware moment with its offset, to the second."""
    return at.replace(microsecond=0).isoformat()


def line_item(line: OrderLine) -> dict[str, Any]:
    """Write one product. Its price is that of one piece."""
    price = line.unit_price
    found = {
        "title": line.name,
        "subtitle": ", ".join(f"{name}: {value}" for name, value in line.options.items()),
        "quantity": line.quantity,
        "price": {"amount": price.decimal, "currency": price.currency} if price else None,
        "sku": line.sku,
    }
    return {name: value for name, value in found.items() if value}


def goes_back(folded: Folded) -> bool:
    """Tell whether a shipment is on its way back, or back."""
    return folded.direction is Direction.RETURN or folded.status in _BACK


def _never_came(folded: Folded) -> bool:
    """A parcel of the customer's: it goes back and never came this way."""
    return folded.direction is Direction.RETURN and not any(leg.direction is Direction.OUTBOUND for leg in folded.legs)


def _name_of(sent: Sent) -> str:
    """Name a shipment as its page does: no number that counts anything."""
    return sent.page_url.rpartition("/")[2]


def fulfilment_of(sent: Sent, order: Order, strings: Strings) -> dict[str, Any] | None:
    """Write one shipment; None: it is only on its way back."""
    folded = sent.folded
    if _never_came(folded):
        return None
    at_point = folded.status is Status.READY_FOR_PICKUP or (folded.status is Status.DELIVERED and folded.phase is Phase.POINT)
    if at_point and not goes_back(folded):
        return _pickup(sent, strings)
    return _shipping(sent, order, strings)


def _shipping(sent: Sent, order: Order, strings: Strings) -> dict[str, Any]:
    folded = sent.folded
    status, key = _shipping_status(folded)
    left_at = folded.first_scan_at or sent.sent_at
    made = {
        "fulfillmentIdentifier": _name_of(sent),
        "fulfillmentType": "shipping",
        "status": status,
        "statusDescription": strings.say(told(key)),
        "shippingType": "shipping",
        "carrier": sent.carrier,
        "trackingNumber": sent.tracking_number,
        "trackingURL": sent.page_url,
        "shippedAt": stamp(left_at) if left_at and status not in {"processing", "cancelled"} else None,
        "deliveredAt": stamp(folded.delivered_at) if folded.delivered_at and status == "delivered" else None,
        "recipient": _recipient(order.ship_to),
        "lineItems": [line_item(line) for line in sent.lines],
        "notes": strings.say(told("yours")) if _is_theirs(folded) and status in {"issue", *_COMING} else None,
    }
    missed = any(one.kind == "missed_estimate" for one in folded.open_pitfalls)
    if folded.estimate and not missed and folded.status not in _NO_ESTIMATE and not goes_back(folded):
        made |= expected(folded.estimate, sent.zone)
    return {name: value for name, value in made.items() if value}


def _shipping_status(folded: Folded) -> tuple[str, str]:
    """Tell Wallet's word for a shipment, and the key of what it says."""
    if goes_back(folded):
        return "issue", "back" if folded.status is Status.RETURNED else "going_back"
    status, key = _SHIPPING[folded.status]
    if status == "onTheWay" and folded.first_scan_at is None:
        status, key = "shipped", "shipped"  # told of by the carrier, seen by nobody yet
    heard = {one.kind for one in folded.open_pitfalls if one.heard}
    if heard and status in _COMING:
        key = "problem" if heard - _LATE else "late"
    return status, key


def _is_theirs(folded: Folded) -> bool:
    """Tell whether the customer must do something."""
    return Actor.CUSTOMER in {folded.must_act, *(one.must_act for one in folded.open_pitfalls if one.heard)}


def _recipient(address: Address | None) -> dict[str, Any] | None:
    """Town and country only: whoever has the page's address has this."""
    if address is None:
        return None
    found = {"locality": address.city, "countryCode": address.country}
    told_of = {name: value for name, value in found.items() if value}
    return {"address": told_of} if told_of else None


def expected(estimate: Estimate, zone: str | None) -> dict[str, str]:
    """Write a window of local days and times. One whole day has no length: Wallet then shows the day alone, so it is put at noon."""
    calendar = ZoneInfo(zone or "UTC")
    if not estimate.from_time and not estimate.to_time and estimate.from_on == estimate.to_on:
        return {"estimatedDeliveryAt": stamp(datetime.combine(estimate.from_on, time(12), calendar))}
    begins = _moment(estimate.from_on, estimate.from_time or "00:00", calendar)
    ends = _moment(estimate.to_on, estimate.to_time or "23:59", calendar)
    return {
        "estimatedDeliveryAt": stamp(begins),
        "estimatedDeliveryWindowDuration": duration(ends.astimezone(UTC) - begins.astimezone(UTC)),
    }


def _moment(day: date, clock: str, calendar: ZoneInfo) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), calendar)


def duration(length: timedelta) -> str:
    """Write a length as ISO 8601 does, in hours: "PT26H30M". A day is not always 24 of them. Nothing is shorter than nothing."""
    minutes = max(0, int(length.total_seconds()) // 60)
    return f"PT{minutes // 60}H{minutes % 60}M"


def _pickup(sent: Sent, strings: Strings) -> dict[str, Any]:
    folded, point = sent.folded, sent.point or PickupPoint()
    waits = folded.status is Status.READY_FOR_PICKUP
    since = folded.status_since
    made = {
        "fulfillmentIdentifier": f"{_name_of(sent)}-pickup",
        "fulfillmentType": "pickup",
        "status": "readyForPickup" if waits else "pickedUp",
        "statusDescription": strings.say(told("ready" if waits else "collected")),
        "displayName": point.name or sent.carrier,
        "address": _address(point),
        "notes": _hours(sent, strings) if waits else None,
        "barcode": barcode(point.code) if waits and point.code else None,
        "pickupAt": stamp(since) if waits and since else None,
        "pickupWindowDuration": duration(sent.collect_by - since) if waits and since and sent.collect_by else None,
        "pickedUpAt": stamp(folded.delivered_at) if not waits and folded.delivered_at else None,
        "lineItems": [line_item(line) for line in sent.lines],
    }
    return {name: value for name, value in made.items() if value}


def _address(point: PickupPoint) -> dict[str, Any]:
    found = {
        "addressLines": list(point.lines),
        "locality": point.city,
        "postalCode": point.postcode,
        "countryCode": point.country,
    }
    return {name: value for name, value in found.items() if value}


def _hours(sent: Sent, strings: Strings) -> str | None:
    if not sent.hours:
        return None
    return strings.say({language: texts["hours"].format(hours=sent.hours[language]) for language, texts in languages().items()})


def barcode(code: str) -> dict[str, str]:
    """Draw the code that opens a locker or is shown at a counter, and write it below."""
    strip = code.isascii() and code.isprintable() and len(code) <= _LONGEST_STRIP
    latin = code.encode("latin-1", "replace").decode("latin-1") == code
    return {
        "format": "code128" if strip else "qr",
        "message": code,
        "messageEncoding": "iso-8859-1" if latin else "utf-8",
        "altText": code,
    }


def not_sent(passed: Passed, strings: Strings) -> Iterator[dict[str, Any]]:
    """Write what no shipment holds: being prepared, or never to be sent."""
    order = passed.order
    if order.cancelled_at:
        if not passed.sent:
            yield _without_parcel("cancelled", "cancelled", "gone", order.lines, strings)
        return
    if passed.waiting or not passed.sent:
        yield _without_parcel("waiting", "open", "preparing", passed.waiting, strings)
    if gone := taken_out(passed):
        yield _without_parcel("cancelled", "cancelled", "gone", gone, strings)


def _without_parcel(name: str, status: str, key: str, lines: Sequence[OrderLine], strings: Strings) -> dict[str, Any]:
    made = {
        "fulfillmentIdentifier": name,
        "fulfillmentType": "shipping",
        "status": status,
        "statusDescription": strings.say(told(key)),
        "lineItems": [line_item(line) for line in lines],
    }
    return {name: value for name, value in made.items() if value}


def taken_out(passed: Passed) -> tuple[OrderLine, ...]:
    """Return the lines, or the part of them, that were refunded and neither sent nor are to be."""
    refunded: dict[str, int] = {}
    for refund in passed.order.refunds:
        for line_id, quantity in refund.lines.items():
            refunded[line_id] = refunded.get(line_id, 0) + quantity
    held: dict[str, int] = {}
    sending = [
        line for one in passed.sent if one.folded.status is not Status.CANCELLED and not _never_came(one.folded) for line in one.lines
    ]
    for line in (*sending, *passed.waiting):
        held[line.line_id] = held.get(line.line_id, 0) + line.quantity
    left = ((line, min(refunded.get(line.line_id, 0), line.quantity - held.get(line.line_id, 0))) for line in passed.order.lines)
    return tuple(msgspec.structs.replace(line, quantity=quantity) for line, quantity in left if quantity > 0)


def return_of(sent: Sent, order: Order, strings: Strings) -> dict[str, Any]:
    """Write what a shipment on its way back is: refused, not collected, or sent back by the customer."""
    folded = sent.folded
    status, key = _return_status(folded, order, {line.line_id for line in sent.lines})
    began = min((leg.first_at for leg in folded.legs if leg.direction is Direction.RETURN and leg.first_at), default=None)
    there = folded.status in {Status.RETURNED, Status.DELIVERED}
    made = {
        "returnIdentifier": f"{_name_of(sent)}-return",
        "status": status,
        "statusDescription": strings.say(told(key)),
        "carrier": sent.carrier,
        "initiatedAt": stamp(began) if began else None,
        "returnedAt": stamp(folded.status_since) if there and folded.status_since else None,
        "returnManagementURL": sent.page_url,
        "lineItems": [line_item(line) for line in sent.lines],
    }
    return {name: value for name, value in made.items() if value}


def _return_status(folded: Folded, order: Order, lines: set[str]) -> tuple[str, str]:
    match folded.status:
        case Status.RETURNED | Status.DELIVERED:
            # Back is not settled: that it is when money went back for what was in it, or for the order as a whole.
            settled = any(not refund.lines or lines & refund.lines.keys() for refund in order.refunds)
            return ("completed", "settled") if settled else ("processing", "back")
        case Status.EXCEPTION | Status.FAILED_ATTEMPT:
            return "issue", "return_problem"
        case Status.PENDING | Status.INFO_RECEIVED:
            return "open", "return_open"
        case Status.CANCELLED:
            return "cancelled", "gone"
    return "onTheWay", "going_back"
