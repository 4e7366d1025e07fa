"""Asendia USA's milestones → our event types."""

#: The platform names its milestones by a code or by words alone; both are read by these names, case and spaces put aside.
#: Source: the milestones of Asendia USA's tracking as listed in a public connector, read 2026-11-22.
_EVENT_TYPES = {
    "hold": "held_by_carrier",
    "transit": "in_transit",
    "in transit": "in_transit",
    "out": "out_for_delivery",
    "out for delivery": "out_for_delivery",
    "failed": "attempt_failed",
    "delivered": "delivered",
}


def event_type_of(name: str) -> str:
    """Find the event type of a milestone's code or name."""
    return _EVENT_TYPES.get(" ".join(name.replace("_", " ").split()).casefold(), "unknown")
