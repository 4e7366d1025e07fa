"""The codes of UPS's activity type X (exception) → event types."""

from doorstep.carriers.ups.codes.table import rows

#: Source: UPS developer portal, Tracking, table of exception codes, read 2026-11-22. One row per event type, the codes after it.
#: SR is not in that table; UPS's own OpenAPI example carries it with the words of a customs release (UPS-API/api-documentation, Tracking.yaml).
#: Where UPS asks the sender for clearance papers it is held_for_documents (the shop acts); where it asks receiver or importer,
#: customs_information_required (the customer acts). "Government agency" is UPS's word for customs too, so it is customs_processing.
#: KB is not in it either; UPS's test numbers send it as an internal activity (and under type D as a delivery, see `deliveries`).
EXCEPTIONS = rows("""
accepted: P4
address_change_requested: TB UD
address_changed: 6G E0 O7 YG
address_corrected: 9I AH IJ
address_problem: 4Z A5 A6 A8 A9 AA AB AC AD AE AF AG AK AL AV AW C8 CW CY DS DW E1 FA H1 H2 H3 H4 H5 OJ PH TF
appointment_made: VH
appointment_required: 7Q S6
attempt_failed: GB
attempt_failed_address: YF
attempt_failed_age: FM G7 G8
attempt_failed_business_closed: 55 G3 L1 VL ZM
attempt_failed_code: IQ IR
attempt_failed_id: PI
attempt_failed_no_access: 95
attempt_failed_not_home: 48 7L AX C4 OH
attempt_failed_oversize: 84
attempt_failed_payment: 51 52 KI KZ
border_crossed: IP XD YX
broker_notified: Z3
claim_opened: 5B 6X UL
collected_by_recipient: FT
contents_missing: 25 26 AJ
customs_delay: OI
customs_duties_due: 1C 7F D9 EY
customs_duties_paid: 1D E7
customs_held: CF CT LV Y4
customs_information_required: 1W 29 2B 7P 7U B5 BG BH BJ BK BP DY EU EV EW FE GF GZ OQ R7 RR RS S2 S3 SJ SL SP X6 XA XB
customs_inspection: TG
customs_processing: 1U 2N 2T 4C 5 7I 7M B3 B4 B6 B8 BV BW BX C3 CE D5 DB DE E4 E8 E9 ER HW L3 MI OB R1 R4 R5 RD RE RJ RM RP RU RZ S4
customs_processing: S5 SF SI SS SV SY T9 TE TT VK VQ VR W8 X2 X3 X4 X7 X9 XJ XK XL XY Y1 Y5 YA Z1
customs_rejected: ES
customs_released: DA SR
damaged: 13 45 66 67 A3 A4 HE HR TV
delayed: 1 11 1B 1L 1V 1X 2H 2Y 31 3A 3B 3C 6E 7N 7Y 8 87 9M 9N 9O 9P 9Q 9R 9T 9U 9V 9X 9Y 9Z CC DC DU E3 EH EN GV HA HH
delayed: J8 NW Q1 TI TN UK
delayed_capacity: 1G
delayed_disaster: 7V C5 DF
delayed_holiday: AZ
delayed_missed_connection: 3 CL MT XZ
delayed_not_carrier: 46 7S 8A 9L D4 DQ GC H7 K2 LH
delayed_processing: 4 7R CD ED G6 G9 OS
delayed_strike: B1 DG Q0 RY
delayed_vehicle: 15 16 1O 23 68 CQ DR GH GI LE LF
delayed_weather: 1E 2A 3D 6D 7W 7X DJ PZ
delivered: F4 FN K7 KM KN
delivered_damaged: 64 HD
delivery_method_changed: 2R 2U 37 8M JA JC K8 VM ZC
delivery_scheduled: 4F 6P 76 LY RO YR ZX ZY ZZ
disposed: 1F 8D A2 BZ NI YL
estimated_date_later: 14 2 3T 4Y 7Z 8K 8L 8Y 8Z C6 TH
event_retracted: TL
exceeds_service: 4P 6T C9 CA CV D2 EX
exception: 1A 33 4R 63 91 99 C7 CH CJ D7 HN TC TK YU
exception_resolved: 1M 92 X0
export_office_held: CN
facility_arrival: F0 GD
facility_departure: 2O F3 ZN
facility_processed: HL
facility_processing: 3P PG RB
final_attempt_failed: 49 AY
forwarded_correct_facility: HM
future_date_requested: AT G1 OL
handed_to_partner: 2V 4B F7 LX OA VX
held_by_carrier: 4Q 5T BF
held_for_documents: 40 43 4T 71 7T AO B9 BA BB BD BE CX CZ D0 DN FF L2 L5 OM OT R6 RA RX S1 SN VP X5 X8 XC XE XG XN XO XV XW
held_for_recipient: 54 E2 LI LZ MF O5 O8 O9 TO UG UZ VB VE VF VN Y7
held_regulatory: 1H H9 HO OR
hold_requested: 39 S7 T3 XS
import_office_held: CP
in_facility_waiting: 4I 72 P7 YT
in_transit: 1P 2S 4J 77 8R EO I8 SX UI VZ Y9 ZW
in_transit_to_pickup_point: 6J 6K ZL ZS
informational: 2E 2G 30 3W 3Z 4L 4N 5A 6W 79 93 9C F5 FW GN GQ GR I9 J9 JB JH JI JJ K5 K6 KB LN LO LQ LU RG RH T4 T5 T7 T8 TA TS
informational: V9 VU VV VW YS Z7 Z8 ZO ZU
label_printed: 9D 9J 9K
loading_exception: 1Q
misrouted: 6 7 8G D1 YI
missorted: 34
movement_exception: 17 18 19 1K 22 2Z 4K 7G 9S CK CM FG HG NP OD P6 S8
notice_left: HQ YD
notification_sent: I3
order_cancelled: 5D
out_for_delivery: RK RL
partner_event: 4H
picked_up: HF Z5
pickup_attempted: G4
pickup_deadline_soon: 5G
pickup_delayed: K1
pickup_expired: 3N 6C
pickup_failed: YW
pickup_final_attempt: G5
pickup_point_full: 3J 3L 5U 5W 6B 6Z 7E
pickup_scheduled: TR
pickup_second_attempt: KY
post_delivery_information: 56 59 8C 8E 8F
preferences_received: 78 H6 L0 L8 O1 O2 O3 R3 R8 RF S0 SO SU T6 UT ZA ZB
prohibited_goods: 60 73 9F DP TX U0 U3 UN UR US
ready_for_pickup: 8I I5 UE ZP
received_by_partner: RC ZK ZV
recipient_contacted: BQ BR BT DT KO Y2
recipient_moved: A7
recipient_unreachable: DD VI VJ Y3
redelivery_requested: 4M RW
redelivery_scheduled: 5Z O6 VA VD VG
redirect_cancelled: 6I 6L
redirected_to_pickup_point: 2X 5R 5S 5V 6H 6R 7C 7D 89 RI ZD
refused: 8H AM AP AQ AS KR KT YE
refused_damaged: KQ
refused_not_ordered: AN KS
return_failed: YV
return_in_transit: H8
return_label_created: 1T
return_requested: CS XU
return_started: 24 27 65 7H 90 A1 DL I1 KP O0 O4 RV UF
returned_to_sender: 4S PP TU UA YJ YK
second_attempt_failed: KX
service_upgraded: 3Q 3R 3S 3U 3V HJ
tracking_number_changed: CG IB
undeliverable: 47 HK I2 IY J0 S9 TJ YM
under_investigation: F8 GO UO UP UW UX
""")
