"""The codes of UPS's activity type D (delivered, and what the driver's device says at the door) → event types."""

from doorstep.carriers.ups.codes.table import rows

#: Source: UPS developer portal, Tracking, table of delivery codes, read 2026-11-22.
#: FS, KB, KM and F4 are missing there; live answers and UPS's own webhook example send them for a delivery
#: (UPS-API/api-documentation, issue 7 and UPSTrackAlertEnhanced.yaml).
DELIVERIES = rows("""
accepted: VS
address_corrected: EG FB
address_problem: 74 CU DZ F2 MV
agency_release_pending: RQ
attempt_failed: 7B CO DO EA
attempt_failed_address: 50 BO
attempt_failed_business_closed: BI FO
attempt_failed_no_access: NS NX OE
attempt_failed_not_home: CI
attempt_failed_payment: DI
broker_notified: 86
collected_by_recipient: 2W A0
contents_missing: GK
customs_information_required: ET SG
customs_inspection: DK L4
customs_processing: 70 B2
customs_rejected: ST
customs_released: 83 BN EZ
damaged: 28
delayed: 0 12 32 41 42 44 57 9 CB EF EL EM FZ
delayed_missed_connection: EK
delayed_not_carrier: LM
delayed_vehicle: EI
delayed_weather: CR EJ
delivered: 3G 8N 9E AI F4 FS FV KB KM M1 M2 M7 MA MB MC MD ME MG MH MJ MK OO PF UC YC
delivered_alternative_location: P5
delivered_mailbox: MU
delivered_neighbour: 3H
delivered_partial: KU
delivered_reception: 8O M3 M4 M5 M6 M8 M9 OZ ZG ZH
delivered_safe_place: 3F ML MM MN MP MQ MR MS MW MX NL NT ZE ZF
delivery_method_changed: HI
delivery_scheduled: F1 YH
exceeds_service: BM
facility_arrival: 2D F0
facility_departure: 2J F3
handed_to_partner: F7
held_by_carrier: TW
hold_requested: AU
in_facility_waiting: 85
in_transit_to_pickup_point: 7A
informational: 1Z 2C 38 98 EB EE FD FI GW L6 SB SE UJ
out_for_delivery: 2K 7K
preferences_received: 8Q
prohibited_goods: 61 62 BL RN
ready_for_pickup: 2Q 5F EP ZI ZQ
ready_for_pickup_locker: 1N
recipient_unreachable: BS FC
redelivery_scheduled: EC
refused: 53
return_label_created: MY
returned_to_sender: B0
service_upgraded: EQ
tracking_number_changed: 4X
""")
