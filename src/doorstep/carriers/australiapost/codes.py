"""Australia Post's sentences and, behind its own pages, event codes → our event types."""

from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import keyed

#: The API sends sentences alone. Exact, in lower case; what follows the three openings below is a place.
#: Source: the sentences of the vendor's documents and example answers and its list of statuses as reprinted in a public connector,
#: read 2026-11-22; StarTrack's as public clients list them, read 2026-11-29.
_SENTENCES = {
    "shipping information received": "order_data_received",
    "shipping information received by australia post": "order_data_received",
    "shipping information approved by australia post": "order_data_received",
    "courier dispatch information received": "order_data_received",
    "courier dispatch information approved": "order_data_received",
    "manifested": "manifested",
    "label created by sender": "label_created",
    "lodged": "dropped_off",
    "received and ready for processing": "accepted",
    "received by australia post": "accepted",
    "received item from sender (outbound)": "accepted",
    "arrived at facility": "facility_arrival",
    "item processed at facility": "facility_processed",
    "processed through australia post facility": "facility_processed",
    "departed facility": "facility_departure",
    "in transit": "in_transit",
    "in transit to next facility": "in_transit",
    "processed by air carrier": "in_transit",
    "processed at export facility": "facility_processed",
    "despatch parcels from export facility": "facility_departure",
    "cleared and awaiting international departure": "export_customs_released",
    "arrived at facility in destination country": "destination_country_arrival",
    "arrived awaiting clearance (inbound)": "destination_country_arrival",
    "item received into customs for clearance": "import_customs_presented",
    "item is in customs": "customs_processing",
    "item cleared by customs": "customs_released",
    "onboard for delivery": "out_for_delivery",
    "on board for delivery": "out_for_delivery",
    "out for delivery": "out_for_delivery",
    "with australia post for delivery today": "out_for_delivery",
    "receiver requested safe drop": "preferences_received",
    "attempted delivery": "attempt_failed",
    "unable to complete delivery": "attempt_failed",
    "unsuccessful delivery": "attempt_failed",
    "unsuccessful delivery - addressee not available": "attempt_failed_not_home",
    "unable to be left in a safe place - location not suitable": "attempt_failed_no_safe_place",
    "to be re-delivered": "redelivery_scheduled",
    "awaiting collection": "ready_for_pickup",
    "ready for pickup": "ready_for_pickup",
    "delivered": "delivered",
    "delivered in full": "delivered",
    "delivered - left in a safe place": "delivered_safe_place",
    "possible delay": "delayed",
    "delayed": "delayed",
    "held by courier": "held_by_carrier",
    "article damaged": "damaged",
    "cannot be delivered": "undeliverable",
    "cancelled": "order_cancelled",
    "return to sender": "return_started",
    "returned to sender": "returned_to_sender",
}
_OPENINGS = (("in transit to next facility in ", "in_transit"), ("awaiting collection at ", "ready_for_pickup"))
_ARRIVED = "arrived in "

#: Source: the event codes behind Australia Post's own pages as grouped in public clients, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: ADMIN-ER39 ADMIN-ER40
accepted: AFC-ER15 AFC-ER16 AFC-ER31 AFC-ER36 INT-0001 INT-2144
in_transit: AFP-ER37 AFP-ER59 AFP-ER73 AFP-ER87 NSS-ER01 NSS-ER42 NSS-ER46 TDD-ER37 TTP-ER8 TTP-ER14 TTP-ER21 TTP-ER37 TTP-ER81
in_transit: DOM-0033 DOM-0035 DOM-0046 INT-0032 INT-0035 INT-0071 INT-2164 INT-2165 INT-2171 INT-2177 INT-2180 INT-2185
export_customs_released: INT-0008
customs_processing: INT-0030 INT-0031 INT-0044
out_for_delivery: AFP-ER13 INT-0074
attempt_failed: DD-ER5 DD-ER8 DD-ER11 INT-0036
ready_for_pickup: DD-ER4 NT-ER4 INT-0075
delivered: DD-ER13 DD-ER14 DD-ER15 DD-ER37 DD-ER38 INT-0037
""")


def event_type_of_sentence(text: str) -> str:
    """Find the event type of a sentence, by the whole of it or by an opening before a place."""
    sentence = " ".join(text.split()).casefold()
    if sentence.startswith(_ARRIVED) and country_of(sentence.removeprefix(_ARRIVED)):
        return "destination_country_arrival"
    opened = next((event_type for opening, event_type in _OPENINGS if sentence.startswith(opening)), "unknown")
    return _SENTENCES.get(sentence, opened)


def event_type_of(code: str, text: str) -> str:
    """Find the event type of a code we have, finer where its sentence says more; of a sentence alone where there is no code."""
    said = event_type_of_sentence(text)
    if not code:
        return said
    coarse = _EVENT_TYPES.get(code, "unknown")
    return said if "unknown" not in (said, coarse) else coarse
