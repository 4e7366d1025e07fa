"""Österreichische Post's scan codes with their reasons, and its sentences → our event types."""

from doorstep.carriers.reading import keyed

#: A scan's reason says more than its status, which lags: a delivery's own scan still has IZ.
#: Source: the stages a public connector gives the reasons of the tracking page, read 2026-11-22.
_REASONS = keyed("""
delivered: ZA
attempt_failed: BH BN HB NZ 2055 2065
ready_for_pickup: EAW HO UPB 2034
""")
#: Source: as above.
_STATUSES = keyed("""
order_data_received: AV
accepted: AN
in_transit: IV BEI PUG
out_for_delivery: IZ AZT
ready_for_pickup: EB
return_started: RE
delivered: ZU
""")
#: Statuses of single scans, which say the same under any reason that is not listed above.
_SCANS = frozenset({"AV", "AZT", "BEI", "PUG"})
#: States of the app, which stand beside or in place of the codes. Left out: alles_post and notified, of which no meaning is published.
#: Source: the 21 states of the app as a public connector lists them, read 2026-11-22.
_STATES = {
    "pendinginformation": "order_data_received",
    "aviso": "order_data_received",
    "parcelstamp": "label_created",
    "deliveryhandover": "accepted",
    "indistribution": "in_transit",
    "customsclearance": "customs_processing",
    "deliveryincustoms": "customs_processing",
    "indelivery": "out_for_delivery",
    "readyforpickup": "ready_for_pickup",
    "readyforpickuppoint": "ready_for_pickup",
    "readyforpickupstation": "ready_for_pickup_locker",
    "readyforpickupbox": "ready_for_pickup_locker",
    "delivered": "delivered",
    "deliveryparked": "delivered_safe_place",
    "deliveryinreturn": "return_started",
    "deliverydelayed": "delayed",
    "deliveryinterupted": "exception",  # as they spell it
    "notreachable": "attempt_failed",
}
#: Source: sentences of live pages of 2018 and the names of the stages on them, read 2026-11-22; the others as known on 2026-11-22.
_SENTENCES = {
    "postaufgabe im ausland": "accepted",
    "postaufgabe": "accepted",
    "sendungsannahme": "accepted",
    "sendung übernommen": "accepted",
    "sendung für auslandstransport bereit": "export_hub_arrival",
    "sendung in österreich angekommen": "destination_country_arrival",
    "sendung in bearbeitung österreich": "facility_processing",
    "sendung in verteilung": "in_transit",
    "sendung in zustellung": "out_for_delivery",
    "in kürze abholbereit": "in_transit_to_pickup_point",
    "sendung in kürze abholbereit": "in_transit_to_pickup_point",
    "sendung abholbereit": "ready_for_pickup",
    "abholbereit": "ready_for_pickup",
    "abgeholt": "collected_by_recipient",
    "sendung abgeholt": "collected_by_recipient",
    "zugestellt": "delivered",
    "sendung zugestellt": "delivered",
    "annahme verweigert": "refused",
    "rücksendung an absender": "return_started",
}


def event_type_of(status: str, reason: str) -> str:
    """Find the event type of a scan's status ("IZ") with its reason ("ZA", or "" for none)."""
    if not reason or (reason not in _REASONS and status in _SCANS):
        return _STATUSES.get(status, "unknown")
    return _REASONS.get(reason, "unknown") if status else "unknown"


def event_type_of_state(key: str) -> str:
    """Find the event type of a state ("inDelivery", "IN_DELIVERY")."""
    return _STATES.get(key.replace("_", "").casefold(), "unknown")


def event_type_of_sentence(sentence: str) -> str:
    """Find the event type of a sentence ("Sendung in Zustellung")."""
    return _SENTENCES.get(" ".join(sentence.split()).casefold(), "unknown")
