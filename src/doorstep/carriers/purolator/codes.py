"""Purolator's scan types and event codes, under their sentences → our event types."""

import re

from doorstep.carriers.reading import keyed

#: Version 1 of the web service knows five kinds of scan. `Other` says nothing, and `Undeliverable` comes under sentences as harmless as
#: "Arrived at sort facility" too: these two count by their sentence alone.
#: Source: Purolator's tracking schema (five kinds of scan) and a public connector's notes on live answers, read 2026-11-22.
_SCAN_TYPES = {
    "delivery": "delivered",
    "ondelivery": "out_for_delivery",
    "proofofpickup": "picked_up",
    "internationaloutbound": "origin_country_departed",
    "other": "unknown",
    "undeliverable": "unknown",
}
#: Version 2 and the public tracker: codes of four digits. Where the code's own meaning is only known to be some movement, the type stays coarse.
#: Source: codes of live answers with the stages public connectors give them, read 2026-11-22. Purolator's own list could not be found.
_CODES = keyed("""
label_created: 3000
order_data_received: 3010
picked_up: 2300
accepted: 2380
in_transit: 0200 0300 1300 4020 4060 4100 7220 7520 7525
customs_released: 7810
out_for_delivery: 4200
delayed_missed_connection: 0500
delayed: 0510
delayed_vehicle: 9310
address_problem: 6500
attempt_failed_address: 9230
attempt_failed_not_home: 9250
attempt_failed: 9260
ready_for_pickup: 9550
collected_by_recipient: 9500
delivered: 9000
""")
#: Sentences with nothing to fill in, lower case, without the last full stop.
#: Source: sentences of live answers as a public connector lists them, and Purolator's help page "tracking details", read 2026-11-22.
_SENTENCES = {
    "shipper created a label": "label_created",
    "shipment created": "order_data_received",
    "shipment created - interim manifest received": "order_data_received",
    "shipment created - final manifest received": "manifested",
    "label information electronically submitted": "order_data_received",
    "picked up by purolator": "picked_up",
    "received by purolator": "accepted",
    "reçu par purolator": "accepted",
    "arrived at sort facility": "facility_arrival",
    "departed sort facility": "facility_departure",
    "shipment in transit": "in_transit",
    "corrective action - in transit": "in_transit",
    "envoi en transit": "in_transit",
    "mesure corrective - en transit": "in_transit",
    "on vehicle for delivery": "out_for_delivery",
    "on purolator vehicle for delivery": "out_for_delivery",
    "se trouve dans un véhicule de purolator aux fins de livraison": "out_for_delivery",
    "shipment delivered": "delivered",
    "delivered to customer by locker": "collected_by_recipient",
    "package removed from locker": "collected_by_recipient",
    "transferring to shipping centre - please wait for further instructions": "in_transit_to_pickup_point",
    "shipment redirected": "address_changed",
    "resolution complete - shipment redirected": "address_changed",
    "available for pickup for 5 business days from arrival date at the counter": "ready_for_pickup",
    "item held for pickup at locker": "ready_for_pickup_locker",
    "item available for receiver to pick up at post office": "ready_for_pickup",
    "receiver advised they will pick up shipment": "ready_for_pickup",
    "shipment available for pickup": "ready_for_pickup",
    "shipment available for pickup. unable to contact customer": "ready_for_pickup",
    "receiver contacted. shipment available for pickup": "ready_for_pickup",
    "receiver contacted, no answer. shipment available for pickup": "ready_for_pickup",
    "shipper contacted. shipment available for pickup": "ready_for_pickup",
    "shipment unclaimed - to be returned to sender": "unclaimed",
    "shipment undeliverable - returned to sender": "return_started",
    "unable to deliver - item returned to sender": "return_started",
    "unable to deliver - item returned to shipper": "return_started",
    "returned to sender. shipment no longer available for pickup": "return_started",
    "address correction required": "address_problem",
    "address correction required - resolution in progress": "address_problem",
    "address correction required - missing entry code": "attempt_failed_address",
    "correction d'adresse requise": "address_problem",
    "attempted delivery - customer closed": "attempt_failed_business_closed",
    "attempted delivery - receiver unavailable": "attempt_failed_not_home",
    "attempted delivery - receiver not available": "attempt_failed_not_home",
    "attempted delivery - package refused": "refused",
    "receiver unavailable - temporary closure for pandemic": "attempt_failed_business_closed",
    "tentative de livraison - établissement du client fermé": "attempt_failed_business_closed",
    "tentative de livraison - colis refusé": "refused",
    "tentative de livraison - destinataire non disponible": "attempt_failed_not_home",
    "rendez-vous de livraison prévue requis": "appointment_required",
    "mechanical delay": "delayed_vehicle",
    "delayed in transit due to rail delay": "delayed",
    "cleared customs": "customs_released",
}
#: Openings of sentences that go on with a name, a place or a number.
_OPENINGS = {
    "picked up by purolator at ": "picked_up",
    "received by purolator for processing at ": "accepted",
    "received by purolator at ": "accepted",
    "reçu par purolator à ": "accepted",
    "shipping label created with reference(s): ": "label_created",
    "shipment delivered to ": "delivered",
    "new tracking number assigned": "tracking_number_changed",
    "nouveau numéro de repérage attribué": "tracking_number_changed",
    "arrived at ": "facility_arrival",
    "arrivé à ": "facility_arrival",
    "available for pickup for ": "ready_for_pickup",
    "departed ": "facility_departure",
    "quitté ": "facility_departure",
}
_CODE = re.compile(r"\d{4}")
_NEW_NUMBER = re.compile(r"(?:new tracking number assigned|nouveau numéro de repérage attribué)\s*-\s*([A-Z0-9]{6,})", re.IGNORECASE)


def event_type_of_scan(scan_type: str, sentence: str, signature: str) -> str:
    """Find the event type of a scan of version 1 ("OnDelivery") under its sentence, perhaps signed for."""
    by_type = _SCAN_TYPES.get(scan_type.casefold())
    if by_type is None:
        return "unknown"
    found = _said(sentence) or by_type
    return "delivered_signed" if found == "delivered" and signature else found


def event_type_of(code: str, sentence: str) -> str:
    """Find the event type of an event of version 2 ("9250") under its sentence; a code of another form is unknown, whatever it says."""
    if not _CODE.fullmatch(code):
        return "unknown"
    return _said(sentence) or _CODES.get(code, "unknown")


def new_number(sentence: str) -> str:
    """Find the number under which the goods go on ("New tracking number assigned - 900000000001"); "" for none."""
    found = _NEW_NUMBER.search(sentence)
    return found[1].upper() if found else ""


def _said(sentence: str) -> str | None:
    text = " ".join(sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).rstrip(".").casefold()
    return _SENTENCES.get(text) or next((found for opening, found in _OPENINGS.items() if f"{text} ".startswith(opening)), None)
