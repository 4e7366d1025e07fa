"""Asendia USA's milestones → our event types."""

#: The platform's codes are not public; the names of its milestones are, and either field may bear them. Case and spaces put aside.
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


def event_type_of(code: str, description: str = "") -> str:
    """Find the event type of a milestone by its code, or else by its description, where that is a milestone's whole name."""
    names = (" ".join(told.replace("_", " ").split()).casefold() for told in (code, description))
    return next((_EVENT_TYPES[name] for name in names if name in _EVENT_TYPES), "unknown")
