"""bpost's state codes (U01) and state names (DistributedNormally) → our event types."""

import re

#: bpost lists some hundred codes, a letter and two digits, without their meaning; each comes with the name of its state, then a
#: reason: "DistributedNormally - regular". A code of that form is read by the name, from the list of names that are known.
#: Source: the codes and names of the vendor's example answer and the states of its own app as listed in public clients, read
#: 2026-11-22.
_CODES = {"T00": "sorted", "L00": "out_for_delivery", "U01": "delivered"}
_STATES = {
    "announcementreceived": "order_data_received",
    "sorted": "sorted",
    "boundtoround": "out_for_delivery",
    "outfordelivery": "out_for_delivery",
    "distributednormally": "delivered",
    "distributedafterbts": "delivered",
    "distributedabroad": "delivered",
    "returnedtosender": "returned_to_sender",
    "deliveredtosender": "returned_to_sender",
}
_FORM = re.compile(r"[A-Z]\d\d")


def event_type_of(code: str, description: str) -> str:
    """Find the event type of a state code, by the name of its state where the code says nothing by itself."""
    if not _FORM.fullmatch(code):
        return "unknown"
    return _CODES.get(code) or _STATES.get(description.partition(" - ")[0].strip().casefold(), "unknown")
