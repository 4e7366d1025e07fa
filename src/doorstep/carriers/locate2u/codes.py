"""Locate2u's statuses of stops, to deliver or to pick up, and of shipments → our event types."""

#: Those with "pickup" or "drop" in them are a shipment's, which has one stop of each kind.
#: Source: the statuses in Locate2u's developer documentation ("stop.status-changed", "shipment.status-changed") and its training pages,
#: read 2026-11-22.
_DELIVERIES = {
    "created": "order_data_received",
    "pending": "order_data_received",
    "enroute": "out_for_delivery",
    "enroute to pickup": "courier_dispatched_for_pickup",
    "arrived at pickup": "pickup_attempted",
    "picked up": "picked_up",
    "enroute to drop": "out_for_delivery",
    "arrived at drop": "driver_nearby",
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
