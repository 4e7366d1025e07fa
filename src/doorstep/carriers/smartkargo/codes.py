"""SmartKargo's event types → our event types."""

from doorstep.carriers.reading import keyed

#: Most are the messages of IATA's Cargo-IMP (RCF: received from flight); those to the door are SmartKargo's own.
#: Source: IATA Cargo-IMP status codes, as known on 2026-11-22; SmartKargo's own as listed with names in a public client, and PND
#: by the sentence of a live answer ("In Transit"), read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: BKD
awaiting_handover: FOH
accepted: RCS
consolidated: PRE
loaded_to_vehicle: MAN
flight_departed: DEP
flight_arrived: ARR
unloaded: RCF
airport_arrival: MDL
transshipped: TRM TFD
handed_to_partner: RCT
export_customs_presented: CRC
customs_processing: TGC
customs_released: CCD
exception: DIS
in_transit: PND
informational: INF
notification_sent: NFD RCU AWR
out_for_delivery: GDL
attempt_failed: ADL
delivered: DLV DDL
delivered_safe_place: DLD
""")


def event_type_of(code: str) -> str:
    """Find the event type of SmartKargo's ("DDL")."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
