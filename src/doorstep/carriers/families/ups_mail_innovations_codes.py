"""The codes of UPS Mail Innovations, of any activity type → event types."""

from doorstep.carriers.reading import keyed

#: Source: UPS developer portal, Tracking, table of Mail Innovations codes, read 2026-11-22. Many of them mean something else for parcels.
MAIL_INNOVATIONS = keyed("""
accepted: 2O XA ZS
address_changed: S4 S5 S6 S7 S8 YG
address_problem: EF EG EH R5
appointment_required: DP
attempt_failed: P6 QS RF
attempt_failed_address: EE PI PN RH RJ RK YF YJ
attempt_failed_animal: EC
attempt_failed_no_access: DO ZM
attempt_failed_no_safe_place: DW
attempt_failed_not_home: DX QU R2 RI SR
attempt_failed_oversize: DV
attempt_failed_weather: EA
collected_by_recipient: 1E 1G PP
customs_delay: PD
customs_held: Q9 QL QN QQ
customs_information_required: PO QA QB QC QD QE QF QG QH QI QJ QK QP
customs_inspection: PK
customs_processing: P4
customs_released: P5 Q7
customs_seized: Q8 QM
damaged: PH PX QR QV R3
delayed: 00 PM
delayed_disaster: RD RG
delayed_weather: PY
delivered: F4 P1 RQ YC
delivered_signed: DL
delivery_facility_arrival: DQ P3 YH
destination_country_arrival: MS MZ P2
disposed: RS RT RU RV RW RX RY RZ S0 S1 S2 S3 YL
export_hub_arrival: PA
facility_arrival: DZ Q2 YI ZV ZZ
facility_departure: DR DY MW OF Q4 ZN ZR ZU
facility_processed: PB Q3 ZT ZW
future_date_requested: QW R6
handed_to_partner: ZY
handed_to_partner_consolidator: MV VS
handed_to_partner_untracked: ZX
held_by_carrier: QY R4
held_for_payment: R7 RC
held_for_recipient: ED R1 YD
hold_requested: AU
import_customs_presented: Q6
in_transit: MQ MU MX MY P8
lost: R9
misrouted: SN
missorted: RN
notice_left: DU EM QT
order_data_received: 2N ML MP PF Q0
origin_country_departed: MR P7
out_for_delivery: 1A EL P9 RB RE
pickup_deadline_soon: PE
prohibited_goods: R8 RL
ready_for_pickup: 1C 1D DN P0 PC RP SO
received_by_partner: EN Q1
recipient_moved: QZ YK
recipient_unreachable: R0
redelivery_scheduled: DM EB MT
refused: PG PL PU QX YE
rejected_at_acceptance: Q5
return_in_transit: SM
return_out_for_delivery: SP
return_started: EI EJ EK KP SL
returned_to_sender: 1F PJ PQ PR PS PT PV PW S9 SA SB SC SD SE SF SG SH SI SJ SK SQ XD XO
sorted: 1B DS
unclaimed: RA
undeliverable: RM RR YM
""")
