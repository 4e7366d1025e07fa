"""The codes of UPS's activity types I and P (movement), M and MV (manifest), U (updates) → event types."""

from doorstep.carriers.ups.codes.table import rows

#: Source: UPS developer portal, Tracking, table of movement codes, read 2026-11-22.
MOVEMENTS = rows("""
border_crossed: EP IP
delivery_facility_arrival: DS
dropped_off: XD
event_retracted: CA CD CL
facility_arrival: AR UA
facility_departure: DP UD
facility_processing: HU
in_facility_waiting: WH
in_transit: AG AT LC LM YM
in_transit_to_pickup_point: YI
loaded_for_delivery: DL OD
order_data_received: OC PL
origin_scan: OR
out_for_delivery: OF OT YF
picked_up: PC PT PU
pickup_cancelled: VP
pickup_scheduled: SP
preparing_for_delivery: YP
received_by_partner: XA XR YH YN
unloaded: UL
""")

#: Source: the same, tables of manifest and update codes. DP and VP here are not the movement table's.
MANIFEST = rows("""
label_voided: VP
manifested: DP
order_data_received: MP RD
""")
UPDATES = rows("""
delivery_scheduled: UP
delivery_window_changed: UT
proof_of_delivery_available: PX
""")

#: "type/code" → the `carrier_code` of the scan that it takes back; "" is the scan before it.
RETRACTIONS = {"I/CA": "I/AR", "I/CD": "I/DP", "I/CL": "I/UL", "X/8I": "D/2W", "X/TL": ""}
