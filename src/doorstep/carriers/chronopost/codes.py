"""Chronopost's event codes → our event types."""

from doorstep.carriers.reading import keyed

#: Chronopost numbers some 130 codes in a list for customers only; these are the ones publicly told with their sentences.
#: Left out: TT, which names two different hand-overs (see below), and the codes only ever seen guessed at.
#: Source: the codes and sentences of its tracking service as listed in public clients, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: DC
informational: EA
dropped_off: DB
picked_up: PC
sorted: EC SC
in_transit: O TS TP
facility_arrival: T
in_facility_waiting: I
repacked: RO
destination_country_arrival: EI
exception_resolved: SJ
delivery_facility_arrival: SD
delayed: A2 AT IA
delivery_scheduled: IS
preferences_received: CL
notification_sent: SM
held_by_carrier: SK
out_for_delivery: TA
in_transit_to_pickup_point: RB
ready_for_pickup: AB
attempt_failed_not_home: P
collected_by_recipient: RI
delivered: D
return_started: R
""")
#: Codes that mean something else under another sentence. Source: as above.
_BY_SENTENCE = {
    ("SD", "livraison reportée de 24h"): "delayed",
    ("TT", "colis livré au transitaire"): "handed_to_partner",
    ("TT", "colis remis par le relais pickup au chauffeur"): "collected_from_dropoff_point",
}


def event_type_of(code: str, label: str) -> str:
    """Find the event type of a code ("TA"), under its sentence."""
    sentence = " ".join(label.split()).casefold().rstrip(".")
    return _BY_SENTENCE.get((code, sentence)) or _EVENT_TYPES.get(code, "unknown")
