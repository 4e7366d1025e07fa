"""Shopee Xpress's tracking codes → our event types."""

from doorstep.carriers.reading import keyed

#: Left out, no meaning of theirs being public: F050, F098, F430.
#: Source: codes with their names as listed in public clients' documentation of the tracking answer, and live answers; read
#: 2026-11-22. Shopee publishes no table.
_EVENT_TYPES = keyed("""
order_data_received: A000 F000
pickup_scheduled: F004
pickup_failed: F001
pickup_cancelled: F950
picked_up: F100
facility_arrival: F440 F510 F580
facility_processed: F445 F515
loaded_to_vehicle: F441 F541
facility_departure: F450 F540
delivery_facility_arrival: F599
preparing_for_delivery: F598
out_for_delivery: F600
attempt_failed: F650
delivered: F980
return_requested: F585
return_started: F668
return_in_transit: F671 F673 F677
return_out_for_delivery: F680
returned_to_sender: F999
""")
#: The reason that gives none.
NO_REASON = "R00"


def event_type_of(code: str) -> str:
    """Find the event type of a tracking code ("F980")."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
