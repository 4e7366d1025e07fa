"""USPS event codes and sentences → our event types."""

import re

from doorstep.carriers.reading import keyed

#: Event type, then its codes; "01/05" is event code / delivery attribute code. Left out: codes whose meaning no source tells.
#: Sources: USPS Publication 97 appendix I and Publication 199 as open libraries list them; USPS "PTR scan events" list; eHub's list; event
#: codes beside their sentences in real answers; delivery attribute codes as seen in 2,500 answers. Read 2026-11-22.
_TABLE = """
label_created:                  GX
order_data_received:            MA 89
handed_to_partner_consolidator: 80
partner_event:                  81 82 83
accepted:                       03 OA PA TM UA AD
facility_arrival:               A1 19 41
facility_departure:             SF EF T1
facility_processed:             10
in_transit:                     TL NT
misrouted:                      08 15
delivery_facility_arrival:      07
sorted:                         PC
out_for_delivery:               OF
delayed:                        71
notice_left:                    02 52
attempt_failed_no_access:       30 53
attempt_failed_business_closed: 51
attempt_failed_oversize:        54
attempt_failed_no_safe_place:   55
attempt_failed_not_home:        56
refused:                        04
ready_for_pickup:               14 16 01/19
collected_by_recipient:         43 01/09 01/10
delivered:                      01 01/03 01/04 01/11 01/23
delivered_mailbox:              01/01
delivered_safe_place:           01/02 01/06
delivered_reception:            01/05 01/17
delivered_po_box:               01/08
address_changed:                06
handed_to_partner:              17 42
undeliverable:                  05 11
return_requested:               44
return_started:                 09 21 22 23 24 25 26 28 29 31
unclaimed:                      27
returned_to_sender:             01/41
informational:                  DX GC
"""
_BY_KEY = keyed(_TABLE)

#: Event type, then the sentences USPS shows for it, lower case, apart by " | ". For answers without codes, and to tell apart what
#: one code says in several ways. Source: USPS's tracking page and Track & Confirm answers, read 2026-11-22.
_SENTENCE_TABLE = """
label_created: shipping label created | shipping label created, usps awaiting item
order_data_received: electronic shipping info received | pre-shipment info sent to usps | pre-shipment, usps awaiting item
order_data_received: pre-shipment info sent to usps, usps awaiting item | origin post is preparing shipment
order_data_received: merchant order receipt notification, usps awaiting item
handed_to_partner_consolidator: picked up by shipping partner, usps awaiting item
partner_event: arrived shipping partner facility, usps awaiting item | departed shipping partner facility, usps awaiting item
accepted: accept or pickup | acceptance | usps in possession of item | accepted at usps facility | accepted at usps origin facility
accepted: accepted at usps origin sort facility | accepted at usps regional origin facility | accepted at usps regional facility
accepted: accepted at usps destination facility | accepted at usps regional destination facility
accepted: shipment received, package acceptance pending
picked_up: usps picked up item
facility_arrival: arrived at usps facility | arrived at usps origin facility | arrived at usps regional facility
facility_arrival: arrived at usps regional origin facility | arrived at usps regional destination facility | arrived at facility
facility_arrival: arrived at usps destination facility
facility_processed: processed through facility | processed through usps facility | processed through usps sort facility
facility_processed: processed at usps origin sort facility | processed at usps facility
facility_departure: departed usps facility | departed usps regional facility | departed usps regional origin facility
facility_departure: departed usps origin facility | departed usps destination facility | departed usps regional destination facility
facility_departure: departed post office | depart usps sort facility
in_transit: in transit to next facility | in transit to destination | in transit, arriving on time
delayed: in transit, arriving late
customs_released: inbound out of customs
customs_processing: inbound into customs
misrouted: missent
delivery_facility_arrival: arrived at unit | arrived at post office | arrived at hub
delivery_facility_arrival: arrival at unit | arrival at post office | arrival at hub
sorted: sorting complete
out_for_delivery: out for delivery
delayed: rescheduled to next delivery day
redelivery_scheduled: redelivery scheduled
notice_left: notice left
attempt_failed_no_access: delivery attempted - no access to delivery location | notice left (receptacle blocked)
attempt_failed_business_closed: notice left (business closed)
attempt_failed_oversize: notice left (receptacle full/item oversized)
attempt_failed_no_safe_place: notice left (no secure location available)
attempt_failed_not_home: notice left (no authorized recipient available)
attempt_failed_animal: delivery exception, animal interference
attempt_failed_weather: delivery exception, local weather delay
refused: refused
held_for_recipient: held at post office, at customer request
ready_for_pickup: available for pickup | held at post office, retrieved from full parcel locker
pickup_reminder: reminder to schedule redelivery of your item
collected_by_recipient: delivered, individual picked up at post office | delivered, individual picked up at postal facility
delivered: delivered | delivered, parcel locker | delivered, left with individual | delivered, to agent
delivered_mailbox: delivered, in/at mailbox
delivered_safe_place: delivered, front door/porch | delivered, garage or other location at address
delivered_safe_place: delivered, garage / other door / other location at address
delivered_reception: delivered, front desk/reception | delivered, front desk/reception/mail room | delivered, to mail room
delivered_po_box: delivered, po box
delivered_neighbour: delivered, neighbor as requested
handed_to_partner: delivered to agent for final delivery | tendered to returns agent
address_changed: forwarded
undeliverable: undeliverable as addressed | sent to mail recovery center
return_started: return to sender | return to sender processed | no such number | insufficient address | moved, left no address
return_started: forward expired | addressee unknown | vacant
unclaimed: unclaimed/being returned to sender
returned_to_sender: delivered, to original sender
informational: awaiting delivery scan
"""
_BY_SENTENCE = {
    sentence: slug
    for row in _SENTENCE_TABLE.strip().splitlines()
    for slug, _, sentences in [row.partition(": ")]
    for sentence in sentences.split(" | ")
}
#: "Out for Delivery, Expected Delivery by 9:00pm": the hour is another each day.
_PROMISE = re.compile(r",? expected delivery (?:by|on|between) .+$")
#: Codes that USPS words in several ways, and how the finer sentences of each begin.
_WORDED = {"01": ("delivered", "held at post office"), "10": ("arrived", "processed")}


def event_type_of(code: str, attribute: str, text: str) -> str:
    """Find the event type of a coded event; "unknown" for a code the list has not, whatever its text says."""
    if f"{code}/{attribute}" in _BY_KEY:
        return _BY_KEY[f"{code}/{attribute}"]
    if code in _WORDED and _plain(text).startswith(_WORDED[code]):
        return _BY_SENTENCE.get(_plain(text), _BY_KEY[code])
    return _BY_KEY.get(code, "unknown")


def event_type_of_sentence(text: str) -> str:
    """Find the event type of an event without a code; "unknown" for any sentence but the known ones."""
    return _BY_SENTENCE.get(_plain(text), "unknown")


def _plain(text: str) -> str:
    return _PROMISE.sub("", " ".join(text.split()).casefold().removesuffix("."))
