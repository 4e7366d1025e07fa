"""Aramex's update codes (SH005), some with a problem's code (SH033/A16), → our event types."""

from doorstep.carriers.reading import keyed

#: "Returned to shipper" (SH069) names the waybill of the way back: the parcel sets out, it is not yet there.
#: Left out: SH017 and SH024 (no meaning given), SH076 (a "situation update").
#: Source: Aramex's table of tracking update codes as reprinted in a public client, and the codes with sentences that live answers
#: are told to have; read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: SH014
picked_up: SH011 SH012
origin_scan: SH047
facility_processing: SH001
facility_arrival: SH002 SH160
facility_processed: SH495
facility_departure: SH022
in_transit: SH073 SH077
delivery_facility_arrival: SH110
handed_to_partner: SH007
out_for_delivery: SH003 SH004
attempt_failed: SH033
attempt_failed_address: SH033/A16
attempt_failed_payment: SH033/A18
recipient_contacted: SH515 SH516
recipient_unreachable: SH294/U13
address_changed: SH070
address_corrected: SH296
delayed: SH043 SH044
held_by_carrier: SH008 SH030 SH162 SH294
held_for_recipient: SH521
exception: SH157 SH163
broker_notified: SH034
customs_information_required: SH035
customs_held: SH156 SH158
customs_released: SH041
ready_for_pickup: SH164
collected_by_recipient: SH006 SH496
delivered: SH005
delivered_partial: SH154
post_delivery_information: SH239
return_requested: SH498
return_started: SH069
""")


def event_type_of(code: str, problem: str = "") -> str:
    """Find the event type of an update code, whatever its case ("Sh014"), finer where the problem's code is known with it."""
    return _EVENT_TYPES.get(f"{code}/{problem}".upper()) or _EVENT_TYPES.get(code.upper(), "unknown")
