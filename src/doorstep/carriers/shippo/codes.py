"""Shippo's statuses and sub-statuses → our event types.

Source: Shippo tracking guide and the public client library's enums, read 2026-11-22.
"""

#: The statuses, where no sub-status is sent (older versions send none). UNKNOWN is Shippo's own word for having none.
STATUSES = {
    "UNKNOWN": "status_not_mapped",
    "PRE_TRANSIT": "order_data_received",
    "TRANSIT": "in_transit",
    "DELIVERED": "delivered",
    "RETURNED": "return_started",  # on its way back or back, Shippo does not tell which
    "FAILURE": "exception",  # an issue with the delivery, not a final one
}

#: Status and sub-status code.
SUBSTATUSES = {
    "UNKNOWN/other": "status_not_mapped",
    "PRE_TRANSIT/information_received": "order_data_received",
    "TRANSIT/address_issue": "address_problem",
    "TRANSIT/contact_carrier": "exception",
    "TRANSIT/delayed": "delayed",
    "TRANSIT/delivery_attempted": "attempt_failed",
    "TRANSIT/delivery_rescheduled": "redelivery_scheduled",
    "TRANSIT/delivery_scheduled": "delivery_scheduled",
    "TRANSIT/location_inaccessible": "attempt_failed_no_access",
    "TRANSIT/notice_left": "notice_left",
    "TRANSIT/out_for_delivery": "out_for_delivery",
    "TRANSIT/package_accepted": "accepted",
    "TRANSIT/package_arrived": "facility_arrival",
    "TRANSIT/package_damaged": "damaged",
    "TRANSIT/package_departed": "facility_departure",
    "TRANSIT/package_forwarded": "address_changed",
    "TRANSIT/package_held": "held_by_carrier",
    "TRANSIT/package_processed": "facility_processed",
    "TRANSIT/package_processing": "facility_processing",
    "TRANSIT/pickup_available": "ready_for_pickup",
    "TRANSIT/reschedule_delivery": "appointment_required",
    "DELIVERED/delivered": "delivered",
    "RETURNED/return_to_sender": "return_started",
    "RETURNED/package_unclaimed": "unclaimed",
    "FAILURE/package_undeliverable": "undeliverable",
    "FAILURE/package_disposed": "disposed",
    "FAILURE/package_lost": "lost",
}

#: Sub-statuses mean the same under another status than the one they are listed with ("FAILURE/delivery_attempted"), but for these.
_BOUND = frozenset({"other", "delivered"})
_BY_SUBSTATUS = {pair.partition("/")[2]: slug for pair, slug in SUBSTATUSES.items() if pair.partition("/")[2] not in _BOUND}


def slug_of(status: str, substatus: str) -> str:
    """Find the event type; "unknown" for any code not on the lists."""
    if substatus:
        return SUBSTATUSES.get(f"{status}/{substatus}") or (_BY_SUBSTATUS.get(substatus, "unknown") if status in STATUSES else "unknown")
    return STATUSES.get(status, "unknown")
