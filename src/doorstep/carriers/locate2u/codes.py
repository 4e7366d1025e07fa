"""Locate2u's statuses of stops, to deliver or to pick up → our event types."""

#: Source: the statuses in Locate2u's developer documentation ("stop.status-changed") and its training pages, read 2026-11-22.
_DELIVERIES = {
    "created": "order_data_received",
    "pending": "order_data_received",
    "enroute": "out_for_delivery",
    "enroute to pickup": "courier_dispatched_for_pickup",
    "arrived": "driver_nearby",
    "complete": "delivered",
    "failed": "attempt_failed",
    "cancelled": "order_cancelled",
    "delayed": "delayed",
    "on hold": "held_by_carrier",
}
#: At a stop where the driver fetches goods.
_PICKUPS = {
    "created": "pickup_requested",
    "pending": "pickup_scheduled",
    "enroute": "courier_dispatched_for_pickup",
    "arrived": "pickup_attempted",
    "complete": "picked_up",
    "failed": "pickup_failed",
    "cancelled": "pickup_cancelled",
    "delayed": "pickup_delayed",
}


def event_type_of(status: str, kind: str) -> str:
    """Find the event type of a status ("Enroute") at a kind of stop ("Pickup"; "" and anything else deliver)."""
    return (_PICKUPS if kind.casefold() == "pickup" else _DELIVERIES).get(status.casefold(), "unknown")
