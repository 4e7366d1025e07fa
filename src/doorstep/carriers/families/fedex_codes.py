"""FedEx's event, derived status and exception codes → our event type, and the key under which it was found."""

import msgspec


def _rows(text: str) -> dict[str, str]:
    return {code: slug.strip() for slug, _, codes in (line.partition(":") for line in text.split("\n")) for code in codes.split()}


#: Source: FedEx developer portal, Basic Integrated Visibility status codes and Advanced Integrated Visibility event codes, read 2026-11-22.
#: BR, CU, SH and TP stand in the same list but name parties (broker, customs, shipper, transfer partner), so they are left out.
EVENTS = _rows("""
accepted: IP
address_change_requested: RA
address_changed: PR
address_corrected: AS
airport_arrival: AA
courier_dispatched_for_pickup: AP DS EP
customs_delay: CD
customs_processing: CP
customs_released: CC
delayed: DD DY
delivered: DL
delivery_facility_arrival: AF FD
delivery_scheduled: US
dropped_off: DO
estimated_date_earlier: AE
exception: DE SE
facility_arrival: AR OF SF
facility_departure: DP LO
flight_arrived: PL
flight_departed: PF
in_transit: EO IT IX OW PM
informational: CH IN OX RC RG
label_voided: LC LP
manifested: MD
on_time_confirmed: AO
order_cancelled: CA
order_data_received: OC
out_for_delivery: AD ED OD
picked_up: PU PX
pickup_delayed: PD
pickup_failed: DR
preferences_received: RM RR
ready_for_pickup: HL HP
redirected_to_pickup_point: HA
received_by_partner: AC AX
return_label_created: RP
return_label_expired: RD
return_requested: RT
return_started: RS
split_shipment: SP
""")

#: "event/exception code" → event type, where the exception says more than the event. Sources: FedEx developer portal, test numbers with
#: their codes (DE/007, DE/083, DE/03, SE/099), and answers of the live service that carry FedEx's own sentence beside the code; read
#: 2026-11-22. The couriers' lists of delivery and status exceptions (Express, two digits) and of delivery codes (Ground, three digits) as
#: public tools for drivers reprint them; read 2026-11-29.
#: The same number means different things at FedEx Express (08, 02) and FedEx Ground (007, 014), so codes keep their zeros.
EXCEPTIONS = _rows("""
address_change_requested: SE/29
attempt_failed: DE/004
attempt_failed_address: DE/002 DE/003 DE/03
attempt_failed_business_closed: DE/011 DE/15 DE/42
attempt_failed_not_home: DE/007 DE/08
attempt_failed_payment: DE/93
attempt_failed_security: DE/001 DE/05
collected_by_recipient: DL/005
customs_duties_due: CD/63 SE/63
customs_released: SE/65 SE/66
damaged: DE/10 SE/37
delayed: DE/01 DE/027 DY/A52 SE/31 SE/32 SE/48
delayed_missed_connection: SE/22
delayed_not_carrier: DE/083 DE/84 SE/33 SE/84
delayed_vehicle: SE/85 SE/89
delayed_weather: DE/082
delivered_alternative_location: DL/019
delivered_safe_place: DL/014 DL/02 DL/021
delivered_signed: DL/013
dropped_off: IP/084
exceeds_service: SE/91
facility_arrival: AF/A3
future_date_requested: DE/034 DE/17
handed_to_partner: DL/025 DL/028
held_by_carrier: DE/015 SE/36
held_for_documents: CD/50 SE/50
hold_requested: RR/A12
missorted: DE/012 DE/12 SE/18
not_assigned_to_tour: DE/016
ready_for_pickup: HP/015A
recipient_unreachable: CD/58 SE/58
redirected_to_pickup_point: DE/A13 DE/A47
refused: DE/006 DE/030 DE/07
returned_to_sender: DL/026
undeliverable: SE/099 SE/14
""")

#: FedEx gives these codes two meanings; its own sentence tells which. Code → sentence, lower case → event type. EA and TR mean nothing alone.
_TWO_MEANINGS = {
    "CC": {"international shipment release - export": "export_customs_released"},
    "EA": {
        "enroute to airport": "in_transit",
        "export approved": "export_customs_released",
        "us export approved": "export_customs_released",
    },
    "TR": {"transfer": "transshipped", "enroute to delivery": "out_for_delivery"},
}
#: Where the parcel was scanned refines an arrival. Source: FedEx Track Service, `ArrivalLocation`, read 2026-11-22.
_ARRIVALS = {
    "DESTINATION_FEDEX_FACILITY": "delivery_facility_arrival",
    "PORT_OF_ENTRY": "destination_country_arrival",
    "AIRPORT": "airport_arrival",
}
#: Where the parcel was handed over refines a delivery. Source: FedEx Track API, `deliveryDetails.locationType`, read 2026-11-22.
_HANDOVERS = {
    "APARTMENT_OFFICE": "delivered_reception",
    "FEDEX_LOCATION": "collected_by_recipient",
    "GATE_HOUSE": "delivered_reception",
    "GUARD_OR_SECURITY_STATION": "delivered_reception",
    "MAILROOM": "delivered_reception",
    "RECEPTIONIST_OR_FRONT_DESK": "delivered_reception",
}
#: Derived statuses that FedEx gives to their own event only. Where one stands beside another event (FedEx's sandbox repeats one event with
#: every derived status), the derived one is FedEx's conclusion. The others (IT, PU, DE, DY...) are given to many events and say less.
_DECISIVE = frozenset({"OC", "DP", "OD", "DL"})


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """The codes FedEx sent for one scan, upper case; "" where untold."""

    event: str
    exception: str = ""
    #: FedEx's own conclusion from the event.
    derived: str = ""
    #: FedEx's sentence for the event.
    text: str = ""
    #: Kind of the place of the scan.
    at: str = ""


def meaning_of(scan: Scanned) -> tuple[str, str]:
    """Find event type and `carrier_code` of a scan.

    The code is "event" or "event/exception"; where FedEx's derived status names another event than the scan's, "derived/event/exception".
    """
    key = "/".join(part for part in (scan.event, scan.exception) if part)
    if (scan.derived in _DECISIVE and scan.derived != scan.event) or not scan.event:
        return EVENTS.get(scan.derived, "unknown"), f"{scan.derived}/{key}".strip("/")
    if by_sentence := _TWO_MEANINGS.get(scan.event, {}).get(scan.text.lower()):
        return by_sentence, key
    if scan.event == "AR" and scan.at in _ARRIVALS:
        return _ARRIVALS[scan.at], key
    if found := EXCEPTIONS.get(f"{scan.event}/{scan.exception}") or EVENTS.get(scan.event):
        return found, key
    # an event that FedEx does not list, with FedEx's conclusion from it beside it
    return (EVENTS[scan.derived], f"{scan.derived}/{key}") if scan.derived in EVENTS else ("unknown", key)


def refined(event_type: str, *, handed_over_at: str = "", signed_by: str | None = None) -> str:
    """Refine "delivered" by the kind of place it was handed over at, else by the signature; anything else stays."""
    if event_type != "delivered":
        return event_type
    return _HANDOVERS.get(handed_over_at) or ("delivered_signed" if signed_by else event_type)


def signer_of(name: str) -> str | None:
    """Return the name of who signed; None where FedEx writes there that no signature was asked."""
    return name if name and "signature" not in name.lower() else None
