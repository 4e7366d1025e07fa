"""X12 status, reason and appointment codes of AT7 → our event types: the status says what, the reason why."""

from doorstep.carriers.reading import keyed

#: Data element 1650. Estimates of terminals (B6, C1), the empty truck's leave (CD) and the spotted trailer (S1) tell a customer nothing.
#: Source: ASC X12 data element dictionary 004010 to 006030, elements 1650 to 1652, read 2026-11-22. Partners deviate: the setting `code_table` is for them.
_STATUSES = keyed("""
order_data_received: XB
order_cancelled: CA
data_without_parcel: OO
pickup_attempted: X3 X8
picked_up: AF CP
facility_processing: L1
loaded_to_vehicle: AM CL
in_transit: X6
facility_arrival: X4 AR I1
facility_departure: P1 RL OA
in_facility_waiting: BC
handed_to_partner: J1 AN
received_by_partner: R1 BA
customs_processing: K1
customs_held: PR
preparing_for_delivery: AV AJ
driver_nearby: X1 X5
estimated_date_set: AG X2
attempt_failed: AH AP
refused: A7
address_changed: AI
delivered: D1
delayed: SD
damaged: A9
returned_to_sender: A3
informational: B6 C1 CD S1
""")
#: Data element 1652: the date beside it is the appointment's.
_APPOINTMENTS = keyed("""
pickup_scheduled: AA EP LP XA
appointment_made: AB X9
estimated_date_set: AC
delivery_window_set: ED LD
""")
#: Statuses and appointments whose date is when the delivery is expected, and the ends of a window.
EXPECTED = frozenset({"AG", "X2", "AB", "AC", "X9"})
NOT_BEFORE, NOT_AFTER = "ED", "LD"
#: Statuses whose date lies ahead.
AHEAD = EXPECTED | {"B6", "C1"}

#: Data element 1651, by the family of the status beside it. NS, NA (normal) and BG (other), and any other code, change nothing.
_ATTEMPT = keyed("""
attempt_failed_address: A2 A5 A6
attempt_failed_not_home: AQ C4
attempt_failed_business_closed: B1 AN
attempt_failed_no_access: B8
attempt_failed_weather: AO
attempt_failed_time: BH T7
attempt_failed_payment: C8 C9
refused: BS
future_date_requested: AD
appointment_made: BK
appointment_required: HB
ready_for_pickup: C1
held_for_recipient: B5 C3
held_for_payment: B4
held_for_documents: BC
held_credit: C2
prohibited_goods: AE
exceeds_service: AV BQ
damaged: AK
contents_missing: S1
missorted: AA
address_changed: RC
customs_information_required: AR AS AT
customs_processing: BD
customs_held: CA
delayed_strike: C5
delayed_vehicle: AF AI
return_started: BT
""")
_DELAY = keyed("""
delayed_weather: AO
delayed_holiday: AN
delayed_strike: AU C5
delayed_vehicle: AF AI BR
delayed_capacity: BM T1 T2 T3 T4 T5 T6
delayed_processing: AH AL BF BN BO D1 D2 P1 P3
delayed_not_carrier: AG AJ AM BI F2
movement_exception: BE BP
pickup_failed: AY
pickup_delayed: AX
missorted: AA
customs_information_required: AR AS AT
customs_delay: BD CA F1
held_for_payment: B4 C8
held_for_documents: BC
held_credit: C2
held_for_recipient: B5 C3
hold_requested: BB
future_date_requested: AD
appointment_made: BK
appointment_required: HB
address_problem: A2 A5
address_changed: RC
prohibited_goods: AE
exceeds_service: AV BQ
damaged: AK
recipient_unreachable: AQ
""")
_REFUSED = keyed("""
refused_damaged: AK
attempt_failed_payment: C8 C9
""")
_DELIVERED = keyed("""
delivered_alternative_location: A3
delivered_partial: S1
delivered_damaged: AK
""")
_FAMILIES = {"attempt_failed": _ATTEMPT, "delayed": _DELAY, "refused": _REFUSED, "delivered": _DELIVERED}


def event_type_of(status: str, reason: str) -> str:
    """Find the event type of AT701 and AT702; "unknown" for a status not on the list."""
    base = _STATUSES.get(status, "unknown")
    return _FAMILIES.get(base, {}).get(reason, base)


def appointment_type_of(status: str) -> str:
    """Find the event type of AT703; "unknown" for one not on the list."""
    return _APPOINTMENTS.get(status, "unknown")
