"""Nova Post's tracking codes → our event types."""

from doorstep.carriers.reading import keyed

#: "Delivered" in Nova Post's own words (7, 8) means delivered to the branch or locker; handed over is "Received" (9, 10, 11, 106).
#: Left out: 999, the carrier's own "undetermined".
#: Source: Nova Post's published table of 57 codes as listed in a public client, and the codes with names of live answers; read 2026-11-22.
#: 16 as Nova Post's own OpenAPI document words it ("Transferred to a partner for delivery"), read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: 1
order_cancelled: 2
accepted: 4
facility_departure: 5 19
handed_to_partner: 16
facility_arrival: 13 17
delivery_facility_arrival: 6
in_facility_waiting: 110 135 149
customs_processing: 30 114 115 119 122 125 126 127 128 199
customs_information_required: 123 133
customs_inspection: 197 198
customs_held: 116
customs_released: 120
customs_rejected: 130
import_office_departed: 31 121
broker_notified: 134
out_for_delivery: 101
estimated_date_later: 112
attempt_failed: 99 111
refused: 103
address_problem: 138
address_changed: 104
ready_for_pickup: 7
ready_for_pickup_locker: 8
pickup_expired: 113 141 144
delivered: 9 106
delivered_cod_collected: 10 11
prohibited_goods: 118
lost: 117
disposed: 105 155
return_started: 102 131 132
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("101")."""
    return _EVENT_TYPES.get(code, "unknown")
