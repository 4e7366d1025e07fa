"""SEKO's Omni codes → our event types."""

from doorstep.carriers.reading import keyed

#: Omni codes are SEKO's own; the code beside them is the delivering carrier's and has no list. Left out: OP-93, of which no meaning is known.
#: "RTS Received" (57 to 69) is the arrival at SEKO's hub on the way back, not at the sender.
#: Source: SEKO's published table of OmniParcel event codes and their names, as listed in a public client, read 2026-11-22.
_TABLE = """
order_data_received: OP-1 OP-8
awaiting_handover: OP-9
parcel_without_data: OP-11
pickup_requested: OP-12
picked_up: OP-33 OP-89
accepted: OP-10 OP-14
facility_arrival: OP-50 OP-82
facility_processed: OP-47
facility_departure: OP-51
export_office_held: OP-2
held_for_payment: OP-87 OP-88
export_hub_arrival: OP-3
origin_country_departed: OP-4
customs_held: OP-6
customs_released: OP-5
flight_departed: OP-81
flight_arrived: OP-78
in_transit: OP-18 OP-79 OP-80
handed_to_partner: OP-7 OP-56
received_by_partner: OP-22 OP-48
partner_event: OP-20
misrouted: OP-13
missorted: OP-35
repacked: OP-39
informational: OP-31 OP-32
under_investigation: OP-46
out_for_delivery: OP-21
appointment_made: OP-36
redelivery_scheduled: OP-44
attempt_failed: OP-45 OP-86
attempt_failed_not_home: OP-84
notice_left: OP-24
attempt_failed_address: OP-27
attempt_failed_no_access: OP-37
attempt_failed_id: OP-38
refused: OP-28
address_problem: OP-23
held_by_carrier: OP-26 OP-70 OP-91
delivery_depot_held: OP-49
held_for_documents: OP-41
address_change_requested: OP-52
address_changed: OP-53
in_transit_to_pickup_point: OP-54
ready_for_pickup: OP-19 OP-25 OP-42 OP-76
pickup_expired: OP-43
collected_by_recipient: OP-75
delivered: OP-72
delivered_partial: OP-71
delivered_neighbour: OP-73
delivered_safe_place: OP-74
delivered_alternative_location: OP-77
delayed: OP-16
exception: OP-83
damaged: OP-17
lost: OP-15
disposed: OP-40 OP-92
undeliverable: OP-30
order_cancelled: OP-34
return_started: OP-29 OP-55 OP-66
return_in_transit: OP-57 OP-58 OP-59 OP-60 OP-61 OP-62 OP-63 OP-64 OP-65 OP-67 OP-68 OP-69 OP-85 OP-94
returned_to_sender: OP-90
"""
_EVENT_TYPES = keyed(_TABLE)
#: Pairs in which the delivering carrier's code says more than the Omni code, or something else. Source: codes and sentences of live answers, read 2026-11-22.
_PAIRS = {"OP-4/0.0": "received_by_partner", "OP-79/1.0": "facility_departure"}


def event_type_of(omni: str, own: str = "") -> str:
    """Find the event type of an Omni code ("OP-72") and the delivering carrier's code ("3.0") beside it."""
    return _PAIRS.get(f"{omni}/{own}") or _EVENT_TYPES.get(omni.upper(), "unknown")
