"""What a status means in each of DHL Group's divisions → our event types."""

from collections.abc import Callable

from doorstep.carriers.families import (
    dhl_ecommerce_codes,
    dhl_express_codes,
    dhl_paket_codes,
    dhl_paket_sentences,
    dhl_parcel_nl_codes,
    dhl_parcel_pl_codes,
)
from doorstep.carriers.families.dhl_unified import Told
from doorstep.carriers.reading import keyed

#: Each table: one event type a line, its keys after it. Left out of the post's, so `unknown`: AMBIGUOUS and NO_INFO, which say just that.
#: Source: the sections ecommerce-europe, svb, freight, dgf and ecommerce-ppl of DHL Group's status list, read 2026-11-22.
_EUROPE = keyed("""
order_data_received: 1
awaiting_handover: 254
picked_up: 2 9 226
dropped_off: 3 4 5 6 7 8
collected_from_dropoff_point: 14 15 16 17 228
facility_processed: 19 22 25 28 31 38 41 230 232 233 354 355 356 377 378 379 380
facility_departure: 20 23 26 231
facility_arrival: 37 40 47 240 242
sorted: 255 367
handed_to_partner_consolidator: 369
consolidated: 364
weight_corrected: 358
export_hub_arrival: 27 234
export_customs_presented: 368
export_customs_released: 130
origin_country_departed: 29 235
transit_country_arrival: 30 236
transit_country_departure: 32 237
destination_country_arrival: 33 238
import_customs_presented: 258 370
customs_released: 133
import_terminated: 152
handed_to_partner_untracked: 302
loaded_for_delivery: 42
notification_sent: 52
preferences_received: 53 56 57 58 59 60 61 62
attempt_failed: 72 95 154 156 161 217 222 223 253
attempt_failed_not_home: 73 74 75 85 372
attempt_failed_payment: 77 78 86 214 215
attempt_failed_address: 79 80 206
attempt_failed_id: 82 330
attempt_failed_oversize: 89 92 98 200
attempt_failed_weather: 264
redelivery_scheduled: 141
future_date_requested: 218
held_for_recipient: 142 172 194 219
address_change_requested: 159
recipient_moved: 81 157
refused: 76 151 207 208 209 210 211
pickup_point_full: 87 88 90 91 93 94 96 97 395
ready_for_pickup: 43 44 46
ready_for_pickup_locker: 45
collected_by_recipient: 65 66 67 68
delivered: 63 64 69 70 71
delivered_damaged: 306
delayed: 269 392
delayed_weather: 266
delayed_capacity: 265 267
held_for_payment: 268
damaged: 83
unclaimed: 99 100 101 102 155
return_started: 149 160 248 249 259
return_in_transit: 363 365
returned_to_sender: 366
""")
_POST = keyed("""
order_data_received: ANNOUNCED
accepted: POSTED POSTED_ARRIVED POSTED_MAIL_TERMINAL
in_transit: ARRIVED_TRANSIT BZ BZA BZE MARBURG
facility_processed: PASSED_LETTER_CENTER
facility_departure: DEPARTURE_FROM_INWARD_OE
origin_country_departed: FORWARDED_ABROAD
export_hub_arrival: TO_BE_SENT_ABROAD
destination_country_arrival: ARRIVED_IN_DESTINATION_COUNTRY
customs_processing: HANDOVER_CUSTOMS IP_CUSTOMS
customs_held: HELD_BY_CUSTOMS
delivery_facility_arrival: ARRIVAL_AT_OFFICE_OF_DELIVERY
out_for_delivery: IN_DELIVERY
attempt_failed: DELIVERY_ATTEMPTED
address_changed: REDIRECTED
ready_for_pickup: NOTIFIED NOTIFIED_KEY_ACCOUNT NOTIFIED_PO_BOX
ready_for_pickup_locker: NOTIFIED_PACKSTATION
collected_by_recipient: FETCHED FETCHED_KEY_ACCOUNT_PENDING_DELIVERY_CONFIRMATION FETCHED_NOTIFIED FETCHED_PACKSTATION
collected_by_recipient: FETCHED_PENDING_DELIVERY_CONFIRMATION FETCHED_PO_BOX_PENDING_DELIVERY_CONFIRMATION
delivered: CONFIRMATION_PENDING CONFIRMED CONFIRMED_BY_SENDER DELIVERED DELIVERED_ZU_NOT_OK DELIVERED_ZU_OK
delivered_cod_collected: PAID_EPOS PAID_MAILMAN
post_delivery_information: AMOUNT_TRANSFERRED
return_started: SENT_BACK SENT_BACK_ABROAD
returned_to_sender: RETURNED_TO_SENDER
informational: ISSUE_OF_A_REPLACEMENT_CERTIFICATE_PZA
""")
_FREIGHT = keyed("""
order_data_received: ACT-2
packed_ready: 48-0
pickup_scheduled: 64-0
courier_dispatched_for_pickup: 15-501 31-139
pickup_failed: 55-211 55-68 55-21 55-126 55-240 55-241 55-265 55-294 55-20 55-266 55-234
picked_up: 13-0 31-140
facility_departure: 24-0
facility_arrival: 1-0
customs_processing: 20-126
customs_released: 12-0
delayed_weather: 20-266
delayed_holiday: 20-354
delayed_strike: 20-270
order_cancelled: 7-0
return_started: 56-222
delivery_facility_arrival: 1-21
appointment_required: 20-208
appointment_made: 20-209
ready_for_pickup: 20-13
held_for_payment: 20-296
in_transit: 24-628
out_for_delivery: 24-501
driver_nearby: 361-139
attempt_failed_business_closed: 20-211
attempt_failed_not_home: 56-211
attempt_failed_payment: 56-292
attempt_failed_address: 20-234
refused: 56-611 56-241
refused_not_ordered: 56-284
delivered: 24-600 21-0
delivered_alternative_location: 21-234
delivered_partial: 21-23
delivered_damaged: 21-600
informational: 361-140
""")
_FORWARDING = keyed("""
order_data_received: DATA_SUBMITTED
picked_up: PICKUP_SUCCESSFUL
origin_scan: ARRIVED_AT_ORIGIN_FACILITY
facility_processed: PROCESSED_AT_ORIGIN_FACILITY
facility_departure: DEPARTED_FROM_ORIGIN_FACILITY
in_facility_waiting: READY_FOR_DEPARTURE
flight_departed: DEPARTED
flight_arrived: ARRIVED
customs_processing: ARRIVED_AT_CUSTOMS
customs_released: CLEARED_BY_CUSTOMS
customs_held: HELD_AT_CUSTOMS
facility_arrival: ARRIVED_PROCESSED_AT_FACILITY
out_for_delivery: OUT_FOR_DELIVERY
delivered: DELIVERED
exception: DELIVERY_EXCEPTION
""")
_PPL = keyed("""
order_data_received: 900
order_cancelled: 999
accepted: 150
in_transit: 500
delivery_facility_arrival: 300
ready_for_pickup: 343
delivered: 450
redelivery_scheduled: 460
refused: 464
lost: 997
preparing_for_delivery: 400
""")


def _in(table: dict[str, str]) -> Callable[[str], str]:
    return lambda key: table.get(key.upper(), "unknown")


def _paket(key: str) -> str:
    return dhl_paket_codes.event_type_of("", "", key.upper())


#: DHL's name of a division → its keys' meaning. The newer names of the letter post stand beside the list's own.
_KEYS: dict[str, Callable[[str], str]] = {
    "express": lambda key: dhl_express_codes.event_type_of(key.upper()),
    "parcel-de": _paket,
    "": _paket,
    "parcel-nl": dhl_parcel_nl_codes.event_type_of,
    "parcel-pl": dhl_parcel_pl_codes.event_type_of,
    "ecommerce": dhl_ecommerce_codes.event_type_of,
    "ecommerce-apac": dhl_ecommerce_codes.event_type_of,
    "ecommerce-europe": _in(_EUROPE),
    "ecommerce-ppl": _in(_PPL),
    "freight": _in(_FREIGHT),
    "dgf": _in(_FORWARDING),
    "svb": _in(_POST),
    "post-de": _in(_POST),
}
#: Divisions whose events bear sentences, some of them nothing else.
_SENTENCES: dict[str, Callable[[str, str], str]] = {
    "express": dhl_express_codes.event_type_of_sentence,
    "parcel-de": lambda text, _: dhl_paket_sentences.event_type_of_sentence(text),
    "ecommerce": lambda text, _: dhl_ecommerce_codes.event_type_of_words(text),
    "ecommerce-apac": lambda text, _: dhl_ecommerce_codes.event_type_of_words(text),
}
#: DHL's name of a division → our slug of who carries it, where that is no plain "dhl_" and the name.
_CARRIERS = {
    "": "dhl_universal",
    "parcel-nl": "dhl_nl",
    "parcel-pl": "dhl_poland",
    "ecommerce": "dhl_global_mail",
    "ecommerce-apac": "dhl_global_mail",
    "dgf": "dhl_global_forwarding",
    "svb": "deutsche_post",
    "post-de": "deutsche_post",
}


def carrier_of(division: str) -> str:
    """Find our slug of the division that carries: "parcel-de" is dhl_parcel_de; "dhl_universal" where DHL names none."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in division.lower())
    return _CARRIERS.get(division, f"dhl_{plain.strip('_') or 'universal'}")


def event_type_of(told: Told) -> str:
    """Find the event type by the division's own key, else its sentence, else the word that all of DHL shares; "unknown" by none."""
    by_key, by_sentence = _KEYS.get(told.division), _SENTENCES.get(told.division)
    found = [by_key(key) for key in (told.detail, told.general) if by_key and key]
    shared = dhl_paket_codes.UNIFIED.get(told.general.lower(), "unknown")
    said = by_sentence(told.text or told.detail, told.town) if by_sentence else "unknown"
    # a sentence does not deliver what the word beside it, which all of DHL shares, says is still under way
    found += [said] if shared in ("unknown", "delivered", "status_not_mapped") or not said.startswith(("delivered", "collected_by")) else []
    return next((event_type for event_type in found if event_type != "unknown"), shared)
