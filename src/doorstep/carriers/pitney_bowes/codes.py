"""Pitney Bowes's standardized event codes, and the sentences of a delivery → our event types."""

from doorstep.carriers.reading import keyed

#: Left out: CAR (a text of one's own), XOD, XOF, EXH, EXR, whose short meanings can be read more ways than one.
#: Source: "Tracking Event Codes" and "Tracking Events" of Pitney Bowes's documentation (some 80 codes, the end of the second list not
#: seen), and LC of a live answer; read 2026-11-22.
_EVENT_TYPES = keyed("""
label_created: LC
order_data_received: PSR DEC
dropped_off: DC DPB
consolidated: COA COC
informational: COD INF MSC DM1
export_hub_arrival: DEP
facility_departure: LPF FDX SPH
in_transit: INT ITP TRA TRD FDR LHO
movement_exception: EXL
destination_country_arrival: ASO CDS FAC
import_customs_presented: CUR RTR
customs_processing: DOC
customs_delay: DCC
customs_held: DIH EXC
customs_rejected: ERC
customs_released: CUC RTC
handed_to_partner: DLF DLW
regional_arrival: FDH
out_for_delivery: OFD
attempt_failed: DAT
notice_left: DAN
ready_for_pickup: ARP AWP AWN
delivered: DLD
collected_by_recipient: DLC
delayed: DYH EXD RDY
exception: XOL XXX
exception_resolved: DYR RDR
held_by_carrier: HFI
undeliverable: DYU UDL
disposed: EXX XOX
return_started: EXI XOP XOR
return_in_transit: EXT EXS RIH RTS
""")
#: What USPS says of how it delivered. Source: USPS's delivery sentences in its tracking, as known on 2026-11-22.
_DELIVERIES = {
    "delivered, in/at mailbox": "delivered_mailbox",
    "delivered, front door/porch": "delivered_safe_place",
    "delivered, garage or other location at address": "delivered_safe_place",
    "delivered, garage / other door / other location at address": "delivered_safe_place",
    "delivered, front desk/reception/mail room": "delivered_reception",
    "delivered, po box": "delivered_po_box",
    "delivered, neighbor as requested": "delivered_neighbour",
    "delivered, to agent for final delivery": "handed_to_partner",
}


def event_type_of(code: str, sentence: str, *, is_return: bool) -> str:
    """Find the event type of a standardized code ("DLD") with the carrier's sentence; a label for the way back is another thing."""
    found = _EVENT_TYPES.get(code, "unknown")
    if found == "delivered":
        return _DELIVERIES.get(sentence.casefold(), found)
    return "return_label_created" if found == "label_created" and is_return else found
