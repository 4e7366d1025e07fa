"""Meest's status codes → our event types."""

from doorstep.carriers.reading import keyed

#: A status code is its action's number and a running number of two digits (808: action 8). Left out: 1010, "return to the office of
#: exchange", which does not say whose return.
#: Source: the status table of Meest's interface for partners (19 codes from 101 to 1419), and the codes with sentences of a live answer
#: (1622, 2028, 2129); read 2026-11-22.
_EVENT_TYPES = keyed("""
in_transit: 101 909
facility_arrival: 202 404 505 606 707 1214 1417 1418
facility_departure: 303 808
held_by_carrier: 1012
sorted: 1011 1113
loaded_for_delivery: 1315
ready_for_pickup_locker: 1416
loaded_to_vehicle: 1419
delivered: 1622
consolidated: 2028
deconsolidated: 2129
""")


def event_type_of(code: str) -> str:
    """Find the event type of a status code ("808")."""
    return _EVENT_TYPES.get(code, "unknown")
