"""Spring's tracking codes → our event types."""

from doorstep.carriers.reading import keyed

#: 124 and 125 with their finer codes tell of the way back to Spring's own returns centre, not to the sender.
#: Source: Spring XBS API manual, table of tracking events with their names, read 2026-11-22 as listed in a public client.
_EVENT_TYPES = keyed("""
order_data_received: 0 12
picked_up: 18
in_transit: 15 21 9102
facility_processing: 19
accepted: 20
transshipped: 22
record_closed: 25
exception: 31 1001
customs_processing: 40
customs_held: 41
attempt_failed: 91
ready_for_pickup: 92
delivery_facility_arrival: 93
delivered: 100
destination_country_arrival: 101 2103
lost: 111
origin_country_departed: 2101
customs_released: 2102
order_cancelled: 4106
facility_arrival: 9101
out_for_delivery: 9301
delayed: 9302
informational: 9999
return_in_transit: 124 125 12406 12501 12502 12503 12504 12505
disposed: 12506
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("9301")."""
    return _EVENT_TYPES.get(code, "unknown")
