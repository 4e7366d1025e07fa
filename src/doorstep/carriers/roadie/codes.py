"""Roadie's event names and shipment states → our event types."""

from doorstep.carriers.reading import keyed

#: Source: Roadie's API reference, tracking and webhooks, as known on 2026-11-22.
_EVENTS = keyed("""
order_data_received: scheduled created
pickup_scheduled: driver_assigned
courier_dispatched_for_pickup: en_route_to_pickup driver_approaching_pickup
pickup_attempted: at_pickup
pickup_failed: pickup_attempted
picked_up: pickup_confirmed
out_for_delivery: en_route_to_delivery
driver_nearby: driver_approaching_delivery at_delivery
attempt_failed: delivery_attempted
delivered: delivery_confirmed
returned_to_sender: returned return_confirmed
return_started: returning
order_cancelled: canceled cancelled
""")
#: The state of a shipment, read only where no events are told. Left out: "expired", no driver found, after which the sender decides.
_STATES = keyed("""
order_data_received: scheduled
pickup_scheduled: assigned
attempt_failed: attempted
delivered: delivered
returned_to_sender: returned
order_cancelled: canceled cancelled
""")


def event_type_of(name: str) -> str:
    """Find the event type of an event's name ("pickup_confirmed")."""
    return _EVENTS.get(name, "unknown")


def state_type_of(state: str) -> str:
    """Find the event type of a shipment's state ("assigned")."""
    return _STATES.get(state, "unknown")
