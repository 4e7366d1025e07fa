"""Hermes Germany's event codes, four digits or nine, and the words of its parcel page → our event types."""

from doorstep.carriers.reading import keyed

#: Four-digit codes. 40xx is the depot's note of what 37xx told from the door: the parcel is back, and no new attempt was made.
#: Where a code has no such twin (4010, 4024, 4035, 4081), it tells the reason itself.
#: Source: Hermes Germany's list of event codes (294 rows), read 2026-11-22.
_BY_FOUR = keyed("""
order_data_received: 0000
data_without_parcel: 0600 0700 0800 0900
order_cancelled: 9340 9341
picked_up: 1910
dropped_off: 2400
accepted: 1900
pickup_delayed: 4610
pickup_failed: 4620
exception: 4630
parcel_without_data: 2100
in_transit: 1000 1610
facility_arrival: 1901 2000 2300
facility_departure: 3010
sorted: 1510 3300 6090
in_facility_waiting: 4100 4500
weight_corrected: 9040 9041
misrouted: 3780 4080 6086 6087
customs_processing: 1710
customs_released: 1720
customs_held: 1730
customs_rejected: 1751
handed_to_partner: 1810 1820 3430
out_for_delivery: 3000
returned_from_route: 3750 4015 4020 4025 4031 4032 4033 4034 4050 4051 4052 4053 4054 4082 4083 4084 4085 4086 4087 4095
attempt_failed_not_home: 3731 3733
second_attempt_failed: 3732
final_attempt_failed: 3734 3754
attempt_failed_address: 3720
attempt_failed_payment: 3715
attempt_failed_code: 3751 3752 3753 3786
attempt_failed_id: 3782 3783 3784 3785 4081
attempt_failed_age: 3787
attempt_failed_oversize: 4024
refused: 3710 4010
damaged: 3740 4040 6085
undeliverable: 3795
ready_for_pickup: 3410
pickup_expired: 4035
collected_by_recipient: 3530
delivered: 3500 3510 3520
delivered_mailbox: 3511
preferences_received: 9311 9315 9322 9323
future_date_requested: 9324
address_change_requested: 9325
address_changed: 6088
address_corrected: 9328
redirected_to_pickup_point: 9321
redirect_cancelled: 9391 9395
return_started: 3760 3761 4062 6080 6081 6082 6083 6084 6092 6093 6094 6096 6098 6099
return_in_transit: 1520 4060 4061 6089
returned_to_sender: 7500
event_retracted: 4070 4072 4690 9399
informational: 9327 9381 9385 9394
""")

#: Nine-digit codes: what happened (three digits), why (three), who scanned (three). The first six tell the meaning, all nine where they differ.
#: Source: the same list.
_BY_NINE = keyed("""
order_data_received: 000000
data_without_parcel: 000001 000002 000003 000004
order_cancelled: 320020 320021
picked_up: 037003004
dropped_off: 045001008
accepted: 037001 037004
pickup_delayed: 048001
pickup_failed: 048002
exception: 048003
parcel_without_data: 045002 080007
in_transit: 010000 035001
facility_arrival: 037002 037003 045000 045001 045005 045020
facility_departure: 050021 050026 050028
facility_processed: 050029
sorted: 030000 030015 050024 101001
in_facility_waiting: 080001 080003 080006 085001
partial_arrival: 080005
held_for_recipient: 080002
delayed: 080004
weight_corrected: 031040 031041
misrouted: 060007 100006 100007
customs_processing: 033001
customs_released: 033002
customs_held: 033003
customs_rejected: 033051
handed_to_partner: 033005 033006 055002
out_for_delivery: 050001
returned_from_route: 060000 060002002 060002003 060003002 060003003 060004002 060004003 060005002 060005003 060006002 060006003
returned_from_route: 060009 060010002 060010003 060010009 060013002 060013003 060014002 060014003 060015002 060015003 060016002 060016003
returned_from_route: 060017003 060018002 060018003 060032002 060032003 060033002 060033003 060034002 060034003 060035002 060035003
returned_from_route: 060095002 060095003
attempt_failed_not_home: 060003 060005
second_attempt_failed: 060004
final_attempt_failed: 060006 060035
attempt_failed_address: 060002
attempt_failed_payment: 060010
attempt_failed_code: 060017 060032 060033 060034
attempt_failed_id: 060011 060013 060014 060015 060016
attempt_failed_age: 060018
attempt_failed_oversize: 060024
refused: 060001
damaged: 060008 100005
undeliverable: 060095
ready_for_pickup: 055001
pickup_expired: 060012
collected_by_recipient: 090003
delivered: 090000 090001 090002
delivered_mailbox: 090005
preferences_received: 310001 310005 320002 320003
future_date_requested: 320004
address_change_requested: 320005
address_changed: 100008
address_corrected: 320008
redirected_to_pickup_point: 320001
redirect_cancelled: 390001 390005
return_started: 065001004 065001009 065002000 065002004 065002008 065002009
return_started: 100000 100001 100002 100003 100004 100010 100011 100015 100018 100024 100099
return_in_transit: 065001 065002 100009 115001
returned_to_sender: 125001
event_retracted: 048090 050090 060090 100090 390020
informational: 320007 380001 380005 390004
""")

#: The words of the parcel page. Booked wishes end in what was wished.
#: Source: live answers of Hermes Germany's parcel page and the words its public clients list, read 2026-11-22.
_BY_WORD = keyed("""
order_data_received: ANNOUNCED
dropped_off: PARCELSHOP_DROP_OFF
accepted: TAKEN_OVER_BY_HERMES
collected_from_dropoff_point: PARCELSHOP_COLLECTED_BY_DRIVER
sorted: SORTED
regional_arrival: ARRIVED_IN_DESTINATION_REGION
out_for_delivery: DELIVERY_TOUR_STARTED
preferences_received: EDL_BOOKED_DROPOFF EDL_BOOKED_NEIGHBOUR
redirected_to_pickup_point: EDL_BOOKED_PARCELSHOP
delivered: DELIVERED_HOMEDELIVERY
delivered_mailbox: DELIVERED_MAILBOX
delivered_safe_place: DELIVERED_DROPOFF
delivered_neighbour: DELIVERED_NEIGHBOUR
collected_by_recipient: DELIVERED_PARCELSHOP
ready_for_pickup: PARCELSHOP_ITEMS_FOR_COLLECTION READY_FOR_COLLECTION
undeliverable: NOT_DELIVERABLE
under_investigation: UNKNOWN_WHEREABOUTS
return_started: RETURN
returned_to_sender: RETURN_DELIVERED_TO_SENDER
""")

#: The one retraction that names what it takes back: a cancellation. The others take back the scan before.
_TAKES_BACK = {"9399": "9340", "390020301": "320020301"}
_NINE = 9


def event_type_of(code: str) -> str:
    """Find the event type of a code of four digits, of nine, or of a word; "unknown" for one the lists have not."""
    if len(code) == _NINE and code.isdigit():
        return _BY_NINE.get(code) or _BY_NINE.get(code[:6], "unknown")
    return _BY_FOUR.get(code) or _BY_WORD.get(code.upper(), "unknown")


def retracted_by(code: str) -> str | None:
    """Tell which earlier scan a code takes back: its code, "" for the scan before, None where it takes nothing back."""
    return _TAKES_BACK.get(code, "") if event_type_of(code) == "event_retracted" else None
