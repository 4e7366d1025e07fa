"""Parcel.One's status codes → our event types."""

from doorstep.carriers.reading import keyed

#: Left out: AWAITING_PICKUP (by whom?), DELIVERED_PARCELSHOP (fetched or waiting?), 40 and 99, and the pairs of letters that the connector
#: gives to several carriers alike.
#: Source: the codes that a public connector lists for Parcel.One, read 2026-11-22. Parcel.One's own list could not be found.
_EVENT_TYPES = keyed("""
order_data_received: CREATED REGISTERED DATA_RECEIVED 0 1
label_printed: LABEL_PRINTED
in_transit: IN_TRANSIT SHIPPED IN_DELIVERY_VEHICLE 10 20 30
facility_departure: DEPARTED
facility_arrival: ARRIVED
facility_processed: PROCESSED
sorted: SORTING
origin_country_departed: EXPORTED
destination_country_arrival: IMPORTED
customs_processing: CUSTOMS CUSTOMS_CLEARANCE
customs_information_required: CUSTOMS_DOCS
out_for_delivery: OUT_FOR_DELIVERY ON_DELIVERY_VEHICLE DELIVERY_IN_PROGRESS 80
ready_for_pickup: READY_FOR_PICKUP AT_PARCELSHOP AVAILABLE_FOR_COLLECTION 70
delivered: DELIVERED 90
delivered_neighbour: DELIVERED_NEIGHBOR
delivered_safe_place: DELIVERED_SAFE_PLACE
proof_of_delivery_available: POD
attempt_failed: FAILED NOT_DELIVERED NOT_AVAILABLE
attempt_failed_not_home: NOT_HOME
attempt_failed_business_closed: BUSINESS_CLOSED
attempt_failed_no_access: ACCESS_RESTRICTED
attempt_failed_address: ADDRESSEE_NOT_FOUND WRONG_ADDRESS ADDRESS_NOT_FOUND
attempt_failed_time: NO_TIME
refused: REFUSED
exception: EXCEPTION
held_by_carrier: HELD
held_for_payment: PAYMENT_REQUIRED
delayed: DELAYED LATE
delayed_vehicle: VEHICLE_BREAKDOWN
delayed_weather: WEATHER
delayed_disaster: NATURAL_DISASTER
redelivery_scheduled: RESCHEDULED
address_changed: REDIRECTED
misrouted: MISROUTED
damaged: DAMAGED
lost: LOST
""")


def event_type_of(code: str) -> str:
    """Find the event type of a status code ("IN_TRANSIT")."""
    return _EVENT_TYPES.get(code, "unknown")
