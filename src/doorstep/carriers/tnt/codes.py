"""TNT's status codes, else its sentences, and its summary codes → our event types."""

from doorstep.carriers.reading import keyed

#: Source: TNT ExpressConnect Tracking V3.1 technical guide, and status codes with their sentences or stages as listed in public
#: clients, read 2026-11-22. TNT publishes no table of its some hundred codes, so the sentences below, each from TNT's own fixed
#: stock, decide for a code that is not here. MR and WL are known for exceptions and no more, HW, OS and RC for movements.
_CODES = keyed("""
picked_up: PU
accepted: CI
facility_arrival: AS IR IS
in_transit: HW OS RC TR
delayed: NR
delayed_missed_connection: MLA
customs_delay: LAA
out_for_delivery: OD
delivered: OK RES
delivered_partial: LP
exception: MR WL
return_started: RTS
""")
#: Lower case, without the full stop that TNT writes behind some.
#: Source: sentences of TNT's answers as listed in a public repository, read 2026-11-22.
_SENTENCES = {
    "shipment collected from sender": "picked_up",
    "shipment received at origin depot": "accepted",
    "shipment received at transit point": "facility_arrival",
    "shipment received at tnt location": "facility_arrival",
    "shipment arrived at tnt location": "facility_arrival",
    "shipment in transit": "in_transit",
    "connection delay. recovery actions underway": "delayed_missed_connection",
    "delay. recovery action underway": "delayed",
    "shipment delayed in transit recovery actions underway": "delayed",
    "delay due to congestion en route. recovery action underway": "delayed_capacity",
    "delay due to authorities. recovery action underway": "customs_delay",
    "shipment rerouted. recovery actions underway": "misrouted",
    "pre-arrival customs clearance in progress": "customs_processing",
    "customs clearance in progress": "customs_processing",
    "released by customs": "customs_released",
    "onforwarded for delivery": "handed_to_partner",
    "contact with receiver required to agree delivery date/time": "appointment_required",
    "delivery date/time slot agreed with receiver": "appointment_made",
    "out for delivery": "out_for_delivery",
    "customer not home. follow up actions underway": "attempt_failed_not_home",
    "closed on delivery attempt. follow up actions underway": "attempt_failed_business_closed",
    "shipment delivered in good condition": "delivered",
    "consignment delivered to residential": "delivered",
    "shipment delivered damaged": "delivered_damaged",
    "shipment partially delivered. recovery actions underway": "delivered_partial",
}
#: What stands for the scans where only a summary was asked for. CNF, not found, is a note.
#: Source: the guide, delivery summary codes.
SUMMARIES = {"DEL": "delivered", "INT": "in_transit", "EXC": "exception"}
#: Scans that can only happen in the country of the sender, or of the receiver.
AT_ORIGIN = frozenset({"picked_up", "accepted"})
AT_DESTINATION = frozenset(
    {"out_for_delivery", "delivered", "delivered_damaged", "attempt_failed_not_home", "attempt_failed_business_closed"}
)


def event_type_of(code: str, sentence: str) -> str:
    """Find the event type of a status code ("OK"), or of the sentence beside a code that is not known."""
    words = " ".join(sentence.split()).casefold().rstrip(".")
    return _CODES.get(code.upper()) or _SENTENCES.get(words, "unknown")
