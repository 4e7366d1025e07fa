"""DHL Express's event codes and sentences → our event types."""

import re

from doorstep.carriers.reading import keyed

#: Event type, then its codes. Sources: section express of DHL Group's status list (44 codes) and, for codes that only its XML
#: Services send, the list of their tracking toolkit as its users publish it; PO by the words DHL sends with it. Read 2026-11-22.
_TABLE = """
order_data_received:            104 DU SD EM
accepted:                       SA
picked_up:                      PU
facility_arrival:               AF CI
facility_departure:             DF PO
facility_processed:             PL RW HO
in_transit:                     102
in_facility_waiting:            SM
loaded_to_vehicle:              LV
unloaded:                       UV
flight_departed:                CU
transshipped:                   TR
misrouted:                      MC IR
missorted:                      MS
delayed:                        TD NA
delayed_missed_connection:      MD
customs_processing:             IC RR ES BL
customs_inspection:             SI
customs_delay:                  CD UD
customs_duties_due:             DI
customs_released:               CR
broker_notified:                BN
broker_released:                BR
handed_to_partner:              FD HN
handed_to_partner_untracked:    TP
delivery_facility_arrival:      AR
appointment_made:               AD
out_for_delivery:               WC
attempt_failed:                 ND
attempt_failed_not_home:        NH
attempt_failed_business_closed: CA
refused:                        RD
address_problem:                BA
recipient_moved:                CM
ready_for_pickup:               CC
delivered:                      OK 101
delivered_partial:              PD
delivered_damaged:              DD
damaged:                        DM
exception:                      103
held_by_carrier:                OH SS ST HI
held_for_payment:               HP
held_regulatory:                DP
under_investigation:            TI
disposed:                       DS
return_started:                 RT
informational:                  IA PY SC TT
record_closed:                  CS
"""
_BY_CODE = keyed(_TABLE)

#: DHL Group's own words for a status, the same in all divisions. Source: Shipment Tracking - Unified, read 2026-11-22.
UNIFIED = {
    "pre-transit": "order_data_received",
    "transit": "in_transit",
    "delivered": "delivered",
    "failure": "exception",
    "unknown": "status_not_mapped",
}

#: The public page sends sentences only: what stands before the place, lower case. Source: DHL's tracking page and its Unified answers in English, read 2026-11-22.
_SENTENCES = {
    "shipment information received": "order_data_received",
    "shipment picked up": "picked_up",
    "processed at": "facility_processed",
    "departed facility in": "facility_departure",
    "arrived at sort facility": "facility_arrival",
    "transferred through": "transshipped",
    "customs status updated": "customs_processing",
    "processed for clearance at": "customs_processing",
    "clearance event": "customs_processing",
    "clearance processing complete at": "customs_released",
    "arrived at delivery facility in": "delivery_facility_arrival",
    "scheduled for delivery": "delivery_scheduled",
    "delivery arranged": "appointment_made",
    "with delivery courier": "out_for_delivery",
    "delivery attempted; recipient not home": "attempt_failed_not_home",
    "delivery attempted; recipient moved": "recipient_moved",
    "recipient refused delivery": "refused",
    "address information needed; contact dhl": "address_problem",
    "awaiting collection by recipient as requested": "ready_for_pickup",
    "shipment on hold": "held_by_carrier",
    "returned to shipper": "return_started",
    "arrived at dhl sort facility": "facility_arrival",
    "arrived at dhl delivery facility": "delivery_facility_arrival",
    "shipment has departed from a dhl facility": "facility_departure",
    "shipment is in transit to destination": "in_transit",
    "customs clearance status updated": "customs_processing",
    "customs clearance status updated. note - the customs clearance process may start while the shipment is in transit to the destination": "customs_processing",
    "further clearance processing is required": "customs_processing",
    "further clearance processing is required at": "customs_processing",
    "broker notified to arrange for clearance": "broker_notified",
    "uncontrollable clearance delay": "customs_delay",
    "shipment is out with courier for delivery": "out_for_delivery",
    "scheduled for delivery as agreed": "appointment_made",
    "forwarded for delivery": "handed_to_partner",
    "delivery arranged no details expected": "handed_to_partner_untracked",
    "delivery arranged; no details expected": "handed_to_partner_untracked",
    "delivery attempted; consignee premises closed": "attempt_failed_business_closed",
    "delivery attempted; recipient premises closed": "attempt_failed_business_closed",
    "delivery attempted; consignee not home": "attempt_failed_not_home",
    "delivery attempted but no response at consignee address": "attempt_failed_not_home",
    "consignee refused delivery": "refused",
    "awaiting consignee collection": "ready_for_pickup",
    "awaiting collection by the consignee as requested": "ready_for_pickup",
    "shipment is on hold": "held_by_carrier",
    "shipment held - available upon receipt of payment": "held_for_payment",
    "delivered": "delivered",
    "shipment delivered": "delivered",
    "delivered - signed for by": "delivered_signed",
}
#: "Processed at  AMSTERDAM - NETHERLANDS, THE": a place may follow sentences that end in one of these words.
_BEFORE_PLACE = (" at", " in", " through", " facility")
_SIGNED = re.compile(r"^(delivered - signed for by)\s*:\s*(.*)$", re.IGNORECASE)


def event_type_of(code: str, *, signed: bool = False) -> str:
    """Find the event type of a code; "unknown" for one the list has not. A delivery that names who signed is the finer one."""
    event_type = _BY_CODE.get(code, "unknown")
    return "delivered_signed" if signed and event_type == "delivered" else event_type


def event_type_of_sentence(text: str, place: str) -> str:
    """Find the event type of a sentence of the public page, whose place stands beside it; "unknown" for any other."""
    plain = " ".join(text.split()).casefold().rstrip(".")
    if signed := _SIGNED.match(plain):
        return _SENTENCES[signed[1]]
    if plain in _SENTENCES:
        return _SENTENCES[plain]
    head = place.split(",", maxsplit=1)[0].split(" - ", maxsplit=1)[0].strip().casefold()
    for found in _prefixes(plain):
        if head and plain[len(found) :].strip().startswith(head):
            return _SENTENCES[found]
    return "unknown"


def _prefixes(plain: str) -> list[str]:
    return [known for known in _SENTENCES if known.endswith(_BEFORE_PLACE) and plain.startswith(known + " ")]


def signatory_of(text: str) -> str | None:
    """Take the name out of "Delivered - Signed for by : NAME"; None where there is none."""
    found = _SIGNED.match(" ".join(text.split()))
    return (found[2].strip() or None) if found else None
