"""The event codes of Amazon's tracking XML (EVENT_301) → our event types."""

from doorstep.carriers.families.amazon_events import AMAZON_EVENTS
from doorstep.carriers.reading import keyed

#: EVENT_101 is "carrier notified" at Amazon, but A1 sends it with "has left seller facility and is in transit": A1's word counts.
_EVENT_TYPES = AMAZON_EVENTS | {"EVENT_101": "in_transit", "EVENT_102": "picked_up"}
#: Where a delivered parcel is. Source: Amazon's list of additional locations in its carriers' documents, read 2026-11-22.
_DELIVERED_AT = keyed("""
delivered_safe_place: CARPORT DECK FRONT_DOOR GARAGE OUTBUILDING PATIO PORCH REAR_DOOR SECURE_LOCATION SIDE_DOOR
delivered_mailbox: MAIL_SLOT MAILBOX
delivered_reception: DOOR_PERSON FRONT_DESK GUARD MAIL_ROOM OFFICE RECEPTIONIST RECEIVER
delivered_neighbour: NEIGHBOR
collected_by_recipient: CUSTOMER_PICKUP
""")


def event_type_of(code: str, location: str = "") -> str:
    """Find the event type of a code and, for a delivery, of the place where the parcel was left."""
    event_type = _EVENT_TYPES.get(code, "unknown")
    return _DELIVERED_AT.get(location, event_type) if event_type == "delivered" else event_type
