"""Prestige's event codes, which are the codes Amazon gives its carriers → our event types."""

from doorstep.carriers.families.amazon_events import AMAZON_EVENTS

#: Prestige's own sentences agree with Amazon's meanings.
_EVENT_TYPES = AMAZON_EVENTS | {"EVENT_101": "order_data_received", "EVENT_102": "accepted"}


def event_type_of(code: str) -> str:
    """Find the event type of an event code ("EVENT_302")."""
    return _EVENT_TYPES.get(code, "unknown")
