"""The sentences of OnTrac's older page and web services → our event types."""

#: Source: sentences of live pages and answers of 2014 and 2015 as public clients list them, read 2026-11-22.
_EVENT_TYPES = {
    "data entry": "order_data_received",
    "package received at facility": "facility_arrival",
    "out for delivery": "out_for_delivery",
    "delivered": "delivered",
}


def event_type_of(sentence: str) -> str:
    """Find the event type of a sentence ("DATA ENTRY"), whatever its case."""
    return _EVENT_TYPES.get(" ".join(sentence.split()).casefold(), "unknown")
