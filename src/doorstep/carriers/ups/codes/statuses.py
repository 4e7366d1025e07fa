"""UPS's status code, sent beside or instead of a scan's code → event types."""

from doorstep.carriers.ups.codes.table import rows

#: Source: UPS developer portal, Tracking, table of status descriptions, read 2026-11-22. Parcels only: the table's second half (000-080) is
#: freight forwarding and counts differently. The API pads to three digits (011 is 11). Left out because they tell nothing: 0, 88, 148, 163.
STATUSES = rows("""
accepted: 160
address_change_requested: 27 97
address_changed: 28 96
address_problem: 50
agency_release_pending: 126
attempt_failed: 22 60 66 145
attempt_failed_age: 61
attempt_failed_no_access: 139
attempt_failed_payment: 62
broker_notified: 123
claim_opened: 130
claim_paid: 140
customs_information_required: 58 124 125
customs_processing: 12 92
customs_released: 14 84 134
customs_seized: 147
damaged: 59
delayed: 46 48 49 86 90
delayed_disaster: 51
delayed_processing: 132
delayed_weather: 32 52 53
delivered: 11 26 156
delivered_to_agent: 143
delivery_method_changed: 63
delivery_scheduled: 75
delivery_window_changed: 153 154
disposed: 149
driver_nearby: 78
dropped_off: 167 168 169
exception: 13 29
final_attempt_failed: 24
future_date_requested: 20 116 121
handed_to_partner: 137
held_by_carrier: 83 104
held_for_documents: 141
held_for_payment: 85
held_for_recipient: 19 100 103 106 108 115
hold_requested: 18 101 102 105 107 109
in_facility_waiting: 16 138
in_transit: 5 10 25 39 44 45 47 73 79 87 158 159 164 165
in_transit_to_pickup_point: 57 70
informational: 93 94 110 111 112 113 114 127 128 142
label_voided: 7
loaded_for_delivery: 72
order_data_received: 3 80 157 166
out_for_delivery: 6 21 37 89 91 146 162
partner_exception: 30 76
picked_up: 38
pickup_attempted: 65
pickup_cancelled: 43
pickup_final_attempt: 131
pickup_scheduled: 77
pickup_second_attempt: 135
preferences_received: 54 82
preparing_for_delivery: 71
proof_of_delivery_available: 155
ready_for_pickup: 17 40 144 161
received_by_partner: 74
redelivery_requested: 95
redelivery_scheduled: 55 120 136
redirect_cancelled: 98 99
refused: 64
return_in_transit: 36
return_label_created: 133
return_requested: 33 117 118 119
return_started: 35
returned_to_sender: 34 67 81
second_attempt_failed: 23
service_upgraded: 41 42 56 122
under_investigation: 129
undeliverable: 68 69
""")
