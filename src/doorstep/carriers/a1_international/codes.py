"""The event codes of Amazon's tracking XML (EVENT_301) → our event types."""

from doorstep.carriers.reading import keyed

#: EVENT_101 is "carrier notified" at Amazon, but A1 sends it with "has left seller facility and is in transit": A1's word counts.
#: Source: Amazon's table of event codes for carriers, as its Multi-Channel Fulfillment documents reprint it, read 2026-11-22.
_EVENT_TYPES = keyed("""
in_transit: EVENT_101
picked_up: EVENT_102
facility_arrival: EVENT_201
facility_departure: EVENT_202
destination_country_arrival: EVENT_203
customs_processing: EVENT_204
customs_released: EVENT_205
in_transit_to_pickup_point: EVENT_206
delivered: EVENT_301
out_for_delivery: EVENT_302
attempt_failed: EVENT_304
recipient_contacted: EVENT_306
appointment_made: EVENT_307
ready_for_pickup: EVENT_308
returned_to_sender: EVENT_309
address_problem: EVENT_401
customs_delay: EVENT_402
recipient_moved: EVENT_403
delayed_not_carrier: EVENT_404
damaged: EVENT_405
held_by_carrier: EVENT_406
refused: EVENT_407 EVENT_413
return_started: EVENT_408
lost: EVENT_409
data_without_parcel: EVENT_411
parcel_without_data: EVENT_412
missorted: EVENT_414 EVENT_417
received_by_partner: EVENT_415
undeliverable: EVENT_416
delayed: EVENT_418
address_corrected: EVENT_419
""")
#: Where a delivered parcel is. Source: Amazon's list of additional locations, in the same documents.
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
