"""PostNL's observation and status codes → our event types."""

from doorstep.carriers.reading import keyed

#: Status codes (collection, sorting, distribution, delivered). Source: PostNL's API documentation, "T & T Status Codes", as kept
#: in a public repository, read 2026-11-22.
_STATUSES = keyed("""
order_data_received: 1
awaiting_handover: 13
data_without_parcel: 14 15
pickup_failed: 4
picked_up: 3 23
accepted: 2
rejected_at_acceptance: 19
sorted: 5
not_sorted: 6
delayed_processing: 16
in_facility_waiting: 21
export_hub_arrival: 31
customs_processing: 9 20
out_for_delivery: 7
attempt_failed: 8
ready_for_pickup: 12
collected_by_recipient: 22
delivered: 11
delayed: 17
lost: 18
return_started: 27 28
informational: 99
""")

#: Observation codes. Left out: D08 and Z80, whose text contradicts their status; the status of the same second decides there.
#: Source: the same document (events); A03, A04, A18, A19, A24, A25, A65, A80, A95, A96, A98, J04, J21, J31, K33, K50, M02 and T04 from
#: codes seen on PostNL's own track and trace page; read 2026-11-22.
_OBSERVATIONS = keyed("""
order_data_received: A01 A03 A71 M02
order_cancelled: H30 H31 Q02 R06
label_voided: M03
label_failed: F03 F04 F05 F06 F07 F08 F10
data_without_parcel: M01
pickup_requested: X80
pickup_scheduled: F01
courier_dispatched_for_pickup: J56
pickup_attempted: Y80
pickup_failed: D02 D03 D04 D05 D06 D07 D09 D40 Y81
pickup_cancelled: D41
picked_up: A73 B04 C01
dropped_off: C02 X40
accepted: B01 B06 V12 V13 V23 V50
rejected_at_acceptance: X42 X43
in_transit: J45 Q15 Q19 S05
facility_arrival: X08 X14 X50
facility_processing: J31 Q16 X17
facility_processed: Q17 Q18
sorted: J01 J06 J10 J27 J61 R01 X07 X15 X16 X51
loaded_to_vehicle: Q13
in_facility_waiting: V22 X52
partial_arrival: J22 J93
export_hub_arrival: A72
origin_country_departed: A75 Q12 X19
border_crossed: X01
destination_country_arrival: A76 X02
import_customs_presented: X60 X62
customs_processing: X03 X11 Y25
customs_information_required: X10
customs_inspection: X63 X64
customs_held: Y46
customs_delay: X30 Y64
customs_duties_due: X67
customs_duties_paid: A21
customs_released: X04 X61 X65
import_terminated: X66
received_by_partner: A74
preparing_for_delivery: I06 J04
delivery_scheduled: J59 J90
delivery_window_changed: A19 A42 A65 G01 G02 G05 H32 J09 J14 J24 J36 J92 K01 T02 T04 V01 V02 V03 V11 V21 Y07 Y08 Y35 Y60 Y61 Y62
estimated_date_set: A18
appointment_required: Y39
recipient_contacted: A41
recipient_unreachable: Y42
out_for_delivery: J05 X06 X55 Y05
attempt_failed: H34 J08 K15 Y15 Y37 Y38
attempt_failed_not_home: J94 K14 Y02 Y10
attempt_failed_business_closed: J07 J17 Y43
attempt_failed_no_access: J16 K16 Y41
attempt_failed_address: H36 Y01 Y17 Y30 Y31 Y32
attempt_failed_id: Y36
attempt_failed_payment: K41
attempt_failed_no_safe_place: P20 P21 P22 P23 P24
attempt_failed_oversize: J29 J42 J48
refused: Y03 Y13 Y50
refused_damaged: Y44
address_problem: J33 Y09 Y12
address_changed: A29 A30 K02 K03
address_corrected: Y23 Y24
recipient_moved: Y22
future_date_requested: A12 A13 A32 A35
preferences_received: A08 A11 A31
delivery_method_changed: A94 J28
redirected_to_pickup_point: A09 A27 A34 A99 K70 K71
in_transit_to_pickup_point: A28 J21 J47 J55
ready_for_pickup: I08 J02 J12 J52 X05
ready_for_pickup_locker: J23
pickup_reminder: A24 A25
collected_by_recipient: I02 I22 Z06
delivered: I01 I03 I23 Z01 Z02 Z03 Z04 Z08
delivered_neighbour: I10 Z05
delivered_safe_place: I09 I12 Z09
delivered_mailbox: I05 I11
delivered_po_box: Y26
delivered_partial: J91
proof_of_delivery_available: A80
delayed: J26 J39 J95 K25 V31 Y33
delayed_capacity: G03 V06
delayed_processing: Y66
delayed_weather: Y65
delayed_disaster: K91
delayed_not_carrier: V04
held_for_payment: A20 A22
held_by_carrier: Q14
damaged: Y04 Y11 Y14
lost: Y71
prohibited_goods: Y45
exceeds_service: J41
disposed: K92 Y29
undeliverable: H23 K30 Y48
exception_resolved: X68
return_label_created: A10
return_requested: A46
return_started: H01 H02 H03 H04 H05 H07 H08 H09 H10 H12 H15 H16 H17 H18 H20 H22 H24 H25 H35 H38 H51 H52 K43 X22 Y16 Y18 Y19 Y20 Y21 Y40 Y47
return_in_transit: I07 X20 X21 X81
returned_to_sender: J63 X24
notification_sent: A04 A43 K50
informational: A95 A96 A98 J80 K33 K90
""")


def of_status(status: str) -> str:
    """Find the event type of a status code ("11")."""
    return _STATUSES.get(status.lstrip("0"), "unknown")


def of_observation(code: str) -> str:
    """Find the event type of an observation code ("J05")."""
    return _OBSERVATIONS.get(code.upper(), "unknown")
