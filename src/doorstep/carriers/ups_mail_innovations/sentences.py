"""The sentences of UPS Mail Innovations's page → our event types; the page has no codes."""

#: Lower case. Source: the page's two tables, read 2026-11-22; sentences not on it are those of UPS's table of Mail Innovations codes.
_SENTENCES = {
    "order information received": "order_data_received",
    "shipment info received by post office": "order_data_received",
    "electronic shipment information received for package by post office": "order_data_received",
    "package received for processing": "accepted",
    "shipment acceptance at post office": "accepted",
    "package processed by ups mi": "facility_processed",
    "package transferred to dest mi facility": "facility_departure",
    "package received by dest mi facility": "regional_arrival",
    "ready for post office entry": "facility_processed",
    "package transferred to post office": "handed_to_partner",
    "received by the local post office": "delivery_facility_arrival",
    "package sorted by local post office": "sorted",
    "package sorted by post office": "sorted",
    "package out for post office delivery": "out_for_delivery",
    "out for delivery or out for redelivery": "out_for_delivery",
    "package available for pick-up at post office": "ready_for_pickup",
    "package picked-up by agent at post office": "collected_by_recipient",
    "package delivered by local post office": "delivered",
    "package delivered to customer": "delivered",
    "delivered": "delivered",
    "notice left": "notice_left",
    "insufficient address": "attempt_failed_address",
    "package returned to sender by post office": "returned_to_sender",
}


def event_type_of(sentence: str) -> str:
    """Find the event type of a sentence, whatever its case and spaces."""
    return _SENTENCES.get(" ".join(sentence.split()).casefold().rstrip("."), "unknown")
