"""Landmark's numeric event codes, under their sentences → our event types."""

from doorstep.carriers.reading import keyed

#: Source: Landmark's published "possible tracking status codes" of its tracking file (21 codes), read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: 50 100
informational: 60 75
packed_ready: 80
held_for_payment: 90
customs_released: 125
customs_held: 135
border_crossed: 150
destination_country_arrival: 155
facility_processing: 200 250
consolidated: 225
in_transit: 275
out_for_delivery: 300
attempt_failed: 400
ready_for_pickup: 410
address_changed: 450
delivered: 500
proof_of_delivery_available: 510
undeliverable: 900
""")

#: End carriers' scans come under Landmark's codes with sentences of their own, and say more, or another thing, than the code.
#: Source: sentences of live answers of 2014 and 2025, read 2026-11-22.
_UNDER_SENTENCE = {
    ("125", "transmitted customs information"): "customs_processing",
    ("125", "customs transmission sent to carrier"): "customs_processing",
    ("200", "parcel collected"): "received_by_partner",
    ("200", "us in transit"): "in_transit",
    ("225", "package scanned at carrier facility"): "facility_processing",
    ("250", "customs clearance in progress"): "customs_processing",
    ("275", "despatched from service centre"): "facility_departure",
    ("275", "parcel received at service centre"): "facility_arrival",
    ("275", "parcel received by local delivery courier"): "received_by_partner",
}


def event_type_of(code: str, sentence: str) -> str:
    """Find the event type of a code ("300") under its sentence."""
    return _UNDER_SENTENCE.get((code, " ".join(sentence.split()).casefold())) or _EVENT_TYPES.get(code, "unknown")
