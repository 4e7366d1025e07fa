"""GLS's codes, in the spellings of its systems, and its sentences → our event types."""

from html import unescape

from doorstep.carriers.reading import keyed

#: Event codes of Track and Trace v1, and the event numbers of the group's tracking page. NORMAL and PREADVICE pairs name the same events.
#: Source: live answers and public clients of GLS's gateway (codes with their sentences), read 2026-11-22.
_EVENTS = keyed("""
order_data_received: INTIAL.PREADVICE 0.100
awaiting_handover: INTIAL.E48_DATA
label_voided: CANCEL.NORMAL 43.0
accepted: INTIAL.NORMAL 0.0
facility_departure: OUTBOD.NORMAL 1.0
facility_arrival: INBOUD.NORMAL 2.0 2.29
sorted: 2.106
out_for_delivery: OUTDEL.NORMAL 11.0
attempt_failed_not_home: 4.40
returned_from_route: 35.482
ready_for_pickup: DELIVD.PARCELSHOP 2.124 3.124
ready_for_pickup_locker: 3.896
collected_by_recipient: DELIVD.DEL_BY_PSAPP
delivered: DELIVD.NORMAL 3.0
""")

#: Statuses of the whole parcel. FINAL, MULTIPACK and UNAVAILABLE are left out: how it ended, or where it is, they do not say. NOTPICKEDUP
#: is the parcel that was not fetched from a ParcelShop. Source: GLS's Track and Trace v1, read 2026-11-22; the bar of the group's and the
#: Polish page as public clients list its states, read 2026-11-29.
_STATUSES = keyed("""
order_data_received: PREADVICE PROCESSING
pickup_scheduled: PLANNEDPICKUP
courier_dispatched_for_pickup: INPICKUP
in_transit: INTRANSIT
delivery_facility_arrival: INWAREHOUSE
out_for_delivery: INDELIVERY
attempt_failed: NOTDELIVERED
ready_for_pickup: DELIVEREDPS
pickup_expired: NOTPICKEDUP
delivered: DELIVERED
return_started: RETURNED
label_voided: CANCELED CANCELLED
""")

#: States of GLS Netherlands' parcel page. Source: live answers with their sentences, read 2026-11-22.
_DUTCH = {"0": "order_data_received", "1": "accepted", "2": "facility_arrival", "3": "out_for_delivery", "4": "delivered"}

#: Status numbers of MyGLS (GLS in central and south-eastern Europe). Left out: 10, 24, 52 and 84, which say nothing of the parcel's way
#: (a check scan, a saved wish, COD and label data) and 44. Source: MyGLS API, appendix G, as listed in a public shop module; read 2026-11-22.
_MYGLS = keyed("""
order_data_received: 51
pickup_requested: 83
courier_dispatched_for_pickup: 85
pickup_failed: 88 89
pickup_cancelled: 87 90 91
accepted: 1
facility_departure: 2 22 41 47
facility_arrival: 3 26 27 86
in_facility_waiting: 6 7
missorted: 13
forwarded_correct_facility: 21 25
partial_arrival: 69
customs_information_required: 60 62 66 70 71 72
customs_processing: 61 67
customs_inspection: 74
customs_held: 73
customs_seized: 75
customs_released: 64 65 76
out_for_delivery: 4 32
attempt_failed: 38 39
attempt_failed_not_home: 11 12 36
attempt_failed_business_closed: 14
attempt_failed_address: 18 20
attempt_failed_payment: 16 68
attempt_failed_time: 15 33
attempt_failed_weather: 19
refused: 17 34
refused_not_ordered: 35
held_for_recipient: 8
redelivery_scheduled: 9
address_changed: 46 80
delivery_method_changed: 37
ready_for_pickup: 55 56
pickup_expired: 57
delivered: 5 92
delivered_neighbour: 58
delivered_mailbox: 54
proof_of_delivery_available: 93
damaged: 30 31
lost: 43
under_investigation: 29
disposed: 28 42
returned_to_sender: 23 40
notification_sent: 99
""")

#: The group's sentences, German and English, and the names of the Polish page. Compared without case, doubled spaces, the full stop and the
#: kind of apostrophe. Source: the group's tracking page and public clients, read 2026-11-22 and 2026-11-29.
_SENTENCES = {
    "die paketdaten wurden im gls it-system erfasst; das paket wurde noch nicht an gls übergeben": "order_data_received",
    "das paket wurde an gls übergeben": "accepted",
    "das paket hat das paketzentrum verlassen": "facility_departure",
    "das paket ist im paketzentrum eingetroffen": "facility_arrival",
    "das paket ist im paketzentrum eingetroffen; das paket wurde manuell sortiert": "sorted",
    "das paket wird voraussichtlich im laufe des tages zugestellt": "out_for_delivery",
    "das paket konnte nicht zugestellt werden, da der empfänger nicht angetroffen wurde": "attempt_failed_not_home",
    "das paket ist im gls paketshop eingetroffen": "ready_for_pickup",
    "das paket wurde im gls paketshop zugestellt (siehe paketshop-anzeige)": "ready_for_pickup",
    "das paket wurde erfolgreich zugestellt": "delivered",
    "the parcel data was entered into the gls it system": "order_data_received",
    "the parcel data was entered into the gls it system; the parcel was not yet handed over to gls": "order_data_received",
    "the parcel was provided by the sender for collection by gls": "awaiting_handover",
    "the parcel data have been deleted from the gls it system": "label_voided",
    "the parcel was handed over to gls": "accepted",
    "the parcel has left the parcel center": "facility_departure",
    "the parcel has reached the parcel center": "facility_arrival",
    "the parcel has reached the parcel center and was sorted manually": "sorted",
    "the parcel is stored in the parcel center": "in_facility_waiting",
    "the parcel is stored in the parcel center to be delivered at a new delivery date": "redelivery_scheduled",
    "the parcel is stored in the parcel center. it cannot be delivered as the consignment is not complete": "partial_arrival",
    "the parcel is stored in the parcel center. it cannot be delivered as further address information is needed": "address_problem",
    "the parcel is stored in the gls parcel center. the consignee has agreed to collect the goods himself": "held_for_recipient",
    "the parcel is expected to be delivered during the day": "out_for_delivery",
    "the parcel could not be delivered as the consignee was absent": "attempt_failed_not_home",
    "the parcel could not be delivered as the consignee is on holidays": "attempt_failed_not_home",
    "the parcel could not be delivered as the reception was closed": "attempt_failed_business_closed",
    "the parcel could not be delivered as further address information is needed": "attempt_failed_address",
    "the parcel could not be delivered due to wrong or incomplete address": "attempt_failed_address",
    "the parcel could not be delivered due to exceeded time frame": "attempt_failed_time",
    "the parcel could not be delivered due to traffic problems": "attempt_failed_time",
    "the parcel could not be delivered due to the weather condition": "attempt_failed_weather",
    "the parcel could not be delivered as the recipient refused acceptance": "refused",
    "the parcel has reached the parcelshop": "ready_for_pickup",
    "the parcel has been delivered at the parcelshop (see parcelshop information)": "ready_for_pickup",
    "the parcel has reached the maximum storage time in the parcelshop": "pickup_expired",
    "the parcel has been delivered": "delivered",
    "the parcel has been delivered / dropped off": "delivered_safe_place",
    "the parcel has been delivered to the parcel box": "delivered_mailbox",
    "the parcel has been delivered at the neighbour's (see signature)": "delivered_neighbour",
    "the parcel has been delivered into the parcellocker": "ready_for_pickup_locker",
    "the parcel is in delivery": "out_for_delivery",
    "the parcel has reached the parcel center, the parcel label is not readable": "facility_arrival",
    "the parcel is stored in the parcel center. it cannot be delivered as the reception is closed": "attempt_failed_business_closed",
    "the parcel is stored in the parcel center. it cannot be delivered as the consignee is on holidays": "in_facility_waiting",
    "the parcel has been returned to sender": "returned_to_sender",
    "das paket wurde zugestellt": "delivered",
    "utworzenie paczki": "order_data_received",
    "w drodze": "in_transit",
    "w doręczeniu": "out_for_delivery",
    "gotowa do odbioru": "ready_for_pickup",
    "niedoręczona": "attempt_failed",
    "doręczona": "delivered",
}


#: How the sentences begin that go on with a reason we have not met.
_OPENINGS = {
    "the parcel could not be delivered": "attempt_failed",
    "das paket konnte nicht zugestellt werden": "attempt_failed",
    "the parcel is stored in the parcel center": "in_facility_waiting",
}
_APOSTROPHES = str.maketrans(dict.fromkeys("\N{ACUTE ACCENT}\N{RIGHT SINGLE QUOTATION MARK}`", "'"))


def of_event(code: str, sentence: str) -> tuple[str, str]:
    """Find the event type of an event, and the code that told it: "" where its sentence did, as GLS numbers more than anybody lists."""
    if found := _EVENTS.get(code.upper()):
        return found, code
    plain = " ".join(unescape(sentence).translate(_APOSTROPHES).split()).casefold().rstrip(".")
    opened = next((slug for opening, slug in _OPENINGS.items() if plain.startswith(opening)), "")
    found = _SENTENCES.get(plain) or opened
    return (found, "") if found else ("unknown", code)


def of_status(status: str) -> str:
    """Find the event type of a parcel's status ("INDELIVERY")."""
    return _STATUSES.get(status.upper(), "unknown")


def of_dutch_state(state: str) -> str:
    """Find the event type of a state of GLS Netherlands ("3")."""
    return _DUTCH.get(state, "unknown")


def of_mygls(number: str) -> str:
    """Find the event type of a MyGLS status number ("05" or "5")."""
    return _MYGLS.get(number.lstrip("0"), "unknown")
