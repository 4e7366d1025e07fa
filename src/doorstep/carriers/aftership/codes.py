"""AfterShip's tags, sub-tags and events → our event types.

Source: AfterShip Tracking API, delivery statuses, delivery sub-statuses (to 2026-07) and events, read 2026-11-22.
"""

#: The nine tags: used where a checkpoint has no sub-tag.
TAGS = {
    "Pending": "tracking_not_found",
    "InfoReceived": "order_data_received",
    "InTransit": "in_transit",
    "OutForDelivery": "out_for_delivery",
    "AttemptFail": "attempt_failed",
    "Delivered": "delivered",
    "AvailableForPickup": "ready_for_pickup",
    "Exception": "exception",
    "Expired": "tracking_expired",
}

#: The published sub-tags. Those whose own meaning could not be read say what their tag says.
SUBTAGS = {
    "Delivered_001": "delivered",
    "Delivered_002": "collected_by_recipient",
    "Delivered_003": "delivered_signed",
    "Delivered_004": "delivered_cod_collected",
    "Delivered_005": "delivered_neighbour",
    "AvailableForPickup_001": "ready_for_pickup",
    "Exception_001": "exception",
    "Exception_002": "recipient_moved",
    "Exception_003": "refused",
    "Exception_004": "customs_delay",
    "Exception_005": "delayed_not_carrier",
    "Exception_006": "held_for_payment",
    "Exception_007": "address_problem",
    "Exception_008": "pickup_expired",
    "Exception_009": "rejected_at_acceptance",
    "Exception_010": "return_started",
    "Exception_011": "returned_to_sender",
    "Exception_012": "damaged",
    "Exception_013": "lost",
    "Exception_016": "delayed_processing",
    "Exception_017": "delayed_weather",
    "Exception_018": "customs_information_required",
    "Exception_019": "delayed",  # a late flight
    "Exception_020": "order_cancelled",
    "Exception_021": "disposed",
    "AttemptFail_001": "attempt_failed",
    "AttemptFail_002": "attempt_failed_not_home",
    "AttemptFail_003": "attempt_failed_business_closed",
    "InTransit_001": "in_transit",
    "InTransit_002": "accepted",
    "InTransit_003": "facility_arrival",
    "InTransit_004": "destination_country_arrival",
    "InTransit_005": "customs_released",
    "InTransit_006": "import_customs_presented",
    "InTransit_007": "facility_departure",
    "InTransit_008": "exception_resolved",
    "InTransit_009": "address_changed",
    "InTransit_011": "in_transit",
    "InTransit_012": "in_transit",
    "InTransit_013": "in_transit",
    "InfoReceived_001": "order_data_received",
    "OutForDelivery_001": "out_for_delivery",
    "OutForDelivery_002": "ready_for_pickup",  # until AvailableForPickup_001 took its place
    "OutForDelivery_003": "recipient_contacted",
    "OutForDelivery_004": "appointment_made",
    "Pending_001": "tracking_not_found",
    "Pending_002": "tracking_not_found",  # the carrier account is not connected
    "Pending_003": "tracking_not_found",
    "Pending_004": "tracking_not_found",
    "Pending_005": "tracking_not_found",
    "Pending_006": "tracking_not_found",
    "Expired_001": "tracking_expired",
}

#: Sub-tags that give no particulars, so that an event beside them says more.
BARE = frozenset({"", "Delivered_001", "Exception_001", "AttemptFail_001", "InTransit_001"})

#: The finer events that newer versions add to a checkpoint, as far as their meaning is certain.
EVENTS = {
    "delivered_to_neighbor": "delivered_neighbour",
    "signed_by_customer": "delivered_signed",
    "delivery_attempt_failed": "attempt_failed",
    "redelivery_scheduled": "redelivery_scheduled",
    "rejected_by_customer": "refused",
    "held_by_customs": "customs_held",
    "misrouted": "misrouted",
    "picked_up": "picked_up",
    "return_to_sender_requested": "return_requested",
    "returned_to_sender": "returned_to_sender",
    "shipment_damaged": "damaged",
    "shipment_lost": "lost",
    "canceled": "order_cancelled",
}


def slug_of(tag: str, subtag: str, event: str) -> str:
    """Find the event type of a checkpoint; "unknown" for a sub-tag or tag not on the lists."""
    if subtag in BARE and event in EVENTS:
        return EVENTS[event]
    return SUBTAGS.get(subtag, "unknown") if subtag else TAGS.get(tag, "unknown")
