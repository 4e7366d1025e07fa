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
attempt_failed: 145 22 60 66
attempt_failed_age: 61
attempt_failed_no_access: 139
attempt_failed_payment: 62
claim_opened: 130
claim_paid: 140
customs_information_required: 124 125 58
customs_processing: 12 123 92
customs_released: 134 14 84
customs_seized: 147
damaged: 59
delayed: 46 48 49 86 90
delayed_disaster: 51
delayed_not_carrier: 132
delayed_weather: 32 52 53
delivered: 11 156 26
delivered_to_agent: 143
delivery_method_changed: 63
delivery_scheduled: 154 75
delivery_window_changed: 153
disposed: 149
driver_nearby: 78
dropped_off: 167 168 169
exception: 13 29
final_attempt_failed: 24
future_date_requested: 116 121 20
handed_to_partner: 137
held_by_carrier: 104 83
held_for_documents: 141
held_for_payment: 85
held_for_recipient: 100 103 106 108 115 19
hold_requested: 101 102 105 107 109 18
in_facility_waiting: 138 16
in_transit: 10 158 159 164 165 25 39 44 45 47 5 73 79 87
in_transit_to_pickup_point: 57 70
informational: 110 111 112 113 114 127 128 142 93 94
label_voided: 7
loaded_for_delivery: 72
order_data_received: 157 166 3 80
out_for_delivery: 146 162 21 37 6 89 91
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
ready_for_pickup: 144 161 17 40
received_by_partner: 74
redelivery_requested: 95
redelivery_scheduled: 120 136 55
redirect_cancelled: 98 99
refused: 64
return_in_transit: 36
return_label_created: 133
return_requested: 117 118 119 33
return_started: 35
returned_to_sender: 34 67 81
second_attempt_failed: 23
service_upgraded: 122 41 42 56
undeliverable: 68 69
under_investigation: 129
""")
