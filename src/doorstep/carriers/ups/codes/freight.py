"""The codes of UPS freight shipments, exceptions of any activity type → event types."""

from doorstep.carriers.ups.codes.table import rows

#: Source: UPS developer portal, Tracking, table of freight activities, read 2026-11-22. Codes of the office rather than of the goods
#: (filings, bookings, data errors) are left out and stay "unknown".
FREIGHT = rows("""
address_changed: 85 E6
address_corrected: E1
address_problem: UG
appointment_made: DE
appointment_required: 07 08 B3 B4 B6 B7 B8 B9 C0 UI UK
attempt_failed: 02 IE
attempt_failed_business_closed: UF
consolidated: 21
customs_delay: 46
customs_duties_due: 58
customs_held: 11 61 99 A1 A3 HC
customs_information_required: 25 26 DP
customs_processing: C7
customs_released: E4
customs_seized: 35 HF
damaged: 06 14 15 80 97 E8 UJ
delayed: 18 20 22 32 39 D3 IL MS U4 UL
delayed_capacity: 41 BL BM BP I6 IM
delayed_disaster: 45
delayed_holiday: 55 DH HN
delayed_missed_connection: 49 71 72
delayed_not_carrier: 38 40 52 53 66 IN IT
delayed_processing: 98
delayed_strike: F3
delayed_vehicle: 01 88 EF MB TM UM
delayed_weather: 05 BW
delivered: 63
delivered_damaged: 12 E9
delivered_partial: 10 31 D2
exceeds_service: 79
exception: 04 19 78
exception_resolved: 60 68
export_customs_held: A2 EC
export_customs_released: EX
handed_to_partner: 83
held_by_carrier: 33 69 95 F2
held_credit: UH
held_for_documents: 48 57 70 HE IF IQ LD
held_for_payment: IH II
held_for_recipient: 09
in_facility_waiting: HU
informational: 28 42 DX F1
loading_exception: 82
lost: LC PS
misrouted: 96 MR
movement_exception: 03 43 44 64 67 91 AR FX GD HA IO UZ
order_cancelled: SC
partial_arrival: 16 17 36
pickup_cancelled: 50
pickup_failed: 76
prohibited_goods: 54 DG
redelivery_scheduled: C3 E2 E5
refused: D1 D5 UY
refused_damaged: D4
return_started: 86
split_shipment: 51
stolen: UX
under_investigation: 34
weight_corrected: 93
""")
