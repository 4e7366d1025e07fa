"""Trunkrs's state codes, with the reason where it says more → our event types."""

from doorstep.carriers.reading import keyed

#: Source: Trunkrs API v2 reference (schema State), and further states of its tracking page as listed in a public client; read 2026-11-22.
_STATES = keyed("""
order_data_received: DATA_RECEIVED DATA_PROCESSED CREATED
pickup_scheduled: PICKUP_DRIVER_ASSIGNED
courier_dispatched_for_pickup: PICKUP_ACCEPTED_BY_DRIVER
picked_up: PICKUP_PICKED_UP
in_transit: LINEHAUL_IN_TRANSIT
facility_arrival: LINEHAUL_ARRIVED_ON_TIME
sorted: SHIPMENT_SORTED
delivery_facility_arrival: SHIPMENT_SORTED_AT_SUB_DEPOT
delayed: SHIPMENT_DELAYED SHIPMENT_DELAYED_AFTER_SORTED
missorted: EXCEPTION_SHIPMENT_MISS_SORTED MIS_SORTED
out_for_delivery: SHIPMENT_ACCEPTED_BY_DRIVER
delivered: SHIPMENT_DELIVERED
delivered_neighbour: SHIPMENT_DELIVERED_TO_NEIGHBOR
attempt_failed: SHIPMENT_NOT_DELIVERED
final_attempt_failed: MAX_FAILED_DELIVERY_ATTEMPT
attempt_failed_not_home: RECIPIENT_NOT_AT_HOME
attempt_failed_no_access: DELIVER_ADDRESS_NOT_ACCESSIBLE
refused: REFUSED_BY_CUSTOMER
data_without_parcel: EXCEPTION_SHIPMENT_NOT_ARRIVED
not_assigned_to_tour: EXCEPTION_SHIPMENT_DECLINED_BY_DRIVER
under_investigation: EXCEPTION_SHIPMENT_MISSING EXCEPTION_SHIPMENT_INVESTIGATE
lost: EXCEPTION_SHIPMENT_LOST
order_cancelled: EXCEPTION_SHIPMENT_CANCELLED_BY_SENDER EXCEPTION_SHIPMENT_CANCELLED_BY_TRUNKRS
return_started: RETURN_SHIPMENT_TO_SENDER
return_in_transit: RETURN_ASSIGNED_TO_PICKUP RETURN_ACCEPTED_BY_PICKUP_DRIVER RETURN_ACCEPTED_BY_TRUNKRS
returned_to_sender: RETURN_ACCEPTED_BY_SENDER
""")
#: Why a parcel was not delivered.. Source: as above.
_NOT_DELIVERED = keyed("""
attempt_failed_address: ADDRESS_NOT_FOUND BAD_ADDRESS
attempt_failed_business_closed: BUSINESS_CLOSED
attempt_failed_not_home: RECIPIENT_NOT_AT_HOME
attempt_failed_time: NO_TIME_LEFT_IN_TIMESLOT
attempt_failed_weather: EXTREME_WEATHER_CONDITIONS
attempt_failed_no_access: DELIVER_ADDRESS_NOT_ACCESSIBLE
refused: REFUSED_BY_CUSTOMER
damaged: DELIVERY_DAMAGED
under_investigation: PARCEL_MISSING
delayed_vehicle: DRIVER_INVOLVED_IN_ACCIDENT
""")


def event_type_of(state: str, reason: str) -> str:
    """Find the event type of a state ("SHIPMENT_NOT_DELIVERED") and its reason, which may be ""."""
    found = _STATES.get(state, "unknown")
    return _NOT_DELIVERED.get(reason, found) if found == "attempt_failed" else found
