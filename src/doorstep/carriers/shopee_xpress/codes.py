"""Shopee Xpress's tracking codes, else the names that go with them → our event types."""

from doorstep.carriers.reading import keyed

#: Left out, no meaning of theirs being public: F050, F098, F430. Their names may still be known.
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
#: Shopee's own English names of steps whose codes are not public, lower case. Source: as above.
_NAMES = {
    "preparing to ship": "order_data_received",
    "pickup attempt started": "courier_dispatched_for_pickup",
    "unsuccessful pickup attempt": "pickup_failed",
    "in transit update": "in_transit",
    "enter domestic last mile hub": "delivery_facility_arrival",
    "left domestic last mile hub": "facility_departure",
    "rts delivery driver assigned": "return_in_transit",
}
#: The reason that gives none.
NO_REASON = "R00"


def event_type_of(code: str, name: str = "") -> str:
    """Find the event type of a tracking code ("F980"), or of the name beside a code that is not known."""
    return _EVENT_TYPES.get(code.upper()) or _NAMES.get(" ".join(name.split()).casefold(), "unknown")
