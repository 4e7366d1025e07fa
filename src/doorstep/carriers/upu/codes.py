"""UPU item events (EMSEVT v3) and the worded reasons beside them → our event types."""

from doorstep.carriers.reading import keyed

#: Source: the postal track-and-trace service's own names of the EMSEVT v3 events, read 2026-11-22. EMX is EDE's older code.
#: EDX ends the import without delivery; EMG's office is the delivery office.
_EVENTS = keyed("""
accepted: EMA
export_hub_arrival: EMB
export_customs_presented: EXA
export_customs_held: EXB
export_customs_released: EXC
export_office_held: EXD
export_cancelled: EXX
origin_country_departed: EMC
transit_country_arrival: EMJ
transit_country_departure: EMK
destination_country_arrival: EMD
import_office_held: EDA
import_customs_presented: EDB
customs_held: EME
customs_released: EDC
import_office_departed: EMF
facility_arrival: EDD
facility_departure: EDE EMX
delivery_facility_arrival: EMG
delivery_depot_held: EDF
out_for_delivery: EDG
ready_for_pickup: EDH
attempt_failed: EMH
delivered: EMI
import_terminated: EDX
""")
#: A reason's words, lower case, as posts print them beside EMH, EME, EDA, EDF and EXB. The numbers of the reason lists are kept, not
#: read: the lists are not public, and a number that is guessed is worse than none.
_REASONS = {
    "EMH": {
        "incorrect address": "attempt_failed_address",
        "incomplete address": "attempt_failed_address",
        "insufficient address": "attempt_failed_address",
        "addressee cannot be located": "attempt_failed_address",
        "addressee unknown": "attempt_failed_address",
        "addressee moved": "recipient_moved",
        "addressee has moved": "recipient_moved",
        "addressee deceased": "recipient_deceased",
        "addressee not available": "attempt_failed_not_home",
        "addressee not available at time of delivery": "attempt_failed_not_home",
        "addressee absent": "attempt_failed_not_home",
        "office closed": "attempt_failed_business_closed",
        "business closed": "attempt_failed_business_closed",
        "item refused by addressee": "refused",
        "refused by addressee": "refused",
        "refused": "refused",
        "addressee requests later delivery": "future_date_requested",
        "addressee requested later delivery": "future_date_requested",
        "addressee requests own pick-up": "held_for_recipient",
        "payment of charges": "attempt_failed_payment",
        "item damaged": "damaged",
        "damaged": "damaged",
        "item lost": "lost",
        "unclaimed": "unclaimed",
        "item unclaimed": "unclaimed",
        "force majeure": "delayed_disaster",
        "missed delivery": "attempt_failed",
        "prohibited contents": "prohibited_goods",
        "prohibited articles": "prohibited_goods",
    },
    "EME": {
        "missing invoice": "customs_information_required",
        "inappropriate invoice": "customs_information_required",
        "missing certificate of origin": "customs_information_required",
        "inappropriate certificate of origin": "customs_information_required",
        "missing customs declaration": "customs_information_required",
        "missing or incomplete customs declaration": "customs_information_required",
        "insufficient / incomplete / incorrect documentation": "customs_information_required",
        "import license required": "customs_information_required",
        "proof of purchase/value required": "customs_information_required",
        "prohibited articles": "customs_seized",
        "item held for inspection": "customs_inspection",
        "payment of charges": "customs_duties_due",
    },
}


def event_type_of(event: str, reason: str) -> str:
    """Find the event type of an item event and its reason's words ("" for none); "unknown" for an event not on the list."""
    base = _EVENTS.get(event, "unknown")
    return _REASONS.get(event, {}).get(" ".join(reason.lower().split()).rstrip("."), base)


def known(code: str) -> bool:
    """Tell whether a code is one of the item events."""
    return code in _EVENTS
