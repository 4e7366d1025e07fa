"""Teleship's event codes → our event types."""

from doorstep.carriers.reading import keyed

#: "cleared" says nothing of which border, and Teleship tells it on the way in.
#: Source: Teleship's API reference, tracking, as listed in a public client, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: pending created
label_created: label_created
order_cancelled: cancelled
picked_up: picked_up collected
facility_arrival: in_hub
in_transit: in_transit
customs_released: customs_cleared
out_for_delivery: out_for_delivery
attempt_failed: delivery_failed
delivered: delivered
returned_to_sender: returned
exception: exception
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("in_hub"), whatever its case."""
    return _EVENT_TYPES.get(code.lower(), "unknown")
