"""The event codes of InPost's international tracking → our event types."""

from doorstep.carriers.reading import keyed

#: Left out: HAN.1001, a handover of which neither side is named. LMD.1001 ("last mile") is the courier's tour: the public tracking shows it so.
#: Source: InPost's list "Tracking events" (versions 1 and 2, all markets), as a public copy of the documentation gives it, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: CRE.1001
awaiting_handover: CRE.1002 FMD.1001 FMD.1007
order_cancelled: EOL.9004 EOL.9005
informational: FUL.1001 INF.1001
packed_ready: FUL.1002
pickup_scheduled: FMD.1013
pickup_cancelled: FMD.1014
pickup_failed: FMD.1008 FMD.1009 FMD.1010 FMD.1011 FMD.1012 FMD.1016 FMD.1017
picked_up: FMD.1002
collected_from_dropoff_point: FMD.1004 FMD.1005
in_transit: FMD.1003 FMD.1006 FMD.1015 FUL.1003 MMD.1004
facility_arrival: MMD.1001
facility_processed: MMD.1002
facility_departure: MMD.1003 MMD.1007
sorted: MMD.1005
repacked: MMD.1009
consolidated: MMD.3001
held_by_carrier: MMD.9001
prohibited_goods: MMD.1006 LMD.9027
customs_processing: CC.001
customs_released: CC.002
customs_held: CC.003
out_for_delivery: LMD.1001
delivery_facility_arrival: LMD.1002
ready_for_pickup: LMD.1003 LMD.1004 LMD.1006 LMD.3007 LMD.9013
ready_for_pickup_locker: LMD.1005 LMD.9012
pickup_reminder: LMD.9001
pickup_expired: LMD.3008 LMD.3009 LMD.3010 LMD.3011 LMD.9002 LMD.9019
unclaimed: LMD.9014
pickup_point_full: LMD.9020 LMD.9022 LMD.9023 LMD.9024
redirected_to_pickup_point: LMD.3001 LMD.3002 LMD.3003 LMD.3004 LMD.3013 LMD.3014 LMD.3015 LMD.3016 LMD.3017
redirect_cancelled: LMD.3005 LMD.3012
address_changed: LMD.3006
attempt_failed: LMD.9004 LMD.9018
attempt_failed_address: LMD.9007 LMD.9008 LMD.9015
attempt_failed_payment: LMD.9009
attempt_failed_no_safe_place: LMD.9010
attempt_failed_no_access: LMD.9011 LMD.9016 LMD.9025
attempt_failed_not_home: LMD.9017
attempt_failed_oversize: LMD.9021
attempt_failed_age: LMD.9029
undeliverable: LMD.9005
refused: LMD.9006
exceeds_service: FMD.9002 LMD.9003
claim_opened: FMD.9001
damaged: LMD.9030 EOL.9002
lost: EOL.9001
disposed: EOL.9003 EOL.9006
delayed: INF.9001 INF.9003 INF.9009
delayed_holiday: INF.9004
delayed_strike: LMD.9026
delayed_not_carrier: LMD.9028 INF.9005 INF.9016
under_investigation: INF.9013
preferences_received: INF.9010
delivery_window_set: INF.9012
delivery_scheduled: INF.9014
appointment_required: INF.9017
delivered: EOL.1001 EOL.1005
collected_by_recipient: EOL.1002
delivered_safe_place: EOL.1003
delivered_neighbour: EOL.1004
delivered_alternative_location: EOL.1006
delivered_to_agent: EOL.1007
delivered_mailbox: EOL.1008
return_started: RTS.1001
returned_to_sender: RTS.1002
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("LMD.1005")."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
