"""EasyPost's status and status_detail → our event types.

Source: EasyPost trackers guide and the public client library's types, read 2026-11-22.
"""

#: The statuses, for details that add nothing. "unknown" is EasyPost's own word for having none; the tenth, "error", is no event.
STATUSES = {
    "unknown": "status_not_mapped",
    "pre_transit": "order_data_received",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "available_for_pickup": "ready_for_pickup",
    "return_to_sender": "return_started",
    "failure": "exception",
    "cancelled": "order_cancelled",
}

#: Details that add nothing to the status.
BARE = frozenset({"", "status_update", "unknown"})

#: The other details, whatever the status, unless PAIRS says otherwise.
DETAILS = {
    "address_correction": "address_corrected",
    "arrived_at_destination": "regional_arrival",
    "arrived_at_facility": "facility_arrival",
    "arrived_at_pickup_location": "ready_for_pickup",
    "awaiting_information": "held_by_carrier",
    "cancelled": "order_cancelled",
    "damaged": "damaged",
    "delayed": "delayed",
    "delivery_exception": "exception",
    "departed_facility": "facility_departure",
    "departed_origin_facility": "facility_departure",
    "expired": "tracking_expired",
    "failure": "exception",
    "held": "held_by_carrier",
    "in_transit": "in_transit",
    "label_created": "label_created",
    "lost": "lost",
    "missorted": "missorted",
    "out_for_delivery": "out_for_delivery",
    "received_at_destination_facility": "delivery_facility_arrival",
    "received_at_origin_facility": "origin_scan",
    "refused": "refused",
    "return": "return_started",
    "transferred_to_destination_carrier": "handed_to_partner",
    "transit_exception": "exception",
    "weather_delay": "delayed_weather",
}

#: Details about moving: on the way back they mean the way back, at a delivery they say where, not that it still moves.
_MOVING = (
    "arrived_at_destination",
    "arrived_at_facility",
    "departed_facility",
    "departed_origin_facility",
    "in_transit",
    "received_at_destination_facility",
    "received_at_origin_facility",
)

#: Status and detail together where the detail alone would mislead.
PAIRS = (
    {f"delivered/{detail}": "delivered" for detail in (*_MOVING, "out_for_delivery")}
    | {f"return_to_sender/{detail}": "return_in_transit" for detail in _MOVING}
    | {
        "available_for_pickup/arrived_at_destination": "ready_for_pickup",
        "available_for_pickup/arrived_at_facility": "ready_for_pickup",
        "available_for_pickup/held": "ready_for_pickup",
        "available_for_pickup/received_at_destination_facility": "ready_for_pickup",
        "delivered/damaged": "delivered_damaged",
        "delivered/return": "returned_to_sender",
        "failure/address_correction": "address_problem",
        "out_for_delivery/arrived_at_destination": "out_for_delivery",
        "out_for_delivery/in_transit": "out_for_delivery",
        "pre_transit/awaiting_information": "order_data_received",
        "pre_transit/in_transit": "order_data_received",
        "return_to_sender/out_for_delivery": "return_out_for_delivery",
    }
)


def slug_of(status: str, detail: str) -> str:
    """Find the event type; "unknown" for a detail, or a status standing alone, that is not on the lists."""
    if detail in BARE:
        return STATUSES.get(status, "unknown")
    return PAIRS.get(f"{status}/{detail}") or DETAILS.get(detail, "unknown")
