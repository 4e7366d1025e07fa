"""Royal Mail's event codes → our event types."""

from doorstep.carriers.reading import keyed

#: The same event has a code for each device it was recorded with, so several codes share a meaning.
#: Source: event codes with Royal Mail's sentences as collected in the public client elliotjreed/royal-mail-tracking (its
#: documentation), and a public list of codes with their names; read 2026-11-22; EVKNR, EVOAC, EVOCO, EVORI, EVPPA and RSRXS by the names in a
#: public account of its app's answers, read 2026-11-29. Royal Mail publishes no full table.
_EVENT_TYPES = keyed("""
order_data_received: EVAIE EVAIP
facility_processed: EVBAH EVDAC EVDAV
dropped_off: EVPPA
accepted: EVOAC EVOCO
facility_arrival: EVORI
redelivery_requested: RSRXS
regional_arrival: EVIAV EVIMC
facility_departure: EVODO
forwarded_correct_facility: EVGMI EVIPI EVNMI
preparing_for_delivery: EVGPD
attempt_failed: EVKNR EVNDN
attempt_failed_no_access: EVKAA EVNAA
attempt_failed_address: EVKAI
attempt_failed_not_home: EVKNA EVNDA
attempt_failed_no_safe_place: EVKSU
redelivery_scheduled: EVNAR EVNSR
recipient_moved: EVKGA EVNGA
refused: EVKRF EVNRF
held_for_recipient: EVNKS EVNRT
ready_for_pickup: EVKLC
collected_by_recipient: EVNOC EVPLC
delivered: EVKOP
delivered_signed: EVKSP
delivered_neighbour: EVKDN
delivered_safe_place: EVKSF
returned_to_sender: EVRTS
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("EVKSP")."""
    return _EVENT_TYPES.get(code.upper(), "unknown")
