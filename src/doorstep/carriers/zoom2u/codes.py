"""Zoom2u's booking statuses → our event types."""

#: Lower case. "Unassigned" waits for a courier, "Accepted" has one.
#: Source: Zoom2u developer pages, get booking status, read 2026-11-22.
_STATUSES = {
    "unassigned": "order_data_received",
    "accepted": "pickup_scheduled",
    "on route to pickup": "courier_dispatched_for_pickup",
    "picked up": "picked_up",
    "on route to dropoff": "out_for_delivery",
    "tried to deliver": "attempt_failed",
    "dropped off": "delivered",
    "cancelled": "order_cancelled",
    "returning": "return_started",
    "returned": "returned_to_sender",
    "on hold - with courier": "held_by_carrier",
}


def event_type_of(status: str) -> str:
    """Find the event type of a status ("Dropped Off"), whatever its case and spaces."""
    return _STATUSES.get(" ".join(status.split()).casefold(), "unknown")
