"""LaserShip's event types and left-at words → our event types."""

#: Source: event types of live answers of 2014 and 2015, and the stages public clients give them; read 2026-11-22.
_EVENT_TYPES = {
    "ordercreated": "order_data_received",
    "orderreceived": "order_data_received",
    "received": "origin_scan",
    "arrived": "facility_arrival",
    "outfordelivery": "out_for_delivery",
    "delivered": "delivered",
    "released": "delivered",
}
#: The words of `Location` of a delivery. Source: "Front Door" in live answers of 2014; the others as doors go, as known on 2026-11-22.
_LEFT_AT = {
    "front door": "delivered_safe_place",
    "back door": "delivered_safe_place",
    "side door": "delivered_safe_place",
    "porch": "delivered_safe_place",
    "garage": "delivered_safe_place",
    "mailbox": "delivered_mailbox",
    "mail room": "delivered_reception",
    "mailroom": "delivered_reception",
    "front desk": "delivered_reception",
    "reception": "delivered_reception",
    "concierge": "delivered_reception",
    "neighbor": "delivered_neighbour",
}


def event_type_of(kind: str, left_at: str, signature: str) -> str:
    """Find the event type of an event ("Released") left at a place, or signed for."""
    found = _EVENT_TYPES.get(kind.casefold(), "unknown")
    if found != "delivered":
        return found
    return _LEFT_AT.get(left_at.casefold()) or ("delivered_signed" if signature else found)
