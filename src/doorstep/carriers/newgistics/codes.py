"""Newgistics' event codes → our event types."""

#: Source: codes with their descriptions in a live answer of 2016, read 2026-11-22. Newgistics published no list that could be found.
_EVENT_TYPES = {
    "PUU": "accepted",
    "IPS": "facility_arrival",
    "DNF": "facility_departure",
    "DRC": "return_received",
}


def event_type_of(code: str) -> str:
    """Find the event type of an event code ("DNF")."""
    return _EVENT_TYPES.get(code, "unknown")
