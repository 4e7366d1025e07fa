"""Budbee's states, of a home delivery and of a locker, → our event types."""

from doorstep.carriers.reading import keyed

#: "Delivered" means at the door for the one and in the locker for the other, so the manner is part of the key.
#: "Returned to terminal" is an arrival on the way forward; a shipping label is collected with what a customer sends back.
#: Left out: Backordered, whose meaning is not told.
#: Source: the states of Budbee's own tracking page as listed and explained in a public client, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: DELIVERY/NotStarted BOX/NotStarted BOX/Pending
order_cancelled: DELIVERY/cancellation BOX/cancellation
courier_dispatched_for_pickup: DELIVERY/OnRouteCollection
picked_up: DELIVERY/Collected BOX/Collected DELIVERY/CollectedShippingLabel BOX/CollectedShippingLabel
dropped_off: BOX/DroppedOff
facility_processed: DELIVERY/CrossDocked
out_for_delivery: DELIVERY/OnRouteDelivery
attempt_failed: DELIVERY/Miss BOX/Undelivered
facility_arrival: DELIVERY/ReturnedToTerminal BOX/ReturnedToTerminal
delivered: DELIVERY/Delivered
ready_for_pickup_locker: BOX/Delivered
collected_by_recipient: BOX/PickedUp
returned_to_sender: DELIVERY/ReturnedToMerchant BOX/ReturnedToMerchant
""")


def event_type_of(manner: str, state: str) -> str:
    """Find the event type of a state ("Delivered") under the manner of the delivery ("BOX", "DELIVERY")."""
    return _EVENT_TYPES.get(f"{manner}/{state}", "unknown")
