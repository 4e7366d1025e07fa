"""Sendle's event types, and reasons where they say more → our event types."""

#: Names in lower case. Sendle writes some in two ways ("Drop Off", "Dropped Off").
#: Source: Sendle's API reference, tracking and webhooks, read 2026-11-22.
_EVENTS = {
    "pickup attempted": "pickup_failed",
    "pickup": "picked_up",
    "drop off": "dropped_off",
    "dropped off": "dropped_off",
    "info": "informational",
    "in transit": "in_transit",
    "local delivery": "out_for_delivery",
    "out for delivery": "out_for_delivery",
    "delivery attempted": "attempt_failed",
    "card left": "notice_left",
    "left with agent": "ready_for_pickup",
    "delivered": "delivered",
    "damaged": "damaged",
    "unable to deliver": "undeliverable",
    "expired": "tracking_expired",
}
#: What the `state` of the whole parcel says beyond the events, read where no event is told.
#: Source: as above.
_STATES = {
    "booking": "order_data_received",
    "pickup": "awaiting_handover",
    "drop off": "awaiting_handover",
    "transit": "in_transit",
    "delivered": "delivered",
    "cancelled": "order_cancelled",
    "unable to book": "label_failed",
    "lost": "lost",
    "return to sender": "return_started",
}


def event_type_of(name: str) -> str:
    """Find the event type of an event's name ("Card Left"), whatever its case."""
    return _EVENTS.get(" ".join(name.split()).casefold(), "unknown")


def state_type_of(state: str) -> str:
    """Find the event type of a parcel's state ("Booking")."""
    return _STATES.get(" ".join(state.split()).casefold(), "unknown")
