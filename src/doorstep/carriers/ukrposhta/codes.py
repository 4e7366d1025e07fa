"""Ukrposhta's event codes, with the reason where it says more → our event types."""

from doorstep.carriers.reading import keyed

#: 21700 is the point of issue or of the tour's start, and does not say that anybody may fetch the parcel yet.
#: Source: event codes with Ukrposhta's names as listed in public clients, and live answers; read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: 10601
order_cancelled: 10600 10602 10603
accepted: 10100
facility_arrival: 20700
facility_departure: 20800 20900 21500
in_facility_waiting: 21400
delivery_facility_arrival: 21700
attempt_failed: 31100 31400
return_started: 31200
redirected_to_pickup_point: 31300
delivered: 41000 48000
returned_to_sender: 41010
""")
#: Whom a parcel was handed to, in Ukrposhta's word: the reason, repeated at the end of the event's name. Source: as above.
_TO_SENDER = "відправнику"


def event_type_of(code: str, reason: str, name: str = "") -> str:
    """Find the event type of a code ("41000"), its reason in words, which may be "", and its name ("Відправлення вручено: відправнику")."""
    found = _EVENT_TYPES.get(code, "unknown")
    handed_back = _TO_SENDER in (reason.casefold(), name.rpartition(":")[2].strip().casefold())
    return "returned_to_sender" if found == "delivered" and handed_back else found
