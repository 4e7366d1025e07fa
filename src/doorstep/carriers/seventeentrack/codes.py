"""17TRACK's sub-statuses, stages and states → our event types.

Source: 17TRACK API v2.4 as captured in public client libraries, read 2026-11-22.
"""

#: The nine main states: for records without a sub-status.
STATES = {
    "NotFound": "tracking_not_found",
    "InfoReceived": "order_data_received",
    "InTransit": "in_transit",
    "Expired": "tracking_expired",
    "AvailableForPickup": "ready_for_pickup",
    "OutForDelivery": "out_for_delivery",
    "DeliveryFailure": "attempt_failed",
    "Delivered": "delivered",
    "Exception": "exception",
}

SUB_STATUSES = {
    "NotFound_Other": "tracking_not_found",
    "NotFound_InvalidCode": "tracking_invalid",
    "InfoReceived": "order_data_received",
    "InTransit_PickedUp": "picked_up",
    "InTransit_Other": "in_transit",
    "InTransit_Departure": "origin_country_departed",
    "InTransit_Arrival": "destination_country_arrival",
    "InTransit_CustomsProcessing": "customs_processing",
    "InTransit_CustomsReleased": "customs_released",
    "InTransit_CustomsRequiringInformation": "customs_information_required",
    "Expired_Other": "tracking_expired",
    "AvailableForPickup_Other": "ready_for_pickup",
    "OutForDelivery_Other": "out_for_delivery",
    "DeliveryFailure_Other": "attempt_failed",
    "DeliveryFailure_NoBody": "attempt_failed_not_home",
    "DeliveryFailure_Security": "attempt_failed_security",
    "DeliveryFailure_Rejected": "refused",
    "DeliveryFailure_InvalidAddress": "attempt_failed_address",
    "Delivered_Other": "delivered",
    "Exception_Other": "exception",
    "Exception_Returning": "return_started",
    "Exception_Returned": "returned_to_sender",
    "Exception_NoBody": "address_problem",
    "Exception_Security": "held_regulatory",
    "Exception_Damage": "damaged",
    "Exception_Rejected": "refused",
    "Exception_Delayed": "delayed",
    "Exception_Lost": "lost",
    "Exception_Destroyed": "disposed",
    "Exception_Cancel": "order_cancelled",
}

#: The nine milestones an event can mark: they speak where the sub-status is missing or says only "other".
STAGES = {
    "InfoReceived": "order_data_received",
    "PickedUp": "picked_up",
    "Departure": "origin_country_departed",
    "Arrival": "destination_country_arrival",
    "AvailableForPickup": "ready_for_pickup",
    "OutForDelivery": "out_for_delivery",
    "Delivered": "delivered",
    "Returned": "returned_to_sender",
    "Returning": "return_started",
}

#: The states of a buyer's list (the site, not the API), by number.
LIST_STATES = {
    "0": "tracking_not_found",
    "10": "in_transit",
    "20": "tracking_expired",
    "30": "ready_for_pickup",
    "35": "attempt_failed",
    "40": "delivered",
    "50": "exception",
}


def slug_of(sub_status: str, stage: str) -> str:
    """Find the event type; "unknown" for a sub-status that is not on the list, whatever the stage says."""
    if stage in STAGES and (not sub_status or sub_status in ("InTransit_Other", "Exception_Other")):
        return STAGES[stage]
    return SUB_STATUSES.get(sub_status) or STATES.get(sub_status, "unknown")
