"""Nationex's shipment statuses and parcel exceptions → our event types."""

from doorstep.carriers.reading import keyed

#: Source: the statuses that a public connector lists for Nationex's interface, with those of its documented example; read 2026-11-22.
_STATUSES = keyed("""
order_data_received: Creation DataReceived
picked_up: Pickup
in_transit: Transit
out_for_delivery: OutForDelivery PartiallyOutForDelivery
delivered: Delivered
held_by_carrier: OnHold
exception: Attention
refused: RefusedDelivery
return_started: ReturnToSender
""")
#: `ExceptionId` of a parcel's history. The one whose sentence is published.
#: Source: Nationex's documented example, read 2026-11-22.
_EXCEPTIONS = {"5": "attempt_failed_not_home"}


def event_type_of_status(status: str) -> str:
    """Find the event type of a shipment's status ("Transit")."""
    return _STATUSES.get(status, "unknown")


def event_type_of_exception(exception: str) -> str:
    """Find the event type of a parcel's exception ("5")."""
    return _EXCEPTIONS.get(exception, "unknown")
