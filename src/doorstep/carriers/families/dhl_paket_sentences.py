"""A sentence of DHL Paket's pages and answers, German or English → our event type."""

import re

#: Event type, then the phrases that tell it, lower case, apart by " | ". A sentence holds places, names and a second sentence besides, so a
#: phrase counts wherever it stands; of several the longest. Source: DHL's public tracking pages and its Unified answers in German and English,
#: and the sentences public clients list of them, read 2026-11-22.
_TABLE = """
order_data_received: auftragsdaten zu dieser sendung wurden | instruction data for this shipment have been provided
order_data_received: wurde elektronisch angekündigt | sendungsdaten wurden elektronisch übermittelt
dropped_off: vom absender in der filiale eingeliefert | vom absender in die packstation eingeliefert
dropped_off: vom absender in der packstation eingeliefert | vom absender im paketshop eingeliefert | has been posted by the sender at the
picked_up: die sendung wurde abgeholt | the shipment has been picked up | pick-up was successful
collected_from_dropoff_point: taken from the packstation for onward transportation | zum weitertransport aus der packstation entnommen
facility_processed: im start-paketzentrum bearbeitet | im ziel-paketzentrum bearbeitet | im paketzentrum bearbeitet
facility_processed: im export-paketzentrum bearbeitet | im import-paketzentrum bearbeitet | processed in the parcel center
facility_processed: processed in the destination parcel center | processed in the export parcel center
facility_processed: processed in the import parcel center | sendung wurde weiter bearbeitet
facility_arrival: arrived at the parcel center | im paketzentrum eingetroffen | in den abholstandort eingegangen
facility_arrival: in der umschlagbasis eingegangen
facility_departure: hat die umschlagbasis verlassen | hat den abholstandort verlassen
in_transit: innerhalb des ziel-paketzentrums weitergeleitet | wird ins zielland transportiert
in_transit: will be transported to the destination country
destination_country_arrival: ist im zielland eingetroffen | arrived in the destination country
destination_country_arrival: aus dem ausland ist im import-paketzentrum eingetroffen
import_office_departed: hat das import-paketzentrum im zielland verlassen | left the import parcel center in the destination country
customs_processing: zur verzollung im zielland vorbereitet | prepared for customs clearance in the country of destination
customs_processing: prepared for customs clearance in country of destination
customs_delay: verzögerung in der verzollung
customs_released: verzollung abgeschlossen
regional_arrival: in der region des empfängers angekommen | arrived in the region of recipient | arrived in the region of the recipient
delivery_facility_arrival: in der zustellbasis eingetroffen | ist im zustellstandort eingegangen | has arrived at delivery location
preparing_for_delivery: für die auslieferung vorbereitet | prepared for delivery in the delivery depot
loaded_for_delivery: in das zustellfahrzeug geladen | loaded onto the delivery vehicle
out_for_delivery: in auslieferung durch kurier | with delivery courier
delivery_scheduled: geplant für zustellung | scheduled for delivery
redelivery_scheduled: es erfolgt ein 2. zustellversuch | 2nd attempt at delivery is being made
in_facility_waiting: bis zur zustellung in der zustellbasis gelagert | zur aufbewahrung in der station
delayed: die zustellung erfolgt voraussichtlich am nächsten werktag
held_by_carrier: erforderlichen daten liegen nicht vor
returned_from_route: nach zustellversuch zurück in dhl station
misrouted: sendung wurde fehlgeleitet | shipment was misrouted
damaged: beschädigt und wird zur nachverpackung | damaged and is being returned to the parcel center
address_problem: eine neue zustelladresse für den empf | attempting to obtain a new delivery address
attempt_failed: konnte nicht zugestellt werden | konnte die sendung nicht zugestellt werden | konnte heute nicht zugestellt werden
attempt_failed: shipment could not be delivered | zustellung in packstation nicht möglich
attempt_failed_not_home: empfänger wurde nicht angetroffen. die sendung konnte nicht zugestellt werden | wurde nicht angetroffen
attempt_failed_not_home: erfolgloser zustellversuch, empfänger nicht zu hause
attempt_failed_business_closed: empfangsadresse bei zustellversuch geschlossen | delivery attempted; consignee premises closed
attempt_failed_address: aufgrund eines adressfehlers konnte die sendung nicht zugestellt werden | der empfänger ist unbekannt
attempt_failed_address: the address is incomplete | die adresse ist unvollständig
refused: annahme der sendung verweigert | annahme der sendung wurde verweigert
notice_left: konnte nicht zugestellt werden, der empfänger wurde benachrichtigt
notice_left: could not be delivered, and the recipient has been notified
notice_left: konnte nicht zugestellt werden und wird in eine packstation weitergeleitet
notice_left: could not be delivered and has been forwarded to a packstation
notice_left: konnte nicht zugestellt werden und wird jetzt zur abholung in die filiale
in_transit_to_pickup_point: auf dem weg zur packstation | on its way to the packstation | on its way to the postal retail outlet
in_transit_to_pickup_point: wird zur abholung in die filiale | wird in eine packstation weitergeleitet | forwarded to a packstation
pickup_point_full: konnte nicht in die packstation eingestellt werden und wurde in eine filiale
pickup_point_full: could not be delivered to the packstation and has been forwarded to a retail outlet
ready_for_pickup_locker: liegt in der packstation | ready for pick-up at the packstation
ready_for_pickup: liegt in der filiale | liegt im paketshop | delivered for pick-up at the | ready for pick-up at the
collected_by_recipient: aus der packstation abgeholt | in der filiale abgeholt | im paketshop abgeholt
collected_by_recipient: recipient has picked up the shipment from the
delivered: erfolgreich zugestellt | successfully delivered | vereinfachter firmenzustellung | by simplified company delivery | die sendung wurde zugestellt an
delivered: die sendung wurde ausgeliefert
post_delivery_information: überweisung des nachnahme-betrags an den zahlungsempfänger
unclaimed: nicht abgeholt und wird zurückgesandt
return_started: rücksendung eingeleitet | rücksendung wurde gestartet | wird an den absender zurückgesandt
"""
_PHRASES = sorted(
    (
        (phrase, slug)
        for row in _TABLE.strip().splitlines()
        for slug, _, phrases in [row.partition(": ")]
        for phrase in phrases.split(" | ")
    ),
    key=lambda pair: (-len(pair[0]), pair),
)
_TAG = re.compile(r"<[^<>]*>")
#: No delivery may be read out of a sentence that denies one in words we have not met.
_DENIED = re.compile(r"\b(?:nicht|kein|keine|not|cannot|unable)\b")
_HANDED_OVER = ("delivered", "collected")


def event_type_of_sentence(text: str) -> str:
    """Find the event type of a sentence; "unknown" for one without any phrase of ours."""
    plain = " ".join(_TAG.sub(" ", text).split()).casefold()
    found = next((slug for phrase, slug in _PHRASES if phrase in plain), "unknown")
    return "unknown" if found.startswith(_HANDED_OVER) and _DENIED.search(plain) else found
