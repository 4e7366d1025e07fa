"""DPD's life-cycle words, scan numbers and push words → our event types."""

from doorstep.carriers.reading import keyed

#: One event type a line, its words after it. An outing that failed and ended at the depot says so itself, hence an attempt.
#: Source: DPD's web service for the parcel life cycle, its public JSON, and its push service; live answers of 2021; as known on 2026-11-22.
_BY_WORD = keyed("""
order_data_received: SHIPMENT START_ORDER ORDER_CREATED
accepted: PICKEDUP ACCEPTED PICKUP_DEPOT PARCEL_HANDED
picked_up: PICKUP_DRIVER
pickup_failed: ERROR_PICKUP
origin_scan: AT_SENDING_DEPOT
in_transit: BETWEENDEPOTS ON_THE_ROAD IN_TRANSIT
delivery_facility_arrival: DEPOT AT_DELIVERY_DEPOT DELIVERY_DEPOT AT_DELIVERY_CENTER
out_for_delivery: COURIER OUT_FOR_DELIVERY PARCEL_OUT_FOR_DELIVERY DELIVERY_CARLOAD
attempt_failed: DELIVERYFAILURE RETURNINGFROMDELIVERY DELIVERY_NOTIFICATION UNSUCCESSFUL_DELIVERY_ATTEMPTED
ready_for_pickup: PARCELSHOP DELIVERY_SHOP AVAILABLE_FOR_COLLECTION
delivered_neighbour: DELIVERY_NAB
delivered: DELIVERED DELIVERY_CUSTOMER
return_started: ERROR_RETURN RETURN_TO_SENDER
""")

#: Left out, so `unknown`: 09 and 17, whose meaning differs between countries.
#: Source: DPD's scan types as its public JSON names them, as known on 2026-11-22.
_BY_SCAN = keyed("""
consolidated: 01
facility_arrival: 02
out_for_delivery: 03
returned_from_route: 04
accepted: 05
return_started: 06
in_facility_waiting: 08
facility_processed: 10
customs_processing: 12
delivered: 13
attempt_failed: 14
picked_up: 15
informational: 18
loaded_to_vehicle: 20
ready_for_pickup: 23
""")

#: Codes of DPD's "geo events": where (EN data, OR origin depot, HU hub, DL destination depot, DE delivery, DO ParcelShop, SP the parcel), then
#: what. A proof (DEYY) follows its delivery (DEY). Source: DPD's list of geo events (February 2025) as reprinted in a public client, read
#: 2026-11-29; the codes of customs, sender and contacts are not in it.
_BY_GEO = keyed("""
order_data_received: ENA
origin_scan: ORI
facility_arrival: HUI
delivery_facility_arrival: DLI
sorted: HUS SPS DLS
facility_processing: HUZ SPZ DLZ SPV
in_facility_waiting: ORW HUW SPW DLW
loaded_to_vehicle: SPL
informational: SPE
notification_sent: MSDLO DOMSDLO
out_for_delivery: DLO
returned_from_route: DLR
dropped_off: DOPKY
in_transit_to_pickup_point: DEHD DEHDY
ready_for_pickup: DODEI
collected_by_recipient: DODEY
delivered: DEY
proof_of_delivery_available: DEYY DODEYY
attempt_failed: DEX
refused: DEN
pickup_expired: DODEN
return_started: SPR DODEH
exception: ENX ORX HUX SPX DLX DODEX
""")


def event_type_of(word: str) -> str:
    """Find the event type of a life-cycle or push word, in either case; "unknown" for one the list has not."""
    return _BY_WORD.get(word.upper(), "unknown")


def event_type_of_scan(number: str) -> str:
    """Find the event type of a scan number, with or without its leading zero; "unknown" for one the list has not."""
    return _BY_SCAN.get(number.rjust(2, "0"), "unknown")


def event_type_of_geo(code: str) -> str:
    """Find the event type of a geo event ("DLO"); "unknown" for one the list has not."""
    return _BY_GEO.get(code.upper(), "unknown")
